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


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, video, voice message or file. Its bytes are kept elsewhere; `note` is the caption."""

    kind: Literal["image", "video", "voice", "file", "sticker", "location"]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `episode` is the one it was shown in, None for the fixed buttons that never grow old."""

    name: str
    value: str = ""
    label: str = ""
    episode: int | None = None
    reopens: bool = False


Content = Text | Media | Action


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message of a customer. `contact_key` and `source_id` make it unique: replayed, it is stored once."""

    channel: Channel
    contact_key: str
    source_id: str
    content: Content
    locale: Language | None = None


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Words to the customer. `author` is "system" for handoff notices and safety instructions."""

    text: str
    author: Literal["bot", "system"] = "bot"
    format: Format = "plain"
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Fence:
    """What a bot write assumes. Anything else by now in the database means: too late."""

    conversation_id: int
    epoch: int
    answered_seq: int
    last_incoming_seq: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored customer message. `bot_owns`: the bot is to answer it. `waiting_since`: its oldest unanswered bubble."""

    conversation_id: int
    message_id: int
    seq: int
    duplicate: bool
    bot_owns: bool
    waiting_since: datetime


@dataclass(frozen=True, slots=True)
class Bubble:
    seq: int
    content: Content


@dataclass(frozen=True, slots=True)
class Turn:
    """What the bot has to answer now: every bubble since its last answer, and what it remembers of this episode.

    `memory` is written by the bot and opaque to the desk. `waiting_since` is when the oldest bubble came.
    """

    fence: Fence
    bubbles: tuple[Bubble, ...]
    episode: int
    language: Language | None
    locale: Language | None
    memory: Mapping[str, Any]
    waiting_since: datetime


@dataclass(frozen=True, slots=True)
class CallForPerson:
    """A handoff as the bot asks for it. `packet` is what it understood and tried; `notice` goes to the customer."""

    reason: Reason
    priority: Priority
    notice: tuple[Outgoing, ...]
    packet: Mapping[str, Any]


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
    activity: Activity | None
    decision: Mapping[str, Any] | None
    client_id: str | None
    episode: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation as its reader may know it, without its messages."""

    id: int
    reference: str
    channel: Channel
    contact_id: int
    contact_name: str
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
    preview: str
    preview_author: Author | None
    last_at: datetime
