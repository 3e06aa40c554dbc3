"""Our few marks as Telegram shows them: words, and where they are bold or lead somewhere. Nothing can break them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aiogram.types import MessageEntity

from handoff.values import Format

LONGEST = 4096
"""Of one message, in UTF-16 units, as Telegram counts."""
_MARKS = re.compile(r"\*\*(.+?)\*\*|\[([^\]\n]+)\]\((https?://[^)\s]+)\)")
_BREAKS = ("\n\n", "\n", "。", ". ", " ")
"""Where a long text is best divided, best first."""


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    entities: tuple[MessageEntity, ...] = ()


def shown(text: str, format: Format, head: str = "", quoted: str = "") -> list[Words]:
    """As few messages as hold it, divided between paragraphs or sentences where that is possible.

    `head` stands before it, bold, and below that what it answers.
    """
    whole = _read(text) if format == "markdown" else Words(text)
    if quoted:
        whole = _behind(f"{quoted}\n", "blockquote", whole)
    return list(_divided(_behind(head, "bold", whole) if head else whole))


def _behind(first: str, kind: str, words: Words) -> Words:
    mark = marked(kind, 0, units(first.rstrip()))
    return Words(first + words.text, (mark, *moved(words.entities, units(first))))


def _read(text: str) -> Words:
    """Bold words may hold links."""
    plain, entities, end = "", list[MessageEntity](), 0
    for match in _MARKS.finditer(text):
        plain += text[end : match.start()]
        strong, label, href = match.groups()
        inner = _read(strong) if strong else Words(label)
        mark = {"type": "bold"} if strong else {"type": "text_link", "url": href}
        entities.append(MessageEntity(offset=units(plain), length=units(inner.text), **mark))
        entities += moved(inner.entities, units(plain))
        plain, end = plain + inner.text, match.end()
    return Words(plain + text[end:], tuple(entities))


def moved(entities: tuple[MessageEntity, ...], by: int) -> Iterator[MessageEntity]:
    return (entity.model_copy(update={"offset": entity.offset + by}) for entity in entities)


def _divided(words: Words) -> Iterator[Words]:
    rest, start = words.text, 0
    while rest:
        cut = _cut(rest)
        piece, rest = rest[:cut], rest[cut:]
        size = units(piece)
        # Telegram cuts blanks at both ends away, so that they would move what is marked.
        lead = units(piece) - units(piece.lstrip())
        text = piece.strip()
        if text:
            yield Words(text, tuple(_within(words.entities, start + lead, units(text))))
        start += size


def _cut(text: str) -> int:
    """Up to where the first message goes."""
    fits = prefix(text, LONGEST)
    if fits == len(text):
        return fits
    for mark in _BREAKS:
        at = text.rfind(mark, fits // 2, fits)
        if at >= 0:
            return at + len(mark)
    return fits


def _within(entities: tuple[MessageEntity, ...], start: int, size: int) -> Iterator[MessageEntity]:
    for entity in entities:
        first, last = max(entity.offset, start), min(entity.offset + entity.length, start + size)
        if first < last:
            yield entity.model_copy(update={"offset": first - start, "length": last - first})


def prefix(text: str, limit: int) -> int:
    """How many characters fit into `limit` units."""
    used = 0
    for index, char in enumerate(text):
        used += units(char)
        if used > limit:
            return index
    return len(text)


def marked(kind: str, start: int, size: int) -> MessageEntity:
    return MessageEntity(type=kind, offset=start, length=size)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
