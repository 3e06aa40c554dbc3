"""What an agent's words in a topic are: a command, or speech. Whatever begins with a slash is never speech. Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_SLASH = ("/", "／")
_COMMAND = re.compile(r"[/／]([a-z]+)(?:@[a-z0-9_]+)?[:：]?\s*(.*)", re.DOTALL | re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,3})\s*(m|min|h|d|分鐘|分钟|分|小時|小时|天)", re.IGNORECASE)
_UNITS = {"m": "minutes", "分": "minutes", "h": "hours", "小": "hours", "d": "days", "天": "days"}
LONGEST_NAME = 32


class Meaning(StrEnum):
    """Whom an album's words are for. What keeps more to ourselves comes later."""

    SPEECH = "speech"
    NOTE = "note"
    NOTHING = "nothing"
    """It goes nowhere: a command that files do not take."""


@dataclass(frozen=True, slots=True)
class Command:
    """A name of which nobody says that we know it, and what stands behind it."""

    name: str
    rest: str = ""


def command_in(text: str) -> Command | None:
    """The command; None for words to the customer. `/note：…` and `/note這位…` are notes as well."""
    if not text.startswith(_SLASH):
        return None
    found = _COMMAND.fullmatch(text)
    if found is None:
        return Command(" ".join(text[1:].split())[:LONGEST_NAME])
    return Command(found[1].lower()[:LONGEST_NAME], found[2].strip())


def meaning_of(text: str, command: Command | None) -> Meaning | None:
    """What words below a file say of it; None where there are none."""
    if command is None:
        return Meaning.SPEECH if text else None
    return Meaning.NOTE if command.name == "note" else Meaning.NOTHING


def span_of(words: str) -> timedelta | None:
    """`30m`, `2h`, `3d`, in Chinese too; None for anything else."""
    found = _SPAN.fullmatch(words.strip())
    if found is None or int(found[1]) == 0:
        return None
    return timedelta(**{_UNITS[found[2][0].lower()]: int(found[1])})
