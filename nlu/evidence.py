"""How likely an automatic answer is right, by everything that speaks for and against it: pure.

An additive model (Hastie and Tibshirani, "Generalized additive models", 1986): each number adds what its curve says,
each word what it weighs, and their sum is the log-odds of being right. `nlu.weighing` fits it; each weight can be read
and questioned.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Evidence = Mapping[str, float | str]
"""What is known about a would-be answer, by name: numbers, and words that are one of a few."""
SMALLEST = 1e-6


def log_odds(probability: float) -> float:
    """Between about -14 and 14, whatever is asked."""
    kept = min(max(probability, SMALLEST), 1 - SMALLEST)
    return math.log(kept / (1 - kept))


@dataclass(frozen=True, slots=True)
class Weights:
    """`curves` holds each number's points (x, log-odds) from left to right, `words` each word's log-odds by name."""

    bias: float
    curves: Mapping[str, Sequence[tuple[float, float]]]
    words: Mapping[str, Mapping[str, float]]

    def likelihood(self, evidence: Evidence) -> float:
        """Of being right (0–1). What was never seen neither helps nor harms."""
        said = self.bias + math.fsum(
            self.words.get(name, {}).get(value, 0.0)
            if isinstance(value, str)
            else _height(self.curves.get(name, ()), value)
            for name, value in evidence.items()
        )
        return 1 / (1 + math.exp(-max(-500.0, min(500.0, said))))

    def stored(self) -> dict[str, Any]:
        return {"bias": self.bias, "curves": self.curves, "words": self.words}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Weights":
        """What `stored` gave. Raises KeyError, TypeError or ValueError where it is something else."""
        curves = {name: tuple((float(x), float(y)) for x, y in points) for name, points in stored["curves"].items()}
        words = {name: {word: float(y) for word, y in some.items()} for name, some in stored["words"].items()}
        return cls(float(stored["bias"]), curves, words)


def _height(points: Sequence[tuple[float, float]], x: float) -> float:
    """On the line through the points; beyond the outer ones it goes on level."""
    if not points:
        return 0.0
    after = bisect_right(points, x, key=lambda point: point[0])
    if after in (0, len(points)):
        return points[0 if after == 0 else -1][1]
    (left, low), (right, high) = points[after - 1], points[after]
    return low + (high - low) * (x - left) / (right - left)
