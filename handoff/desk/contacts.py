"""Who a customer is, on whatever channel they come: their language, whether they are served, where else they are."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from handoff import audit, events
from handoff.audit import Deed
from handoff.db import wake
from handoff.desk.inbound import contact_for
from handoff.desk.record import add_activity, announce, locked, mark_answered, transition
from handoff.errors import DeskError, NotFound
from handoff.models import Block, ChannelLink, Contact, Conversation, FurtherChannel
from handoff.states import Status
from handoff.values import Activity, Channel, Language

LINK_LASTS = timedelta(minutes=15)
"""By which a conversation goes on in another channel."""
LINKS_KEPT = 20
"""Of one contact; whoever presses a button a hundred times has made no hundred rows."""


class LinkOver(DeskError):
    """The link was used, is too old, or none of ours."""


class Busy(DeskError):
    """People have a conversation there already; it must be over before another one goes on in its place."""


@dataclass(frozen=True, slots=True)
class Who:
    """A customer as a channel meets them. What they write belongs to `channel` and `key`, which may be others.

    `away`: they went on there once, and are not answered there any more.
    """

    channel: Channel
    key: str
    language: Language | None = None
    blocked: bool = False
    away: bool = False


def who(session: Session, channel: Channel, key: str) -> Who:
    """Whom a channel knows by this key; also somebody nobody has seen yet."""
    contact = _of(session, channel, key)
    if contact is None:
        return Who(channel, key)
    blocked = session.get(Block, contact.id) is not None
    away = channel not in (contact.channel, contact.answered_on)
    return Who(_channel(contact.channel), contact.key, _language(contact.chosen_language), blocked, away)


def come_back(session: Session, channel: Channel, key: str) -> None:
    """Who could not be reached there has written from there: they are answered there again."""
    contact = _of(session, channel, key)
    if contact is not None and contact.channel != channel:
        contact.answered_on = channel


def choose_language(session: Session, channel: Channel, key: str, language: Language, now: datetime) -> None:
    """They have said in which language they want to be spoken to; it counts until they say otherwise."""
    contact = contact_for(session, channel, key, language, now)
    contact.chosen_language = contact.locale = language
    session.execute(update(Conversation).where(Conversation.contact_id == contact.id).values(language=language))


def block(session: Session, contact_id: int, agent_id: int, now: datetime) -> None:
    """Nothing they send is kept or answered from now on. Blocking twice changes nothing."""
    if session.get(Contact, contact_id) is None:
        raise NotFound("contact")
    if session.get(Block, contact_id) is None:
        session.add(Block(contact_id=contact_id, agent_id=agent_id, created_at=now))
        audit.append(session, Deed.BLOCKED, agent_id, now, about=("contact", contact_id))
        wake(session, events.DESK_TOPIC)


def unblock(session: Session, contact_id: int, agent_id: int, now: datetime) -> None:
    """They are served again; what they sent meanwhile is gone."""
    if session.execute(delete(Block).where(Block.contact_id == contact_id).returning(Block.contact_id)).first():
        audit.append(session, Deed.UNBLOCKED, agent_id, now, about=("contact", contact_id))
        wake(session, events.DESK_TOPIC)


def is_blocked(session: Session, contact_id: int) -> bool:
    return session.get(Block, contact_id) is not None


def make_link(session: Session, channel: Channel, key: str, locale: Language | None, now: datetime) -> str:
    """A secret by which this customer's conversation goes on in another channel, once and soon."""
    contact = contact_for(session, channel, key, locale, now)
    own = ChannelLink.contact_id == contact.id
    newest = select(ChannelLink.secret_hash).where(own).order_by(ChannelLink.expires_at.desc()).limit(LINKS_KEPT - 1)
    too_many = and_(own, ChannelLink.secret_hash.not_in(newest))
    session.execute(delete(ChannelLink).where(or_(ChannelLink.expires_at <= now, too_many)))
    secret = secrets.token_urlsafe(32)
    session.add(ChannelLink(secret_hash=_hash(secret), contact_id=contact.id, expires_at=now + LINK_LASTS))
    return secret


def follow_link(session: Session, secret: str, channel: Channel, key: str, now: datetime) -> None:
    """Who has this key on `channel` is the contact of the link from now on, and is answered there.

    Raises `LinkOver`, or `Busy` where people are with them on that channel; the link stays good then.
    """
    used = session.scalar(
        delete(ChannelLink)
        .where(ChannelLink.secret_hash == _hash(secret), ChannelLink.expires_at > now)
        .returning(ChannelLink.contact_id)
    )
    contact = session.get(Contact, used, with_for_update=True) if used is not None else None
    if contact is None:
        raise LinkOver("this link is not good any more")
    _leave_others(session, contact, channel, key)
    own = _own(session, channel, key)
    if own is not None and own.id != contact.id:
        _merge(session, own, contact)
    contact.answered_on = channel
    session.add(FurtherChannel(channel=channel, key=key, contact_id=contact.id, created_at=now))
    conversation_id = session.scalar(
        select(Conversation.id).where(Conversation.contact_id == contact.id, Conversation.channel == contact.channel)
    )
    if conversation_id is not None:
        conversation = locked(session, conversation_id)
        add_activity(session, conversation, now, Activity.CONTINUED, None, detail=channel)
        announce(session, conversation, "continued", now)


def leave_channels(session: Session, contact_id: int) -> None:
    """They are answered on their own channel alone from now on, and no link leads to them any more."""
    session.execute(delete(ChannelLink).where(ChannelLink.contact_id == contact_id))
    session.execute(delete(FurtherChannel).where(FurtherChannel.contact_id == contact_id))
    session.execute(update(Contact).where(Contact.id == contact_id).values(answered_on=None))


def _leave_others(session: Session, contact: Contact, channel: Channel, key: str) -> None:
    """A key belongs to one contact, and a contact has one key on a channel: the newest."""
    mine = and_(FurtherChannel.contact_id == contact.id, FurtherChannel.channel == channel)
    same = and_(FurtherChannel.channel == channel, FurtherChannel.key == key)
    left = session.scalars(delete(FurtherChannel).where(or_(mine, same)).returning(FurtherChannel.contact_id)).all()
    session.execute(update(Contact).where(Contact.id.in_(left)).values(answered_on=None))


def _merge(session: Session, own: Contact, contact: Contact) -> None:
    """What they wrote on the other channel before is the same contact's. Raises `Busy`."""
    conversation = session.scalar(select(Conversation).where(Conversation.contact_id == own.id))
    if conversation is not None:
        conversation = locked(session, conversation.id)
        if conversation.status in (Status.OPEN, Status.SNOOZED):
            raise Busy("people are with them there")
        if conversation.status == Status.PENDING:
            transition(conversation, Status.RESOLVED)
            mark_answered(conversation)
        taken = select(Conversation.id).where(
            Conversation.contact_id == contact.id, Conversation.channel == conversation.channel
        )
        if session.scalar(taken) is not None:
            return  # from an earlier one: both stay as they are
        conversation.contact_id = contact.id
        session.flush()
        session.expire(conversation, ["contact"])
    contact.chosen_language = own.chosen_language or contact.chosen_language
    session.execute(delete(Contact).where(Contact.id == own.id))


def _of(session: Session, channel: Channel, key: str) -> Contact | None:
    """Whose key this is by now."""
    further = (
        select(Contact)
        .join(FurtherChannel, FurtherChannel.contact_id == Contact.id)
        .where(FurtherChannel.channel == channel, FurtherChannel.key == key)
    )
    return session.scalar(further) or _own(session, channel, key)


def _own(session: Session, channel: Channel, key: str) -> Contact | None:
    return session.scalar(select(Contact).where(Contact.channel == channel, Contact.key == key))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _channel(value: str) -> Channel:
    return "telegram" if value == "telegram" else "widget"


def _language(code: str | None) -> Language | None:
    match code:
        case "zh-TW" | "zh-CN" | "en":
            return code
        case _:
            return None
