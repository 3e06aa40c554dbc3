"""The desk's verbs, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from handoff import desk, inbox, queue
from handoff.db import Database
from handoff.errors import AlreadyAssigned, IllegalTransition, NewerMessage, NotYours, OldButton, TooLate
from handoff.states import Status
from handoff.values import Activity, MessageView, Outgoing, Priority, Reason
from tests import builders as a
from tests.fakes import MovedClock


async def transcript(database: Database, conversation_id: int) -> tuple[MessageView, ...]:
    return (await database.read(inbox.transcript, conversation_id)).messages


async def status(database: Database, conversation_id: int) -> Status:
    return (await database.read(inbox.transcript, conversation_id)).conversation.status


async def test_a_message_sent_twice_is_stored_once(database: Database, clock: MovedClock) -> None:
    message = a.inbound("hello", source_id="same")
    first = await database.write(desk.record_inbound, message, clock.now())
    again = await database.write(desk.record_inbound, message, clock.now())
    assert (again.seq, again.duplicate) == (first.seq, True)
    assert len(await transcript(database, first.conversation_id)) == 1


async def test_two_contacts_may_use_the_same_source_id(database: Database, clock: MovedClock) -> None:
    one = await database.write(desk.record_inbound, a.inbound(contact="x", source_id="same"), clock.now())
    two = await database.write(desk.record_inbound, a.inbound(contact="y", source_id="same"), clock.now())
    assert one.conversation_id != two.conversation_id
    assert not two.duplicate


async def test_messages_are_numbered_in_the_order_they_came(database: Database, clock: MovedClock) -> None:
    recorded = [await database.write(a.write, clock.now(), text) for text in ("one", "two", "three")]
    assert [r.seq for r in recorded] == [1, 2, 3]
    assert [m.text for m in await transcript(database, recorded[0].conversation_id)] == ["one", "two", "three"]


async def test_the_bot_answers_a_burst_once(database: Database, clock: MovedClock) -> None:
    first = await database.write(a.write, clock.now(), "hello")
    early = await database.read(a.fence, first.conversation_id)
    await database.write(a.write, clock.now(), "where is my parcel?")
    late = await database.read(a.fence, first.conversation_id)
    with pytest.raises(TooLate):
        await database.write(a.answer, clock.now(), early)
    await database.write(a.answer, clock.now(), late)
    with pytest.raises(TooLate):
        await database.write(a.answer, clock.now(), late)
    assert [m.author for m in await transcript(database, first.conversation_id)] == ["contact", "contact", "bot"]
    assert await database.read(desk.open_turn, first.conversation_id) is None


async def test_a_late_bot_answer_is_dropped_after_takeover(database: Database, clock: MovedClock) -> None:
    agent = await database.write(a.agent, clock.now())
    recorded = await database.write(a.write, clock.now())
    fence = await database.read(a.fence, recorded.conversation_id)
    await database.write(desk.claim, recorded.conversation_id, agent, clock.now())
    with pytest.raises(TooLate):
        await database.write(a.answer, clock.now(), fence)
    assert "bot" not in [m.author for m in await transcript(database, recorded.conversation_id)]


async def test_a_handoff_stores_owner_reason_and_words_together(database: Database, clock: MovedClock) -> None:
    recorded = await database.write(a.write, clock.now())
    fence = await database.read(a.fence, recorded.conversation_id)
    clock.move(2)
    await database.write(a.hand_off, clock.now(), fence, Reason.SAFETY)
    told = await database.read(inbox.transcript, recorded.conversation_id)
    assert told.conversation.status is Status.OPEN
    assert told.conversation.reason is Reason.SAFETY
    assert told.asked is not None and told.asked.asked_at < clock.now()
    assert [m.author for m in told.messages] == ["contact", "system"]


@pytest.mark.parametrize(
    ("reason", "refused"),
    [
        (Reason.CUSTOMER_REQUEST, False),
        (Reason.SAFETY, False),
        (Reason.COMPLAINT, False),
        (Reason.NLU_UNAVAILABLE, False),
        (Reason.LOW_CONFIDENCE, True),
        (Reason.NO_ARTICLE, True),
    ],
)
async def test_asking_for_a_person_twice_does_not_delay_itself(
    database: Database, clock: MovedClock, reason: Reason, refused: bool
) -> None:
    recorded = await database.write(a.write, clock.now(), "轉人工")
    fence = await database.read(a.fence, recorded.conversation_id)
    await database.write(a.write, clock.now(), "??")
    if refused:
        with pytest.raises(TooLate):
            await database.write(a.hand_off, clock.now(), fence, reason)
    else:
        await database.write(a.hand_off, clock.now(), fence, reason)
        assert await status(database, recorded.conversation_id) is Status.OPEN


async def test_of_two_claims_one_wins_and_the_other_learns_who(database: Database, clock: MovedClock) -> None:
    mei, jun = [await database.write(a.agent, clock.now(), name) for name in ("Mei", "Jun")]
    recorded = await database.write(a.write, clock.now())
    await database.write(desk.claim, recorded.conversation_id, mei, clock.now())
    await database.write(desk.claim, recorded.conversation_id, mei, clock.now())
    with pytest.raises(AlreadyAssigned) as refused:
        await database.write(desk.claim, recorded.conversation_id, jun, clock.now())
    assert refused.value.by == "Mei"
    activities = [m.activity for m in await transcript(database, recorded.conversation_id) if m.activity]
    assert activities == [Activity.CLAIMED]


async def test_only_the_assigned_agent_speaks_to_the_customer(database: Database, clock: MovedClock) -> None:
    mei, jun = [await database.write(a.agent, clock.now(), name) for name in ("Mei", "Jun")]
    recorded = await database.write(a.write, clock.now())
    conversation = recorded.conversation_id
    with pytest.raises(NotYours):
        await database.write(desk.agent_reply, conversation, mei, "r1", "hello", clock.now())
    await database.write(desk.claim, conversation, mei, clock.now())
    with pytest.raises(NotYours):
        await database.write(desk.agent_reply, conversation, jun, "r1", "hello", clock.now())
    one = await database.write(desk.agent_reply, conversation, mei, "r1", "hello", clock.now())
    again = await database.write(desk.agent_reply, conversation, mei, "r1", "hello", clock.now())
    assert one == again
    assert [m.text for m in await transcript(database, conversation) if m.author == "agent"] == ["hello"]


async def test_a_note_is_never_shown_to_the_customer(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    recorded = await database.write(a.write, clock.now())
    await database.write(desk.note, recorded.conversation_id, mei, "n1", "is a regular", clock.now())
    seen = await database.read(inbox.customer_view, "widget", "visitor-1")
    assert seen is not None
    assert [m.text for m in seen[1]] == ["Where is my parcel?"]


@pytest.mark.parametrize("verb", [desk.resolve, desk.hand_back])
async def test_closing_is_refused_when_the_customer_wrote_meanwhile(
    database: Database, clock: MovedClock, verb: Callable[..., None]
) -> None:
    mei = await database.write(a.agent, clock.now())
    recorded = await database.write(a.write, clock.now())
    await database.write(desk.claim, recorded.conversation_id, mei, clock.now())
    newer = await database.write(a.write, clock.now(), "wait, one more thing")
    with pytest.raises(NewerMessage):
        await database.write(verb, recorded.conversation_id, mei, recorded.seq, clock.now())
    await database.write(verb, recorded.conversation_id, mei, newer.seq, clock.now())
    assert await status(database, recorded.conversation_id) in (Status.PENDING, Status.RESOLVED)


async def test_after_hand_back_the_bot_starts_afresh(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    recorded = await database.write(a.write, clock.now())
    conversation = recorded.conversation_id
    fence = await database.read(a.fence, conversation)
    await database.write(a.hand_off, clock.now(), fence, Reason.COMPLAINT)
    await database.write(desk.claim, conversation, mei, clock.now())
    await database.write(desk.hand_back, conversation, mei, recorded.seq, clock.now())
    assert await database.read(desk.open_turn, conversation) is None, "what the person dealt with is dealt with"
    await database.write(a.write, clock.now(), "how do I wash it?")
    turn = await database.read(desk.open_turn, conversation)
    assert turn is not None
    assert [b.seq for b in turn.bubbles] == [turn.fence.last_incoming_seq]
    assert (turn.episode, turn.memory) == (2, {})
    told = await database.read(inbox.transcript, conversation)
    assert (told.conversation.reason, told.asked, told.conversation.priority) == (None, None, Priority.NORMAL)


async def test_a_customer_who_writes_after_resolve_meets_the_bot_in_a_new_episode(
    database: Database, clock: MovedClock
) -> None:
    mei = await database.write(a.agent, clock.now())
    recorded = await database.write(a.write, clock.now())
    conversation = recorded.conversation_id
    await database.write(desk.claim, conversation, mei, clock.now())
    await database.write(desk.resolve, conversation, mei, recorded.seq, clock.now())
    with pytest.raises(IllegalTransition):
        await database.write(desk.claim, conversation, mei, clock.now())
    back = await database.write(a.write, clock.now(), "hello again")
    assert (back.conversation_id, back.bot_owns) == (conversation, True)
    turn = await database.read(desk.open_turn, conversation)
    assert turn is not None and turn.episode == 2


async def test_a_press_that_does_not_reopen_leaves_a_resolved_conversation_resolved(
    database: Database, clock: MovedClock
) -> None:
    mei = await database.write(a.agent, clock.now())
    recorded = await database.write(a.write, clock.now())
    await database.write(desk.claim, recorded.conversation_id, mei, clock.now())
    await database.write(desk.resolve, recorded.conversation_id, mei, recorded.seq, clock.now())
    await database.write(desk.record_inbound, a.press("rate", "5"), clock.now())
    assert await status(database, recorded.conversation_id) is Status.RESOLVED
    assert await database.read(desk.left_waiting, clock.now(), timedelta(0)) == []


async def test_a_button_of_an_earlier_episode_does_nothing(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    recorded = await database.write(a.write, clock.now())
    await database.write(desk.claim, recorded.conversation_id, mei, clock.now())
    await database.write(desk.hand_back, recorded.conversation_id, mei, recorded.seq, clock.now())
    with pytest.raises(OldButton):
        await database.write(desk.record_inbound, a.press("helpful", "no", episode=1), clock.now())
    assert len([m for m in await transcript(database, recorded.conversation_id) if m.author == "contact"]) == 1


async def test_the_customer_may_cancel_the_wait_until_an_agent_has_it(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    recorded = await database.write(a.write, clock.now())
    conversation = recorded.conversation_id
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, conversation))
    await database.write(desk.cancel_wait, conversation, (Outgoing("I am here."),), clock.now())
    assert await status(database, conversation) is Status.PENDING
    assert await database.read(desk.open_turn, conversation) is None
    again = await database.write(a.write, clock.now(), "a person after all")
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, again.conversation_id))
    await database.write(desk.claim, conversation, mei, clock.now())
    with pytest.raises(TooLate):
        await database.write(desk.cancel_wait, conversation, (), clock.now())


async def test_the_queue_is_ordered_by_priority_then_waiting_time(database: Database, clock: MovedClock) -> None:
    ids = {}
    for name, reason in [("early", Reason.LOW_CONFIDENCE), ("late", Reason.LOW_CONFIDENCE), ("fire", Reason.SAFETY)]:
        recorded = await database.write(a.write, clock.now(), "help", name)
        call = replace(a.call(reason), priority=Priority.URGENT if name == "fire" else Priority.NORMAL)
        fence = await database.read(a.fence, recorded.conversation_id)
        await database.write(desk.hand_off, fence, call, clock.now(), decision=None, language=None)
        ids[name] = recorded.conversation_id
        clock.move(10)
    positions = {name: await database.read(queue.position, id_) for name, id_ in ids.items()}
    assert positions == {"fire": 1, "early": 2, "late": 3}
    listed = await database.read(inbox.listing, "queue", 0)
    assert [row.id for row in listed.rows] == [ids["fire"], ids["early"], ids["late"]]
    assert listed.counts["queue"] == 3


async def test_without_a_bot_people_own_the_conversation_from_the_start(database: Database, clock: MovedClock) -> None:
    recorded = await database.write(desk.record_inbound, a.inbound(), clock.now(), bot_answers=False)
    assert not recorded.bot_owns
    assert (await database.read(inbox.listing, "queue", 0)).counts["queue"] == 1
