"""Words: the bot's, behind a fence, and an agent's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff import files as files_of
from handoff.desk import clocks, episodes, quotes, rating
from handoff.desk import mentions as called
from handoff.desk.assign import is_there
from handoff.desk.record import (
    add_message,
    add_words,
    announce,
    current_handoff,
    fence_of,
    locked,
    mark_answered,
    write_decision,
)
from handoff.errors import BadInput, NotYours, TooLate
from handoff.models import Conversation, Message, NextReply
from handoff.states import Status
from handoff.values import Fence, Language, Mention, Outgoing

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
    asks_rating: bool = False,
) -> None:
    """The bot's answer. Raises `TooLate` if a person took over or the customer wrote meanwhile; nothing is stored then.

    No words at all (a 👍) still marks the turn answered. `memory` replaces what the bot remembered. `asks_rating`: the
    customer is asked how the bot did.
    """
    conversation = locked(session, fence.conversation_id)
    if not _may_answer(conversation, fence):
        raise TooLate("a person took over or the customer wrote meanwhile")
    add_words(session, conversation, now, words, fence.last_incoming_seq)
    write_decision(session, conversation, fence.last_incoming_seq, decision)
    mark_answered(conversation)
    conversation.bot_memory = dict(memory)
    conversation.language = language or conversation.language
    episodes.answered(session, conversation, str(decision.get("decision")), now)
    if asks_rating:
        rating.ask(session, conversation, "bot", None, now)
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
    answers: int | None = None,
) -> int:
    """An agent's words to the customer; the id of the message. Sent again with the same `source_id`, stored once.

    `files` are keys of the agent's uploads; `answers` is the message they point to. Raises `NotYours` unless the
    conversation is assigned to the agent.
    """
    conversation = locked(session, conversation_id)
    own_id = f"a{agent_id}:{source_id}"
    if (known := _known(session, conversation, own_id)) is not None:
        return known
    if conversation.assignee_id != agent_id or conversation.status not in (Status.OPEN, Status.SNOOZED):
        raise NotYours("take the conversation over before you answer")
    asked_at = _asked_again_at(session, conversation)
    message_id = add_message(
        session,
        conversation,
        now,
        kind="outgoing",
        author="agent",
        text=_checked(text, files),
        agent_id=agent_id,
        source_id=own_id,
        content=quotes.of(session, conversation, answers),
        answers_seq=conversation.last_incoming_seq,
    )
    files_of.claim_for_message(session, message_id, files, f"agent:{agent_id}")
    mark_answered(conversation)
    handoff = current_handoff(session, conversation)
    if handoff is not None and handoff.first_human_reply_at is None:
        handoff.first_human_reply_at = now
        handoff.claimed_at = handoff.claimed_at or now
    elif asked_at is not None:
        _keep_next_reply(session, conversation, agent_id, asked_at, now)
    clocks.answered(session, conversation, now)
    announce(session, conversation, "agent_reply", now)
    is_there(session, agent_id, now)
    return message_id


def note(
    session: Session,
    conversation_id: int,
    agent_id: int,
    source_id: str,
    text: str,
    now: datetime,
    *,
    files: Sequence[str] = (),
    mentions: Sequence[Mention] = (),
) -> int:
    """A private note of an agent, whoever owns the conversation; the id of the message.

    Whoever of `mentions` works here and stands in the text is rung; nobody is assigned by it.
    """
    conversation = locked(session, conversation_id)
    own_id = f"a{agent_id}:{source_id}"
    if (known := _known(session, conversation, own_id)) is not None:
        return known
    said = _checked(text, files)
    rung = called.who_is_meant(session, said, mentions, agent_id)
    message_id = add_message(
        session,
        conversation,
        now,
        kind="outgoing",
        author="agent",
        text=said,
        private=True,
        agent_id=agent_id,
        source_id=own_id,
        content=called.kept(rung),
    )
    files_of.claim_for_message(session, message_id, files, f"agent:{agent_id}")
    called.ring(session, conversation, message_id, rung, now)
    announce(session, conversation, "mention" if rung else "note", now)
    is_there(session, agent_id, now)
    return message_id


def _may_answer(conversation: Conversation, fence: Fence) -> bool:
    unanswered = conversation.answered_seq < conversation.last_incoming_seq
    return conversation.status == Status.PENDING and unanswered and fence_of(conversation) == fence


def _asked_again_at(session: Session, conversation: Conversation) -> datetime | None:
    """When the oldest message came that nobody has answered yet; None where the agent writes unasked."""
    if conversation.answered_seq >= conversation.last_incoming_seq:
        return None
    unanswered = (Message.conversation_id == conversation.id, Message.seq > conversation.answered_seq)
    return session.scalar(select(func.min(Message.created_at)).where(*unanswered, Message.kind == "incoming"))


def _keep_next_reply(
    session: Session, conversation: Conversation, agent_id: int, asked_at: datetime, now: datetime
) -> None:
    session.add(
        NextReply(
            conversation_id=conversation.id,
            episode=conversation.episode,
            agent_id=agent_id,
            team_id=conversation.team_id,
            reason=conversation.reason,
            asked_at=asked_at,
            replied_at=now,
        )
    )


def _known(session: Session, conversation: Conversation, source_id: str) -> int | None:
    return session.scalar(
        select(Message.id).where(Message.conversation_id == conversation.id, Message.source_id == source_id)
    )


def _checked(text: str, files: Sequence[str]) -> str:
    text = text.replace("\x00", "").strip()
    if not text and not files:
        raise BadInput("the message is empty")
    if len(text) > MAX_AGENT_TEXT:
        raise BadInput(f"the message is longer than {MAX_AGENT_TEXT} characters")
    return text
