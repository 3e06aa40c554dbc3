"""Who works here: invited, changed, taken off; wrong passwords; who did what to whom."""

import asyncio
from datetime import timedelta

import pytest

from handoff import audit, desk, inbox, lockout
from handoff.audit import Deed, Wanted
from handoff.db import Database
from handoff.desk import canned, guesses, people, presence, staff
from handoff.desk.canned import Canned
from handoff.errors import BadInput, LastAdmin, LockedOut, NotFound, Taken
from handoff.states import Status
from tests import builders as a
from tests.fakes import MovedClock

HASH = "what was made of a password"
EVERYTHING = Wanted(frozenset(Deed))


@pytest.fixture
async def boss(database: Database, clock: MovedClock) -> int:
    added = await database.write(people.add_agent, "boss@shop.example", "Boss", "admin", clock.now())
    return added.id


@pytest.fixture
async def mei(database: Database, clock: MovedClock) -> int:
    return await database.write(a.agent, clock.now(), "Mei")


async def claimed(database: Database, clock: MovedClock, agent: int, contact: str) -> int:
    """A conversation an agent has; its customer waits."""
    recorded = await database.write(a.write, clock.now(), "hello?", contact)
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, recorded.conversation_id))
    await database.write(desk.claim, recorded.conversation_id, agent, clock.now())
    return recorded.conversation_id


async def deeds(database: Database, wanted: Wanted = EVERYTHING) -> list[tuple[Deed, str | None, str | None]]:
    return [(e.deed, e.actor, e.about_name) for e in reversed(await database.read(audit.entries, wanted))]


async def test_an_invited_person_chooses_a_password_and_is_in(database: Database, clock: MovedClock, boss: int) -> None:
    jun, code = await database.write(people.invite, " Jun@Shop.example ", " Jun  Wu ", "lead", clock.now(), by=boss)
    person = await database.read(people.invited, code, clock.now())
    assert person is not None and (person.name, person.email) == ("Jun Wu", "jun@shop.example")
    entered = await database.write(people.accept_invitation, code, HASH, clock.now())
    assert entered is not None and entered[0].id == jun.id and entered[0].has_password
    assert await database.read(people.session_owner, entered[1], clock.now()) == entered[0]
    assert await database.write(people.accept_invitation, code, HASH, clock.now()) is None, "it works once"


async def test_an_invitation_is_over_after_a_week_and_when_a_new_one_is_made(
    database: Database, clock: MovedClock, boss: int
) -> None:
    jun, first = await database.write(people.invite, "jun@shop.example", "Jun", "agent", clock.now(), by=boss)
    second = await database.write(people.issue_invitation, jun.id, clock.now(), by=boss)
    assert await database.read(people.invited, first, clock.now()) is None
    clock.move(people.INVITATION_LIFETIME.total_seconds())
    assert await database.read(people.invited, second, clock.now()) is None


@pytest.mark.parametrize(
    ("email", "name", "role", "error"),
    [
        ("boss@SHOP.example", "Boss", "agent", Taken),
        ("boss", "Boss", "agent", BadInput),
        ("a@b.example\nBcc: c@d.example", "A", "agent", BadInput),
        ("a@b.example,c@d.example", "A", "agent", BadInput),
        ("a@b.example", "  ", "agent", BadInput),
        ("a@b.example", "A", "owner", BadInput),
    ],
)
async def test_who_cannot_be_invited_is_not_half_there(
    database: Database, clock: MovedClock, boss: int, email: str, name: str, role: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await database.write(people.invite, email, name, role, clock.now(), by=boss)
    assert [m.name for m in await database.read(staff.members, clock.now())] == ["Boss"]


async def test_the_last_admin_stays_one(database: Database, clock: MovedClock, boss: int, mei: int) -> None:
    with pytest.raises(LastAdmin):
        await database.write(staff.change, boss, "Boss", "lead", boss, clock.now())
    with pytest.raises(LastAdmin):
        await database.write(staff.deactivate, boss, boss, clock.now())
    await database.write(staff.change, mei, "Mei", "admin", boss, clock.now())
    await database.write(staff.deactivate, boss, boss, clock.now())
    with pytest.raises(LastAdmin):
        await database.write(staff.change, mei, "Mei", "agent", mei, clock.now())


async def test_of_two_admins_who_take_each_other_off_at_once_one_stays(
    database: Database, clock: MovedClock, boss: int
) -> None:
    other = (await database.write(people.add_agent, "b@shop.example", "B", "admin", clock.now())).id
    await asyncio.gather(
        database.write(staff.deactivate, boss, other, clock.now()),
        database.write(staff.deactivate, other, boss, clock.now()),
        return_exceptions=True,
    )
    assert [m.active for m in await database.read(staff.members, clock.now())] == [True, False]


async def test_who_is_taken_off_leaves_their_customers_to_the_queue(
    database: Database, clock: MovedClock, boss: int, mei: int
) -> None:
    waits, answered, snoozed = [await claimed(database, clock, mei, f"visitor-{n}") for n in range(3)]
    await database.write(desk.agent_reply, answered, mei, "reply-01", "one moment", clock.now())
    until = clock.now() + timedelta(hours=1)
    await database.write(desk.snooze, snoozed, mei, 9, until, clock.now())
    since = (await database.read(inbox.conversation_view, waits)).waiting_since
    clock.move(60)
    await database.write(staff.deactivate, mei, boss, clock.now())
    queue = (await database.read(inbox.listing, "queue", boss)).rows
    assert [(row.id, row.assignee_id) for row in queue] == [(waits, None), (answered, None)]
    assert [row.waiting_since for row in queue] == [since, clock.now()], "who waited is not put behind"
    told = (await database.read(inbox.transcript, waits)).messages[-1]
    assert (told.activity, told.private, told.agent_name) == ("left", True, "Mei")
    clock.move(3600)
    await database.write(desk.wake_up, snoozed, clock.now())
    woken = await database.read(inbox.conversation_view, snoozed)
    assert (woken.status, woken.assignee_id) == (Status.OPEN, None)


async def test_a_snoozed_one_of_somebody_taken_off_is_anybodys_and_comes_back_with_the_customer(
    database: Database, clock: MovedClock, boss: int, mei: int
) -> None:
    first, second = [await claimed(database, clock, mei, f"visitor-{n}") for n in range(2)]
    for conversation in (first, second):
        await database.write(desk.snooze, conversation, mei, 9, clock.now() + timedelta(hours=1), clock.now())
    await database.write(staff.deactivate, mei, boss, clock.now())
    await database.write(desk.claim, first, boss, clock.now())
    await database.write(a.write, clock.now(), "still there?", "visitor-1")
    assert [(await database.read(inbox.conversation_view, c)).assignee_id for c in (first, second)] == [boss, None]


async def test_what_is_given_to_somebody_in_the_moment_they_are_taken_off_comes_back(
    database: Database, clock: MovedClock, boss: int, mei: int
) -> None:
    await database.write(staff.deactivate, mei, boss, clock.now())
    late = await claimed(database, clock, mei, "visitor-1")
    assert await database.write(staff.leave_stragglers, clock.now()) == 1
    assert (await database.read(inbox.conversation_view, late)).assignee_id is None
    assert await database.write(staff.leave_stragglers, clock.now()) == 0


async def test_who_is_taken_off_is_out_at_once_and_may_be_taken_back(
    database: Database, clock: MovedClock, boss: int, mei: int
) -> None:
    link = await database.write(people.issue_link, "mei@shop.example", clock.now())
    invitation = await database.write(people.issue_invitation, mei, clock.now(), by=boss)
    _, secret = await database.write(people.open_session, mei, clock.now())
    await database.write(staff.deactivate, mei, boss, clock.now())
    assert await database.read(people.session_owner, secret, clock.now()) is None
    assert await database.write(people.redeem_link, link, clock.now()) is None
    assert await database.read(people.invited, invitation, clock.now()) is None
    with pytest.raises(NotFound):
        await database.write(people.issue_invitation, mei, clock.now(), by=boss)
    assert [c.name for c in await database.read(presence.colleagues, clock.now())] == ["Boss"]
    await database.write(staff.reactivate, mei, boss, clock.now())
    assert await database.read(people.session_owner, secret, clock.now()) is None, "what ended stays ended"
    await database.write(people.issue_link, "mei@shop.example", clock.now())


async def test_a_role_that_may_not_work_keeps_no_conversations_and_gets_none(
    database: Database, clock: MovedClock, boss: int, mei: int
) -> None:
    hers, mine = await claimed(database, clock, mei, "visitor-1"), await claimed(database, clock, boss, "visitor-2")
    await database.write(staff.change, mei, "Mei", "maintainer", boss, clock.now())
    assert (await database.read(inbox.conversation_view, hers)).assignee_id is None
    with pytest.raises(NotFound):
        await database.write(desk.transfer, mine, boss, mei, None, clock.now())


async def test_a_new_password_ends_every_other_session(database: Database, clock: MovedClock, mei: int) -> None:
    _, here = await database.write(people.open_session, mei, clock.now())
    _, elsewhere = await database.write(people.open_session, mei, clock.now())
    await database.write(people.change_password, mei, HASH, here, clock.now())
    assert await database.read(people.session_owner, here, clock.now()) is not None
    assert await database.read(people.session_owner, elsewhere, clock.now()) is None


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, None), (4, None), (5, 30), (6, 60), (9, 480), (10, 900), (11, 900), (10**6, 900)]
)
def test_the_pause_grows_to_a_quarter_of_an_hour(failures: int, seconds: int | None) -> None:
    assert lockout.pause(failures) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize("email", ["mei@shop.example", "nobody@shop.example"])
async def test_guessing_is_slowed_down_whether_or_not_there_is_anybody(
    database: Database, clock: MovedClock, mei: int, email: str
) -> None:
    for _ in range(lockout.FREE_TRIES):
        await database.write(guesses.begin_try, email.upper(), clock.now())
    with pytest.raises(LockedOut) as refused:
        await database.write(guesses.begin_try, email, clock.now())
    assert refused.value.retry_after == 30
    clock.move(30)
    await database.write(guesses.begin_try, email, clock.now())
    with pytest.raises(LockedOut) as refused:
        await database.write(guesses.begin_try, email, clock.now())
    assert refused.value.retry_after == 60


async def test_many_guesses_at_once_are_counted_one_by_one(database: Database, clock: MovedClock) -> None:
    tries = [database.write(guesses.begin_try, "mei@shop.example", clock.now()) for _ in range(12)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in done].count(LockedOut) == 12 - lockout.FREE_TRIES


async def test_the_right_password_forgives_and_an_admin_lifts(
    database: Database, clock: MovedClock, boss: int, mei: int
) -> None:
    for _ in range(lockout.FREE_TRIES):
        await database.write(guesses.begin_try, "mei@shop.example", clock.now())
    await database.write(guesses.note_failure, "mei@shop.example", clock.now())
    member = await database.read(staff.member, mei, clock.now())
    assert member.locked_until == clock.now() + timedelta(seconds=30)
    await database.write(guesses.lift, mei, boss, clock.now())
    assert (await database.read(staff.member, mei, clock.now())).locked_until is None
    await database.write(people.open_session, mei, clock.now())
    for _ in range(lockout.FREE_TRIES):
        await database.write(guesses.begin_try, "mei@shop.example", clock.now())
    locked = Wanted(frozenset({Deed.LOCKED_OUT, Deed.LOCK_LIFTED}))
    assert await deeds(database, locked) == [(Deed.LOCKED_OUT, None, "Mei"), (Deed.LOCK_LIFTED, "Boss", "Mei")]


async def test_the_trail_tells_who_did_what_to_whom_and_no_words(
    database: Database, clock: MovedClock, boss: int
) -> None:
    jun, code = await database.write(people.invite, "jun@shop.example", "Jun", "agent", clock.now(), by=boss)
    await database.write(people.accept_invitation, code, HASH, clock.now())
    await database.write(staff.change, jun.id, "June", "lead", boss, clock.now())
    kept = await database.write(canned.edit, Canned(0, "late", "Late", {"en": "so sorry"}), jun.id, clock.now())
    await database.write(canned.remove, kept.id, boss, clock.now())
    await database.write(staff.deactivate, jun.id, boss, clock.now())
    assert await deeds(database) == [
        (Deed.ADDED, None, "Boss"),
        (Deed.INVITED, "Boss", "June"),
        (Deed.PASSWORD_SET, "June", "June"),
        (Deed.SIGNED_IN, "June", "June"),
        (Deed.CHANGED, "Boss", "June"),
        (Deed.CANNED_ADDED, "June", None),
        (Deed.CANNED_REMOVED, "Boss", None),
        (Deed.DEACTIVATED, "Boss", "June"),
    ]
    stored = repr([entry.detail for entry in await database.read(audit.entries, EVERYTHING)])
    assert all(word not in stored for word in ("jun@", "sorry", HASH, code))


async def test_the_trail_is_narrowed_paged_and_in_the_end_forgotten(
    database: Database, clock: MovedClock, boss: int, mei: int
) -> None:
    for _ in range(3):
        await database.write(people.open_session, mei, clock.now())
    of_mei = Wanted(frozenset({Deed.SIGNED_IN, Deed.ADDED}), mei)
    first = await database.read(audit.entries, of_mei, None, 3)
    rest = await database.read(audit.entries, of_mei, first[-1].id, 3)
    assert [e.deed for e in (*first, *rest)] == [Deed.SIGNED_IN] * 3 + [Deed.ADDED]
    clock.move(audit.KEPT.total_seconds() - 1)
    await database.write(people.open_session, boss, clock.now())
    assert await database.write(audit.forget, clock.now()) == 0
    clock.move(1)
    assert await database.write(audit.forget, clock.now()) == 5
    assert [e.actor for e in await database.read(audit.entries, EVERYTHING)] == ["Boss"]
