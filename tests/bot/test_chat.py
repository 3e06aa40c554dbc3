"""`baton chat` from a pipe, against a counter that speaks the widget's protocol."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from rich.console import Console

from bot.chat import Chat


class Counter:
    """Answers each message after a moment, and calls a person when asked; keeps what it was given, in order."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.under_way = self.most_under_way = 0
        self.left_cleanly = False
        self._seq, self._status = 0, "bot"

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async with asyncio.TaskGroup() as answers:
            async for message in socket:
                assert message.type is WSMsgType.TEXT
                frame = message.json()
                if frame["type"] == "hello":
                    shop = {"name": "Shop"}
                    await socket.send_json({"type": "welcome", "token": "t", "shop": shop, **self._news()})
                elif frame.get("text") == "refuse me":
                    await socket.send_json({"type": "error", "id": frame["id"], "text": "That is too long."})
                else:
                    answers.create_task(self._answer(socket, frame))
            self.left_cleanly = socket.close_code == 1000
        return socket

    async def _answer(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        self.given.append(frame.get("text") or frame["name"])
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        self._seq += 1
        await socket.send_json({"type": "ack", "id": frame["id"], "seq": self._seq})
        await asyncio.sleep(0.02)
        self.under_way -= 1
        if frame["type"] == "press":
            self._status = "waiting"
        if frame["type"] == "press" or self._status == "bot":
            await socket.send_json({"type": "messages", **self._news(f"answer to {self.given[-1]}")})

    def _news(self, *texts: str) -> dict[str, Any]:
        messages: list[dict[str, Any]] = []
        for text in texts:
            self._seq += 1
            messages.append(
                {"client_id": None, "seq": self._seq, "kind": "message", "author": "bot", "name": None, "text": text}
                | {"format": "plain", "files": [], "form": None, "buttons": []}
            )
        standing = {"status": self._status, "position": 1, "hours": "until 21:00"}
        return {"conversation": standing, "messages": messages}


@asynccontextmanager
async def _opened(counter: Counter) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/widget/socket", counter.serve)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def _piped(counter: Counter, kept: Path, *lines: str) -> str:
    shown = io.StringIO()
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    for line in (*lines, None):
        queue.put_nowait(line)
    async with asyncio.timeout(60), _opened(counter) as address:
        await Chat(address, "en", kept, Console(file=shown, width=100)).run(queue, piped=True)
    return shown.getvalue()


async def test_each_line_waits_for_the_answer_to_the_one_before(tmp_path: Path) -> None:
    counter = Counter()
    shown = await _piped(counter, tmp_path / "token", "one\n", "\n", "two\n", "three\n")
    assert counter.given == ["one", "two", "three"] and counter.most_under_way == 1
    assert [line.strip() for line in shown.splitlines() if line.strip() not in ("", "bot")][1:] == [
        *("> one", "answer to one", "> two", "answer to two", "> three", "answer to three")
    ]


async def test_person_and_quit_work_and_nothing_before_them_is_lost(tmp_path: Path) -> None:
    counter = Counter()
    shown = await _piped(counter, tmp_path / "token", "one\n", "/person\n", "still there?\n", "/quit\n", "never\n")
    assert counter.given == ["one", "person", "still there?"]
    assert "answer to person" in shown and "waiting for a person, number 1" in shown and "never" not in shown
    assert counter.left_cleanly


async def test_a_line_that_is_refused_holds_up_nothing(tmp_path: Path) -> None:
    counter = Counter()
    shown = await _piped(counter, tmp_path / "token", "refuse me\n", "two\n")
    assert "That is too long." in shown and counter.given == ["two"]
