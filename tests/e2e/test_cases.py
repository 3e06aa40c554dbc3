"""Messages that must be decided right, through `baton ask` as scripts use it, with the shipped model."""

import asyncio
import json
import os
from typing import Any

import pytest
import pytest_asyncio

from bot.evaluation import AUTOMATIC
from bot.settings import ROOT
from nlu.versions import Version
from tests.e2e.conftest import with_model
from tests.e2e.program import BATON

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]

CASES = ROOT / "tests" / "cases"


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines() if line.strip()]


SEED = lines("seed.jsonl")
EVERYDAY = lines("everyday.jsonl")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def decided(tmp_path_factory: pytest.TempPathFactory, model: Version) -> dict[str, dict[str, Any]]:
    """What `baton ask --json -` says about every case, by text."""
    data = with_model(tmp_path_factory.mktemp("ask") / "data", model)
    texts = [case["text"] for case in (*SEED, *EVERYDAY)]
    process = await asyncio.create_subprocess_exec(
        BATON,
        "ask",
        "--json",
        "-",
        cwd=ROOT,
        env={**os.environ, "BATON_DATA": str(data)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    asked = "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts)
    output, complaints = await process.communicate(asked.encode())
    assert process.returncode == 0, complaints.decode()
    told = [json.loads(line) for line in output.decode().splitlines()]
    assert [t["text"] for t in told] == texts
    assert not list(data.glob("*.db")), "asking stores nothing"
    return {t["text"]: t for t in told}


def is_accepted(case: dict[str, Any], told: dict[str, Any]) -> bool:
    """Whether the reading acted on, or the article given, is one the case accepts."""
    articles = case.get("accept_articles")
    if articles and told["article"]:
        return told["article"]["id"] in articles
    return told["intent"] is not None and told["intent"]["name"] in case["accept"]


def is_right(case: dict[str, Any], told: dict[str, Any]) -> bool:
    automatic = told["decision"] in AUTOMATIC
    match case["must"]:
        case "answer":
            return automatic and is_accepted(case, told)
        case "handoff":
            return bool(told["decision"] == "handoff") and (not case.get("urgent") or told["priority"] == "urgent")
        case "abstain":
            return not automatic
        case _:
            return not automatic or is_accepted(case, told)


@pytest.mark.parametrize("case", SEED, ids=[case["text"] for case in SEED])
async def test_every_seed_case_is_decided_as_it_must(case: dict[str, Any], decided: dict[str, dict[str, Any]]) -> None:
    assert is_right(case, decided[case["text"]]), decided[case["text"]]


async def test_the_film_is_answered_with_the_film_article(decided: dict[str, dict[str, Any]]) -> None:
    for case in SEED[:2]:
        assert decided[case["text"]]["article"]["id"] == "apply-tempered-glass-film"


async def test_whoever_asks_for_a_person_or_is_in_danger_gets_one(decided: dict[str, dict[str, Any]]) -> None:
    """The floor of first light on messages by another hand; the aim of 99 % comes with calibration."""
    wanted = [case for case in EVERYDAY if case["must"] == "handoff"]
    missed = [case["text"] for case in wanted if decided[case["text"]]["decision"] != "handoff"]
    print(f"\nmissed {len(missed)} of {len(wanted)}: {missed}")
    assert len(missed) <= 0.05 * len(wanted)


async def test_automatic_answers_are_mostly_right_and_most_questions_answered(
    decided: dict[str, dict[str, Any]],
) -> None:
    """The floor of first light; the budget of 2 % is for the calibrated thresholds to keep."""
    automatic = [case for case in EVERYDAY if decided[case["text"]]["decision"] in AUTOMATIC]
    wrong = [case["text"] for case in automatic if not is_accepted(case, decided[case["text"]])]
    answerable = [case for case in EVERYDAY if case["must"] == "answer"]
    right = [case for case in answerable if is_right(case, decided[case["text"]])]
    print(
        f"\n{len(wrong)} of {len(automatic)} automatic answers wrong; {len(right)} of {len(answerable)} answered right"
    )
    assert len(wrong) <= 0.06 * len(automatic)
    assert len(right) >= 0.7 * len(answerable)
