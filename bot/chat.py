"""`baton chat`: a customer's side of the counter in the terminal, over the widget's own protocol."""

import asyncio
import json
import sys
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.padding import Padding

from bot.settings import known_address
from handoff.values import Language

HEALTH_S = 2.0
ANSWER_S = 150.0
"""So long a piped line waits for its answer: a model may have to load first, and then the message goes to a person."""
WORDS_S = 5.0
"""A person has been called; the words that say so follow."""
UNANSWERED = ("waiting", "person")
"""Standings in which the bot says nothing."""
COMMANDS = "a number presses a button · /person · /send FILE · /quit"
COLOURS = {"bot": "cyan", "agent": "green", "system": "yellow", "contact": "dim"}


class ChatEnded(Exception):
    """The server is gone, or would not let us in; the sentence says which."""


async def visit(
    data: Path, language: Language | None, served: Callable[[], AbstractAsyncContextManager[str]], *, new: bool
) -> None:
    """Be a customer of the server that runs on this data, else of one that is `served` for as long as we talk."""
    kept = data / "chat.token"
    if new:
        kept.unlink(missing_ok=True)
    async with AsyncExitStack() as stack:
        address = known_address(data)
        if address is None or not await answers(address):
            address = await stack.enter_async_context(served())
        await Chat(address, language, kept, Console(highlight=False)).run(
            lines_of_input(), piped=not sys.stdin.isatty()
        )


@dataclass
class Chat:
    """One visitor. `kept` is the file that remembers who they are, so that the next start goes on."""

    address: str
    language: Language | None
    kept: Path
    terminal: Console
    _tokens: list[str] = field(default_factory=list)
    _sent: set[str] = field(default_factory=set)
    _shown: set[int] = field(default_factory=set)
    _standing: tuple[str, object] | None = None
    _token: str | None = None
    _given: str | None = None
    _given_seq: int | None = None
    _refused: bool = False
    _spoken: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, lines: "asyncio.Queue[str | None]", *, piped: bool) -> None:
        """Talk until the input ends or says /quit. Raises `ChatEnded`."""
        self._token = self.kept.read_text() if self.kept.exists() else None
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(self.address.replace("http", "ws", 1) + "/widget/socket") as socket:
                    await socket.send_json(self._hello())
                    listening = asyncio.create_task(self._listen(socket))
                    talking = asyncio.create_task(self._talk(session, socket, lines, piped=piped))
                    await asyncio.wait((listening, talking), return_when=asyncio.FIRST_COMPLETED)
                    await _ended(listening, talking)
            except aiohttp.ClientError as error:
                raise ChatEnded(f"{self.address} does not answer: {error}") from None

    def _hello(self) -> dict[str, Any]:
        return {"type": "hello", "v": 1, "token": self._token, "cursor": 0, "locale": self.language}

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._heard(json.loads(message.data))
        raise ChatEnded("the server has closed the chat; start baton chat again")

    def _heard(self, frame: Mapping[str, Any]) -> None:
        if frame["type"] == "welcome":
            self._token = frame["token"]
            self.kept.touch(mode=0o600)
            self.kept.write_text(frame["token"])
            self.terminal.print(f"[bold]{escape(frame['shop']['name'])}[/]  [dim]{COMMANDS}[/]")
        if frame["type"] == "ack" and frame["id"] == self._given:
            self._given_seq = frame["seq"]
        if frame["type"] == "error":
            self.terminal.print(f"[red]{escape(frame['text'])}[/]")
            self._refused = self._refused or frame["id"] == self._given
        if "conversation" in frame:
            for message in sorted(frame["messages"], key=lambda message: message["seq"]):
                self._show(message)
            self._stand(frame["conversation"])
        self._changed.set()

    def _show(self, message: Mapping[str, Any]) -> None:
        """A message that changed (somebody read it) comes again; it is printed once."""
        if message["author"] != "contact":
            self._spoken = max(self._spoken, message["seq"])
        if message["client_id"] in self._sent or message["seq"] in self._shown:
            return
        self._shown.add(message["seq"])
        if message["kind"] == "activity":
            self.terminal.print(f"[dim]— {escape(message['text'])} —[/]")
            return
        who = message["name"] or message["author"]
        self.terminal.print(f"[{COLOURS[message['author']]}]{escape(who)}[/]")
        text = message["text"]
        self.terminal.print(Padding(Markdown(text) if message["format"] == "markdown" else escape(text), (0, 0, 0, 2)))
        for file in message["files"]:
            self.terminal.print(f"  [dim]{escape(file['name'])} ({file['size']} bytes)[/]")
        if message["form"]:
            wanted = ", ".join(line["label"] for line in message["form"]["fields"])
            self.terminal.print(f"  [dim]{escape(wanted)}[/]")
        self._tokens = [button["token"] for button in message["buttons"]]
        for number, button in enumerate(message["buttons"], 1):
            self.terminal.print(f"  [bold]{number}[/] {escape(button['label'])}")

    def _stand(self, conversation: Mapping[str, Any]) -> None:
        standing = (conversation["status"], conversation["position"])
        if standing != self._standing and conversation["status"] == "waiting":
            place = f", number {conversation['position']}" if conversation["position"] else ""
            self.terminal.print(f"[dim]waiting for a person{place} · {conversation['hours']}[/]")
        self._standing = standing

    async def _talk(
        self,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        lines: "asyncio.Queue[str | None]",
        *,
        piped: bool,
    ) -> None:
        await self._until(lambda: self._standing is not None)
        while (line := await lines.get()) is not None:
            line = line.strip()
            if piped and line:
                self.terminal.print(f"[dim]> {escape(line)}[/]")
            if line == "/quit":
                return
            before = self._status()
            await self._say(session, socket, line)
            if piped:
                await self._answered(before)

    async def _say(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse, line: str) -> None:
        if line == "/person":
            await self._give(socket, {"type": "press", "name": "person"})
        elif line.startswith("/send "):
            await self._upload(session, socket, line.removeprefix("/send ").strip())
        elif line.isdigit() and 1 <= int(line) <= len(self._tokens):
            await self._give(socket, {"type": "press", "token": self._tokens[int(line) - 1]})
        elif line:
            await self._give(socket, {"type": "send", "text": line})

    async def _answered(self, before: str) -> None:
        """Wait until what was given is refused or answered, or a person has it."""
        if self._given is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await self._until(lambda: self._refused or self._is_answered() or self._is_with_people())
        if self._is_with_people() and before not in UNANSWERED:
            with suppress(TimeoutError):
                async with asyncio.timeout(WORDS_S):
                    await self._until(self._is_answered)
        self._given = None

    def _is_answered(self) -> bool:
        return self._given_seq is not None and self._spoken > self._given_seq

    def _is_with_people(self) -> bool:
        return self._given_seq is not None and self._status() in UNANSWERED

    def _status(self) -> str:
        return self._standing[0] if self._standing else ""

    async def _until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self._changed.clear()
            await self._changed.wait()

    async def _give(self, socket: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        frame["id"] = self._given = uuid.uuid4().hex
        self._given_seq, self._refused = None, False
        if frame["type"] == "send" and frame["text"]:
            self._sent.add(frame["id"])
        self._tokens = []
        await socket.send_json(frame)

    async def _upload(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse, name: str) -> None:
        try:
            path, content = await asyncio.to_thread(_read, name)
        except OSError as error:
            self.terminal.print(f"[red]{escape(name)}: {escape(error.strerror or 'cannot be read')}[/]")
            return
        headers = {
            "Authorization": f"Bearer {self._token}",
            "X-File-Name": quote(path.name),
            "Accept-Language": self.language or "",
        }
        async with session.post(f"{self.address}/widget/files", data=content, headers=headers) as response:
            answer = await response.json()
        if response.status == 201:
            await self._give(socket, {"type": "send", "text": "", "files": [answer["key"]]})
        else:
            self.terminal.print(f"[red]{escape(answer['text'])}[/]")


async def answers(address: str) -> bool:
    """Whether a server is there."""
    timeout = aiohttp.ClientTimeout(total=HEALTH_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{address}/healthz") as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def lines_of_input() -> "asyncio.Queue[str | None]":
    """Lines from standard input as they come, then None. Reading must not stop what is heard meanwhile."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(queue.put_nowait, line)
        loop.call_soon_threadsafe(queue.put_nowait, None)

    # A daemon: a terminal that never sends another line must not keep the program alive.
    threading.Thread(target=read, daemon=True).start()
    return queue


def _read(name: str) -> tuple[Path, bytes]:
    path = Path(name).expanduser()
    return path, path.read_bytes()


async def _ended(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        if not task.done():
            task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
