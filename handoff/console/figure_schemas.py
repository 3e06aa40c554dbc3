"""Shapes of the page of figures. What each figure means stands in docs/metrics.md."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wait(_Schema):
    """Seconds; `n` waits were counted."""

    n: int
    p50: float
    p95: float


class Share(_Schema):
    """`n` of `of`."""

    n: int
    of: int


class Scores(_Schema):
    """`good` of the `given` scores are 4 or 5; `total` adds all up."""

    asked: int
    given: int
    good: int
    total: int


class Reviewed(_Schema):
    """`n` quality reviews; `total` adds up their scores from 0 to 100, None where these are too few to tell."""

    n: int
    total: int | None


class PeopleFigures(_Schema):
    """What people did, by the time of the handoff; `reviews` by when the conversation was resolved.

    Of one agent only those who review see `reviews`; it is None for the others.
    """

    handoffs: int
    answered: int
    abandoned: int
    soon: Share
    in_a_day: Share
    promises: Share
    first: Wait | None
    next: Wait | None
    asked: Wait | None
    resolution: Wait | None
    scores: Scores
    reviews: Reviewed | None


class BotFigures(_Schema):
    """Episodes with an answer of the bot; the parts add up to `answered`."""

    answered: int
    confirmed: int
    assumed: int
    reopened: int
    wrong: int
    person: int
    running: int
    scores: Scores


class Figures(_Schema):
    """`orders` is None where the shop's records do not count any."""

    people: PeopleFigures
    bot: BotFigures
    contacts: int
    orders: int | None = None


class FigureGroup(_Schema):
    """One agent, team (by its key), channel, language, reason or product; `key` is empty for those without one."""

    key: str
    name: str
    figures: Figures


class ReasonCount(_Schema):
    reason: str
    n: int
    before: int


class FigureReport(_Schema):
    """Everything on the page. `before` is as long and right in front; `periods` are first days in the shop's zone."""

    zone: str
    step: Literal["day", "week", "month"]
    first: date
    last: date
    periods: list[date]
    total: Figures
    before: Figures
    series: list[Figures]
    groups: list[FigureGroup]
    reasons: list[ReasonCount]
