"""The real program as a child process, and a customer and an agent who talk to it over real HTTP."""

import asyncio
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import aiohttp
import yaml

from bot.settings import ROOT
from tests.servers import free_port

START_S = 300.0
ANSWER_S = 150.0
BATON = Path(sys.executable).with_name("baton")


class Program:
    """`baton demo` or `baton run` on its own data folder and port."""

    def __init__(self, data: Path, command: str = "demo", **environment: str) -> None:
        self.data, self.command, self.port = data, command, free_port()
        self.environment = {"BATON_SHOP": str(open_shop(data)), **environment}
        self._process: asyncio.subprocess.Process | None = None
        self._runs = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.data.glob("run-*.log")))

    async def start(self, *, ready: bool = True) -> None:
        """Start, and wait until it serves; with `ready` until it answers by itself."""
        self._runs += 1
        environment = {**os.environ, "BATON_DATA": str(self.data), "BATON_PORT": str(self.port), **self.environment}
        with (self.data / f"run-{self._runs:02}.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                BATON, self.command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        try:
            await self.until("/readyz" if ready else "/healthz")
        except BaseException:
            self._process.kill()
            raise

    async def until(self, path: str, status: int = 200) -> None:
        async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
            while True:
                assert self._process is None or self._process.returncode is None, self.log
                try:
                    async with session.get(self.address + path) as response:
                        if response.status == status:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """kill -9: nothing is told, nothing is put away."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(90):
                return await self._process.wait()
        except TimeoutError:
            self._process.kill()
            raise

    def nlu_pid(self) -> int:
        announcement = next((self.data / "rasa").glob("child-*.json"))
        found: int = json.loads(announcement.read_text())["pid"]
        return found


def open_shop(data: Path) -> Path:
    """The shipped shop with people there for the next eight hours: what is seen must not hang on the time of day."""
    shop = yaml.safe_load((ROOT / "shop.yml").read_text())
    closing = datetime.now(ZoneInfo(shop["timezone"])) + timedelta(hours=8)
    shop["hours"] = {
        "week": {day: ["00:00-24:00"] for day in shop["hours"]["week"]},
        "exceptions": {closing.date(): [f"00:00-{closing:%H}:30"]},
    }
    data.mkdir(parents=True, exist_ok=True)
    file = data / "shop.yml"
    file.write_text(yaml.safe_dump(shop, allow_unicode=True))
    return file


@asynccontextmanager
async def running(data: Path, command: str = "demo", **environment: str) -> AsyncIterator[Program]:
    program = Program(data, command, **environment)
    await program.start()
    try:
        yield program
    finally:
        await program.stop()


class Visitor:
    """A customer's browser: keeps its token and outbox, reconnects, and sends again what was not acknowledged."""

    def __init__(self, address: str, locale: str | None = None, token: str | None = None) -> None:
        self.token, self.locale, self.cursor = token, locale, 0
        self.messages: dict[int, dict[str, Any]] = {}
        self.conversation: dict[str, Any] = {}
        self.troubles: list[dict[str, Any]] = []
        self.acknowledged: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self._url = address.replace("http", "ws", 1) + "/widget/socket"
        self._outbox: dict[str, dict[str, Any]] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._changed = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._life = asyncio.create_task(self._live())
        await self.until(lambda v: v.token is not None and bool(v.conversation))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._life is not None
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)

    async def says(self, text: str) -> str:
        return await self._give({"type": "send", "id": uuid.uuid4().hex, "text": text})

    async def presses(self, name: str | None = None, token: str | None = None) -> str:
        return await self._give({"type": "press", "id": uuid.uuid4().hex, "name": name, "token": token})

    async def sends_raw(self, data: str) -> None:
        """Past the outbox, as a broken or hostile page would."""
        assert self._socket is not None
        await self._socket.send_str(data)

    async def until(self, is_so: Callable[["Visitor"], bool], seconds: float = ANSWER_S) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not is_so(self):
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"still waiting; seen: {self.transcript()}; {self.troubles}") from None

    async def answered(self, seconds: float = ANSWER_S) -> list[dict[str, Any]]:
        """Wait until somebody but the customer spoke last; what they said."""
        await self.until(lambda v: not v._outbox and bool(v.since_own()), seconds)
        return self.since_own()

    def since_own(self) -> list[dict[str, Any]]:
        own = [seq for seq, message in self.messages.items() if message["author"] == "contact"]
        newest = max([*own, *self.acknowledged.values()], default=0)
        return [m for seq, m in sorted(self.messages.items()) if seq > newest]

    def transcript(self) -> list[tuple[str, str]]:
        return [(m["author"], m["text"]) for _, m in sorted(self.messages.items())]

    async def _give(self, frame: dict[str, Any]) -> str:
        self._outbox[frame["id"]] = frame
        if self._socket is not None and not self._socket.closed:
            with suppress(aiohttp.ClientError, ConnectionError):  # it stays in the outbox
                await self._socket.send_json(frame)
        return str(frame["id"])

    async def _live(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.ws_connect(self._url, max_msg_size=0) as socket:
                        await self._converse(socket)
                except (aiohttp.ClientError, ConnectionError):
                    pass
                await asyncio.sleep(0.1)

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        hello = {"type": "hello", "v": 1, "token": self.token, "cursor": self.cursor, "locale": self.locale}
        await socket.send_json(hello)
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                await self._take(json.loads(message.data), socket)
                self._changed.set()
                self._changed = asyncio.Event()

    async def _take(self, frame: dict[str, Any], socket: aiohttp.ClientWebSocketResponse) -> None:
        match frame["type"]:
            case "welcome":
                self.token, self.texts = frame["token"], frame["texts"]
                for waiting in list(self._outbox.values()):
                    await socket.send_json(waiting)
            case "ack":
                self._outbox.pop(frame["id"], None)
                self.acknowledged[frame["id"]] = frame["seq"]
            case "error":
                self.troubles.append(frame)
                if not frame["retry"]:
                    self._outbox.pop(frame["id"], None)
        if "conversation" in frame:
            self.conversation, self.cursor = frame["conversation"], frame["cursor"]
            self.messages.update({m["seq"]: m for m in frame["messages"]})


class Desk:
    """An agent's browser: signed in, with the list and the live feed."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self._address, self._session = address, session
        self._api = f"{address}/console/api"

    async def sign_in(self, code: str) -> dict[str, Any]:
        return await self.post("/session/link", {"code": code})

    async def get(self, path: str, status: int = 200) -> dict[str, Any]:
        async with self._session.get(self._api + path, headers={"Origin": self._address}) as response:
            return await _checked(response, status)

    async def post(self, path: str, body: dict[str, Any] | None = None, status: int = 200) -> dict[str, Any]:
        headers = {"Origin": self._address}
        async with self._session.post(self._api + path, json=body, headers=headers) as response:
            return await _checked(response, status)

    async def put(self, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
        headers = {"Origin": self._address}
        async with self._session.put(self._api + path, json=body, headers=headers) as response:
            return await _checked(response, status)

    async def queue(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get("/conversations?view=queue"))["items"]
        return found

    async def say(self, conversation: int, text: str, status: int = 200) -> dict[str, Any]:
        return await self.post(f"/conversations/{conversation}/reply", {"id": uuid.uuid4().hex, "text": text}, status)

    async def end(self, conversation: int, verb: str, status: int = 200) -> dict[str, Any]:
        seen = (await self.get(f"/conversations/{conversation}"))["row"]["last_seq"]
        return await self.post(f"/conversations/{conversation}/{verb}", {"seen_seq": seen}, status)

    @asynccontextmanager
    async def feed(self, cursor: str = "0.0") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        url = self._api.replace("http", "ws", 1) + f"/live?cursor={cursor}"
        async with self._session.ws_connect(url, headers={"Origin": self._address}) as socket:
            yield socket


async def _checked(response: aiohttp.ClientResponse, status: int) -> dict[str, Any]:
    text = await response.text()
    assert response.status == status, f"{response.status}: {text}"
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


async def sign_in_code(program: Program, email: str = "mei@xiaoman.example") -> str:
    """A fresh one-time code, by the command an owner would use."""
    process = await asyncio.create_subprocess_exec(
        BATON,
        "agents",
        "link",
        email,
        cwd=ROOT,
        env={**os.environ, "BATON_DATA": str(program.data), **program.environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    return output.decode().strip().partition("#login=")[2]


@asynccontextmanager
async def signed_in(program: Program, email: str = "mei@xiaoman.example") -> AsyncIterator[Desk]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        desk = Desk(program.address, session)
        await desk.sign_in(await sign_in_code(program, email))
        yield desk
