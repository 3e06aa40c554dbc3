"""The systems that are compared, each a real process on loopback with its data in a folder of its own."""

import asyncio
import json
import os
import resource
import signal
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import aiohttp
import yaml

from benchmarks import assistant
from bot.settings import ROOT
from tests.servers import free_port

START_S = 180.0
POLL_S = 0.02
BATON = Path(sys.executable).with_name("baton")
AGENT = "mei@bench.example"
PAGE_KB = resource.getpagesize() / 1024

TrackerStore = Literal["durable", "memory"]


class System(ABC):
    """One server process. `address` has no trailing slash."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_port()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @asynccontextmanager
    async def running(self) -> AsyncIterator[float]:
        """Serves until left; yields the seconds from the command to the first sign of readiness."""
        began = time.perf_counter()
        self._process = await self._launch(self._log)
        try:
            await self._until_ready(self._process)
            yield time.perf_counter() - began
        finally:
            await self._end(self._process)

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
            while not await _answers(session, self.address + self._ready_path):
                if process.returncode is not None:
                    raise RuntimeError(f"{type(self).__name__} ended while starting:\n{self._log.read_text()}")
                await asyncio.sleep(POLL_S)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(30):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    @property
    @abstractmethod
    def _ready_path(self) -> str: ...

    @abstractmethod
    async def _launch(self, log: Path) -> asyncio.subprocess.Process: ...


class Baton(System):
    """`baton run` with the starter articles and one agent; on SQLite unless `environment` says otherwise."""

    def __init__(self, folder: Path, **environment: str) -> None:
        super().__init__(folder)
        self.database = environment.get("DATABASE_URL", f"sqlite:///{folder / 'baton.db'}")
        self._more = environment

    async def prepare(self, model: Path) -> None:
        """The installation as an owner would make it, on a model that is trained already."""
        (self.folder / "models").mkdir()
        (self.folder / "models" / model.name).hardlink_to(model)
        await self._command("import-articles", str(ROOT / "bot" / "knowledge" / "starter"))
        await self._command("agents", "add", AGENT, "--name", "Mei")

    async def sign_in_code(self) -> str:
        return (await self._command("agents", "link", AGENT)).partition("#login=")[2]

    @property
    def nlu(self) -> "Child":
        """The server of its understanding."""
        told = json.loads(next((self.folder / "rasa").glob("child-*.json")).read_text())
        return Child(told["pid"], f"http://127.0.0.1:{told['port']}", told["token"])

    @property
    def _ready_path(self) -> str:
        return "/readyz"

    async def _launch(self, log: Path) -> asyncio.subprocess.Process:
        with log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                BATON, "run", cwd=ROOT, env=self._environment(), stdout=output, stderr=output
            )

    async def _command(self, *words: str) -> str:
        process = await asyncio.create_subprocess_exec(
            BATON,
            *words,
            cwd=ROOT,
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, complaints = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"baton {' '.join(words)}: {complaints.decode()}")
        return output.decode().strip()

    def _environment(self) -> dict[str, str]:
        """Nothing of the user's own installation but the programs."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BATON_")}
        kept.pop("REDIS_URL", None)
        own = {"BATON_DATA": str(self.folder), "BATON_PORT": str(self.port), "DATABASE_URL": self.database}
        return kept | own | self._more


@dataclass(frozen=True, slots=True)
class Child:
    """Baton's NLU server, to be asked directly."""

    pid: int
    address: str
    token: str


class RasaAssistant(System):
    """`rasa run` with its REST channel; conversations in memory, or in SQLite by its own SQL tracker store."""

    def __init__(self, folder: Path, model: Path, tracker_store: TrackerStore) -> None:
        super().__init__(folder)
        self._model, self._tracker_store = model, tracker_store

    @property
    def _ready_path(self) -> str:
        return "/webhooks/rest/"

    async def _launch(self, log: Path) -> asyncio.subprocess.Process:
        (self.folder / "credentials.yml").write_text("rest:\n")
        (self.folder / "endpoints.yml").write_text(yaml.safe_dump(self._endpoints()))
        options = {"--model": self._model, "--credentials": "credentials.yml", "--endpoints": "endpoints.yml"}
        words = [str(word) for option in options.items() for word in option]
        return await assistant.rasa(
            self.folder, log, "run", *words, "--interface", "127.0.0.1", "--port", str(self.port), "--quiet"
        )

    def _endpoints(self) -> dict[str, object]:
        if self._tracker_store == "memory":
            return {}
        return {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(self.folder / "tracker.db")}}


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


def resident_kb(pid: int) -> float:
    """Memory of a process that is really in use (Linux)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KB


def cpu_s(pid: int) -> float:
    """Processor seconds a process has used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
