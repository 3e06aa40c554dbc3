"""Who was answered within three minutes of opening hours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, column, func, or_, select, values
from sqlalchemy.orm import Session

from handoff.db import UtcDateTime
from handoff.figures.rows import HANDOFFS, ONCE, Slice, count_if, name_of, seconds_of, times
from handoff.figures.values import Share, Wanted
from handoff.models import Handoff
from handoff.periods import OpenSpan, Period

SOON_S = 180
SPANS_AT_ONCE = 4000
"""Each is six values of a statement, and PostgreSQL takes 32,767."""


def soon_of(session: Session, wanted: Wanted, part: Slice, now: datetime) -> dict[str, Share]:
    """Of what was queued in the opening hours of who let the customer wait."""
    own = list(wanted.team_hours)
    shops = or_(Handoff.waited_team_id.is_(None), Handoff.waited_team_id.not_in(own))
    found = _soon_in(session, part, [(None, span) for span in wanted.hours], shops, now)
    of_teams = [(team_id, span) for team_id, spans in wanted.team_hours.items() for span in spans]
    for name, share in _soon_in(session, part, of_teams, None, now).items():
        found[name] = _both(found.get(name, Share()), share)
    return found


def _soon_in(
    session: Session,
    part: Slice,
    spans: Sequence[tuple[int | None, OpenSpan]],
    whose: ColumnElement[bool] | None,
    now: datetime,
) -> dict[str, Share]:
    """In these hours of `whose`, by default of the team each belongs to. Each finds its handoffs by their index."""
    cut = [row for period in enumerate(part.periods) for one in spans if (row := _cut(one, *period)) is not None]
    found: dict[str, Share] = {}
    for first in range(0, len(cut), SPANS_AT_ONCE):
        some = cut[first : first + SPANS_AT_ONCE]
        for name, share in _soon_within(session, part, some, whose, now).items():
            found[name] = _both(found.get(name, Share()), share)
    return found


def _both(one: Share, other: Share) -> Share:
    return Share(one.n + other.n, one.of + other.of)


def _soon_within(
    session: Session, part: Slice, cut: Sequence[tuple[Any, ...]], whose: ColumnElement[bool] | None, now: datetime
) -> dict[str, Share]:
    hours, seconds = _hours(cut), seconds_of(session)
    mine = hours.c.team_id == Handoff.waited_team_id if whose is None else whose
    inside = and_(Handoff.queued_at >= hours.c.since, Handoff.queued_at < hours.c.until, mine)
    rows = (
        part.joined(
            select(
                (HANDOFFS.keys[part.by] if part.by else hours.c.n).label("key"),
                *times(session),
                seconds(hours.c.closes).label("closes"),
                seconds(hours.c.reopens).label("reopens"),
            )
            .select_from(hours)
            .join(Handoff, inside),
            HANDOFFS,
        )
        .cte()
        .prefix_with(ONCE)
    )
    by = _deadline(rows)
    waited_till = func.coalesce(rows.c.ended, now.timestamp())
    query = select(
        rows.c.key,
        count_if(rows.c.replied <= by),
        count_if(or_(rows.c.replied.is_not(None), waited_till > by)),
    ).group_by(rows.c.key)
    return {name_of(name): Share(n, of) for name, n, of in session.execute(query)}


def _cut(of_team: tuple[int | None, OpenSpan], n: int, period: Period) -> tuple[Any, ...] | None:
    """A span as far as it lies within the period."""
    team_id, span = of_team
    since, until = max(span.opens, period.since), min(span.closes, period.until)
    return (n, team_id, since, until, span.closes, span.reopens) if since < until else None


def _hours(rows: Sequence[tuple[Any, ...]]) -> Any:
    numbers = [column(name, Integer) for name in ("n", "team_id")]
    times = [column(name, UtcDateTime) for name in ("since", "until", "closes", "reopens")]
    return values(*numbers, *times, name="open_hours").data(rows).cte("open_hours")


def _deadline(rows: Any) -> ColumnElement[float]:
    """Three minutes of opening hours later, past the closing where these end before."""
    left = rows.c.closes - rows.c.queued
    return case((left >= SOON_S, rows.c.queued + SOON_S), else_=rows.c.reopens + SOON_S - left)
