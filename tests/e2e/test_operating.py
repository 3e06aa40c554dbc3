"""The real program in the hands of an operator: stopped in the middle, backed up under load, looked into."""

import asyncio
import json
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from bot.settings import ROOT
from nlu.versions import Version
from tests import servers
from tests.e2e.conftest import with_model
from tests.e2e.program import BATON, Program, Visitor, signed_in

pytestmark = pytest.mark.rasa

FILM = "鋼化膜收到了,我要怎麼貼?"
FRAGMENT = "請問"
"""Half a sentence: the bot waits for the rest before it answers."""
STOP_S = 60.0


async def test_a_stop_in_the_middle_of_an_answer_finishes_it_and_sends_pages_away(data: Path) -> None:
    program = Program(data, "run", BATON_LOG="json")
    await program.start()
    process = program._process
    assert process is not None
    async with aiohttp.ClientSession() as session:
        url = program.address.replace("http", "ws", 1) + "/widget/socket"
        async with session.ws_connect(url) as socket:
            await socket.send_json({"type": "hello", "v": 1, "token": None, "cursor": 0, "locale": "zh-TW"})
            await socket.receive_json(timeout=30)
            await socket.send_json({"type": "send", "id": "12345678", "text": FRAGMENT})
            while (await socket.receive_json(timeout=30))["type"] != "ack":
                pass
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGTERM)
            async for _ in socket:
                pass
            assert socket.close_code == 1012
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(program.address + "/healthz")
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_S):
            assert await process.wait() == 0, program.log
    assert time.monotonic() - began < STOP_S
    with closing(sqlite3.connect(data / "baton.db")) as database:
        said = [author for (author,) in database.execute("SELECT author FROM messages ORDER BY seq")]
        assert said[0] == "contact" and len(said) > 1, f"the answer under way was not finished: {program.log}"
    assert [json.loads(line)["event"] for line in program.log.splitlines()][-2:] == ["stopping", "stopped"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.soak)])
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    """The kind of database, and the tools that belong to the test's server."""
    tools = {"PATH": f"{servers._postgres_binaries()}{os.pathsep}{os.environ['PATH']}"}
    if request.param == "postgres":
        tools["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    return tools


async def test_a_backup_under_load_is_restored_and_the_customer_goes_on(
    environment: dict[str, str], model: Version, tmp_path: Path
) -> None:
    is_postgres = "DATABASE_URL" in environment
    first = Program(with_model(tmp_path / "first", model), **environment)
    file = tmp_path / "backup.tar.gz"
    await first.start()
    try:
        async with Visitor(first.address, "zh-TW") as visitor:
            await visitor.says(FILM)
            await visitor.answered()
            await visitor.says("轉人工")
            await visitor.until(lambda v: v.conversation["status"] == "waiting")
            said = visitor.transcript()
            load = asyncio.create_task(_chatter(first.address))
            code, told = await _baton(first, "backup", str(file))
            assert code == 0 and "uploaded files" in told, told
            await load
            await visitor.says("after the backup")
            await visitor.until(lambda v: len(v.acknowledged) == 3)
        code, told = await _baton(first, "restore", str(file), "--force")
        assert code == 1 and "stop it first" in told
    finally:
        assert await first.stop() == 0

    if is_postgres:
        code, told = await _baton(first, "restore", str(file))
        assert code == 1 and "--force" in told
        again = first
    else:
        again = Program(with_model(tmp_path / "second", model), "run", **environment)
    code, told = await _baton(again, "restore", str(file), *(["--force"] if is_postgres else []))
    assert code == 0 and "restored" in told, told
    await again.start()
    try:
        async with Visitor(again.address, "zh-TW", visitor.token) as visitor, signed_in(again) as mei:
            await visitor.until(lambda v: v.transcript() == said)
            (row,) = [row for row in await mei.queue() if row["reference"] == visitor.conversation["reference"]]
            await mei.post(f"/conversations/{row['id']}/claim")
            await mei.say(row["id"], "您好，還在嗎？")
            await visitor.until(lambda v: ("agent", "您好，還在嗎？") in v.transcript())
    finally:
        assert await again.stop() == 0


async def test_no_output_tells_what_customers_write_or_who_they_are(data: Path) -> None:
    """Through the ordinary ways and the broken ones, in both styles."""
    secrets = ["0912345678", "quetzal@mail.example", "Quetzalcoatl", "203.0.113.77"]
    for style in ("json", "text"):
        program = Program(data, "run", BATON_LOG=style)
        await program.start()
        try:
            async with Visitor(program.address, "en") as visitor:
                await visitor.says(f"I am {secrets[2]}, call {secrets[0]} or write to {secrets[1]}")
                await visitor.answered()
                os.kill(program.nlu_pid(), signal.SIGKILL)
                await program.until("/readyz", 503)
                await visitor.says(f"{secrets[2]}? {secrets[0]}!")
                await visitor.until(lambda v: len(v.acknowledged) == 2)
                await visitor.sends_raw(f'{{"type": "send", "text": "{secrets[2]}"')
                await visitor.until(lambda v: bool(v.troubles))
            async with aiohttp.ClientSession(headers={"X-Forwarded-For": secrets[3]}) as session:
                await session.get(f"{program.address}/nothing?who={secrets[1]}")
                await session.post(f"{program.address}/console/api/session", data=secrets[2])
                await session.get(f"{program.address}/metrics")
        finally:
            assert await program.stop() == 0
        assert visitor.token is not None
        output = program.log + "".join(path.read_text() for path in (data / "rasa").glob("*.log*"))
        announced = [json.loads(path.read_text())["token"] for path in (data / "rasa").glob("child-*.json")]
        for secret in [*secrets, visitor.token, (data / "secret").read_text(), *announced]:
            assert secret not in output
        assert "nlu.child.ended" in output and "stopped" in output, "it does tell what happened"
        (data / "run-01.log").unlink()


async def test_metrics_of_the_running_program_follow_a_conversation(data: Path) -> None:
    program = Program(data, "run", BATON_METRICS_TOKEN="m" * 32)
    await program.start()
    try:
        async with Visitor(program.address, "zh-TW") as visitor:
            await visitor.says("轉人工")
            await visitor.until(lambda v: v.conversation["status"] == "waiting")
            async with aiohttp.ClientSession() as session:
                async with session.get(f"{program.address}/metrics") as refused:
                    assert refused.status == 401
                shown = {"Authorization": f"Bearer {'m' * 32}"}
                async with session.get(f"{program.address}/metrics", headers=shown) as response:
                    told = await response.text()
        for line in (
            'baton_handoffs_total{reason="customer_request"} 1.0',
            'baton_conversations{status="open"} 1.0',
            'baton_sockets{kind="widget"} 1.0',
            "baton_database_up 1.0",
            "baton_nlu_ready 1.0",
        ):
            assert line in told.splitlines()
    finally:
        assert await program.stop() == 0


async def _chatter(address: str) -> None:
    """Other customers write while the backup is made."""

    async def one(number: int) -> None:
        async with Visitor(address, "en") as visitor:
            for text in ("hello", "where is my parcel?", "thanks"):
                await visitor.says(f"{text} {number}")
                await visitor.answered()

    await asyncio.gather(*(one(number) for number in range(4)))


async def _baton(program: Program, *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        BATON,
        *arguments,
        cwd=ROOT,
        env={**os.environ, "BATON_DATA": str(program.data), **program.environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()
