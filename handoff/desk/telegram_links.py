"""Agents' accounts on Telegram: linked by a code that is good once, and how long they count as being there."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from handoff import audit, events
from handoff.audit import Deed
from handoff.db import wake
from handoff.desk import people
from handoff.desk.inbound import REFERENCE_ALPHABET
from handoff.desk.presence import AGENT_LASTS
from handoff.models import Agent, SignIn, TelegramLink
from handoff.roles import WORKING

CODE_LIFETIME = timedelta(minutes=15)
CODE_LENGTH = 10
"""Of 32 letters: nobody guesses it within its time."""
KIND = "telegram"
STAYS = timedelta(minutes=15)
"""Whoever was heard of on Telegram counts as being there for so long: nothing tells that an app was closed."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Whose account on Telegram it is."""

    agent_id: int
    name: str
    role: str


def issue_code(session: Session, agent_id: int, now: datetime) -> tuple[str, datetime]:
    """A code for `/link`, and until when it is good; an earlier one stops working."""
    session.execute(delete(SignIn).where(SignIn.agent_id == agent_id, SignIn.kind == KIND))
    code = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(CODE_LENGTH))
    people.keep_secret(session, agent_id, KIND, code, now + CODE_LIFETIME)
    return code, now + CODE_LIFETIME


def link(session: Session, code: str, user_id: int, now: datetime) -> Linked | None:
    """The account is the agent's from now on, and nobody else's. None for a used, expired or unknown code."""
    agent = people.redeemed(session, KIND, _folded(code), now)
    if agent is None or agent.role not in WORKING:
        return None
    session.execute(delete(TelegramLink).where(or_(TelegramLink.agent_id == agent.id, TelegramLink.user_id == user_id)))
    session.add(TelegramLink(agent_id=agent.id, user_id=user_id, linked_at=now, active_at=now))
    audit.append(session, Deed.TELEGRAM_LINKED, agent.id, now, about=("agent", agent.id))
    return Linked(agent.id, agent.name, agent.role)


def unlink(session: Session, agent_id: int, now: datetime) -> None:
    """The account may do nothing any more; a code that is still open stops working."""
    take_away(session, agent_id, agent_id, now)


def take_away(session: Session, agent_id: int, by: int | None, now: datetime) -> None:
    """The same, done by somebody else."""
    session.execute(delete(SignIn).where(SignIn.agent_id == agent_id, SignIn.kind == KIND))
    gone = session.execute(
        delete(TelegramLink).where(TelegramLink.agent_id == agent_id).returning(TelegramLink.agent_id)
    ).first()
    if gone is not None:
        audit.append(session, Deed.TELEGRAM_UNLINKED, by, now, about=("agent", agent_id))


def linked_at(session: Session, agent_id: int) -> datetime | None:
    """Since when an agent has an account linked; None where they have none."""
    return session.scalar(select(TelegramLink.linked_at).where(TelegramLink.agent_id == agent_id))


def who(session: Session, user_id: int) -> Linked | None:
    """The agent behind an account, if they may work now; their role is today's."""
    agent = session.scalar(
        select(Agent)
        .join(TelegramLink, TelegramLink.agent_id == Agent.id)
        .where(TelegramLink.user_id == user_id, Agent.active, Agent.role.in_(WORKING))
    )
    return Linked(agent.id, agent.name, agent.role) if agent is not None else None


def heard_of(session: Session, agent_id: int, now: datetime) -> None:
    """They did something on Telegram just now."""
    session.execute(update(TelegramLink).where(TelegramLink.agent_id == agent_id).values(active_at=now))
    _is_there(session, session.get_one(Agent, agent_id), now)


def keep_present(session: Session, now: datetime) -> None:
    """Whoever was heard of within `STAYS` is there, as somebody with a console open is."""
    active = (TelegramLink.active_at > now - STAYS, Agent.active)
    for agent in session.scalars(select(Agent).join(TelegramLink, TelegramLink.agent_id == Agent.id).where(*active)):
        _is_there(session, agent, now)


def _is_there(session: Session, agent: Agent, now: datetime) -> None:
    if agent.seen_at is None or now - agent.seen_at > AGENT_LASTS:
        wake(session, events.DESK_TOPIC)
    agent.seen_at = now


def _folded(code: str) -> str:
    return code.strip().upper()
