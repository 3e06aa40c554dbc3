"""The outbox: messages on their way to places that must be pushed to (a Telegram chat, an e-mail box).

A delivery is written in its message's transaction. Of every line (conversation and destination) only the head may be
sent, so order holds; what ended never comes back. A send whose answer was lost is repeated once at most, and marked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from handoff import events
from handoff.db import is_postgres
from handoff.models import Contact, Conversation, Delivery, Message
from handoff.values import DeliveryView

MAX_ATTEMPTS = 8
LONGEST_PAUSE = timedelta(seconds=300)
LEASE = timedelta(seconds=60)
DIGEST = frozenset({"email"})
"""Destinations where everything that waits goes out together: nobody wants a letter a line."""
WAITING = ("pending", "sending")


class SendFailed(Exception):
    """A place did not take a message. `permanent`: it never will. `retry_after` in seconds, where the place said so.

    `unknown`: the answer was lost, so it may have arrived.
    """

    def __init__(
        self, why: str, *, permanent: bool = False, unknown: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(why)
        self.permanent, self.unknown, self.retry_after = permanent, unknown, retry_after


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a parcel."""

    delivery_id: int
    message_id: int
    seq: int
    author: str
    agent_name: str | None
    text: str
    format: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one send takes along: one message, or for a digest all that wait. `attempt` counts from 1."""

    conversation_id: int
    destination: str
    contact_id: int
    contact_key: str
    email: str | None
    language: str | None
    attempt: int
    lines: tuple[Line, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(line.delivery_id for line in self.lines)


class Sender(Protocol):
    """Brings parcels to one kind of place. Returns the place's own id for it, if any. Raises `SendFailed`."""

    async def send(self, parcel: Parcel) -> str | None: ...


def enqueue(session: Session, message: Message, destination: str, due_at: datetime) -> None:
    """Write a delivery with its message. The caller holds the conversation's lock."""
    session.flush()
    session.add(
        Delivery(
            conversation_id=message.conversation_id,
            message_id=message.id,
            seq=message.seq,
            destination=destination,
            author=message.author,
            state="pending",
            attempts=0,
            due_at=due_at,
            maybe_twice=False,
            created_at=message.created_at,
        )
    )


def cancel_bots(session: Session, conversation_id: int) -> None:
    """A person has it now: what the bot said and nobody has sent yet is not sent any more."""
    _end(session, _bot_lines(conversation_id, "pending"), "cancelled", "a person took over")


def lease_heads(
    session: Session, owner: str, destinations: Collection[str], now: datetime, limit: int = 20
) -> list[Parcel]:
    """Take the heads that are due. Checks again, under each conversation's lock, that they may still go."""
    parcels = []
    for head in session.execute(_due_heads(destinations, now).limit(limit)).all():
        conversation = _locked(session, head.conversation_id)
        if conversation is None:
            continue
        delivery = session.get(Delivery, head.id, populate_existing=True)
        if delivery is None or not _is_free(delivery, now):
            continue
        if parcel := _taken(session, conversation, delivery, owner, now):
            parcels.append(parcel)
    return parcels


def sent(session: Session, parcel: Parcel, owner: str, external_id: str | None, now: datetime) -> None:
    """The place took it. Nothing happens where the lease was lost meanwhile: then it went out twice."""
    _finish(session, parcel, owner, now, state="sent", external_id=external_id, trouble=None)


def failed(session: Session, parcel: Parcel, owner: str, failure: SendFailed, now: datetime) -> None:
    """The place did not take it: again later, or never."""
    hopeless = failure.permanent or parcel.attempt >= MAX_ATTEMPTS
    doubtful_again = failure.unknown and _any_doubtful(session, parcel)
    if hopeless or doubtful_again:
        _finish(session, parcel, owner, now, state="failed", trouble=str(failure)[:300])
        return
    pause = timedelta(seconds=failure.retry_after) if failure.retry_after else timedelta(seconds=2**parcel.attempt)
    _finish(
        session,
        parcel,
        owner,
        now,
        state="pending",
        trouble=str(failure)[:300],
        due_at=now + min(pause, LONGEST_PAUSE) if failure.retry_after is None else now + pause,
        **({"maybe_twice": True} if failure.unknown else {}),
    )


def of_messages(session: Session, message_ids: Sequence[int]) -> dict[int, tuple[DeliveryView, ...]]:
    """How each message fares, for agents' eyes."""
    found: dict[int, tuple[DeliveryView, ...]] = {}
    if message_ids:
        rows = session.scalars(select(Delivery).where(Delivery.message_id.in_(message_ids)).order_by(Delivery.id))
        for row in rows:
            view = DeliveryView(row.destination, row.state, row.trouble, row.maybe_twice)
            found[row.message_id] = (*found.get(row.message_id, ()), view)
    return found


def _due_heads(destinations: Collection[str], now: datetime) -> Select[int, int]:
    earlier = aliased(Delivery)
    is_head = ~(
        select(earlier.id)
        .where(
            earlier.conversation_id == Delivery.conversation_id,
            earlier.destination == Delivery.destination,
            earlier.state.in_(WAITING),
            earlier.seq < Delivery.seq,
        )
        .exists()
    )
    due = or_(
        and_(Delivery.state == "pending", Delivery.due_at <= now),
        and_(Delivery.state == "sending", Delivery.lease_until <= now),
    )
    return (
        select(Delivery.id, Delivery.conversation_id)
        .where(due, is_head, Delivery.destination.in_(destinations))
        .order_by(Delivery.conversation_id, Delivery.id)
    )


def _locked(session: Session, conversation_id: int) -> Conversation | None:
    """Two dispatchers share the work: a line that somebody holds is passed over."""
    query = select(Conversation).where(Conversation.id == conversation_id)
    query = query.with_for_update(of=Conversation, skip_locked=is_postgres(session))
    return session.scalar(query.execution_options(populate_existing=True))


def _is_free(delivery: Delivery, now: datetime) -> bool:
    if delivery.state == "pending":
        return delivery.due_at <= now
    return delivery.state == "sending" and delivery.lease_until is not None and delivery.lease_until <= now


def _taken(session: Session, conversation: Conversation, head: Delivery, owner: str, now: datetime) -> Parcel | None:
    lost = head.state == "sending"
    if lost and head.maybe_twice:
        _change(session, conversation, [head], state="failed", trouble="whether it arrived is not known")
        return None
    if reason := _may_not_go(conversation, head):
        _change(session, conversation, [head], state="cancelled", trouble=reason)
        return None
    together = [head, *_followers(session, head)] if head.destination in DIGEST else [head]
    for delivery in together:
        delivery.state, delivery.lease_owner, delivery.lease_until = "sending", owner, now + LEASE
        delivery.attempts += 1
        delivery.maybe_twice = delivery.maybe_twice or lost
    return _parcel(session, conversation, together)


def _may_not_go(conversation: Conversation, head: Delivery) -> str | None:
    if head.author == "bot" and conversation.assignee_id is not None:
        return "a person took over"
    if head.destination in DIGEST and conversation.seen_seq >= head.seq:
        return "the customer has seen it"
    return None


def _followers(session: Session, head: Delivery) -> Sequence[Delivery]:
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.conversation_id == head.conversation_id,
            Delivery.destination == head.destination,
            Delivery.state == "pending",
            Delivery.seq > head.seq,
        )
        .order_by(Delivery.seq)
    ).all()


def _parcel(session: Session, conversation: Conversation, together: Sequence[Delivery]) -> Parcel:
    contact = session.get_one(Contact, conversation.contact_id)
    messages = {
        m.id: m for m in session.scalars(select(Message).where(Message.id.in_([d.message_id for d in together])))
    }
    lines = [(delivery.id, messages[delivery.message_id]) for delivery in together]
    return Parcel(
        conversation_id=conversation.id,
        destination=together[0].destination,
        contact_id=contact.id,
        contact_key=contact.key,
        email=contact.email,
        language=conversation.language or contact.locale,
        attempt=together[0].attempts,
        lines=tuple(
            Line(i, m.id, m.seq, m.author, m.agent.name if m.agent else None, m.text, m.format, m.created_at)
            for i, m in lines
        ),
    )


def _any_doubtful(session: Session, parcel: Parcel) -> bool:
    doubtful = select(func.count()).where(Delivery.id.in_(parcel.ids), Delivery.maybe_twice)
    return bool(session.scalar(doubtful))


def _finish(session: Session, parcel: Parcel, owner: str, now: datetime, **values: object) -> None:
    conversation = session.scalar(
        select(Conversation)
        .where(Conversation.id == parcel.conversation_id)
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    )
    held = session.scalars(
        select(Delivery)
        .where(Delivery.id.in_(parcel.ids), Delivery.state == "sending", Delivery.lease_owner == owner)
        .execution_options(populate_existing=True)
    ).all()
    if conversation is None or not held:
        return
    _change(session, conversation, held, lease_owner=None, lease_until=None, **values)
    events.append(session, "delivery", conversation.id, conversation.rev, now)


def _change(session: Session, conversation: Conversation, rows: Sequence[Delivery], **values: object) -> None:
    """Every change shows in the transcript, so the message gets a new `rev`."""
    for delivery in rows:
        for name, value in values.items():
            setattr(delivery, name, value)
        conversation.rev += 1
        session.execute(update(Message).where(Message.id == delivery.message_id).values(rev=conversation.rev))


def _bot_lines(conversation_id: int, state: str) -> tuple[ColumnElement[bool], ...]:
    return (Delivery.conversation_id == conversation_id, Delivery.author == "bot", Delivery.state == state)


def _end(session: Session, which: Sequence[ColumnElement[bool]], state: str, trouble: str) -> None:
    session.execute(
        update(Delivery).where(*which).values(state=state, trouble=trouble).execution_options(synchronize_session=False)
    )
