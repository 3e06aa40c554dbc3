"""How people and the bot did, in sums the database makes. Every definition stands in docs/metrics.md.

The clocks of people run from the handoff, whatever the bot did before; what the bot did is counted by episode. A figure
belongs to the period in which its clock began.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    and_,
    case,
    cast,
    column,
    extract,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.orm import Session

from handoff.db import UtcDateTime, is_postgres
from handoff.errors import NotFound
from handoff.models import Agent, Conversation, Episode, Handoff, NextReply, Promise, Rating, Review, Team
from handoff.periods import OpenSpan, Period

By = Literal["agent", "team", "channel", "language", "reason"]
SOON_S = 180
SPANS_AT_ONCE = 4000
"""Each is six values of a statement, and PostgreSQL takes 32,767."""
DAY_S = 86_400
GOOD = 4
"""A score from here on counts as satisfied."""
MOST_GROUPS = 200
EPOCH_JULIAN = 2440587.5
ONCE = "MATERIALIZED"
"""Of rows whose columns are used several times; else each use reckons its time anew."""
HALF: ColumnElement[float] = literal_column("0.5")
NEARLY_ALL: ColumnElement[float] = literal_column("0.95")
MEASURES = ("first", "next", "asked", "resolution")


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
    """`handoffs` were asked for; the others are parts of them, and how long these took.

    `promises` are those kept by the first time that was given, of those kept or broken.
    """

    handoffs: int = 0
    answered: int = 0
    abandoned: int = 0
    soon: Share = Share()
    in_a_day: Share = Share()
    promises: Share = Share()
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
    """What is to be counted. `hours` are when people were there, `back_within` is how soon a return counts as one.

    `team_hours` are those of teams that have their own, by id; `team` is the key of the one that alone is counted.
    """

    shown: tuple[Period, ...]
    before: Period
    hours: tuple[OpenSpan, ...]
    back_within: timedelta
    by: By | None = None
    team_hours: Mapping[int, tuple[OpenSpan, ...]] = field(default_factory=dict)
    team: str = ""


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


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows of one kind: when their clock began, and what they are compared by."""

    model: Any
    at: Any
    keys: Mapping[By, Any]


@dataclass(frozen=True, slots=True)
class _Slice:
    """The rows that are counted: those of some periods, by the number of the period or what they are compared by.

    Periods are rows of a table, so that each finds what belongs to it by an index.
    """

    periods: tuple[Period, ...]
    by: By | None = None
    team_id: int | None = None

    def of(self, source: _Source, *columns: Any) -> Any:
        """The source's rows with these columns, and `key`."""
        spans = _periods(self.periods)
        key = source.keys[self.by] if self.by else spans.c.n
        # By the time alone: a second condition on it would tempt the database to read everything for each period.
        inside = and_(source.at >= spans.c.since, source.at < spans.c.until)
        return self.joined(select(key.label("key"), *columns).select_from(spans).join(source.model, inside), source)

    def joined(self, rows: Any, source: _Source) -> Any:
        """With the conversation where that is compared by, and of the one team alone."""
        if self.by in OF_CONVERSATION:
            rows = rows.join(Conversation, Conversation.id == source.model.conversation_id)
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
    }


_HANDOFFS = _Source(Handoff, Handoff.queued_at, _keys(Handoff.agent_id, Handoff.team_id, Handoff.reason))
_REPLIES = _Source(NextReply, NextReply.asked_at, _keys(NextReply.agent_id, NextReply.team_id, NextReply.reason))
_RATINGS = _Source(
    Rating,
    Rating.asked_at,
    _keys(Rating.agent_id, _called_last(Rating, Handoff.team_id), _called_last(Rating, Handoff.reason)),
)
_REVIEWS = _Source(
    Review, Review.resolved_at, _keys(Review.agent_id, _called_last(Review, Handoff.team_id), Review.reason)
)
_ANSWERED = _Source(Episode, Episode.answered_at, _keys(null(), null(), null()))
_BEGUN = _Source(Episode, Episode.began_at, _keys(null(), null(), null()))


def report(session: Session, wanted: Wanted, now: datetime) -> Report:
    """Everything the page shows, counted anew. Raises `NotFound` for a team that there is not."""
    team_id = _team_id(session, wanted.team)
    whole = Period(wanted.shown[0].first, wanted.shown[0].since, wanted.shown[-1].until)
    each = _Slice((wanted.before, *wanted.shown), team_id=team_id)
    total = _Slice((wanted.before, whole), team_id=team_id)
    found = _gather(session, wanted, each, now)
    waits = _waits(session, total)
    before, *series = (found.get(str(n), NOTHING) for n in range(len(each.periods)))
    return Report(
        _with_waits(_added(series), waits, "1"),
        before,
        tuple(series),
        _groups(session, wanted, replace(total, periods=(whole,), by=wanted.by), now) if wanted.by else (),
        _reasons(session, wanted.before, whole, team_id),
    )


def _team_id(session: Session, key: str) -> int | None:
    if not key:
        return None
    team_id = session.scalar(select(Team.id).where(Team.key == key))
    if team_id is None:
        raise NotFound("team")
    return team_id


def _groups(session: Session, wanted: Wanted, part: _Slice, now: datetime) -> tuple[Group, ...]:
    found = _gather(session, wanted, part, now)
    names = _names(session, part.by)
    groups = [Group(key, names.get(key, key), figures) for key, figures in found.items()]
    if part.by in ("agent", "team", "reason"):
        # The bot has none of them; its episodes would be a row of nobody's.
        groups = [group for group in groups if group.figures.people != People()]
    return tuple(sorted(groups, key=_busiest)[:MOST_GROUPS])


def _busiest(group: Group) -> tuple[int, str]:
    return -(group.figures.people.handoffs + group.figures.bot.answered), group.name


def _names(session: Session, by: By | None) -> dict[str, str]:
    """Of agents their names, of teams the keys by which the console names them."""
    match by:
        case "agent":
            rows = session.execute(select(Agent.id, Agent.name))
        case "team":
            rows = session.execute(select(Team.id, Team.key))
        case _:
            return {}
    return {str(one): name for one, name in rows}


def _reasons(session: Session, before: Period, whole: Period, team_id: int | None) -> dict[str, tuple[int, int]]:
    then = func.sum(case((Handoff.queued_at < whole.since, 1), else_=0))
    query = select(Handoff.reason, func.count(), then).where(
        Handoff.queued_at >= before.since, Handoff.queued_at < whole.until
    )
    if team_id is not None:
        query = query.where(Handoff.team_id == team_id)
    rows = session.execute(query.group_by(Handoff.reason))
    found = sorted((-(count - earlier), -earlier, reason) for reason, count, earlier in rows)
    return {reason: (-count, -earlier) for count, earlier, reason in found}


def _gather(session: Session, wanted: Wanted, part: _Slice, now: datetime) -> dict[str, Figures]:
    counts = _counts(session, part, now)
    soon = _soon(session, wanted, part, now)
    promises = _promises(session, part, now)
    waits = _waits(session, part)
    scores = _scores(session, part)
    reviews = _reviews(session, part)
    outcomes = _outcomes(session, wanted, part)
    contacts = _contacts(session, part)
    found = {name for some in (counts, reviews, outcomes, contacts) for name in some}
    found |= {name for name, _ in waits} | {name for name, _ in scores}
    return {
        name: _with_waits(
            Figures(
                People(
                    **counts.get(name, {}),
                    soon=soon.get(name, Share()),
                    promises=promises.get(name, Share()),
                    scores=scores.get((name, "agent"), Scores()),
                    reviews=reviews.get(name, Reviewed()),
                ),
                Bot(**outcomes.get(name, {}), scores=scores.get((name, "bot"), Scores())),
                contacts.get(name, 0),
            ),
            waits,
            name,
        )
        for name in found
    }


def _with_waits(found: Figures, waits: Mapping[tuple[str, str], Wait], name: str) -> Figures:
    first, again, asked, resolution = (waits.get((name, measure)) for measure in MEASURES)
    return replace(found, people=replace(found.people, first=first, next=again, asked=asked, resolution=resolution))


def _added(series: Sequence[Figures]) -> Figures:
    """All together; what half of them waited for cannot be added."""
    return Figures(
        _sum(People(), [one.people for one in series]),
        _sum(Bot(), [one.bot for one in series]),
        sum(one.contacts for one in series),
    )


def _sum(nothing: Any, parts: Sequence[Any]) -> Any:
    """Field by field; a `Wait` stays None."""
    added: dict[str, Any] = {}
    for each in fields(nothing):
        start, found = getattr(nothing, each.name), [getattr(part, each.name) for part in parts]
        if isinstance(start, int):
            added[each.name] = sum(found)
        elif start is not None:
            added[each.name] = _sum(start, found)
    return replace(nothing, **added)


def _counts(session: Session, part: _Slice, now: datetime) -> dict[str, dict[str, Any]]:
    rows = part.of(_HANDOFFS, *_times(session)).cte().prefix_with(ONCE)
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


def _promises(session: Session, part: _Slice, now: datetime) -> dict[str, Share]:
    """Of the calls' promises, judged against the first time given; what nobody needed any more is neither."""
    # With the conversation, by which promises are found.
    its = and_(Promise.conversation_id == Handoff.conversation_id, Promise.handoff_id == Handoff.id)
    late = or_(Promise.broken_at.is_not(None), and_(Promise.ended_at.is_(None), Promise.first_due_at < now))
    kept = Promise.kept_at.is_not(None)
    rows = part.of(_HANDOFFS, kept.label("kept"), late.label("late")).join(Promise, its).subquery()
    judged = or_(rows.c.kept, rows.c.late)
    query = select(rows.c.key, _count_if(rows.c.kept), _count_if(judged)).group_by(rows.c.key)
    return {_name(name): Share(n, of) for name, n, of in session.execute(query)}


def _soon(session: Session, wanted: Wanted, part: _Slice, now: datetime) -> dict[str, Share]:
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
    part: _Slice,
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
    session: Session, part: _Slice, cut: Sequence[tuple[Any, ...]], whose: ColumnElement[bool] | None, now: datetime
) -> dict[str, Share]:
    hours, seconds = _hours(cut), _seconds(session)
    mine = hours.c.team_id == Handoff.waited_team_id if whose is None else whose
    inside = and_(Handoff.queued_at >= hours.c.since, Handoff.queued_at < hours.c.until, mine)
    rows = (
        part.joined(
            select(
                (_HANDOFFS.keys[part.by] if part.by else hours.c.n).label("key"),
                *_times(session),
                seconds(hours.c.closes).label("closes"),
                seconds(hours.c.reopens).label("reopens"),
            )
            .select_from(hours)
            .join(Handoff, inside),
            _HANDOFFS,
        )
        .cte()
        .prefix_with(ONCE)
    )
    by = _deadline(rows)
    waited_till = func.coalesce(rows.c.ended, now.timestamp())
    query = select(
        rows.c.key,
        _count_if(rows.c.replied <= by),
        _count_if(or_(rows.c.replied.is_not(None), waited_till > by)),
    ).group_by(rows.c.key)
    return {_name(name): Share(n, of) for name, n, of in session.execute(query)}


def _times(session: Session) -> tuple[Any, ...]:
    """Of a handoff, in seconds since 1970."""
    seconds = _seconds(session)
    return (
        seconds(Handoff.asked_at).label("asked"),
        seconds(Handoff.queued_at).label("queued"),
        seconds(Handoff.first_human_reply_at).label("replied"),
        seconds(Handoff.ended_at).label("ended"),
    )


def _waits(session: Session, part: _Slice) -> dict[tuple[str, str], Wait]:
    """Nearest ranks: every figure is a wait that somebody really had."""
    rows = part.of(_HANDOFFS, *_times(session)).where(Handoff.first_human_reply_at.is_not(None)).cte()
    seconds = _seconds(session)
    again = part.of(
        _REPLIES,
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
        (_name(name), MEASURES[measure]): Wait(n, float(p50), float(p95))
        for name, measure, n, p50, p95 in session.execute(query)
    }


def _scores(session: Session, part: _Slice) -> dict[tuple[str, str], Scores]:
    rows = part.of(_RATINGS, Rating.by, Rating.score).subquery()
    query = select(
        rows.c.key,
        rows.c.by,
        func.count(),
        func.count(rows.c.score),
        _count_if(rows.c.score >= GOOD),
        func.coalesce(func.sum(rows.c.score), 0),
    ).group_by(rows.c.key, rows.c.by)
    return {(_name(name), by): Scores(*numbers) for name, by, *numbers in session.execute(query)}


def _reviews(session: Session, part: _Slice) -> dict[str, Reviewed]:
    scored = part.of(_REVIEWS, Review.iqs, Review.created_at).where(Review.created_at.is_not(None)).subquery()
    query = select(scored.c.key, func.count(), func.sum(scored.c.iqs)).group_by(scored.c.key)
    return {_name(name): Reviewed(n, int(total)) for name, n, total in session.execute(query)}


def _outcomes(session: Session, wanted: Wanted, part: _Slice) -> dict[str, dict[str, int]]:
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
    rows = part.of(_ANSWERED, outcome.label("outcome")).subquery()
    found: dict[str, dict[str, int]] = {}
    query = select(rows.c.key, rows.c.outcome, func.count()).group_by(rows.c.key, rows.c.outcome)
    for name, what, count in session.execute(query):
        parts = found.setdefault(_name(name), {"answered": 0})
        parts[what] = count
        parts["answered"] += count
    return found


def _contacts(session: Session, part: _Slice) -> dict[str, int]:
    rows = part.of(_BEGUN).where(Episode.by_customer).subquery()
    query = select(rows.c.key, func.count()).group_by(rows.c.key)
    return {_name(name): count for name, count in session.execute(query)}


def _periods(periods: Sequence[Period]) -> Any:
    columns = (column("n", Integer), column("since", UtcDateTime), column("until", UtcDateTime))
    rows = [(n, period.since, period.until) for n, period in enumerate(periods)]
    return values(*columns, name="periods").data(rows).cte()


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
