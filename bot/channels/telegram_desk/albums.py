"""What is stored of agents' albums: Telegram brings each part by itself, and only one of them has the words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.channels.telegram_desk.commands import Meaning
from handoff.db import ID, Base, UtcDateTime

REMEMBERED = timedelta(days=2)
"""Telegram keeps what nobody has fetched for a day."""


class TopicAlbum(Base):
    """What the words of an album were; `meant` None while no part had any. `at` is when it was last heard of."""

    __tablename__ = "topic_albums"
    __table_args__ = (Index(None, "at"),)

    group_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    album: Mapped[str] = mapped_column(String(64), primary_key=True)
    meant: Mapped[str | None] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TopicPart(Base):
    """A part without words that waits until it is known whom its album is for."""

    __tablename__ = "topic_parts"

    group_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    album: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[int] = mapped_column(ID)
    user_id: Mapped[int] = mapped_column(BigInteger)
    file: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Part:
    """See `TopicPart`."""

    group_id: int
    telegram_id: int
    album: str
    conversation_id: int
    user_id: int
    file: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A part that waited, what its album is by now, and when that was last heard of."""

    part: Part
    meant: Meaning | None
    at: datetime


_FIELDS = tuple(Part.__dataclass_fields__)


def heard(session: Session, group_id: int, album: str, said: Meaning | None, now: datetime) -> Meaning | None:
    """A part has come, with these words or none: what the album is now. What keeps more to ourselves wins."""
    session.execute(delete(TopicAlbum).where(TopicAlbum.at < now - REMEMBERED))
    row = session.get(TopicAlbum, (group_id, album))
    if row is None:
        row = TopicAlbum(group_id=group_id, album=album, meant=None)
        session.add(row)
    row.at = now
    known = [each for each in (said, Meaning(row.meant) if row.meant else None) if each is not None]
    row.meant = max(known, key=list(Meaning).index, default=None)
    return Meaning(row.meant) if row.meant else None


def hold(session: Session, part: Part, now: datetime) -> None:
    """Until the rest of the album had time to come."""
    heard(session, part.group_id, part.album, None, now)
    if session.get(TopicPart, (part.group_id, part.telegram_id)) is None:
        session.add(TopicPart(**{name: getattr(part, name) for name in _FIELDS}))


def held(session: Session) -> list[Waiting]:
    """Every part that waits, in order."""
    query = (
        select(TopicPart, TopicAlbum)
        .join(TopicAlbum, (TopicAlbum.group_id == TopicPart.group_id) & (TopicAlbum.album == TopicPart.album))
        .order_by(TopicPart.group_id, TopicPart.telegram_id)
    )
    return [
        Waiting(
            Part(**{name: getattr(part, name) for name in _FIELDS}), Meaning(row.meant) if row.meant else None, row.at
        )
        for part, row in session.execute(query)
    ]


def let_go(session: Session, part: Part, meant: Meaning, now: datetime) -> bool:
    """It waits no longer; False where another process was first."""
    gone = session.execute(
        delete(TopicPart)
        .where(TopicPart.group_id == part.group_id, TopicPart.telegram_id == part.telegram_id)
        .returning(TopicPart.telegram_id)
    ).first()
    heard(session, part.group_id, part.album, meant, now)
    return gone is not None
