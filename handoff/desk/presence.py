"""Who is there right now, and how far everybody has read. Short-lived facts: nothing here enters the feed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from handoff import events
from handoff.db import wake
from handoff.desk.record import locked
from handoff.models import Agent, Contact, Conversation, Presence
from handoff.roles import WORKING
from handoff.states import Status
from handoff.values import SILENT, Availability, Channel

Mode = Literal["viewing", "typing"]

CUSTOMER = 0
TYPING_LASTS = timedelta(seconds=6)
VIEWING_LASTS = timedelta(seconds=40)
FORGOTTEN_AFTER = timedelta(minutes=1)
"""Rows are removed long after they are over: nobody may be renewing them just then."""
AGENT_LASTS = timedelta(seconds=75)
"""An agent whose console was not heard of for so long is gone, whatever they said."""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody in a conversation; `agent_id` None is the customer."""

    conversation_id: int
    agent_id: int | None
    name: str
    mode: Mode
    until: datetime


@dataclass(frozen=True, slots=True)
class Colleague:
    """`set_away`: by the desk, since they did not answer."""

    id: int
    name: str
    availability: Availability
    open: int
    set_away: bool = False


def agent_is_here(
    session: Session, conversation_id: int, agent_id: int, mode: Mode | Literal["gone"], seen_seq: int, now: datetime
) -> None:
    """An agent looks at a conversation, writes in it, or has left it; `seen_seq` is what they have on screen."""
    conversation = locked(session, conversation_id)
    changed = _put(session, conversation_id, agent_id, mode, now)
    read_more = conversation.assignee_id == agent_id and seen_seq > conversation.agent_seen_seq
    if read_more:
        conversation.agent_seen_seq = min(seen_seq, conversation.last_seq)
    # Typing is over so soon that renewing it must be told; a page that is still looked at can wait for the next look.
    if changed or mode == "typing":
        wake(session, events.DESK_TOPIC)
    if read_more or (conversation.assignee_id == agent_id and (changed or mode == "typing")):
        wake(session, events.contact_topic(conversation.channel, conversation.contact.key))


def contact_types(session: Session, channel: Channel, key: str, now: datetime) -> None:
    """The customer is writing. Told to agents only where a person may care."""
    conversation = _where_people_listen(session, channel, key)
    if conversation is not None:
        _put(session, conversation.id, CUSTOMER, "typing", now)
        wake(session, events.DESK_TOPIC)


def contact_got(
    session: Session, channel: Channel, key: str, now: datetime, *, delivered: int = 0, seen: int = 0
) -> None:
    """Our messages reached the customer's page, or their eyes. Kept only where a person may ask for it:

    a chat with the bot alone must not pay for it.
    """
    conversation = _where_people_listen(session, channel, key)
    if conversation is None:
        return
    before = (conversation.delivered_seq, conversation.seen_seq)
    seen = min(seen, conversation.last_seq)
    conversation.seen_seq = max(conversation.seen_seq, seen)
    conversation.delivered_seq = max(conversation.delivered_seq, min(delivered, conversation.last_seq), seen)
    if (conversation.delivered_seq, conversation.seen_seq) != before:
        events.append(session, "read", conversation.id, conversation.rev, now)


def everybody_here(session: Session, now: datetime) -> list[Here]:
    rows = session.execute(
        select(Presence, Agent.name, Contact.name)
        .join(Conversation, Conversation.id == Presence.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(Agent, Agent.id == Presence.agent_id)
        .where(Presence.until > now)
        .order_by(Presence.conversation_id, Presence.agent_id)
    )
    return [_here(presence, agent_name or contact_name) for presence, agent_name, contact_name in rows]


def typing_agent(session: Session, conversation_id: int, now: datetime) -> Here | None:
    """The assigned agent, while writing: all that a customer may know."""
    row = session.execute(
        select(Presence, Agent.name)
        .join(Conversation, Conversation.id == Presence.conversation_id)
        .join(Agent, Agent.id == Presence.agent_id)
        .where(
            Presence.conversation_id == conversation_id,
            Presence.agent_id == Conversation.assignee_id,
            Presence.mode == "typing",
            Presence.until > now,
        )
    ).first()
    return _here(row[0], row[1]) if row else None


def colleagues(session: Session, now: datetime) -> list[Colleague]:
    """Every active agent who may work, and how many open conversations they have."""
    open_of = (
        select(Conversation.assignee_id, func.count().label("n"))
        .where(Conversation.status == Status.OPEN)
        .group_by(Conversation.assignee_id)
        .subquery()
    )
    rows = session.execute(
        select(Agent, open_of.c.n)
        .outerjoin(open_of, open_of.c.assignee_id == Agent.id)
        .where(Agent.active, Agent.role.in_(WORKING))
        .order_by(Agent.name)
    )
    return [
        Colleague(agent.id, agent.name, availability(agent, now), n or 0, agent.availability == SILENT)
        for agent, n in rows
    ]


def count_online(session: Session, now: datetime) -> int:
    """How many agents are there to serve somebody."""
    may_serve = (Agent.active, Agent.role.in_(WORKING))
    here = (Agent.availability == "online", Agent.seen_at >= now - AGENT_LASTS)
    return session.scalar(select(func.count()).select_from(Agent).where(*may_serve, *here)) or 0


def availability(agent: Agent, now: datetime) -> Availability:
    """What they said, while their console is open; offline otherwise."""
    if not agent.active or agent.role not in WORKING or agent.seen_at is None or now - agent.seen_at > AGENT_LASTS:
        return "offline"
    return said(agent)


def said(agent: Agent) -> Availability:
    """What they said, or what was set for them."""
    match agent.availability:
        case "online":
            return "online"
        case "away" | "silent":
            return "away"
        case _:
            return "offline"


def has_left(agent: Agent, now: datetime) -> bool:
    """Whether somebody who was there is not any more. Of who never opened a console nothing is known, unless they

    were taken off.
    """
    return not agent.active or (agent.seen_at is not None and availability(agent, now) != "online")


def console_is_open(session: Session, agent_id: int, now: datetime) -> None:
    """An agent's console is connected. Forgets who is long gone on the way."""
    agent = session.get(Agent, agent_id)
    if agent is None:
        return
    if agent.seen_at is None or now - agent.seen_at > AGENT_LASTS:
        wake(session, events.DESK_TOPIC)
    agent.seen_at = now
    session.execute(delete(Presence).where(Presence.until <= now - FORGOTTEN_AFTER))


def _put(session: Session, conversation_id: int, agent_id: int, mode: str, now: datetime) -> bool:
    """Whether this is more than the same again. The caller holds the conversation's lock."""
    mine = (Presence.conversation_id == conversation_id, Presence.agent_id == agent_id)
    before = session.execute(select(Presence.mode, Presence.until).where(*mine)).first()
    if mode == "gone":
        session.execute(delete(Presence).where(*mine))
        return before is not None
    until = now + (TYPING_LASTS if mode == "typing" else VIEWING_LASTS)
    values = {"mode": mode, "until": until}
    if not session.execute(update(Presence).where(*mine).values(**values).returning(Presence.agent_id)).first():
        session.execute(insert(Presence).values(conversation_id=conversation_id, agent_id=agent_id, **values))
    return before is None or before.mode != mode or before.until <= now


def _where_people_listen(session: Session, channel: Channel, key: str) -> Conversation | None:
    found = session.scalar(
        select(Conversation.id)
        .join(Contact)
        .where(Contact.channel == channel, Contact.key == key, Conversation.status != Status.PENDING)
    )
    return locked(session, found) if found is not None else None


def _here(presence: Presence, name: str) -> Here:
    mode: Mode = "typing" if presence.mode == "typing" else "viewing"
    return Here(presence.conversation_id, presence.agent_id or None, name, mode, presence.until)
