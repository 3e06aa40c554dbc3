"""Which message on a customer's Telegram is one of ours, so that an answer can point to it there."""

import hashlib
import re

from aiogram.types import ReplyParameters
from sqlalchemy.orm import Session

from handoff import elsewhere, inbox
from handoff.values import Quote

_NAMED = re.compile(r"m(\d{1,18})\.[0-9a-f]{12}")


def named(telegram_id: int, text: str) -> str:
    """What a customer's message is stored as: an edited one has the same number and other words."""
    return f"m{telegram_id}.{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def pointer(session: Session, quoted: Quote) -> ReplyParameters | None:
    """How Telegram is told what is answered; None where it does not stand there. One that is gone does no harm."""
    if quoted.message_id is None:
        return None
    asked = inbox.message(session, quoted.message_id)
    if asked.author == "contact":
        found = _NAMED.fullmatch(asked.client_id or "")
        number = found[1] if found else ""
    else:
        number = (elsewhere.known_as(session, quoted.message_id, "telegram") or "").partition(",")[0]
    if not number.isdecimal():
        return None
    return ReplyParameters(message_id=int(number), allow_sending_without_reply=True)
