"""Work that is due at a time. Whoever holds the lease does it; a lease that ran out is anybody's again.

So is the lease of a process that is known to have died. What may have a lease says who its owner is by the same name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, UniqueConstraint, delete, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from handoff.db import ID, Base, UtcDateTime, is_postgres

POST = "post"
"""Kept as a job that is never due: what only one process may do at a time, for as long as it runs."""
LIFE = "life"
"""Kept so, too: a process that is alive, by its name as an owner."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
LIVES_FOR = timedelta(seconds=10)
"""Without a word for so long it is dead. Clocks may differ by some seconds of it."""
FORGOTTEN_AFTER = timedelta(minutes=10)
"""Whatever a dead process held has run out long before."""


class Job(Base):
    """One piece of work; `kind` and `key` together are unique, so scheduling twice is harmless."""

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("kind", "key"), Index(None, "due_at"))

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(128))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)


@dataclass(frozen=True, slots=True)
class Leased:
    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int


def schedule(session: Session, kind: str, key: str, due_at: datetime, payload: Mapping[str, Any] | None = None) -> None:
    """Add the work, unless the same is already waiting."""
    if session.scalar(select(Job.id).where(Job.kind == kind, Job.key == key)) is None:
        session.add(Job(kind=kind, key=key, payload=dict(payload or {}), due_at=due_at, attempts=0))


def hold(session: Session, post: str, owner: str, now: datetime, until: datetime) -> bool:
    """Whether `owner` has `post` until then: one holds it at a time, and it is anybody's once it was not renewed.

    On SQLite there is one process: whoever has it besides is gone.
    """
    query = select(Job).where(Job.kind == POST, Job.key == post)
    job = session.scalar(query.with_for_update())
    if job is None:
        session.add(
            Job(kind=POST, key=post, payload={}, due_at=NEVER, lease_owner=owner, lease_until=until, attempts=0)
        )
        return True
    is_others = job.lease_owner != owner and job.lease_until is not None and job.lease_until > now
    if is_others and is_postgres(session) and job.lease_owner not in gone(session, owner, now):
        return False
    job.lease_owner, job.lease_until = owner, until
    return True


def leave(session: Session, post: str, owner: str) -> None:
    """Somebody else may have it at once."""
    session.execute(
        update(Job)
        .where(Job.kind == POST, Job.key == post, Job.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


def live(session: Session, owner: str, now: datetime) -> datetime:
    """`owner` is alive; until when, if nothing more is heard of it. On SQLite all others are gone: it has one process.

    Whoever could not say so in time had trouble that others may have had as well: they get as long again.
    """
    until = now + LIVES_FOR if is_postgres(session) else NEVER
    others = update(Job).where(Job.kind == LIFE, Job.key != owner)
    mine = session.scalar(select(Job).where(Job.kind == LIFE, Job.key == owner))
    if mine is None:
        if not is_postgres(session):
            session.execute(others.where(Job.lease_until > now).values(lease_until=now))
        session.execute(delete(Job).where(Job.kind == LIFE, Job.lease_until <= now - FORGOTTEN_AFTER))
        values = {"kind": LIFE, "key": owner, "payload": {}, "due_at": NEVER, "lease_until": until, "attempts": 0}
        session.execute(insert(Job).values(values))
        return until
    if mine.lease_until is not None and mine.lease_until <= now:
        session.execute(others.where(Job.lease_until > mine.lease_until - LIVES_FOR).values(lease_until=until))
    mine.lease_until = until
    return until


def die(session: Session, owner: str, now: datetime) -> None:
    """What it still holds is anybody's at once."""
    session.execute(update(Job).where(Job.kind == LIFE, Job.key == owner).values(lease_until=now))


def gone(session: Session, owner: str, now: datetime) -> frozenset[str]:
    """Who has died. Only who is alive may say so; of who never said that it lives, nobody knows."""
    lives = dict(session.execute(select(Job.key, Job.lease_until).where(Job.kind == LIFE)).all())
    mine = lives.get(owner)
    if mine is None or mine <= now:
        return frozenset()
    return frozenset(key for key, until in lives.items() if until is not None and until <= now)


def lease(session: Session, owner: str, now: datetime, lease_for: timedelta, limit: int = 10) -> list[Leased]:
    """Take what is due and nobody else holds. At most `limit` jobs, oldest first."""
    free = or_(Job.lease_until.is_(None), Job.lease_until <= now, Job.lease_owner.in_(gone(session, owner, now)))
    query = select(Job).where(Job.due_at <= now, free).order_by(Job.due_at).limit(limit)
    if is_postgres(session):
        query = query.with_for_update(skip_locked=True)
    taken = session.scalars(query).all()
    for job in taken:
        job.lease_owner, job.lease_until, job.attempts = owner, now + lease_for, job.attempts + 1
    return [Leased(job.id, job.kind, job.key, job.payload, job.attempts) for job in taken]


def finish(session: Session, job_id: int, owner: str) -> bool:
    """Remove done work. False where the lease had run out and somebody else holds it now."""
    done = session.execute(delete(Job).where(Job.id == job_id, Job.lease_owner == owner).returning(Job.id))
    return done.first() is not None


def postpone(session: Session, job_id: int, owner: str, due_at: datetime, *, failed: bool = False) -> bool:
    """Give the work back for a later time: a recurring job, or one that failed. False where the lease was lost.

    Failures in a row are counted in `attempts`; a good run ends the row.
    """
    attempts = Job.attempts if failed else 0
    back = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.lease_owner == owner)
        .values(due_at=due_at, lease_owner=None, lease_until=None, attempts=attempts)
        .returning(Job.id)
    )
    return back.first() is not None
