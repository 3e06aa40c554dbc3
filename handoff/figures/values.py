"""What the figures are: waits, shares, scores and their sums, for a time and for what is compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from handoff.periods import OpenSpan, Period

By = Literal["agent", "team", "channel", "language", "reason", "product"]


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds: half waited no longer than `p50`, nineteen of twenty no longer than `p95`. `n` are counted."""

    n: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Share:
    """`n` of `of`."""

    n: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Scores:
    """`asked` were asked, `given` said something, `good` of these were satisfied; `total` adds up their scores."""

    asked: int = 0
    given: int = 0
    good: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`n` reviews of colleagues, and their scores from 0 to 100 added up."""

    n: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class People:
    """`handoffs` were asked for; the others are parts of them, and how long these took.

    `promises` are those kept by the first time that was given, of those kept or broken.
    """

    handoffs: int = 0
    answered: int = 0
    abandoned: int = 0
    soon: Share = Share()
    in_a_day: Share = Share()
    promises: Share = Share()
    first: Wait | None = None
    next: Wait | None = None
    asked: Wait | None = None
    resolution: Wait | None = None
    scores: Scores = Scores()
    reviews: Reviewed = Reviewed()


@dataclass(frozen=True, slots=True)
class Bot:
    """Episodes with an answer of the bot, and what became of them; the parts add up to `answered`."""

    answered: int = 0
    confirmed: int = 0
    assumed: int = 0
    reopened: int = 0
    wrong: int = 0
    person: int = 0
    running: int = 0
    scores: Scores = Scores()


@dataclass(frozen=True, slots=True)
class Figures:
    """`contacts` counts the matters customers came with."""

    people: People = People()
    bot: Bot = Bot()
    contacts: int = 0


NOTHING = Figures()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be counted. `hours` are when people were there, `back_within` is how soon a return counts as one.

    `team_hours` are those of teams that have their own, by id; `team` is the key of the one that alone is counted.
    """

    shown: tuple[Period, ...]
    before: Period
    hours: tuple[OpenSpan, ...]
    back_within: timedelta
    by: By | None = None
    team_hours: Mapping[int, tuple[OpenSpan, ...]] = field(default_factory=dict)
    team: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One value of what is compared; `key` is empty for who has none."""

    key: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    total: Figures
    before: Figures
    series: tuple[Figures, ...]
    groups: tuple[Group, ...]
    reasons: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Handoffs by reason: in the shown periods, and before."""
