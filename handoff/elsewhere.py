"""Customers who are reached on another channel than their own: by which key, and that they are not any more."""

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy.orm import Session

from handoff.models import Contact, Conversation, Delivery, FurtherChannel


def key_on(channel: str) -> ColumnElement[str]:
    """What the channel knows a contact by; None where they are not there. Wants `joined` as an outer join."""
    return case((Contact.channel == channel, Contact.key), else_=FurtherChannel.key)


def joined(channel: str) -> ColumnElement[bool]:
    return and_(FurtherChannel.contact_id == Contact.id, FurtherChannel.channel == channel)


def key(session: Session, contact_id: int, channel: str) -> str | None:
    """The same for one of them."""
    query = select(key_on(channel)).outerjoin(FurtherChannel, joined(channel)).where(Contact.id == contact_id)
    return session.scalar(query.select_from(Contact))


def known_as(session: Session, message_id: int, channel: str) -> str | None:
    """What the channel calls a message of ours that it took."""
    return session.scalar(
        select(Delivery.external_id).where(Delivery.message_id == message_id, Delivery.destination == channel)
    )


def lost(conversation: Conversation, channel: str) -> bool:
    """Nothing reaches the customer there any more, until they come back. False where that is their own channel.

    The caller holds the conversation's lock.
    """
    if channel == conversation.channel:
        return False
    if conversation.contact.answered_on == channel:
        conversation.contact.answered_on = None
    return True
