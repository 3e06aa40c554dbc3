"""What speaks for and against an answer, added up."""

import math

import pytest

from nlu.evidence import Evidence, Weights, log_odds

WEIGHTS = Weights(-1.0, {"reading": ((0.0, -2.0), (4.0, 2.0), (6.0, 2.5))}, {"way": {"skill": 0.5, "article": -0.5}})
EXPECTED: dict[str, tuple[Evidence, float]] = {
    "nothing known": ({}, -1.0),
    "on a point": ({"reading": 4.0}, 1.0),
    "between two points": ({"reading": 1.0}, -2.0),
    "beyond the last point": ({"reading": 99.0}, 1.5),
    "before the first point": ({"reading": -99.0}, -3.0),
    "a word and a number": ({"reading": 6.0, "way": "skill"}, 2.0),
    "a word never seen": ({"reading": 6.0, "way": "letter"}, 1.5),
    "a name never seen": ({"weather": 3.0, "mood": "fine"}, -1.0),
}


@pytest.mark.parametrize("case", EXPECTED)
def test_numbers_count_by_their_curve_and_words_by_their_weight(case: str) -> None:
    evidence, said = EXPECTED[case]
    assert WEIGHTS.likelihood(evidence) == pytest.approx(1 / (1 + math.exp(-said)))


def test_no_sum_is_too_large_to_be_a_likelihood() -> None:
    assert Weights(1e6, {}, {}).likelihood({}) == 1
    assert Weights(-1e6, {}, {}).likelihood({}) == pytest.approx(0)


def test_log_odds_are_finite_and_undone_by_the_logistic() -> None:
    assert log_odds(0.5) == 0
    assert log_odds(0.9) == pytest.approx(math.log(9))
    assert [log_odds(0), log_odds(1)] == pytest.approx([math.log(1e-6), -math.log(1e-6)], rel=1e-5)


def test_what_is_stored_is_read_back() -> None:
    assert Weights.read(WEIGHTS.stored()) == WEIGHTS


@pytest.mark.parametrize(
    "broken", [{}, {"bias": 0, "curves": {"x": [1, 2]}, "words": {}}, {"bias": None, "curves": {}, "words": {}}]
)
def test_what_is_something_else_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Weights.read(broken)
