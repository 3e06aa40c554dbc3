"""Quality reviews: what a review is worth, what it looks at, and which conversations are read. Pure rules."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from random import Random

SCORES = range(1, 6)
TELLING = 5
"""Fewer reviews say more about the sample than about the agent."""


class Answer(StrEnum):
    """What a review says of a point: kept, not kept, or that it does not apply here."""

    KEPT = "kept"
    MISSED = "missed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look for; `text` is by language."""

    key: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checklist:
    """What is looked for in a kind of case; without `reasons` and `intents` it is for whatever no other one names."""

    key: str
    title: Mapping[str, str]
    points: tuple[Point, ...]
    reasons: frozenset[str] = frozenset()
    intents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An episode that an agent resolved. `reviewers` have it on their list, or have scored it."""

    conversation_id: int
    episode: int
    agent_id: int
    reason: str
    intent: str | None
    resolved_at: datetime
    reviewers: frozenset[int] = frozenset()


def checklist_of(lists: Iterable[Checklist], reason: str, intent: str | None) -> Checklist | None:
    """The first that names the reason or the intent, else the first that names neither."""
    known = tuple(lists)
    named = (one for one in known if reason in one.reasons or intent in one.intents)
    general = (one for one in known if not one.reasons and not one.intents)
    return next(named, None) or next(general, None)


def iqs(scores: Sequence[int], answers: Iterable[Answer]) -> int:
    """0–100, half up: the mean of equal parts, each 0–100. A score of 1 is 0 and one of 5 is 100.

    The checklist is one part more: the points that were kept, of those that apply; where none does it is no part.
    """
    said = Counter(answers)
    parts = [Fraction((score - 1) * 25) for score in scores]
    if applies := said[Answer.KEPT] + said[Answer.MISSED]:
        parts.append(Fraction(100 * said[Answer.KEPT], applies))
    return int(sum(parts) / len(parts) + Fraction(1, 2))


def average(n: int, total: int) -> float | None:
    """The mean of `n` values, to a tenth; None where these are too few to tell."""
    return round(total / n, 1) if n >= TELLING else None


def may_review(candidate: Candidate, reviewer: int) -> bool:
    """Nobody reviews their own work, nor the same twice."""
    return candidate.agent_id != reviewer and reviewer not in candidate.reviewers


def sample(found: Iterable[Candidate], reviewer: int, count: int, seed: int) -> list[Candidate]:
    """At most `count`, by turns of who was reviewed least among what was found, at random by `seed` beyond that.

    Of an agent's, what nobody has reviewed yet comes first.
    """
    chance = Random(seed)  # noqa: S311 - a lot that can be drawn again, no secret
    reviewed: Counter[int] = Counter()
    left: defaultdict[int, list[Candidate]] = defaultdict(list)
    for one in sorted(found, key=lambda one: (one.conversation_id, one.episode)):
        reviewed[one.agent_id] += len(one.reviewers)
        if may_review(one, reviewer):
            left[one.agent_id].append(one)
    agents = list(left)
    chance.shuffle(agents)
    for agent in agents:
        chance.shuffle(left[agent])
        left[agent].sort(key=lambda one: -len(one.reviewers))
    drawn: list[Candidate] = []
    while len(drawn) < count and (waiting := [agent for agent in agents if left[agent]]):
        agent = min(waiting, key=lambda one: reviewed[one])
        drawn.append(left[agent].pop())
        reviewed[agent] += 1
    return drawn
