"""Colleagues called by name in a note: who stands in its words, and its words under today's names. Pure.

A name begins behind an @ (of either width) that is no part of an address, and ends where no Latin letter or digit goes
on with it; Chinese needs no space.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from handoff.values import Mention

LATIN = "0-9A-Za-z\u00c0-\u024f"


def standing(text: str, mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Those whose name is called in the text, each colleague once."""
    wanted = list(mentions)
    called = set(_pattern(mention.name for mention in wanted).findall(text)) if wanted else set()
    once: dict[int, Mention] = {}
    for mention in wanted:
        if mention.name in called:
            once.setdefault(mention.agent_id, mention)
    return tuple(once.values())


def retold(text: str, mentions: Sequence[Mention], names: Mapping[int, str]) -> tuple[str, tuple[Mention, ...]]:
    """The text with the names of today, and who is called in it under them.

    Of several who shared a name, the first was meant where it stands first.
    """
    if not mentions:
        return text, ()
    today = [Mention(mention.agent_id, names.get(mention.agent_id, mention.name)) for mention in mentions]
    left: dict[str, list[str]] = {}
    for before, now in zip(mentions, today, strict=True):
        left.setdefault(before.name, []).append(now.name)

    def renamed(found: re.Match[str]) -> str:
        those = left[found[1]]
        return "@" + (those.pop(0) if len(those) > 1 else those[0])

    return _pattern(left).sub(renamed, text), tuple(today)


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Longer names first: who is called Jun Lin is not Jun."""
    longest_first = sorted(set(names), key=len, reverse=True)
    return re.compile(rf"(?<![{LATIN}._-])[@＠]({'|'.join(map(_whole, longest_first))})")


def _whole(name: str) -> str:
    return re.escape(name) + (f"(?![{LATIN}])" if re.search(rf"[{LATIN}]$", name) else "")
