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

Locale = Literal["zh-TW", "zh-CN", "en"]


class Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hello(Frame):
    """First frame of every connection: who is there and what it has seen."""

    type: Literal["hello"]
    v: Literal[1]
    token: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")] | None = None
    cursor: Annotated[int, Field(ge=0, lt=2**31)] = 0
    locale: Locale | None = None


class Send(Frame):
    """One bubble. `id` is chosen by the browser and makes sending again harmless."""

    type: Literal["send"]
    id: Annotated[str, Field(min_length=8, max_length=64)]
    text: str


class Press(Frame):
    """A button: either one of a message (`token`), or one of the fixed two (`name`)."""

    type: Literal["press"]
    id: Annotated[str, Field(min_length=8, max_length=64)]
    name: Literal["person", "cancel_wait"] | None = None
    token: Annotated[str, Field(max_length=600)] | None = None


IncomingFrame = Annotated[Hello | Send | Press, Field(discriminator="type")]
incoming: TypeAdapter[Hello | Send | Press] = TypeAdapter(IncomingFrame)


class Button(Frame):
    label: str
    token: str


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
    at: datetime
    client_id: str | None


class WidgetConversation(Frame):
    """Who has the conversation now. `position` is 1 for the next in the queue, only while waiting."""

    reference: str | None
    status: Literal["bot", "waiting", "person", "resolved"]
    agent: str | None
    position: int | None


class Limits(Frame):
    text: int


class Shop(Frame):
    name: str
    accent: str


class Welcome(Frame):
    """Answer to `hello`. `token` is to be kept; `texts` are the widget's own words by key."""

    type: Literal["welcome"] = "welcome"
    v: Literal[1] = 1
    token: str
    locale: Locale
    shop: Shop
    texts: dict[str, str]
    limits: Limits
    conversation: WidgetConversation
    cursor: int
    messages: list[WidgetMessage]


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
    code: Literal["bad_frame", "too_large", "too_long", "too_fast", "old_button", "unavailable"]
    text: str
    id: str | None
    retry: bool


OutgoingFrame = Annotated[Welcome | Ack | Messages | Trouble, Field(discriminator="type")]
outgoing: TypeAdapter[Welcome | Ack | Messages | Trouble] = TypeAdapter(OutgoingFrame)
