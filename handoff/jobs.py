"""Work that is due at a time. Whoever holds the lease does it; a lease that ran out is anybody's again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, UniqueConstraint, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from handoff.db import ID, Base, UtcDateTime, is_postgres

POST = "post"
"""Kept as a job that is never due: what only one process may do at a time, for as long as it runs."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


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
    if is_others and is_postgres(session):
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


def lease(session: Session, owner: str, now: datetime, lease_for: timedelta, limit: int = 10) -> list[Leased]:
    """Take what is due and nobody else holds. At most `limit` jobs, oldest first."""
    free = or_(Job.lease_until.is_(None), Job.lease_until <= now)
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
