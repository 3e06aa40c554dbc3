"""What customers write to people, until it was read for danger: a job for each message outlives whoever reads it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff import jobs
from handoff.desk.record import language_of
from handoff.models import Conversation, Message
from handoff.states import Status
from handoff.values import Language, Reason

LISTEN = "listen"
LEFT_FOR = timedelta(seconds=3)
"""Whoever takes a message in reads it at once; the job is for when they die before, or no model answers."""
MOST = 20
UNREAD = frozenset(
    (
        *(Reason.CUSTOMER_REQUEST, Reason.NOT_HELPFUL, Reason.COMPLAINT, Reason.DISTRESS),
        *(Reason.NLU_UNAVAILABLE, Reason.SWEPT),
    )
)
"""People are called for these before everything was read: such a call passes what else was written, or is a button."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """A customer's words to people, and the language they have used or asked for."""

    text: str
    language: Language | None
    said_at: datetime


def to_hear(session: Session, conversation: Conversation, seq: int, now: datetime) -> None:
    payload = {"id": conversation.id, "seq": seq}
    jobs.schedule(session, LISTEN, _key(conversation.id, seq), now + LEFT_FOR, payload)


def left_unheard(session: Session, conversation: Conversation, now: datetime) -> None:
    """People get it, and with it what the bot will not read any more."""
    newest = (
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.kind == "incoming",
            Message.seq > conversation.answered_seq,
        )
        .order_by(Message.seq.desc())
        .limit(MOST)
    )
    for message in session.scalars(newest).all():
        if _is_written(message):
            to_hear(session, conversation, message.seq, now)


def unheard(session: Session, conversation_id: int, seq: int) -> Unheard | None:
    """What is still to be read; None where there is nothing, or people do not have it any more."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.status not in (Status.OPEN, Status.SNOOZED):
        return None
    message = session.scalar(select(Message).where(Message.conversation_id == conversation_id, Message.seq == seq))
    if message is None or not _is_written(message):
        return None
    return Unheard(message.text, language_of(conversation), message.created_at)


def heard(session: Session, conversation_id: int, seq: int) -> None:
    """It was read, and what follows from it done."""
    session.execute(delete(jobs.Job).where(jobs.Job.kind == LISTEN, jobs.Job.key == _key(conversation_id, seq)))


def _is_written(message: Message) -> bool:
    """Not a button pressed, nor a form."""
    return bool(message.text) and message.content.keys().isdisjoint(("action", "filled"))


def _key(conversation_id: int, seq: int) -> str:
    return f"{conversation_id}:{seq}"
