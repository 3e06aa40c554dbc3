"""`baton chat`: a customer in the terminal, on the server that runs, or on one of its own."""

import asyncio
import os
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.e2e.program import BATON, Program, signed_in

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]


class Terminal:
    """Somebody who types, and reads what appears."""

    def __init__(self, data: Path, *options: str) -> None:
        self._data, self._options, self.read = data, options, ""

    async def __aenter__(self) -> "Terminal":
        environment = {**os.environ, "BATON_DATA": str(self._data), "COLUMNS": "100"}
        self._process = await asyncio.create_subprocess_exec(
            BATON,
            "chat",
            *self._options,
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()

    async def types(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def sees(self, words: str, seconds: float = 60) -> None:
        assert self._process.stdout is not None
        async with asyncio.timeout(seconds):
            while words not in self.read:
                chunk = await self._process.stdout.read(4096)
                assert chunk, f"it ended; seen: {self.read}"
                self.read += chunk.decode(errors="replace")

    async def ends(self) -> int:
        async with asyncio.timeout(90):
            return await self._process.wait()


async def test_a_question_is_answered_a_button_pressed_and_a_person_called(program: Program) -> None:
    async with Terminal(program.data, "--language", "en", "--new") as terminal, signed_in(program) as mei:
        await terminal.sees("/person")
        await terminal.types("How do I put on the screen protector?")
        await terminal.sees("Yes, thanks")
        await terminal.types("2")
        await terminal.sees("waiting for a person")
        row = next(row for row in await mei.queue() if row["reason"] == "not_helpful")
        await mei.post(f"/conversations/{row['id']}/claim")
        await mei.say(row["id"], "Mei here, let me help.")
        await terminal.sees("Mei here, let me help.")
        assert terminal.read.count("Mei here, let me help.") == 1
        await terminal.types("/quit")
        assert await terminal.ends() == 0


async def test_the_next_start_goes_on_where_the_last_one_ended(program: Program) -> None:
    async with Terminal(program.data, "--language", "en", "--new") as terminal:
        await terminal.sees("/person")
        await terminal.types("How do I put on the screen protector?")
        await terminal.sees("Yes, thanks")
        await terminal.types("/quit")
        await terminal.ends()
    async with Terminal(program.data, "--language", "en") as again:
        await again.sees("How do I put on the screen protector?")
    async with Terminal(program.data, "--language", "en", "--new") as fresh:
        await fresh.sees("/person")
        assert "screen protector" not in fresh.read


async def test_without_a_server_the_chat_brings_its_own(data: Path) -> None:
    async with Terminal(data, "--language", "zh-TW") as terminal:
        await terminal.sees("/person", 120)
        await terminal.types("轉人工")
        await terminal.sees("waiting for a person")
        await terminal.types("/quit")
        assert await terminal.ends() == 0
