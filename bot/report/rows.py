"""The figures that people are shown, in their order."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.report.measures import Measures, Report

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: its name, its definition, and how it is written."""

    name: str
    meaning: str
    value: Callable[[Measures], str]
    is_wrong_share: bool = False


def percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value * 100:.1f}\u00a0%"


def is_over(report: Report, measures: Measures) -> bool:
    """Whether more was wrong than the shop allows."""
    return report.budget is not None and (measures.wrong_share or 0.0) > report.budget


def columns(report: Report) -> dict[str, Measures]:
    """All messages, and each language that has some."""
    return {"all": report.overall, **report.languages}


ROWS = (
    Row("Messages", "Cases that were judged.", lambda m: str(m.figures.messages)),
    Row(
        "Automatic answers",
        "Messages that got an article, a skill, or a skill's question.",
        lambda m: str(m.figures.automatic),
    ),
    Row(
        "Wrong",
        "Automatic answers that act on a reading, or give an article, that the case does not accept; and courtesies "
        "and refusals to somebody who asks what the shop answers.",
        lambda m: str(m.figures.wrong),
    ),
    Row("Wrong share", "Wrong ones per automatic answer.", lambda m: percent(m.wrong_share), is_wrong_share=True),
    Row(
        "Wrong share, at most",
        "With 95 % certainty the true share is no larger than this.",
        lambda m: percent(m.wrong_bound),
    ),
    Row("Asking", "Messages that ask what the shop answers.", lambda m: str(m.figures.asking)),
    Row("Right", "Of those, the ones that got a right automatic answer.", lambda m: str(m.figures.right)),
    Row("Coverage", "Right ones per message that asks.", lambda m: percent(m.coverage)),
    Row("Handed to people", "Share of all messages.", lambda m: percent(m.handoff_share)),
    Row(
        "Handed on needlessly",
        "Share of the messages a good bot answers that went to a person.",
        lambda m: percent(m.needless_handoff_share),
    ),
    Row("For people", "Messages that must go to a person.", lambda m: str(m.figures.for_people)),
    Row("Called", "Of those, the ones that did.", lambda m: str(m.figures.called)),
    Row("Call recall", "Called ones per message for people.", lambda m: percent(m.call_recall)),
    Row(
        "False calls",
        "Messages that went to a person as danger, distress, a complaint or a wish for one, and were none.",
        lambda m: str(m.figures.false_calls),
    ),
    Row(
        "Intent accuracy",
        "Share of the messages with a known meaning whose surest reading is an accepted one.",
        lambda m: percent(m.intent_accuracy),
    ),
    Row("Macro F1", "Mean F1 of the intents, each weighing the same.", lambda m: percent(m.macro_f1)),
    Row(
        "Calibration error",
        "By how much confidence and accuracy differ, averaged over messages in ten bins.",
        lambda m: percent(m.calibration_error),
    ),
)
