"""What counts as wrong is what a customer would have been told; every example here is judged by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot import evaluation, shop
from bot.decisions import Thresholds
from bot.evaluation import AtAnyConfidence, Case, CaseFileError, Evaluation, Judged, Must, Remembered
from bot.knowledge import articles
from bot.knowledge.article import Article
from bot.knowledge.library import Library
from bot.replies import shipped
from bot.settings import ROOT
from bot.understand import Brain
from handoff.db import Database
from handoff.values import Language
from nlu.calibration import Trial
from nlu.result import IntentScore, Reading
from tests.fakes import FakeRecords, MovedClock, ScriptedNlu, Surely

SHOP = shop.load(ROOT / "shop.yml")
INVOICES = Article(
    "invoices", "en", "Invoices", ("invoice",), True, (), ("where do I find my invoice",), "", "In your account."
)


def case(
    *accept: str,
    must: Must = "answer",
    lang: Language = "en",
    text: str = "Hello",
    accept_articles: tuple[str, ...] | None = None,
) -> Case:
    return Case(text=text, lang=lang, accept=accept, must=must, accept_articles=accept_articles)


def answer(of: Case, intent: str, article: str = "a1", confidence: float = 0.9, score: float = 0.95) -> Judged:
    return Judged(
        of, "answer", intent, confidence, article=article, article_score=score, likelihood=min(confidence, score)
    )


def does(of: Case, decision: str, intent: str | None, confidence: float = 0.9, reason: str | None = None) -> Judged:
    return Judged(of, decision, intent, confidence, reason, likelihood=confidence)


WRONG: dict[str, Judged] = {
    "an answer to another question": answer(case("invoice"), "warranty"),
    "an answer to what must be left alone": answer(case(must="abstain"), "invoice"),
    "an answer to who must get a person": answer(case("complaint", must="handoff"), "invoice"),
    "another article than the accepted one": answer(case("invoice", accept_articles=("a2",)), "invoice"),
    "any article where none is right": answer(case("invoice", must="any", accept_articles=()), "invoice"),
    "a skill for another wish": does(case("invoice"), "skill", "track_order"),
    "a skill's question for another wish": does(case("invoice"), "ask", "track_order"),
    "a courtesy to who asks something": does(case("invoice"), "social", "thanks"),
    "a refusal of what the shop answers": does(case("invoice", must="any"), "decline", "out_of_scope"),
    "a courtesy to who must get a person": does(case("talk_to_human", must="handoff"), "social", "chitchat"),
    "a refusal of who must get a person": does(case("safety_issue", must="handoff"), "decline", "out_of_scope"),
}
NOT_WRONG: dict[str, Judged] = {
    "an answer to the question": answer(case("invoice"), "invoice"),
    "an answer to one of the accepted ones": answer(case("order_status", "invoice"), "invoice"),
    "the accepted article whatever it was read as": answer(
        case("invoice", accept_articles=("a1",)), "warranty", confidence=0.4
    ),
    "a skill for the wish": does(case("track_order"), "skill", "track_order"),
    "a skill's question for the wish": does(case("track_order"), "ask", "track_order"),
    "a skill where only the articles are named": does(
        case("track_order", accept_articles=("a2",)), "skill", "track_order"
    ),
    "a person": does(case("invoice"), "handoff", "warranty"),
    "a question back": does(case("invoice"), "clarify", "warranty"),
    "a courtesy to a courtesy": does(case("thanks"), "social", "greet"),
    "a courtesy to what means nothing": does(case(must="abstain"), "social", "thanks"),
    "an accepted courtesy": does(case("invoice", "thanks", must="any"), "social", "thanks"),
    "a refusal of somebody else's business": does(case("out_of_scope", must="any"), "decline", "out_of_scope"),
    "nothing": does(case("invoice"), "none", None, 0),
}


@pytest.mark.parametrize("judged", WRONG.values(), ids=WRONG.keys())
def test_wrong_is(judged: Judged) -> None:
    assert judged.is_wrong
    assert not judged.is_right_answer


@pytest.mark.parametrize("judged", NOT_WRONG.values(), ids=NOT_WRONG.keys())
def test_not_wrong_is(judged: Judged) -> None:
    assert not judged.is_wrong
    assert judged.is_right_answer is (judged.decision in ("answer", "skill", "ask"))


@pytest.mark.parametrize(
    ("of", "asks"),
    [
        (case("invoice"), True),
        (case("invoice", must="any"), True),
        (case("thanks", "invoice"), True),
        (case("invoice", must="abstain"), False),
        (case("invoice", must="handoff"), False),
        (case("thanks", "out_of_scope", "complaint"), False),
        (case(), False),
    ],
)
def test_who_asks_what_the_shop_answers_is_told_from_who_does_not(of: Case, asks: bool) -> None:
    assert of.asks_something is asks


@pytest.mark.parametrize(
    ("reason", "must", "is_false"),
    [
        ("safety", "any", True),
        ("customer_request", "abstain", True),
        ("distress", "handoff", False),
        ("low_confidence", "answer", False),
        (None, "answer", False),
    ],
)
def test_a_false_call_is_one_that_nothing_called_for(reason: str | None, must: Must, is_false: bool) -> None:
    assert does(case("invoice", must=must), "handoff", "invoice", reason=reason).is_false_call is is_false


def test_figures_count_what_was_decided_and_what_was_called_for() -> None:
    found = [
        answer(case("invoice"), "invoice"),
        answer(case("invoice", lang="zh-TW"), "warranty"),
        does(case("invoice"), "social", "thanks"),
        does(case("invoice"), "handoff", "invoice", reason="low_confidence"),
        does(case("complaint", must="handoff"), "handoff", "complaint", reason="complaint"),
        does(case("invoice", must="any", lang="zh-TW"), "handoff", "distress", reason="distress"),
    ]
    counted = evaluation.figures(found)
    assert (counted.messages, counted.automatic, counted.wrong) == (6, 2, 2)
    assert (counted.asking, counted.right) == (5, 1)
    assert (counted.handed_off, counted.answerable, counted.needless) == (3, 4, 1)
    assert (counted.for_people, counted.called, counted.false_calls) == (1, 1, 1)


def test_thresholds_are_chosen_from_what_would_be_said_in_each_language() -> None:
    ask, vague = case("invoice"), case(must="abstain", lang="zh-CN")
    found = [
        answer(ask, "invoice", confidence=0.9),
        answer(ask, "warranty", confidence=0.8),
        answer(ask, "invoice", confidence=0.7, score=0.44),
        does(ask, "ask", "track_order", 0.6),
        does(ask, "social", "thanks", 0.5),
        does(ask, "handoff", "invoice", 0.4),
        does(ask, "clarify", "invoice", 0.4),
        does(ask, "decline", "out_of_scope", 0.3),
        does(vague, "decline", "out_of_scope", 0.2),
    ]
    assert evaluation.trials(found) == {
        "zh-TW": {"answer": (), "decline": ()},
        "zh-CN": {"answer": (), "decline": (Trial(0.2, True),)},
        "en": {
            "answer": (
                Trial(0.9, True),
                Trial(0.8, False),
                Trial(0.44, True),
                Trial(0.6, False),
                Trial(0.5, False),
            ),
            "decline": (Trial(0.3, False),),
        },
    }


def written(file: Path, *lines: object) -> Path:
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return file


GOOD: dict[str, Any] = {"text": "Where is it?", "lang": "en", "accept": ["track_order"], "must": "answer"}


def test_cases_are_read_line_by_line_and_what_else_a_line_tells_is_left_alone(tmp_path: Path) -> None:
    file = written(
        tmp_path / "cases.jsonl", GOOD, "", {**GOOD, "why": "a note", "accept_articles": ["a1"]}, {**GOOD, "accept": []}
    )
    assert evaluation.read_cases(file) == [
        case("track_order", text="Where is it?"),
        case("track_order", text="Where is it?", accept_articles=("a1",)),
        case(text="Where is it?"),
    ]


def test_a_message_may_hold_any_sign_that_json_allows(tmp_path: Path) -> None:
    text = "one\u2028two\x85three"
    file = tmp_path / "cases.jsonl"
    file.write_bytes((json.dumps({**GOOD, "text": text}, ensure_ascii=False) + "\r\n").encode() * 2)
    assert [one.text for one in evaluation.read_cases(file)] == [text, text]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "Invalid JSON"),
        ("[]", "should be an object"),
        ({**GOOD, "text": ""}, "text: "),
        ({**GOOD, "text": "x" * 10_001}, "text: "),
        ({**GOOD, "lang": "fr"}, "lang: "),
        ({**GOOD, "must": "perhaps"}, "must: "),
        ({**GOOD, "accept": "track_order"}, "accept: "),
        ({**GOOD, "accept": [3]}, r"accept\.0: "),
        ({key: value for key, value in GOOD.items() if key != "must"}, "must: Field required"),
    ],
)
def test_a_line_that_is_no_case_is_named_by_file_and_number(tmp_path: Path, line: object, problem: str) -> None:
    file = written(tmp_path / "cases.jsonl", GOOD, "", line)
    with pytest.raises(CaseFileError, match=rf"cases\.jsonl:3: .*{problem}"):
        evaluation.read_cases(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff")
    for name in ("missing.jsonl", "bytes.jsonl"):
        with pytest.raises(CaseFileError, match=name):
            evaluation.read_cases(tmp_path / name)


@pytest.fixture
async def library(database: Database, clock: MovedClock) -> Library:
    await database.write(articles.store, [INVOICES], clock.now())
    return Library(database, clock, "en", SHOP.zone)


async def test_a_brain_is_judged_by_what_it_decides_about_a_first_message(library: Library, clock: MovedClock) -> None:
    nlu = ScriptedNlu()
    nlu.means("where do I find my invoice", ("invoice", 0.9), ("warranty", 0.1))
    nlu.means("a poem please", ("out_of_scope", 0.8))
    nlu.means("it burns", ("invoice", 0.55), ("safety_issue", 0.45))
    nlu.means("where is it", ("track_order", 0.7))
    cases = [case("invoice", text=text) for text in nlu.readings] + [case("invoice", text="human")]
    brain = Brain(nlu, Surely(), library, FakeRecords(), shipped(), SHOP, clock)
    steps: list[tuple[str, int, int]] = []
    invoice, poem, burning, lost, person = await evaluation.judged(brain, cases, lambda *step: steps.append(step))
    assert (invoice.decision, invoice.intent, invoice.confidence) == ("answer", "invoice", 0.9)
    assert invoice.article == "invoices" and invoice.article_score > 0.42
    assert (poem.decision, poem.intent, poem.is_wrong) == ("decline", "out_of_scope", True)
    assert (burning.decision, burning.intent, burning.reason) == ("handoff", "invoice", "safety")
    assert (lost.decision, lost.intent, lost.is_wrong) == ("ask", "track_order", True)
    assert (person.decision, person.intent, person.confidence, person.reason) == (
        *("handoff", None, 0),
        "customer_request",
    )
    assert steps == [("judge", 0, 5), ("judge", 5, 5)]


async def test_at_any_confidence_all_is_said_that_could_be(library: Library, clock: MovedClock) -> None:
    nlu, text = ScriptedNlu(), "where do I find my invoice"
    nlu.means(text, ("invoice", 0.01), ("warranty", 0.01))
    brain = Brain(nlu, AtAnyConfidence(Surely()), library, FakeRecords(), shipped(), SHOP, clock)
    (found,) = await evaluation.judged(brain, [case("invoice", text=text)], lambda *step: None)
    assert (found.decision, found.article, found.confidence) == ("answer", "invoices", 0.01)
    assert found.likelihood == pytest.approx(0.01)
    assert found.is_weighed and found.evidence["way"] == "article"


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """A folder of two frozen sets."""
    folder = tmp_path / "frozen"
    folder.mkdir()
    written(folder / "everyday.en.jsonl", GOOD, {**GOOD, "text": "And now?"})
    written(folder / "safety.jsonl", {**GOOD, "text": "It burns", "must": "handoff"})
    return folder


def measured(folder: Path) -> Evaluation:
    cases = evaluation.frozen_cases(folder)
    first, second = cases["everyday.en"]
    found = {
        "everyday.en": (answer(first, "invoice", score=0.123456789), does(second, "none", None, 0)),
        "safety": (does(cases["safety"][0], "handoff", "safety_issue", 0.8, "safety"),),
    }
    return Evaluation("b1", found)


def test_an_evaluation_is_read_back_on_the_same_basis_and_no_other(sets: Path, tmp_path: Path) -> None:
    made, file = measured(sets), tmp_path / "m1.evaluation.json"
    assert evaluation.load(file, "b1", evaluation.frozen_cases(sets)) is None
    made.save(file)
    assert evaluation.load(file, "b1", evaluation.frozen_cases(sets)) == made
    assert evaluation.load(file, "b2", evaluation.frozen_cases(sets)) is None
    assert "It burns" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["", "[]", "null", "{}", '{"model": "m1", "basis": "b", "sets": {"safety": [1]}}'])
def test_a_broken_evaluation_is_made_anew(sets: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "e.json").write_text(content)
    assert evaluation.load(tmp_path / "e.json", "b", evaluation.frozen_cases(sets)) is None


def test_an_evaluation_of_other_cases_is_made_anew(sets: Path, tmp_path: Path) -> None:
    made, file = measured(sets), tmp_path / "e.json"
    made.save(file)
    cases = evaluation.frozen_cases(sets)
    for other in ({"safety": cases["safety"] * 2}, {"person": cases["safety"]}):
        assert evaluation.load(file, made.basis, other) is None


def test_the_everyday_mix_is_what_the_share_of_wrong_answers_is_promised_for(sets: Path) -> None:
    found = measured(sets).sets
    assert evaluation.everyday(found) == found["everyday.en"]
    assert len(evaluation.everyday({**found, "everyday.zh-TW": found["safety"]})) == 3


async def test_a_remembered_text_is_read_once() -> None:
    nlu = ScriptedNlu()
    nlu.means("where is it", ("track_order", 0.7))
    remembered = Remembered(nlu)
    assert await remembered.parse("where is it") == await remembered.parse("where is it")
    assert nlu.parsed == ["where is it"]


def test_at_any_confidence_of_a_measured_model_its_readings_stay() -> None:
    free = AtAnyConfidence(Surely())
    reading = Reading("hello", (IntentScore("greet", 0.3),), (), "m1")
    assert free.read(reading) == Surely().read(reading)
    assert free.thresholds("en") == Thresholds(0, 0)
