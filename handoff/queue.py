"""The queue: who is served next."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from handoff.models import Conversation
from handoff.states import Status

IN_QUEUE: tuple[ColumnElement[bool], ...] = (
    Conversation.status == Status.OPEN,
    Conversation.assignee_id.is_(None),
)
QUEUE_ORDER = (
    Conversation.priority_rank,
    Conversation.unanswered_since.is_(None),
    Conversation.unanswered_since,
    Conversation.id,
)
"""Priority first, then waiting time."""


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
