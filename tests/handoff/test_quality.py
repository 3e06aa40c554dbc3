"""What a review is worth, what it looks at, and which conversations are drawn."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from handoff.quality import Answer, Candidate, Checklist, Point, average, checklist_of, iqs, sample

LEAD = 99
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
K, M, N = Answer.KEPT, Answer.MISSED, Answer.NONE


@pytest.mark.parametrize(
    ("scores", "answers", "worth"),
    [
        ((5, 5, 5), (), 100),
        ((1, 1, 1), (), 0),
        ((3, 3, 3), (N, N), 50),  # no point applies: the scores alone
        ((5, 5, 5), (M, M), 75),  # 100 100 100 and 0
        ((5, 4, 3), (K, K, K, M), 75),  # 100 75 50 and 75
        ((5, 4, 4), (), 83),  # 250 / 3 = 83.3
        ((5, 5, 4), (), 92),  # 275 / 3 = 91.7
        ((2, 2, 2), (K, M, M, N), 27),  # 25 25 25 and 33.3: 27.08
        ((5, 5, 4), (K, M, M), 77),  # 275 + 33.3 = 308.3: 77.08
        ((4, 4, 3), (K, M), 63),  # 75 75 50 and 50: 62.5 is rounded up
    ],
)
def test_the_score_is_the_mean_of_equal_parts(scores: tuple[int, ...], answers: tuple[Answer, ...], worth: int) -> None:
    assert iqs(scores, answers) == worth


def test_below_five_reviews_there_is_no_mean() -> None:
    assert (average(4, 400), average(5, 411), average(0, 0)) == (None, 82.2, None)


def a_list(key: str, *, reasons: tuple[str, ...] = (), intents: tuple[str, ...] = ()) -> Checklist:
    return Checklist(key, {"en": key}, (Point("p", {"en": "?"}),), frozenset(reasons), frozenset(intents))


@pytest.mark.parametrize(
    ("reason", "intent", "chosen"),
    [
        ("safety", "request_return", "safety"),  # both name it: the first in the file
        ("low_confidence", "request_return", "returns"),
        ("low_confidence", "coupon", "general"),
        ("low_confidence", None, "general"),
    ],
)
def test_the_first_checklist_that_names_the_case_has_it(reason: str, intent: str | None, chosen: str) -> None:
    lists = [
        a_list("general"),
        a_list("safety", reasons=("safety",)),
        a_list("returns", intents=("request_return",)),
        a_list("late"),
    ]
    found = checklist_of(lists, reason, intent)
    assert found is not None and found.key == chosen


def test_where_no_checklist_fits_there_is_none() -> None:
    assert checklist_of([a_list("returns", intents=("request_return",))], "swept", None) is None
    assert checklist_of([], "swept", None) is None


def of_agent(agent: int, count: int, *reviewers: int) -> list[Candidate]:
    """So many episodes of an agent, each reviewed by these."""
    return [Candidate(agent * 1000 + n, 1, agent, "swept", None, NOW, frozenset(reviewers)) for n in range(count)]


def test_who_was_reviewed_least_comes_first_until_all_are_even() -> None:
    found = of_agent(1, 50) + of_agent(2, 3, 7) + of_agent(2, 47)[3:] + of_agent(3, 1)
    drawn = Counter(one.agent_id for one in sample(found, LEAD, 6, seed=5))
    # 2 has three reviews already; 3 has only one conversation.
    assert drawn == {1: 4, 3: 1, 2: 1}


def test_nobody_gets_their_own_or_the_same_twice() -> None:
    found = of_agent(LEAD, 5) + of_agent(1, 5, LEAD)
    assert sample(found, LEAD, 10, seed=1) == []


def test_what_nobody_has_reviewed_comes_before_what_a_colleague_has() -> None:
    fresh, known = of_agent(1, 2), of_agent(1, 9, 7)[2:]
    drawn = sample(known + fresh, LEAD, 3, seed=1)
    assert set(drawn[:2]) == set(fresh) and drawn[2] in known


def test_the_seed_decides_and_the_order_it_was_found_in_does_not() -> None:
    found = of_agent(1, 40) + of_agent(2, 40)
    once = sample(found, LEAD, 10, seed=3)
    assert once == sample(found[::-1], LEAD, 10, seed=3) and len(set(once)) == 10
    assert once != sample(found, LEAD, 10, seed=4)
