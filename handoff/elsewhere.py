"""Customers who are reached on another channel than their own: by which key, and that they are not any more."""

from collections.abc import Sequence
from datetime import datetime

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


def lost(
    session: Session, conversation: Conversation, undelivered: Sequence[Delivery], channel: str, now: datetime
) -> None:
    """Nothing reaches the customer there any more, until they come back: what agents wrote goes by letter again.

    On the conversation's own channel there is no other way. The caller holds the conversation's lock.
    """
    contact = conversation.contact
    if channel == conversation.channel:
        return
    if contact.answered_on == channel:
        contact.answered_on = None
    for delivery in undelivered if contact.email else ():
        if delivery.author == "agent":
            session.add(
                Delivery(
                    conversation_id=conversation.id,
                    message_id=delivery.message_id,
                    seq=delivery.seq,
                    destination="email",
                    author=delivery.author,
                    state="pending",
                    attempts=0,
                    due_at=now,
                    maybe_twice=False,
                    created_at=now,
                )
            )
