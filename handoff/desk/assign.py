"""Conversations are given to agents: as they come in, and wherever somebody gets room for one more.

Every verb that may give room or bring one in ends with `assign`, in its own transaction. Nothing waits for a tick but
what another transaction holds at that very moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select, text, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from handoff import jobs
from handoff.assignment import Candidate, Matter, Rules, TeamRules, choose, first_look, responsible, route, step
from handoff.business_hours import BusinessHours
from handoff.db import is_postgres
from handoff.desk import people, presence
from handoff.desk.presence import AGENT_LASTS, availability
from handoff.desk.record import add_activity, announce, give, locked, put_in_team, transition
from handoff.desk.rules import rules_of
from handoff.models import Agent, Assignment, Conversation, Message, Seat, Team, TeamMember
from handoff.queue import IN_QUEUE, QUEUE_ORDER
from handoff.roles import WORKING
from handoff.states import Status
from handoff.values import SILENT, Activity, Availability, Priority

ASSIGN, NUDGE = "assign", "nudge"
"""The jobs that look again at what was held by somebody, and at who says nothing."""
LOOK_AGAIN = timedelta(seconds=1)
LOOK_AT_CLOSED = timedelta(hours=1)
"""Nobody comes in the foreseeable future; hours may be changed."""
AT_ONCE = 20
"""About so many are given out in one transaction: others wait for it."""
ASSIGN_LOCK = 0x6261746F6E
"""Of PostgreSQL's advisory locks. Whoever has it waits for no conversation, so it may be taken while holding one."""


@dataclass(frozen=True, slots=True)
class _Office:
    """Who may be given what right now. `stored` maps each team a conversation may have to the one that has it now."""

    rules: Rules
    teams: Mapping[int, TeamRules]
    stored: Mapping[int | None, int | None]
    candidates: Mapping[int, Candidate]

    def with_room(self) -> list[int | None]:
        """The stored teams whose conversations somebody has room for."""
        return [stored for stored, team in self.stored.items() if self._is_automatic(team) and self._has_room(team)]

    def room(self) -> int:
        return sum(candidate.capacity - candidate.open for candidate in self.candidates.values() if candidate.is_free)

    def people(self, team_id: int | None) -> list[Candidate]:
        return responsible(self.stored.get(team_id), self.teams, self.candidates.values())

    def after(self, agent_id: int, now: datetime) -> "_Office":
        """When that agent has one more."""
        before = self.candidates[agent_id]
        changed = replace(before, open=before.open + 1, last_assigned_at=now)
        return _Office(self.rules, self.teams, self.stored, {**self.candidates, agent_id: changed})

    def _is_automatic(self, team: int | None) -> bool:
        return self.rules.automatic if team is None else self.teams[team].automatic

    def _has_room(self, team: int | None) -> bool:
        return any(candidate.is_free for candidate in responsible(team, self.teams, self.candidates.values()))


def assign(session: Session, now: datetime) -> None:
    """Give out what waits, the most urgent first; what is left, since it is held or there is much, a moment later.

    Counting and giving are under one lock: however many come in at once, nobody is given more than they can take.
    """
    if assign_some(session, now):
        jobs.schedule(session, ASSIGN, now.isoformat(), now + LOOK_AGAIN)


def assign_some(session: Session, now: datetime) -> bool:
    """The job's half of `assign`: whether something was left."""
    if not hold(session):
        return False
    office, refused, given = _office(session, now), set[int](), 0
    while given < AT_ONCE and (batch := _next_waiting(session, office, refused)):
        for conversation in batch:
            if conversation.team_id not in office.with_room():
                continue
            agent_id = choose(_matter(session, conversation), office.people(conversation.team_id))
            if agent_id is None:
                refused.add(conversation.id)
                continue
            _give_out(session, conversation, agent_id, office.rules, now)
            office, given = office.after(agent_id, now), given + 1
    return _is_waiting(session, office, refused)


def direct(session: Session, conversation: Conversation, intent: str | None) -> None:
    """To the team whose matter it is."""
    conversation.intent = intent
    put_in_team(session, conversation, team_for(session, conversation.reason, intent, conversation.language))


def team_for(session: Session, reason: str | None, intent: str | None, language: str | None) -> int | None:
    """The team that has such a matter now."""
    return route(reason, intent, language, list(_teams(session).values()))


def nudge(session: Session, conversation_id: int, epoch: int, now: datetime, hours: BusinessHours) -> timedelta | None:
    """Look after who was given a conversation: remind them, then give it to somebody else.

    Only time within `hours` counts, but for what is urgent. In how long to look again; None once they have written, or
    it is not theirs any more.
    """
    conversation = locked(session, conversation_id)
    given = _given(session, conversation, epoch)
    agent = conversation.assignee
    if given is None or agent is None or _has_written(session, conversation, given):
        return None
    if availability(agent, now) == "offline":
        _take_away(session, conversation, given, agent, now)
        return None
    is_urgent = conversation.priority == Priority.URGENT
    if not is_urgent and not hours.is_open(now):
        return _until_opening(hours, now)
    elapsed = now - given.created_at if is_urgent else hours.working_time_between(given.created_at, now)
    due, again = step(elapsed, given.reminded, rules_of(session))
    if due == "reassign":
        _take_away(session, conversation, given, agent, now)
        return None
    if due == "remind":
        given.reminded += 1
        conversation.rev += 1
        announce(session, conversation, "nudge", now)
    return again


def is_there(session: Session, agent_id: int, now: datetime) -> None:
    """Whoever does something is there: what their silence had set is lifted, and they are given what waits."""
    if session.scalar(select(Agent.availability).where(Agent.id == agent_id)) == SILENT:
        set_availability(session, agent_id, "online", now)


def set_availability(session: Session, agent_id: int, wanted: Availability, now: datetime) -> people.Person:
    """As `people.set_availability`; who comes online is given what waits."""
    hold(session)
    person = people.set_availability(session, agent_id, wanted, now)
    assign(session, now)
    return person


def console_is_open(session: Session, agent_id: int, now: datetime) -> None:
    """As `presence.console_is_open`; who was gone is given what waits."""
    seen_at = session.scalar(select(Agent.seen_at).where(Agent.id == agent_id))
    is_back = seen_at is None or now - seen_at > AGENT_LASTS
    if is_back:
        hold(session)
    presence.console_is_open(session, agent_id, now)
    if is_back:
        assign(session, now)


def is_relieved(session: Session, conversation: Conversation, now: datetime) -> bool:
    """Whether somebody with room for it would be there, if it were given out now."""
    people = _office(session, now).people(conversation.team_id)
    return choose(_matter(session, conversation), people) is not None


def passed_on(session: Session, conversation: Conversation, agent_id: int, now: datetime) -> None:
    """Remember who put it back, so that it does not come back to them."""
    _remember(session, conversation, agent_id, now, "passed")


def hold(session: Session) -> bool:
    """Take the lock of whoever changes what agents have or can take; False where nothing is given out at all.

    To be taken before an agent's row is written. SQLite has one writer anyway.
    """
    automatic = select(exists().where(Team.active, Team.automatic))
    if not (rules_of(session).automatic or session.scalar(automatic)):
        return False
    if is_postgres(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ASSIGN_LOCK})
    return True


def _office(session: Session, now: datetime) -> _Office:
    rules, teams = rules_of(session), _teams(session)
    fallback = next((team.id for team in teams.values() if team.fallback), None)
    known = session.scalars(select(Team.id)).all()
    stored = {None: fallback} | {team_id: team_id if team_id in teams else fallback for team_id in known}
    return _Office(rules, teams, stored, _candidates(session, rules, now))


def _teams(session: Session) -> dict[int, TeamRules]:
    members: dict[int, set[int]] = {}
    for team_id, agent_id in session.execute(select(TeamMember.team_id, TeamMember.agent_id)):
        members.setdefault(team_id, set()).add(agent_id)
    return {
        team.id: TeamRules(
            team.id,
            frozenset(members.get(team.id, ())),
            frozenset(team.reasons),
            frozenset(team.intents),
            frozenset(team.languages),
            team.automatic,
            team.fallback,
        )
        for team in session.scalars(select(Team).where(Team.active).order_by(Team.id))
    }


def _candidates(session: Session, rules: Rules, now: datetime) -> dict[int, Candidate]:
    open_of = (
        select(Conversation.assignee_id, func.count().label("n"))
        .where(Conversation.status == Status.OPEN, Conversation.assignee_id.is_not(None))
        .group_by(Conversation.assignee_id)
        .subquery()
    )
    rows = session.execute(
        select(Agent, Seat, open_of.c.n)
        .outerjoin(Seat, Seat.agent_id == Agent.id)
        .outerjoin(open_of, open_of.c.assignee_id == Agent.id)
        .where(Agent.active, Agent.role.in_(WORKING))
        .execution_options(populate_existing=True)
    )
    return {agent.id: _candidate(agent, seat, n or 0, rules, now) for agent, seat, n in rows}


def _candidate(agent: Agent, seat: Seat | None, open: int, rules: Rules, now: datetime) -> Candidate:
    online = availability(agent, now) == "online"
    if seat is None:
        return Candidate(agent.id, online, open, rules.capacity)
    return Candidate(
        agent.id,
        online,
        open,
        seat.capacity or rules.capacity,
        frozenset(seat.languages),
        frozenset(seat.skills),
        seat.last_assigned_at,
    )


def _next_waiting(session: Session, office: _Office, refused: set[int]) -> Sequence[Conversation]:
    """The most urgent ones that somebody has room for, held; those that others hold are left to them."""
    if not (teams := office.with_room()):
        return ()
    return session.scalars(
        select(Conversation)
        .where(*_waiting(teams, refused))
        .order_by(*QUEUE_ORDER)
        .limit(min(AT_ONCE, office.room()))
        .with_for_update(of=Conversation, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _is_waiting(session: Session, office: _Office, refused: set[int]) -> bool:
    if not (teams := office.with_room()):
        return False
    return session.scalar(select(Conversation.id).where(*_waiting(teams, refused)).limit(1)) is not None


def _waiting(teams: Sequence[int | None], refused: set[int]) -> Sequence[ColumnElement[bool]]:
    named = Conversation.team_id.in_([team for team in teams if team is not None])
    theirs = or_(named, Conversation.team_id.is_(None)) if None in teams else named
    return (*IN_QUEUE, theirs, Conversation.id.not_in(refused))


def _matter(session: Session, conversation: Conversation) -> Matter:
    rows = session.execute(
        select(Assignment.agent_id, Assignment.outcome).where(
            Assignment.conversation_id == conversation.id,
            Assignment.episode == conversation.episode,
            Assignment.outcome.is_not(None),
        )
    ).all()
    who = {
        outcome: frozenset(row.agent_id for row in rows if row.outcome == outcome) for outcome in ("passed", "silent")
    }
    return Matter(conversation.language, conversation.intent, who["passed"], who["silent"])


def _give_out(session: Session, conversation: Conversation, agent_id: int, rules: Rules, now: datetime) -> None:
    give(session, conversation, agent_id, now, taken=False)
    seat = session.get(Seat, agent_id)
    if seat is None:
        session.add(seat := Seat(agent_id=agent_id))
    seat.last_assigned_at = now
    tell_assigned(session, conversation, agent_id, now)
    _look_after(session, conversation, agent_id, rules, now)


def look_after(session: Session, conversation: Conversation, agent_id: int, now: datetime) -> None:
    """They have not said anything yet: where conversations are given out they are reminded, then relieved."""
    if hold(session):
        _look_after(session, conversation, agent_id, rules_of(session), now)


def look_again(session: Session, conversation: Conversation, now: datetime) -> None:
    """It has become urgent: who says nothing is not left with it until the next look, which may be in the morning."""
    if hold(session):
        key, payload = f"{conversation.id}:{conversation.epoch}", {"id": conversation.id, "epoch": conversation.epoch}
        jobs.schedule(session, NUDGE, f"{key}:urgent", now + first_look(rules_of(session)), payload)


def _look_after(session: Session, conversation: Conversation, agent_id: int, rules: Rules, now: datetime) -> None:
    _remember(session, conversation, agent_id, now, None)
    key, payload = f"{conversation.id}:{conversation.epoch}", {"id": conversation.id, "epoch": conversation.epoch}
    jobs.schedule(session, NUDGE, key, now + first_look(rules), payload)


def tell_assigned(
    session: Session, conversation: Conversation, agent_id: int, now: datetime, had_by: str | None = None
) -> None:
    """In the transcript, and to the console of whoever was given it. `had_by`: the name of who had it until now."""
    add_activity(session, conversation, now, Activity.ASSIGNED, agent_id, detail=had_by)
    announce(session, conversation, "assign", now)


def _take_away(session: Session, conversation: Conversation, given: Assignment, agent: Agent, now: datetime) -> None:
    """From who says nothing, who is away then. The customer has not heard of them and learns nothing."""
    hold(session)
    given.outcome = "silent"
    # What was read before the lock may be old: who has said "away" meanwhile stays so.
    silenced = update(Agent).where(Agent.id == agent.id, Agent.availability == "online").values(availability=SILENT)
    session.execute(silenced.execution_options(synchronize_session=False))
    session.expire(agent, ["availability"])
    transition(conversation, Status.OPEN)
    add_activity(session, conversation, now, Activity.UNANSWERED, agent.id)
    announce(session, conversation, "unanswered", now)
    assign(session, now)


def _until_opening(hours: BusinessHours, now: datetime) -> timedelta:
    opening = hours.next_opening(now)
    return opening - now if opening is not None else LOOK_AT_CLOSED


def _given(session: Session, conversation: Conversation, epoch: int) -> Assignment | None:
    if conversation.epoch != epoch or conversation.status != Status.OPEN:
        return None
    return session.scalar(
        select(Assignment).where(
            Assignment.conversation_id == conversation.id,
            Assignment.episode == conversation.episode,
            Assignment.epoch == epoch,
            Assignment.outcome.is_(None),
        )
    )


def _has_written(session: Session, conversation: Conversation, given: Assignment) -> bool:
    said = exists().where(
        Message.conversation_id == conversation.id,
        Message.seq > given.seq,
        Message.agent_id == given.agent_id,
        Message.kind == "outgoing",
    )
    return bool(session.scalar(select(said)))


def _remember(session: Session, conversation: Conversation, agent_id: int, now: datetime, outcome: str | None) -> None:
    session.add(
        Assignment(
            conversation_id=conversation.id,
            agent_id=agent_id,
            episode=conversation.episode,
            epoch=conversation.epoch,
            seq=conversation.last_seq,
            reminded=0,
            outcome=outcome,
            created_at=now,
        )
    )
