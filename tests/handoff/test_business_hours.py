"""When people are there: weeks, holidays, midnight, and changes of the clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from handoff.business_hours import BusinessHours, Span

TAIPEI, LONDON = ZoneInfo("Asia/Taipei"), ZoneInfo("Europe/London")
NINE_TO_SIX: Span = (time(9), time(18))
OFFICE = BusinessHours(
    TAIPEI,
    {day: [NINE_TO_SIX] for day in range(5)},
    {date(2026, 11, 25): [], date(2026, 11, 28): [(time(10), time(12))]},
)
AROUND_THE_CLOCK = BusinessHours(TAIPEI, {day: [(time(0), time(0))] for day in range(7)}, {})


def taipei(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("now", "closes", "opens"),
    [
        (taipei(23, 9), taipei(23, 18), None),
        (taipei(23, 17, 59), taipei(23, 18), None),
        (taipei(23, 18), None, taipei(24, 9)),
        (taipei(23, 8, 59), None, taipei(23, 9)),
        (taipei(24, 20), None, taipei(26, 9)),  # the 25th is a holiday
        (taipei(27, 19), None, taipei(28, 10)),  # a Saturday with hours of its own
        (taipei(28, 11), taipei(28, 12), None),
        (taipei(28, 12), None, taipei(30, 9)),
    ],
)
def test_opening_and_closing(now: datetime, closes: datetime | None, opens: datetime | None) -> None:
    assert OFFICE.closes_at(now) == closes
    assert OFFICE.next_opening(now) == opens
    assert OFFICE.is_open(now) == (closes is not None)


def test_the_hours_are_the_shops_whatever_zone_now_is_in() -> None:
    assert OFFICE.is_open(taipei(23, 10).astimezone(UTC))
    assert not OFFICE.is_open(datetime(2026, 11, 23, 10, tzinfo=UTC))


def test_a_night_shift_closes_in_the_morning_and_not_at_midnight() -> None:
    bar = BusinessHours(TAIPEI, {0: [(time(20), time(0))], 1: [(time(0), time(2))]}, {})
    assert bar.closes_at(taipei(23, 22)) == taipei(24, 2)


def test_who_never_closes_closes_far_away() -> None:
    closes = AROUND_THE_CLOCK.closes_at(taipei(23, 12))
    assert closes is not None and (closes - taipei(23, 12)).days >= 7
    assert AROUND_THE_CLOCK.next_opening(taipei(23, 12)) is None


def test_a_shop_that_nobody_ever_comes_to_promises_nothing() -> None:
    empty = BusinessHours(TAIPEI, {}, {})
    assert not empty.is_open(taipei(23, 12))
    assert empty.next_opening(taipei(23, 12)) is None


def test_nine_o_clock_is_nine_o_clock_when_the_clocks_change() -> None:
    office = BusinessHours(LONDON, {day: [NINE_TO_SIX] for day in range(7)}, {})
    saturday_night = datetime(2026, 10, 24, 23, tzinfo=LONDON)
    opens = office.next_opening(saturday_night)
    assert opens is not None
    assert (opens.hour, opens.utcoffset()) == (9, datetime(2026, 10, 25, 9, tzinfo=LONDON).utcoffset())
