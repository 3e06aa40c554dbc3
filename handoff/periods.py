"""Days, weeks and months as a shop counts them, and the hours in which it was open. Pure rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from handoff.business_hours import LOOK_AHEAD_DAYS, BusinessHours

Step = Literal["day", "week", "month"]
MOST_DAYS = 400
MOST_PERIODS = 62


@dataclass(frozen=True, slots=True)
class Period:
    """From the first instant of the day `first` to the instant after its last day."""

    first: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """Opening hours without a break; `reopens` is when the next begin, the same as `closes` where none do."""

    opens: datetime
    closes: datetime
    reopens: datetime


def periods(zone: ZoneInfo, first: date, last: date, step: Step) -> tuple[Period, ...]:
    """Whole days, weeks from Monday, or months that hold `first` to `last`. Raises ValueError for too many or none."""
    if last < first or (last - first).days > MOST_DAYS:
        raise ValueError(f"choose from one day to {MOST_DAYS} days")
    starts = [_floor(first, step)]
    while starts[-1] <= last:
        starts.append(_next(starts[-1], step))
    if len(starts) - 1 > MOST_PERIODS:
        raise ValueError(f"choose a longer step: at most {MOST_PERIODS} periods")
    return tuple(Period(a, _midnight(a, zone), _midnight(b, zone)) for a, b in pairwise(starts))


def before(zone: ZoneInfo, shown: tuple[Period, ...], until: date) -> Period:
    """As many days as are shown, right in front of them; `until` is the day after the last one shown."""
    first = shown[0].first
    start = first - (until - first)
    return Period(start, _midnight(start, zone), _midnight(first, zone))


def day_after(shown: tuple[Period, ...], step: Step) -> date:
    return _next(shown[-1].first, step)


def open_spans(hours: BusinessHours, since: datetime, until: datetime) -> tuple[OpenSpan, ...]:
    """The opening hours from `since` on that begin before `until`, in order."""
    spans = list(_spans(hours, since, until))
    found = []
    for n, (opens, closes) in enumerate(spans, start=1):
        reopens = spans[n][0] if n < len(spans) else hours.next_opening(closes) or closes
        found.append(OpenSpan(opens, closes, reopens))
    return tuple(found)


def _spans(hours: BusinessHours, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    at: datetime | None = since
    while at is not None and at < until:
        closes = hours.closes_at(at)
        if closes is None:
            # It looks two months ahead; a team of the season may come after that.
            at = hours.next_opening(at) or at + timedelta(days=LOOK_AHEAD_DAYS)
        else:
            yield at, closes
            at = closes


def _floor(day: date, step: Step) -> date:
    match step:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def _next(day: date, step: Step) -> date:
    match step:
        case "day":
            return day + timedelta(days=1)
        case "week":
            return day + timedelta(days=7)
        case "month":
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)
