"""What is counted over judged cases, beside the figures of decisions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from statistics import fmean
from typing import TypedDict, Unpack

from bot.evaluation import Figures, Judged, figures
from bot.shop import LANGUAGES
from nlu.calibration import Trial, chosen, upper_bound

BINS = 10
MAX_POINTS = 60


@dataclass(frozen=True, slots=True)
class Bin:
    """The messages whose reading was between `low` and `high` sure (0–1): how sure on average, how many rightly."""

    low: float
    high: float
    messages: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """What follows from a threshold: `coverage` as in `Figures`, and the share of what is said that is wrong (0–1)."""

    threshold: float
    coverage: float
    wrong_share: float


@dataclass(frozen=True, slots=True)
class ChosenPoint:
    """The point that keeps to the budget; with 95 % certainty at most `bound` (0–1) of what is said is wrong."""

    point: Point
    bound: float


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """How often an intent was meant, read, and both."""

    name: str
    support: int
    predicted: int
    right: int

    @property
    def precision(self) -> float | None:
        return share(self.right, self.predicted)

    @property
    def recall(self) -> float | None:
        return share(self.right, self.support)

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.support + self.predicted)


@dataclass(frozen=True, slots=True)
class Confusion:
    expected: str
    predicted: str
    messages: int


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything counted over some judged cases. `pairs`: how often one intent was meant and which one was read."""

    figures: Figures
    pairs: Mapping[tuple[str, str], int]
    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]
    chosen: ChosenPoint | None

    @property
    def wrong_share(self) -> float | None:
        return share(self.figures.wrong, self.figures.automatic)

    @property
    def wrong_bound(self) -> float:
        """The largest share of wrong answers that is not yet surprising, with 95 % certainty."""
        return upper_bound(self.figures.wrong, self.figures.automatic)

    @property
    def coverage(self) -> float | None:
        return share(self.figures.right, self.figures.asking)

    @property
    def handoff_share(self) -> float | None:
        return share(self.figures.handed_off, self.figures.messages)

    @property
    def needless_handoff_share(self) -> float | None:
        return share(self.figures.needless, self.figures.answerable)

    @property
    def call_recall(self) -> float | None:
        return share(self.figures.called, self.figures.for_people)

    @property
    def intent_accuracy(self) -> float | None:
        right = sum(messages for (expected, predicted), messages in self.pairs.items() if expected == predicted)
        return share(right, sum(self.pairs.values()))

    @property
    def macro_f1(self) -> float | None:
        """The mean over every intent that was meant or read, however rare."""
        return fmean(one.f1 for one in self.intents) if self.pairs else None

    @property
    def calibration_error(self) -> float | None:
        """By how much confidence and accuracy differ in a bin, averaged over messages."""
        known = sum(one.messages for one in self.bins)
        gaps = (one.messages * abs((one.accuracy or 0) - (one.confidence or 0)) for one in self.bins)
        return sum(gaps) / known if known else None

    @property
    def intents(self) -> tuple[IntentFigures, ...]:
        """By name."""
        support, predicted = Counter[str](), Counter[str]()
        for (meant, read), messages in self.pairs.items():
            support[meant] += messages
            predicted[read] += messages
        return tuple(
            IntentFigures(name, support[name], predicted[name], self.pairs.get((name, name), 0))
            for name in sorted(support.keys() | predicted.keys())
        )

    @property
    def worst_intents(self) -> tuple[IntentFigures, ...]:
        """Those that are ever missed or read wrongly, worst first."""
        return tuple(sorted((i for i in self.intents if i.f1 < 1), key=lambda i: (i.f1, -i.support, i.name)))

    @property
    def confusions(self) -> tuple[Confusion, ...]:
        """Most frequent first."""
        mixed = (Confusion(*pair, messages) for pair, messages in self.pairs.items() if pair[0] != pair[1])
        return tuple(sorted(mixed, key=lambda one: (-one.messages, one.expected, one.predicted)))


class About(TypedDict, total=False):
    """What the judged messages do not tell.

    `budget` is the share of wrong answers (0–1) a shop allows. `at_any` is what would be said to the same cases at any
    confidence (see `AtAnyConfidence`), for the curves; without it they end at the thresholds in force.
    """

    title: str
    model: str | None
    budget: float | None
    at_any: Sequence[Judged] | None


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation; `languages` has those with cases."""

    title: str
    model: str | None
    budget: float | None
    overall: Measures
    languages: Mapping[str, Measures]
    wrong: tuple[Judged, ...]


def report_of(found: Sequence[Judged], **about: Unpack[About]) -> Report:
    budget, at_any = about.get("budget"), about.get("at_any")
    free = found if at_any is None else at_any
    languages: dict[str, Measures] = {}
    for language in LANGUAGES:
        some = [one for one in found if one.case.lang == language]
        if some:
            languages[language] = _measures(some, [one for one in free if one.case.lang == language], budget)
    return Report(
        about.get("title", "Evaluation"),
        about.get("model"),
        budget,
        _measures(found, free, budget),
        languages,
        tuple(one for one in found if one.is_wrong),
    )


def share(part: int, whole: int) -> float | None:
    """0–1; None of nothing."""
    return part / whole if whole else None


def _measures(found: Sequence[Judged], free: Sequence[Judged], budget: float | None) -> Measures:
    counted = figures(found)
    curve = _curve(free, counted.asking)
    point = _chosen(free, curve, budget) if budget is not None else None
    return Measures(counted, _pairs(found), _bins(found), _thinned(curve, point), point)


def _known(found: Sequence[Judged]) -> list[tuple[Judged, str]]:
    """Messages with a known meaning that were read, and with what is an accepted reading."""
    return [(one, one.intent) for one in found if one.case.accept and one.intent is not None]


def _pairs(found: Sequence[Judged]) -> dict[tuple[str, str], int]:
    return Counter((read if read in one.case.accept else one.case.accept[0], read) for one, read in _known(found))


def _bins(found: Sequence[Judged]) -> tuple[Bin, ...]:
    filled: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for one, read in _known(found):
        filled[min(int(one.confidence * BINS), BINS - 1)].append((one.confidence, read in one.case.accept))
    return tuple(_bin(number, some) for number, some in enumerate(filled))


def _bin(number: int, some: Sequence[tuple[float, bool]]) -> Bin:
    low, high = number / BINS, (number + 1) / BINS
    if not some:
        return Bin(low, high, 0, None, None)
    return Bin(low, high, len(some), fmean(sure for sure, _ in some), fmean(right for _, right in some))


def _said(free: Sequence[Judged]) -> list[Judged]:
    """What a threshold is chosen from, surest first."""
    return sorted((one for one in free if one.is_said), key=lambda one: -one.sureness)


def _curve(free: Sequence[Judged], asking: int) -> list[Point]:
    """A point for each confidence at which something is said."""
    said = _said(free)
    right = list(accumulate(one.is_right_answer and one.case.asks_something for one in said))
    wrong = list(accumulate(one.is_wrong for one in said))
    lasts = [[n for n, _ in tied][-1] for _, tied in groupby(enumerate(said), key=lambda at: at[1].sureness)]
    return [Point(said[n].sureness, (share(right[n], asking) or 0.0), wrong[n] / (n + 1)) for n in lasts]


def _chosen(free: Sequence[Judged], curve: Sequence[Point], budget: float) -> ChosenPoint | None:
    choice = chosen((Trial(one.sureness, not one.is_wrong) for one in _said(free)), budget)
    return next((ChosenPoint(p, choice.bound) for p in curve if p.threshold == choice.threshold), None)


def _thinned(curve: Sequence[Point], kept: ChosenPoint | None) -> tuple[Point, ...]:
    """At most `MAX_POINTS`: the ends, the chosen one, and what lies evenly between."""
    if len(curve) <= MAX_POINTS:
        return tuple(curve)
    steps = MAX_POINTS - 2
    numbers = {round(step * (len(curve) - 1) / steps) for step in range(steps + 1)}
    return tuple(p for n, p in enumerate(curve) if n in numbers or (kept is not None and p == kept.point))
