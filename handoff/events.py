"""The append-only feed of what changed. Readers keep a cursor; no committed event is ever skipped by one.

On PostgreSQL ids are given out before the commit, so a reader could pass over a slow transaction. Its cursor is
therefore (transaction id, id), and it reads only below the oldest transaction that is still running.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from handoff.db import ID, Base, UtcDateTime, is_postgres, table, wake

DESK_TOPIC = "desk"
START = "0.0"
"""The cursor before the first event."""


class Event(Base):
    """Something changed in a conversation. Carries ids, never text."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "txid", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    txid: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    rev: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


_APPENDED = insert(table(Event)).values(txid=0)
_APPENDED_IN_POSTGRES = insert(table(Event)).values(txid=cast(cast(func.pg_current_xact_id(), String), BigInteger))


@dataclass(frozen=True, slots=True)
class Happened:
    kind: str
    conversation_id: int
    rev: int


def contact_topic(channel: str, key: str) -> str:
    """Wakes whoever shows this customer's conversation to the customer."""
    return f"contact:{channel}:{key}"


def append(session: Session, kind: str, conversation_id: int, rev: int, now: datetime) -> None:
    """Add an event to the running transaction and wake the desk after the commit."""
    session.connection().execute(
        _APPENDED_IN_POSTGRES if is_postgres(session) else _APPENDED,
        {"kind": kind, "conversation_id": conversation_id, "rev": rev, "created_at": now},
    )
    wake(session, DESK_TOPIC)


def after(session: Session, cursor: str, limit: int = 500) -> tuple[list[Happened], str]:
    """Events behind `cursor`, oldest first, and the cursor behind them. Raises ValueError for a foreign cursor."""
    txid, last_id = _parse(cursor)
    query = select(Event).where(tuple_(Event.txid, Event.id) > tuple_(literal(txid), literal(last_id)))
    if is_postgres(session):
        query = query.where(Event.txid < text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    rows = session.scalars(query.order_by(Event.txid, Event.id).limit(limit)).all()
    if not rows:
        return [], cursor
    return [Happened(row.kind, row.conversation_id, row.rev) for row in rows], f"{rows[-1].txid}.{rows[-1].id}"


def held_back(session: Session, cursor: str) -> bool:
    """Whether committed events behind `cursor` wait for a transaction that is still running: look again soon."""
    if not is_postgres(session):
        return False
    txid, last_id = _parse(cursor)
    behind = tuple_(Event.txid, Event.id) > tuple_(literal(txid), literal(last_id))
    return session.scalar(select(Event.id).where(behind).limit(1)) is not None


def newest(session: Session) -> str:
    """The cursor behind everything that can be read now."""
    query = select(Event.txid, Event.id)
    if is_postgres(session):
        query = query.where(Event.txid < text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    row = session.execute(query.order_by(Event.txid.desc(), Event.id.desc()).limit(1)).first()
    return f"{row.txid}.{row.id}" if row else START


def _parse(cursor: str) -> tuple[int, int]:
    txid, dot, last_id = cursor.partition(".")
    if not (dot and txid.isascii() and txid.isdigit() and last_id.isascii() and last_id.isdigit()):
        raise ValueError(f"not a cursor of this feed: {cursor[:40]!r}")
    if len(txid) > 18 or len(last_id) > 18:
        raise ValueError("not a cursor of this feed: too long")
    return int(txid), int(last_id)
