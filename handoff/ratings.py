"""How customers found it: the read side of ratings."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Agent, Rating
from handoff.satisfaction import is_open
from handoff.states import Status
from handoff.values import ConversationView, RatedBy, RatingView


def offered(session: Session, view: ConversationView, now: datetime) -> RatingView | None:
    """What the customer may rate right now, or change; None where there is nothing (any more)."""
    found = _newest(session, view.id)
    if found is None or not is_open(found.asked_at, found.created_at, now):
        return None
    taken_back = found.by == "agent" and found.episode == view.episode and view.status is not Status.RESOLVED
    return None if taken_back else found


def given(session: Session, conversation_id: int) -> RatingView | None:
    """The newest score of a conversation."""
    return _newest(session, conversation_id, Rating.score.is_not(None))


def _newest(session: Session, conversation_id: int, *which: object) -> RatingView | None:
    row = session.execute(
        select(Rating, Agent.name)
        .outerjoin(Agent, Agent.id == Rating.agent_id)
        .where(Rating.conversation_id == conversation_id, *which)  # type: ignore[arg-type]
        .order_by(Rating.episode.desc())
        .limit(1)
    ).first()
    return _view(row[0], row[1]) if row else None


def _view(row: Rating, agent_name: str | None) -> RatingView:
    by: RatedBy = "agent" if row.by == "agent" else "bot"
    return RatingView(row.episode, by, agent_name, row.seq, row.score, row.comment, row.asked_at, row.created_at)
