"""What crosses between the agents' browser and the console's routes.

The one source of the console's OpenAPI document, from which its TypeScript types are generated.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["pending", "open", "snoozed", "resolved"]
Priority = Literal["urgent", "high", "normal", "low"]
View = Literal["queue", "mine", "all", "bot", "resolved"]

MAX_TEXT = 8000


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PasswordSignIn(Schema):
    email: Annotated[str, Field(max_length=200)]
    password: Annotated[str, Field(max_length=200)]


class LinkSignIn(Schema):
    """The code behind `#login=` of a one-time sign-in link."""

    code: Annotated[str, Field(max_length=100)]


class Me(Schema):
    id: int
    name: str
    email: str
    role: Literal["agent", "lead", "admin", "maintainer"]


class Assignee(Schema):
    id: int
    name: str


class Row(Schema):
    """One line of the list: what must I do now?

    `waiting_since` is when the customer began to wait for a person (None while nobody has to act);
    `preview` is the customer's or the agent's newest words.
    """

    id: int
    reference: str
    status: Status
    priority: Priority
    contact: str
    channel: Literal["widget", "telegram"]
    language: Literal["zh-TW", "zh-CN", "en"] | None
    preview: str
    preview_author: Literal["contact", "bot", "agent", "system"] | None
    last_at: datetime
    waiting_since: datetime | None
    assignee: Assignee | None
    reason: str | None
    epoch: int
    episode: int
    last_seq: int


class Counts(Schema):
    queue: int
    mine: int
    all: int
    bot: int


class ConversationList(Schema):
    """At most 200 rows. `cursor` is where the live feed must continue to miss nothing after this list."""

    items: list[Row]
    counts: Counts
    cursor: str


class IntentScore(Schema):
    name: str
    confidence: float


class ArticleHit(Schema):
    id: str
    title: str
    score: float


class DecisionView(Schema):
    """What the bot read in a customer's message and what it decided."""

    decision: Literal["answer", "skill", "ask", "clarify", "handoff", "social", "decline", "none"]
    intent: IntentScore | None
    ranking: list[IntentScore]
    article: ArticleHit | None
    skill: str | None
    reason: str | None
    priority: Priority | None
    threshold: float | None


class ConsoleMessage(Schema):
    """One message of a transcript. An `activity` has no text; the console says it in the agent's language."""

    id: int
    seq: int
    rev: int
    kind: Literal["incoming", "outgoing", "activity"]
    private: bool
    author: Literal["contact", "bot", "agent", "system"]
    name: str | None
    text: str
    format: Literal["plain", "markdown"]
    activity: Literal["claimed", "handed_back", "resolved", "wait_cancelled"] | None
    buttons: list[str]
    decision: DecisionView | None
    client_id: str | None
    episode: int
    at: datetime


class NearMiss(Schema):
    id: str
    title: str
    score: float
    body: str


class OrderLine(Schema):
    name: str
    quantity: int


class Order(Schema):
    number: str
    state: str
    placed_at: datetime
    total: str
    lines: list[OrderLine]


class Packet(Schema):
    """The whole story an agent starts from: why, what was understood, what was tried, what may help."""

    reason: str
    priority: Priority
    asked_at: datetime
    language: Literal["zh-TW", "zh-CN", "en"] | None
    summary: str
    ranking: list[IntentScore]
    entities: dict[str, str]
    tried: list[str]
    near_misses: list[NearMiss]
    orders: list[Order]
    draft: str | None
    earlier_episodes: int


class Conversation(Schema):
    """One conversation. `messages` are those with `rev` above the asked `after`, in the order of `seq`."""

    row: Row
    messages: list[ConsoleMessage]
    packet: Packet | None
    rev: int


class Compose(Schema):
    """Words of an agent. `id` is chosen by the browser and makes sending again harmless."""

    id: Annotated[str, Field(min_length=8, max_length=64)]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class Seen(Schema):
    """The newest message the agent has on screen; refused when the customer has written since."""

    seen_seq: Annotated[int, Field(ge=0)]


class LiveEvent(Schema):
    conversation_id: int
    kind: str


class LiveFrame(Schema):
    """One frame of the live feed: ids only. The browser fetches what changed."""

    type: Literal["events"] = "events"
    cursor: str
    events: list[LiveEvent]


class Problem(Schema):
    """Every error: a code for programs, a sentence for people, and who has it when somebody was quicker."""

    code: Literal[
        "bad_request",
        "unauthorized",
        "forbidden",
        "not_found",
        "already_assigned",
        "newer_message",
        "illegal_transition",
        "not_yours",
        "too_large",
        "rate_limited",
        "unavailable",
    ]
    message: str
    by: str | None = None
