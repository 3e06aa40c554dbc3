"""Words: the bot's, behind a fence, and an agent's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff import files as files_of
from handoff.desk.record import (
    add_message,
    add_words,
    announce,
    current_handoff,
    locked,
    mark_answered,
    write_decision,
)
from handoff.errors import BadInput, NotYours, TooLate
from handoff.models import Conversation, Message
from handoff.states import Status
from handoff.values import Fence, Language, Outgoing

MAX_AGENT_TEXT = 8000


def reply(
    session: Session,
    fence: Fence,
    words: Sequence[Outgoing],
    now: datetime,
    *,
    decision: Mapping[str, Any],
    memory: Mapping[str, Any],
    language: Language | None,
) -> None:
    """The bot's answer. Raises `TooLate` if a person took over or the customer wrote meanwhile; nothing is stored then.

    No words at all (a 👍) still marks the turn answered. `memory` replaces what the bot remembered.
    """
    conversation = _pass(session, fence)
    add_words(session, conversation, now, words, fence.last_incoming_seq)
    write_decision(session, conversation, fence.last_incoming_seq, decision)
    mark_answered(conversation)
    conversation.bot_memory = dict(memory)
    conversation.language = language or conversation.language
    announce(session, conversation, "reply", now)


def agent_reply(
    session: Session,
    conversation_id: int,
    agent_id: int,
    source_id: str,
    text: str,
    now: datetime,
    *,
    files: Sequence[str] = (),
) -> int:
    """An agent's words to the customer; the id of the message. Sent again with the same `source_id`, stored once.

    `files` are keys of the agent's uploads. Raises `NotYours` unless the conversation is assigned to the agent.
    """
    conversation = locked(session, conversation_id)
    own_id = f"a{agent_id}:{source_id}"
    if (known := _known(session, conversation, own_id)) is not None:
        return known
    if conversation.assignee_id != agent_id or conversation.status not in (Status.OPEN, Status.SNOOZED):
        raise NotYours("take the conversation over before you answer")
    message = add_message(
        session,
        conversation,
        now,
        kind="outgoing",
        author="agent",
        text=_checked(text, files),
        agent_id=agent_id,
        source_id=own_id,
        answers_seq=conversation.last_incoming_seq,
    )
    _attach(session, message, files, agent_id)
    mark_answered(conversation)
    handoff = current_handoff(session, conversation)
    if handoff is not None and handoff.first_human_reply_at is None:
        handoff.first_human_reply_at = now
    announce(session, conversation, "agent_reply", now)
    session.flush()
    return message.id


def note(
    session: Session,
    conversation_id: int,
    agent_id: int,
    source_id: str,
    text: str,
    now: datetime,
    *,
    files: Sequence[str] = (),
) -> int:
    """A private note of an agent, whoever owns the conversation; the id of the message."""
    conversation = locked(session, conversation_id)
    own_id = f"a{agent_id}:{source_id}"
    if (known := _known(session, conversation, own_id)) is not None:
        return known
    message = add_message(
        session,
        conversation,
        now,
        kind="outgoing",
        author="agent",
        text=_checked(text, files),
        private=True,
        agent_id=agent_id,
        source_id=own_id,
    )
    _attach(session, message, files, agent_id)
    announce(session, conversation, "note", now)
    session.flush()
    return message.id


def _pass(session: Session, fence: Fence) -> Conversation:
    """Check the fence and take the row's lock in one statement."""
    passed = session.execute(
        update(Conversation)
        .where(
            Conversation.id == fence.conversation_id,
            Conversation.status == Status.PENDING,
            Conversation.epoch == fence.epoch,
            Conversation.answered_seq == fence.answered_seq,
            Conversation.last_incoming_seq == fence.last_incoming_seq,
            Conversation.answered_seq < Conversation.last_incoming_seq,
        )
        .values(rev=Conversation.rev)
        .returning(Conversation.id)
    ).first()
    if passed is None:
        raise TooLate("a person took over or the customer wrote meanwhile")
    return locked(session, fence.conversation_id)


def _known(session: Session, conversation: Conversation, source_id: str) -> int | None:
    return session.scalar(
        select(Message.id).where(Message.conversation_id == conversation.id, Message.source_id == source_id)
    )


def _attach(session: Session, message: Message, keys: Sequence[str], agent_id: int) -> None:
    if keys:
        session.flush()
        files_of.claim_for_message(session, message.id, keys, f"agent:{agent_id}")


def _checked(text: str, files: Sequence[str]) -> str:
    text = text.replace("\x00", "").strip()
    if not text and not files:
        raise BadInput("the message is empty")
    if len(text) > MAX_AGENT_TEXT:
        raise BadInput(f"the message is longer than {MAX_AGENT_TEXT} characters")
    return text
