"""When people are there. Pure rules: weekly hours, holidays, and days that are different."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOOK_AHEAD_DAYS = 60
LONGEST_PAUSE_DAYS = 400
"""Where nobody has come for so long, nobody will."""
MIDNIGHT = time(0)

Span = tuple[time, time]
"""From and until within one day; an end of 00:00 is the end of that day."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """`week` maps Monday = 0 to its spans; `exceptions` replace a date's spans, with none for a holiday."""

    zone: ZoneInfo
    week: Mapping[int, Sequence[Span]]
    exceptions: Mapping[date, Sequence[Span]]

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
        return sorted((self._at(day, start), self._end(day, end)) for start, end in spans)

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
        return datetime.combine(day, at, self.zone)
