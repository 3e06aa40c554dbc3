"""How a model is measured once and for all, against a server that reads as the test says."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import shop
from bot.knowledge import articles
from bot.knowledge.article import Article
from bot.knowledge.library import Library
from bot.replies import shipped
from bot.settings import ROOT
from bot.training import Calibrator
from bot.understand import Brain, Nlu, Sureness
from handoff.db import Database
from nlu import versions
from nlu.calibration import NEVER
from nlu.client import Endpoint
from nlu.errors import NluBadReply, NluUnavailable, SetupError
from nlu.evidence import Evidence, Weights
from nlu.versions import Version
from nlu.weighing import Weighed
from tests.fakes import FakeRecords, MovedClock

SHOP = shop.load(ROOT / "shop.yml")
INVOICES = Article("invoices", "en", "Invoices", ("invoice",), True, (), ("my invoice please",), "", "In your account.")


class Reader:
    """An NLU server: who says "please" wants an invoice, anybody else nothing of ours; always sure to 0.9."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken_from = 10_000

    async def parse(self, request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        self.asked.append(text)
        if len(self.asked) > self.broken_from:
            return web.json_response({})
        names = ("invoice", "out_of_scope") if "please" in text else ("out_of_scope", "invoice")
        ranking = [{"name": name, "confidence": sure} for name, sure in zip(names, (0.9, 0.1), strict=True)]
        return web.json_response({"intent_ranking": ranking, "entities": []})


Endpoints = Callable[[], Endpoint | None]


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
async def endpoint(reader: Reader) -> AsyncIterator[Endpoints]:
    app = web.Application()
    app.router.add_post("/model/parse", reader.parse)
    server = TestServer(app)
    await server.start_server()
    address = Endpoint(str(server.make_url("")).rstrip("/"), "token", "m1")
    yield lambda: address
    await server.close()


@pytest.fixture
def version(tmp_path: Path) -> Version:
    return Version("m1", tmp_path / "m1.tar.gz")


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    """A calibration set: 70 of 100 readings are right, and all that would be said in English is an invoice."""
    file = tmp_path / "nlu" / "calibration_set" / "everyday.en.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("".join(_lines(0, 60, "my invoice please", "invoice") + _lines(60, 70, "a poem", "out_of_scope")))
    with file.open("a") as more:
        more.writelines(_lines(70, 100, "a poem", "invoice"))
    return file


def _lines(first: int, end: int, text: str, accept: str) -> list[str]:
    fields: dict[str, Any] = {"lang": "en", "accept": [accept], "must": "answer"}
    return [json.dumps({**fields, "text": f"{text} {number}"}) + "\n" for number in range(first, end)]


async def weigh(rows: Sequence[tuple[Evidence, bool]]) -> Weighed | None:
    """Answers count for what their reading says, and for a little less while they are held out."""
    readings = [evidence["reading"] for evidence, _ in rows]
    assert all(isinstance(reading, float) for reading in readings)
    weights = Weights(0.0, {"reading": ((-14, -14), (14, 14))}, {})
    return Weighed(weights, [weights.likelihood({"reading": reading}) - 0.1 for reading in readings])


@pytest.fixture
async def calibrate(database: Database, clock: MovedClock, tmp_path: Path) -> Calibrator:
    await database.write(articles.store, [INVOICES], clock.now())

    def brain_of(nlu: Nlu, sureness: Sureness) -> Brain:
        library = Library(database, clock, "en", SHOP.zone)
        return Brain(nlu, sureness, library, FakeRecords(), shipped(), SHOP, clock)

    return Calibrator(tmp_path, SHOP, brain_of, weigh)


async def test_a_model_is_measured_on_the_whole_pipeline(
    calibrate: Calibrator, version: Version, endpoint: Endpoints, messages: Path
) -> None:
    measured = await calibrate(version, endpoint)
    assert measured.model == "m1"
    # Sure to 0.9 and right to 0.7: ln 9 / ln (7/3).
    assert measured.temperature == pytest.approx(2.593, abs=0.02)
    answers, refusals = measured.trials["en"]["answer"], measured.trials["en"]["decline"]
    assert [(round(trial.confidence, 2), trial.right) for trial in answers] == [(0.6, True)] * 60
    assert measured.likelihood({"reading": 0.0}) == 0.5
    assert sorted(trial.right for trial in refusals) == [False] * 30 + [True] * 10
    assert measured.choice("en", "answer", 0.05).answered == 60
    assert measured.choice("en", "decline", 0.05).threshold == NEVER
    assert measured.choice("zh-TW", "answer", 0.05).threshold == NEVER


async def test_a_model_is_measured_once_for_each_state_of_the_set(
    calibrate: Calibrator, version: Version, endpoint: Endpoints, messages: Path, reader: Reader
) -> None:
    measured = await calibrate(version, endpoint)
    again = await calibrate(version, lambda: None)
    assert len(reader.asked) == 100
    assert (again.temperature, again.basis) == (measured.temperature, measured.basis)
    with messages.open("a") as more:
        more.writelines(_lines(100, 101, "a poem", "out_of_scope"))
    changed = await calibrate(version, endpoint)
    assert len(reader.asked) == 201
    assert changed.basis != measured.basis


async def test_who_waits_for_a_model_looks_on_and_then_no_longer(
    calibrate: Calibrator, version: Version, endpoint: Endpoints, messages: Path
) -> None:
    told: list[str] = []
    with calibrate.shown_to(lambda step, done, total: told.append(step)):
        await calibrate(version, endpoint)
    assert set(told) == {"calibrate", "judge"}
    told.clear()
    versions.beside(version, "calibration.json").unlink()
    await calibrate(version, endpoint)
    assert told == []


async def test_a_server_that_fails_on_the_way_is_told_of_in_one_error_and_nothing_is_kept(
    calibrate: Calibrator, version: Version, endpoint: Endpoints, messages: Path, reader: Reader
) -> None:
    reader.broken_from = 50
    with pytest.raises(NluBadReply):
        await calibrate(version, endpoint)
    with pytest.raises(NluUnavailable):
        await calibrate(version, lambda: None)
    assert not versions.beside(version, "calibration.json").exists()
    reader.broken_from = 10_000
    assert (await calibrate(version, endpoint)).model == "m1"


async def test_a_broken_or_missing_set_is_named(
    calibrate: Calibrator, version: Version, endpoint: Endpoints, messages: Path
) -> None:
    with messages.open("a") as more:
        more.write("{}\n")
    with pytest.raises(SetupError, match=r"everyday\.en\.jsonl:101: "):
        await calibrate(version, endpoint)
    messages.unlink()
    with pytest.raises(SetupError, match=r"nothing in .*calibration_set"):
        await calibrate(version, endpoint)
