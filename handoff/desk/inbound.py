"""What comes in from customers, and what the bot has to answer."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager

from handoff import files
from handoff.db import table
from handoff.desk import albums, clocks, episodes, quotes
from handoff.desk.assign import assign, direct
from handoff.desk.hearing import to_hear
from handoff.desk.presence import has_left
from handoff.desk.record import add_activity, add_message, announce, begin_episode, fence_of, locked, transition
from handoff.errors import OldButton
from handoff.models import Contact, Conversation, Message
from handoff.sla import NO_SLA, Sla
from handoff.states import Status
from handoff.values import (
    ADDRESS_FIELD,
    ADDRESS_FORM,
    Action,
    Activity,
    Bubble,
    Channel,
    Content,
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

_messages = table(Message)
_OWN = (
    select(Conversation)
    .select_from(Contact)
    .join(Conversation, Conversation.contact_id == Contact.id)
    .where(
        Contact.channel == bindparam("on"),
        Contact.key == bindparam("whose"),
        Conversation.channel == Contact.channel,
    )
    .options(contains_eager(Conversation.contact))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_KNOWN = select(_messages.c.id, _messages.c.seq).where(
    _messages.c.conversation_id == bindparam("its"), _messages.c.source_id == bindparam("named")
)
_UNANSWERED = (
    select(_messages.c.seq, _messages.c.text, _messages.c.content)
    .where(
        _messages.c.conversation_id == bindparam("its"),
        _messages.c.kind == "incoming",
        _messages.c.seq > bindparam("after"),
        _messages.c.seq <= bindparam("last"),
    )
    .order_by(_messages.c.seq)
)


def record_inbound(
    session: Session, message: InboundMessage, now: datetime, *, bot_answers: bool = True, sla: Sla = NO_SLA
) -> Recorded:
    """Store a customer's message once, with the next `seq`. Find, open or reopen the conversation.

    Without a bot (`bot_answers=False`) people own it from the start. Raises `OldButton` for a button of an earlier
    episode; nothing is stored then.
    """
    conversation = _conversation(session, message, now, bot_answers)
    source_id = f"c:{message.source_id}"
    known = session.connection().execute(_KNOWN, {"its": conversation.id, "named": source_id}).first()
    if known is not None:
        bot_owns = conversation.status == Status.PENDING
        return Recorded(conversation.id, known.id, known.seq, True, bot_owns, conversation.unanswered_since or now)
    _refuse_old_button(conversation, message.content)
    if (album := _joined(session, conversation, message, source_id, now)) is not None:
        if bot_answers:
            _let_hear(session, conversation, album.seq, message.content, now)
        return album
    was_in_queue = _is_in_queue(conversation) and conversation.last_seq > 0
    _reopen(session, conversation, message.content, now, bot_answers)
    alone = conversation.answered_seq >= conversation.last_incoming_seq
    text, stored_form = _words(message.content), _stored_form(message.content)
    message_id = add_message(
        session,
        conversation,
        now,
        kind="incoming",
        author="contact",
        text=text,
        source_id=source_id,
        content={**stored_form, **quotes.kept(message.quoted or "")},
    )
    _take_along(session, conversation.contact, message_id, message.content)
    _await_answer(conversation, now)
    seq = conversation.last_seq
    if isinstance(message.content, Filled) and message.content.name == ADDRESS_FORM:
        add_activity(session, conversation, now, Activity.ADDRESS_LEFT, None)
    if bot_answers:
        _let_hear(session, conversation, seq, message.content, now)
    clocks.customer_wrote(session, conversation, sla, now)
    announce(session, conversation, "incoming", now)
    if _is_in_queue(conversation) and not was_in_queue:
        _find_somebody(session, conversation, now)
    bot_owns = conversation.status == Status.PENDING
    waiting_since = conversation.unanswered_since or now
    bubble = Bubble(seq, _read_form(text, stored_form))
    turn = _turn(conversation, [bubble], waiting_since) if bot_owns and alone else None
    return Recorded(conversation.id, message_id, seq, False, bot_owns, waiting_since, turn)


def judge_answer(
    session: Session, message: InboundMessage, now: datetime, *, helped: bool, sla: Sla = NO_SLA
) -> Recorded:
    """The customer says by a button whether the bot's answer helped: stored like any message. Raises as above."""
    recorded = record_inbound(session, message, now, sla=sla)
    content = message.content
    if not recorded.duplicate and isinstance(content, Action):
        # Of the episode it stood in: pressed after the end, it has begun another one.
        episodes.judged(session, locked(session, recorded.conversation_id), now, content.episode, helped=helped)
    return recorded


def open_turn(session: Session, conversation_id: int) -> Turn | None:
    """Everything the bot has not answered yet, or None where it has nothing to say (any more)."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.status != Status.PENDING:
        return None
    if conversation.answered_seq >= conversation.last_incoming_seq or conversation.unanswered_since is None:
        return None
    rows = session.execute(
        _UNANSWERED,
        {"its": conversation.id, "after": conversation.answered_seq, "last": conversation.last_incoming_seq},
    )
    bubbles = [Bubble(row.seq, _read_form(row.text, row.content)) for row in rows]
    return _turn(conversation, bubbles, conversation.unanswered_since)


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


def contact_for(session: Session, channel: Channel, key: str, locale: Language | None, now: datetime) -> Contact:
    """Who has this key, locked; somebody new where nobody has it."""
    return _contact(session, InboundMessage(channel, key, "", Text(""), locale), now)


def visitor_name() -> str:
    """What a customer is called who has not said who they are."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(VISITOR_NAME_LENGTH))


def _turn(conversation: Conversation, bubbles: Sequence[Bubble], waiting_since: datetime) -> Turn:
    return Turn(
        fence=fence_of(conversation),
        bubbles=tuple(bubbles),
        episode=conversation.episode,
        language=_language(conversation.language),
        locale=_language(conversation.contact.locale),
        memory=conversation.bot_memory,
        waiting_since=waiting_since,
        resolved_at=conversation.resolved_at if conversation.reopen_to is not None else None,
        reachable=conversation.channel != "widget"
        or conversation.contact.email is not None
        or conversation.contact.answered_on is not None,
        chosen=_language(conversation.contact.chosen_language),
        zone=conversation.contact.zone,
    )


def _conversation(session: Session, message: InboundMessage, now: datetime, bot_answers: bool) -> Conversation:
    """The contact's conversation, both rows locked."""
    conversation = session.scalar(_OWN, {"on": message.channel, "whose": message.contact_key})
    if conversation is None:
        conversation = _first_conversation(session, _contact(session, message, now), now, bot_answers)
    contact = conversation.contact
    contact.last_seen_at = now
    contact.locale = contact.chosen_language or message.locale or contact.locale
    contact.zone = message.zone or contact.zone
    if message.name and not contact.identified:
        contact.name, contact.named = message.name, True
    return conversation


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
    return contact


def _insert_or_find(session: Session, fresh: Contact, query: Any) -> Contact:
    try:
        with session.begin_nested():
            session.add(fresh)
        return fresh
    except IntegrityError:
        found: Contact = session.scalars(query).one()
        return found


def _first_conversation(session: Session, contact: Contact, now: datetime, bot_answers: bool) -> Conversation:
    """A new one, unless another first message has opened it meanwhile."""
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
    episodes.begin(session, conversation, now, by_customer=True)
    return conversation


def _take_along(session: Session, contact: Contact, message_id: int, content: Content) -> None:
    """What a message brings besides its words: files, or an address; one from the shop counts more."""
    if isinstance(content, Media):
        files.claim_for_message(session, message_id, content.files, f"contact:{contact.channel}:{contact.key}")
    if isinstance(content, Filled) and content.name == ADDRESS_FORM and not contact.email_vouched:
        contact.email = content.values[ADDRESS_FIELD]


def _joined(
    session: Session, conversation: Conversation, message: InboundMessage, source_id: str, now: datetime
) -> Recorded | None:
    """A part of an album that is in its message: nothing else comes of it."""
    content, owner = message.content, f"contact:{message.channel}:{message.contact_key}"
    if not isinstance(content, Media) or content.album is None:
        return None
    whole = albums.joined(session, conversation, content, source_id, owner, now)
    if whole is None:
        return None
    bot_owns, since = conversation.status == Status.PENDING, conversation.unanswered_since or now
    return Recorded(conversation.id, whole.id, whole.seq, True, bot_owns, since, joined=True)


def _let_hear(session: Session, conversation: Conversation, seq: int, content: Content, now: datetime) -> None:
    """People have it, so the bot does not answer; whoever of it listens has to read what was written."""
    if conversation.status in (Status.OPEN, Status.SNOOZED) and isinstance(content, Text | Media) and _words(content):
        to_hear(session, conversation, seq, now)


def _refuse_old_button(conversation: Conversation, content: Content) -> None:
    if isinstance(content, Action | Filled) and content.episode not in (None, conversation.episode):
        raise OldButton("this button belongs to something that is over")


def _reopen(session: Session, conversation: Conversation, content: Content, now: datetime, bot_answers: bool) -> None:
    """A snoozed one goes to its agent, or to the queue where they are not there to read it."""
    status = Status(conversation.status)
    if status not in (Status.SNOOZED, Status.RESOLVED) or not _reopens(content):
        return
    if status is Status.SNOOZED:
        agent = conversation.assignee
        transition(conversation, Status.OPEN, None if agent is None or has_left(agent, now) else agent.id)
    else:
        transition(conversation, Status.PENDING if bot_answers else Status.OPEN)
        begin_episode(conversation)
        episodes.begin(session, conversation, now, by_customer=True)


def _is_in_queue(conversation: Conversation) -> bool:
    return conversation.status == Status.OPEN and conversation.assignee_id is None


def _find_somebody(session: Session, conversation: Conversation, now: datetime) -> None:
    """It came to the queue by itself: without a bot, or its agent is gone."""
    if conversation.team_id is None:
        direct(session, conversation, conversation.intent)
    assign(session, now)


def _reopens(content: Content) -> bool:
    return content.reopens if isinstance(content, Action) else not isinstance(content, Filled)


def _await_answer(conversation: Conversation, now: datetime) -> None:
    """A press that does not reopen a resolved conversation (a star of a survey) waits for nobody."""
    conversation.last_incoming_seq = conversation.last_seq
    if conversation.status == Status.RESOLVED:
        conversation.answered_seq = conversation.last_seq
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
        case Media(kind=kind, album=album):
            return {"media": kind, "album": album} if album else {"media": kind}
        case Filled(name=name, values=values):
            return {"filled": name, "values": dict(values)}
        case Action(name=name, value=value):
            return {"action": name, "value": value}


def _read_form(text: str, stored: Mapping[str, Any]) -> Content:
    if "media" in stored:
        return Media(stored["media"], text)
    if "filled" in stored:
        return Filled(stored["filled"], stored["values"], text)
    if "action" in stored:
        return Action(stored["action"], stored["value"], text)
    return Text(text)


def _language(code: str | None) -> Language | None:
    match code:
        case "zh-TW" | "zh-CN" | "en":
            return code
        case _:
            return None
