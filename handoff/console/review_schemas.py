"""What crosses the wire about quality reviews."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from handoff.console.schemas import Locale, Schema

Score = Annotated[int, Field(ge=1, le=5)]
Answer = Literal["kept", "missed", "none"]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class ReviewWish(Schema):
    """What is to be drawn: `count` at most of the last `days`. No `agent_id` or `kind` (a checklist's key) is any."""

    count: Annotated[int, Field(ge=1, le=20)]
    days: Annotated[int, Field(ge=1, le=366)]
    agent_id: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    kind: Key | None = None


class Drawn(Schema):
    """The reviews that are on the list now; none where nothing is left, or the list is full."""

    ids: list[int]


class ReviewDraft(Schema):
    """A review as scored or changed. `answers`: one for each point of its checklist, by the point's key."""

    attitude: Score
    skill: Score
    solution: Score
    answers: Annotated[dict[Key, Answer], Field(max_length=40)]
    comment: Annotated[str, Field(max_length=2000)]


class ReviewPoint(Schema):
    key: str
    text: dict[Locale, str]
    answer: Answer | None


class ReviewChecklist(Schema):
    """In the shop's words of when it was drawn."""

    key: str
    title: dict[Locale, str]
    points: list[ReviewPoint]


class Review(Schema):
    """What a lead found of an agent's conversation; only drawn so far where `iqs` (0–100) is None.

    `went_on`: the agent took the same matter up again since. `contact` is a name, or where not `named` a code of ours.
    """

    id: int
    conversation_id: int
    episode: int
    reference: str
    contact: str
    named: bool
    agent_id: int
    agent: str
    reviewer_id: int
    reviewer: str
    reason: str
    intent: str | None
    resolved_at: datetime
    went_on: bool
    checklist: ReviewChecklist | None
    attitude: int | None
    skill: int | None
    solution: int | None
    iqs: int | None
    comment: str
    created_at: datetime | None
    changed_at: datetime | None


class ReviewAverage(Schema):
    """An agent's `n` reviews; the means are None where these are too few to tell."""

    agent_id: int
    agent: str
    n: int
    iqs: float | None
    attitude: float | None
    skill: float | None
    solution: float | None


class ReviewKind(Schema):
    """A kind of case that the shop has a checklist for."""

    key: str
    title: dict[Locale, str]


class Reviews(Schema):
    """What one has drawn and not scored, what anybody scored, and how everybody does."""

    to_do: list[Review]
    done: list[Review]
    averages: list[ReviewAverage]
    kinds: list[ReviewKind]


class OwnReviews(Schema):
    """What was found of one's own conversations."""

    items: list[Review]
    average: ReviewAverage
