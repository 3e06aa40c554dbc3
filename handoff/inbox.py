"""The read side: lists, transcripts and packets as frozen values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, String, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from handoff import clocks, delivery, events, files, mentions, ratings
from handoff.db import table
from handoff.errors import NotFound
from handoff.mentioning import retold
from handoff.models import Agent, Assignment, Block, Contact, Conversation, Handoff, Message, Team
from handoff.queue import IN_QUEUE, QUEUE_ORDER, UNANSWERED
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
    Quote,
    RatingView,
    Reason,
)

View = Literal["queue", "mine", "all", "bot", "snoozed", "resolved"]
COUNTED: tuple[View, ...] = ("queue", "mine", "all", "bot", "snoozed")
"""What is closed grows for ever; nobody needs to know how much of it there is."""
LIST_LIMIT = 200
TRANSCRIPT_LIMIT = 500
HISTORY_LIMIT = 10
WHOLE_LIMIT = 5000
FOUND_AROUND = 40
"""Characters shown on either side of what was searched for."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; an empty string narrows nothing.

    `words` are searched for in every view, however they may be spelled.
    `near` is a time at which a clock is near its end or past it. `due_first` orders by clocks within a priority.
    """

    priority: str = ""
    language: str = ""
    channel: str = ""
    reason: str = ""
    tag: str = ""
    team: str = ""
    words: str = ""
    spellings: tuple[str, ...] = ()
    near: datetime | None = None
    due_first: bool = False


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
    """The customer. `named`: `name` is one, else a code of ours. `identified`: the shop vouched for who they are.

    `telegram`: they read us there. `blocked`: nothing they send there is kept or answered.
    """

    id: int
    name: str
    named: bool
    email: str | None
    identified: bool
    locale: Language | None
    first_seen_at: datetime
    last_seen_at: datetime
    telegram: bool = False
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    conversation: ConversationView
    contact: ContactView
    messages: tuple[MessageView, ...]
    asked: Asked | None
    rating: RatingView | None = None


NO_FILTER = Filter()

_conversations, _contacts, _messages, _agents = table(Conversation), table(Contact), table(Message), table(Agent)
_teams = table(Team)
_CONVERSATIONS = select(
    _conversations,
    _contacts.c.name.label("contact_name"),
    _contacts.c.named.label("contact_named"),
    _agents.c.name.label("assignee_name"),
    _teams.c.key.label("team"),
).select_from(
    _conversations.join(_contacts).outerjoin(_agents).outerjoin(_teams, _teams.c.id == _conversations.c.team_id)
)
_ONE = _CONVERSATIONS.where(_conversations.c.id == bindparam("wanted"))
_OWN = _CONVERSATIONS.where(
    _contacts.c.channel == bindparam("on"),
    _contacts.c.key == bindparam("whose"),
    _conversations.c.channel == _contacts.c.channel,
)
_MESSAGES = select(_messages, _agents.c.name.label("agent_name")).select_from(_messages.outerjoin(_agents))
_SAID = (
    _MESSAGES.where(_messages.c.conversation_id == bindparam("its"), _messages.c.rev > bindparam("after"))
    .order_by(_messages.c.seq.desc())
    .limit(TRANSCRIPT_LIMIT)
)
"""The newest of them: a long history must not stop a browser."""
_SAID_TO_CUSTOMER = _SAID.where(_messages.c.private.is_(False))
_ALL_SAID_TO_CUSTOMER = _SAID_TO_CUSTOMER.limit(WHOLE_LIMIT)


def listing(session: Session, view: View, agent_id: int, wanted: Filter = NO_FILTER) -> Listing:
    """At most 200 conversations of a view, and the cursor from which the live feed goes on without a gap.

    The cursor is read first: what changes in between is told twice rather than never.
    """
    cursor = events.newest(session)
    counts: dict[View, int] = {name: _count(session, name, agent_id) for name in COUNTED}
    belongs = () if wanted.words else _belongs(view, agent_id)
    narrowed = _CONVERSATIONS.where(*belongs, *_narrowed(wanted))
    query = (_due_first(narrowed) if wanted.due_first else _ordered(narrowed, view)).limit(LIST_LIMIT)
    rows = _with_clocks(session, [_view(row) for row in session.execute(query)])
    found = _passages(session, [row.id for row in rows], _ways(wanted)) if wanted.words else {}
    return Listing(rows, counts, cursor, found)


def conversation_view(session: Session, conversation_id: int) -> ConversationView:
    return _with_clocks(session, [_view(_one(session, conversation_id))])[0]


def transcript(session: Session, conversation_id: int, after_rev: int = 0) -> Transcript:
    """Every message added or changed behind `after_rev`, in the order of `seq`, for agents' eyes."""
    view = conversation_view(session, conversation_id)
    rows = session.execute(_SAID, {"its": view.id, "after": after_rev}).all()
    pushed = delivery.of_messages(session, [row.id for row in rows if row.kind == "outgoing"])
    return Transcript(
        view,
        _contact(session, session.get_one(Contact, view.contact_id)),
        _message_views(session, rows, pushed),
        _asked(session, view),
        ratings.given(session, view.id),
    )


def message(session: Session, message_id: int) -> MessageView:
    row = session.execute(_MESSAGES.where(_messages.c.id == message_id)).one()
    return _message(
        row,
        files.of_messages(session, [message_id]),
        delivery.of_messages(session, [message_id]),
        mentions.names_today(session, [row.content]),
    )


def customer_message(session: Session, channel: Channel, contact_key: str, message_id: int) -> MessageView | None:
    """What was said to a contact; None for anything that is not of their own conversation."""
    row = session.execute(
        _MESSAGES.join(_conversations, _conversations.c.id == _messages.c.conversation_id)
        .join(_contacts, _contacts.c.id == _conversations.c.contact_id)
        .where(
            _messages.c.id == message_id,
            _messages.c.private.is_(False),
            _contacts.c.channel == channel,
            _contacts.c.key == contact_key,
            # One that a contact brought along from elsewhere is over: what stands in it means nothing to this one.
            _conversations.c.channel == channel,
        )
    ).first()
    return _message(row, {}, {}, {}) if row is not None else None


def languages(session: Session, conversation_id: int) -> tuple[Language | None, Language | None]:
    """What the customer has asked for, and what they were spoken with so far."""
    found = select(Contact.chosen_language, Conversation.language).where(Conversation.id == conversation_id)
    chosen, spoken = session.execute(found.join(Contact, Contact.id == Conversation.contact_id)).one()
    return _language(chosen), _language(spoken)


def is_called(session: Session, conversation_id: int) -> bool:
    """Whether a person was called who has not said anything yet, though somebody may have been given it."""
    return bool(session.scalar(select(called(conversation_id))))


def is_in_line(session: Session, conversation_id: int) -> bool:
    """Whether the customer waits for somebody to come: for the first time, or since their agent has left them.

    Who has been answered waits for nothing, though it may be in our queue again.
    """
    return bool(session.scalar(select(Conversation.id).where(Conversation.id == conversation_id, in_line())))


def in_line() -> ColumnElement[bool]:
    """`is_in_line` as a condition."""
    return and_(*IN_QUEUE, or_(UNANSWERED, called(Conversation.id)))


def called(conversation_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """`is_called` as a condition."""
    unclaimed = exists().where(
        Handoff.conversation_id == conversation_id, Handoff.ended_at.is_(None), Handoff.claimed_at.is_(None)
    )
    said = exists().where(
        Message.conversation_id == Assignment.conversation_id,
        Message.seq > Assignment.seq,
        Message.agent_id == Assignment.agent_id,
        Message.private.is_(False),
    )
    given = exists().where(
        Assignment.conversation_id == conversation_id,
        Assignment.outcome.is_(None),
        Conversation.id == Assignment.conversation_id,
        Conversation.episode == Assignment.episode,
        Conversation.epoch == Assignment.epoch,
        ~said,
    )
    return or_(unclaimed, given)


def customer_conversation(session: Session, channel: Channel, contact_key: str) -> ConversationView | None:
    """A contact's own conversation; None before the first message."""
    found = _of_contact(session, channel, contact_key)
    return _view(found) if found else None


def customer_view(
    session: Session, channel: Channel, contact_key: str, after_rev: int = 0
) -> tuple[ConversationView, tuple[MessageView, ...]] | None:
    """A contact's own conversation without private notes and deliveries; None before the first message."""
    found = _of_contact(session, channel, contact_key)
    if found is None:
        return None
    rows = session.execute(_SAID_TO_CUSTOMER, {"its": found.id, "after": after_rev}).all()
    return _view(found), _message_views(session, rows, {})


def customer_transcript(
    session: Session, channel: Channel, contact_key: str
) -> tuple[ConversationView, tuple[MessageView, ...]] | None:
    """As `customer_view`, from the beginning, for a file."""
    found = _of_contact(session, channel, contact_key)
    if found is None:
        return None
    rows = session.execute(_ALL_SAID_TO_CUSTOMER, {"its": found.id, "after": 0}).all()
    return _view(found), _message_views(session, rows, {})


def _of_contact(session: Session, channel: Channel, contact_key: str) -> Row[Any] | None:
    return session.execute(_OWN, {"on": channel, "whose": contact_key}).first()


def _one(session: Session, conversation_id: int) -> Row[Any]:
    row = session.execute(_ONE, {"wanted": conversation_id}).first()
    if row is None:
        raise NotFound("conversation")
    return row


def _view(row: Row[Any]) -> ConversationView:
    return ConversationView(
        id=row.id,
        reference=row.reference,
        channel=_channel(row.channel),
        contact_id=row.contact_id,
        contact_name=row.contact_name,
        contact_named=row.contact_named,
        status=Status(row.status),
        priority=Priority(row.priority),
        assignee_id=row.assignee_id,
        assignee_name=row.assignee_name,
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
        team=row.team,
        team_id=row.team_id,
    )


def _with_clocks(session: Session, views: Sequence[ConversationView]) -> tuple[ConversationView, ...]:
    """Clocks are for agents' eyes: customers know of what they were promised, not of what the shop measures."""
    found = clocks.running(session, [view.id for view in views])
    return tuple(replace(view, clocks=found.get(view.id, ())) for view in views)


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
    if wanted.team:
        conditions.append(Conversation.team_id.in_(select(Team.id).where(Team.key == wanted.team)))
    if wanted.near:
        conditions.append(clocks.is_near(wanted.near))
    if wanted.words:
        conditions.append(_mentions(_ways(wanted)))
    return conditions


def _ways(wanted: Filter) -> Sequence[str]:
    return wanted.spellings or (wanted.words,)


def _holds(text: ColumnElement[Any] | InstrumentedAttribute[Any], ways: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(text.icontains(words, autoescape=True) for words in ways))


def _mentions(ways: Sequence[str]) -> ColumnElement[bool]:
    said = exists().where(Message.conversation_id == Conversation.id, _holds(Message.text, ways))
    who = or_(_holds(Contact.name, ways), _holds(Contact.email, ways))
    return or_(said, who, Conversation.reference == ways[0].upper())


def _passages(session: Session, conversation_ids: Sequence[int], ways: Sequence[str]) -> dict[int, str]:
    """What was said around the words, newest first, for each conversation where it was said at all."""
    matching = (Message.conversation_id.in_(conversation_ids), _holds(Message.text, ways))
    newest = select(func.max(Message.id)).where(*matching).group_by(Message.conversation_id).correlate(None)
    rows = session.execute(select(Message.conversation_id, Message.text).where(Message.id.in_(newest)))
    return {conversation_id: _around(text, ways) for conversation_id, text in rows}


def _around(text: str, ways: Sequence[str]) -> str:
    text = " ".join(text.split())
    words = next((one for one in ways if one.lower() in text.lower()), ways[0])
    at = max(text.lower().find(words.lower()), 0)
    start, end = max(at - FOUND_AROUND, 0), at + len(words) + FOUND_AROUND
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _ordered(query: Select[Any], view: View) -> Select[Any]:
    if view == "snoozed":
        return query.order_by(Conversation.snoozed_until)
    if view in ("bot", "resolved"):
        return query.order_by(Conversation.last_at.desc())
    return query.order_by(*QUEUE_ORDER)


def _due_first(query: Select[Any]) -> Select[Any]:
    """Within a priority, what is due soonest; then as in the queue."""
    soonest = clocks.soonest()
    joined = query.outerjoin(soonest, soonest.c.conversation_id == _conversations.c.id)
    rank, *others = QUEUE_ORDER
    return joined.order_by(rank, soonest.c.due_at.is_(None), soonest.c.due_at, *others)


def _count(session: Session, view: View, agent_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Conversation).where(*_belongs(view, agent_id))) or 0


def _message_views(
    session: Session, rows: Sequence[Row[Any]], pushed: Mapping[int, tuple[DeliveryView, ...]]
) -> tuple[MessageView, ...]:
    """Of rows that come newest first. Most messages have no files; they are looked for only where there may be some."""
    filed = files.of_messages(session, [row.id for row in rows if row.author == "agent" or "media" in row.content])
    names = mentions.names_today(session, [row.content for row in rows])
    return tuple(_message(row, filed, pushed, names) for row in reversed(rows))


def _message(
    row: Row[Any],
    filed: Mapping[int, tuple[FileView, ...]],
    pushed: Mapping[int, tuple[DeliveryView, ...]],
    names: Mapping[int, str],
) -> MessageView:
    activity = row.content.get("activity")
    text, mentioned = retold(row.text, mentions.kept_in(row.content), names)
    return MessageView(
        id=row.id,
        seq=row.seq,
        rev=row.rev,
        kind=_kind(row.kind),
        private=row.private,
        author=_author(row.author),
        agent_name=row.agent_name,
        text=text,
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
        mentions=mentioned,
        quoted=Quote(**row.content["quoted"]) if "quoted" in row.content else None,
    )


def _asked(session: Session, conversation: ConversationView) -> Asked | None:
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


def _contact(session: Session, row: Contact) -> ContactView:
    return ContactView(
        row.id,
        row.name,
        row.named,
        row.email,
        row.identified,
        _language(row.locale),
        row.created_at,
        row.last_seen_at,
        telegram="telegram" in (row.channel, row.answered_on),
        blocked=session.get(Block, row.id) is not None,
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
