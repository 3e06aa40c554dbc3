"""What every verb shares: the locked row, the one transition, and adding a message."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from handoff import delivery, events
from handoff.db import table, wake
from handoff.desk import episodes
from handoff.errors import IllegalTransition, NewerMessage, NotFound, NotYours
from handoff.models import Conversation, Handoff, Message
from handoff.states import Status, is_legal
from handoff.values import (
    FOR_AGENTS_ONLY,
    PRIORITY_ORDER,
    Activity,
    Author,
    Fence,
    Format,
    Kind,
    Language,
    Outgoing,
    Priority,
)

PREVIEW_CHARS = 140
LETTER_AFTER = timedelta(minutes=2)
"""A customer who has not seen an agent's words by then has probably left the page."""

_messages = table(Message)
_LOCKED = (
    select(Conversation)
    .where(Conversation.id == bindparam("wanted"))
    .with_for_update(of=Conversation, key_share=True)
    .execution_options(populate_existing=True)
)
_ADDED = insert(_messages).returning(_messages.c.id)
_DECIDED = (
    update(_messages)
    .where(_messages.c.conversation_id == bindparam("its"), _messages.c.seq == bindparam("at"))
    .returning(_messages.c.id)
)


def locked(session: Session, conversation_id: int) -> Conversation:
    """The conversation's newest state, held until the transaction ends."""
    conversation = session.scalar(_LOCKED, {"wanted": conversation_id})
    if conversation is None:
        raise NotFound("conversation")
    return conversation


def owned(session: Session, conversation_id: int, agent_id: int, seen_seq: int | None) -> Conversation:
    """The agent's own conversation. `seen_seq` None: whatever came meanwhile goes along."""
    conversation = locked(session, conversation_id)
    if conversation.assignee_id != agent_id:
        raise NotYours("only the agent who has the conversation may do this")
    if seen_seq is not None and conversation.last_incoming_seq > seen_seq:
        raise NewerMessage("the customer has written since you looked")
    return conversation


def fence_of(conversation: Conversation) -> Fence:
    return Fence(conversation.id, conversation.epoch, conversation.answered_seq, conversation.last_incoming_seq)


def transition(conversation: Conversation, after: Status, assignee_id: int | None = None) -> None:
    """The only place where an owner changes."""
    before = Status(conversation.status)
    if not is_legal(before, after):
        raise IllegalTransition(before, after)
    conversation.status = after
    conversation.assignee_id = assignee_id
    conversation.epoch += 1
    conversation.snoozed_until = None


def begin_episode(conversation: Conversation) -> None:
    """The bot starts afresh: what was said and tried before no longer counts, but for what it asked to keep."""
    conversation.episode += 1
    kept = conversation.bot_memory.get("kept")
    conversation.bot_memory = {"kept": kept} if kept else {}
    conversation.reason = conversation.intent = conversation.team_id = None
    set_priority(conversation, Priority.NORMAL)


def language_of(conversation: Conversation) -> Language | None:
    """The one that was spoken, else the customer's own."""
    match conversation.language or conversation.contact.locale:
        case "zh-TW" | "zh-CN" | "en" as code:
            return code
        case _:
            return None


def set_priority(conversation: Conversation, priority: Priority) -> None:
    conversation.priority, conversation.priority_rank = priority, PRIORITY_ORDER[priority]


def give(session: Session, conversation: Conversation, agent_id: int, now: datetime, *, taken: bool = True) -> None:
    """To an agent, on whatever way. The bot's words that are not out yet stay unsaid.

    Not `taken`: they were given it and have not said anything yet.
    """
    transition(conversation, Status.OPEN, agent_id)
    conversation.resolved_at = None
    delivery.cancel_bots(session, conversation.id)
    episodes.passed_to_people(session, conversation, now)
    handoff = current_handoff(session, conversation)
    if handoff is not None:
        handoff.agent_id = agent_id
        handoff.claimed_at = handoff.claimed_at or (now if taken else None)


def put_in_team(session: Session, conversation: Conversation, team_id: int | None) -> None:
    """And its call for a person with it; how long the customer waited for a first answer stays where they waited."""
    conversation.team_id = team_id
    handoff = current_handoff(session, conversation)
    if handoff is not None:
        handoff.team_id = team_id
        handoff.waited_team_id = team_id if handoff.first_human_reply_at is None else handoff.waited_team_id


def mark_answered(conversation: Conversation) -> None:
    conversation.answered_seq = conversation.last_incoming_seq
    conversation.unanswered_since = None


def add_message(
    session: Session,
    conversation: Conversation,
    now: datetime,
    *,
    kind: Kind,
    author: Author,
    text: str,
    format: Format = "plain",
    private: bool = False,
    agent_id: int | None = None,
    source_id: str | None = None,
    content: Mapping[str, Any] | None = None,
    answers_seq: int | None = None,
) -> int:
    """Append with the next `seq` and `rev`; the message's id. The caller holds the conversation's lock."""
    conversation.last_seq += 1
    conversation.rev += 1
    conversation.last_at = now
    pressed = "action" in (content or {}) and conversation.preview  # what was asked tells more than a button
    if author in ("contact", "agent") and not private and kind != "activity" and not pressed:
        conversation.preview, conversation.preview_author = " ".join(text.split())[:PREVIEW_CHARS], author
    row = {
        "conversation_id": conversation.id,
        "seq": conversation.last_seq,
        "rev": conversation.rev,
        "episode": conversation.episode,
        "kind": kind,
        "private": private,
        "author": author,
        "agent_id": agent_id,
        "source_id": source_id,
        "text": text,
        "format": format,
        "content": dict(content or {}),
        "decision": None,
        "answers_seq": answers_seq,
        "created_at": now,
    }
    message_id: int = session.connection().scalars(_ADDED, row).one()
    if kind == "outgoing" and not private:
        _push(session, conversation, message_id, author, now)
    return message_id


def add_words(
    session: Session, conversation: Conversation, now: datetime, words: Sequence[Outgoing], answers_seq: int | None
) -> None:
    """Append what the bot or the system says in answer to customer messages up to `answers_seq`, if to any."""
    for outgoing in words:
        add_message(
            session,
            conversation,
            now,
            kind="outgoing",
            author=outgoing.author,
            text=outgoing.text,
            format=outgoing.format,
            content=_extras(outgoing),
            answers_seq=answers_seq,
        )


def add_activity(
    session: Session,
    conversation: Conversation,
    now: datetime,
    activity: Activity,
    agent_id: int | None,
    *,
    detail: str | None = None,
    private: bool = False,
) -> None:
    """Customers read of it too, unless it is for agents only."""
    add_message(
        session,
        conversation,
        now,
        kind="activity",
        author="system",
        text="",
        private=private or activity in FOR_AGENTS_ONLY,
        agent_id=agent_id,
        content={"activity": activity, "detail": detail},
    )


def write_decision(session: Session, conversation: Conversation, seq: int, decision: Mapping[str, Any]) -> None:
    """Keep what the bot decided with the customer message it decided on."""
    row = {"its": conversation.id, "at": seq, "decision": dict(decision), "rev": conversation.rev + 1}
    if session.connection().execute(_DECIDED, row).first() is not None:
        conversation.rev += 1


def current_handoff(session: Session, conversation: Conversation) -> Handoff | None:
    """The handoff that is not over, if any."""
    return session.scalar(
        select(Handoff)
        .where(Handoff.conversation_id == conversation.id, Handoff.ended_at.is_(None))
        .order_by(Handoff.id.desc())
        .limit(1)
    )


def announce(session: Session, conversation: Conversation, kind: str, now: datetime) -> None:
    """The verb's one event; readers wake after the commit."""
    events.append(session, kind, conversation.id, conversation.rev, now)
    wake(session, events.contact_topic(conversation.channel, conversation.contact.key))


def _extras(outgoing: Outgoing) -> dict[str, Any]:
    buttons = {"buttons": [asdict(button) for button in outgoing.buttons]} if outgoing.buttons else {}
    form = {"form": asdict(outgoing.form)} if outgoing.form else {}
    return buttons | form


def _push(session: Session, conversation: Conversation, message_id: int, author: Author, now: datetime) -> None:
    """Into the outbox, where the channel must be pushed to. The widget fetches; its customer gets a letter of what an

    agent wrote, unless they have seen it by then.
    """
    if conversation.channel != "widget":
        delivery.enqueue(session, conversation, message_id, author, conversation.channel, now, now)
    elif conversation.contact.answered_on:
        delivery.enqueue(session, conversation, message_id, author, conversation.contact.answered_on, now, now)
    elif author == "agent" and conversation.contact.email:
        delivery.enqueue(session, conversation, message_id, author, "email", now + LETTER_AFTER, now)
