"""How sure is sure enough: what is chosen from messages that nothing was learnt from.

A network is too sure of itself. `fitted_temperature` corrects how sure it says it is (Guo et al., "On calibration of
modern neural networks", 2017); `chosen` finds from when on an automatic answer keeps to the share of wrong ones a shop
allows, and how far the truth may lie from what was counted (Geifman and El-Yaniv, "Selective classification for deep
neural networks", 2017, with the exact binomial bound of Clopper and Pearson, 1934).
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from nlu import whole
from nlu.errors import SetupError
from nlu.evidence import Evidence, Weights
from nlu.result import IntentScore, Reading

Kind = Literal["answer", "decline"]
NEVER = 1.01
"""A threshold that nothing reaches."""
CERTAINTY = 0.95
PROOF = 0.8
"""How certain it has to be that answers keep to the budget before they are given: four of five such counts would."""
TEMPERATURES = (0.5, 5.0)
SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class Trial:
    """What would have been said to one message: how sure (0–1), and whether it was right."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """From `threshold` on, `wrong` of `answered` trials were wrong; with 95 % certainty at most `bound` (0–1) are."""

    threshold: float
    answered: int = 0
    wrong: int = 0
    bound: float = 1.0

    @property
    def possible(self) -> bool:
        """Whether anything is answered at all."""
        return self.threshold < NEVER


def chosen(trials: Iterable[Trial], budget: float) -> Choice:
    """The lowest threshold from which the share of wrong answers is, as certainly as `PROOF`, within `budget` (0–1).

    So luck on few trials does not count as proof: with a budget of 2 % fewer than 80 trials prove nothing, and nothing
    is answered.
    """
    best = Choice(NEVER)
    answered = wrong = 0
    ordered = sorted(trials, key=lambda trial: -trial.confidence)
    for at, trial in enumerate(ordered):
        answered, wrong = answered + 1, wrong + (not trial.right)
        tied = at + 1 < len(ordered) and ordered[at + 1].confidence == trial.confidence
        if not tied and _is_proved(wrong, answered, budget):
            best = Choice(trial.confidence, answered, wrong)
    return replace(best, bound=upper_bound(best.wrong, best.answered))


def _is_proved(wrong: int, answered: int, budget: float) -> bool:
    """Whether the upper bound at `PROOF` is within the budget, without searching for it."""
    if not 0 < budget < 1:
        return budget >= 1
    return wrong < answered and _at_most(wrong, answered, budget) <= 1 - PROOF


def upper_bound(wrong: int, answered: int, certainty: float = CERTAINTY) -> float:
    """The largest true share of wrong answers (0–1) under which seeing so few is not yet surprising."""
    if wrong >= answered:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, answered, middle) > 1 - certainty else (low, middle)
    return high


def _at_most(wrong: int, answered: int, share: float) -> float:
    """The probability of no more than `wrong` among `answered` where each is wrong with probability `share`."""
    logs = (
        math.lgamma(answered + 1)
        - math.lgamma(n + 1)
        - math.lgamma(answered - n + 1)
        + n * math.log(share)
        + (answered - n) * math.log1p(-share)
        for n in range(wrong + 1)
    )
    return math.fsum(math.exp(value) for value in logs)


def fitted_temperature(readings: Sequence[tuple[Reading, frozenset[str]]]) -> float:
    """What to divide the scores by so that readings, each with the intents that are right, surprise least."""
    low, high = TEMPERATURES
    golden = (math.sqrt(5) - 1) / 2
    while readings and high - low > 0.02:
        one, other = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, other) if _surprise(readings, one) < _surprise(readings, other) else (one, high)
    return round((low + high) / 2, 3) if readings else 1.0


def _surprise(readings: Sequence[tuple[Reading, frozenset[str]]], temperature: float) -> float:
    return -math.fsum(
        math.log(max(SMALLEST, sum(s.confidence for s in softened(reading, temperature).ranking if s.name in right)))
        for reading, right in readings
    )


def softened(reading: Reading, temperature: float) -> Reading:
    """The reading with its confidences at another temperature; the order stays, they still sum to 1."""
    powers = [max(score.confidence, SMALLEST) ** (1 / temperature) for score in reading.ranking]
    total = math.fsum(powers)
    ranking = tuple(
        IntentScore(score.name, power / total) for score, power in zip(reading.ranking, powers, strict=True)
    )
    return replace(reading, ranking=ranking)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured of one model; `trials` by language and kind. `basis` names what it was measured on.

    Without `weights` too little was seen to tell what is right: nothing is.
    """

    model: str
    basis: str
    temperature: float
    trials: Mapping[str, Mapping[Kind, tuple[Trial, ...]]] = field(default_factory=dict)
    weights: Weights | None = None

    def choice(self, language: str, kind: Kind, budget: float) -> Choice:
        """Where answers of this kind begin in this language; a language without trials answers nothing."""
        return chosen(self.trials.get(language, {}).get(kind, ()), budget)

    def read(self, reading: Reading) -> Reading:
        """A reading as sure as it may be."""
        return softened(reading, self.temperature)

    def likelihood(self, evidence: Evidence) -> float:
        """How likely (0–1) an automatic answer with this evidence is right."""
        return self.weights.likelihood(evidence) if self.weights else 0.0

    def save(self, file: Path) -> None:
        """The file appears whole or not at all."""
        trials = {
            language: {kind: [[round(t.confidence, 6), t.right] for t in some] for kind, some in kinds.items()}
            for language, kinds in self.trials.items()
        }
        content = {
            "model": self.model,
            "basis": self.basis,
            "temperature": self.temperature,
            "trials": trials,
            "weights": self.weights.stored() if self.weights else None,
        }
        whole.write(file, json.dumps(content))


def load(file: Path) -> Calibration | None:
    """What `save` wrote; None where nothing was. Raises `SetupError` where the file is something else."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        trials = {
            language: {kind: tuple(Trial(float(c), bool(r)) for c, r in some) for kind, some in kinds.items()}
            for language, kinds in content["trials"].items()
        }
        weights = Weights.read(content["weights"]) if content.get("weights") else None
        return Calibration(content["model"], content["basis"], float(content["temperature"]), trials, weights)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SetupError(f"{file} is no calibration: remove it, and it is made anew") from None
