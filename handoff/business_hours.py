"""When people are there. Pure rules: weekly hours, holidays, and days that are different; and how they are written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

LOOK_AHEAD_DAYS = 60
LONGEST_PAUSE_DAYS = 400
"""Where nobody has come for so long, nobody will."""
MIDNIGHT = time(0)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the days, Monday first, as hours are written."""

Span = tuple[time, time]
"""From and until within one day; an end of 00:00 is the end of that day."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """`week` maps Monday = 0 to its spans; `exceptions` replace a date's spans, with none for a holiday.

    `home` is the zone customers expect where that may be another one.
    """

    zone: ZoneInfo
    week: Mapping[int, Sequence[Span]]
    exceptions: Mapping[date, Sequence[Span]]
    home: ZoneInfo | None = field(default=None, compare=False)

    def is_foreign(self, at: datetime) -> bool:
        """Whether clocks at home show another time then."""
        return self.home is not None and at.astimezone(self.zone).utcoffset() != at.astimezone(self.home).utcoffset()

    def is_open(self, now: datetime) -> bool:
        return self.closes_at(now) is not None

    def closes_at(self, now: datetime) -> datetime | None:
        """When the running span ends, past midnight where the next day goes on; None while closed."""
        end = self._end_of_span(now)
        while end is not None and (later := self._end_of_span(end)) is not None:
            if later - now > timedelta(days=7):
                return later  # never closes
            end = later
        return end

    def next_opening(self, now: datetime) -> datetime | None:
        """The next time somebody comes; None while open, or where nobody comes within two months."""
        if self.is_open(now):
            return None
        today = now.astimezone(self.zone).date()
        for ahead in range(LOOK_AHEAD_DAYS):
            for start, _ in self._spans(today + timedelta(days=ahead)):
                if start > now:
                    return start
        return None

    def add_working_time(self, start: datetime, duration: timedelta) -> datetime | None:
        """When so much working time has passed since `start`, in UTC; None where nobody comes for more than a year.

        The inverse of `working_time_between` for any positive `duration`.
        """
        moment, left = start.astimezone(UTC), duration
        if left <= timedelta(0):
            return moment
        day, idle = self._day_before(moment), 0
        while idle < LONGEST_PAUSE_DAYS:
            idle += 1
            for begins, ends in self._working(day):
                first = max(begins, moment)
                if left <= ends - first:
                    return first + left
                if first < ends:
                    left, idle = left - (ends - first), 0
            day += timedelta(days=1)
        return None

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """How long people were there between the two; nothing where `end` is not behind `start`."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        day, last, total = self._day_before(start), end.astimezone(self.zone).date(), timedelta(0)
        while day <= last:
            for begins, ends in self._working(day):
                total += max(timedelta(0), min(ends, end) - max(begins, start))
            day += timedelta(days=1)
        return total

    def _end_of_span(self, now: datetime) -> datetime | None:
        today = now.astimezone(self.zone).date()
        return next((end for start, end in self._spans(today) if start <= now < end), None)

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        spans = self.exceptions.get(day, self.week.get(day.weekday(), ()))
        real = sorted((self._at(day, start), self._end(day, end)) for start, end in spans)
        # Of a span within the hour that a clock skips nothing is left.
        return [(start, end) for start, end in real if start.astimezone(UTC) < end.astimezone(UTC)]

    def _day_before(self, moment: datetime) -> date:
        """Where a clock goes back past midnight, a moment lies within the day before as well."""
        return moment.astimezone(self.zone).date() - timedelta(days=1)

    def _working(self, day: date) -> list[tuple[datetime, datetime]]:
        """The day's spans in UTC, in order and none within another: only there do hours have the same length."""
        merged: list[tuple[datetime, datetime]] = []
        for begins, ends in sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in self._spans(day)):
            if merged and begins <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
            elif begins < ends:
                merged.append((begins, ends))
        return merged

    def _end(self, day: date, end: time) -> datetime:
        return self._at(day + timedelta(days=1), MIDNIGHT) if end == MIDNIGHT else self._at(day, end)

    def _at(self, day: date, at: time) -> datetime:
        """A time that the clock skips is the one it shows instead."""
        return datetime.combine(day, at, self.zone).astimezone(UTC).astimezone(self.zone)


def written_hours(
    zone: ZoneInfo, week: Mapping[str, Sequence[str]], exceptions: Mapping[date, Sequence[str]]
) -> BusinessHours:
    """Hours as they are written, spans such as "09:00-18:00" by `DAYS`. Raises ValueError."""
    days = {DAYS.index(day): read_spans(entries) for day, entries in week.items()}
    return BusinessHours(zone, days, {day: read_spans(entries) for day, entries in exceptions.items()})


def write_span(span: Span) -> str:
    start, end = span
    return f"{start:%H:%M}-{'24:00' if end == MIDNIGHT else f'{end:%H:%M}'}"


def read_zone(name: str) -> ZoneInfo:
    zone = find_zone(name)
    if zone is None:
        raise ValueError("must be a time zone such as Asia/Taipei")
    return zone


def find_zone(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name in _known_zones() else None


@cache
def _known_zones() -> frozenset[str]:
    """Looked for once: they are files in many folders."""
    return frozenset(available_timezones())


def read_spans(entries: Sequence[str]) -> tuple[Span, ...]:
    """One day's, in order. Raises ValueError, also for spans that overlap: whoever writes them means something else."""
    spans = sorted(_span(entry) for entry in entries)
    for (_, before), (start, _) in pairwise(spans):
        if before == MIDNIGHT or start < before:
            raise ValueError(f"the spans {', '.join(entries)} overlap")
    return tuple(spans)


def require_written_date(day: object) -> object:
    """A bare number would be taken for seconds, and be a day in 1970."""
    if not isinstance(day, date) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(day)):
        raise ValueError("must be a date such as 2027-02-06")
    return day


def _span(entry: str) -> Span:
    start, dash, end = entry.partition("-")
    try:
        span = time.fromisoformat(start.strip()), time.fromisoformat(end.strip().replace("24:00", "00:00"))
    except ValueError:
        dash = ""
    if not dash or any(at.tzinfo for at in span) or (span[1] != MIDNIGHT and span[1] <= span[0]):
        raise ValueError(f'{entry!r} must be a span of one day such as "09:00-18:00"; 24:00 is its end')
    return span
