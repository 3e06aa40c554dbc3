"""What Telegram's refusals in a group mean, and what is to be done."""

from enum import Enum, auto

from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError, ConnectionTimeoutError


class Trouble(Enum):
    TOPIC_GONE = auto()
    TOPIC_CLOSED = auto()
    ALREADY_SO = auto()
    """Somebody has done it by hand."""
    GROUP = auto()
    """Somebody must mend the group, or the bot's rights in it."""
    MOVED = auto()
    TOO_FAST = auto()
    NOT_SENT = auto()
    """It did not arrive; later it may."""
    UNKNOWN = auto()
    """It may have arrived."""
    REFUSED = auto()
    """Telegram never takes this one."""


_GONE = ("message thread not found", "topic_deleted", "topic_id_invalid", "topic not found")
_SAME = ("topic_not_modified", "message is not modified", "message to pin not found")
_GROUP = (
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_admin_required",
    "not a forum",
    "chat not found",
    "chat_write_forbidden",
    "group chat was upgraded",
)


def trouble_of(error: AiogramError) -> Trouble:
    match error:
        case TelegramRetryAfter():
            return Trouble.TOO_FAST
        case TelegramMigrateToChat():
            return Trouble.MOVED
        case TelegramForbiddenError():
            return Trouble.GROUP
        case TelegramBadRequest(message=why):
            return _refusal(why.lower())
        case TelegramUnauthorizedError() | TelegramNotFound() | TelegramServerError():
            return Trouble.NOT_SENT
        case TelegramNetworkError() if isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError):
            return Trouble.NOT_SENT
        case _:
            return Trouble.UNKNOWN


def _refusal(why: str) -> Trouble:
    if any(part in why for part in _GONE):
        return Trouble.TOPIC_GONE
    if "topic_closed" in why:
        return Trouble.TOPIC_CLOSED
    if any(part in why for part in _SAME):
        return Trouble.ALREADY_SO
    if any(part in why for part in _GROUP):
        return Trouble.GROUP
    return Trouble.REFUSED
