"""How much there was of each thing, in sums the database makes; each by what the rows are compared by."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from handoff.figures.rows import (
    ANSWERED,
    BEGUN,
    DAY_S,
    HANDOFFS,
    ONCE,
    RATINGS,
    REPLIES,
    REVIEWS,
    Slice,
    count_if,
    name_of,
    seconds_of,
    times,
)
from handoff.figures.values import Reviewed, Scores, Share, Wait, Wanted
from handoff.models import Episode, Handoff, NextReply, Promise, Rating, Review

GOOD = 4
"""A score from here on counts as satisfied."""
HALF: ColumnElement[float] = literal_column("0.5")
NEARLY_ALL: ColumnElement[float] = literal_column("0.95")
MEASURES = ("first", "next", "asked", "resolution")


def counts(session: Session, part: Slice, now: datetime) -> dict[str, dict[str, Any]]:
    rows = part.of(HANDOFFS, *times(session)).cte().prefix_with(ONCE)
    waited_till = func.coalesce(rows.c.ended, now.timestamp())
    replied = rows.c.replied.is_not(None)
    query = select(
        rows.c.key,
        func.count(),
        func.count(rows.c.replied),
        count_if(and_(~replied, rows.c.ended.is_not(None))),
        count_if(rows.c.replied - rows.c.queued <= DAY_S),
        count_if(or_(replied, waited_till - rows.c.queued > DAY_S)),
    ).group_by(rows.c.key)
    return {
        name_of(name): {
            "handoffs": handoffs,
            "answered": answered,
            "abandoned": abandoned,
            "in_a_day": Share(in_a_day, due),
        }
        for name, handoffs, answered, abandoned, in_a_day, due in session.execute(query)
    }


def promises(session: Session, part: Slice, now: datetime) -> dict[str, Share]:
    """Of the calls' promises, judged against the first time given; what nobody needed any more is neither."""
    # With the conversation, by which promises are found.
    its = and_(Promise.conversation_id == Handoff.conversation_id, Promise.handoff_id == Handoff.id)
    late = or_(Promise.broken_at.is_not(None), and_(Promise.ended_at.is_(None), Promise.first_due_at < now))
    kept = Promise.kept_at.is_not(None)
    rows = part.of(HANDOFFS, kept.label("kept"), late.label("late")).join(Promise, its).subquery()
    judged = or_(rows.c.kept, rows.c.late)
    query = select(rows.c.key, count_if(rows.c.kept), count_if(judged)).group_by(rows.c.key)
    return {name_of(name): Share(n, of) for name, n, of in session.execute(query)}


def waits(session: Session, part: Slice) -> dict[tuple[str, str], Wait]:
    """Nearest ranks: every figure is a wait that somebody really had."""
    rows = part.of(HANDOFFS, *times(session)).where(Handoff.first_human_reply_at.is_not(None)).cte()
    seconds = seconds_of(session)
    again = part.of(
        REPLIES,
        literal_column("1").label("measure"),
        (seconds(NextReply.replied_at) - seconds(NextReply.asked_at)).label("took"),
    )
    took = union_all(
        again,
        select(rows.c.key, literal_column("0"), rows.c.replied - rows.c.queued),
        select(rows.c.key, literal_column("2"), rows.c.replied - rows.c.asked),
        select(rows.c.key, literal_column("3"), rows.c.ended - rows.c.queued).where(rows.c.ended.is_not(None)),
    ).subquery()
    alike = (took.c.key, took.c.measure)
    # The share that waited no longer; where it first reaches a half is the nearest rank, exactly.
    share = func.cume_dist().over(partition_by=alike, order_by=took.c.took)
    ranked = select(*took.c, share.label("share")).subquery()
    query = select(
        ranked.c.key,
        ranked.c.measure,
        func.count(),
        func.min(case((ranked.c.share >= HALF, ranked.c.took))),
        func.min(case((ranked.c.share >= NEARLY_ALL, ranked.c.took))),
    ).group_by(ranked.c.key, ranked.c.measure)
    return {
        (name_of(name), MEASURES[measure]): Wait(n, float(p50), float(p95))
        for name, measure, n, p50, p95 in session.execute(query)
    }


def scores(session: Session, part: Slice) -> dict[tuple[str, str], Scores]:
    rows = part.of(RATINGS, Rating.by, Rating.score).subquery()
    query = select(
        rows.c.key,
        rows.c.by,
        func.count(),
        func.count(rows.c.score),
        count_if(rows.c.score >= GOOD),
        func.coalesce(func.sum(rows.c.score), 0),
    ).group_by(rows.c.key, rows.c.by)
    return {(name_of(name), by): Scores(*numbers) for name, by, *numbers in session.execute(query)}


def reviews(session: Session, part: Slice) -> dict[str, Reviewed]:
    scored = part.of(REVIEWS, Review.iqs, Review.created_at).where(Review.created_at.is_not(None)).subquery()
    query = select(scored.c.key, func.count(), func.sum(scored.c.iqs)).group_by(scored.c.key)
    return {name_of(name): Reviewed(n, int(total)) for name, n, total in session.execute(query)}


def outcomes(session: Session, wanted: Wanted, part: Slice) -> dict[str, dict[str, int]]:
    """The first that holds: told wrong, passed to people, came back, confirmed, assumed; else still running."""
    seconds = seconds_of(session)
    over_at = func.coalesce(Episode.silent_at, Episode.confirmed_at, Episode.answered_at)
    back = seconds(Episode.back_at) - seconds(over_at) <= wanted.back_within.total_seconds()
    outcome = case(
        (Episode.denied_at.is_not(None), "wrong"),
        (Episode.person_at.is_not(None), "person"),
        (back, "reopened"),
        (Episode.confirmed_at.is_not(None), "confirmed"),
        (Episode.silent_at.is_not(None), "assumed"),
        else_="running",
    )
    rows = part.of(ANSWERED, outcome.label("outcome")).subquery()
    found: dict[str, dict[str, int]] = {}
    query = select(rows.c.key, rows.c.outcome, func.count()).group_by(rows.c.key, rows.c.outcome)
    for name, what, count in session.execute(query):
        parts = found.setdefault(name_of(name), {"answered": 0})
        parts[what] = count
        parts["answered"] += count
    return found


def contacts(session: Session, part: Slice) -> dict[str, int]:
    rows = part.of(BEGUN).where(Episode.by_customer).subquery()
    query = select(rows.c.key, func.count()).group_by(rows.c.key)
    return {name_of(name): count for name, count in session.execute(query)}
