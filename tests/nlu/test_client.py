import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from nlu.client import Endpoint, NluClient
from nlu.errors import NluBadReply, NluTimeout, NluUnavailable
from nlu.result import Entity, IntentScore

TOKEN = "a token"
REPLY: dict[str, Any] = {
    "text": "訂單XM20261001到哪",
    "intent": {"name": "track_order", "confidence": 0.75},
    "intent_ranking": [{"name": "greet", "confidence": 0.25}, {"name": "track_order", "confidence": 0.75}],
    "entities": [{"entity": "order_id", "value": "XM20261001", "start": 2, "end": 12, "extractor": "any"}],
}


class Foreign:
    """A server that answers as told."""

    def __init__(self) -> None:
        self.status = 200
        self.body = json.dumps(REPLY)
        self.pause_s = 0.0
        self.asked: list[Any] = []

    async def answer(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.pause_s)
        if request.query.get("token") != TOKEN:
            return web.Response(status=401)
        self.asked.append(await request.json() if request.can_read_body else None)
        return web.Response(status=self.status, body=self.body)


@pytest.fixture
def foreign() -> Foreign:
    return Foreign()


@pytest.fixture
async def server(foreign: Foreign) -> AsyncIterator[TestServer]:
    app = web.Application()
    app.router.add_post("/model/parse", foreign.answer)
    app.router.add_get("/status", foreign.answer)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def client(server: TestServer) -> AsyncIterator[NluClient]:
    endpoint = Endpoint(str(server.make_url("")).rstrip("/"), TOKEN, "m1")
    async with aiohttp.ClientSession() as session:
        yield NluClient(session, lambda: endpoint, deadline_s=0.5)


async def test_a_text_becomes_a_reading(client: NluClient) -> None:
    reading = await client.parse("訂單XM20261001到哪")
    assert reading.intent == IntentScore("track_order", 0.75)
    assert [score.name for score in reading.ranking] == ["track_order", "greet"]
    assert reading.entities == (Entity("order_id", "XM20261001", 2, 12),)
    assert reading.entity("order_id") == "XM20261001"
    assert reading.entity("phone") is None
    assert reading.model == "m1"


async def test_half_a_surrogate_pair_keeps_its_place_but_is_never_sent(client: NluClient, foreign: Foreign) -> None:
    reading = await client.parse("\ud800訂單XM20261001到哪")
    assert foreign.asked == [{"text": "?訂單XM20261001到哪"}]
    assert reading.text == "\ud800訂單XM20261001到哪"


async def test_ready_means_that_somebody_answers(client: NluClient, foreign: Foreign) -> None:
    assert await client.ready()
    foreign.status = 409
    assert not await client.ready()


@pytest.mark.parametrize("status", [500, 503, 409])
async def test_a_server_that_cannot_is_unavailable(client: NluClient, foreign: Foreign, status: int) -> None:
    foreign.status = status
    with pytest.raises(NluUnavailable):
        await client.parse("hi")


async def test_a_wrong_token_is_a_bad_reply(server: TestServer) -> None:
    endpoint = Endpoint(str(server.make_url("")).rstrip("/"), "stale", "m1")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(NluBadReply):
            await NluClient(session, lambda: endpoint).parse("hi")


async def test_a_slow_server_is_given_up_on(client: NluClient, foreign: Foreign) -> None:
    foreign.pause_s = 5
    with pytest.raises(NluTimeout):
        await client.parse("hi")


async def test_a_refused_connection_says_nothing_of_the_token(unused_tcp_port: int) -> None:
    endpoint = Endpoint(f"http://127.0.0.1:{unused_tcp_port}", TOKEN, "m1")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(NluUnavailable) as caught:
            await NluClient(session, lambda: endpoint).parse("hi")
    assert TOKEN not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_without_an_endpoint_nothing_is_asked() -> None:
    async with aiohttp.ClientSession() as session:
        client = NluClient(session, lambda: None)
        assert not await client.ready()
        with pytest.raises(NluUnavailable):
            await client.parse("hi")


WRONG: dict[str, Any] = {
    "no ranking": {"intent_ranking": None},
    "an empty ranking": {"intent_ranking": []},
    "a ranking of names": {"intent_ranking": ["greet"]},
    "a name that is a number": {"intent_ranking": [{"name": 1, "confidence": 0.5}]},
    "a confidence in words": {"intent_ranking": [{"name": "greet", "confidence": "high"}]},
    "a confidence above 1": {"intent_ranking": [{"name": "greet", "confidence": 1.5}]},
    "a confidence that is no number": {"intent_ranking": [{"name": "greet", "confidence": float("nan")}]},
    "a confidence that is a truth": {"intent_ranking": [{"name": "greet", "confidence": True}]},
    "no entities": {"entities": None},
    "an entity beyond the text": {"entities": [{"entity": "phone", "value": "1", "start": 0, "end": 99}]},
    "an entity of no length": {"entities": [{"entity": "phone", "value": "1", "start": 1, "end": 1}]},
    "a position in words": {"entities": [{"entity": "phone", "value": "1", "start": "0", "end": 1}]},
    "a value that is a list": {"entities": [{"entity": "phone", "value": [], "start": 0, "end": 1}]},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
async def test_another_shape_is_a_bad_reply(client: NluClient, foreign: Foreign, wrong: dict[str, Any]) -> None:
    foreign.body = json.dumps(REPLY | wrong)
    with pytest.raises(NluBadReply):
        await client.parse("訂單XM20261001到哪")


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "", "[]", "null", "\xff"])
async def test_what_is_no_object_is_a_bad_reply(client: NluClient, foreign: Foreign, body: str) -> None:
    foreign.body = body
    with pytest.raises(NluBadReply):
        await client.parse("hi")
