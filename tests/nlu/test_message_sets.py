"""Sets that judge and calibrate are worth something only while nothing was learnt from them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from math import ceil
from pathlib import Path

import pytest

from bot.evaluation import Case, frozen_cases
from nlu.folding import fold, language, tokens
from tests.nlu.conftest import ROOT
from tests.nlu.test_training_data import LANGUAGES, sentences, unmarked

COMMONPLACE = 5
"""So few words or signs ("hello there", 轉人工) belong to nobody: who writes messages writes them again."""
NEAR = 0.8
SIZES = {"everyday.zh-TW": 1000, "everyday.zh-CN": 1000, "everyday.en": 1000, "person": 300, "safety": 300}
HARD_NEGATIVES = 500
STARTER = ROOT / "bot" / "knowledge" / "starter"

SETS = {"frozen": frozen_cases(ROOT / "nlu" / "frozen"), "calibration": frozen_cases(ROOT / "nlu" / "calibration_set")}
ALL = [(f"{folder}/{name}", case) for folder, sets in SETS.items() for name, cases in sets.items() for case in cases]


@cache
def trained() -> tuple[tuple[str, str, str], ...]:
    """Every (language, intent, text) that is learnt."""
    return tuple((name, intent, unmarked(sentence)) for name in LANGUAGES for intent, sentence in sentences(name))


@cache
def texts(of: str) -> tuple[str, ...]:
    if of == "training":
        return tuple(text for _, _, text in trained())
    return tuple(case.text for some in SETS[of].values() for case in some)


@cache
def bare(text: str) -> str:
    """What is left of a text without case, script, spaces and punctuation; of one without words, its emoji."""
    folded = fold(text)
    return "".join(sign for sign in folded if sign.isalnum()) or "".join(tokens(text))


def is_commonplace(text: str) -> bool:
    return len(tokens(text)) <= COMMONPLACE


@cache
def trigrams(text: str) -> frozenset[str]:
    plain = bare(text)
    return frozenset(plain[at : at + 3] for at in range(max(1, len(plain) - 2)))


def alike(some: Iterable[str], others: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs that share at least `NEAR` of the trigrams of both together (Jaccard).

    Such a pair has one of each text's rarest trigrams in common (prefix filter): most pairs are never counted.
    """
    own, other = (sorted({text for text in side if bare(text)}) for side in (some, others))
    spread = Counter(trigram for text in (*own, *other) for trigram in trigrams(text))

    def rarest(text: str) -> list[str]:
        ordered = sorted(trigrams(text), key=lambda trigram: (spread[trigram], trigram))
        return ordered[: len(ordered) - ceil(NEAR * len(ordered)) + 1]

    holding = defaultdict(list)
    for text in other:
        for trigram in rarest(text):
            holding[trigram].append(text)
    for text in own:
        for near in sorted({found for trigram in rarest(text) for found in holding.get(trigram, ())}):
            shared = len(trigrams(text) & trigrams(near))
            if shared >= NEAR * (len(trigrams(text)) + len(trigrams(near)) - shared):
                yield text, near


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("frozen", "training"),
        ("calibration", "training"),
        ("frozen", "calibration"),
    ],
)
def test_no_message_stands_in_two_sets(one: str, other: str) -> None:
    known = {bare(text) for text in texts(one)} - {""}
    twice = sorted({text for text in texts(other) if bare(text) in known})
    print(f"{one} and {other} share {sum(map(is_commonplace, twice))} commonplaces")
    assert [text for text in twice if not is_commonplace(text)] == []


def test_nothing_is_learnt_that_almost_stands_in_a_frozen_set() -> None:
    pairs = list(alike(texts("frozen"), texts("training")))
    longer = [pair for pair in pairs if not any(map(is_commonplace, pair))]
    print(f"{len(pairs)} pairs of frozen and training messages are alike, {len(longer)} of them no commonplaces")
    assert longer == []


def test_what_is_alike_is_found() -> None:
    # 13 trigrams and 11, all of those among them: 0.85; and one sign more on eight: 7 of 8.
    assert list(alike(["where is my parcel"], ["Where's my parcel?", "where is my order"])) == []
    assert list(alike(["where is my parcel"], ["WHERE IS my parcel!!", "where is my parcels"])) == [
        ("where is my parcel", "WHERE IS my parcel!!"),
        ("where is my parcel", "where is my parcels"),
    ]
    assert bare("我要轉 人工！🙏") == bare("我要转人工")
    assert bare("🐶🐶") != bare("🙃🙃")
    assert bare("?!") == ""


def test_the_frozen_sets_are_as_large_as_they_are_said_to_be() -> None:
    frozen = SETS["frozen"]
    assert frozen.keys() == {*SIZES, "hard_negatives"}
    assert {name: len(frozen[name]) for name, size in SIZES.items() if len(frozen[name]) < size} == {}
    assert len(frozen["hard_negatives"]) >= HARD_NEGATIVES
    told = (ROOT / "nlu" / "frozen" / "README.md").read_text("utf-8")
    for name in LANGUAGES:
        assert f"{len(frozen[f'everyday.{name}']):,} {name}" in told
    for name in ("person", "safety", "hard_negatives"):
        assert f"| `{name}.jsonl` | {len(frozen[name])} |" in told


def test_every_language_has_its_part() -> None:
    for where, cases in ((f"{folder}/{name}", cases) for folder, sets in SETS.items() for name, cases in sets.items()):
        counts = Counter[str](case.lang for case in cases)
        if ".zh" in where or ".en" in where:
            assert set(counts) == {where.rsplit(".", 1)[1]}, where
        else:
            assert min(counts[name] for name in LANGUAGES) >= 100, where


def test_every_set_says_what_must_be_done() -> None:
    frozen = SETS["frozen"]
    assert {case.must for name in ("person", "safety") for case in frozen[name]} == {"handoff"}
    assert "handoff" not in {case.must for case in frozen["hard_negatives"]}
    assert [(where, case) for where, case in ALL if case.must in ("answer", "handoff") and not case.accept] == []


def test_only_intents_and_articles_that_there_are_are_accepted() -> None:
    intents = {intent for _, intent, _ in trained()}
    articles = {folder.name for folder in STARTER.iterdir() if folder.is_dir()}
    unknown = [
        (where, case.text, name)
        for where, case in ALL
        for names, known in ((case.accept, intents), (case.accept_articles or (), articles))
        for name in names
        if name not in known
    ]
    assert unknown == []


def test_messages_are_in_the_script_of_their_language() -> None:
    assert [(where, case.text) for where, case in ALL if not _fits(case)] == []


def _fits(case: Case) -> bool:
    found = language(case.text)
    # "apple pay ok?", an elbow on the keyboard and "a 真人 please" are typed by people who else write Chinese.
    mixed = len(case.text.split()) <= 3 or not case.text.isascii()
    return found in (None, case.lang) or (found == "en" and mixed)


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_is_learnt_is_in_the_script_of_its_language(name: str) -> None:
    learnt = [text for of, _, text in trained() if of == name]
    foreign = [text for text in learnt if language(text) in {"zh-TW", "zh-CN"} - {name}]
    # One in a thousand may be: dialects borrow signs, and some customers mix.
    assert len(foreign) <= len(learnt) / 1000, foreign


def test_lines_name_nothing_that_is_not_read() -> None:
    known = set(Case.model_fields)
    for file in (path for folder in ("frozen", "calibration_set") for path in _files(folder)):
        for line in file.read_text("utf-8").splitlines():
            assert json.loads(line).keys() <= known, f"{file.name}: {line}"


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / "nlu" / folder).glob("*.jsonl"))
