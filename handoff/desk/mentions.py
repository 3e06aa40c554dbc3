"""Colleagues called by name in a note: rung, and done with once they have seen it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff import events
from handoff.mentioning import standing
from handoff.models import Agent, Conversation
from handoff.models import Mention as Row
from handoff.roles import WORKING
from handoff.values import Mention


def who_is_meant(session: Session, text: str, mentions: Sequence[Mention], by: int) -> list[Mention]:
    """Those of `mentions` who work here and are called in the text; nobody calls themselves."""
    called = [mention for mention in standing(text, mentions) if mention.agent_id != by]
    if not called:
        return []
    working = select(Agent.id).where(
        Agent.id.in_([mention.agent_id for mention in called]), Agent.active, Agent.role.in_(WORKING)
    )
    known = set(session.scalars(working))
    return [mention for mention in called if mention.agent_id in known]


def kept(mentions: Sequence[Mention]) -> Mapping[str, Any] | None:
    """How a message keeps them: by id, with the name that its text has."""
    return {"mentions": [asdict(mention) for mention in mentions]} if mentions else None


def ring(
    session: Session, conversation: Conversation, message_id: int, mentions: Sequence[Mention], now: datetime
) -> None:
    session.add_all(
        Row(message_id=message_id, conversation_id=conversation.id, agent_id=mention.agent_id, created_at=now)
        for mention in mentions
    )


def read(session: Session, conversation_id: int, agent_id: int, now: datetime) -> None:
    """The agent has the conversation before their eyes; their other consoles learn of it."""
    unread = (Row.conversation_id == conversation_id, Row.agent_id == agent_id, Row.read_at.is_(None))
    if session.scalars(update(Row).where(*unread).values(read_at=now).returning(Row.id)).all():
        rev = session.scalar(select(Conversation.rev).where(Conversation.id == conversation_id)) or 0
        events.append(session, "mention_read", conversation_id, rev, now)
