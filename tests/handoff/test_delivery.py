"""The outbox: in order, never after a takeover, never forgotten, at most once more than once."""

import asyncio
from collections import defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff import delivery, desk, inbox
from handoff.db import Database
from handoff.delivery import MAX_ATTEMPTS, Parcel, SendFailed
from handoff.models import Contact
from handoff.values import DeliveryView
from handoff.watches import Dispatcher
from tests import builders as a
from tests.fakes import MovedClock, RecordingSender


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


def dispatcher(database: Database, clock: MovedClock, sender: RecordingSender, place: str = "telegram") -> Dispatcher:
    return Dispatcher(database, clock, {place: sender})


async def test_words_reach_the_place_in_their_order_one_at_a_time(database: Database, clock: MovedClock) -> None:
    conversation, sender = await asked_and_answered(database, clock, "one", "two", "three"), RecordingSender()
    outbox = dispatcher(database, clock, sender)
    await outbox.run_due()
    assert sender.texts == ["one"], "only the head may go"
    await outbox.run_due()
    await outbox.run_due()
    assert sender.texts == ["one", "two", "three"]
    assert [view.state for view in await states(database, conversation)] == ["sent"] * 3


async def test_a_line_that_is_stuck_holds_up_nobody_else(database: Database, clock: MovedClock) -> None:
    await asked_and_answered(database, clock, "to ann", contact="ann")
    await asked_and_answered(database, clock, "to bo", contact="bo")
    sender = RecordingSender()
    sender.refuses["ann"] = SendFailed("not now")
    outbox = dispatcher(database, clock, sender)
    await outbox.run_due()
    assert sender.texts == ["to bo"]


async def test_the_next_message_waits_for_a_retry_of_the_one_before(database: Database, clock: MovedClock) -> None:
    await asked_and_answered(database, clock, "one", "two")
    sender = RecordingSender()
    sender.refuses["ann"] = SendFailed("slow down", retry_after=30)
    outbox = dispatcher(database, clock, sender)
    await outbox.run_due()
    del sender.refuses["ann"]
    clock.move(29)
    await outbox.run_due()
    assert sender.texts == []
    clock.move(2)
    await outbox.run_due()
    await outbox.run_due()
    assert sender.texts == ["one", "two"]


async def test_a_takeover_stops_what_the_bot_said_and_nobody_has_sent(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation, sender = await asked_and_answered(database, clock, "one", "two"), RecordingSender()
    await database.write(desk.claim, conversation, mei, clock.now())
    await database.write(desk.agent_reply, conversation, mei, "reply-01", "Mei here", clock.now())
    outbox = dispatcher(database, clock, sender)
    for _ in range(4):
        await outbox.run_due()
    assert sender.texts == ["Mei here"]
    assert [view.state for view in await states(database, conversation)] == ["cancelled", "cancelled", "sent"]


async def test_a_retry_looks_again_whether_a_person_has_it(database: Database, clock: MovedClock, mei: int) -> None:
    conversation, sender = await asked_and_answered(database, clock, "one"), RecordingSender()
    sender.refuses["ann"] = SendFailed("not now")
    outbox = dispatcher(database, clock, sender)
    await outbox.run_due()
    await database.write(desk.claim, conversation, mei, clock.now())
    del sender.refuses["ann"]
    clock.move(600)
    await outbox.run_due()
    assert sender.texts == []


async def test_the_notice_of_a_handoff_goes_out_although_a_person_has_it(
    database: Database, clock: MovedClock, mei: int
) -> None:
    recorded = await database.write(a.write, clock.now(), "?", "ann", "telegram")
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, recorded.conversation_id))
    await database.write(desk.claim, recorded.conversation_id, mei, clock.now())
    sender = RecordingSender()
    await dispatcher(database, clock, sender).run_due()
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
    await outbox.run_due()
    first = (await states(database, conversation))[0]
    assert (first.state, first.trouble) == ("failed", "blocked by the user")
    del sender.refuses["ann"]
    await outbox.run_due()
    assert sender.texts == ["two"]


async def test_trying_ends_after_a_while(database: Database, clock: MovedClock) -> None:
    conversation, sender = await asked_and_answered(database, clock, "one"), RecordingSender()
    sender.refuses["ann"] = SendFailed("not now")
    outbox = dispatcher(database, clock, sender)
    for _ in range(MAX_ATTEMPTS + 3):
        await outbox.run_due()
        clock.move(301)
    assert sender.tries == MAX_ATTEMPTS
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
    await outbox.run_due()
    assert sender.parcels == [], "the customer may still be there"
    clock.move(121)
    await outbox.run_due()
    await outbox.run_due()
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
    await dispatcher(database, clock, sender, "email").run_due()
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
    await outbox.run_due()
    assert sender.texts == ["to bo"]
    clock.move(timedelta(minutes=1).total_seconds())
    await outbox.run_due()
    assert sender.texts == ["to bo", "to ann"]
