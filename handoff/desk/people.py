"""Agents, their passwords, one-time links and sessions. Of every secret only a hash is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff import events
from handoff.db import wake
from handoff.errors import BadInput, NotFound
from handoff.models import Agent, SignIn
from handoff.values import Availability

LINK_LIFETIME = timedelta(hours=24)
SESSION_LIFETIME = timedelta(days=14)
MIN_PASSWORD = 10
ROLES = ("agent", "lead", "admin", "maintainer")

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Person:
    """An agent as others may know them."""

    id: int
    email: str
    name: str
    role: str
    availability: str


def add_agent(session: Session, email: str, name: str, role: str, now: datetime, password: str | None = None) -> Person:
    """Add an agent. Raises `BadInput` for an address that is taken, an unknown role or a short password."""
    email = email.strip().lower()
    if "@" not in email or len(email) > 200:
        raise BadInput(f"{email!r} is not an e-mail address")
    if role not in ROLES:
        raise BadInput(f"the role must be one of {', '.join(ROLES)}")
    if not name.strip() or len(name) > 200:
        raise BadInput("the name must have 1 to 200 characters")
    if find_agent(session, email) is not None:
        raise BadInput(f"there is an agent with the address {email} already")
    agent = Agent(
        email=email,
        name=name.strip(),
        role=role,
        active=True,
        availability="online",
        created_at=now,
        password_hash=hash_password(password) if password is not None else None,
    )
    session.add(agent)
    session.flush()
    return _person(agent)


def hash_password(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise BadInput(f"the password must have at least {MIN_PASSWORD} characters")
    return _hasher.hash(password)


def find_agent(session: Session, email: str) -> Person | None:
    agent = session.scalar(select(Agent).where(Agent.email == email.strip().lower()))
    return _person(agent) if agent else None


def agents(session: Session) -> list[Person]:
    """Everybody who may sign in, by address."""
    return [_person(agent) for agent in session.scalars(select(Agent).where(Agent.active).order_by(Agent.email))]


def issue_link(session: Session, email: str, now: datetime) -> str:
    """The secret of a one-time sign-in link. An earlier unused link of the same agent stops working."""
    agent = session.scalar(select(Agent).where(Agent.email == email.strip().lower(), Agent.active))
    if agent is None:
        raise NotFound(f"an active agent {email}")
    session.execute(delete(SignIn).where(SignIn.agent_id == agent.id, SignIn.kind == "link"))
    return _secret(session, agent.id, "link", now + LINK_LIFETIME)


def redeem_link(session: Session, code: str, now: datetime) -> tuple[Person, str] | None:
    """Sign in by a one-time link: the agent and the secret of a new session. None for a used or expired one."""
    used = session.execute(
        delete(SignIn)
        .where(SignIn.kind == "link", SignIn.secret_hash == _hash(code), SignIn.expires_at > now)
        .returning(SignIn.agent_id)
    ).first()
    agent = session.get(Agent, used.agent_id) if used else None
    if agent is None or not agent.active:
        return None
    return _person(agent), _secret(session, agent.id, "session", now + SESSION_LIFETIME)


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
    agent = session.get_one(Agent, agent_id)
    return _person(agent), _secret(session, agent.id, "session", now + SESSION_LIFETIME)


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


def close_session(session: Session, secret: str) -> None:
    session.execute(delete(SignIn).where(SignIn.kind == "session", SignIn.secret_hash == _hash(secret)))


def _person(agent: Agent) -> Person:
    return Person(agent.id, agent.email, agent.name, agent.role, agent.availability)


def _secret(session: Session, agent_id: int, kind: str, expires_at: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(SignIn(agent_id=agent_id, kind=kind, secret_hash=_hash(secret), expires_at=expires_at))
    return secret


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
