"""What an agent's words in a topic are: a command, or speech. Whatever begins with a slash is never speech. Pure."""

import re
from dataclasses import dataclass

_SLASH = ("/", "／")
_COMMAND = re.compile(r"[/／]([a-z]+)(?:@[a-z0-9_]+)?[:：]?\s*(.*)", re.DOTALL | re.IGNORECASE)
LONGEST_NAME = 32


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
