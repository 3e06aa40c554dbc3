"""Who has the conversation: from the bot to the queue, to an agent, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff.desk.record import (
    add_activity,
    add_words,
    announce,
    begin_episode,
    current_handoff,
    locked,
    mark_answered,
    set_priority,
    transition,
    write_decision,
)
from handoff.errors import AlreadyAssigned, IllegalTransition, NewerMessage, NotFound, NotYours, TooLate
from handoff.models import Agent, Conversation, Handoff
from handoff.states import Status
from handoff.values import IMPATIENT_REASONS, Activity, CallForPerson, Fence, Language, Outgoing


def hand_off(
    session: Session,
    fence: Fence,
    call: CallForPerson,
    now: datetime,
    *,
    decision: Mapping[str, Any] | None,
    language: Language | None,
    memory: Mapping[str, Any] | None = None,
) -> None:
    """The bot calls a person: owner, reason, priority, packet and the words to the customer in one transaction.

    Raises `TooLate` where a person has it already or, unless the reason is an impatient one, the customer wrote
    meanwhile.
    """
    conversation = locked(session, fence.conversation_id)
    if not _may_hand_off(conversation, fence, impatient=call.reason in IMPATIENT_REASONS):
        raise TooLate("a person took over or the customer wrote meanwhile")
    asked_at = conversation.unanswered_since or now
    transition(conversation, Status.OPEN)
    set_priority(conversation, call.priority)
    conversation.reason = call.reason
    conversation.language = language or conversation.language
    if memory is not None:
        conversation.bot_memory = dict(memory)
    session.add(
        Handoff(
            conversation_id=conversation.id,
            episode=conversation.episode,
            reason=call.reason,
            priority=call.priority,
            packet=dict(call.packet),
            asked_at=asked_at,
            queued_at=now,
        )
    )
    if decision is not None:
        write_decision(session, conversation, fence.last_incoming_seq, decision)
    add_words(session, conversation, now, call.notice, fence.last_incoming_seq)
    announce(session, conversation, "hand_off", now)


def claim(session: Session, conversation_id: int, agent_id: int, now: datetime) -> None:
    """An agent takes the conversation, from the queue or from the bot. Of two at once, one wins.

    Claiming one's own again changes nothing. Raises `AlreadyAssigned`, or `IllegalTransition` for a resolved one.
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
    if won is None:
        _refuse_claim(conversation, agent_id)
        return
    transition(conversation, Status.OPEN, agent_id)
    handoff = current_handoff(session, conversation)
    if handoff is not None:
        handoff.claimed_at = now
    add_activity(session, conversation, now, Activity.CLAIMED, agent_id)
    announce(session, conversation, "claim", now)


def hand_back(session: Session, conversation_id: int, agent_id: int, seen_seq: int, now: datetime) -> None:
    """The assigned agent gives the conversation back to the bot, in a new episode.

    Raises `NotYours`, or `NewerMessage` where the customer wrote behind `seen_seq`.
    """
    conversation = _owned(session, conversation_id, agent_id, seen_seq)
    transition(conversation, Status.PENDING)
    _end_human_stretch(session, conversation, now)
    add_activity(session, conversation, now, Activity.HANDED_BACK, agent_id)
    begin_episode(conversation)
    announce(session, conversation, "hand_back", now)


def resolve(session: Session, conversation_id: int, agent_id: int, seen_seq: int, now: datetime) -> None:
    """The assigned agent closes the conversation. Raises as `hand_back` does."""
    conversation = _owned(session, conversation_id, agent_id, seen_seq)
    transition(conversation, Status.RESOLVED)
    _end_human_stretch(session, conversation, now)
    add_activity(session, conversation, now, Activity.RESOLVED, agent_id)
    announce(session, conversation, "resolve", now)


def cancel_wait(session: Session, conversation_id: int, words: Sequence[Outgoing], now: datetime) -> None:
    """The customer goes back to the bot, in a new episode. Raises `TooLate` once an agent has it."""
    conversation = locked(session, conversation_id)
    if conversation.status != Status.OPEN or conversation.assignee_id is not None:
        raise TooLate("nobody is being waited for")
    transition(conversation, Status.PENDING)
    _end_human_stretch(session, conversation, now)
    add_activity(session, conversation, now, Activity.WAIT_CANCELLED, None)
    begin_episode(conversation)
    add_words(session, conversation, now, words, None)
    announce(session, conversation, "cancel_wait", now)


def _may_hand_off(conversation: Conversation, fence: Fence, *, impatient: bool) -> bool:
    if conversation.status != Status.PENDING or conversation.epoch != fence.epoch:
        return False
    if conversation.answered_seq >= fence.last_incoming_seq:
        return False  # another worker has answered these very bubbles
    unchanged = (
        conversation.answered_seq == fence.answered_seq and conversation.last_incoming_seq == fence.last_incoming_seq
    )
    return impatient or unchanged


def _refuse_claim(conversation: Conversation, agent_id: int) -> None:
    if conversation.assignee_id == agent_id:
        return
    if conversation.assignee_id is not None:
        raise AlreadyAssigned(conversation.assignee.name if conversation.assignee else None)
    raise IllegalTransition(Status(conversation.status), Status.OPEN)


def _owned(session: Session, conversation_id: int, agent_id: int, seen_seq: int) -> Conversation:
    conversation = locked(session, conversation_id)
    if conversation.assignee_id != agent_id:
        raise NotYours("only the agent who has the conversation may do this")
    if conversation.last_incoming_seq > seen_seq:
        raise NewerMessage("the customer has written since you looked")
    return conversation


def _end_human_stretch(session: Session, conversation: Conversation, now: datetime) -> None:
    mark_answered(conversation)
    handoff = current_handoff(session, conversation)
    if handoff is not None:
        handoff.ended_at = now
