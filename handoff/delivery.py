"""The outbox: messages on their way to places that must be pushed to (a Telegram chat, an e-mail box).

A delivery is written in its message's transaction. Of every line (conversation and destination) only the head may be
sent, so order holds; what ended never comes back. A send whose answer was lost is repeated once at most, as it was, and
marked; where its process has died, by another as soon as that is known. Every change of a state gives the message a
new `rev`, so that agents see it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from handoff import elsewhere, events, jobs
from handoff.db import UtcDateTime, is_postgres, table, wake
from handoff.models import Agent, Contact, Conversation, Delivery, Message, StoredFile
from handoff.values import Author, DeliveryView

TOPIC = "outbox"
"""Wakes whoever brings it out."""
LEASE = timedelta(seconds=60)
DIGEST = frozenset({"email"})
"""Destinations where everything that waits goes out together: nobody wants a letter a line."""
STALE_AFTER = timedelta(days=2)
"""What has waited so long for a `DIGEST` destination is not sent any more: it would only surprise."""
WAITING = ("pending", "sending")
NOBODYS: Mapping[str, object] = {"lease_owner": None, "lease_until": None}
NOT_THERE = "the customer is not there any more"
TOO_OLD = "it could not be sent for two days"

_messages = table(Message)
_earlier = aliased(Delivery)
_now = bindparam("now", type_=UtcDateTime())
_IS_HEAD = ~(
    select(_earlier.id)
    .where(
        _earlier.conversation_id == Delivery.conversation_id,
        _earlier.destination == Delivery.destination,
        _earlier.state.in_(WAITING),
        _earlier.seq < Delivery.seq,
    )
    .exists()
)
_HOLDER_IS_GONE = Delivery.lease_owner.in_(bindparam("gone", expanding=True))
_DUE_HEADS = (
    select(Delivery.id, Delivery.conversation_id)
    .where(
        or_(
            and_(Delivery.state == "pending", Delivery.due_at <= _now),
            and_(Delivery.state == "sending", or_(Delivery.lease_until <= _now, _HOLDER_IS_GONE)),
        ),
        _IS_HEAD,
        Delivery.destination.in_(bindparam("to", expanding=True)),
    )
    .order_by(Delivery.conversation_id, Delivery.id)
    .limit(bindparam("most"))
)
_WANTED = select(Conversation).where(Conversation.id == bindparam("wanted")).execution_options(populate_existing=True)
_LOCKED = _WANTED.with_for_update(of=Conversation)
_FREE_IN_POSTGRES = _WANTED.with_for_update(of=Conversation, skip_locked=True)
_HELD = (
    select(Delivery)
    .where(
        Delivery.id.in_(bindparam("ids", expanding=True)),
        Delivery.state == "sending",
        Delivery.lease_owner == bindparam("owner"),
    )
    .order_by(Delivery.seq)
    .execution_options(populate_existing=True)
)
_SAID = (
    select(
        *(Message.id, Message.seq, Message.author, Message.text, Message.format, Message.created_at),
        Agent.name.label("agent_name"),
        select(func.count()).where(StoredFile.message_id == Message.id).scalar_subquery().label("files"),
    )
    .outerjoin(Agent, Agent.id == Message.agent_id)
    .where(Message.id.in_(bindparam("ids", expanding=True)))
)
_NEXT = (
    select(Delivery.id)
    .where(
        Delivery.conversation_id == bindparam("its"),
        Delivery.destination == bindparam("to"),
        Delivery.state == "pending",
        Delivery.due_at <= _now,
    )
    .limit(1)
)
_REVISED = update(_messages).where(_messages.c.id == bindparam("its")).values(rev=bindparam("rev"))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a destination is tried: the first pause in seconds, doubled each time up to the longest."""

    first: float
    longest: float
    tries: int

    def pause(self, attempt: int) -> timedelta:
        return timedelta(seconds=min(self.first * 2 ** (attempt - 1), self.longest))


CHAT = Patience(first=2, longest=300, tries=20)
"""About an hour."""
LETTER = Patience(first=60, longest=3600, tries=30)
"""A day: servers that put strangers off for minutes, and passwords that are mended in the morning."""
PATIENCE: Mapping[str, Patience] = {"email": LETTER}


class SendFailed(Exception):
    """A place did not take a message. `permanent`: it never will. `retry_after` in seconds, where the place said so.

    `gone`: nothing else reaches them there either. `unknown`: the answer was lost, so it may have arrived. `begun`:
    what of it has arrived, in the sender's own words.
    """

    def __init__(
        self,
        why: str,
        *,
        permanent: bool = False,
        gone: bool = False,
        unknown: bool = False,
        retry_after: float | None = None,
        begun: str | None = None,
    ) -> None:
        super().__init__(why)
        self.permanent, self.gone, self.unknown = permanent or gone, gone, unknown
        self.retry_after, self.begun = retry_after, begun


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
    files: int = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one send takes along: one message, or for a digest all that wait. `attempt` counts from 1.

    One that may have arrived is repeated with the same lines, so `ids` tell a repetition from another parcel.
    `begun` is what its sender said had arrived when it was sent before, see `note_begun`; `owner` holds it.
    """

    conversation_id: int
    destination: str
    contact_id: int
    contact_key: str
    email: str | None
    language: str | None
    attempt: int
    lines: tuple[Line, ...]
    begun: str | None = None
    owner: str = ""

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(line.delivery_id for line in self.lines)


class Sender(Protocol):
    """Brings parcels to one kind of place. Returns the place's own id for it, if any. Raises `SendFailed`."""

    async def send(self, parcel: Parcel) -> str | None: ...


def enqueue(
    session: Session,
    conversation: Conversation,
    message_id: int,
    author: Author,
    destination: str,
    due_at: datetime,
    now: datetime,
    seq: int | None = None,
) -> None:
    """Write a delivery with its message: the conversation's last, or the one that is `seq`.

    The caller holds the conversation's lock.
    """
    if due_at <= now:
        wake(session, TOPIC)
    session.add(
        Delivery(
            conversation_id=conversation.id,
            message_id=message_id,
            seq=conversation.last_seq if seq is None else seq,
            destination=destination,
            author=author,
            state="pending",
            attempts=0,
            due_at=due_at,
            maybe_twice=False,
            created_at=now,
        )
    )


def cancel_bots(session: Session, conversation_id: int) -> None:
    """A person has it now: what the bot said and nobody has sent yet is not sent any more.

    The caller holds the conversation's lock and announces the change.
    """
    unsaid = session.scalars(
        select(Delivery).where(
            Delivery.conversation_id == conversation_id, Delivery.author == "bot", Delivery.state == "pending"
        )
    ).all()
    if unsaid:
        conversation = session.get_one(Conversation, conversation_id)
        _write(session, conversation, unsaid, state="cancelled", trouble="a person took over")


def cancel_stale(session: Session, destinations: Collection[str], now: datetime, limit: int = 20) -> None:
    """Give up what nobody could bring to `destinations` for too long."""
    stale = (Delivery.state == "pending", Delivery.due_at <= now - STALE_AFTER)
    query = select(Delivery).where(*stale, Delivery.destination.in_(destinations))
    for delivery in session.scalars(query.order_by(Delivery.conversation_id, Delivery.id).limit(limit)).all():
        conversation = _locked(session, delivery.conversation_id)
        if conversation is not None:
            session.refresh(delivery)
            if delivery.state == "pending":
                _change(session, conversation, [delivery], now, state="cancelled", trouble=TOO_OLD)


def lease_heads(
    session: Session, owner: str, destinations: Collection[str], now: datetime, limit: int = 20
) -> list[Parcel]:
    """Take the heads that are due. Checks again, under each conversation's lock, that they may still go."""
    parcels, gone = [], jobs.gone(session, owner, now)
    wanted = {"to": list(destinations), "now": now, "gone": list(gone), "most": limit}
    for head in session.execute(_DUE_HEADS, wanted).all():
        conversation = _locked(session, head.conversation_id)
        if conversation is None:
            continue
        delivery = session.get(Delivery, head.id, populate_existing=True)
        if delivery is None or not _is_free(delivery, now, gone):
            continue
        if parcel := _taken(session, conversation, delivery, owner, now):
            parcels.append(parcel)
    return parcels


def note_begun(session: Session, parcel: Parcel, begun: str) -> None:
    """Keep what of a parcel has arrived so far, for whoever sends the rest, however this send may end."""
    held = (Delivery.id.in_(parcel.ids), Delivery.state == "sending", Delivery.lease_owner == parcel.owner)
    session.execute(update(Delivery).where(*held).values(external_id=begun))


def sent(session: Session, parcel: Parcel, owner: str, external_id: str | None, now: datetime) -> None:
    """The place took it. Nothing happens where the lease was lost meanwhile: then it went out twice."""
    conversation, held = _held(session, parcel, owner)
    if conversation is not None and held:
        _change(session, conversation, held, now, state="sent", external_id=external_id, trouble=None, **NOBODYS)
        if session.scalar(_NEXT, {"its": conversation.id, "to": parcel.destination, "now": now}):
            wake(session, TOPIC)


def failed(session: Session, parcel: Parcel, owner: str, failure: SendFailed, now: datetime) -> None:
    """The place did not take it: again later, or never. What came along late has tries left when the head has none."""
    conversation, held = _held(session, parcel, owner)
    if conversation is None or not held:
        return
    patience, trouble = PATIENCE.get(parcel.destination, CHAT), str(failure)[:300]
    was_doubtful = any(delivery.maybe_twice for delivery in held)
    spent: Sequence[Delivery] = [delivery for delivery in held if delivery.attempts >= patience.tries]
    # What may have arrived stays together.
    together = bool(spent) and (was_doubtful or failure.unknown)
    if failure.permanent or (failure.unknown and was_doubtful) or together:
        spent = held
    again = [delivery for delivery in held if delivery not in spent]
    pause = timedelta(seconds=failure.retry_after) if failure.retry_after else patience.pause(parcel.attempt)
    if spent:
        _change(session, conversation, spent, now, state="failed", trouble=trouble, **NOBODYS)
    if failure.gone and elsewhere.lost(conversation, parcel.destination) and conversation.contact.email:
        for lost in (each for each in held if each.author == "agent"):
            enqueue(session, conversation, lost.message_id, "agent", "email", now, now, lost.seq)
    if again:
        doubtful = was_doubtful or failure.unknown
        values: dict[str, object] = {
            "state": "pending",
            "trouble": trouble,
            "due_at": now + pause,
            "maybe_twice": doubtful,
        }
        if failure.begun is not None:
            values["external_id"] = failure.begun
        _change(session, conversation, again, now, **values, **NOBODYS)


def of_messages(session: Session, message_ids: Sequence[int]) -> dict[int, tuple[DeliveryView, ...]]:
    """How each message fares, for agents' eyes."""
    found: dict[int, tuple[DeliveryView, ...]] = {}
    if message_ids:
        rows = session.scalars(select(Delivery).where(Delivery.message_id.in_(message_ids)).order_by(Delivery.id))
        for row in rows:
            view = DeliveryView(row.destination, row.state, row.trouble, row.maybe_twice)
            found[row.message_id] = (*found.get(row.message_id, ()), view)
    return found


def _locked(session: Session, conversation_id: int) -> Conversation | None:
    """Two dispatchers share the work: a line that somebody holds is passed over."""
    return session.scalar(_FREE_IN_POSTGRES if is_postgres(session) else _LOCKED, {"wanted": conversation_id})


def _is_free(delivery: Delivery, now: datetime, gone: Collection[str]) -> bool:
    if delivery.state == "pending":
        return delivery.due_at <= now
    if delivery.state != "sending" or delivery.lease_until is None:
        return False
    return delivery.lease_until <= now or delivery.lease_owner in gone


def _taken(session: Session, conversation: Conversation, head: Delivery, owner: str, now: datetime) -> Parcel | None:
    lost, together = head.state == "sending", _together(session, head)
    if lost and head.maybe_twice:
        trouble = "whether it arrived is not known"
        _change(session, conversation, together, now, state="failed", trouble=trouble, **NOBODYS)
        return None
    doubtful = lost or head.maybe_twice
    indivisible = together if doubtful else [head]
    key = _key(session, conversation.contact, head.destination)
    if reason := _may_not_go(conversation, indivisible[-1], now) or (NOT_THERE if key is None else None):
        _change(session, conversation, indivisible, now, state="cancelled", trouble=reason, **NOBODYS)
        return None
    for delivery in together:
        delivery.attempts += 1
    held: Mapping[str, object] = {"lease_owner": owner, "lease_until": now + LEASE}
    _change(session, conversation, together, now, state="sending", maybe_twice=doubtful, **held)
    return _parcel(session, conversation, together, key or "")


def _may_not_go(conversation: Conversation, delivery: Delivery, now: datetime) -> str | None:
    if delivery.author == "bot" and conversation.assignee_id is not None:
        return "a person took over"
    if delivery.destination not in DIGEST:
        return None
    # Who has written since had the page, and the words on it, before them.
    if conversation.seen_seq >= delivery.seq or conversation.last_incoming_seq > delivery.seq:
        return "the customer has seen it"
    return TOO_OLD if delivery.created_at <= now - STALE_AFTER else None


def _together(session: Session, head: Delivery) -> Sequence[Delivery]:
    """What goes out with the head. What may have arrived goes again as it was, so new words never join it:

    a mail program that drops a letter it has already must not drop them with it.
    """
    if head.destination not in DIGEST:
        return [head]
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.conversation_id == head.conversation_id,
            Delivery.destination == head.destination,
            Delivery.state == head.state,
            Delivery.maybe_twice == head.maybe_twice,
            Delivery.seq >= head.seq,
        )
        .order_by(Delivery.seq)
        .execution_options(populate_existing=True)
    ).all()


def _parcel(session: Session, conversation: Conversation, together: Sequence[Delivery], key: str) -> Parcel:
    contact = conversation.contact
    rows = session.execute(_SAID, {"ids": [delivery.message_id for delivery in together]})
    said = {row.id: row for row in rows}
    lines = [(delivery.id, said[delivery.message_id]) for delivery in together]
    return Parcel(
        conversation_id=conversation.id,
        destination=together[0].destination,
        contact_id=contact.id,
        contact_key=key,
        email=contact.email,
        language=conversation.language or contact.locale,
        attempt=together[0].attempts,
        lines=tuple(
            Line(i, m.id, m.seq, m.author, m.agent_name, m.text, m.format, m.created_at, m.files) for i, m in lines
        ),
        begun=together[0].external_id,
        owner=together[0].lease_owner or "",
    )


def _key(session: Session, contact: Contact, destination: str) -> str | None:
    """What the destination knows them by; a letter goes by an address."""
    return contact.key if destination in DIGEST else elsewhere.key(session, contact.id, destination)


def _held(session: Session, parcel: Parcel, owner: str) -> tuple[Conversation | None, Sequence[Delivery]]:
    """What the owner still has of a parcel, under the conversation's lock."""
    conversation = session.scalar(_LOCKED, {"wanted": parcel.conversation_id})
    held = session.scalars(_HELD, {"ids": list(parcel.ids), "owner": owner}).all()
    return conversation, held


def _change(
    session: Session, conversation: Conversation, rows: Sequence[Delivery], now: datetime, **values: object
) -> None:
    _write(session, conversation, rows, **values)
    events.append(session, "delivery", conversation.id, conversation.rev, now)


def _write(session: Session, conversation: Conversation, rows: Sequence[Delivery], **values: object) -> None:
    """The only way a state changes. It shows in the transcript, so the message gets a new `rev`."""
    for delivery in rows:
        for name, value in values.items():
            setattr(delivery, name, value)
        conversation.rev += 1
        session.connection().execute(_REVISED, {"its": delivery.message_id, "rev": conversation.rev})
