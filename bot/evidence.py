"""What speaks for and against the automatic answer that a reading leads to: pure."""

from collections.abc import Sequence
from typing import Literal

from bot.decisions import Hit
from handoff.values import Language
from nlu import folding
from nlu.evidence import Evidence, log_odds
from nlu.result import Reading

Way = Literal["skill", "article"]
DOUBTS = ("out_of_scope", "unclear")
"""Readings that speak against answering, however sure another one is."""


def evidence(reading: Reading, way: Way, hits: Sequence[Hit], language: Language) -> Evidence:
    """Of an answer in this way; shares are given as log-odds. An article counts with its score and its rival's."""
    shares = {score.name: score.confidence for score in reading.ranking}
    sure = log_odds(reading.intent.confidence)
    found: dict[str, float | str] = {
        "intent": reading.intent.name,
        "way": way,
        "language": language,
        "reading": sure,
        "tokens": float(len(folding.tokens(reading.text))),
        **{doubt: log_odds(shares.get(doubt, 0.0)) for doubt in DOUBTS},
    }
    if way == "article":
        article, rival = (log_odds(score) for score in (*(hit.score for hit in hits), 0.0, 0.0)[:2])
        found |= {"article": article, "rival": rival, "weaker": min(sure, article)}
    return found
