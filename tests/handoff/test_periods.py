"""Days are the shop's, whatever its clocks do; opening hours lose no second."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from handoff.business_hours import BusinessHours
from handoff.periods import Step, before, day_after, open_spans, periods

TAIPEI, BERLIN = ZoneInfo("Asia/Taipei"), ZoneInfo("Europe/Berlin")


def test_a_day_begins_at_the_shops_midnight() -> None:
    [day] = periods(TAIPEI, date(2026, 11, 16), date(2026, 11, 16), "day")
    assert day.since == datetime(2026, 11, 15, 16, tzinfo=UTC) and day.until - day.since == timedelta(hours=24)


def test_a_day_on_which_clocks_go_back_has_twenty_five_hours() -> None:
    [day] = periods(BERLIN, date(2026, 10, 25), date(2026, 10, 25), "day")
    assert day.until - day.since == timedelta(hours=25)


@pytest.mark.parametrize(
    ("step", "starts"),
    [
        ("day", [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1)]),
        ("week", [date(2026, 12, 28)]),
        ("month", [date(2026, 12, 1), date(2027, 1, 1)]),
    ],
)
def test_weeks_and_months_are_whole(step: Step, starts: list[date]) -> None:
    found = periods(TAIPEI, date(2026, 12, 30), date(2027, 1, 1), step)
    assert [period.first for period in found] == starts
    assert all(one.until == other.since for one, other in pairwise(found))


def test_what_is_compared_with_is_as_long_and_lies_right_in_front() -> None:
    shown = periods(TAIPEI, date(2026, 11, 16), date(2026, 11, 18), "day")
    earlier = before(TAIPEI, shown, day_after(shown, "day"))
    assert earlier.first == date(2026, 11, 13) and earlier.until == shown[0].since


@pytest.mark.parametrize(
    ("first", "last", "step"),
    [
        (date(2026, 11, 2), date(2026, 11, 1), "day"),
        (date(2026, 1, 1), date(2026, 4, 1), "day"),
        (date(2020, 1, 1), date(2026, 1, 1), "month"),
    ],
)
def test_what_nobody_could_read_is_refused(first: date, last: date, step: Step) -> None:
    with pytest.raises(ValueError, match="choose"):
        periods(TAIPEI, first, last, step)


@pytest.mark.parametrize("zone", [TAIPEI, BERLIN])
@pytest.mark.parametrize("span", [(time(9), time(21)), (time(22), time(0)), (time(0), time(0))])
def test_spans_of_opening_hours_are_the_opening_hours(zone: ZoneInfo, span: tuple[time, time]) -> None:
    """Over the night in which Berlin's clocks go back, minute by minute."""
    hours = BusinessHours(zone, {day: [span] for day in range(7)}, {date(2026, 10, 26): []})
    since = datetime(2026, 10, 24, 0, tzinfo=UTC)
    spans = open_spans(hours, since, since + timedelta(days=4))
    for minute in range(0, 4 * 24 * 60, 7):
        at = since + timedelta(minutes=minute)
        inside = [found for found in spans if found.opens <= at < found.closes]
        assert len(inside) == hours.is_open(at), at


def test_after_closing_time_the_next_opening_is_known() -> None:
    hours = BusinessHours(TAIPEI, {0: [(time(9), time(21))], 3: [(time(9), time(21))]}, {})
    monday = datetime(2026, 11, 16, 4, tzinfo=UTC)
    [found] = open_spans(hours, monday, monday + timedelta(hours=1))
    assert found.reopens == datetime(2026, 11, 19, 9, tzinfo=TAIPEI)


def test_who_is_never_open_has_no_spans() -> None:
    since = datetime(2026, 11, 16, tzinfo=UTC)
    assert open_spans(BusinessHours(TAIPEI, {}, {}), since, since + timedelta(days=3)) == ()
