"""Prepared answers that agents insert by a shortcut."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.audit import Deed
from handoff.errors import BadInput, NotFound
from handoff.models import CannedResponse


@dataclass(frozen=True, slots=True)
class Canned:
    """`id` 0 is one that is not stored yet; `texts` holds one per language."""

    id: int
    shortcut: str
    title: str
    texts: Mapping[str, str]


def listing(session: Session) -> list[Canned]:
    return [_canned(row) for row in session.scalars(select(CannedResponse).order_by(CannedResponse.shortcut))]


def put(session: Session, canned: Canned) -> Canned:
    """Add or change one. Raises `NotFound`, or `BadInput` for a shortcut that another one has."""
    taken = session.scalar(select(CannedResponse.id).where(CannedResponse.shortcut == canned.shortcut))
    if taken is not None and taken != canned.id:
        raise BadInput(f"/{canned.shortcut} is taken; choose another shortcut")
    row = session.get(CannedResponse, canned.id) if canned.id else CannedResponse()
    if row is None:
        raise NotFound("canned response")
    row.shortcut, row.title, row.texts = canned.shortcut, canned.title, dict(canned.texts)
    session.add(row)
    session.flush()
    return _canned(row)


def edit(session: Session, canned: Canned, by: int, now: datetime) -> Canned:
    """An agent adds or changes one, and it is written down. Raises as `put` does."""
    kept = put(session, canned)
    deed = Deed.CANNED_CHANGED if canned.id else Deed.CANNED_ADDED
    audit.append(session, deed, by, now, about=("canned", kept.id), shortcut=kept.shortcut)
    return kept


def remove(session: Session, canned_id: int, by: int, now: datetime) -> None:
    """An agent removes one, and it is written down; of two at once, one did."""
    row = session.get(CannedResponse, canned_id)
    if row is not None:
        audit.append(session, Deed.CANNED_REMOVED, by, now, about=("canned", canned_id), shortcut=row.shortcut)
        session.delete(row)


def _canned(row: CannedResponse) -> Canned:
    return Canned(row.id, row.shortcut, row.title, row.texts)
