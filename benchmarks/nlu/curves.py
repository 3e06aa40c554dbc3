"""Figures of a system that may also leave a message to a person: what it gets right, and at what price."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from benchmarks.nlu.datasets import OUT_OF_SCOPE
from benchmarks.nlu.scores import Scored


@dataclass(frozen=True, slots=True)
class Point:
    """From `threshold` on `answered` messages are answered, `right` of them rightly; `in_scope` could be."""

    threshold: float
    answered: int
    right: int
    in_scope: int

    @property
    def wrong_share(self) -> float:
        """Of the answers (0–1); an answer to what is out of scope is wrong."""
        return 1 - self.right / self.answered if self.answered else 0.0

    @property
    def right_share(self) -> float:
        """Of the messages in scope (0–1)."""
        return self.right / self.in_scope


def accuracy(scored: Sequence[Scored]) -> float:
    """Share (0–1) of the messages in scope that are understood, were every message answered."""
    known = [one for one in scored if _in_scope(one)]
    return sum(one.right for one in known) / len(known)


def auroc(scored: Sequence[Scored]) -> float:
    """How often (0–1) a message in scope has a higher score than one out of scope; equal scores count half."""
    below, won = 0, 0.0
    for _, group in groupby(sorted(scored, key=_score), key=_score):
        tied = list(group)
        known = sum(map(_in_scope, tied))
        won += known * (below + (len(tied) - known) / 2)
        below += len(tied) - known
    return won / (below * (len(scored) - below))


def curve(scored: Sequence[Scored]) -> list[Point]:
    """A point for every score there is, highest first; what has one score is answered together."""
    in_scope = sum(map(_in_scope, scored))
    points, answered, right = [], 0, 0
    for threshold, group in groupby(sorted(scored, key=_score, reverse=True), key=_score):
        tied = list(group)
        answered, right = answered + len(tied), right + sum(one.right for one in tied)
        points.append(Point(threshold, answered, right, in_scope))
    return points


def most_right(scored: Sequence[Scored], budget: float) -> Point:
    """The point that answers most with a share of at most `budget` (0–1) wrong; with none nothing is answered."""
    nothing = Point(float("inf"), 0, 0, sum(map(_in_scope, scored)))
    return max((point for point in curve(scored) if point.wrong_share <= budget), key=_answered, default=nothing)


def from_threshold(scored: Sequence[Scored], threshold: float) -> Point:
    """What comes of a threshold that was chosen elsewhere."""
    answered = [one for one in scored if one.score >= threshold]
    return Point(threshold, len(answered), sum(one.right for one in answered), sum(map(_in_scope, scored)))


def reaching(scored: Sequence[Scored], right_share: float) -> Point | None:
    """The surest point at which so many (0–1) of the messages in scope are answered rightly, if there is one."""
    return next((point for point in curve(scored) if point.right_share >= right_share), None)


def _score(one: Scored) -> float:
    return one.score


def _answered(point: Point) -> int:
    return point.answered


def _in_scope(one: Scored) -> bool:
    return one.message.label != OUT_OF_SCOPE
