"""Who did what to whom, and when. Entries are added and, much later, forgotten; never changed.

They hold ids, names of fields and of roles: no words of anybody, no address, no secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session, aliased

from handoff.models import Agent, AuditEntry

KEPT = timedelta(days=400)
"""A year, and a month to look back on it."""
PAGE = 50

About = Literal["agent", "canned", "team", "contact"]


class Deed(StrEnum):
    """What was done."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    LOCKED_OUT = "locked_out"
    LOCK_LIFTED = "lock_lifted"
    PASSWORD_SET = "password_set"  # noqa: S105 - says that there was one, not which
    ADDED = "agent_added"
    INVITED = "agent_invited"
    CHANGED = "agent_changed"
    DEACTIVATED = "agent_deactivated"
    REACTIVATED = "agent_reactivated"
    LINK_ISSUED = "link_issued"
    SESSIONS_ENDED = "sessions_ended"
    CANNED_ADDED = "canned_added"
    CANNED_CHANGED = "canned_changed"
    CANNED_REMOVED = "canned_removed"
    TEAM_ADDED = "team_added"
    TEAM_CHANGED = "team_changed"
    SEAT_CHANGED = "seat_changed"
    REVIEWS_DRAWN = "reviews_drawn"
    REVIEWED = "review_saved"
    REVIEW_CHANGED = "review_changed"
    REVIEW_TAKEN_BACK = "review_taken_back"
    EXPORTED = "trail_exported"
    BLOCKED = "contact_blocked"
    UNBLOCKED = "contact_unblocked"
    TELEGRAM_LINKED = "telegram_linked"
    TELEGRAM_UNLINKED = "telegram_unlinked"


ON_THE_DESK = frozenset(
    {
        Deed.CANNED_ADDED,
        Deed.CANNED_CHANGED,
        Deed.CANNED_REMOVED,
        Deed.TEAM_ADDED,
        Deed.TEAM_CHANGED,
        Deed.SEAT_CHANGED,
    }
)
"""What is nobody's personal business; the rest is for those who answer for people."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed. `actor` None is the command line, or for a lock-out somebody unknown; names are those of today."""

    id: int
    at: datetime
    deed: Deed
    actor_id: int | None
    actor: str | None
    about: str | None
    about_id: int | None
    about_name: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the trail is narrowed to: deeds, and an agent who did them or whom they were done to."""

    deeds: frozenset[Deed]
    agent_id: int | None = None


def append(
    session: Session,
    deed: Deed,
    by: int | None,
    now: datetime,
    *,
    about: tuple[About, int] | None = None,
    **detail: str | int,
) -> None:
    """Add an entry to the running transaction. `by` None is the command line."""
    kind, its_id = about or (None, None)
    session.add(AuditEntry(at=now, kind=deed, actor_id=by, about=kind, about_id=its_id, detail=detail))


def note_export(session: Session, by: int, now: datetime) -> None:
    append(session, Deed.EXPORTED, by, now)


def entries(session: Session, wanted: Wanted, before: int | None = None, limit: int = PAGE) -> list[Entry]:
    """The newest first; `before` is the id of the last one seen."""
    actor, whom = aliased(Agent), aliased(Agent)
    query = (
        select(AuditEntry, actor.name, whom.name)
        .outerjoin(actor, actor.id == AuditEntry.actor_id)
        .outerjoin(whom, and_(AuditEntry.about == "agent", whom.id == AuditEntry.about_id))
        .where(*_narrowed(wanted))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return [_entry(row, actor_name, about_name) for row, actor_name, about_name in session.execute(query)]


def forget(session: Session, now: datetime) -> int:
    """Remove what is older than `KEPT`; how many."""
    gone = session.execute(delete(AuditEntry).where(AuditEntry.at <= now - KEPT).returning(AuditEntry.id))
    return len(gone.all())


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [AuditEntry.kind.in_(sorted(wanted.deeds))]
    if wanted.agent_id is not None:
        to_them = and_(AuditEntry.about == "agent", AuditEntry.about_id == wanted.agent_id)
        conditions.append(or_(AuditEntry.actor_id == wanted.agent_id, to_them))
    return conditions


def _entry(row: AuditEntry, actor: str | None, about_name: str | None) -> Entry:
    return Entry(
        row.id, row.at, Deed(row.kind), row.actor_id, actor, row.about, row.about_id, about_name, dict(row.detail)
    )
