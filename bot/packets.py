"""What the agent starts from when a person is called, and the details it is made of."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot import dialogue
from bot.decisions import Hit, Memory, Understood
from bot.understand import content_of, details_named, written
from handoff.values import Filled, Turn
from nlu.result import Reading

SUMMARY_CHARS = 300
NEAR_MISSES = 3
WISH_SHARE = 0.15
"""What is read as less likely is not what a conversation is about."""
NO_MATTER = dialogue.SOCIAL | dialogue.CALLS.keys() | {dialogue.OUT_OF_SCOPE, dialogue.UNCLEAR}


def packet(turn: Turn, memory: Memory, understood: Understood | None) -> dict[str, Any]:
    """What the agent starts from; articles by id only, their words are looked up when an agent reads it."""
    reading, text = (understood.reading if understood else None), text_of(turn)
    wish = f"{memory.question}\n{text}" if dialogue.asks_for_person(content_of(turn)) or not text else text
    return {
        "summary": wish.strip()[:SUMMARY_CHARS],
        "ranking": ranking(reading) if reading else [],
        "entities": {**slots(memory), **details_named(text, reading)},
        "tried": list(memory.topics),
        "proved": list(memory.proved),
        "near_misses": near_misses(understood.hits) if understood else [],
    }


def ranking(reading: Reading) -> list[dict[str, Any]]:
    return [{"name": s.name, "confidence": round(s.confidence, 4)} for s in reading.ranking[:5]]


def near_misses(hits: Sequence[Hit]) -> list[list[Any]]:
    return [[hit.id, hit.score] for hit in hits[:NEAR_MISSES]]


def matter_of(memory: Memory, understood: Understood | None) -> str | None:
    """What it is about: the likeliest wish the shop answers, in these words or, where they only call, before."""
    reading = understood.reading if understood else None
    likely = [score.name for score in reading.ranking if score.confidence >= WISH_SHARE] if reading else []
    return next((name for name in (*likely, memory.wish) if name and name not in NO_MATTER), None)


def details(turn: Turn, memory: Memory, reading: Reading | None) -> Mapping[str, str]:
    """What the customer has named, in words or in a form."""
    content = content_of(turn)
    filled = content.values if isinstance(content, Filled) else {}
    return {**slots(memory), **filled, **details_named(text_of(turn), reading)}


def wish(understood: Understood) -> str:
    return understood.reading.intent.name if understood.reading else ""


def slots(memory: Memory) -> dict[str, str]:
    return dict(memory.asking.slots) if memory.asking else {}


def text_of(turn: Turn) -> str:
    return "\n".join(text for bubble in turn.bubbles if (text := written(bubble.content)))
