"""Shapes of the tone check."""

from typing import Annotated

from pydantic import Field

from handoff.console.schemas import MAX_TEXT, Locale, Schema
from handoff.tone import ToneKind


class ToneCheck(Schema):
    """Words that are being written: who will read them in which language, and in which the writer is told why."""

    text: Annotated[str, Field(max_length=MAX_TEXT)]
    reader: Locale
    writer: Locale


class ToneFinding(Schema):
    """`start` and `end` count UTF-16 units, as browsers do. `say` can be put there as it is, `hint` is an example."""

    kind: ToneKind
    start: int
    end: int
    words: str
    why: str
    say: str | None
    hint: str | None


class ToneFindings(Schema):
    items: list[ToneFinding]
