"""What is promised of the sentences that are shipped for training."""

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from nlu.folding import fold, spans, tokens
from nlu.server.components.patterns import find_details
from tests.nlu.conftest import ROOT

LANGUAGES = ("zh-TW", "zh-CN", "en")
MARK = re.compile(r"\[([^\[\]]+)\]\((\w+)\)")
MARKS = {"product", "sku", "date", "quantity", "color", "size", "carrier"}
FEWEST = 120


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Every (intent, sentence with its marks) of a language."""
    content = yaml.safe_load((ROOT / "nlu" / "data" / f"{language}.yml").read_text("utf-8"))
    for block in content["nlu"]:
        for line in block["examples"].splitlines():
            yield block["intent"], line.removeprefix("- ")


def unmarked(sentence: str) -> str:
    return MARK.sub(r"\1", sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_enough_sentences(language: str) -> None:
    counts = Counter(intent for intent, _ in sentences(language))
    assert counts.keys() == {intent for intent, _ in sentences("en")}
    assert {intent: count for intent, count in counts.items() if count < FEWEST} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_detail_is_marked(language: str) -> None:
    counts = Counter(name for _, sentence in sentences(language) for _, name in MARK.findall(sentence))
    assert counts.keys() == MARKS
    assert min(counts.values()) >= 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_hold_whole_words_and_nothing_that_has_a_shape(language: str) -> None:
    wrong = []
    for _, sentence in sentences(language):
        plain = unmarked(sentence)
        edges = {edge for span in spans(plain) for edge in span}
        shaped = [(detail.start, detail.end) for detail in find_details(plain)]
        at = 0
        for match in MARK.finditer(sentence):
            start = match.start() - at
            end = start + len(match[1])
            at = match.end() - end
            if not {start, end} <= edges or any(start < b and a < end for a, b in shaped):
                wrong.append(sentence)
    assert wrong == []


def test_no_sentence_means_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for intent, sentence in sentences(language):
            meanings.setdefault(fold(unmarked(sentence)), set()).add(intent)
    assert {text: intents for text, intents in meanings.items() if len(intents) > 1} == {}


def test_no_case_is_trained_on_with_or_without_marks() -> None:
    trained = {fold(unmarked(sentence)) for language in LANGUAGES for _, sentence in sentences(language)}
    cases = {
        json.loads(line)["text"]
        for path in (ROOT / "tests" / "cases").glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    }
    assert {text for text in cases if len(tokens(text)) > 5 and fold(text) in trained} == set()
