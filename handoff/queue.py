"""The queue: who is served next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from handoff.expected import Claim
from handoff.models import Conversation, Handoff
from handoff.states import Status

IN_QUEUE: tuple[ColumnElement[bool], ...] = (
    Conversation.status == Status.OPEN,
    Conversation.assignee_id.is_(None),
)
WAITING = (*IN_QUEUE, Conversation.unanswered_since.is_not(None))
UNANSWERED = Conversation.answered_seq < Conversation.last_incoming_seq
"""Whose customer waits for words: what was answered may be in the queue again, for us and not for them."""
QUEUE_ORDER = (
    Conversation.priority_rank,
    Conversation.unanswered_since.is_(None),
    Conversation.unanswered_since,
    Conversation.id,
)
"""Priority first, then waiting time."""
LOOK_BACK = timedelta(days=7)
LOOKED_AT = 400
"""The newest claims; what was usual a week ago may not be so any more."""


def position(session: Session, conversation_id: int) -> int | None:
    """1 for the next to be served; None for a conversation that is not in the queue."""
    mine = session.execute(
        select(Conversation.priority_rank, Conversation.unanswered_since).where(
            Conversation.id == conversation_id, *IN_QUEUE
        )
    ).first()
    if mine is None or mine.unanswered_since is None:
        return None
    same_rank = Conversation.priority_rank == mine.priority_rank
    earlier = Conversation.unanswered_since < mine.unanswered_since
    same_time = (Conversation.unanswered_since == mine.unanswered_since) & (Conversation.id < conversation_id)
    ahead = session.scalar(
        select(func.count())
        .select_from(Conversation)
        .where(*IN_QUEUE, or_(Conversation.priority_rank < mine.priority_rank, same_rank & (earlier | same_time)))
    )
    return (ahead or 0) + 1


def line(session: Session) -> Sequence[tuple[int, int]]:
    """Everybody who waits in the queue, in order: the conversation, and the rank of its priority."""
    query = select(Conversation.id, Conversation.priority_rank).where(*WAITING).order_by(*QUEUE_ORDER)
    return [(one, rank) for one, rank in session.execute(query)]


def moved_at(session: Session) -> datetime | None:
    """When somebody was last taken from it, or the oldest in it came; None where nobody waits."""
    came = session.scalar(select(func.min(Conversation.unanswered_since)).where(*WAITING))
    taken = session.scalar(select(func.max(Handoff.claimed_at)))
    return max(came, taken) if came and taken else came


def claims(session: Session, now: datetime) -> list[Claim]:
    """Who took what from the queue in the last days, newest first."""
    rows = session.execute(
        select(Handoff.agent_id, Handoff.queued_at, Handoff.claimed_at)
        .where(Handoff.claimed_at > now - LOOK_BACK, Handoff.agent_id.is_not(None))
        .order_by(Handoff.claimed_at.desc())
        .limit(LOOKED_AT)
    )
    return [Claim(row.agent_id, row.queued_at, row.claimed_at) for row in rows]
