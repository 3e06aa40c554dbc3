"""How long somebody will wait, and how it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from handoff import expected
from handoff.expected import PRIOR, Claim, Line, Minutes

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def claims(agent: int, each: float, count: int) -> list[Claim]:
    """Somebody who took one after the other, while all of them were waiting."""
    return [Claim(agent, NOW, NOW + minutes(each * n)) for n in range(1, count + 1)]


def test_without_history_the_usual_pace_is_expected() -> None:
    assert expected.pace([]) == PRIOR
    assert expected.pace(claims(1, 9, 3)) == PRIOR, "two gaps prove nothing"


def test_with_history_the_pace_is_the_teams_own() -> None:
    assert expected.pace(claims(1, 9, 30)) == minutes(9)
    assert expected.pace([*claims(1, 9, 30), *claims(2, 4, 60)]) == minutes(4)


def test_a_quiet_hour_is_not_slowness() -> None:
    """Nobody was waiting, or the agent was at lunch."""
    quiet = [Claim(1, NOW + minutes(30 * n - 1), NOW + minutes(30 * n)) for n in range(20)]
    lunch = [Claim(2, NOW - minutes(600), NOW + minutes(60 * n)) for n in range(20)]
    assert expected.pace([*quiet, *lunch]) == PRIOR


def test_the_staff_is_the_most_who_were_there_on_one_day() -> None:
    assert expected.staff([]) == 1
    assert expected.staff([*claims(1, 9, 3), *claims(2, 9, 3)]) == 2


@pytest.mark.parametrize(
    ("line", "position", "wait"),
    [
        (Line(agents=1, pace=minutes(4)), 1, 4),
        (Line(agents=1, pace=minutes(4)), 3, 12),
        (Line(agents=4, pace=minutes(4)), 3, 3),
        (Line(agents=0, staff=2, pace=minutes(4)), 3, 6),
        (Line(agents=1, pace=minutes(4), moved_at=NOW - minutes(9)), 1, 9),  # it stands still
        (Line(agents=1, pace=minutes(4), moved_at=NOW - minutes(9)), 2, 13),
        (Line(agents=0, pace=minutes(4), moved_at=NOW - minutes(600)), 1, 4),  # of course it does at night
        (Line(agents=1, pace=minutes(4), moved_at=NOW - minutes(600)), 1, 20),
    ],
)
def test_the_wait_follows_from_place_pace_and_people(line: Line, position: int, wait: float) -> None:
    assert expected.wait(line, position, NOW) == minutes(wait)


@pytest.mark.parametrize(
    ("wait", "told"),
    [
        (0, Minutes(None, 2)),
        (2, Minutes(None, 2)),
        (2.1, Minutes(None, 3)),
        (4.2, Minutes(None, 5)),
        (5.1, Minutes(5, 10)),
        (27, Minutes(20, 30)),
        (60, Minutes(45, 60)),
        (61, Minutes(60, None)),
    ],
)
def test_a_wait_is_told_no_more_exactly_than_it_is_known(wait: float, told: Minutes) -> None:
    assert expected.told(minutes(wait)) == told


def test_who_comes_now_stands_behind_whoever_is_as_urgent() -> None:
    line = Line(ids=(7, 8, 9), ranks=(0, 2, 3))
    assert [line.behind(rank) for rank in range(4)] == [2, 2, 3, 4]
