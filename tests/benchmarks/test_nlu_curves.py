"""The arithmetic of judging systems that may leave a message to a person."""

import pytest

from benchmarks.nlu import curves
from benchmarks.nlu.datasets import OUT_OF_SCOPE, Labelled
from benchmarks.nlu.scores import Scored


def scored(score: float, meant: str, label: str = "refund") -> Scored:
    return Scored(Labelled("a message", meant), label, score)


READ = [
    scored(0.9, "refund"),
    scored(0.8, "refund"),
    scored(0.7, OUT_OF_SCOPE),
    scored(0.6, "refund"),
    scored(0.5, "invoice"),
    scored(0.1, OUT_OF_SCOPE),
]


def test_accuracy_is_of_the_messages_in_scope() -> None:
    assert curves.accuracy(READ) == 3 / 4


def test_auroc_is_how_often_a_message_in_scope_scores_higher() -> None:
    assert curves.auroc(READ) == 6 / 8


def test_equal_scores_count_half() -> None:
    assert curves.auroc([scored(1.0, "refund"), scored(1.0, OUT_OF_SCOPE)]) == 0.5


@pytest.mark.parametrize(("budget", "right", "wrong"), [(0.0, 2 / 4, 0.0), (0.25, 3 / 4, 1 / 4), (1.0, 3 / 4, 1 / 2)])
def test_as_much_as_the_budget_of_wrong_answers_allows_is_answered(budget: float, right: float, wrong: float) -> None:
    point = curves.most_right(READ, budget)
    assert point.right_share == right
    assert point.wrong_share == pytest.approx(wrong)


def test_what_has_one_score_is_answered_together_or_not_at_all() -> None:
    tied = [scored(1.0, "refund"), scored(1.0, "refund"), scored(1.0, OUT_OF_SCOPE)]
    assert curves.most_right(tied, 0.1).answered == 0
    assert curves.from_threshold(tied, curves.most_right(tied, 0.1).threshold).answered == 0


def test_a_threshold_chosen_elsewhere_is_kept_to() -> None:
    point = curves.from_threshold(READ, 0.65)
    assert (point.answered, point.right) == (3, 2)


def test_a_share_that_is_never_reached_has_no_point() -> None:
    reached = curves.reaching(READ, 0.75)
    assert reached is not None and reached.threshold == 0.6
    assert curves.reaching(READ, 0.8) is None
