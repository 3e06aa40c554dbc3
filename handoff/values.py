"""What crosses the desk's border: frozen values, no database objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from handoff.states import Status

Channel = Literal["telegram", "widget"]
Language = Literal["zh-TW", "zh-CN", "en"]
Kind = Literal["incoming", "outgoing", "activity"]
Author = Literal["contact", "bot", "agent", "system"]
Format = Literal["plain", "markdown"]


class Priority(StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


PRIORITY_ORDER: dict[Priority, int] = {p: rank for rank, p in enumerate(Priority)}
"""0 is served first."""


class Reason(StrEnum):
    """Why the bot called a person."""

    CUSTOMER_REQUEST = "customer_request"
    SAFETY = "safety"
    COMPLAINT = "complaint"
    DISTRESS = "distress"
    REOPENED = "reopened"
    LOW_CONFIDENCE = "low_confidence"
    NO_ARTICLE = "no_article"
    AMBIGUOUS = "ambiguous"
    REPEATED = "repeated"
    NOT_HELPFUL = "not_helpful"
    ATTACHMENT = "attachment"
    TURN_LIMIT = "turn_limit"
    BUSINESS_RULE = "business_rule"
    NLU_UNAVAILABLE = "nlu_unavailable"
    SKILL_FAILED = "skill_failed"
    SWEPT = "swept"


IMPATIENT_REASONS = frozenset(
    {Reason.CUSTOMER_REQUEST, Reason.SAFETY, Reason.COMPLAINT, Reason.DISTRESS, Reason.NLU_UNAVAILABLE}
)
"""Handing off for these looks at the epoch alone: another bubble ("??") must not delay it."""


class Activity(StrEnum):
    """What happened to a conversation, told in the transcript."""

    CLAIMED = "claimed"
    HANDED_BACK = "handed_back"
    RESOLVED = "resolved"
    WAIT_CANCELLED = "wait_cancelled"
    REOPENED = "reopened"
    TRANSFERRED = "transferred"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    ASSIGNED = "assigned"
    UNANSWERED = "unanswered"
    RATED = "rated"
    SILENT = "silent"
    CONTINUED = "continued"
    ADDRESS_LEFT = "address_left"
    LEFT = "left"
    GONE = "gone"
    DANGER = "danger"
    OVERDUE = "overdue"


FOR_AGENTS_ONLY = frozenset(
    {
        Activity.SNOOZED,
        Activity.WOKEN,
        Activity.ASSIGNED,
        Activity.UNANSWERED,
        Activity.RATED,
        Activity.SILENT,
        Activity.LEFT,
        Activity.GONE,
        Activity.DANGER,
        Activity.OVERDUE,
    }
)
"""Customers must not learn of these, nor of a name before it answers. Who waits on is told by when, in words."""


Availability = Literal["online", "away", "offline"]
SILENT = "silent"
"""Stored for an agent who was there and did not answer: away, until they do something."""
FileKind = Literal["image", "video", "voice", "file"]


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Media:
    """Pictures, videos, voice messages or files of one message: `files` are keys of `handoff.files`.

    What has the same `album` was sent together, though it comes one by one.
    """

    kind: Literal["image", "video", "voice", "file", "sticker", "location"]
    note: str = ""
    files: tuple[str, ...] = ()
    album: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `episode` is the one it was shown in, None for the fixed buttons that never grow old."""

    name: str
    value: str = ""
    label: str = ""
    episode: int | None = None
    reopens: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was filled in. `name` says which, `values` what; `label` is how it reads in the transcript."""

    name: str
    values: Mapping[str, str]
    label: str
    episode: int | None = None


Content = Text | Media | Action | Filled


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message of a customer. `contact_key` and `source_id` make it unique: replayed, it is stored once.

    `name`: what the channel says they are called, where it does. `quoted`: words of what it answers, where it does.
    """

    channel: Channel
    contact_key: str
    source_id: str
    content: Content
    locale: Language | None = None
    name: str | None = None
    zone: str | None = None
    quoted: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a time: the language they use or asked for, and the zone of their clock, as far as these are known."""

    language: Language | None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    name: str
    value: str = ""


FieldType = Literal["text", "email", "tel", "number"]

ADDRESS_FORM, ADDRESS_FIELD = "address", "email"
"""The form by which a customer leaves an address for when they have gone."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One line of a form; `type` chooses the keyboard of a phone."""

    name: str
    label: str
    type: FieldType
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Something to fill in beside the words that ask for it; writing the answer works as well."""

    name: str
    fields: tuple[FormField, ...]
    submit: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Words to the customer. `author` is "system" for handoff notices and safety instructions."""

    text: str
    author: Literal["bot", "system"] = "bot"
    format: Format = "plain"
    buttons: tuple[Button, ...] = ()
    form: Form | None = None


RATE, RATING_FORM, RATING_FIELD = "rate", "rating", "comment"
"""The buttons from 1 to 5 by which a customer says how it was, and the form for words beside them."""
RatedBy = Literal["agent", "bot"]


@dataclass(frozen=True, slots=True)
class RatingView:
    """How a customer found an episode, or with `score` None that they were asked. `by`: whose work it was about."""

    episode: int
    by: RatedBy
    agent_name: str | None
    seq: int
    score: int | None
    comment: str
    asked_at: datetime
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fence:
    """What a bot write assumes. Anything else by now in the database means: too late."""

    conversation_id: int
    epoch: int
    answered_seq: int
    last_incoming_seq: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored customer message. `bot_owns`: the bot is to answer it. `waiting_since`: its oldest unanswered bubble.

    `turn` is the open turn where this message is all the bot has to answer; otherwise it must be read.
    `joined`: a part of an album, which went into the message that was there.
    """

    conversation_id: int
    message_id: int
    seq: int
    duplicate: bool
    bot_owns: bool
    waiting_since: datetime
    turn: "Turn | None" = None
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Bubble:
    seq: int
    content: Content


@dataclass(frozen=True, slots=True)
class Turn:
    """What the bot has to answer now: every bubble since its last answer, and what it remembers of this episode.

    `memory` is written by the bot and opaque to the desk. `waiting_since` is when the oldest bubble came.
    `resolved_at` is when a person closed what came before this episode; None where nobody did. `reachable`: the
    customer hears from us even after leaving the page. `chosen`: the language they asked for. `zone`: their clock's.
    """

    fence: Fence
    bubbles: tuple[Bubble, ...]
    episode: int
    language: Language | None
    locale: Language | None
    memory: Mapping[str, Any]
    waiting_since: datetime
    resolved_at: datetime | None = None
    reachable: bool = True
    chosen: Language | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class PromisedTime:
    """By when a customer hears from a person: told as a wait, or as a time behind the next opening."""

    kind: Literal["wait", "opening"]
    due_at: datetime


Telling = Literal["later", "late", "anew"]
"""Why a time is told: an earlier one may slip, has passed already, or somebody else takes over."""


@dataclass(frozen=True, slots=True)
class CallForPerson:
    """A handoff as the bot asks for it. `packet` is what it understood and tried; `notice` goes to the customer.

    `again`: to the agent who closed the matter a short while ago, if they are there. `intent` is what it is about,
    `promise` what the notice says.
    """

    reason: Reason
    priority: Priority
    notice: tuple[Outgoing, ...]
    packet: Mapping[str, Any]
    again: bool = False
    intent: str | None = None
    promise: PromisedTime | None = None


@dataclass(frozen=True, slots=True)
class FileView:
    """A kept file. `type` is what its content says, whatever its name; `size` in bytes, the sides in pixels."""

    key: str
    name: str
    kind: FileKind
    type: str
    size: int
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """How a message fares on its way outside. `maybe_twice`: its answer was lost and it was sent again."""

    destination: str
    state: str
    trouble: str | None
    maybe_twice: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A colleague who is called in a note: `name` stands behind an @ in its text."""

    agent_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The first words of what a message answers, in one line; `message_id` where it is known which one that is."""

    text: str
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class MessageView:
    id: int
    seq: int
    rev: int
    kind: Kind
    private: bool
    author: Author
    agent_name: str | None
    text: str
    format: Format
    buttons: tuple[Button, ...]
    form: Form | None
    files: tuple[FileView, ...]
    deliveries: tuple[DeliveryView, ...]
    activity: Activity | None
    detail: str | None
    decision: Mapping[str, Any] | None
    client_id: str | None
    episode: int
    at: datetime
    mentions: tuple[Mention, ...] = ()
    quoted: Quote | None = None


ClockKind = Literal["promise", "first_response", "next_response", "resolution"]


@dataclass(frozen=True, slots=True)
class ClockView:
    """A time by which people have to act. `near_at`: from then on it is near; `broken`: the (first) time has passed.

    `told_at` is when the customer was given a later time.
    """

    kind: ClockKind
    due_at: datetime
    near_at: datetime
    broken: bool
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation as its reader may know it, without its messages.

    `contact_named`: the contact's name is one, else a code of ours. `read_seq` is up to where our side has read;
    `delivered_seq` and `seen_seq` are the customer's side. `team` is the key of `team_id`.
    """

    id: int
    reference: str
    channel: Channel
    contact_id: int
    contact_name: str
    contact_named: bool
    status: Status
    priority: Priority
    assignee_id: int | None
    assignee_name: str | None
    language: Language | None
    reason: Reason | None
    epoch: int
    episode: int
    rev: int
    last_seq: int
    last_incoming_seq: int
    waiting_since: datetime | None
    tags: tuple[str, ...]
    snoozed_until: datetime | None
    read_seq: int
    delivered_seq: int
    seen_seq: int
    preview: str
    preview_author: Author | None
    last_at: datetime
    team: str | None = None
    team_id: int | None = None
    clocks: tuple[ClockView, ...] = ()
