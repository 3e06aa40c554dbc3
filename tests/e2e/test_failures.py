"""What fails in the middle of the night: Rasa gone, slow or talking nonsense, the database locked, the port taken."""

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.inbound import NluState
from handoff.values import Reason
from nlu.client import Endpoint, NluClient
from tests.bot.conftest import Counter, counter
from tests.e2e.program import BATON, Program, Visitor, signed_in

pytestmark = pytest.mark.rasa

FILM = "鋼化膜收到了,我要怎麼貼?"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

__all__ = ["counter"]


async def five_hundred(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500, text="boom")


async def page(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>maintenance</html>", content_type="text/html")


async def wrong_shape(_: web.Request) -> web.StreamResponse:
    return web.json_response({"intent_ranking": "none", "entities": 3})


async def half(_: web.Request) -> web.StreamResponse:
    return web.Response(body=b'{"intent": {"name": ', content_type="application/json")


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


@asynccontextmanager
async def rasa_that(answers: Answer) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/model/parse", answers)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.mark.parametrize("answers", [five_hundred, page, wrong_shape, half, never])
async def test_a_rasa_that_fails_means_a_person_with_a_clear_sentence(counter: Counter, answers: Answer) -> None:
    async with rasa_that(answers) as url, aiohttp.ClientSession() as session:
        client = NluClient(session, lambda: Endpoint(url, "token", "model"), deadline_s=0.3)
        counter.inbound._brain._nlu = client
        counter.nlu_state = NluState(starting=False, ready_since=counter.clock.now())
        reason, messages = await counter.handed_off(await counter.says(FILM))
    assert reason is Reason.NLU_UNAVAILABLE
    assert [m.author for m in messages] == ["contact", "system"]


async def test_a_killed_rasa_is_started_anew_and_nobody_is_left_alone(data: Path) -> None:
    program = Program(data)
    await program.start()
    try:
        async with Visitor(program.address) as visitor, Visitor(program.address) as later:
            os.kill(program.nlu_pid(), signal.SIGKILL)
            await program.until("/readyz", 503)
            await visitor.says(FILM)
            assert (await visitor.answered())[0]["author"] == "system"
            await visitor.until(lambda v: v.conversation["status"] == "waiting")
            await program.until("/readyz")
            await later.says(FILM)
            assert (await later.answered())[0]["author"] == "bot"
    finally:
        await program.stop()


async def test_danger_told_to_people_is_read_after_a_kill_before_it_was(data: Path) -> None:
    program = Program(data)
    await program.start()
    try:
        async with Visitor(program.address, "zh-TW") as visitor:
            await visitor.says("轉人工")
            await visitor.until(lambda v: v.conversation.get("status") == "waiting")
            child = program.nlu_pid()
            os.kill(child, signal.SIGSTOP)
            await visitor.says("充電器冒煙著火了")
            await visitor.until(lambda v: len(v.acknowledged) == 2)
            await program.kill()
            os.kill(child, signal.SIGCONT)
            await program.start()
            await visitor.until(lambda v: any("停止使用" in m["text"] for m in v.messages.values()))
    finally:
        await program.stop()


async def test_a_database_locked_for_a_while_loses_nothing(data: Path) -> None:
    """Longer than the database waits for a lock: the page is told, keeps the message, and sends it again."""
    program = Program(data)
    await program.start()
    try:
        async with Visitor(program.address, "en") as visitor:
            other = sqlite3.connect(data / "baton.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            await visitor.says(FILM)
            await visitor.until(lambda v: bool(v.troubles))
            assert visitor.troubles[-1]["code"] == "unavailable" and visitor.troubles[-1]["retry"]
            other.execute("ROLLBACK")
            other.close()
        async with Visitor(program.address, "en", visitor.token) as again:
            await again.says(FILM)
            assert (await again.answered())[0]["author"] == "bot"
    finally:
        await program.stop()


async def test_no_log_tells_what_customers_write(data: Path) -> None:
    program, secret = Program(data), "my name is Quetzalcoatl"
    await program.start()
    try:
        async with Visitor(program.address) as visitor:
            await visitor.says(secret)
            await visitor.answered()
    finally:
        assert await program.stop() == 0
    logs = program.log + "".join(path.read_text() for path in (data / "rasa").glob("*.log*"))
    assert "Quetzalcoatl" not in logs
    assert visitor.token is not None and visitor.token not in logs


async def test_a_port_that_is_taken_is_named(data: Path) -> None:
    async with rasa_that(never) as url:
        port = url.rpartition(":")[2]
        process = await asyncio.create_subprocess_exec(
            BATON,
            "run",
            env={**os.environ, "BATON_DATA": str(data), "BATON_PORT": port},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    assert process.returncode == 1
    assert f"port {port} is taken" in output.decode()


async def test_two_processes_on_one_postgres_and_redis(
    data: Path, tmp_path: Path, postgres_url: str, redis_url: str
) -> None:
    """The customer's page is on one process, the agent's on the other; one dies, nothing is lost."""
    other_data = tmp_path / "other"
    other_data.mkdir()
    (other_data / "models").symlink_to(data / "models")
    shared = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "BATON_SECRET": "s" * 40}
    one, two = Program(data, **shared), Program(other_data, "run", **shared)
    await one.start()
    await two.start()
    try:
        async with signed_in(one) as mei:
            async with Visitor(two.address, "zh-TW") as visitor:
                cursor = (await mei.get("/conversations"))["cursor"]
                async with mei.feed(cursor) as feed:
                    await visitor.says("轉人工")
                    while True:
                        frame = json.loads((await feed.receive(timeout=30)).data)
                        if any(event["kind"] == "hand_off" for event in frame.get("events", ())):
                            break
                (row,) = await mei.queue()
                await mei.post(f"/conversations/{row['id']}/claim")
                await mei.say(row["id"], "您好")
                await visitor.until(lambda v: ("agent", "您好") in v.transcript(), 5)
            await two.kill()
            await mei.say(row["id"], "還在嗎")
            async with Visitor(one.address, "zh-TW", visitor.token) as moved:
                await moved.until(lambda v: ("agent", "還在嗎") in v.transcript(), 5)
    finally:
        await one.stop()
        with suppress(ProcessLookupError):
            await two.kill()
        os.kill(two.nlu_pid(), signal.SIGKILL)
