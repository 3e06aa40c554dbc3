"""What agents narrow the list to, kept by a name: their own, and what a lead shares with all."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from handoff.errors import BadInput, NotFound
from handoff.models import Agent, SavedFilter, Team

MOST = 50
LONGEST = 60
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what stands beside them."""


@dataclass(frozen=True, slots=True)
class FilterView:
    """`id` 0 is one that is not stored yet. `wanted` are the list's own parameters, a team among them by its key.

    `gone`: its team is dissolved. `by` is whose it is, `own` that it is the reader's.
    """

    id: int
    name: str
    view: str
    wanted: Mapping[str, str]
    shared: bool
    own: bool = True
    by: str = ""
    gone: bool = False


def listing(session: Session, agent_id: int) -> list[FilterView]:
    """The agent's own in their order, then what others share."""
    rows = session.execute(
        select(SavedFilter, Agent.name, Team)
        .join(Agent, Agent.id == SavedFilter.agent_id)
        .outerjoin(Team, Team.id == SavedFilter.team_id)
        .where(or_(SavedFilter.agent_id == agent_id, SavedFilter.shared == true()))
        .order_by(SavedFilter.agent_id != agent_id, SavedFilter.position, SavedFilter.id)
    )
    return [_view(row, by, team, agent_id) for row, by, team in rows]


def put(session: Session, wanted: FilterView, agent_id: int, now: datetime, *, may_share: bool) -> FilterView:
    """Keep or change one; of those of others only a lead changes what is shared.

    Raises `NotFound`, or `BadInput` for a name that is empty or taken, a team that does not exist, and one too many.
    """
    name = _named(wanted.name)
    row = _changeable(session, wanted.id, agent_id, may_share) if wanted.id else _new(session, agent_id, now)
    if wanted.shared and not row.shared and not may_share:
        raise BadInput("a lead shares filters with everybody")
    _require_free(session, row, name)
    team = _team(session, wanted.wanted.get("team", ""), row)
    row.name, row.folded, row.view = name, name.casefold(), wanted.view
    row.wanted = {key: value for key, value in wanted.wanted.items() if value and key != "team"}
    row.team_id, row.shared = team.id if team else None, wanted.shared
    session.add(row)
    session.flush()
    return _view(row, session.get_one(Agent, row.agent_id).name, team, agent_id)


def remove(session: Session, filter_id: int, agent_id: int, *, may_share: bool) -> None:
    """Raises `NotFound` where it is not theirs, or gone."""
    session.delete(_changeable(session, filter_id, agent_id, may_share))


def arrange(session: Session, ids: Sequence[int], agent_id: int) -> list[FilterView]:
    """The agent's own in this order; what is not named keeps its place behind them."""
    places = {filter_id: place for place, filter_id in enumerate(dict.fromkeys(ids))}
    mine = select(SavedFilter).where(SavedFilter.agent_id == agent_id).with_for_update()
    own = session.scalars(mine.order_by(SavedFilter.position, SavedFilter.id)).all()
    for place, row in enumerate(sorted(own, key=lambda row: places.get(row.id, len(places)))):
        row.position = place
    session.flush()
    return listing(session, agent_id)


def _named(name: str) -> str:
    """Any script; spaces count once, and nothing that is not seen but what scripts need."""
    kept = "".join(" " if unicodedata.category(c) == "Cc" else c for c in name if c not in _TURNING)
    name = unicodedata.normalize("NFC", " ".join(kept.split()))
    if not any(unicodedata.category(c)[0] in "LNPS" for c in name):
        raise BadInput("give the filter a name")
    if len(name) > LONGEST:
        raise BadInput(f"a filter's name has at most {LONGEST} characters")
    return name


def _new(session: Session, agent_id: int, now: datetime) -> SavedFilter:
    session.scalars(select(Agent.id).where(Agent.id == agent_id).with_for_update()).one()
    places = session.scalars(select(SavedFilter.position).where(SavedFilter.agent_id == agent_id)).all()
    if len(places) >= MOST:
        raise BadInput(f"there are {MOST} filters already; delete one first")
    return SavedFilter(agent_id=agent_id, position=max(places, default=-1) + 1, shared=False, created_at=now)


def _changeable(session: Session, filter_id: int, agent_id: int, may_share: bool) -> SavedFilter:
    row = session.get(SavedFilter, filter_id, with_for_update=True)
    if row is None or (row.agent_id != agent_id and not (row.shared and may_share)):
        raise NotFound("filter")
    return row


def _require_free(session: Session, row: SavedFilter, name: str) -> None:
    same = (SavedFilter.agent_id == row.agent_id, SavedFilter.folded == name.casefold())
    taken = session.scalar(select(SavedFilter.id).where(*same))
    if taken is not None and taken != row.id:
        raise BadInput("there is a filter of this name already; choose another name")


def _team(session: Session, key: str, row: SavedFilter) -> Team | None:
    """By its key; one that is dissolved may stay where it is."""
    if not key:
        return None
    team = session.scalar(select(Team).where(Team.key == key))
    if team is None or not (team.active or team.id == row.team_id):
        raise BadInput("this team does not exist any more; choose another one")
    return team


def _view(row: SavedFilter, by: str, team: Team | None, reader: int) -> FilterView:
    wanted = {**row.wanted, **({"team": team.key} if team else {})}
    gone = row.team_id is not None and (team is None or not team.active)
    return FilterView(row.id, row.name, row.view, wanted, row.shared, row.agent_id == reader, by, gone)
