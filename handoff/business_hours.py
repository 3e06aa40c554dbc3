"""When people are there. Pure rules: weekly hours, holidays, and days that are different."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOOK_AHEAD_DAYS = 60
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

    def _end_of_span(self, now: datetime) -> datetime | None:
        today = now.astimezone(self.zone).date()
        return next((end for start, end in self._spans(today) if start <= now < end), None)

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        spans = self.exceptions.get(day, self.week.get(day.weekday(), ()))
        return sorted((self._at(day, start), self._end(day, end)) for start, end in spans)

    def _end(self, day: date, end: time) -> datetime:
        return self._at(day + timedelta(days=1), MIDNIGHT) if end == MIDNIGHT else self._at(day, end)

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)
