"""Agents, their passwords, one-time links and sessions. Of every secret only a hash is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handoff import audit, events, roles
from handoff.audit import Deed
from handoff.db import wake
from handoff.desk import guesses
from handoff.desk.presence import said
from handoff.errors import BadInput, NotFound, Taken
from handoff.models import Agent, SignIn
from handoff.values import SILENT, Availability

LINK_LIFETIME = timedelta(hours=24)
INVITATION_LIFETIME = timedelta(days=7)
SESSION_LIFETIME = timedelta(days=14)
MIN_PASSWORD = 10
ROLES = tuple(roles.ROLES)

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Person:
    """An agent as others may know them. `set_away`: by the desk, since they did not answer."""

    id: int
    email: str
    name: str
    role: str
    availability: str
    has_password: bool
    set_away: bool = False


def add_agent(
    session: Session,
    email: str,
    name: str,
    role: str,
    now: datetime,
    password: str | None = None,
    *,
    by: int | None = None,
    deed: Deed = Deed.ADDED,
) -> Person:
    """Add an agent. Raises `BadInput` for an unknown role or a short password, `Taken` for an address that is."""
    email = email.strip().lower()
    if not _looks_like_an_address(email):
        raise BadInput(f"{email!r} is not an e-mail address")
    name = checked_name(name)
    check_role(role)
    if find_agent(session, email) is not None:
        raise Taken(f"there is an agent with the address {email} already")
    agent = Agent(
        email=email,
        name=name,
        role=role,
        active=True,
        availability="online",
        created_at=now,
        password_hash=hash_password(password) if password is not None else None,
    )
    session.add(agent)
    try:
        session.flush()
    except IntegrityError:
        raise Taken(f"there is an agent with the address {email} already") from None
    audit.append(session, deed, by, now, about=("agent", agent.id), role=role)
    return _person(agent)


def checked_name(name: str) -> str:
    """The name without spaces around it. Raises `BadInput`."""
    name = " ".join(name.split())
    if not name or len(name) > 200:
        raise BadInput("the name must have 1 to 200 characters")
    return name


def check_role(role: str) -> None:
    if role not in ROLES:
        raise BadInput(f"the role must be one of {', '.join(ROLES)}")


def hash_password(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise BadInput(f"the password must have at least {MIN_PASSWORD} characters")
    return _hasher.hash(password)


def find_agent(session: Session, email: str) -> Person | None:
    agent = session.scalar(select(Agent).where(Agent.email == email.strip().lower()))
    return _person(agent) if agent else None


def get_person(session: Session, agent_id: int) -> Person:
    return _person(session.get_one(Agent, agent_id))


def agents(session: Session) -> list[Person]:
    """Everybody who may sign in, by address."""
    return [_person(agent) for agent in session.scalars(select(Agent).where(Agent.active).order_by(Agent.email))]


def issue_link(session: Session, email: str, now: datetime, *, by: int | None = None) -> str:
    """The secret of a one-time sign-in link. An earlier unused link of the same agent stops working."""
    agent = session.scalar(select(Agent).where(Agent.email == email.strip().lower(), Agent.active))
    if agent is None:
        raise NotFound(f"an active agent {email}")
    session.execute(delete(SignIn).where(SignIn.agent_id == agent.id, SignIn.kind == "link"))
    audit.append(session, Deed.LINK_ISSUED, by, now, about=("agent", agent.id))
    return _secret(session, agent.id, "link", now + LINK_LIFETIME)


def invite(
    session: Session, email: str, name: str, role: str, now: datetime, *, by: int | None = None
) -> tuple[Person, str]:
    """Add an agent: them, and the secret of a link by which they choose a password. Raises as `add_agent` does."""
    person = add_agent(session, email, name, role, now, by=by, deed=Deed.INVITED)
    return person, _secret(session, person.id, "invite", now + INVITATION_LIFETIME)


def issue_invitation(session: Session, agent_id: int, now: datetime, *, by: int | None = None) -> str:
    """The secret of a link by which an agent chooses a password and comes in, once. An earlier one stops working."""
    agent = session.get(Agent, agent_id)
    if agent is None or not agent.active:
        raise NotFound("agent")
    session.execute(delete(SignIn).where(SignIn.agent_id == agent.id, SignIn.kind == "invite"))
    audit.append(session, Deed.LINK_ISSUED, by, now, about=("agent", agent.id))
    return _secret(session, agent.id, "invite", now + INVITATION_LIFETIME)


def invited(session: Session, code: str, now: datetime) -> Person | None:
    """Whom an invitation is for; None for a used or expired one. Looking does not use it up."""
    agent = session.scalar(
        select(Agent)
        .join(SignIn, SignIn.agent_id == Agent.id)
        .where(SignIn.kind == "invite", SignIn.secret_hash == _hash(code), SignIn.expires_at > now, Agent.active)
    )
    return _person(agent) if agent else None


def accept_invitation(session: Session, code: str, password_hash: str, now: datetime) -> tuple[Person, str] | None:
    """Set the password and sign in: the agent and the secret of a new session, all others end. None as `invited`."""
    agent = redeemed(session, "invite", code, now)
    if agent is None:
        return None
    _set_password(session, agent, password_hash, now, kept=None)
    return _entered(session, agent, now, "invitation")


def redeem_link(session: Session, code: str, now: datetime) -> tuple[Person, str] | None:
    """Sign in by a one-time link: the agent and the secret of a new session. None for a used or expired one."""
    agent = redeemed(session, "link", code, now)
    return _entered(session, agent, now, "link") if agent else None


def change_password(session: Session, agent_id: int, password_hash: str, session_secret: str, now: datetime) -> None:
    """One's own new password; every session but the one it was changed in ends, and so do links."""
    _set_password(session, session.get_one(Agent, agent_id), password_hash, now, kept=session_secret)


def end_sign_ins(session: Session, agent_id: int, kept: str | None = None) -> None:
    """End an agent's sessions, links and invitations; open consoles notice at once. `kept` is a session that stays."""
    everything = delete(SignIn).where(SignIn.agent_id == agent_id)
    session.execute(everything if kept is None else everything.where(SignIn.secret_hash != _hash(kept)))
    wake(session, events.DESK_TOPIC)


def password_hash_of(session: Session, email: str) -> tuple[int | None, str]:
    """What to verify a password against. An unknown address costs the same time as a known one."""
    agent = session.scalar(select(Agent).where(Agent.email == email.strip().lower(), Agent.active))
    if agent is None or agent.password_hash is None:
        return None, _nobody_hash()
    return agent.id, agent.password_hash


@cache
def _nobody_hash() -> str:
    """Slow to make, and of use to the server alone."""
    return _hasher.hash(secrets.token_urlsafe())


def verify_password(password_hash: str, password: str) -> bool:
    """Slow on purpose: call it outside any transaction."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def open_session(session: Session, agent_id: int, now: datetime) -> tuple[Person, str]:
    """The password was right: wrong ones before it are forgiven. Raises `NotFound` for an agent who left meanwhile."""
    agent = session.get(Agent, agent_id)
    if agent is None or not agent.active:
        raise NotFound("agent")
    guesses.forgive(session, agent.email)
    return _entered(session, agent, now, "password")


def session_owner(session: Session, secret: str, now: datetime) -> Person | None:
    """Whose session cookie this is; None for an unknown or expired one, or an agent who left."""
    agent = session.scalar(
        select(Agent)
        .join(SignIn, SignIn.agent_id == Agent.id)
        .where(SignIn.kind == "session", SignIn.secret_hash == _hash(secret), SignIn.expires_at > now, Agent.active)
    )
    return _person(agent) if agent else None


def set_availability(session: Session, agent_id: int, availability: Availability, now: datetime) -> Person:
    """What an agent says about being there; conversations they have stay theirs."""
    agent = session.get_one(Agent, agent_id)
    agent.availability, agent.seen_at = availability, now
    wake(session, events.DESK_TOPIC)
    return _person(agent)


def forget_silence(agent: Agent) -> None:
    """They begin anew: that they did not answer once keeps them away no longer."""
    if agent.availability == SILENT:
        agent.availability = "online"


def close_session(session: Session, secret: str, now: datetime) -> None:
    ended = session.execute(
        delete(SignIn).where(SignIn.kind == "session", SignIn.secret_hash == _hash(secret)).returning(SignIn.agent_id)
    ).first()
    if ended is not None:
        audit.append(session, Deed.SIGNED_OUT, ended.agent_id, now, about=("agent", ended.agent_id))
        wake(session, events.DESK_TOPIC)


def _looks_like_an_address(email: str) -> bool:
    """Letters are written to it, so nothing that could begin another header or address may be in it."""
    name, at, domain = email.partition("@")
    return bool(name and at and domain) and len(email) <= 200 and not set(email) & set(" \t\r\n\x00,;<>")


def redeemed(session: Session, kind: str, code: str, now: datetime) -> Agent | None:
    """Use up a one-time secret: of two at once, one finds it."""
    used = session.execute(
        delete(SignIn)
        .where(SignIn.kind == kind, SignIn.secret_hash == _hash(code), SignIn.expires_at > now)
        .returning(SignIn.agent_id)
    ).first()
    agent = session.get(Agent, used.agent_id) if used else None
    return agent if agent is not None and agent.active else None


def _entered(session: Session, agent: Agent, now: datetime, way: str) -> tuple[Person, str]:
    """A new session. The agent's expired ones are removed on the way."""
    session.execute(delete(SignIn).where(SignIn.agent_id == agent.id, SignIn.expires_at <= now))
    forget_silence(agent)
    audit.append(session, Deed.SIGNED_IN, agent.id, now, about=("agent", agent.id), way=way)
    return _person(agent), _secret(session, agent.id, "session", now + SESSION_LIFETIME)


def _set_password(session: Session, agent: Agent, password_hash: str, now: datetime, kept: str | None) -> None:
    agent.password_hash = password_hash
    end_sign_ins(session, agent.id, kept)
    guesses.forgive(session, agent.email)
    audit.append(session, Deed.PASSWORD_SET, agent.id, now, about=("agent", agent.id))


def _person(agent: Agent) -> Person:
    return Person(
        agent.id,
        agent.email,
        agent.name,
        agent.role,
        said(agent),
        has_password=agent.password_hash is not None,
        set_away=agent.availability == SILENT,
    )


def _secret(session: Session, agent_id: int, kind: str, expires_at: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    keep_secret(session, agent_id, kind, secret, expires_at)
    return secret


def keep_secret(session: Session, agent_id: int, kind: str, secret: str, expires_at: datetime) -> None:
    """By its hash, until it is `redeemed`."""
    session.add(SignIn(agent_id=agent_id, kind=kind, secret_hash=_hash(secret), expires_at=expires_at))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
