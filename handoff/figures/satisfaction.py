"""The scores behind the figures of satisfaction, one by one, with customers' words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from handoff.figures.rows import RATINGS
from handoff.models import Agent, Conversation, Episode, Rating, Team
from handoff.periods import Period

MOST_SCORES = 20_000
"""The newest, where there are more."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a customer gave; empty is what is not known. `by`: whose work it was about, the agent's or the bot's."""

    asked_at: datetime
    given_at: datetime
    by: str
    agent: str
    score: int
    comment: str
    reference: str
    channel: str
    language: str
    team: str
    reason: str
    product: str


def given_in(session: Session, period: Period, team: str = "") -> list[Score]:
    """Those that were asked for in the period, in that order; of one team alone where its key is given."""
    its = and_(Episode.conversation_id == Rating.conversation_id, Episode.episode == Rating.episode)
    query = (
        select(
            Rating.asked_at,
            Rating.created_at,
            Rating.by,
            Agent.name,
            Rating.score,
            Rating.comment,
            Conversation.reference,
            Conversation.channel,
            Conversation.language,
            Team.key,
            RATINGS.keys["reason"],
            Episode.product,
        )
        .join(Conversation, Conversation.id == Rating.conversation_id)
        .outerjoin(Agent, Agent.id == Rating.agent_id)
        .outerjoin(Team, Team.id == RATINGS.keys["team"])
        .outerjoin(Episode, its)
        .where(Rating.asked_at >= period.since, Rating.asked_at < period.until, Rating.score.is_not(None))
        .order_by(Rating.asked_at.desc())
        .limit(MOST_SCORES)
    )
    if team:
        query = query.where(Team.key == team)
    rows = session.execute(query).all()
    return [_score(row) for row in reversed(rows)]


def _score(row: Sequence[Any]) -> Score:
    cells: list[Any] = ["" if cell is None else cell for cell in row]
    return Score(*cells)
