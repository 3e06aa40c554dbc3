"""The rows that are counted: those of some periods, by the number of the period or what they are compared by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, and_, case, cast, column, extract, func, null, select, values
from sqlalchemy.orm import Session

from handoff.db import UtcDateTime, is_postgres
from handoff.figures.values import By
from handoff.models import Conversation, Episode, Handoff, NextReply, Rating, Review
from handoff.periods import Period

DAY_S = 86_400
EPOCH_JULIAN = 2440587.5
ONCE = "MATERIALIZED"
"""Of rows whose columns are used several times; else each use reckons its time anew."""


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one kind: when their clock began, and what they are compared by."""

    model: Any
    at: Any
    keys: Mapping[By, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows that are counted: those of some periods, by the number of the period or what they are compared by.

    Periods are rows of a table, so that each finds what belongs to it by an index.
    """

    periods: tuple[Period, ...]
    by: By | None = None
    team_id: int | None = None

    def of(self, source: Source, *columns: Any) -> Any:
        """The source's rows with these columns, and `key`."""
        spans = _periods(self.periods)
        key = source.keys[self.by] if self.by else spans.c.n
        # By the time alone: a second condition on it would tempt the database to read everything for each period.
        inside = and_(source.at >= spans.c.since, source.at < spans.c.until)
        return self.joined(select(key.label("key"), *columns).select_from(spans).join(source.model, inside), source)

    def joined(self, rows: Any, source: Source) -> Any:
        """With the conversation or the episode where that is compared by, and of the one team alone."""
        of = source.model
        if self.by in OF_CONVERSATION:
            rows = rows.join(Conversation, Conversation.id == of.conversation_id)
        elif self.by == "product" and of is not Episode:
            its = and_(Episode.conversation_id == of.conversation_id, Episode.episode == of.episode)
            rows = rows.outerjoin(Episode, its)
        return rows.where(source.keys["team"] == self.team_id) if self.team_id is not None else rows


OF_CONVERSATION = ("channel", "language")


def _called_last(of: Any, column: Any) -> Any:
    """Of the last call for a person in the episode that was rated or reviewed."""
    return (
        select(column)
        .where(Handoff.conversation_id == of.conversation_id, Handoff.episode == of.episode)
        .order_by(Handoff.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _keys(agent: Any, team: Any, reason: Any) -> Mapping[By, Any]:
    """A further thing to compare by is one more line here."""
    return {
        "agent": agent,
        "team": team,
        "channel": Conversation.channel,
        "language": Conversation.language,
        "reason": reason,
        "product": Episode.product,
    }


HANDOFFS = Source(Handoff, Handoff.queued_at, _keys(Handoff.agent_id, Handoff.team_id, Handoff.reason))
REPLIES = Source(NextReply, NextReply.asked_at, _keys(NextReply.agent_id, NextReply.team_id, NextReply.reason))
RATINGS = Source(
    Rating,
    Rating.asked_at,
    _keys(Rating.agent_id, _called_last(Rating, Handoff.team_id), _called_last(Rating, Handoff.reason)),
)
REVIEWS = Source(
    Review, Review.resolved_at, _keys(Review.agent_id, _called_last(Review, Handoff.team_id), Review.reason)
)
ANSWERED = Source(Episode, Episode.answered_at, _keys(null(), null(), null()))
BEGUN = Source(Episode, Episode.began_at, _keys(null(), null(), null()))


def times(session: Session) -> tuple[Any, ...]:
    """Of a handoff, in seconds since 1970."""
    seconds = seconds_of(session)
    return (
        seconds(Handoff.asked_at).label("asked"),
        seconds(Handoff.queued_at).label("queued"),
        seconds(Handoff.first_human_reply_at).label("replied"),
        seconds(Handoff.ended_at).label("ended"),
    )


def count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def seconds_of(session: Session) -> Callable[[Any], ColumnElement[float]]:
    """A time as seconds since 1970."""
    if is_postgres(session):
        return lambda at: cast(extract("epoch", at), Float)
    # A day's fraction is not exact; a thousandth of a second is more than anybody needs.
    return lambda at: func.round((func.julianday(at) - EPOCH_JULIAN) * float(DAY_S), 3)


def name_of(key: object) -> str:
    return "" if key is None else str(key)


def _periods(periods: Sequence[Period]) -> Any:
    columns = (column("n", Integer), column("since", UtcDateTime), column("until", UtcDateTime))
    rows = [(n, period.since, period.until) for n, period in enumerate(periods)]
    return values(*columns, name="periods").data(rows).cte()
