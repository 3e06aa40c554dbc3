"""What is told of an evaluation: figures counted by hand, and data that would like to be more than data."""

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from io import StringIO
from typing import Any, Unpack

import pytest
from rich.console import Console

from bot.evaluation import Case, Judged, Must
from bot.report import page, table, told
from bot.report.measures import BINS, MAX_POINTS, About
from bot.report.page import MAX_QUOTED
from handoff.values import Language

HOSTILE = """<script>alert("x")</script>'&<img src=http://evil.example/>"""
LOADING = {"src", "srcset", "href", "xlink:href", "action", "formaction", "data", "background", "poster"}
VOID = {"meta", "br", "img", "link", "input", "hr"}


def judged(
    decision: str,
    intent: str | None,
    confidence: float,
    *accept: str,
    must: Must = "answer",
    lang: Language = "en",
    text: str = "Hello",
    reason: str | None = None,
    article: str | None = None,
    accept_articles: tuple[str, ...] | None = None,
) -> Judged:
    case = Case(text=text, lang=lang, accept=accept, must=must, accept_articles=accept_articles)
    return Judged(case, decision, intent, confidence, reason, article, 1.0 if article else 0.0, confidence)


FOUND = (
    judged("answer", "warranty", 0.95, "warranty", article="w1"),
    judged("answer", "warranty", 0.95, "invoice", article="w1", text="My invoice?"),
    judged("skill", "track_order", 0.85, "order_status", "track_order"),
    judged("handoff", "invoice", 0.45, "warranty"),
    judged("social", "thanks", 0.91, "invoice", lang="zh-TW", text="謝謝，發票呢"),
    judged("handoff", "complaint", 0.75, "complaint", must="handoff", lang="zh-TW"),
    judged("answer", "invoice", 0.65, "complaint", must="handoff", lang="zh-TW", text="發票亂開"),
    judged("handoff", "distress", 0.35, must="abstain", lang="zh-TW", reason="distress"),
)


class Page(HTMLParser):
    """What a browser would make of a page: its elements and its words. Complains where the tags do not match."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words, self._open = "", list[str]()
        self.feed(source)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.elements if name in (attrs.get("class") or "").split()]


def printed(found: Sequence[Judged], **about: Unpack[About]) -> str:
    terminal = Console(file=StringIO(), width=100, force_terminal=False)
    with terminal.capture() as capture:
        terminal.print(table(found, **about))
    return capture.get()


def test_the_figures_of_decisions_are_those_counted_by_hand() -> None:
    figures = told(FOUND)
    counted = {
        key: figures[key] for key in ("messages", "automatic", "wrong", "asking", "right", "for_people", "called")
    }
    assert counted == {
        "messages": 8,
        "automatic": 4,
        "wrong": 3,  # two answers, and the courtesy to somebody who asks for an invoice
        "asking": 5,
        "right": 2,
        "for_people": 2,
        "called": 1,
    }
    assert figures["wrong_share"] == 0.75
    assert figures["coverage"] == 0.4
    assert figures["handoff_share"] == 0.375
    assert figures["needless_handoff_share"] == 0.2
    assert figures["call_recall"] == 0.5
    assert figures["false_calls"] == 1


def test_the_bound_is_the_exact_binomial_one() -> None:
    found = [judged("answer", "warranty", 0.9, "warranty")] * 59
    assert told(found)["wrong_bound"] == pytest.approx(1 - 0.05 ** (1 / 59), abs=1e-4)


def test_of_several_accepted_intents_the_one_that_was_read_counts_and_otherwise_the_first() -> None:
    found = [
        judged("skill", "track_order", 0.9, "order_status", "track_order"),
        judged("answer", "invoice", 0.9, "order_status", "track_order"),
    ]
    figures = told(found)
    assert figures["intents"] == {
        "invoice": {"support": 0, "precision": 0.0, "recall": None},
        "order_status": {"support": 1, "precision": None, "recall": 0.0},
        "track_order": {"support": 1, "precision": 1.0, "recall": 1.0},
    }
    assert figures["confusions"] == [{"expected": "order_status", "predicted": "invoice", "messages": 1}]
    assert figures["intent_accuracy"] == 0.5
    assert figures["intent_macro_f1"] == pytest.approx(1 / 3, abs=1e-4)


def test_messages_without_a_known_meaning_or_a_reading_say_nothing_about_intents() -> None:
    found = [judged("handoff", "invoice", 0.9, must="abstain"), judged("handoff", None, 0.0, "invoice")]
    figures = told(found)
    assert figures["messages"] == 2
    assert figures["intents"] == {}
    assert figures["intent_accuracy"] is None


def test_the_calibration_error_weighs_the_gap_of_each_bin_by_its_messages() -> None:
    found = [
        judged("answer", "invoice", 1.0, "invoice"),
        judged("answer", "invoice", 0.9, "warranty"),
        judged("handoff", "invoice", 0.2, "warranty"),
    ]
    figures = told(found)
    bins = figures["calibration_bins"]
    assert len(bins) == BINS
    assert bins[9] == {"low": 0.9, "high": 1.0, "messages": 2, "confidence": 0.95, "accuracy": 0.5}
    assert bins[2] == {"low": 0.2, "high": 0.3, "messages": 1, "confidence": 0.2, "accuracy": 0.0}
    assert bins[5]["messages"] == 0
    assert bins[5]["accuracy"] is None
    assert figures["calibration_error"] == pytest.approx((2 * 0.45 + 0.2) / 3, abs=1e-4)


def test_the_curve_has_a_point_for_each_confidence_and_ties_are_one() -> None:
    assert told(FOUND)["curve"] == [
        {"threshold": 0.95, "coverage": 0.2, "wrong_share": 0.5},
        {"threshold": 0.91, "coverage": 0.2, "wrong_share": 0.6667},
        {"threshold": 0.85, "coverage": 0.4, "wrong_share": 0.5},
        {"threshold": 0.65, "coverage": 0.4, "wrong_share": 0.6},
    ]


def test_the_chosen_point_keeps_to_the_budget_as_far_as_can_be_proved() -> None:
    found = [judged("answer", "invoice", 0.9 - n / 100, "invoice") for n in range(9)]
    found += [judged("answer", "invoice", 0.5, "warranty")]
    point = told(found, budget=0.2)["chosen"]
    assert point == {"threshold": 0.82, "coverage": 0.9, "wrong_share": 0.0, "wrong_bound": 0.2831}
    assert told(found, budget=0.15)["chosen"] is None
    assert told(found)["chosen"] is None


def test_what_could_be_said_at_any_confidence_draws_the_curve_and_changes_no_figure() -> None:
    found = [judged("handoff", "invoice", 0.4, "invoice"), judged("answer", "invoice", 0.9, "invoice")]
    free = [judged("answer", "invoice", 0.4, "invoice"), judged("answer", "invoice", 0.9, "invoice")]
    figures = told(found, at_any=free)
    assert figures["coverage"] == 0.5
    assert [point["coverage"] for point in figures["curve"]] == [0.5, 1.0]
    assert len(told(found)["curve"]) == 1


def test_a_long_curve_keeps_its_ends_and_the_chosen_point() -> None:
    found = [judged("answer", "invoice", 1 - n / 1000, "invoice") for n in range(500)]
    found += [judged("answer", "invoice", 0.4 - n / 1000, "warranty") for n in range(300)]
    figures = told(found, budget=0.02)
    curve, point = figures["curve"], figures["chosen"]
    assert len(curve) <= MAX_POINTS
    assert (curve[0]["threshold"], curve[-1]["threshold"]) == (1.0, 0.101)
    assert point["threshold"] in [one["threshold"] for one in curve]


def test_only_the_most_frequent_confusions_are_told() -> None:
    found = [judged("answer", f"read-{n:02}", 0.9, "meant") for n in range(30) for _ in range(n + 1)]
    confusions = told(found)["confusions"]
    assert len(confusions) == 20
    assert confusions[0] == {"expected": "meant", "predicted": "read-29", "messages": 30}


def test_a_language_without_cases_is_not_told_of() -> None:
    assert list(told(FOUND)["languages"]) == ["zh-TW", "en"]
    assert told(FOUND)["languages"]["zh-TW"]["messages"] == 4
    assert "zh-CN" not in printed(FOUND)
    assert "zh-CN" not in Page(page(FOUND)).words.split()


def test_a_language_has_the_same_figures_as_all() -> None:
    figures: dict[str, Any] = told(FOUND)
    of_one = figures["languages"]["en"]
    assert of_one.keys() == figures.keys() - {"title", "model", "wrong_answer_budget", "languages"}
    assert (of_one["automatic"], of_one["wrong"], of_one["coverage"]) == (3, 1, 0.5)


def test_of_no_messages_everything_is_told_and_nothing_claimed() -> None:
    figures = json.loads(json.dumps(told([], budget=0.02), allow_nan=False))
    assert figures["messages"] == 0
    assert (figures["wrong_share"], figures["coverage"], figures["call_recall"]) == (None, None, None)
    assert figures["curve"] == []
    assert "Coverage" in printed([])
    assert "No messages were judged." in Page(page([])).words


def test_the_table_fits_100_columns_and_says_where_the_budget_is_exceeded() -> None:
    lines = printed(FOUND, title="Everyday", model="m" * 200, budget=0.02).splitlines()
    assert max(map(len, lines)) <= 100
    share = next(line for line in lines if "Wrong share (budget" in line)
    assert share.count("over") == 3
    assert any("order_status" in line or "complaint" in line for line in lines)


def test_data_in_the_table_is_neither_markup_nor_a_command_to_the_terminal() -> None:
    said = printed([judged("answer", "[red]a[/red]\x1b[2J", 0.9, "[/nonsense]")], title="[bold]T[/bold]")
    assert "[bold]T[/bold]" in said
    assert "[red]a[/red]" in said
    assert "\x1b" not in said


def test_the_page_shows_every_wrong_answer_with_what_would_have_been_right() -> None:
    words = Page(page(FOUND)).words
    for said in ("My invoice?", "謝謝，發票呢", "發票亂開", "answer warranty w1"):
        assert said in words


def test_the_page_draws_the_budget_and_the_chosen_point() -> None:
    found = [judged("answer", "invoice", 0.9, "invoice")] * 160
    drawn = Page(page(found, budget=0.02))
    assert len(drawn.of_class("chosen")) == 2  # of all messages, and of the only language
    assert len(drawn.of_class("budget")) == 2
    assert not Page(page(found)).of_class("budget")


def test_the_page_runs_nothing_and_loads_nothing_whatever_the_data_says() -> None:
    hostile = judged(
        "answer", HOSTILE, 0.9, f"a{HOSTILE}", text=HOSTILE, article=HOSTILE, accept_articles=(f"b{HOSTILE}",)
    )
    source = page([hostile], title=HOSTILE, model=HOSTILE, budget=0.02)
    drawn = Page(source)
    assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in drawn.elements}
    assert not [name for _, attrs in drawn.elements for name in attrs if name in LOADING or name.startswith("on")]
    assert "url(" not in source
    assert "@import" not in source
    assert drawn.words.count(HOSTILE) >= 6


def test_a_very_long_text_is_cut_on_the_page_and_the_cut_is_marked() -> None:
    words = Page(page([judged("answer", "invoice", 0.9, "warranty", text="長" * 9000)])).words
    assert "長…" in words
    assert words.count("長") == MAX_QUOTED


def test_an_answer_stands_in_the_curve_as_likely_as_all_its_evidence_says() -> None:
    case = Case(text="Hello", lang="en", accept=("invoice",), must="answer")
    found = [Judged(case, "answer", "invoice", 0.9, None, "a1", 0.9, likelihood) for likelihood in (0.6, 0.7)]
    assert [point["threshold"] for point in told(found)["curve"]] == [0.7, 0.6]
