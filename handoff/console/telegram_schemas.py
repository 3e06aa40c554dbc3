"""What crosses the wire about one's own account on Telegram."""

from datetime import datetime

from handoff.console.schemas import Schema


class TelegramAccount(Schema):
    """`available`: agents of this shop have a group on Telegram. `linked_at`: since when the caller has an account."""

    available: bool
    linked_at: datetime | None


class TelegramCode(Schema):
    """A secret that is shown this once: sent to the bot as `/link CODE`, the account that sends it is the caller's."""

    code: str
    expires_at: datetime
