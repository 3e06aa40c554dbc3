"""What a message answers, kept with it: agents read it above its words, and a channel may point to it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import files
from handoff.models import Conversation, Message

QUOTED_CHARS = 120


def kept(text: str, message_id: int | None = None) -> Mapping[str, Any]:
    """As a message's content has it; nothing where there are no words to show."""
    line = " ".join(text.split())
    if not line:
        return {}
    short = line if len(line) <= QUOTED_CHARS else f"{line[: QUOTED_CHARS - 1]}…"
    return {"quoted": {"text": short, "message_id": message_id}}


def of(session: Session, conversation: Conversation, message_id: int | None) -> Mapping[str, Any]:
    """The same of a message in this conversation that its customer may see; nothing of any other."""
    if message_id is None:
        return {}
    theirs = (Message.conversation_id == conversation.id, Message.private.is_(False), Message.kind != "activity")
    text = session.scalar(select(Message.text).where(Message.id == message_id, *theirs))
    if text is None:
        return {}
    named = (f"📎 {file.name}" for file in files.of_messages(session, [message_id]).get(message_id, ()))
    return kept(text or " ".join(named), message_id)
