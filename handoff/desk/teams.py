"""Teams and what agents can take on, as leads arrange them. Each change is followed by giving out what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from handoff import audit, events
from handoff.assignment import Rules
from handoff.audit import Deed
from handoff.db import wake
from handoff.desk.assign import assign, hold
from handoff.desk.rules import put_rules, rules_of
from handoff.desk.timetable import WrittenHours, stored, written
from handoff.errors import BadInput, NotFound
from handoff.models import Agent, Seat, Team, TeamMember
from handoff.roles import WORKING

MAX_TEAMS = 100


@dataclass(frozen=True, slots=True)
class TeamView:
    """`id` 0 is one that is not stored yet; `names` holds one per language, the others as in `TeamRules`.

    `hours` are its own; None is the shop's.
    """

    id: int
    key: str
    names: Mapping[str, str]
    reasons: tuple[str, ...]
    intents: tuple[str, ...]
    languages: tuple[str, ...]
    members: tuple[int, ...]
    automatic: bool
    fallback: bool
    active: bool
    hours: WrittenHours | None = None


@dataclass(frozen=True, slots=True)
class SeatView:
    """An agent's place. `capacity` None is the shop's; nothing in `languages` is any, `skills` are intents."""

    agent_id: int
    name: str
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Everything a lead arranges, and the shop's rules that hold where nothing is said."""

    teams: tuple[TeamView, ...]
    seats: tuple[SeatView, ...]
    rules: Rules


def listing(session: Session) -> list[TeamView]:
    """All teams, the oldest first, with members who work; those that are dissolved too, for conversations of theirs."""
    members: dict[int, list[int]] = {}
    who_work = (
        select(TeamMember).join(Agent, Agent.id == TeamMember.agent_id).where(Agent.active, Agent.role.in_(WORKING))
    )
    for row in session.scalars(who_work.order_by(TeamMember.agent_id)):
        members.setdefault(row.team_id, []).append(row.agent_id)
    return [_view(team, members.get(team.id, [])) for team in session.scalars(select(Team).order_by(Team.id))]


def arrangement(session: Session) -> Arrangement:
    rows = session.execute(
        select(Agent, Seat)
        .outerjoin(Seat, Seat.agent_id == Agent.id)
        .where(Agent.active, Agent.role.in_(WORKING))
        .order_by(Agent.name)
    )
    return Arrangement(tuple(listing(session)), tuple(_seat(agent, seat) for agent, seat in rows), rules_of(session))


def put(session: Session, wanted: TeamView, now: datetime, *, by: int | None = None) -> TeamView:
    """Add or change a team. A new fallback takes the place of the one before.

    Raises `NotFound`, or `BadInput` for a key that another one has and one team too many.
    """
    taken = session.scalar(select(Team.id).where(Team.key == wanted.key))
    if taken is not None and taken != wanted.id:
        raise BadInput(f"there is a team {wanted.key} already; choose another key")
    team = session.get(Team, wanted.id) if wanted.id else _new(session, now)
    if team is None:
        raise NotFound("team")
    team.key, team.names = wanted.key, dict(wanted.names)
    team.reasons, team.intents, team.languages = list(wanted.reasons), list(wanted.intents), list(wanted.languages)
    team.automatic, team.active = wanted.automatic, wanted.active
    team.hours = stored(wanted.hours)
    team.fallback = wanted.fallback and wanted.active
    session.add(team)
    session.flush()
    if team.fallback:
        session.execute(update(Team).where(Team.id != team.id, Team.fallback).values(fallback=False))
    _put_members(session, team.id, wanted.members)
    deed = Deed.TEAM_CHANGED if wanted.id else Deed.TEAM_ADDED
    audit.append(session, deed, by, now, about=("team", team.id), team=team.key)
    _changed(session, now)
    return _view(team, sorted(set(wanted.members)))


def put_seat(session: Session, wanted: SeatView, now: datetime, *, by: int | None = None) -> SeatView:
    """Change what an agent can take on. Raises `NotFound`."""
    agent = session.get(Agent, wanted.agent_id)
    if agent is None or not agent.active:
        raise NotFound("agent")
    hold(session)
    seat = session.get(Seat, agent.id, populate_existing=True) or Seat(agent_id=agent.id)
    seat.languages, seat.skills, seat.capacity = list(wanted.languages), list(wanted.skills), wanted.capacity
    session.add(seat)
    audit.append(session, Deed.SEAT_CHANGED, by, now, about=("agent", agent.id))
    _changed(session, now)
    return _seat(agent, seat)


def open_desk(session: Session, rules: Rules, now: datetime) -> None:
    """At the start: the shop's rules as they are now, and what waits under them."""
    put_rules(session, rules)
    _changed(session, now)


def _changed(session: Session, now: datetime) -> None:
    session.flush()
    assign(session, now)
    wake(session, events.DESK_TOPIC)


def _new(session: Session, now: datetime) -> Team:
    if len(session.scalars(select(Team.id)).all()) >= MAX_TEAMS:
        raise BadInput(f"there are {MAX_TEAMS} teams already; use one that is dissolved")
    return Team(created_at=now)


def _put_members(session: Session, team_id: int, members: tuple[int, ...]) -> None:
    known = set(session.scalars(select(Agent.id).where(Agent.active, Agent.role.in_(WORKING))))
    if unknown := set(members) - known:
        raise BadInput(f"no agent has the number {min(unknown)}")
    session.execute(delete(TeamMember).where(TeamMember.team_id == team_id))
    session.add_all(TeamMember(team_id=team_id, agent_id=agent_id) for agent_id in sorted(set(members)))


def _view(team: Team, members: list[int]) -> TeamView:
    return TeamView(
        team.id,
        team.key,
        team.names,
        tuple(team.reasons),
        tuple(team.intents),
        tuple(team.languages),
        tuple(members),
        team.automatic,
        team.fallback,
        team.active,
        written(team.hours),
    )


def _seat(agent: Agent, seat: Seat | None) -> SeatView:
    if seat is None:
        return SeatView(agent.id, agent.name, (), (), None)
    return SeatView(agent.id, agent.name, tuple(seat.languages), tuple(seat.skills), seat.capacity)
