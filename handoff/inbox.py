"""The read side: lists, transcripts and packets as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from handoff import events
from handoff.errors import NotFound
from handoff.models import Contact, Conversation, Handoff, Message
from handoff.queue import IN_QUEUE, QUEUE_ORDER
from handoff.states import Status
from handoff.values import (
    Activity,
    Author,
    Button,
    Channel,
    ConversationView,
    Format,
    Kind,
    Language,
    MessageView,
    Priority,
    Reason,
)

View = Literal["queue", "mine", "all", "bot", "resolved"]
LIST_LIMIT = 200
TRANSCRIPT_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[ConversationView, ...]
    counts: Mapping[View, int]
    cursor: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The stored half of a packet: why a person was called, when, and what the bot knew then."""

    reason: Reason
    priority: Priority
    asked_at: datetime
    packet: Mapping[str, Any]
    earlier_episodes: int


@dataclass(frozen=True, slots=True)
class Transcript:
    conversation: ConversationView
    messages: tuple[MessageView, ...]
    asked: Asked | None


def listing(session: Session, view: View, agent_id: int) -> Listing:
    """At most 200 conversations of a view, and the cursor from which the live feed goes on without a gap.

    The cursor is read first: what changes in between is told twice rather than never.
    """
    cursor = events.newest(session)
    query = _ordered(select(Conversation).where(*_belongs(view, agent_id)), view).limit(LIST_LIMIT)
    rows = tuple(view_of(row) for row in session.scalars(query))
    return Listing(rows, {name: _count(session, name, agent_id) for name in get_args(View)}, cursor)


def conversation_view(session: Session, conversation_id: int) -> ConversationView:
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("conversation")
    return view_of(conversation)


def transcript(session: Session, conversation_id: int, after_rev: int = 0) -> Transcript:
    """Every message added or changed behind `after_rev`, in the order of `seq`, for agents' eyes."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("conversation")
    return Transcript(
        view_of(conversation),
        _messages(session, select(Message).where(*_since(conversation.id, after_rev))),
        _asked(session, conversation),
    )


def message(session: Session, message_id: int) -> MessageView:
    return _message(session.get_one(Message, message_id))


def customer_conversation(session: Session, channel: Channel, contact_key: str) -> ConversationView | None:
    """A contact's own conversation; None before the first message."""
    found = _of_contact(session, channel, contact_key)
    return view_of(found) if found else None


def last_seen(session: Session, channel: Channel, contact_key: str) -> datetime | None:
    """When a contact last wrote; None for one who never did."""
    return session.scalar(select(Contact.last_seen_at).where(Contact.channel == channel, Contact.key == contact_key))


def customer_view(
    session: Session, channel: Channel, contact_key: str, after_rev: int = 0
) -> tuple[ConversationView, tuple[MessageView, ...]] | None:
    """A contact's own conversation without private notes; None before the first message."""
    conversation = _of_contact(session, channel, contact_key)
    if conversation is None:
        return None
    query = select(Message).where(*_since(conversation.id, after_rev), Message.private.is_(False))
    return view_of(conversation), _messages(session, query)


def _of_contact(session: Session, channel: Channel, contact_key: str) -> Conversation | None:
    return session.scalar(
        select(Conversation)
        .join(Contact)
        .where(Contact.channel == channel, Contact.key == contact_key, Conversation.channel == channel)
    )


def view_of(row: Conversation) -> ConversationView:
    return ConversationView(
        id=row.id,
        reference=row.reference,
        channel=_channel(row.channel),
        contact_id=row.contact_id,
        contact_name=row.contact.name,
        status=Status(row.status),
        priority=Priority(row.priority),
        assignee_id=row.assignee_id,
        assignee_name=row.assignee.name if row.assignee else None,
        language=_language(row.language),
        reason=Reason(row.reason) if row.reason else None,
        epoch=row.epoch,
        episode=row.episode,
        rev=row.rev,
        last_seq=row.last_seq,
        last_incoming_seq=row.last_incoming_seq,
        waiting_since=row.unanswered_since if row.status == Status.OPEN else None,
        preview=row.preview,
        preview_author=_author(row.preview_author) if row.preview_author else None,
        last_at=row.last_at,
    )


def _belongs(view: View, agent_id: int) -> tuple[ColumnElement[bool], ...]:
    match view:
        case "queue":
            return IN_QUEUE
        case "mine":
            return (Conversation.status == Status.OPEN, Conversation.assignee_id == agent_id)
        case "all":
            return (Conversation.status == Status.OPEN,)
        case "bot":
            return (Conversation.status == Status.PENDING,)
        case "resolved":
            return (Conversation.status == Status.RESOLVED,)


def _ordered(query: Select[Conversation], view: View) -> Select[Conversation]:
    if view in ("bot", "resolved"):
        return query.order_by(Conversation.last_at.desc())
    return query.order_by(*QUEUE_ORDER)


def _count(session: Session, view: View, agent_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Conversation).where(*_belongs(view, agent_id))) or 0


def _since(conversation_id: int, after_rev: int) -> tuple[ColumnElement[bool], ...]:
    return (Message.conversation_id == conversation_id, Message.rev > after_rev)


def _messages(session: Session, query: Select[Message]) -> tuple[MessageView, ...]:
    """The newest `TRANSCRIPT_LIMIT` of them: a long history must not stop a browser."""
    rows = session.scalars(query.order_by(Message.seq.desc()).limit(TRANSCRIPT_LIMIT)).all()
    return tuple(_message(row) for row in reversed(rows))


def _message(row: Message) -> MessageView:
    activity = row.content.get("activity")
    return MessageView(
        id=row.id,
        seq=row.seq,
        rev=row.rev,
        kind=_kind(row.kind),
        private=row.private,
        author=_author(row.author),
        agent_name=row.agent.name if row.agent else None,
        text=row.text,
        format=_format(row.format),
        buttons=tuple(Button(**b) for b in row.content.get("buttons", ())),
        activity=Activity(activity) if activity else None,
        decision=row.decision,
        client_id=row.source_id.partition(":")[2] if row.source_id else None,
        episode=row.episode,
        at=row.created_at,
    )


def _asked(session: Session, conversation: Conversation) -> Asked | None:
    """The handoff of the current episode, also after it ended: an agent may still read it."""
    handoff = session.scalar(
        select(Handoff)
        .where(Handoff.conversation_id == conversation.id, Handoff.episode == conversation.episode)
        .order_by(Handoff.id.desc())
        .limit(1)
    )
    if handoff is None:
        return None
    return Asked(
        Reason(handoff.reason), Priority(handoff.priority), handoff.asked_at, handoff.packet, conversation.episode - 1
    )


def _channel(value: str) -> Channel:
    return "telegram" if value == "telegram" else "widget"


def _language(value: str | None) -> Language | None:
    match value:
        case "zh-TW" | "zh-CN" | "en":
            return value
        case _:
            return None


def _kind(value: str) -> Kind:
    match value:
        case "incoming" | "outgoing" | "activity":
            return value
        case _:
            raise ValueError(f"unknown kind of message {value!r}")


def _author(value: str) -> Author:
    match value:
        case "contact" | "bot" | "agent" | "system":
            return value
        case _:
            raise ValueError(f"unknown author {value!r}")


def _format(value: str) -> Format:
    return "markdown" if value == "markdown" else "plain"
