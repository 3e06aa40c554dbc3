"""What crosses the wire about hours. What can be read as hours is `handoff.business_hours`' to say."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from handoff.business_hours import read_spans, read_zone, require_written_date
from handoff.console.schemas import Schema
from handoff.desk.timetable import WrittenHours

MAX_SPANS = 6
MAX_EXCEPTIONS = 150
"""Whoever needs more of them has another week."""
YEARS = range(2000, 2200)
"""Days far outside of them cannot be reckoned with in every zone."""


def _known(zone: str) -> str:
    return read_zone(zone).key


def _separate(spans: list[str]) -> list[str]:
    read_spans(spans)
    return spans


def _near(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(f"must lie between the years {YEARS.start} and {YEARS.stop}")
    return day


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Span = Annotated[str, Field(max_length=20)]
Spans = Annotated[list[Span], Field(max_length=MAX_SPANS), AfterValidator(_separate)]


class DayDraft(Schema):
    """A date with spans of its own; with none nobody is there."""

    day: Annotated[date, BeforeValidator(require_written_date), AfterValidator(_near)]
    spans: Spans


def _once(days: list[DayDraft]) -> list[DayDraft]:
    known: set[date] = set()
    for one in days:
        if one.day in known:
            raise ValueError(f"{one.day} is there twice")
        known.add(one.day)
    return days


class HoursDraft(Schema):
    """When people are there, by the clocks of `zone`: spans such as "09:00-18:00" by weekday; none is closed."""

    zone: Annotated[str, Field(max_length=64), AfterValidator(_known)]
    week: dict[Weekday, Spans]
    exceptions: Annotated[list[DayDraft], Field(max_length=MAX_EXCEPTIONS), AfterValidator(_once)]


class Day(Schema):
    day: date
    spans: list[str]


class Hours(Schema):
    zone: str
    week: dict[Weekday, list[str]]
    exceptions: list[Day]


def hours(draft: HoursDraft) -> WrittenHours:
    """As the desk arranges them."""
    week = {str(day): tuple(spans) for day, spans in draft.week.items()}
    return WrittenHours(draft.zone, week, {one.day: tuple(one.spans) for one in draft.exceptions})


def shown(hours: WrittenHours) -> Hours:
    exceptions = [Day(day=day, spans=list(spans)) for day, spans in sorted(hours.exceptions.items())]
    return Hours.model_validate({"zone": hours.zone, "week": hours.week, "exceptions": exceptions})
