"""What crosses the wire about notes in which somebody was called."""

from datetime import datetime

from handoff.console.schemas import Schema


class Mentioned(Schema):
    """A note in which the caller was called. `seq` is its place; `named`: `contact` is a name, else a code of ours."""

    id: int
    conversation_id: int
    contact: str
    named: bool
    seq: int
    by: str
    text: str
    at: datetime
    read: bool


class Mentions(Schema):
    """At most 100, unread ones first; `unread` counts all that are."""

    items: list[Mentioned]
    unread: int
