"""What speaks for and against the automatic answer that a reading leads to: pure."""

from collections.abc import Sequence
from typing import Literal

from bot.decisions import Hit
from handoff.values import Language
from nlu.evidence import Evidence, log_odds
from nlu.result import Reading

Way = Literal["skill", "article"]
DOUBTS = ("out_of_scope", "unclear")
"""Readings that speak against answering, however sure another one is."""


def evidence(reading: Reading, way: Way, hits: Sequence[Hit], language: Language) -> Evidence:
    """Of an answer in this way; shares are given as log-odds. An article counts with its score and its rival's;
    a skill rests on the reading alone.

    A number named `against_…` never speaks for it, any other never against it: see `nlu/server/weigh.py`.
    """
    shares = {score.name: score.confidence for score in reading.ranking}
    sure = log_odds(reading.intent.confidence)
    found: dict[str, float | str] = {
        "intent": reading.intent.name,
        "way": way,
        "language": language,
        **{f"against_{doubt}": log_odds(shares.get(doubt, 0.0)) for doubt in DOUBTS},
    }
    if way == "skill":
        return {**found, "alone": sure}
    article, rival = (log_odds(score) for score in (*(hit.score for hit in hits), 0.0, 0.0)[:2])
    return {**found, "reading": sure, "article": article, "against_rival": rival, "weaker": min(sure, article)}
