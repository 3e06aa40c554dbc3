"""What comes in from customers, and what the bot has to answer."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handoff import files
from handoff.desk.record import add_message, announce, begin_episode, locked, transition
from handoff.errors import OldButton
from handoff.models import Contact, Conversation, Message
from handoff.states import Status
from handoff.values import (
    ADDRESS_FIELD,
    ADDRESS_FORM,
    Action,
    Bubble,
    Content,
    Fence,
    Filled,
    InboundMessage,
    Language,
    Media,
    Priority,
    Recorded,
    Text,
    Turn,
)

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
VISITOR_NAME_LENGTH = 4


def record_inbound(session: Session, message: InboundMessage, now: datetime, *, bot_answers: bool = True) -> Recorded:
    """Store a customer's message once, with the next `seq`. Find, open or reopen the conversation.

    Without a bot (`bot_answers=False`) people own it from the start. Raises `OldButton` for a button of an earlier
    episode; nothing is stored then.
    """
    contact = _contact(session, message, now)
    conversation = _conversation(session, contact, now, bot_answers)
    source_id = f"c:{message.source_id}"
    known = session.scalar(
        select(Message).where(Message.conversation_id == conversation.id, Message.source_id == source_id)
    )
    bot_owns = conversation.status == Status.PENDING
    if known is not None:
        return Recorded(conversation.id, known.id, known.seq, True, bot_owns, conversation.unanswered_since or now)
    _refuse_old_button(conversation, message.content)
    _reopen(conversation, message.content, bot_answers)
    stored = add_message(
        session,
        conversation,
        now,
        kind="incoming",
        author="contact",
        text=_words(message.content),
        source_id=source_id,
        content=_stored_form(message.content),
    )
    _take_along(session, contact, stored, message.content)
    _await_answer(conversation, stored, now)
    announce(session, conversation, "incoming", now)
    session.flush()
    bot_owns = conversation.status == Status.PENDING
    return Recorded(conversation.id, stored.id, stored.seq, False, bot_owns, conversation.unanswered_since or now)


def open_turn(session: Session, conversation_id: int) -> Turn | None:
    """Everything the bot has not answered yet, or None where it has nothing to say (any more)."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.status != Status.PENDING:
        return None
    if conversation.answered_seq >= conversation.last_incoming_seq or conversation.unanswered_since is None:
        return None
    rows = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.kind == "incoming",
            Message.seq > conversation.answered_seq,
            Message.seq <= conversation.last_incoming_seq,
        )
        .order_by(Message.seq)
    )
    return Turn(
        fence=fence_of(conversation),
        bubbles=tuple(Bubble(row.seq, _read_form(row)) for row in rows),
        episode=conversation.episode,
        language=_language(conversation.language),
        locale=_language(conversation.contact.locale),
        memory=conversation.bot_memory,
        waiting_since=conversation.unanswered_since,
        resolved_at=conversation.resolved_at if conversation.reopen_to is not None else None,
        reachable=conversation.channel != "widget" or conversation.contact.email is not None,
    )


def left_waiting(session: Session, now: datetime, after: timedelta, limit: int = 50) -> list[int]:
    """Conversations the bot owns whose customer has waited longer than `after`, oldest first."""
    return list(
        session.scalars(
            select(Conversation.id)
            .where(
                Conversation.status == Status.PENDING,
                Conversation.unanswered_since <= now - after,
                Conversation.answered_seq < Conversation.last_incoming_seq,
            )
            .order_by(Conversation.unanswered_since)
            .limit(limit)
        )
    )


def visitor_name() -> str:
    """What a customer is called who has not said who they are."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(VISITOR_NAME_LENGTH))


def fence_of(conversation: Conversation) -> Fence:
    return Fence(conversation.id, conversation.epoch, conversation.answered_seq, conversation.last_incoming_seq)


def _contact(session: Session, message: InboundMessage, now: datetime) -> Contact:
    """The contact's row, locked: two first messages at once must not open two conversations."""
    query = (
        select(Contact).where(Contact.channel == message.channel, Contact.key == message.contact_key).with_for_update()
    )
    contact = session.scalar(query)
    if contact is None:
        fresh = Contact(
            channel=message.channel,
            key=message.contact_key,
            name=visitor_name(),
            locale=message.locale,
            created_at=now,
            last_seen_at=now,
        )
        contact = _insert_or_find(session, fresh, query)
    contact.last_seen_at = now
    contact.locale = message.locale or contact.locale
    return contact


def _insert_or_find(session: Session, fresh: Contact, query: Any) -> Contact:
    try:
        with session.begin_nested():
            session.add(fresh)
        return fresh
    except IntegrityError:
        found: Contact = session.scalars(query).one()
        return found


def _conversation(session: Session, contact: Contact, now: datetime, bot_answers: bool) -> Conversation:
    found = session.scalar(
        select(Conversation.id).where(Conversation.contact_id == contact.id, Conversation.channel == contact.channel)
    )
    if found is not None:
        return locked(session, found)
    conversation = Conversation(
        reference="".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6)),
        contact=contact,
        channel=contact.channel,
        status=Status.PENDING if bot_answers else Status.OPEN,
        priority=Priority.NORMAL,
        priority_rank=2,
        epoch=0,
        episode=1,
        rev=0,
        last_seq=0,
        last_incoming_seq=0,
        answered_seq=0,
        bot_memory={},
        created_at=now,
        last_at=now,
    )
    session.add(conversation)
    session.flush()
    return conversation


def _take_along(session: Session, contact: Contact, stored: Message, content: Content) -> None:
    """What a message brings besides its words: files, or an address the customer may be written to."""
    if isinstance(content, Media) and content.files:
        session.flush()
        files.claim_for_message(session, stored.id, content.files, f"contact:{contact.channel}:{contact.key}")
    if isinstance(content, Filled) and content.name == ADDRESS_FORM and not contact.identified:
        contact.email = content.values[ADDRESS_FIELD]


def _refuse_old_button(conversation: Conversation, content: Content) -> None:
    if isinstance(content, Action | Filled) and content.episode not in (None, conversation.episode):
        raise OldButton("this button belongs to something that is over")


def _reopen(conversation: Conversation, content: Content, bot_answers: bool) -> None:
    status = Status(conversation.status)
    if status is Status.SNOOZED:
        transition(conversation, Status.OPEN, conversation.assignee_id)
    elif status is Status.RESOLVED and _reopens(content):
        transition(conversation, Status.PENDING if bot_answers else Status.OPEN)
        begin_episode(conversation)


def _reopens(content: Content) -> bool:
    return content.reopens if isinstance(content, Action) else not isinstance(content, Filled)


def _await_answer(conversation: Conversation, stored: Message, now: datetime) -> None:
    """A press that does not reopen a resolved conversation (a star of a survey) waits for nobody."""
    conversation.last_incoming_seq = stored.seq
    if conversation.status == Status.RESOLVED:
        conversation.answered_seq = stored.seq
    elif conversation.unanswered_since is None:
        conversation.unanswered_since = now


def _words(content: Content) -> str:
    match content:
        case Text(text):
            return text
        case Media(note=note):
            return note
        case Action(label=label) | Filled(label=label):
            return label


def _stored_form(content: Content) -> Mapping[str, Any]:
    match content:
        case Text():
            return {}
        case Media(kind=kind):
            return {"media": kind}
        case Filled(name=name, values=values):
            return {"filled": name, "values": dict(values)}
        case Action(name=name, value=value):
            return {"action": name, "value": value}


def _read_form(row: Message) -> Content:
    if "media" in row.content:
        return Media(row.content["media"], row.text)
    if "filled" in row.content:
        return Filled(row.content["filled"], row.content["values"], row.text)
    if "action" in row.content:
        return Action(row.content["action"], row.content["value"], row.text)
    return Text(row.text)


def _language(code: str | None) -> Language | None:
    match code:
        case "zh-TW" | "zh-CN" | "en":
            return code
        case _:
            return None
