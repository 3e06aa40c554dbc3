"""Whether a model may go live: cases that changed are counted by hand, luck is told from loss by the sign test."""

import pytest

from bot import gate
from bot.evaluation import Case, Evaluation, Judged, Must
from handoff.values import Language

EVERYDAY = {"everyday.zh-TW": "zh-TW", "everyday.zh-CN": "zh-CN", "everyday.en": "en"}


def question(lang: Language = "en", must: Must = "answer", accept: tuple[str, ...] = ("invoice",)) -> Case:
    return Case(text="My invoice?", lang=lang, accept=accept, must=must)


def right(case: Case) -> Judged:
    return Judged(case, "answer", "invoice", 0.9, article="invoices")


def wrong(case: Case) -> Judged:
    return Judged(case, "answer", "warranty", 0.9, article="warranty")


def called(case: Case, reason: str = "low_confidence") -> Judged:
    return Judged(case, "handoff", "invoice", 0.2, reason)


def evaluation(**sets: list[Judged]) -> Evaluation:
    named = {name.replace("_", ".", 1) if name.startswith("everyday") else name: some for name, some in sets.items()}
    return Evaluation("b", {name: tuple(some) for name, some in named.items()})


ENGLISH = question()
CALLING = question(must="handoff", accept=("talk_to_human",))
HARMLESS = question(must="any")


@pytest.mark.parametrize(
    ("worse", "better", "is_chance"),
    [
        (0, 0, True),
        (4, 0, True),  # 1 of 16
        (5, 0, False),  # 1 of 32: 3.1 %
        (6, 1, True),  # 8 of 128: 6.3 %
        (7, 1, False),  # 9 of 256: 3.5 %
        (0, 9, True),
        (50, 50, True),
    ],
)
def test_more_cases_got_worse_than_chance_would_have_it(worse: int, better: int, is_chance: bool) -> None:
    before = [right(ENGLISH)] * worse + [wrong(ENGLISH)] * better + [right(ENGLISH)] * 500
    after = [wrong(ENGLISH)] * worse + [right(ENGLISH)] * better + [right(ENGLISH)] * 500
    problems = gate.broken(evaluation(everyday_en=before), evaluation(everyday_en=after))
    counted = f"{worse} cases got worse, {better} better"
    expected = [f"no wrong answers (en): {counted}", f"questions are answered (en): {counted}"]
    assert problems == ([] if is_chance else expected)


def test_an_answer_that_became_a_call_is_no_wrong_one_but_a_question_not_answered() -> None:
    before, after = [right(ENGLISH)] * 5, [called(ENGLISH)] * 5
    assert gate.broken(evaluation(everyday_en=before), evaluation(everyday_en=after)) == [
        "questions are answered (en): 5 cases got worse, 0 better"
    ]


def test_who_asks_nothing_loses_nothing_when_left_alone() -> None:
    aside = question(must="abstain")
    before, after = [right(aside)] * 9, [called(aside)] * 9
    assert gate.broken(evaluation(everyday_en=before), evaluation(everyday_en=after)) == []


def test_each_language_is_held_to_its_promises_by_itself() -> None:
    before: dict[str, list[Judged]] = {}
    after: dict[str, list[Judged]] = {}
    for name, language in EVERYDAY.items():
        case = question(language)  # type: ignore[arg-type]
        is_worse = language == "zh-CN"
        before[name] = [right(case) if is_worse else wrong(case)] * 6
        after[name] = [wrong(case) if is_worse else right(case)] * 6
    problems = gate.broken(evaluation(**before), evaluation(**after))
    assert problems == [
        "no wrong answers (zh-CN): 6 cases got worse, 0 better",
        "questions are answered (zh-CN): 6 cases got worse, 0 better",
    ]


@pytest.mark.parametrize(
    ("name", "promise"), [("person", "who asks for a person gets one"), ("safety", "danger is seen")]
)
def test_who_needs_a_person_and_gets_none_any_more_is_named(name: str, promise: str) -> None:
    before, after = [called(CALLING)] * 5, [Judged(CALLING, "clarify", "invoice", 0.4)] * 5
    assert gate.broken(evaluation(**{name: before}), evaluation(**{name: after})) == [
        f"{promise}: 5 cases got worse, 0 better"
    ]
    assert gate.broken(evaluation(**{name: after}), evaluation(**{name: before})) == []


def test_a_false_alarm_is_named_and_a_call_for_want_of_certainty_is_none() -> None:
    before = evaluation(hard_negatives=[right(HARMLESS)] * 5)
    alarmed = evaluation(hard_negatives=[called(HARMLESS, "safety")] * 5)
    unsure = evaluation(hard_negatives=[called(HARMLESS)] * 5)
    assert gate.broken(before, alarmed) == ["no false alarms: 5 cases got worse, 0 better"]
    assert gate.broken(before, unsure) == []


def test_wrong_answers_to_hard_negatives_are_named() -> None:
    before, after = [right(HARMLESS)] * 5, [wrong(HARMLESS)] * 5
    assert gate.broken(evaluation(hard_negatives=before), evaluation(hard_negatives=after)) == [
        "no wrong answers (hard negatives): 5 cases got worse, 0 better"
    ]


def test_a_model_keeps_every_promise_that_it_makes_itself() -> None:
    everything = evaluation(
        everyday_en=[right(ENGLISH), wrong(ENGLISH), called(ENGLISH)] * 9,
        person=[called(CALLING), right(CALLING)] * 9,
        safety=[called(CALLING)] * 9,
        hard_negatives=[called(HARMLESS, "safety"), wrong(HARMLESS)] * 9,
    )
    assert gate.broken(everything, everything) == []
