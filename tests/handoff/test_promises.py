"""Which times are promised, and when they are told anew."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from handoff import promises
from handoff.business_hours import BusinessHours
from handoff.sla import Sla
from handoff.values import Priority, PromisedTime

TAIPEI = ZoneInfo("Asia/Taipei")
OFFICE = BusinessHours(TAIPEI, {day: [(time(9), time(18))] for day in range(5)}, {date(2026, 11, 25): []})


def taipei(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TAIPEI)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("now", "expected", "staffed", "kind", "due"),
    [
        (taipei(23, 10), 1, True, "wait", taipei(23, 10, 10)),
        (taipei(23, 10, 1), 4, True, "wait", taipei(23, 10, 10)),
        (taipei(23, 10, 2), 20, True, "wait", taipei(23, 10, 45)),
        (taipei(23, 10), 3, False, "wait", taipei(23, 10, 30)),  # nobody has opened the console yet
        (taipei(23, 17, 50), 20, True, "wait", taipei(24, 9, 30)),  # people go home meanwhile
        (taipei(23, 20), 3, False, "opening", taipei(24, 9, 30)),
        (taipei(23, 20), 40, False, "opening", taipei(24, 10, 20)),  # a long line in the morning
        (taipei(24, 20), 3, True, "opening", taipei(26, 9, 30)),  # a holiday; who works late promises nothing
        (taipei(27, 19), 3, False, "opening", taipei(30, 9, 30)),
    ],
)
def test_promised_is_what_can_be_kept(now: datetime, expected: float, staffed: bool, kind: str, due: datetime) -> None:
    found = promises.promised(OFFICE, minutes(expected), now, staffed=staffed)
    assert found is not None
    assert (found.kind, found.due_at) == (kind, due)


@pytest.mark.parametrize(
    ("now", "deadline", "due"),
    [
        (taipei(23, 10, 2), taipei(23, 10, 7), taipei(23, 10, 7)),
        (taipei(23, 10, 2), taipei(23, 10, 32), taipei(23, 10, 10)),
        (taipei(23, 20), taipei(24, 9, 5), taipei(24, 9, 5)),
        (taipei(23, 10, 2), taipei(23, 10, 2) + minutes(0.5), taipei(23, 10, 3)),
        (taipei(23, 10, 2) + minutes(0.2), taipei(23, 10, 3), taipei(23, 10, 4)),
    ],
)
def test_nothing_behind_a_deadline_of_ones_own_is_promised(now: datetime, deadline: datetime, due: datetime) -> None:
    found = promises.promised(OFFICE, minutes(3), now, staffed=True, deadline=deadline)
    assert found is not None
    assert found.due_at == due


def test_where_nobody_comes_nothing_is_promised() -> None:
    assert promises.promised(BusinessHours(TAIPEI, {}, {}), minutes(3), taipei(23, 10), staffed=False) is None


@pytest.mark.parametrize(
    ("due", "near", "retold"),
    [
        (10, 6, 8),
        (60, 36, 48),
        (600, 570, 585),
        (3, 0, 1),
    ],
)
def test_a_promise_is_near_and_told_anew_before_it_slips(due: float, near: float, retold: float) -> None:
    made = taipei(23, 10)
    assert promises.near_at(made, made + minutes(due)) == made + minutes(near)
    assert promises.retold_at(made, made + minutes(due)) == made + minutes(retold)


def test_a_time_is_rounded_to_what_people_say() -> None:
    assert promises.rounded_up(taipei(23, 10, 35)) == taipei(23, 10, 35)
    assert promises.rounded_up(taipei(23, 10, 35) + timedelta(microseconds=1)) == taipei(23, 10, 40)
    assert promises.rounded_up(taipei(23, 23, 58)) == taipei(24, 0)
    assert promises.rounded_up(taipei(23, 23, 58)).tzinfo is UTC


def test_a_deadline_is_counted_in_business_hours_and_near_in_its_last_fifth() -> None:
    sla = Sla(OFFICE, {Priority.HIGH: {"first_response": minutes(50), "resolution": minutes(600)}})
    late = taipei(24, 17, 30)
    first, whole = (sla.deadline(target, Priority.HIGH, late) for target in ("first_response", "resolution"))
    assert first is not None and whole is not None
    assert (first.warn_at, first.at) == (taipei(26, 9, 10), taipei(26, 9, 20))
    assert whole.at == taipei(27, 9, 30)
    assert sla.deadline("next_response", Priority.HIGH, late) is None
    assert sla.deadline("first_response", Priority.LOW, late) is None


def test_kept_is_what_came_by_the_first_time() -> None:
    promise = PromisedTime("wait", taipei(23, 11))
    assert promises.is_kept(promise.due_at, taipei(23, 11))
    assert not promises.is_kept(promise.due_at, taipei(23, 11, 1))
