"""The desk's verbs, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from handoff import desk, inbox, jobs, queue
from handoff.db import Database
from handoff.desk import clocks, presence, record
from handoff.errors import AlreadyAssigned, BadInput, IllegalTransition, NewerMessage, NotYours, OldButton, TooLate
from handoff.models import Conversation
from handoff.states import Status
from handoff.values import Activity, ConversationView, Filled, MessageView, Outgoing, Priority, PromisedTime, Reason
from handoff.watches import ABANDONED_AFTER, RETURN, Watches, returner, waker
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


async def test_the_turn_that_comes_with_a_message_is_the_one_that_can_be_read(
    database: Database, clock: MovedClock
) -> None:
    alone = await database.write(a.write, clock.now(), "hello")
    assert alone.turn is not None
    assert alone.turn == await database.read(desk.open_turn, alone.conversation_id)
    assert (await database.write(a.write, clock.now(), "anybody there?")).turn is None, "there is more to answer"
    fence = await database.read(a.fence, alone.conversation_id)
    await database.write(a.answer, clock.now(), fence)
    pressed = await database.write(desk.record_inbound, a.press("topic", "shipping"), clock.now())
    assert pressed.turn is not None
    assert pressed.turn == await database.read(desk.open_turn, alone.conversation_id)


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


async def test_what_came_behind_the_call_and_nobody_answered_is_the_bots_after_hand_back(
    database: Database, clock: MovedClock
) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    await database.write(desk.claim, conversation, mei, clock.now())
    newer = await database.write(a.write, clock.now(), "and how do I wash it?")
    clock.move(600)
    await database.write(desk.hand_back, conversation, mei, newer.seq, clock.now())
    turn = await database.read(desk.open_turn, conversation)
    assert turn is not None and [bubble.seq for bubble in turn.bubbles] == [newer.seq]
    assert turn.waiting_since == clock.now(), "it is answered, not given to a person for being old"


@pytest.mark.parametrize(("answered", "told"), [(False, ["It's me again"]), (True, [])])
async def test_a_promise_ends_with_words_where_nobody_has_kept_it(
    database: Database, clock: MovedClock, answered: bool, told: list[str]
) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    promise = PromisedTime("wait", clock.now() + timedelta(minutes=10))
    await database.write(_promise, conversation, promise, clock.now())
    await database.write(desk.claim, conversation, mei, clock.now())
    if answered:
        await database.write(desk.agent_reply, conversation, mei, "words-01", "done", clock.now())

    def back(session: Session) -> None:
        desk.hand_back(session, conversation, mei, 99, clock.now(), words=lambda _: a.words("It's me again"))

    await database.write(back)
    assert [m.text for m in await transcript(database, conversation) if m.author == "bot"] == told
    assert await database.read(desk.open_turn, conversation) is None


def _promise(session: Session, conversation_id: int, promised: PromisedTime, now: datetime) -> None:
    handoff = record.current_handoff(session, session.get_one(Conversation, conversation_id))
    assert handoff is not None
    clocks.promise(session, handoff, promised, now)


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


async def in_the_queue(database: Database, clock: MovedClock, contact: str = "visitor-1") -> int:
    recorded = await database.write(a.write, clock.now(), "hello", contact)
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, recorded.conversation_id))
    return recorded.conversation_id


async def view_of(database: Database, conversation: int) -> ConversationView:
    return await database.read(inbox.conversation_view, conversation)


async def last_seq(database: Database, conversation: int) -> int:
    return (await view_of(database, conversation)).last_seq


async def test_a_snoozed_conversation_comes_back_at_its_time_to_its_agent(
    database: Database, clock: MovedClock
) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    await database.write(desk.claim, conversation, mei, clock.now())
    until = clock.now() + timedelta(hours=2)
    seen = await last_seq(database, conversation)
    await database.write(desk.snooze, conversation, mei, seen, until, clock.now())
    assert (await view_of(database, conversation)).snoozed_until == until
    watches = Watches(database, clock, {desk.WAKE: waker(database, clock)})
    await watches.run_due()
    assert await status(database, conversation) is Status.SNOOZED
    clock.move(2 * 3600)
    await watches.run_due()
    woken = await view_of(database, conversation)
    assert (woken.status, woken.assignee_name, woken.waiting_since) == (Status.OPEN, "Mei", clock.now())


async def test_a_snooze_that_was_ended_by_hand_is_not_ended_twice(database: Database, clock: MovedClock) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    await database.write(desk.claim, conversation, mei, clock.now())
    for hours in (1, 5):
        seen = await last_seq(database, conversation)
        until = clock.now() + timedelta(hours=hours)
        await database.write(desk.snooze, conversation, mei, seen, until, clock.now())
        if hours == 1:
            await database.write(desk.reopen, conversation, mei, clock.now())
    clock.move(2 * 3600)
    await Watches(database, clock, {desk.WAKE: waker(database, clock)}).run_due()
    assert await status(database, conversation) is Status.SNOOZED, "the first snooze must not end the second"


async def test_a_snooze_into_the_past_is_refused(database: Database, clock: MovedClock) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    await database.write(desk.claim, conversation, mei, clock.now())
    with pytest.raises(BadInput):
        await database.write(desk.snooze, conversation, mei, 9, clock.now() - timedelta(seconds=1), clock.now())


async def test_customers_are_not_told_of_snoozes(database: Database, clock: MovedClock) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    await database.write(desk.claim, conversation, mei, clock.now())
    seen, until = await last_seq(database, conversation), clock.now() + timedelta(hours=1)
    await database.write(desk.snooze, conversation, mei, seen, until, clock.now())
    told = await database.read(inbox.customer_view, "widget", "visitor-1")
    assert told is not None
    assert Activity.SNOOZED not in [message.activity for message in told[1]]


async def test_a_transfer_takes_the_note_along_and_tells_the_customer_who_is_there(
    database: Database, clock: MovedClock
) -> None:
    mei, jun = [await database.write(a.agent, clock.now(), name) for name in ("Mei", "Jun")]
    conversation = await in_the_queue(database, clock)
    await database.write(desk.claim, conversation, mei, clock.now())
    await database.write(desk.transfer, conversation, mei, jun, "knows the courier", clock.now())
    assert (await view_of(database, conversation)).assignee_name == "Jun"
    notes = [m.text for m in await transcript(database, conversation) if m.private]
    assert notes == ["knows the courier"]
    told = await database.read(inbox.customer_view, "widget", "visitor-1")
    assert told is not None
    assert (told[1][-1].activity, told[1][-1].agent_name) == (Activity.TRANSFERRED, "Jun")
    with pytest.raises(NotYours):
        await database.write(desk.agent_reply, conversation, mei, "reply-01", "hello", clock.now())


async def test_a_way_back_to_the_queue_is_kept_from_the_customer(database: Database, clock: MovedClock) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    await database.write(desk.claim, conversation, mei, clock.now())
    await database.write(desk.transfer, conversation, mei, None, None, clock.now())
    assert await database.read(queue.position, conversation) == 1
    told = await database.read(inbox.customer_view, "widget", "visitor-1")
    assert told is not None
    assert Activity.TRANSFERRED not in [message.activity for message in told[1]]


async def test_a_resolution_can_be_undone(database: Database, clock: MovedClock) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    await database.write(desk.claim, conversation, mei, clock.now())
    await database.write(desk.resolve, conversation, mei, await last_seq(database, conversation), clock.now())
    await database.write(desk.reopen, conversation, mei, clock.now())
    again = await view_of(database, conversation)
    assert (again.status, again.assignee_id) == (Status.OPEN, mei)


async def test_who_comes_back_gets_the_agent_who_had_it_if_they_are_there(
    database: Database, clock: MovedClock
) -> None:
    for there in (True, False):
        name = "Mei" if there else "Jun"
        agent = await database.write(a.agent, clock.now(), name)
        if there:
            await database.write(presence.console_is_open, agent, clock.now())
        conversation = await in_the_queue(database, clock, name)
        await database.write(desk.claim, conversation, agent, clock.now())
        await database.write(desk.resolve, conversation, agent, await last_seq(database, conversation), clock.now())
        await database.write(a.write, clock.now(), "it is still broken", name)
        turn = await database.read(desk.open_turn, conversation)
        assert turn is not None and turn.resolved_at is not None
        call = replace(a.call(Reason.REOPENED), again=True)
        await database.write(desk.hand_off, turn.fence, call, clock.now(), decision=None, language="en")
        assert (await view_of(database, conversation)).assignee_name == ("Mei" if there else None)
        told = (await database.read(inbox.transcript, conversation)).messages
        reopened = [message.detail for message in told if message.activity is Activity.REOPENED]
        assert reopened == (["contact"] if there else []), "it was the customer who did"


async def test_tags_are_cleaned_and_found_again_as_whole_words(database: Database, clock: MovedClock) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    await database.write(desk.change_tags, conversation, mei, ["  Refund", "refund", "物流"], clock.now())
    assert (await view_of(database, conversation)).tags == ("refund", "物流")

    async def found(tag: str) -> int:
        return len((await database.read(inbox.listing, "queue", mei, inbox.Filter(tag=tag))).rows)

    assert [await found("refund"), await found("物流"), await found("fund")] == [1, 1, 0]


async def test_words_are_found_wherever_they_were_said(database: Database, clock: MovedClock) -> None:
    mei, conversation = await database.write(a.agent, clock.now()), await in_the_queue(database, clock)
    await in_the_queue(database, clock, "somebody-else")
    await database.write(desk.claim, conversation, mei, clock.now())
    await database.write(a.write, clock.now(), "我的訂單 XM20261002 100% 沒有到")
    for words in ("xm20261002", "訂單", "100%"):
        listing = await database.read(inbox.listing, "queue", mei, inbox.Filter(words=words))
        assert [row.id for row in listing.rows] == [conversation], words
        assert words.lower() in listing.found[conversation].lower()
    other_script = inbox.Filter(words="订单", spellings=("订单", "訂單"))
    listing = await database.read(inbox.listing, "queue", mei, other_script)
    assert [row.id for row in listing.rows] == [conversation] and "訂單" in listing.found[conversation]
    nothing = await database.read(inbox.listing, "queue", mei, inbox.Filter(words="1_0%"))
    assert nothing.rows == (), "signs that mean something to the database are only signs"


async def test_a_form_leaves_an_address_to_write_to(database: Database, clock: MovedClock) -> None:
    conversation = await in_the_queue(database, clock)
    filled = Filled("address", {"email": "ann@mail.example"}, "ann@mail.example")
    await database.write(desk.record_inbound, a.inbound(content=filled), clock.now())
    told = await database.read(inbox.transcript, conversation)
    assert told.contact.email == "ann@mail.example"
    assert told.conversation.status is Status.OPEN


async def held_by(database: Database, clock: MovedClock, name: str, contact: str = "visitor-1") -> tuple[int, int]:
    """A conversation of an agent whose console is open."""
    agent, conversation = await database.write(a.agent, clock.now(), name), await in_the_queue(database, clock, contact)
    await database.write(presence.console_is_open, agent, clock.now())
    await database.write(desk.claim, conversation, agent, clock.now())
    return agent, conversation


async def test_what_an_agent_has_who_went_home_can_be_taken_over(database: Database, clock: MovedClock) -> None:
    _, conversation = await held_by(database, clock, "Mei")
    jun = await database.write(a.agent, clock.now(), "Jun")
    with pytest.raises(AlreadyAssigned):
        await database.write(desk.claim, conversation, jun, clock.now())
    clock.move(presence.AGENT_LASTS.total_seconds() + 1)
    await database.write(desk.claim, conversation, jun, clock.now())
    assert (await view_of(database, conversation)).assignee_name == "Jun"


async def test_who_waits_for_an_agent_who_is_gone_comes_back_to_the_queue(
    database: Database, clock: MovedClock
) -> None:
    _, waiting = await held_by(database, clock, "Mei", "ann")
    await database.write(a.write, clock.now(), "hello?", "ann")
    jun, answered = await held_by(database, clock, "Jun", "bo")
    await database.write(desk.agent_reply, answered, jun, "reply-01", "done", clock.now())
    clock.move(ABANDONED_AFTER.total_seconds() + 1)
    await Watches(database, clock, {RETURN: returner(database, clock)}).run_due()
    await database.write(jobs.schedule, RETURN, "", clock.now())
    await Watches(database, clock, {RETURN: returner(database, clock)}).run_due()
    assert await database.read(queue.position, waiting) == 1
    assert (await view_of(database, answered)).assignee_name == "Jun", "nobody waits there"


async def test_a_snoozed_one_whose_agent_is_away_goes_to_the_queue_when_the_customer_writes(
    database: Database, clock: MovedClock
) -> None:
    mei, conversation = await held_by(database, clock, "Mei")
    seen, until = await last_seq(database, conversation), clock.now() + timedelta(days=1)
    await database.write(desk.snooze, conversation, mei, seen, until, clock.now())
    clock.move(3600)
    await database.write(a.write, clock.now(), "any news?")
    assert await database.read(queue.position, conversation) == 1


async def test_leaving_the_queue_is_done_with_the_press_itself(database: Database, clock: MovedClock) -> None:
    conversation = await in_the_queue(database, clock)
    words = (Outgoing("I am here."),)
    press = a.press("cancel_wait")
    await database.write(desk.leave_queue, press, words, clock.now())
    await database.write(desk.leave_queue, press, words, clock.now())
    assert await status(database, conversation) is Status.PENDING
    assert [m.text for m in await transcript(database, conversation)].count("I am here.") == 1
