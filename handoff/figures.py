"""How people and the bot did, in sums the database makes. Every definition stands in docs/metrics.md.

The clocks of people run from the handoff, whatever the bot did before; what the bot did is counted by episode. A figure
belongs to the period in which its clock began.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Float,
    and_,
    case,
    cast,
    column,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.orm import Session

from handoff.db import UtcDateTime, is_postgres
from handoff.models import Agent, Conversation, Episode, Handoff, NextReply, Rating, Review
from handoff.periods import OpenSpan, Period

By = Literal["agent", "channel", "language", "reason"]
SOON_S = 180
DAY_S = 86_400
GOOD = 4
"""A score from here on counts as satisfied."""
MOST_GROUPS = 200
EPOCH_JULIAN = 2440587.5


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds: half waited no longer than `p50`, nineteen of twenty no longer than `p95`. `n` are counted."""

    n: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Share:
    """`n` of `of`."""

    n: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Scores:
    """`asked` were asked, `given` said something, `good` of these were satisfied; `total` adds up their scores."""

    asked: int = 0
    given: int = 0
    good: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`n` reviews of colleagues, and their scores from 0 to 100 added up."""

    n: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class People:
    """`handoffs` were asked for; the others are parts of them, and how long these took."""

    handoffs: int = 0
    answered: int = 0
    abandoned: int = 0
    soon: Share = Share()
    in_a_day: Share = Share()
    first: Wait | None = None
    next: Wait | None = None
    asked: Wait | None = None
    resolution: Wait | None = None
    scores: Scores = Scores()
    reviews: Reviewed = Reviewed()


@dataclass(frozen=True, slots=True)
class Bot:
    """Episodes with an answer of the bot, and what became of them; the parts add up to `answered`."""

    answered: int = 0
    confirmed: int = 0
    assumed: int = 0
    reopened: int = 0
    wrong: int = 0
    person: int = 0
    running: int = 0
    scores: Scores = Scores()


@dataclass(frozen=True, slots=True)
class Figures:
    """`contacts` counts the matters customers came with."""

    people: People = People()
    bot: Bot = Bot()
    contacts: int = 0


NOTHING = Figures()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be counted. `hours` are when people were there, `back_within` is how soon a return counts as one."""

    shown: tuple[Period, ...]
    before: Period
    hours: tuple[OpenSpan, ...]
    back_within: timedelta
    by: By | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One value of what is compared; `key` is empty for who has none."""

    key: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    total: Figures
    before: Figures
    series: tuple[Figures, ...]
    groups: tuple[Group, ...]
    reasons: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Handoffs by reason: in the shown periods, and before."""


Key = Callable[["_Source"], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows of one kind, joined to their conversation: when their clock began, and what they are compared by."""

    model: Any
    at: Any
    keys: Mapping[By, Any]


_ASKED_FOR = (
    select(Handoff.reason)
    .where(Handoff.conversation_id == Rating.conversation_id, Handoff.episode == Rating.episode)
    .order_by(Handoff.id.desc())
    .limit(1)
    .scalar_subquery()
)


def _keys(agent: Any, reason: Any) -> Mapping[By, Any]:
    """A further thing to compare by is one more line here."""
    return {
        "agent": agent,
        "channel": Conversation.channel,
        "language": Conversation.language,
        "reason": reason,
    }


_HANDOFFS = _Source(Handoff, Handoff.queued_at, _keys(Handoff.agent_id, Handoff.reason))
_REPLIES = _Source(NextReply, NextReply.asked_at, _keys(NextReply.agent_id, NextReply.reason))
_RATINGS = _Source(Rating, Rating.asked_at, _keys(Rating.agent_id, _ASKED_FOR))
_REVIEWS = _Source(Review, Review.resolved_at, _keys(Review.agent_id, Review.reason))
_ANSWERED = _Source(Episode, Episode.answered_at, _keys(null(), null()))
_BEGUN = _Source(Episode, Episode.began_at, _keys(null(), null()))


def report(session: Session, wanted: Wanted, now: datetime) -> Report:
    """Everything the page shows, counted anew."""
    since, until = wanted.shown[0].since, wanted.shown[-1].until
    whole = Period(wanted.shown[0].first, since, until)
    both = _gather(session, wanted, _by_time((wanted.before, whole)), wanted.before.since, until, now)
    series = _gather(session, wanted, _by_time(wanted.shown), since, until, now)
    return Report(
        both.get("1", NOTHING),
        both.get("0", NOTHING),
        tuple(series.get(str(n), NOTHING) for n in range(len(wanted.shown))),
        _groups(session, wanted, since, until, now) if wanted.by else (),
        _reasons(session, wanted.before, whole),
    )


def _groups(session: Session, wanted: Wanted, since: datetime, until: datetime, now: datetime) -> tuple[Group, ...]:
    by = wanted.by
    assert by is not None, "the caller has looked"
    found = _gather(session, wanted, lambda source: source.keys[by], since, until, now)
    names = _agent_names(session) if by == "agent" else {}
    groups = [Group(key, names.get(key, key), figures) for key, figures in found.items()]
    if by in ("agent", "reason"):
        # The bot has neither; its episodes would be a row of nobody's.
        groups = [group for group in groups if group.figures.people != People()]
    return tuple(sorted(groups, key=_busiest)[:MOST_GROUPS])


def _busiest(group: Group) -> tuple[int, str]:
    return -(group.figures.people.handoffs + group.figures.bot.answered), group.name


def _agent_names(session: Session) -> dict[str, str]:
    return {str(agent_id): name for agent_id, name in session.execute(select(Agent.id, Agent.name))}


def _reasons(session: Session, before: Period, whole: Period) -> dict[str, tuple[int, int]]:
    then = func.sum(case((Handoff.queued_at < whole.since, 1), else_=0))
    rows = session.execute(
        select(Handoff.reason, func.count(), then)
        .where(Handoff.queued_at >= before.since, Handoff.queued_at < whole.until)
        .group_by(Handoff.reason)
    )
    found = sorted((-(count - earlier), -earlier, reason) for reason, count, earlier in rows)
    return {reason: (-count, -earlier) for count, earlier, reason in found}


def _gather(
    session: Session, wanted: Wanted, key: Key, since: datetime, until: datetime, now: datetime
) -> dict[str, Figures]:
    counts = _counts(session, key, since, until, now)
    soon = _soon(session, wanted, key, since, until, now)
    waits = _waits(session, key, since, until)
    scores = _scores(session, key, since, until)
    reviews = _reviews(session, key, since, until)
    outcomes = _outcomes(session, wanted, key, since, until)
    contacts = _contacts(session, key, since, until)
    found = {name for part in (counts, reviews, outcomes, contacts) for name in part}
    found |= {name for name, _ in waits} | {name for name, _ in scores}
    return {
        name: Figures(
            People(
                **counts.get(name, {}),
                soon=soon.get(name, Share()),
                first=waits.get((name, "first")),
                next=waits.get((name, "next")),
                asked=waits.get((name, "asked")),
                resolution=waits.get((name, "resolution")),
                scores=scores.get((name, "agent"), Scores()),
                reviews=reviews.get(name, Reviewed()),
            ),
            Bot(**outcomes.get(name, {}), scores=scores.get((name, "bot"), Scores())),
            contacts.get(name, 0),
        )
        for name in found
    }


def _counts(session: Session, key: Key, since: datetime, until: datetime, now: datetime) -> dict[str, dict[str, Any]]:
    rows = _rows_of(session, _HANDOFFS, key, since, until).subquery()
    waited_till = func.coalesce(rows.c.ended, now.timestamp())
    replied = rows.c.replied.is_not(None)
    query = select(
        rows.c.key,
        func.count(),
        func.count(rows.c.replied),
        _count_if(and_(~replied, rows.c.ended.is_not(None))),
        _count_if(rows.c.replied - rows.c.queued <= DAY_S),
        _count_if(or_(replied, waited_till - rows.c.queued > DAY_S)),
    ).group_by(rows.c.key)
    return {
        _name(name): {
            "handoffs": handoffs,
            "answered": answered,
            "abandoned": abandoned,
            "in_a_day": Share(in_a_day, due),
        }
        for name, handoffs, answered, abandoned, in_a_day, due in session.execute(query)
    }


def _soon(
    session: Session, wanted: Wanted, key: Key, since: datetime, until: datetime, now: datetime
) -> dict[str, Share]:
    """Of what was queued in opening hours. Each of these finds its handoffs by their index."""
    spans = [span for span in wanted.hours if span.closes > since and span.opens < until]
    if not spans:
        return {}
    hours, seconds = _hours(spans, since, until), _seconds(session)
    # By the hours alone: a second condition on the time would tempt the database to read everything for each of them.
    inside = and_(Handoff.queued_at >= hours.c.since, Handoff.queued_at < hours.c.until)
    rows = (
        select(
            *_times(session, key),
            seconds(hours.c.closes).label("closes"),
            seconds(hours.c.reopens).label("reopens"),
        )
        .select_from(hours)
        .join(Handoff, inside)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .subquery()
    )
    by = _deadline(rows)
    waited_till = func.coalesce(rows.c.ended, now.timestamp())
    query = select(
        rows.c.key,
        _count_if(rows.c.replied <= by),
        _count_if(or_(rows.c.replied.is_not(None), waited_till > by)),
    ).group_by(rows.c.key)
    return {_name(name): Share(n, of) for name, n, of in session.execute(query)}


def _rows_of(session: Session, source: _Source, key: Key, since: datetime, until: datetime) -> Any:
    return _within(select(*_times(session, key)), source, since, until)


def _times(session: Session, key: Key) -> tuple[Any, ...]:
    """Of a handoff, in seconds since 1970."""
    seconds = _seconds(session)
    return (
        key(_HANDOFFS).label("key"),
        seconds(Handoff.asked_at).label("asked"),
        seconds(Handoff.queued_at).label("queued"),
        seconds(Handoff.first_human_reply_at).label("replied"),
        seconds(Handoff.ended_at).label("ended"),
    )


def _waits(session: Session, key: Key, since: datetime, until: datetime) -> dict[tuple[str, str], Wait]:
    """Nearest ranks: every figure is a wait that somebody really had."""
    rows = _rows_of(session, _HANDOFFS, key, since, until).cte()
    seconds = _seconds(session)
    again = _within(
        select(
            key(_REPLIES).label("key"),
            literal("next").label("measure"),
            (seconds(NextReply.replied_at) - seconds(NextReply.asked_at)).label("took"),
        ),
        _REPLIES,
        since,
        until,
    )
    answered = rows.c.replied.is_not(None)
    took = union_all(
        again,
        select(rows.c.key, literal("first"), rows.c.replied - rows.c.queued).where(answered),
        select(rows.c.key, literal("asked"), rows.c.replied - rows.c.asked).where(answered),
        select(rows.c.key, literal("resolution"), rows.c.ended - rows.c.queued).where(
            answered, rows.c.ended.is_not(None)
        ),
    ).subquery()
    alike = (took.c.key, took.c.measure)
    ranked = select(
        *took.c,
        func.row_number().over(partition_by=alike, order_by=took.c.took).label("rank"),
        func.count().over(partition_by=alike).label("n"),
    ).subquery()
    middle, nearly_all = (ranked.c.n + 1) // 2, (ranked.c.n * 95 + 99) // 100
    query = (
        select(
            ranked.c.key,
            ranked.c.measure,
            func.max(ranked.c.n),
            func.max(case((ranked.c.rank == middle, ranked.c.took))),
            func.max(case((ranked.c.rank == nearly_all, ranked.c.took))),
        )
        .where(or_(ranked.c.rank == middle, ranked.c.rank == nearly_all))
        .group_by(ranked.c.key, ranked.c.measure)
    )
    return {
        (_name(name), measure): Wait(n, float(p50), float(p95)) for name, measure, n, p50, p95 in session.execute(query)
    }


def _scores(session: Session, key: Key, since: datetime, until: datetime) -> dict[tuple[str, str], Scores]:
    rows = _within(select(key(_RATINGS).label("key"), Rating.by, Rating.score), _RATINGS, since, until).subquery()
    query = select(
        rows.c.key,
        rows.c.by,
        func.count(),
        func.count(rows.c.score),
        _count_if(rows.c.score >= GOOD),
        func.coalesce(func.sum(rows.c.score), 0),
    ).group_by(rows.c.key, rows.c.by)
    return {(_name(name), by): Scores(*numbers) for name, by, *numbers in session.execute(query)}


def _reviews(session: Session, key: Key, since: datetime, until: datetime) -> dict[str, Reviewed]:
    rows = _within(select(key(_REVIEWS).label("key"), Review.iqs), _REVIEWS, since, until)
    scored = rows.where(Review.created_at.is_not(None)).subquery()
    query = select(scored.c.key, func.count(), func.sum(scored.c.iqs)).group_by(scored.c.key)
    return {_name(name): Reviewed(n, int(total)) for name, n, total in session.execute(query)}


def _outcomes(
    session: Session, wanted: Wanted, key: Key, since: datetime, until: datetime
) -> dict[str, dict[str, int]]:
    """The first that holds: told wrong, passed to people, came back, confirmed, assumed; else still running."""
    seconds = _seconds(session)
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
    rows = _within(select(key(_ANSWERED).label("key"), outcome.label("outcome")), _ANSWERED, since, until).subquery()
    found: dict[str, dict[str, int]] = {}
    query = select(rows.c.key, rows.c.outcome, func.count()).group_by(rows.c.key, rows.c.outcome)
    for name, what, count in session.execute(query):
        parts = found.setdefault(_name(name), {"answered": 0})
        parts[what] = count
        parts["answered"] += count
    return found


def _contacts(session: Session, key: Key, since: datetime, until: datetime) -> dict[str, int]:
    rows = _within(select(key(_BEGUN).label("key")), _BEGUN, since, until).where(Episode.by_customer).subquery()
    query = select(rows.c.key, func.count()).group_by(rows.c.key)
    return {_name(name): count for name, count in session.execute(query)}


def _by_time(periods: Sequence[Period]) -> Key:
    def key(source: _Source) -> ColumnElement[Any]:
        return case(*[(and_(source.at >= p.since, source.at < p.until), n) for n, p in enumerate(periods)])

    return key


def _within(query: Any, source: _Source, since: datetime, until: datetime) -> Any:
    """The rows of a source whose clock began in this time, with their conversations."""
    joined = query.join_from(source.model, Conversation, Conversation.id == source.model.conversation_id)
    return joined.where(source.at >= since, source.at < until)


def _hours(spans: Sequence[OpenSpan], since: datetime, until: datetime) -> Any:
    """Opening hours as rows, `since` and `until` as far as they are asked for."""
    columns = [column(name, UtcDateTime) for name in ("since", "until", "closes", "reopens")]
    rows = [(max(span.opens, since), min(span.closes, until), span.closes, span.reopens) for span in spans]
    return values(*columns, name="open_hours").data(rows).cte("open_hours")


def _deadline(rows: Any) -> ColumnElement[float]:
    """Three minutes of opening hours later, past the closing where these end before."""
    left = rows.c.closes - rows.c.queued
    return case((left >= SOON_S, rows.c.queued + SOON_S), else_=rows.c.reopens + SOON_S - left)


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _seconds(session: Session) -> Callable[[Any], ColumnElement[float]]:
    """A time as seconds since 1970."""
    if is_postgres(session):
        return lambda at: cast(extract("epoch", at), Float)
    # A day's fraction is not exact; a thousandth of a second is more than anybody needs.
    return lambda at: func.round((func.julianday(at) - EPOCH_JULIAN) * float(DAY_S), 3)


def _name(key: object) -> str:
    return "" if key is None else str(key)
