"""Who works here: changed, taken off, taken back. What they leave behind goes to the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff import audit, roles
from handoff.audit import Deed
from handoff.desk import guesses, people, telegram_links
from handoff.desk.assign import assign, hold
from handoff.desk.presence import availability
from handoff.desk.record import add_activity, announce, locked, transition
from handoff.errors import LastAdmin, NotFound
from handoff.models import Agent, Conversation, SignIn
from handoff.roles import WORKING
from handoff.states import Status
from handoff.values import Activity, Availability


@dataclass(frozen=True, slots=True)
class Member:
    """An agent as an admin sees them. `open` and `snoozed` count conversations, `sessions` browsers.

    `invited_until` is the end of a link by which they may choose a password; `locked_until` of a pause after wrong
    ones.
    """

    id: int
    email: str
    name: str
    role: str
    active: bool
    has_password: bool
    availability: Availability
    seen_at: datetime | None
    open: int
    snoozed: int
    sessions: int
    invited_until: datetime | None
    locked_until: datetime | None


def members(session: Session, now: datetime) -> list[Member]:
    """Everybody, whoever is active first, by name."""
    found = session.scalars(select(Agent).order_by(Agent.active.desc(), func.lower(Agent.name), Agent.id)).all()
    return _members(session, found, now)


def member(session: Session, agent_id: int, now: datetime) -> Member:
    return _members(session, [_existing(session, agent_id)], now)[0]


def change(session: Session, agent_id: int, name: str | None, role: str, by: int | None, now: datetime) -> None:
    """Another name, unless None, or role, from the next request on. Raises `BadInput`, `LastAdmin`.

    Whoever may not work any more leaves their conversations to the queue.
    """
    people.check_role(role)
    _hold(session, agent_id)
    agent = _held(session, agent_id)
    name = agent.name if name is None else people.checked_name(name)
    changed: dict[str, str] = {} if role == agent.role else {"role": role, "was": agent.role}
    if name != agent.name:
        changed["field"] = "name"
    if agent.active and role != roles.ADMIN:
        _keep_an_admin(session, agent)
    agent.name, agent.role = name, role
    if role not in WORKING:
        leave_all(session, agent_id, now)
    else:
        assign(session, now)  # somebody may have begun to work
    if changed:
        audit.append(session, Deed.CHANGED, by, now, about=("agent", agent_id), **changed)


def deactivate(session: Session, agent_id: int, by: int | None, now: datetime) -> None:
    """They are out at once: sessions, links and open consoles end, also on Telegram, their open conversations go back.

    What they have snoozed comes to the queue at its time, or when the customer writes. Raises `LastAdmin`.
    """
    _hold(session, agent_id)
    agent = _held(session, agent_id)
    if not agent.active:
        return
    _keep_an_admin(session, agent)
    agent.active = False
    people.end_sign_ins(session, agent_id)
    telegram_links.take_away(session, agent_id, by, now)
    returned = leave_all(session, agent_id, now)
    audit.append(session, Deed.DEACTIVATED, by, now, about=("agent", agent_id), conversations=returned)


def reactivate(session: Session, agent_id: int, by: int | None, now: datetime) -> None:
    """They may come in again, by the password they had or a new link."""
    agent = _held(session, agent_id)
    if not agent.active:
        agent.active = True
        people.forget_silence(agent)
        audit.append(session, Deed.REACTIVATED, by, now, about=("agent", agent_id))


def end_sessions(session: Session, agent_id: int, by: int | None, now: datetime) -> None:
    """Signed out everywhere, also on Telegram; links that are not used yet end too."""
    _existing(session, agent_id)
    people.end_sign_ins(session, agent_id)
    telegram_links.take_away(session, agent_id, by, now)
    audit.append(session, Deed.SESSIONS_ENDED, by, now, about=("agent", agent_id))


def leave_all(session: Session, agent_id: int, now: datetime) -> int:
    """An agent's open conversations go back to the queue, where each waits or is given to somebody else; how many."""
    mine = (Conversation.status == Status.OPEN, Conversation.assignee_id == agent_id)
    found = session.scalars(select(Conversation.id).where(*mine).order_by(Conversation.id)).all()
    left = sum(_leave(session, conversation_id, agent_id, now) for conversation_id in found)
    assign(session, now)
    return left


def leave_stragglers(session: Session, now: datetime, limit: int = 50) -> int:
    """The same for what was given to somebody in the very moment they were taken off; how many."""
    left = select(Agent.id).where(~Agent.active | Agent.role.not_in(WORKING))
    found = session.execute(
        select(Conversation.id, Conversation.assignee_id)
        .where(Conversation.status == Status.OPEN, Conversation.assignee_id.in_(left))
        .order_by(Conversation.id)
        .limit(limit)
    ).all()
    returned = sum(_leave(session, row.id, row.assignee_id, now) for row in found)
    if returned:
        assign(session, now)
    return returned


def _leave(session: Session, conversation_id: int, agent_id: int, now: datetime) -> bool:
    """Agents read of it; so does the customer where something of theirs is unanswered."""
    conversation = locked(session, conversation_id)
    if conversation.status != Status.OPEN or conversation.assignee_id != agent_id:
        return False
    transition(conversation, Status.OPEN)
    conversation.unanswered_since = conversation.unanswered_since or now
    add_activity(session, conversation, now, Activity.LEFT, agent_id)
    announce(session, conversation, "left", now)
    return True


def _keep_an_admin(session: Session, agent: Agent) -> None:
    """Raises `LastAdmin` where nobody would be left. The caller holds the admins' rows."""
    admins = select(Agent.id).where(Agent.active, Agent.role == roles.ADMIN)
    if agent.role == roles.ADMIN and session.scalars(admins).all() == [agent.id]:
        raise LastAdmin("make somebody else an admin first")


def _existing(session: Session, agent_id: int) -> Agent:
    agent = session.get(Agent, agent_id)
    if agent is None:
        raise NotFound("agent")
    return agent


def _hold(session: Session, agent_id: int) -> None:
    """First what they have, then the lock of giving out: whoever has that waits for no conversation."""
    theirs = (Conversation.status == Status.OPEN, Conversation.assignee_id == agent_id)
    session.scalars(
        select(Conversation.id).where(*theirs).order_by(Conversation.id).with_for_update(key_share=True)
    ).all()
    hold(session)


def _held(session: Session, agent_id: int) -> Agent:
    """The agent's newest state, held until the transaction ends, after every admin's.

    So of two admins who take each other off at once one stays, and nobody waits in a ring.
    """
    session.scalars(
        select(Agent.id).where(Agent.role == roles.ADMIN).order_by(Agent.id).with_for_update(key_share=True)
    ).all()
    agent = session.get(Agent, agent_id, with_for_update={"key_share": True}, populate_existing=True)
    if agent is None:
        raise NotFound("agent")
    return agent


def _members(session: Session, found: Sequence[Agent], now: datetime) -> list[Member]:
    ids = [agent.id for agent in found]
    has = _counts(session, ids)
    sessions = {
        row.agent_id: row.n
        for row in session.execute(
            select(SignIn.agent_id, func.count().label("n"))
            .where(SignIn.kind == "session", SignIn.expires_at > now, SignIn.agent_id.in_(ids))
            .group_by(SignIn.agent_id)
        )
    }
    invitations = select(SignIn).where(SignIn.kind == "invite", SignIn.expires_at > now, SignIn.agent_id.in_(ids))
    invited = {row.agent_id: row.expires_at for row in session.scalars(invitations)}
    locked_until = guesses.locked_until(session, [agent.email for agent in found], now)
    return [
        Member(
            agent.id,
            agent.email,
            agent.name,
            agent.role,
            agent.active,
            agent.password_hash is not None,
            availability(agent, now),
            agent.seen_at,
            has.get((agent.id, Status.OPEN), 0),
            has.get((agent.id, Status.SNOOZED), 0),
            sessions.get(agent.id, 0),
            invited.get(agent.id),
            locked_until.get(agent.email),
        )
        for agent in found
    ]


def _counts(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """How many conversations each has, by status."""
    rows = session.execute(
        select(Conversation.assignee_id, Conversation.status, func.count().label("n"))
        .where(Conversation.status.in_([Status.OPEN, Status.SNOOZED]), Conversation.assignee_id.in_(ids))
        .group_by(Conversation.assignee_id, Conversation.status)
    )
    return {(row.assignee_id, row.status): row.n for row in rows if row.assignee_id is not None}
