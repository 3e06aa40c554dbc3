"""Frames of the widget's WebSocket, as the browser sends and receives them.

The one source of `web/schema/widget.json`, from which the widget's TypeScript types are generated.
Incoming frames are validated here once; everything behind this module is typed.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

PROTOCOL_VERSION = 1
MAX_FRAME_BYTES = 128 * 1024
MAX_TEXT = 4000
MAX_FILES = 5
"""In one message."""

Locale = Literal["zh-TW", "zh-CN", "en"]
FrameId = Annotated[str, Field(min_length=8, max_length=64)]
FileKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22,64}$")]


class Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hello(Frame):
    """First frame of every connection: who is there and what it has seen."""

    type: Literal["hello"]
    v: Literal[1]
    token: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")] | None = None
    cursor: Annotated[int, Field(ge=0, lt=2**31)] = 0
    locale: Locale | None = None
    identity: Annotated[str, Field(max_length=4096)] | None = None
    """The shop's signed word on who is logged in (a JWT)."""
    zone: Annotated[str, Field(max_length=64)] | None = None
    """What the page's clock shows; a zone that is not known is as good as none."""
    resume: Annotated[str, Field(max_length=600)] | None = None
    """What a link of ours brought along: it opens the conversation it was made for."""


class Send(Frame):
    """One bubble. `id` is chosen by the browser and makes sending again harmless.

    `files` are keys of uploads; with at least one the text may be empty.
    """

    type: Literal["send"]
    id: FrameId
    text: str
    files: Annotated[list[FileKey], Field(max_length=MAX_FILES)] = []


class Press(Frame):
    """A button: either one of a message (`token`), or one of the fixed two (`name`)."""

    type: Literal["press"]
    id: FrameId
    name: Literal["person", "cancel_wait"] | None = None
    token: Annotated[str, Field(max_length=600)] | None = None


class Submit(Frame):
    """A form that was filled in: what was written, by field name."""

    type: Literal["submit"]
    id: FrameId
    token: Annotated[str, Field(max_length=600)]
    values: Annotated[
        dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=200)]], Field(max_length=8)
    ]


class Typing(Frame):
    """The customer is writing. Sent at most every few seconds while it is so."""

    type: Literal["typing"]


class Seen(Frame):
    """The customer has had every message up to `seq` before their eyes."""

    type: Literal["seen"]
    seq: Annotated[int, Field(ge=1, lt=2**31)]


class Export(Frame):
    """The customer wants the whole conversation as a file."""

    type: Literal["export"]


class Onward(Frame):
    """The customer wants to go on in Telegram; answered with a `link`."""

    type: Literal["onward"]


Incoming = Hello | Send | Press | Submit | Typing | Seen | Export | Onward
IncomingFrame = Annotated[Incoming, Field(discriminator="type")]
incoming: TypeAdapter[Incoming] = TypeAdapter(IncomingFrame)


class Button(Frame):
    label: str
    token: str


class File(Frame):
    """A picture, video, voice message or file. `url` is good for about an hour; sizes in bytes and pixels."""

    url: str
    name: str
    kind: Literal["image", "video", "voice", "file"]
    type: str
    size: int
    width: int | None
    height: int | None


class FormField(Frame):
    """One line of a form. `type` chooses the keyboard of a phone."""

    name: str
    label: str
    type: Literal["text", "email", "tel", "number"]
    hint: str


class Form(Frame):
    """Something to fill in instead of writing it. Answered once by `submit`."""

    token: str
    fields: list[FormField]
    submit: str


class WidgetMessage(Frame):
    """One message as the customer may see it. `rev` grows whenever it changes; `seq` gives the order.

    An `activity` tells what happened ("Mei is with you now"); it is a quiet line, not a bubble.
    """

    kind: Literal["message", "activity"]
    seq: int
    rev: int
    author: Literal["contact", "bot", "agent", "system"]
    name: str | None
    text: str
    format: Literal["plain", "markdown"]
    buttons: list[Button]
    files: list[File]
    form: Form | None
    at: datetime
    client_id: str | None


class TypingPerson(Frame):
    """An agent is writing; without another frame it is over at `until`."""

    name: str
    until: datetime


class Rating(Frame):
    """How was it? Asked under the message `seq`, about an agent by `name` or about the assistant.

    `scores` are the buttons from 1 to 5, `form` takes the words beside them; `score` is the one given so far.
    """

    seq: int
    name: str | None
    score: int | None
    comment: str
    scores: list[Button]
    form: Form


class WidgetConversation(Frame):
    """Who has the conversation now.

    `position` is 1 for the next in the queue, only while waiting in hours; `wait` says how long that may take, in the
    customer's language, where it can be told. `seen` is the `seq` up to which our side has read.
    `hours` says when people are there, in the customer's language and by the clocks of `zone`. `rating` is there
    while one may be given or changed.
    """

    reference: str | None
    status: Literal["bot", "waiting", "person", "resolved"]
    agent: str | None
    position: int | None
    wait: str | None
    seen: int
    typing: TypingPerson | None
    open: bool
    hours: str
    zone: str
    rating: Rating | None = None


class Limits(Frame):
    """`text` in characters, `files` in one message, `file` in bytes each."""

    text: int
    files: int
    file: int


class Shop(Frame):
    """`zone` is its time zone."""

    name: str
    accent: str
    zone: str


class Welcome(Frame):
    """Answer to `hello`. `token` is to be kept; `texts` are the widget's own words by key. `onward`: to Telegram.

    Without `keep` the token that was sent needs a login: it stays kept for that, and `token` is this page's meanwhile.
    """

    type: Literal["welcome"] = "welcome"
    v: Literal[1] = 1
    token: str
    keep: bool
    locale: Locale
    shop: Shop
    texts: dict[str, str]
    limits: Limits
    conversation: WidgetConversation
    cursor: int
    messages: list[WidgetMessage]
    onward: bool = False


class Ack(Frame):
    """The frame `id` is stored as message `seq`; it may leave the outbox."""

    type: Literal["ack"] = "ack"
    id: str
    seq: int


class Messages(Frame):
    """Everything added or changed since the last cursor, in the order of `rev`."""

    type: Literal["messages"] = "messages"
    conversation: WidgetConversation
    cursor: int
    messages: list[WidgetMessage]


class Trouble(Frame):
    """What went wrong, in the customer's language. With `retry` the frame `id` is worth sending again."""

    type: Literal["error"] = "error"
    code: Literal["bad_frame", "too_large", "too_long", "too_fast", "old_button", "no_file", "identity", "unavailable"]
    text: str
    id: str | None
    retry: bool


class Transcript(Frame):
    """The whole conversation as a plain text, and what to call the file."""

    type: Literal["transcript"] = "transcript"
    name: str
    text: str


class Link(Frame):
    """Where the conversation goes on; good once and for a short while."""

    type: Literal["link"] = "link"
    url: str


Outgoing = Welcome | Ack | Messages | Trouble | Transcript | Link
OutgoingFrame = Annotated[Outgoing, Field(discriminator="type")]
outgoing: TypeAdapter[Outgoing] = TypeAdapter(OutgoingFrame)


class Uploaded(Frame):
    """Answer to an upload: the file, and the key by which a message takes it along."""

    key: str
    file: File


class PhotoLink(Frame):
    """Where the phone can send a photo into this conversation, as an address and as a QR code of `size` modules."""

    url: str
    qr_path: str
    qr_size: int
    seconds: int


class UploadTrouble(Frame):
    """Why a file was not taken, in the customer's language."""

    code: Literal[
        "too_large", "bad_type", "bad_picture", "empty", "too_fast", "too_many", "unauthorized", "unavailable"
    ]
    text: str
