"""Files that a channel brings one by one although they were sent together: one message, added to while it is new."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import files
from handoff.desk.record import PREVIEW_CHARS, announce
from handoff.models import Conversation, Message
from handoff.values import Media

LOOKED_AT = 30
"""The newest messages among which one that comes again is known."""


def joined(
    session: Session, conversation: Conversation, content: Media, source_id: str, owner: str, now: datetime
) -> Message | None:
    """The message of the same album that has taken this part in, now or before; None where it becomes one itself.

    Taken in while nothing came behind it and nobody has answered it. The caller holds the conversation's lock.
    """
    parts = [message for message in _recent(session, conversation) if message.content.get("album") == content.album]
    for message in parts:
        if source_id in message.content.get("parts", ()):
            return message
    if not parts or parts[0].seq <= conversation.answered_seq or parts[0].seq < conversation.last_incoming_seq:
        return None
    message = parts[0]
    files.claim_for_message(session, message.id, content.files, owner)
    message.text = "\n".join(filter(None, (message.text, content.note)))
    message.content = {**message.content, "parts": [*message.content.get("parts", ()), source_id]}
    conversation.rev += 1
    message.rev = conversation.rev
    conversation.preview = " ".join(message.text.split())[:PREVIEW_CHARS]
    announce(session, conversation, "incoming", now)
    return message


def _recent(session: Session, conversation: Conversation) -> Sequence[Message]:
    """Their newest messages, newest first."""
    theirs = (Message.conversation_id == conversation.id, Message.kind == "incoming")
    since = Message.seq > conversation.last_seq - LOOKED_AT
    query = select(Message).where(*theirs, since).order_by(Message.seq.desc())
    return session.scalars(query.execution_options(populate_existing=True)).all()
