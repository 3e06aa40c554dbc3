"""The read side: lists, transcripts and packets as frozen values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from handoff import delivery, events, files
from handoff.errors import NotFound
from handoff.models import Agent, Contact, Conversation, Handoff, Message
from handoff.queue import IN_QUEUE, QUEUE_ORDER
from handoff.states import Status
from handoff.values import (
    Activity,
    Author,
    Button,
    Channel,
    ConversationView,
    DeliveryView,
    FileView,
    Form,
    Format,
    FormField,
    Kind,
    Language,
    MessageView,
    Priority,
    Reason,
)

View = Literal["queue", "mine", "all", "bot", "snoozed", "resolved"]
LIST_LIMIT = 200
TRANSCRIPT_LIMIT = 500
HISTORY_LIMIT = 10
FOUND_AROUND = 40
"""Characters shown on either side of what was searched for."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; an empty string narrows nothing. `words` are searched for in every view."""

    priority: str = ""
    language: str = ""
    channel: str = ""
    reason: str = ""
    tag: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """`found` is the passage a search hit, by conversation."""

    rows: tuple[ConversationView, ...]
    counts: Mapping[View, int]
    cursor: str
    found: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """The stored half of a packet: why a person was called, when, and what the bot knew then."""

    reason: Reason
    priority: Priority
    asked_at: datetime
    packet: Mapping[str, Any]
    history: "tuple[Past, ...]"


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier call for a person in the same conversation."""

    reason: Reason
    asked_at: datetime
    ended_at: datetime | None
    agent: str | None
    summary: str


@dataclass(frozen=True, slots=True)
class ContactView:
    """The customer. `identified`: the shop vouched for who they are."""

    id: int
    name: str
    email: str | None
    identified: bool
    locale: Language | None
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Transcript:
    conversation: ConversationView
    contact: ContactView
    messages: tuple[MessageView, ...]
    asked: Asked | None


NO_FILTER = Filter()


def listing(session: Session, view: View, agent_id: int, wanted: Filter = NO_FILTER) -> Listing:
    """At most 200 conversations of a view, and the cursor from which the live feed goes on without a gap.

    The cursor is read first: what changes in between is told twice rather than never.
    """
    cursor = events.newest(session)
    belongs = () if wanted.words else _belongs(view, agent_id)
    query = _ordered(select(Conversation).where(*belongs, *_narrowed(wanted)), view).limit(LIST_LIMIT)
    rows = tuple(view_of(row) for row in session.scalars(query))
    found = _passages(session, [row.id for row in rows], wanted.words) if wanted.words else {}
    return Listing(rows, {name: _count(session, name, agent_id) for name in get_args(View)}, cursor, found)


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
        _contact(conversation.contact),
        _messages(session, select(Message).where(*_since(conversation.id, after_rev))),
        _asked(session, conversation),
    )


def message(session: Session, message_id: int) -> MessageView:
    return _message(
        session.get_one(Message, message_id),
        files.of_messages(session, [message_id]),
        delivery.of_messages(session, [message_id]),
    )


def customer_conversation(session: Session, channel: Channel, contact_key: str) -> ConversationView | None:
    """A contact's own conversation; None before the first message."""
    found = _of_contact(session, channel, contact_key)
    return view_of(found) if found else None


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
        tags=tuple(row.tags),
        snoozed_until=row.snoozed_until,
        read_seq=max(row.answered_seq, row.agent_seen_seq),
        delivered_seq=row.delivered_seq,
        seen_seq=row.seen_seq,
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
        case "snoozed":
            return (Conversation.status == Status.SNOOZED,)
        case "resolved":
            return (Conversation.status == Status.RESOLVED,)


def _narrowed(wanted: Filter) -> list[ColumnElement[bool]]:
    equal = {
        Conversation.priority: wanted.priority,
        Conversation.language: wanted.language,
        Conversation.channel: wanted.channel,
        Conversation.reason: wanted.reason,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value]
    if wanted.tag:
        # As JSON writes it: with its quotation marks no tag is found within another one.
        tag = json.dumps(wanted.tag.strip().lower())
        conditions.append(cast(Conversation.tags, String).contains(tag, autoescape=True))
    if wanted.words:
        conditions.append(_mentions(wanted.words))
    return conditions


def _mentions(words: str) -> ColumnElement[bool]:
    said = exists().where(Message.conversation_id == Conversation.id, Message.text.icontains(words, autoescape=True))
    who = exists().where(
        Contact.id == Conversation.contact_id,
        or_(Contact.name.icontains(words, autoescape=True), Contact.email.icontains(words, autoescape=True)),
    )
    return or_(said, who, Conversation.reference == words.upper())


def _passages(session: Session, conversation_ids: Sequence[int], words: str) -> dict[int, str]:
    """What was said around the words, newest first, for each conversation where it was said at all."""
    rows = session.execute(
        select(Message.conversation_id, Message.text)
        .where(Message.conversation_id.in_(conversation_ids), Message.text.icontains(words, autoescape=True))
        .order_by(Message.seq)
    )
    return {conversation_id: _around(text, words) for conversation_id, text in rows}


def _around(text: str, words: str) -> str:
    text = " ".join(text.split())
    at = max(text.lower().find(words.lower()), 0)
    start, end = max(at - FOUND_AROUND, 0), at + len(words) + FOUND_AROUND
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _ordered(query: Select[Conversation], view: View) -> Select[Conversation]:
    if view == "snoozed":
        return query.order_by(Conversation.snoozed_until)
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
    # Most messages have neither; two queries for all of them only where one might.
    filed = files.of_messages(session, [row.id for row in rows if row.author in ("contact", "agent")])
    pushed = delivery.of_messages(session, [row.id for row in rows if row.kind == "outgoing"])
    return tuple(_message(row, filed, pushed) for row in reversed(rows))


def _message(
    row: Message, filed: Mapping[int, tuple[FileView, ...]], pushed: Mapping[int, tuple[DeliveryView, ...]]
) -> MessageView:
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
        form=_form(row.content.get("form")),
        files=filed.get(row.id, ()),
        deliveries=pushed.get(row.id, ()),
        activity=Activity(activity) if activity else None,
        detail=row.content.get("detail"),
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
        Reason(handoff.reason),
        Priority(handoff.priority),
        handoff.asked_at,
        handoff.packet,
        _history(session, handoff),
    )


def _history(session: Session, handoff: Handoff) -> tuple[Past, ...]:
    rows = session.execute(
        select(Handoff, Agent.name)
        .outerjoin(Agent, Agent.id == Handoff.agent_id)
        .where(Handoff.conversation_id == handoff.conversation_id, Handoff.id < handoff.id)
        .order_by(Handoff.id.desc())
        .limit(HISTORY_LIMIT)
    )
    return tuple(
        Past(Reason(past.reason), past.asked_at, past.ended_at, agent, str(past.packet.get("summary", "")))
        for past, agent in rows
    )


def _contact(row: Contact) -> ContactView:
    return ContactView(
        row.id, row.name, row.email, row.identified, _language(row.locale), row.created_at, row.last_seen_at
    )


def _form(stored: Mapping[str, Any] | None) -> Form | None:
    if stored is None:
        return None
    return Form(stored["name"], tuple(FormField(**field) for field in stored["fields"]), stored["submit"])


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
