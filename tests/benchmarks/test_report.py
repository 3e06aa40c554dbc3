"""The arithmetic of the benchmarks; no test asserts how fast anything is."""

import pytest

from benchmarks.clients import Exchange, Load
from benchmarks.questions import CONVERSATIONS, LENGTH, conversations
from benchmarks.report import Spread, flat, percentile, spread


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.991, 100), (1.0, 100)]
)
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_a_single_value_is_every_percentile() -> None:
    assert [percentile([7.0], share) for share in (0.01, 0.5, 0.99)] == [7.0] * 3


def test_rounds_become_a_median_with_its_range() -> None:
    assert spread([3.0, 9.0, 4.0]) == Spread(4.0, 3.0, 9.0)
    assert flat("answers_per_s", Spread(40.04, 3.00049, 90.0)) == {
        "answers_per_s": 40.0,
        "answers_per_s_low": 3.0,
        "answers_per_s_high": 90.0,
    }


def test_only_answers_count_as_answers() -> None:
    load = Load(2.0, [Exchange("answered", 0.1), Exchange("handed_off", 0.001), Exchange("other", 0.001)])
    assert load.answers_per_s == 0.5
    assert load.latencies_ms == [100.0]


def test_messages_come_as_whole_conversations() -> None:
    assert {len(conversation) for conversation in CONVERSATIONS} == {LENGTH}
    assert sum(map(len, conversations(50))) == 48
