"""The form for scripts."""

from collections.abc import Sequence
from typing import Any, Unpack

from bot.evaluation import Judged
from bot.report.measures import About, Measures, Point, report_of

MAX_CONFUSIONS = 20


def told(found: Sequence[Judged], **about: Unpack[About]) -> dict[str, Any]:
    """What becomes JSON: the figures of all messages, and under `languages` the same of each language.

    Shares are 0–1, and None where there is nothing they could be a share of.
    """
    report = report_of(found, **about)
    return {
        "title": report.title,
        "model": report.model,
        "wrong_answer_budget": report.budget,
        **_told(report.overall),
        "languages": {language: _told(measures) for language, measures in report.languages.items()},
    }


def _told(measures: Measures) -> dict[str, Any]:
    counted, point = measures.figures, measures.chosen
    return {
        "messages": counted.messages,
        "automatic": counted.automatic,
        "wrong": counted.wrong,
        "wrong_share": _rounded(measures.wrong_share),
        "wrong_bound": _rounded(measures.wrong_bound),
        "asking": counted.asking,
        "right": counted.right,
        "coverage": _rounded(measures.coverage),
        "handoff_share": _rounded(measures.handoff_share),
        "needless_handoff_share": _rounded(measures.needless_handoff_share),
        "for_people": counted.for_people,
        "called": counted.called,
        "call_recall": _rounded(measures.call_recall),
        "false_calls": counted.false_calls,
        "intent_accuracy": _rounded(measures.intent_accuracy),
        "intent_macro_f1": _rounded(measures.macro_f1),
        "calibration_error": _rounded(measures.calibration_error),
        "calibration_bins": [
            {
                "low": one.low,
                "high": one.high,
                "messages": one.messages,
                "confidence": _rounded(one.confidence),
                "accuracy": _rounded(one.accuracy),
            }
            for one in measures.bins
        ],
        "curve": [_point(one) for one in measures.curve],
        "chosen": {**_point(point.point), "wrong_bound": _rounded(point.bound)} if point else None,
        "confusions": [
            {"expected": one.expected, "predicted": one.predicted, "messages": one.messages}
            for one in measures.confusions[:MAX_CONFUSIONS]
        ],
        "intents": {
            one.name: {
                "support": one.support,
                "precision": _rounded(one.precision),
                "recall": _rounded(one.recall),
            }
            for one in measures.intents
        },
    }


def _point(point: Point) -> dict[str, float | None]:
    return {
        "threshold": round(point.threshold, 6),
        "coverage": _rounded(point.coverage),
        "wrong_share": _rounded(point.wrong_share),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
