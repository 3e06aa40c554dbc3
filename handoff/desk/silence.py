"""Conversations in which nobody has said anything for a long time."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from handoff.desk import clocks, episodes
from handoff.desk.assign import assign
from handoff.desk.record import add_activity, announce, current_handoff, locked, transition
from handoff.models import Conversation
from handoff.states import Status
from handoff.values import Activity

AT_ONCE = 50


def close_silent(session: Session, now: datetime, after: timedelta, limit: int = AT_ONCE) -> int:
    """Resolve what has waited for the customer for `after`; how many. Where a customer waits for us, never.

    Of an agent's, whoever writes again comes back to them as after `resolve`.
    """
    found = session.scalars(
        select(Conversation.id).where(*_is_silent(now - after)).order_by(Conversation.last_at).limit(limit)
    ).all()
    closed = sum(_close(session, locked(session, each), now, now - after) for each in sorted(found))
    if closed:
        assign(session, now)
    return closed


def _is_silent(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Conversation.status.in_([Status.PENDING, Status.OPEN]),
        Conversation.last_at <= since,
        Conversation.unanswered_since.is_(None),
        Conversation.answered_seq >= Conversation.last_incoming_seq,
        or_(Conversation.status == Status.PENDING, Conversation.assignee_id.is_not(None)),
    )


def _close(session: Session, conversation: Conversation, now: datetime, since: datetime) -> bool:
    """False where something was said since it was found."""
    last_word, agent_id = conversation.last_at, conversation.assignee_id
    with_somebody = conversation.status == Status.PENDING or (conversation.status == Status.OPEN and agent_id)
    waits = conversation.unanswered_since is not None or conversation.answered_seq < conversation.last_incoming_seq
    if waits or not with_somebody or last_word > since:
        return False
    transition(conversation, Status.RESOLVED)
    if agent_id is not None:
        conversation.resolved_at, conversation.reopen_to = now, agent_id
        # The work was done when the last word was said, not when the silence was noticed.
        clocks.ended(session, conversation, last_word, resolved=True)
        if (handoff := current_handoff(session, conversation)) is not None:
            handoff.ended_at = handoff.resolved_at = last_word
    episodes.fell_silent(session, conversation, now)
    add_activity(session, conversation, now, Activity.SILENT, agent_id)
    announce(session, conversation, "silent", now)
    return True
