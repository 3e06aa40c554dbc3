"""What became of each episode, kept for the figures. Every function runs inside a verb that holds the lock."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff.models import Conversation, Episode

ANSWERS = frozenset({"answer", "skill"})
"""Decisions of the bot that answer a question; asking back, courtesy and declining do not."""


def begin(session: Session, conversation: Conversation, now: datetime, *, by_customer: bool) -> None:
    """The conversation's running episode has just begun."""
    session.add(
        Episode(conversation_id=conversation.id, episode=conversation.episode, by_customer=by_customer, began_at=now)
    )


def answered(session: Session, conversation: Conversation, decision: str, now: datetime) -> None:
    """The bot has answered; whether that helped is not known yet, whatever was said of an earlier answer."""
    if decision not in ANSWERS:
        return
    row = _running(session, conversation, now)
    row.answered_at, row.confirmed_at = row.answered_at or now, None
    _back(session, conversation, now)


def judged(session: Session, conversation: Conversation, now: datetime, episode: int | None, *, helped: bool) -> None:
    """The customer has said whether an episode's newest answer helped; None is the running one."""
    earlier = session.get(Episode, (conversation.id, episode)) if episode is not None else None
    row = earlier or _running(session, conversation, now)
    if helped:
        row.confirmed_at = now
    else:
        row.denied_at, row.confirmed_at = row.denied_at or now, None


def passed_to_people(session: Session, conversation: Conversation, now: datetime) -> None:
    row = _running(session, conversation, now)
    row.person_at = row.person_at or now
    _back(session, conversation, now)


def fell_silent(session: Session, conversation: Conversation, now: datetime) -> None:
    _running(session, conversation, now).silent_at = now


def went_on(session: Session, conversation: Conversation, now: datetime) -> None:
    """An agent takes up again what silence, or they themselves, had ended."""
    _running(session, conversation, now).silent_at = None


def _running(session: Session, conversation: Conversation, now: datetime) -> Episode:
    row = session.get(Episode, (conversation.id, conversation.episode))
    if row is None:
        row = Episode(conversation_id=conversation.id, episode=conversation.episode, by_customer=False, began_at=now)
        session.add(row)
    return row


def _back(session: Session, conversation: Conversation, now: datetime) -> None:
    """The episode before was not the end of it."""
    if conversation.episode == 1:
        return
    session.execute(
        update(Episode)
        .where(
            Episode.conversation_id == conversation.id,
            Episode.episode == conversation.episode - 1,
            Episode.back_at.is_(None),
        )
        .values(back_at=now)
    )
