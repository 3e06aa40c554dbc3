"""Who has the conversation: from the bot to the queue, to an agent, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from handoff import delivery, jobs
from handoff.desk import clocks, episodes, rating
from handoff.desk.assign import assign, direct, is_there, look_after
from handoff.desk.hearing import UNREAD, left_unheard
from handoff.desk.inbound import record_inbound
from handoff.desk.presence import availability, has_left
from handoff.desk.record import (
    add_activity,
    add_words,
    announce,
    begin_episode,
    current_handoff,
    give,
    language_of,
    locked,
    mark_answered,
    owned,
    set_priority,
    transition,
    write_decision,
)
from handoff.errors import AlreadyAssigned, BadInput, IllegalTransition, NotFound, TooLate
from handoff.models import Agent, Conversation, Handoff, Message
from handoff.ports import Farewell, nothing_said
from handoff.sla import NO_SLA, Sla
from handoff.states import Status
from handoff.values import (
    IMPATIENT_REASONS,
    Activity,
    CallForPerson,
    Fence,
    InboundMessage,
    Language,
    Outgoing,
    Priority,
    Reason,
    Recorded,
)

WAKE = "wake"
"""The job that ends a snooze."""
LONGEST_SNOOZE = timedelta(days=366)
MOST_TAGS = 20


def hand_off(
    session: Session,
    fence: Fence,
    call: CallForPerson,
    now: datetime,
    *,
    decision: Mapping[str, Any] | None,
    language: Language | None,
    memory: Mapping[str, Any] | None = None,
    sla: Sla = NO_SLA,
) -> None:
    """The bot calls a person: owner, reason, priority, packet and the words to the customer in one transaction.

    Raises `TooLate` where a person has it already or, unless the reason is an impatient one, the customer wrote
    meanwhile.
    """
    conversation = locked(session, fence.conversation_id)
    if not _may_hand_off(conversation, fence, impatient=call.reason in IMPATIENT_REASONS):
        raise TooLate("a person took over or the customer wrote meanwhile")
    again = _who_had_it(session, conversation, now) if call.again else None
    transition(conversation, Status.OPEN, again)
    conversation.resolved_at = None
    set_priority(conversation, call.priority)
    conversation.reason = call.reason
    conversation.language = language or conversation.language
    direct(session, conversation, call.intent)
    if memory is not None:
        conversation.bot_memory = dict(memory)
    handoff = _handoff(conversation, call, again, now)
    session.add(handoff)
    clocks.begin(session, conversation, handoff, call.promise, sla, now)
    if decision is not None:
        write_decision(session, conversation, fence.last_incoming_seq, decision)
    add_words(session, conversation, now, call.notice, fence.last_incoming_seq)
    episodes.passed_to_people(session, conversation, now)
    if call.reason in UNREAD:
        left_unheard(session, conversation, now)
    if again:
        delivery.cancel_bots(session, conversation.id)
        add_activity(session, conversation, now, Activity.REOPENED, again, detail="contact")
        look_after(session, conversation, again, now)
    announce(session, conversation, "hand_off", now)
    assign(session, now)


def claim(session: Session, conversation_id: int, agent_id: int, now: datetime) -> None:
    """An agent takes the conversation, from the queue, from the bot, or from a colleague who is not there.

    Of two at once, one wins. Claiming one's own again changes nothing. Raises `AlreadyAssigned`, or
    `IllegalTransition` for a resolved one.
    """
    if session.get(Agent, agent_id) is None:
        raise NotFound("agent")
    won = session.execute(
        update(Conversation)
        .where(
            Conversation.id == conversation_id,
            Conversation.assignee_id.is_(None),
            Conversation.status.in_([Status.PENDING, Status.OPEN, Status.SNOOZED]),
        )
        .values(rev=Conversation.rev)
        .returning(Conversation.id)
    ).first()
    conversation = locked(session, conversation_id)
    if conversation.assignee_id == agent_id:
        return
    if conversation.status == Status.PENDING:
        left_unheard(session, conversation, now)
    left_by = conversation.assignee if won is None else None
    if won is None and not _is_left(conversation, now):
        _refuse_claim(conversation)
    give(session, conversation, agent_id, now)
    add_activity(session, conversation, now, Activity.CLAIMED, agent_id, detail=left_by.name if left_by else None)
    announce(session, conversation, "claim", now)
    is_there(session, agent_id, now)


def snooze(
    session: Session, conversation_id: int, agent_id: int, seen_seq: int, until: datetime, now: datetime
) -> None:
    """The assigned agent puts it aside until then, or until the customer writes. Raises as `hand_back` does."""
    if not now < until <= now + LONGEST_SNOOZE:
        raise BadInput("choose a time from now to a year from now")
    conversation = owned(session, conversation_id, agent_id, seen_seq)
    transition(conversation, Status.SNOOZED, agent_id)
    conversation.snoozed_until = until
    mark_answered(conversation)
    clocks.put_aside(session, conversation, now)
    jobs.schedule(session, WAKE, f"{conversation.id}:{conversation.epoch}", until, {"id": conversation.id})
    add_activity(session, conversation, now, Activity.SNOOZED, agent_id, detail=until.isoformat())
    announce(session, conversation, "snooze", now)
    is_there(session, agent_id, now)
    assign(session, now)


def wake_up(session: Session, conversation_id: int, now: datetime) -> None:
    """A snooze is over: back on its agent's list, as something that waits. Does nothing where it is not snoozed."""
    conversation = locked(session, conversation_id)
    due = conversation.snoozed_until
    if conversation.status != Status.SNOOZED or due is None or due > now:
        return
    agent_id = conversation.assignee_id
    transition(conversation, Status.OPEN, None if _is_left(conversation, now) else agent_id)
    conversation.unanswered_since = now
    handoff = current_handoff(session, conversation)
    if conversation.assignee_id is not None and handoff is not None and handoff.claimed_at is None:
        look_after(session, conversation, conversation.assignee_id, now)
    add_activity(session, conversation, now, Activity.WOKEN, agent_id)
    announce(session, conversation, "wake_up", now)
    assign(session, now)


def return_abandoned(session: Session, now: datetime, after: timedelta, limit: int = 50) -> int:
    """Back to the queue: whose agent has been away from their console, while the customer waits, for `after`."""
    found = session.scalars(
        select(Conversation.id)
        .join(Agent, Agent.id == Conversation.assignee_id)
        .where(
            Conversation.status == Status.OPEN,
            Conversation.unanswered_since <= now - after,
            Agent.seen_at <= now - after,
        )
        .order_by(Conversation.id)
        .limit(limit)
    ).all()
    for conversation_id in found:
        conversation = locked(session, conversation_id)
        if conversation.status == Status.OPEN and conversation.assignee_id is not None:
            left_by = conversation.assignee_id
            transition(conversation, Status.OPEN)
            add_activity(session, conversation, now, Activity.GONE, left_by)
            announce(session, conversation, "abandoned", now)
    if found:
        assign(session, now)
    return len(found)


def reopen(session: Session, conversation_id: int, agent_id: int, now: datetime) -> None:
    """An agent takes up again what was resolved, or what they have snoozed. Raises `IllegalTransition`."""
    conversation = locked(session, conversation_id)
    mine = conversation.status == Status.SNOOZED and conversation.assignee_id == agent_id
    if conversation.status != Status.RESOLVED and not mine:
        raise IllegalTransition(Status(conversation.status), Status.OPEN)
    clocks.resumed(session, conversation, now)
    episodes.went_on(session, conversation, now)
    give(session, conversation, agent_id, now)
    add_activity(session, conversation, now, Activity.REOPENED, agent_id, private=mine)
    announce(session, conversation, "reopen", now)
    is_there(session, agent_id, now)


def change_priority(
    session: Session, conversation_id: int, agent_id: int, priority: Priority, now: datetime, *, sla: Sla = NO_SLA
) -> None:
    conversation = locked(session, conversation_id)
    before = Priority(conversation.priority)
    if before == priority:
        return
    set_priority(conversation, priority)
    clocks.reprioritised(session, conversation, before, sla, now)
    announce(session, conversation, "priority", now)
    is_there(session, agent_id, now)


def change_tags(session: Session, conversation_id: int, agent_id: int, tags: Sequence[str], now: datetime) -> None:
    """Replace the tags; upper and lower case, spaces around and doubles do not count."""
    conversation = locked(session, conversation_id)
    conversation.tags = sorted({tag.strip().lower() for tag in tags if tag.strip()})
    announce(session, conversation, "tags", now)
    is_there(session, agent_id, now)


def add_tag(session: Session, conversation_id: int, agent_id: int, tag: str, now: datetime) -> None:
    """One more beside those it has. Raises `BadInput` where there may be no more."""
    tags = locked(session, conversation_id).tags
    if len(tags) >= MOST_TAGS and tag.strip().lower() not in tags:
        raise BadInput(f"a conversation has at most {MOST_TAGS} tags; take one off")
    change_tags(session, conversation_id, agent_id, [*tags, tag], now)


def hand_back(
    session: Session,
    conversation_id: int,
    agent_id: int,
    seen_seq: int,
    now: datetime,
    *,
    words: Farewell = nothing_said,
) -> None:
    """The assigned agent gives the conversation back to the bot, in a new episode.

    The bot answers what nobody has, unless that is what it called a person for. Who was promised an answer and has
    nothing open is told by `words` that the promise ends. Raises `NotYours`, or `NewerMessage` where the customer wrote
    behind `seen_seq`.
    """
    conversation = owned(session, conversation_id, agent_id, seen_seq)
    read_seq, was_promised = _read_seq(session, conversation), clocks.is_promised(session, conversation)
    transition(conversation, Status.PENDING)
    conversation.resolved_at = conversation.reopen_to = None
    _end_human_stretch(session, conversation, now)
    add_activity(session, conversation, now, Activity.HANDED_BACK, agent_id)
    begin_episode(conversation)
    episodes.begin(session, conversation, now, by_customer=False)
    if read_seq < conversation.last_incoming_seq:
        conversation.answered_seq, conversation.unanswered_since = read_seq, now
    elif was_promised:
        add_words(session, conversation, now, words(language_of(conversation)), None)
    announce(session, conversation, "hand_back", now)
    is_there(session, agent_id, now)
    assign(session, now)


def resolve(session: Session, conversation_id: int, agent_id: int, seen_seq: int, now: datetime) -> None:
    """The assigned agent closes the conversation. Raises as `hand_back` does."""
    conversation = owned(session, conversation_id, agent_id, seen_seq)
    transition(conversation, Status.RESOLVED)
    conversation.resolved_at, conversation.reopen_to = now, agent_id
    _end_human_stretch(session, conversation, now)
    add_activity(session, conversation, now, Activity.RESOLVED, agent_id)
    rating.ask(session, conversation, "agent", agent_id, now)
    announce(session, conversation, "resolve", now)
    is_there(session, agent_id, now)
    assign(session, now)


def cancel_wait(session: Session, conversation_id: int, words: Sequence[Outgoing], now: datetime) -> None:
    """The customer goes back to the bot, in a new episode. Raises `TooLate` once an agent has taken it up."""
    conversation = locked(session, conversation_id)
    if not _is_waited_for(session, conversation):
        raise TooLate("nobody is being waited for")
    transition(conversation, Status.PENDING)
    _end_human_stretch(session, conversation, now)
    add_activity(session, conversation, now, Activity.WAIT_CANCELLED, None)
    begin_episode(conversation)
    episodes.begin(session, conversation, now, by_customer=False)
    add_words(session, conversation, now, words, None)
    announce(session, conversation, "cancel_wait", now)
    assign(session, now)


def leave_queue(
    session: Session, message: InboundMessage, words: Sequence[Outgoing], now: datetime, *, sla: Sla = NO_SLA
) -> Recorded:
    """The customer presses "never mind": stored and done at once. Where nobody is waited for any more, only stored."""
    recorded = record_inbound(session, message, now, sla=sla)
    conversation = locked(session, recorded.conversation_id)
    if not recorded.duplicate and _is_waited_for(session, conversation):
        cancel_wait(session, recorded.conversation_id, words, now)
    return recorded


def _read_seq(session: Session, conversation: Conversation) -> int:
    """Up to where the customer was answered, or the bot has read and found that a person is needed."""
    if conversation.reason == Reason.REOPENED:
        return conversation.answered_seq  # called before it was read for what it says
    called_for = select(func.max(Message.answers_seq)).where(
        Message.conversation_id == conversation.id,
        Message.episode == conversation.episode,
        Message.author == "system",
    )
    return max(conversation.answered_seq, session.scalar(called_for) or 0)


def _handoff(conversation: Conversation, call: CallForPerson, again: int | None, now: datetime) -> Handoff:
    return Handoff(
        conversation_id=conversation.id,
        episode=conversation.episode,
        reason=call.reason,
        intent=call.intent,
        priority=call.priority,
        packet=dict(call.packet),
        asked_at=conversation.unanswered_since or now,
        queued_at=now,
        claimed_at=now if again else None,
        agent_id=again,
        team_id=conversation.team_id,
        waited_team_id=conversation.team_id,
    )


def _may_hand_off(conversation: Conversation, fence: Fence, *, impatient: bool) -> bool:
    if conversation.status != Status.PENDING or conversation.epoch != fence.epoch:
        return False
    if conversation.answered_seq >= fence.last_incoming_seq:
        return False  # another worker has answered these very bubbles
    unchanged = (
        conversation.answered_seq == fence.answered_seq and conversation.last_incoming_seq == fence.last_incoming_seq
    )
    return impatient or unchanged


def _is_left(conversation: Conversation, now: datetime) -> bool:
    """Whether it belongs to somebody who is not there: nobody must wait for them."""
    held = conversation.status in (Status.OPEN, Status.SNOOZED)
    return held and conversation.assignee is not None and has_left(conversation.assignee, now)


def _refuse_claim(conversation: Conversation) -> NoReturn:
    if conversation.assignee_id is not None:
        raise AlreadyAssigned(conversation.assignee.name if conversation.assignee else None)
    raise IllegalTransition(Status(conversation.status), Status.OPEN)


def _who_had_it(session: Session, conversation: Conversation, now: datetime) -> int | None:
    """The agent who resolved it, if they are there; otherwise the queue is quicker."""
    agent = session.get(Agent, conversation.reopen_to) if conversation.reopen_to is not None else None
    return agent.id if agent is not None and availability(agent, now) == "online" else None


def _is_waited_for(session: Session, conversation: Conversation) -> bool:
    """Whether the customer waits for a person: for nobody in particular, or for one who has not said anything yet."""
    if conversation.status != Status.OPEN:
        return False
    handoff = current_handoff(session, conversation)
    return conversation.assignee_id is None or (handoff is not None and handoff.claimed_at is None)


def _end_human_stretch(session: Session, conversation: Conversation, now: datetime) -> None:
    mark_answered(conversation)
    resolved = conversation.status == Status.RESOLVED
    clocks.ended(session, conversation, now, resolved=resolved)
    handoff = current_handoff(session, conversation)
    if handoff is not None:
        handoff.ended_at, handoff.resolved_at = now, now if resolved else None
