"""When people are there: weeks, holidays, midnight, and changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.business_hours import BusinessHours, Span, read_spans, write_span

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


NIGHT = BusinessHours(TAIPEI, {0: [(time(20), time(0))], 1: [(time(0), time(2))]}, {})
ODD = BusinessHours(LONDON, {day: [(time(1, 30), time(3)), (time(2), time(4))] for day in range(7)}, {})
"""Open over the hour that is skipped or comes twice, in spans that overlap."""


@pytest.mark.parametrize(
    ("hours", "start", "worked", "end"),
    [
        (OFFICE, taipei(23, 9), 60, taipei(23, 10)),
        (OFFICE, taipei(23, 8), 60, taipei(23, 10)),
        (OFFICE, taipei(23, 17, 30), 30, taipei(23, 18)),
        (OFFICE, taipei(23, 17, 30), 31, taipei(24, 9, 1)),
        (OFFICE, taipei(24, 17), 120, taipei(26, 10)),  # over the holiday
        (OFFICE, taipei(27, 17), 120, taipei(28, 11)),  # into the Saturday with hours of its own
        (OFFICE, taipei(27, 17), 240, taipei(30, 10)),  # and past it
        (OFFICE, taipei(23, 9), 5 * 540, taipei(30, 16)),  # days
        (NIGHT, taipei(23, 23), 120, taipei(24, 1)),
        (NIGHT, taipei(24, 1), 120, taipei(30, 21)),
        (AROUND_THE_CLOCK, taipei(23, 23), 120, taipei(24, 1)),
        (OFFICE, taipei(23, 7), 0, taipei(23, 7)),
    ],
)
def test_working_time_passes_only_while_people_are_there(
    hours: BusinessHours, start: datetime, worked: int, end: datetime
) -> None:
    assert hours.add_working_time(start, timedelta(minutes=worked)) == end
    assert hours.working_time_between(start, end) == timedelta(minutes=worked)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 3, 28), timedelta(hours=2, minutes=30)),
        (date(2026, 3, 29), timedelta(hours=2)),  # 01:00 is followed by 02:00
        (date(2026, 10, 25), timedelta(hours=3, minutes=30)),  # 01:59 is followed by 01:00
    ],
)
def test_an_hour_that_is_skipped_or_comes_twice_counts_as_it_passes(day: date, worked: timedelta) -> None:
    midnight = datetime.combine(day, time(0), LONDON)
    assert ODD.working_time_between(midnight, midnight + timedelta(days=1)) == worked


def test_where_nobody_ever_comes_no_working_time_passes() -> None:
    empty = BusinessHours(TAIPEI, {}, {date(2026, 11, 23): [NINE_TO_SIX]})
    assert empty.add_working_time(taipei(23, 9), timedelta(hours=9)) == taipei(23, 18)
    assert empty.add_working_time(taipei(23, 9), timedelta(hours=9, seconds=1)) is None
    assert empty.working_time_between(taipei(24, 0), taipei(28, 0)) == timedelta(0)
    assert empty.working_time_between(taipei(24, 0), taipei(23, 0)) == timedelta(0)


moments = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds),
    st.sampled_from([datetime(2026, month, 20, tzinfo=UTC) for month in (3, 10, 11)]),
    st.integers(0, 14 * 86400),
)
"""Around changes of the clock and a holiday."""
hours_of_some_shop = st.sampled_from([OFFICE, NIGHT, ODD, AROUND_THE_CLOCK])


@given(hours_of_some_shop, moments, st.timedeltas(timedelta(seconds=1), timedelta(days=3)))
@settings(max_examples=60, deadline=None)
def test_adding_working_time_and_measuring_it_are_inverse(
    hours: BusinessHours, start: datetime, worked: timedelta
) -> None:
    end = hours.add_working_time(start, worked)
    assert end is not None and end > start
    assert hours.working_time_between(start, end) == worked


@given(hours_of_some_shop, moments, moments, moments)
@settings(max_examples=60, deadline=None)
def test_working_time_adds_up(hours: BusinessHours, one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    parts = hours.working_time_between(first, middle) + hours.working_time_between(middle, last)
    assert hours.working_time_between(first, last) == parts


BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("zone", "day", "opens_utc", "night"),
    [
        (BERLIN, date(2026, 3, 28), 8, 6),
        (BERLIN, date(2026, 3, 29), 7, 5),  # 02:00 is followed by 03:00
        (BERLIN, date(2026, 10, 24), 7, 6),
        (BERLIN, date(2026, 10, 25), 8, 7),  # 02:59 is followed by 02:00
        (NEW_YORK, date(2026, 3, 7), 14, 6),
        (NEW_YORK, date(2026, 3, 8), 13, 5),
        (NEW_YORK, date(2026, 10, 31), 13, 6),
        (NEW_YORK, date(2026, 11, 1), 14, 7),
    ],
)
def test_teams_in_two_zones_open_by_their_own_clocks_when_these_change(
    zone: ZoneInfo, day: date, opens_utc: int, night: int
) -> None:
    office = BusinessHours(zone, {n: [NINE_TO_SIX] for n in range(7)}, {})
    watch = BusinessHours(zone, {n: [(time(0), time(6))] for n in range(7)}, {})
    opens = office.next_opening(datetime.combine(day, time(0), zone).astimezone(UTC))
    assert opens == datetime(day.year, day.month, day.day, opens_utc, tzinfo=UTC)
    midnight = datetime.combine(day, time(0), zone).astimezone(UTC)
    assert watch.add_working_time(midnight, timedelta(hours=night)) == watch.closes_at(midnight)


def test_hours_that_end_with_the_skipped_one_are_not_there_that_day() -> None:
    short = BusinessHours(BERLIN, {n: [(time(2), time(3)), (time(2, 30), time(3))] for n in range(7)}, {})
    saturday = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert short.next_opening(saturday) == datetime(2026, 3, 30, 2, tzinfo=BERLIN)
    assert not any(short.is_open(datetime(2026, 3, 29, tzinfo=UTC) + timedelta(minutes=n)) for n in range(0, 1200, 5))


def test_an_opening_in_the_hour_that_is_skipped_is_told_by_what_the_clock_shows() -> None:
    early = BusinessHours(BERLIN, {6: [(time(2, 30), time(6))]}, {})
    opens = early.next_opening(datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert opens is not None and f"{opens:%H:%M}" == "03:30"


@pytest.mark.parametrize("entry", ["25:00-26:00", "09:00", "18:00-09:00", "09:00-09:00", "9-18", "09:00+01:00-18:00"])
def test_what_is_no_span_of_a_day_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="must be a span of one day"):
        read_spans([entry])


def test_written_spans_are_read_in_order_and_written_the_same() -> None:
    spans = read_spans(["13:00-24:00", "09:00-12:00"])
    assert spans == ((time(9), time(12)), (time(13), time(0)))
    assert [write_span(span) for span in spans] == ["09:00-12:00", "13:00-24:00"]
