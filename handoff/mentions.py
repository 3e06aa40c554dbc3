"""Who was called in which note, as frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from handoff.mentioning import retold
from handoff.models import Agent, Contact, Conversation, Message
from handoff.models import Mention as Row
from handoff.values import Mention

LIST_LIMIT = 100


@dataclass(frozen=True, slots=True)
class MentionView:
    """A note in which somebody was called, as they see it in their list. `seq` is the note's place."""

    id: int
    conversation_id: int
    contact: str
    named: bool
    seq: int
    by: str
    text: str
    at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class Mentions:
    """At most 100, unread ones first, each the newest first; `unread` counts all that are."""

    items: tuple[MentionView, ...]
    unread: int


def listing(session: Session, agent_id: int) -> Mentions:
    writer = aliased(Agent)
    rows = session.execute(
        select(Row, Message, Contact, writer.name)
        .join(Message, Message.id == Row.message_id)
        .join(Conversation, Conversation.id == Row.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(writer, writer.id == Message.agent_id)
        .where(Row.agent_id == agent_id)
        .order_by(Row.read_at.is_not(None), Row.id.desc())
        .limit(LIST_LIMIT)
    ).all()
    names = names_today(session, [message.content for _, message, _, _ in rows])
    items = tuple(
        MentionView(
            row.id,
            row.conversation_id,
            contact.name,
            contact.named,
            message.seq,
            by or "",
            retold(message.text, kept_in(message.content), names)[0],
            row.created_at,
            row.read_at is not None,
        )
        for row, message, contact, by in rows
    )
    return Mentions(items, _unread(session, agent_id))


def names_today(session: Session, contents: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """What those who are called in these messages are called now; one query, and none where nobody is."""
    ids = {mention.agent_id for content in contents for mention in kept_in(content)}
    if not ids:
        return {}
    return {row.id: row.name for row in session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(ids)))}


def kept_in(content: Mapping[str, Any]) -> tuple[Mention, ...]:
    """The mentions a message's content holds."""
    return tuple(Mention(kept["agent_id"], kept["name"]) for kept in content.get("mentions", ()))


def _unread(session: Session, agent_id: int) -> int:
    mine = (Row.agent_id == agent_id, Row.read_at.is_(None))
    return session.scalar(select(func.count()).select_from(Row).where(*mine)) or 0
