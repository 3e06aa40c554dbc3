"""What every channel shares: where messages go, and what text may hold."""

import re
from typing import Protocol

from handoff.values import InboundMessage, Recorded

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|[\ud800-\udfff]")
_BIDI_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")


class OnMessage(Protocol):
    """Stores a customer's message. Raises `OldButton`, `BadInput` for a foreign file, or `DatabaseTrouble`.

    Nothing is stored then.
    """

    async def __call__(self, message: InboundMessage) -> Recorded: ...


def clean(text: str) -> str:
    """A customer's words without what could only deceive or break: control characters and bidi overrides.

    Line breaks and tabs stay; HTML stays, because every surface shows it as the text it is.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BIDI_OVERRIDES.sub("", _CONTROLS.sub("", text)).strip()
