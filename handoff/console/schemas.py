"""What crosses between the agents' browser and the console's routes.

The one source of the console's OpenAPI document, from which its TypeScript types are generated.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Status = Literal["pending", "open", "snoozed", "resolved"]
Priority = Literal["urgent", "high", "normal", "low"]
View = Literal["queue", "mine", "all", "bot", "snoozed", "resolved"]
Availability = Literal["online", "away", "offline"]
Locale = Literal["zh-TW", "zh-CN", "en"]
FileKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22,64}$")]

MAX_TEXT = 8000
Seq = Annotated[int, Field(ge=0, lt=2**31)]


Role = Literal["agent", "lead", "admin", "maintainer"]
Permission = Literal["read", "work", "assign", "canned", "trail", "figures", "knowledge", "install", "people", "review"]

Activity = Literal[
    "claimed",
    "handed_back",
    "resolved",
    "wait_cancelled",
    "reopened",
    "transferred",
    "snoozed",
    "woken",
    "assigned",
    "unanswered",
    "rated",
    "silent",
    "continued",
    "address_left",
    "left",
    "gone",
    "danger",
    "overdue",
]


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Known = Annotated[int, Field(ge=1, lt=2**31)]
"""Something stored, by its number."""


class PasswordSignIn(Schema):
    email: Annotated[str, Field(max_length=200)]
    password: Annotated[str, Field(max_length=200)]


class LinkSignIn(Schema):
    """The code behind `#login=` of a one-time sign-in link."""

    code: Annotated[str, Field(max_length=100)]


class Me(Schema):
    """Who is signed in, and what their role lets them do. `set_away`: by the desk, since they did not answer."""

    id: int
    name: str
    email: str
    role: Role
    availability: Availability
    may: list[Permission]
    has_password: bool
    set_away: bool


class Assignee(Schema):
    id: int
    name: str


class Clock(Schema):
    """A time by which people have to act: what the customer was promised, or a deadline of the shop's own.

    `near_at`: from then on it is near. `broken`: its (first) time has passed. `told_at`: the customer was given a later
    time then.
    """

    kind: Literal["promise", "first_response", "next_response", "resolution"]
    due_at: datetime
    near_at: datetime
    broken: bool
    told_at: datetime | None


class Row(Schema):
    """One line of the list: what must I do now?

    `named`: `contact` is what the customer is called, else a code of ours. `waiting_since` is when they began to wait
    for a person (None while nobody has to act); `preview` is the customer's or the agent's newest words.
    `delivered_seq` and `seen_seq` are up to where the customer's side has our messages, and has had them before their
    eyes. `found` is the passage a search hit. `team` is the key of the one whose matter it is. `clocks` are those that
    run, soonest first.
    """

    id: int
    reference: str
    status: Status
    priority: Priority
    contact: str
    named: bool
    channel: Literal["widget", "telegram"]
    language: Locale | None
    preview: str
    preview_author: Literal["contact", "bot", "agent", "system"] | None
    last_at: datetime
    waiting_since: datetime | None
    assignee: Assignee | None
    reason: str | None
    epoch: int
    episode: int
    last_seq: int
    tags: list[str]
    snoozed_until: datetime | None
    delivered_seq: int
    seen_seq: int
    team: str | None
    found: str | None
    clocks: list[Clock]


class Counts(Schema):
    queue: int
    mine: int
    all: int
    bot: int
    snoozed: int


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
    likelihood: float | None
    threshold: float | None


class File(Schema):
    """`url` works for signed-in agents; sizes in bytes and pixels."""

    key: str
    url: str
    name: str
    kind: Literal["image", "video", "voice", "file"]
    type: str
    size: int
    width: int | None
    height: int | None


class DeliveryView(Schema):
    """How a message fares on its way to a place outside: an e-mail box, a Telegram chat."""

    destination: Literal["email", "telegram"]
    state: Literal["pending", "sending", "sent", "failed", "cancelled"]
    trouble: str | None
    maybe_twice: bool


class Mention(Schema):
    """A colleague who is called in a note: `name` stands behind an @ in its text."""

    agent_id: Annotated[int, Field(ge=1, lt=2**31)]
    name: Annotated[str, Field(min_length=1, max_length=200)]


class ConsoleMessage(Schema):
    """One message of a transcript. An `activity` has no text; the console says it in the agent's language.

    `detail` belongs to the activity: whom it was transferred to, or until when it is snoozed (ISO 8601). `mentions` are
    those who were rung by a note, under today's names. `quoted`: the first words of what the message answers.
    """

    id: int
    seq: int
    rev: int
    kind: Literal["incoming", "outgoing", "activity"]
    private: bool
    author: Literal["contact", "bot", "agent", "system"]
    name: str | None
    text: str
    format: Literal["plain", "markdown"]
    activity: Activity | None
    detail: str | None
    buttons: list[str]
    files: list[File]
    deliveries: list[DeliveryView]
    decision: DecisionView | None
    client_id: str | None
    episode: int
    at: datetime
    mentions: list[Mention] = []
    quoted: str | None = None


class NearMiss(Schema):
    id: str
    title: str
    score: float
    body: str


class OrderLine(Schema):
    name: str
    quantity: int


class Order(Schema):
    """`proved` tells whether the customer has shown that it is theirs."""

    number: str
    state: str
    placed_at: datetime
    total: str
    lines: list[OrderLine]
    carrier: str | None
    tracking_number: str | None
    expected_at: datetime | None
    proved: bool


class Past(Schema):
    """An earlier call for a person in this conversation."""

    reason: str
    asked_at: datetime
    ended_at: datetime | None
    agent: str | None
    summary: str


class Contact(Schema):
    """The customer. `named`: `name` is one, else a code of ours. `identified`: the shop vouched for who they are.

    `telegram`: they read us there. `blocked`: nothing they send there is kept or answered.
    """

    id: int
    name: str
    named: bool
    email: str | None
    identified: bool
    locale: Locale | None
    first_seen_at: datetime
    last_seen_at: datetime
    telegram: bool
    blocked: bool


class Packet(Schema):
    """The whole story an agent starts from: why, what was understood, what was tried, what may help."""

    reason: str
    priority: Priority
    asked_at: datetime
    language: Locale | None
    summary: str
    ranking: list[IntentScore]
    entities: dict[str, str]
    tried: list[str]
    near_misses: list[NearMiss]
    orders: list[Order]
    draft: str | None
    history: list[Past]


class Rating(Schema):
    """How the customer found an episode, from 1 to 5; `by` tells whether an agent or the assistant was meant."""

    by: Literal["agent", "bot"]
    agent_name: str | None
    score: int
    comment: str
    created_at: datetime


class Conversation(Schema):
    """One conversation. `messages` are those with `rev` above the asked `after`, in the order of `seq`."""

    row: Row
    contact: Contact
    messages: list[ConsoleMessage]
    packet: Packet | None
    rev: int
    rating: Rating | None = None


class Compose(Schema):
    """Words of an agent. `id` is chosen by the browser and makes sending again harmless."""

    id: Annotated[str, Field(min_length=8, max_length=64)]
    text: Annotated[str, Field(max_length=MAX_TEXT)]
    files: Annotated[list[FileKey], Field(max_length=10)] = []


class Note(Compose):
    """Words for colleagues. `mentions` are those who are called in them; who no longer works here is not."""

    mentions: Annotated[list[Mention], Field(max_length=20)] = []


class Seen(Schema):
    """The newest message the agent has on screen; refused when the customer has written since."""

    seen_seq: Seq


class Snooze(Seen):
    """Put aside until then, or until the customer writes."""

    until: AwareDatetime


class Transfer(Schema):
    """To another agent, to a team's queue, or with neither back to the queue; `note` is left for them."""

    agent_id: Known | None
    team_id: Known | None = None
    note: Annotated[str, Field(max_length=MAX_TEXT)] | None = None


class PriorityChange(Schema):
    priority: Priority


class Tags(Schema):
    """All tags of a conversation; what is missing here is taken off."""

    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=20)]


class Here(Schema):
    """What the agent is doing in a conversation right now; repeated every few seconds while it is so.

    `seen_seq` is the newest message before their eyes, which the customer is told.
    """

    mode: Literal["viewing", "typing", "gone"]
    seen_seq: Seq = 0


class AvailabilityChange(Schema):
    availability: Availability


class Colleague(Schema):
    """An agent as the others see them; `open` counts the conversations they have. `set_away`: see `Me`."""

    id: int
    name: str
    availability: Availability
    open: int
    set_away: bool


class Colleagues(Schema):
    items: list[Colleague]


class CannedResponse(Schema):
    """A prepared answer. `texts` holds one per language; `shortcut` is typed behind a slash."""

    id: int
    shortcut: str
    title: str
    texts: dict[Locale, str]


class CannedResponses(Schema):
    items: list[CannedResponse]


class CannedDraft(Schema):
    """A prepared answer as written or changed; at least one language."""

    shortcut: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    texts: Annotated[dict[Locale, Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]], Field(min_length=1)]


class Articles(Schema):
    """Articles that fit what an agent searched for, best first."""

    items: list[NearMiss]


class Installation(Schema):
    """What the snippet page needs to write the script tag."""

    address: str
    origins: list[str]
    shop: dict[Locale, str]
    accent: str


class LiveEvent(Schema):
    conversation_id: int
    kind: str


class LiveFrame(Schema):
    """One frame of the live feed: ids only. The browser fetches what changed."""

    type: Literal["events"] = "events"
    cursor: str
    events: list[LiveEvent]


class Presence(Schema):
    """Somebody is in a conversation: an agent, or with `agent_id` None the customer. Over at `until`."""

    conversation_id: int
    agent_id: int | None
    name: str
    mode: Literal["viewing", "typing"]
    until: datetime


class PresenceFrame(Schema):
    """Everybody who is anywhere right now; replaces the frame before."""

    type: Literal["presence"] = "presence"
    here: list[Presence]
    colleagues: list[Colleague]


class Problem(Schema):
    """Every error: a code for programs, a sentence for people, and who has it when somebody was quicker.

    `retry_after` seconds where waiting helps.
    """

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
        "bad_type",
        "rate_limited",
        "unavailable",
        "locked_out",
        "taken",
        "wrong_password",
        "last_admin",
    ]
    message: str
    by: str | None = None
    retry_after: int | None = None
