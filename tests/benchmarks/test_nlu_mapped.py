"""Another shop's messages as cases of `baton evaluate`, and what is kept of what it tells."""

import pytest

from benchmarks.nlu import mapped
from benchmarks.nlu.datasets import Labelled
from benchmarks.report import Metrics
from bot import report
from bot.evaluation import Judged

ACCEPTED = {"refunds": ["refund_status"], "person": ["talk_to_human"], "bank": []}


def counted(*decided: tuple[str, str, str]) -> Metrics:
    """The figures of messages by their label, the decision, and the reading it is on."""
    cases = mapped.as_cases([Labelled("a message", label) for label, _, _ in decided], ACCEPTED)
    found = [Judged(case, decision, read, 1.0) for case, (_, decision, read) in zip(cases, decided, strict=True)]
    return mapped.figures(report.told(found, model="abc", budget=0.02))


def test_a_persons_messages_and_those_of_other_business_are_no_coverage() -> None:
    figures = counted(
        ("refunds", "answer", "refund_status"),
        ("refunds", "handoff", "refund_status"),
        ("bank", "ask", "invoice"),
        ("bank", "decline", "out_of_scope"),
        ("person", "handoff", "talk_to_human"),
    )
    assert (figures["wrong_share"], figures["right_coverage_share"]) == (0.5, 0.5)
    assert (figures["automatic_messages"], figures["wrong_messages"], figures["answerable_messages"]) == (2, 1, 2)
    assert (figures["automatic_share"], figures["handoff_share"]) == (0.4, 0.4)
    assert (figures["messages"], figures["model"]) == (5, "abc")


def test_a_refusal_is_wrong_where_the_label_accepts_something_the_shop_answers() -> None:
    figures = counted(("refunds", "answer", "refund_status"), ("refunds", "decline", "out_of_scope"))
    assert (figures["wrong_share"], figures["automatic_messages"], figures["wrong_messages"]) == (1.0, 1, 1)


def test_a_share_of_nothing_is_left_out() -> None:
    figures = counted(("person", "handoff", "talk_to_human"))
    assert "wrong_share" not in figures and "right_coverage_share" not in figures


def test_a_label_that_nothing_is_said_of_is_named() -> None:
    with pytest.raises(RuntimeError, match="loyalty"):
        mapped.as_cases([Labelled("a message", "loyalty")], ACCEPTED)
