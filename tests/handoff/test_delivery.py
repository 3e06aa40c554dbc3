"""The outbox: in order, never after a takeover, never forgotten, at most once more than once."""

import asyncio
import itertools
from collections import defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff import delivery, desk, events, inbox
from handoff.db import Database
from handoff.delivery import CHAT, LETTER, Parcel, Sender, SendFailed
from handoff.desk import contacts
from handoff.models import Contact, StoredFile
from handoff.ports import LocalWakeups
from handoff.values import DeliveryView
from handoff.watches import Dispatcher
from tests import builders as a
from tests.fakes import MovedClock, RecordingSender

DEADLINE_S = 60.0


@pytest.fixture
async def mei(database: Database, clock: MovedClock) -> int:
    return await database.write(a.agent, clock.now(), "Mei")


async def asked_and_answered(database: Database, clock: MovedClock, *answers: str, contact: str = "ann") -> int:
    """A conversation on a channel that must be pushed to; one question for each answer."""
    conversation = 0
    for answer in answers:
        recorded = await database.write(a.write, clock.now(), "?", contact, "telegram")
        conversation = recorded.conversation_id
        await database.write(a.answer, clock.now(), await database.read(a.fence, conversation), answer)
    return conversation


async def left_address(database: Database, conversation: int, email: str = "ann@mail.example") -> None:
    def leave(session: Session) -> None:
        session.execute(update(Contact).values(email=email))

    await database.write(leave)


async def states(database: Database, conversation: int) -> list[DeliveryView]:
    told = await database.read(inbox.transcript, conversation)
    return [view for message in told.messages for view in message.deliveries]


def dispatcher(database: Database, clock: MovedClock, sender: Sender, place: str = "telegram") -> Dispatcher:
    return Dispatcher(database, LocalWakeups(), clock, {place: sender})


async def deliver(outbox: Dispatcher) -> None:
    """One look at the outbox, and its sends seen through."""
    await outbox.run_due()
    await outbox.drain(DEADLINE_S)


async def test_words_reach_the_place_in_their_order_one_at_a_time(database: Database, clock: MovedClock) -> None:
    conversation, sender = await asked_and_answered(database, clock, "one", "two", "three"), RecordingSender()
    outbox = dispatcher(database, clock, sender)
    await deliver(outbox)
    assert sender.texts == ["one"], "only the head may go"
    await deliver(outbox)
    await deliver(outbox)
    assert sender.texts == ["one", "two", "three"]
    assert [view.state for view in await states(database, conversation)] == ["sent"] * 3


async def test_a_line_that_is_stuck_holds_up_nobody_else(database: Database, clock: MovedClock) -> None:
    await asked_and_answered(database, clock, "to ann", contact="ann")
    await asked_and_answered(database, clock, "to bo", contact="bo")
    sender = RecordingSender()
    sender.refuses["ann"] = SendFailed("not now")
    outbox = dispatcher(database, clock, sender)
    await deliver(outbox)
    assert sender.texts == ["to bo"]


async def test_the_next_message_waits_for_a_retry_of_the_one_before(database: Database, clock: MovedClock) -> None:
    await asked_and_answered(database, clock, "one", "two")
    sender = RecordingSender()
    sender.refuses["ann"] = SendFailed("slow down", retry_after=30)
    outbox = dispatcher(database, clock, sender)
    await deliver(outbox)
    del sender.refuses["ann"]
    clock.move(29)
    await deliver(outbox)
    assert sender.texts == []
    clock.move(2)
    await deliver(outbox)
    await deliver(outbox)
    assert sender.texts == ["one", "two"]


async def test_a_takeover_stops_what_the_bot_said_and_nobody_has_sent(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation, sender = await asked_and_answered(database, clock, "one", "two"), RecordingSender()
    await database.write(desk.claim, conversation, mei, clock.now())
    await database.write(desk.agent_reply, conversation, mei, "reply-01", "Mei here", clock.now())
    outbox = dispatcher(database, clock, sender)
    for _ in range(4):
        await deliver(outbox)
    assert sender.texts == ["Mei here"]
    assert [view.state for view in await states(database, conversation)] == ["cancelled", "cancelled", "sent"]


async def test_a_retry_looks_again_whether_a_person_has_it(database: Database, clock: MovedClock, mei: int) -> None:
    conversation, sender = await asked_and_answered(database, clock, "one"), RecordingSender()
    sender.refuses["ann"] = SendFailed("not now")
    outbox = dispatcher(database, clock, sender)
    await deliver(outbox)
    await database.write(desk.claim, conversation, mei, clock.now())
    del sender.refuses["ann"]
    clock.move(600)
    await deliver(outbox)
    assert sender.texts == []


async def test_the_notice_of_a_handoff_goes_out_although_a_person_has_it(
    database: Database, clock: MovedClock, mei: int
) -> None:
    recorded = await database.write(a.write, clock.now(), "?", "ann", "telegram")
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, recorded.conversation_id))
    await database.write(desk.claim, recorded.conversation_id, mei, clock.now())
    sender = RecordingSender()
    await deliver(dispatcher(database, clock, sender))
    assert sender.texts == ["A colleague takes over."]


async def test_what_is_on_its_way_when_a_person_takes_over_is_shown_as_such(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await asked_and_answered(database, clock, "one")
    await database.write(delivery.lease_heads, "a process", ("telegram",), clock.now())
    await database.write(desk.claim, conversation, mei, clock.now())
    assert [view.state for view in await states(database, conversation)] == ["sending"]


async def test_an_address_that_never_works_is_given_up_and_the_next_message_tried(
    database: Database, clock: MovedClock
) -> None:
    conversation, sender = await asked_and_answered(database, clock, "one", "two"), RecordingSender()
    sender.refuses["ann"] = SendFailed("blocked by the user", permanent=True)
    outbox = dispatcher(database, clock, sender)
    await deliver(outbox)
    first = (await states(database, conversation))[0]
    assert (first.state, first.trouble) == ("failed", "blocked by the user")
    del sender.refuses["ann"]
    await deliver(outbox)
    assert sender.texts == ["two"]


async def test_trying_ends_after_a_while(database: Database, clock: MovedClock) -> None:
    conversation, sender = await asked_and_answered(database, clock, "one"), RecordingSender()
    sender.refuses["ann"] = SendFailed("not now")
    outbox = dispatcher(database, clock, sender)
    for _ in range(CHAT.tries + 3):
        await deliver(outbox)
        clock.move(CHAT.longest + 1)
    assert sender.tries == CHAT.tries
    assert [view.state for view in await states(database, conversation)] == ["failed"]


async def test_a_send_whose_answer_was_lost_is_repeated_once_and_marked(database: Database, clock: MovedClock) -> None:
    """The process died between sending and writing it down."""
    conversation = await asked_and_answered(database, clock, "one", "two")
    for attempt in range(2):
        leased = await database.write(delivery.lease_heads, f"process {attempt}", ("telegram",), clock.now())
        assert [parcel.lines[0].text for parcel in leased] == ["one"]
        clock.move(delivery.LEASE.total_seconds() + 1)
    leased = await database.write(delivery.lease_heads, "process 3", ("telegram",), clock.now())
    assert leased == []
    first = (await states(database, conversation))[0]
    assert (first.state, first.maybe_twice) == ("failed", True)
    leased = await database.write(delivery.lease_heads, "process 4", ("telegram",), clock.now())
    assert [parcel.lines[0].text for parcel in leased] == ["two"]


async def test_who_lost_the_lease_changes_nothing(database: Database, clock: MovedClock) -> None:
    conversation = await asked_and_answered(database, clock, "one")
    [slow] = await database.write(delivery.lease_heads, "slow", ("telegram",), clock.now())
    clock.move(delivery.LEASE.total_seconds() + 1)
    [quick] = await database.write(delivery.lease_heads, "quick", ("telegram",), clock.now())
    await database.write(delivery.failed, slow, "slow", SendFailed("too slow", permanent=True), clock.now())
    await database.write(delivery.sent, quick, "quick", "message 7", clock.now())
    assert [view.state for view in await states(database, conversation)] == ["sent"]


async def test_two_processes_never_hold_the_same_line(database: Database, clock: MovedClock) -> None:
    for name in ("ann", "bo", "cy", "di"):
        await asked_and_answered(database, clock, "one", contact=name)
    taken = await asyncio.gather(
        *(database.write(delivery.lease_heads, f"process {n}", ("telegram",), clock.now(), 3) for n in range(4))
    )
    ids = [parcel.ids for parcels in taken for parcel in parcels]
    assert len(ids) == len(set(ids))
    held: dict[int, int] = defaultdict(int)
    for parcels in taken:
        for parcel in parcels:
            held[parcel.conversation_id] += 1
    assert set(held.values()) == {1}


async def test_a_customer_who_left_gets_one_letter_with_everything(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = (await database.write(a.write, clock.now())).conversation_id
    await left_address(database, conversation)
    await database.write(desk.claim, conversation, mei, clock.now())
    for n, text in enumerate(("Found it.", "It arrives tomorrow.")):
        await database.write(desk.agent_reply, conversation, mei, f"reply-{n}", text, clock.now())
    sender = RecordingSender()
    outbox = dispatcher(database, clock, sender, "email")
    await deliver(outbox)
    assert sender.parcels == [], "the customer may still be there"
    clock.move(121)
    await deliver(outbox)
    await deliver(outbox)
    assert [[line.text for line in parcel.lines] for parcel in sender.parcels] == [
        ["Found it.", "It arrives tomorrow."]
    ]
    assert [view.state for view in await states(database, conversation)] == ["sent", "sent"]


async def test_a_customer_who_has_read_it_gets_no_letter(database: Database, clock: MovedClock, mei: int) -> None:
    recorded = await database.write(a.write, clock.now())
    await left_address(database, recorded.conversation_id)
    await database.write(desk.claim, recorded.conversation_id, mei, clock.now())
    await database.write(desk.agent_reply, recorded.conversation_id, mei, "reply-01", "Found it.", clock.now())
    await database.write(desk.presence.contact_got, "widget", "visitor-1", clock.now(), seen=99)
    clock.move(121)
    sender = RecordingSender()
    await deliver(dispatcher(database, clock, sender, "email"))
    assert sender.parcels == []
    assert [view.state for view in await states(database, recorded.conversation_id)] == ["cancelled"]


async def test_a_sender_that_breaks_is_tried_again_and_stops_nobody(database: Database, clock: MovedClock) -> None:
    await asked_and_answered(database, clock, "to ann", contact="ann")
    await asked_and_answered(database, clock, "to bo", contact="bo")

    class Broken(RecordingSender):
        async def send(self, parcel: Parcel) -> str | None:
            if parcel.contact_key == "ann" and self.tries == 0:
                self.tries += 1
                raise KeyError("a bug")
            return await super().send(parcel)

    sender = Broken()
    outbox = dispatcher(database, clock, sender)
    await deliver(outbox)
    assert sender.texts == ["to bo"]
    clock.move(timedelta(minutes=1).total_seconds())
    await deliver(outbox)
    assert sender.texts == ["to bo", "to ann"]


async def letters(database: Database, clock: MovedClock, mei: int, *texts: str) -> int:
    """A conversation whose customer gave an address, and what Mei answered; the letter is due."""
    conversation = (await database.write(a.write, clock.now())).conversation_id
    await left_address(database, conversation)
    await database.write(desk.claim, conversation, mei, clock.now())
    for text in texts:
        await answers(database, clock, conversation, mei, text)
    clock.move(121)
    return conversation


async def answers(database: Database, clock: MovedClock, conversation: int, mei: int, text: str) -> None:
    await database.write(desk.agent_reply, conversation, mei, f"reply {text}", text, clock.now())


async def leased(database: Database, clock: MovedClock, owner: str = "a process") -> list[list[str]]:
    parcels = await database.write(delivery.lease_heads, owner, ("email",), clock.now())
    return [[line.text for line in parcel.lines] for parcel in parcels]


def of_lines(sender: RecordingSender) -> list[list[str]]:
    return [[line.text for line in parcel.lines] for parcel in sender.parcels]


async def test_an_outage_of_some_minutes_loses_no_chat_message(database: Database, clock: MovedClock) -> None:
    await asked_and_answered(database, clock, "one")
    sender = RecordingSender()
    sender.refuses["ann"] = SendFailed("not now")
    outbox = dispatcher(database, clock, sender)
    for _ in range(40):
        await deliver(outbox)
        clock.move(15)
    del sender.refuses["ann"]
    clock.move(CHAT.longest)
    await deliver(outbox)
    assert sender.texts == ["one"]


async def test_a_letter_is_tried_for_a_day_with_growing_pauses(database: Database, clock: MovedClock, mei: int) -> None:
    conversation, sender = await letters(database, clock, mei, "Found it."), RecordingSender()
    sender.refuses["visitor-1"] = SendFailed("the mail server said 535")
    outbox, begun, tried_at = dispatcher(database, clock, sender, "email"), clock.now(), [clock.now()]
    while (await states(database, conversation))[0].state == "pending":
        before = sender.tries
        await deliver(outbox)
        if sender.tries > before:
            tried_at.append(clock.now())
        clock.move(60 if sender.tries < 7 else 1800)
    assert timedelta(hours=23) < tried_at[-1] - begun < timedelta(hours=26)
    assert sender.tries == LETTER.tries
    pauses = [later - earlier for earlier, later in itertools.pairwise(tried_at[1:])]
    assert pauses == sorted(pauses)


async def test_a_server_that_puts_strangers_off_for_five_minutes_takes_the_letter_in_the_end(
    database: Database, clock: MovedClock, mei: int
) -> None:
    await letters(database, clock, mei, "Found it.")
    sender, welcome_from = RecordingSender(), clock.now() + timedelta(seconds=300)
    sender.refuses["visitor-1"] = SendFailed("the mail server said [450]")
    outbox = dispatcher(database, clock, sender, "email")
    for _ in range(10):
        if clock.now() >= welcome_from:
            sender.refuses.clear()
        await deliver(outbox)
        clock.move(60)
    assert sender.texts == ["Found it."]


async def test_agents_are_told_when_a_letter_failed_for_good(database: Database, clock: MovedClock, mei: int) -> None:
    conversation, sender = await letters(database, clock, mei, "Found it."), RecordingSender()
    sender.refuses["visitor-1"] = SendFailed("the mail server said [550]", permanent=True)
    known, cursor = await rev(database, conversation), await database.read(events.newest)
    await deliver(dispatcher(database, clock, sender, "email"))
    assert [(view.state, view.trouble) for view in await changed(database, conversation, known)] == [
        ("failed", "the mail server said [550]")
    ]
    happened, _ = await database.read(events.after, cursor)
    assert {event.kind for event in happened} == {"delivery"}


async def gone_on(database: Database, clock: MovedClock, mei: int) -> int:
    """Mei has a widget's conversation that goes on in Telegram."""
    conversation = (await database.write(a.write, clock.now())).conversation_id
    await left_address(database, conversation)
    link = await database.write(contacts.make_link, "widget", "visitor-1", None, clock.now())
    await database.write(contacts.follow_link, link, "telegram", "77", clock.now())
    await database.write(desk.claim, conversation, mei, clock.now())
    return conversation


async def test_who_cannot_be_reached_where_they_went_on_gets_letters_until_they_come_back(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation, sender = await gone_on(database, clock, mei), RecordingSender()
    sender.refuses["77"] = SendFailed("blocked", gone=True)
    for number, text in enumerate(("Found it.", "Really.")):
        await database.write(desk.agent_reply, conversation, mei, f"r{number}", text, clock.now())
    for _ in range(3):
        await deliver(dispatcher(database, clock, sender))
    assert (await database.read(contacts.who, "telegram", "77")).away
    await database.write(desk.agent_reply, conversation, mei, "r3", "Still there?", clock.now())
    clock.move(180)
    await deliver(dispatcher(database, clock, sender, "email"))
    assert sender.texts == ["Found it.", "Really.", "Still there?"]
    await database.write(contacts.come_back, "telegram", "77")
    sender.refuses.clear()
    await database.write(desk.agent_reply, conversation, mei, "r4", "Good.", clock.now())
    await deliver(dispatcher(database, clock, sender))
    assert sender.texts[3:] == ["Good."] and sender.parcels[-1].contact_key == "77"


async def test_what_one_place_refuses_for_itself_alone_changes_no_way(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation, sender = await gone_on(database, clock, mei), RecordingSender()
    sender.refuses["77"] = SendFailed("too long", permanent=True)
    await database.write(desk.agent_reply, conversation, mei, "r1", "Found it.", clock.now())
    await deliver(dispatcher(database, clock, sender))
    assert not (await database.read(contacts.who, "telegram", "77")).away


async def test_nothing_goes_to_somebody_who_is_not_there_any_more(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation, sender = await gone_on(database, clock, mei), RecordingSender()
    await database.write(desk.agent_reply, conversation, mei, "r1", "Found it.", clock.now())
    contact = (await database.read(inbox.conversation_view, conversation)).contact_id
    await database.write(contacts.leave_channels, contact)
    await deliver(dispatcher(database, clock, sender))
    assert sender.tries == 0
    assert await states(database, conversation) == [
        DeliveryView("telegram", "cancelled", delivery.NOT_THERE, maybe_twice=False)
    ]


async def test_words_that_came_late_do_not_fail_with_those_whose_tries_are_used_up(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation, sender = await letters(database, clock, mei, "old"), RecordingSender()
    sender.refuses["visitor-1"] = SendFailed("not now")
    outbox = dispatcher(database, clock, sender, "email")
    for _ in range(LETTER.tries - 1):
        await deliver(outbox)
        clock.move(LETTER.longest)
    await answers(database, clock, conversation, mei, "new")
    await deliver(outbox)
    assert [view.state for view in await states(database, conversation)] == ["failed", "pending"]


async def test_who_has_written_since_has_read_the_answer(database: Database, clock: MovedClock, mei: int) -> None:
    conversation, sender = await letters(database, clock, mei, "Found it."), RecordingSender()
    await database.write(a.write, clock.now(), "Thanks!")
    await deliver(dispatcher(database, clock, sender, "email"))
    assert sender.parcels == []
    assert [view.state for view in await states(database, conversation)] == ["cancelled"]


async def test_a_letter_lost_with_its_process_is_repeated_with_its_lines_and_no_others(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await letters(database, clock, mei, "one", "two", "three")
    assert await leased(database, clock) == [["one", "two", "three"]]
    await answers(database, clock, conversation, mei, "four")
    clock.move(delivery.LEASE.total_seconds() + 121)
    sender = RecordingSender()
    outbox = dispatcher(database, clock, sender, "email")
    await deliver(outbox)
    await deliver(outbox)
    assert of_lines(sender) == [["one", "two", "three"], ["four"]]
    assert [view.maybe_twice for view in await states(database, conversation)] == [True, True, True, False]


async def test_a_letter_without_an_answer_is_repeated_with_its_lines_and_no_others(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await letters(database, clock, mei, "one", "two")
    sender = RecordingSender()
    sender.refuses["visitor-1"] = SendFailed("no answer", unknown=True)
    outbox = dispatcher(database, clock, sender, "email")
    await deliver(outbox)
    await answers(database, clock, conversation, mei, "three")
    clock.move(200)
    sender.refuses["visitor-1"] = SendFailed("not now")
    await deliver(outbox)
    sender.refuses.clear()
    clock.move(200)
    await deliver(outbox)
    await deliver(outbox)
    assert of_lines(sender) == [["one", "two"], ["three"]]


async def test_a_letter_lost_twice_is_given_up_as_a_whole(database: Database, clock: MovedClock, mei: int) -> None:
    conversation = await letters(database, clock, mei, "one", "two")
    for process in ("one process", "another"):
        assert await leased(database, clock, process) == [["one", "two"]]
        clock.move(delivery.LEASE.total_seconds() + 1)
    known = await rev(database, conversation)
    assert await leased(database, clock) == []
    assert [view.state for view in await changed(database, conversation, known)] == ["failed", "failed"]


@pytest.mark.parametrize("with_a_mail_server", [True, False])
async def test_letters_that_waited_two_days_for_a_mail_server_are_not_sent(
    database: Database, clock: MovedClock, mei: int, with_a_mail_server: bool
) -> None:
    conversation, sender = await letters(database, clock, mei, "last week"), RecordingSender()
    clock.move(delivery.STALE_AFTER.total_seconds())
    await answers(database, clock, conversation, mei, "just now")
    clock.move(121)
    outbox = dispatcher(database, clock, sender, "email" if with_a_mail_server else "telegram")
    await deliver(outbox)
    await deliver(outbox)
    assert of_lines(sender) == ([["just now"]] if with_a_mail_server else [])
    assert [view.state for view in await states(database, conversation)] == [
        "cancelled",
        "sent" if with_a_mail_server else "pending",
    ]


async def test_every_change_on_the_way_reaches_the_transcript_of_agents(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await letters(database, clock, mei, "one")
    known, cursor = await rev(database, conversation), await database.read(events.newest)
    await leased(database, clock)
    assert [view.state for view in await changed(database, conversation, known)] == ["sending"]
    known = await rev(database, conversation)
    await database.write(desk.presence.contact_got, "widget", "visitor-1", clock.now(), seen=99)
    clock.move(delivery.LEASE.total_seconds() + 1)
    await leased(database, clock)
    assert [view.state for view in await changed(database, conversation, known)] == ["cancelled"]
    happened, _ = await database.read(events.after, cursor)
    assert [event.kind for event in happened].count("delivery") == 2


async def test_agents_see_at_once_what_a_takeover_cancelled(database: Database, clock: MovedClock, mei: int) -> None:
    conversation = await asked_and_answered(database, clock, "one")
    known = await rev(database, conversation)
    await database.write(desk.claim, conversation, mei, clock.now())
    assert [view.state for view in await changed(database, conversation, known)] == ["cancelled"]


async def rev(database: Database, conversation: int) -> int:
    return (await database.read(inbox.conversation_view, conversation)).rev


async def changed(database: Database, conversation: int, since: int) -> list[DeliveryView]:
    told = await database.read(inbox.transcript, conversation, since)
    return [view for message in told.messages for view in message.deliveries]


async def test_a_letter_knows_of_the_files_it_cannot_take_along(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await letters(database, clock, mei, "See this.")
    told = await database.read(inbox.transcript, conversation)
    [message_id] = [message.id for message in told.messages if message.author == "agent"]

    def attach(session: Session) -> None:
        row = {"owner": "agent:1", "name": "a.png", "kind": "image", "type": "image/png", "size": 9}
        for key in ("a", "b"):
            session.add(StoredFile(key=key * 32, message_id=message_id, created_at=clock.now(), **row))

    await database.write(attach)
    sender = RecordingSender()
    await deliver(dispatcher(database, clock, sender, "email"))
    [parcel] = sender.parcels
    assert [line.files for line in parcel.lines] == [2]
