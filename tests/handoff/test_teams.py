"""Conversations come to the right team, and to whoever has room."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import db, desk, inbox, jobs
from handoff.assignment import Rules
from handoff.db import Database
from handoff.desk import presence, staff, teams
from handoff.desk.assign import AT_ONCE
from handoff.desk.teams import SeatView
from handoff.errors import BadInput, DeskError, IllegalTransition, NotFound, NotYours
from handoff.models import Handoff
from handoff.ports import LocalWakeups
from handoff.values import Activity, Priority
from tests import builders as a
from tests.fakes import MovedClock
from tests.handoff.shops import Shop


@pytest.fixture
async def shop(database: Database, clock: MovedClock) -> Shop:
    shop = Shop(database, clock)
    await shop.open()
    return shop


async def test_without_automatic_assignment_everything_waits_to_be_claimed(
    database: Database, clock: MovedClock
) -> None:
    shop = Shop(database, clock)
    await shop.open(Rules())
    await shop.team("returns", shop.mei, intents=("request_return",), automatic=False)
    conversation = await shop.called("ann", intent="request_return")
    assert await shop.holder(conversation) is None
    assert await shop.team_of(conversation) == "returns"
    await shop.do(desk.claim, conversation, shop.jun)
    assert await shop.holder(conversation) == shop.jun


async def test_conversations_are_given_out_in_turn_until_everybody_is_full(shop: Shop) -> None:
    given = [await shop.holder(await shop.called(f"contact-{n}")) for n in range(5)]
    assert given == [shop.mei, shop.jun, shop.mei, shop.jun, None]


async def test_an_assignment_is_told_to_agents_and_its_name_not_to_the_customer(shop: Shop) -> None:
    conversation = await shop.called("ann")
    assert await shop.told(conversation) == ["assigned Mei"]
    assert await shop.customer_sees("ann") == []
    assert await shop.database.read(inbox.is_called, conversation)
    await shop.replies(conversation, shop.mei)
    assert not await shop.database.read(inbox.is_called, conversation)


@pytest.mark.parametrize("verb", [desk.resolve, desk.hand_back])
async def test_whoever_has_room_again_is_given_the_most_urgent(shop: Shop, verb: Callable[..., None]) -> None:
    first, *_ = [await shop.called(f"contact-{n}") for n in range(4)]
    normal = await shop.called("bo")
    urgent = await shop.called("cy", priority=Priority.URGENT)
    await shop.ends(verb, first, shop.mei)
    assert await shop.holder(urgent) == shop.mei
    assert await shop.holder(normal) is None


async def test_every_way_to_room_is_followed_by_giving_out(shop: Shop) -> None:
    """Snoozing, coming online, coming back, more capacity, joining a team: none of them waits for a tick."""
    for n in range(4):
        await shop.called(f"contact-{n}")

    async def given_after(step: Callable[[], Awaitable[None]]) -> int | None:
        conversation = await shop.called(f"waiting-{shop.clock.now().timestamp()}")
        assert await shop.holder(conversation) is None
        await step()
        return await shop.holder(conversation)

    async def snooze() -> None:
        mine = (await shop.database.read(inbox.listing, "mine", shop.mei)).rows[0]
        until = shop.clock.now() + timedelta(hours=1)
        await shop.do(desk.snooze, mine.id, shop.mei, mine.last_seq, until)

    async def more_capacity() -> None:
        await shop.do(teams.put_seat, SeatView(shop.jun, "", (), (), 3))

    async def back_again() -> None:
        shop.clock.move(60)
        await shop.do(desk.console_is_open, ana)

    assert await given_after(snooze) == shop.mei
    assert await given_after(more_capacity) == shop.jun
    ana = await shop.agent("Ana")
    for n in range(2):
        await shop.called(f"more-{n}")
    await shop.says(ana, "away")
    await shop.do(teams.put_seat, SeatView(ana, "", (), (), 4))
    assert await given_after(lambda: shop.says(ana, "online")) == ana
    shop.clock.move(80)
    for agent_id in (shop.mei, shop.jun):
        await shop.database.write(presence.console_is_open, agent_id, shop.clock.now())
    assert await given_after(back_again) == ana

    returns = await shop.team("returns", shop.mei, intents=("request_return",))
    await shop.do(teams.put_seat, SeatView(ana, "", (), (), 9))
    waiting = await shop.called("dee", intent="request_return")
    assert await shop.holder(waiting) is None
    await shop.do(teams.put, replace(returns, members=(shop.mei, ana)))
    assert await shop.holder(waiting) == ana


async def test_language_and_skill_decide_before_load(shop: Shop) -> None:
    await shop.do(teams.put_seat, SeatView(shop.mei, "", ("zh-TW",), ("warranty",), None))
    await shop.do(teams.put_seat, SeatView(shop.jun, "", ("en", "zh-TW"), (), None))
    assert await shop.holder(await shop.called("ann", language="en")) == shop.jun
    assert await shop.holder(await shop.called("bo", language="zh-TW")) == shop.mei
    assert await shop.holder(await shop.called("cy", language="zh-TW", intent="warranty")) == shop.mei


async def test_a_team_has_its_matters_and_the_fallback_the_rest(shop: Shop) -> None:
    await shop.team("returns", shop.mei, intents=("request_return",))
    await shop.team("front", shop.jun, fallback=True)
    mine, theirs = await shop.called("ann", intent="request_return"), await shop.called("bo", intent="invoice")
    assert [await shop.team_of(mine), await shop.holder(mine)] == ["returns", shop.mei]
    assert [await shop.team_of(theirs), await shop.holder(theirs)] == ["front", shop.jun]


async def test_the_fallback_helps_out_where_nobody_of_the_team_is_there(shop: Shop) -> None:
    await shop.team("returns", shop.mei, intents=("request_return",))
    await shop.team("front", shop.jun, fallback=True)
    await shop.says(shop.mei, "away")
    conversation = await shop.called("ann", intent="request_return")
    assert [await shop.team_of(conversation), await shop.holder(conversation)] == ["returns", shop.jun]


async def test_a_dissolved_team_leaves_its_conversations_to_the_fallback(shop: Shop) -> None:
    returns = await shop.team("returns", intents=("request_return",))
    await shop.team("front", shop.jun, fallback=True, automatic=False)
    await shop.says(shop.jun, "away")
    conversation = await shop.called("ann", intent="request_return")
    await shop.do(teams.put, replace(returns, active=False))
    await shop.says(shop.jun, "online")
    assert await shop.holder(conversation) is None
    front = next(team for team in await shop.database.read(teams.listing) if team.key == "front")
    await shop.do(teams.put, replace(front, automatic=True))
    assert await shop.holder(conversation) == shop.jun


async def test_there_is_one_fallback_and_no_key_twice(shop: Shop) -> None:
    await shop.team("front", fallback=True)
    await shop.team("night", fallback=True)
    assert [team.key for team in await shop.database.read(teams.listing) if team.fallback] == ["night"]
    with pytest.raises(BadInput):
        await shop.team("front")
    with pytest.raises(BadInput):
        await shop.team("ghosts", 999)


async def test_a_transfer_to_a_team_is_given_to_somebody_of_it(shop: Shop) -> None:
    returns = await shop.team("returns", shop.mei, shop.jun)
    conversation = await shop.called("ann")
    await shop.replies(conversation, shop.mei)
    now = shop.clock.now()
    await shop.database.write(desk.transfer, conversation, shop.mei, None, "Needs a label.", now, team_id=returns.id)
    assert [await shop.team_of(conversation), await shop.holder(conversation)] == ["returns", shop.jun]
    assert await shop.told(conversation) == ["assigned Mei", "transferred Mei", "assigned Jun"]
    assert await shop.database.read(inbox.is_called, conversation), "Jun's name is not told before Jun says something"
    await shop.replies(conversation, shop.jun)
    assert not await shop.database.read(inbox.is_called, conversation)


async def test_what_somebody_put_back_does_not_come_back_to_them(shop: Shop) -> None:
    await shop.says(shop.jun, "away")
    conversation = await shop.called("ann")
    await shop.do(desk.transfer, conversation, shop.mei, None, None)
    assert await shop.holder(conversation) is None
    await shop.says(shop.jun, "online")
    assert await shop.holder(conversation) == shop.jun


async def test_who_passes_on_unopened_what_they_were_given_is_named_to_agents_only(shop: Shop) -> None:
    conversation = await shop.called("ann")
    await shop.do(desk.transfer, conversation, shop.mei, shop.jun, None)
    [given, passed] = [m for m in (await shop.database.read(inbox.transcript, conversation)).messages if m.activity]
    assert [(m.activity, m.agent_name, m.detail) for m in (given, passed)] == [
        (Activity.ASSIGNED, "Mei", None),
        (Activity.ASSIGNED, "Jun", "Mei"),
    ]
    assert await shop.customer_sees("ann") == []


async def test_a_lead_gives_away_anybodys_conversation(shop: Shop) -> None:
    conversation, lead = await shop.called("ann"), await shop.agent("Lin")
    now = shop.clock.now()
    with pytest.raises(NotYours):
        await shop.do(desk.transfer, conversation, lead, shop.jun, None)
    await shop.database.write(desk.transfer, conversation, lead, shop.jun, "Please.", now, anybodys=True)
    assert await shop.holder(conversation) == shop.jun
    refusals: list[tuple[type[DeskError], int | None, int | None]] = [
        (BadInput, shop.jun, None),
        (BadInput, shop.mei, 1),
        (NotFound, 999, None),
        (NotFound, None, 999),
    ]
    for refusal, to_id, team_id in refusals:
        with pytest.raises(refusal):
            await shop.database.write(
                desk.transfer, conversation, lead, to_id, None, now, team_id=team_id, anybodys=True
            )
    await shop.ends(desk.resolve, conversation, shop.jun)
    with pytest.raises(IllegalTransition):
        await shop.database.write(desk.transfer, conversation, lead, shop.mei, None, now, anybodys=True)


async def test_a_customer_may_leave_while_nobody_has_said_anything(shop: Shop) -> None:
    conversation = await shop.called("ann")
    waiting = [await shop.called(f"contact-{n}") for n in range(4)]
    assert await shop.holder(waiting[-1]) is None
    await shop.do(desk.cancel_wait, conversation, ())
    assert await shop.holder(waiting[-1]) == shop.mei


async def test_without_a_bot_a_first_message_is_given_to_somebody(shop: Shop) -> None:
    recorded = await shop.database.write(
        desk.record_inbound, a.inbound(contact="ann"), shop.clock.now(), bot_answers=False
    )
    assert await shop.holder(recorded.conversation_id) == shop.mei
    again = await shop.database.write(
        desk.record_inbound, a.inbound(contact="ann"), shop.clock.now(), bot_answers=False
    )
    assert [again.conversation_id, await shop.holder(again.conversation_id)] == [recorded.conversation_id, shop.mei]


async def test_a_snooze_of_who_has_left_ends_with_somebody_else(shop: Shop) -> None:
    conversation = await shop.called("ann")
    seen = (await shop.database.read(inbox.conversation_view, conversation)).last_seq
    await shop.do(desk.snooze, conversation, shop.mei, seen, shop.clock.now() + timedelta(minutes=30))
    await shop.says(shop.mei, "offline")
    shop.clock.move(30 * 60)
    await shop.says(shop.jun, "online")
    await shop.do(desk.wake_up, conversation)
    assert await shop.holder(conversation) == shop.jun


async def test_the_clocks_of_people_begin_with_their_words_not_with_an_assignment(shop: Shop) -> None:
    conversation = await shop.called("ann")
    assert await shop.database.read(_claimed, conversation) is False
    await shop.replies(conversation, shop.mei)
    assert await shop.database.read(_claimed, conversation) is True


async def test_handoffs_at_once_in_two_processes_overfill_nobody(database_url: str, clock: MovedClock) -> None:
    one, two = (db.connect(database_url, LocalWakeups()) for _ in range(2))
    shop = Shop(one, clock)
    await shop.open(Rules(automatic=True, capacity=3))
    recorded = [await one.write(a.write, clock.now(), "?", f"contact-{n}") for n in range(12)]
    fences = [await one.read(a.fence, written.conversation_id) for written in recorded]
    both = [(process, fence) for process, fence in zip((one, two) * 6, fences, strict=True)]
    await asyncio.gather(*(process.write(a.hand_off, clock.now(), fence) for process, fence in both))
    loads = {colleague.id: colleague.open for colleague in await one.read(presence.colleagues, clock.now())}
    assert loads == {shop.mei: 3, shop.jun: 3}
    await asyncio.gather(*(process.close() for process in (one, two)))


async def test_much_is_given_out_bit_by_bit(shop: Shop) -> None:
    await shop.says(shop.mei, "away")
    await shop.says(shop.jun, "away")
    for n in range(AT_ONCE + 3):
        await shop.called(f"contact-{n}")
    await shop.do(teams.put_seat, SeatView(shop.mei, "", (), (), 100))
    await shop.says(shop.mei, "online")
    mine = (await shop.database.read(inbox.listing, "mine", shop.mei)).rows
    assert len(mine) == AT_ONCE
    await shop.passes(30)
    mine = (await shop.database.read(inbox.listing, "mine", shop.mei)).rows
    assert len(mine) == AT_ONCE + 3


async def test_what_another_transaction_holds_is_given_out_a_moment_later(postgres_url: str, clock: MovedClock) -> None:
    database = db.connect(postgres_url, LocalWakeups())
    await database.migrate()
    shop = Shop(database, clock)
    await shop.open()
    await shop.says(shop.mei, "away")
    await shop.says(shop.jun, "away")
    conversation = await shop.called("ann")
    other = await asyncpg.connect(postgres_url)
    async with other.transaction():
        await other.execute("SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE", conversation)
        await shop.says(shop.mei, "online")
        assert await shop.holder(conversation) is None
    await other.close()
    await shop.passes(30)
    assert await shop.holder(conversation) == shop.mei
    await database.close()


async def test_lists_are_narrowed_to_a_team(shop: Shop) -> None:
    await shop.team("returns", shop.mei, intents=("request_return",))
    mine = await shop.called("ann", intent="request_return")
    await shop.called("bo")
    found = await shop.database.read(inbox.listing, "all", 0, inbox.Filter(team="returns"))
    assert [row.id for row in found.rows] == [mine]


def _claimed(session: Session, conversation: int) -> bool:
    return session.scalars(select(Handoff.claimed_at).where(Handoff.conversation_id == conversation)).one() is not None


async def test_a_team_outlives_who_was_in_it(shop: Shop) -> None:
    boss = await shop.agent("Boss")
    await shop.database.write(staff.change, boss, None, "admin", None, shop.clock.now())
    await shop.team("returns", shop.mei, shop.jun)
    await shop.database.write(staff.deactivate, shop.mei, boss, shop.clock.now())
    await shop.database.write(staff.change, shop.jun, None, "maintainer", boss, shop.clock.now())
    (returns,) = await shop.database.read(teams.listing)
    assert returns.members == ()
    await shop.do(teams.put, replace(returns, active=False))


async def test_who_begins_to_work_is_given_what_waits(shop: Shop) -> None:
    for agent in (shop.mei, shop.jun):
        await shop.says(agent, "offline")
    lin = await shop.agent("Lin")
    await shop.database.write(staff.change, lin, None, "maintainer", None, shop.clock.now())
    conversation = await shop.called("ann")
    assert await shop.holder(conversation) is None
    await shop.database.write(staff.change, lin, None, "agent", None, shop.clock.now())
    assert await shop.holder(conversation) == lin


async def test_room_by_silence_is_given_out(shop: Shop) -> None:
    await shop.says(shop.jun, "offline")
    held = [await shop.called(f"contact-{n}") for n in range(2)]
    for conversation in held:
        await shop.replies(conversation, shop.mei)
    shop.clock.move(48 * 3600)
    waiting = await shop.called("bo")
    await shop.says(shop.mei, "online")
    assert await shop.holder(waiting) is None
    await shop.database.write(desk.close_silent, shop.clock.now(), timedelta(hours=48))
    assert await shop.holder(waiting) == shop.mei


async def test_processes_that_open_the_desk_together_all_do(database: Database, clock: MovedClock) -> None:
    """On PostgreSQL each finds no row yet and writes one; whoever comes second looks again."""

    async def start() -> None:
        await database.write(jobs.schedule, "due", "", clock.now())
        await database.write(teams.open_desk, Rules(capacity=3), clock.now())

    await asyncio.gather(*(start() for _ in range(4)))
    assert (await database.read(teams.arrangement)).rules.capacity == 3
