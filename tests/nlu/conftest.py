import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from nlu.client import Endpoint
from nlu.supervisor import Patience, RasaChild
from nlu.versions import Version

ROOT = Path(__file__).parents[2]
QUICK = Patience(health_check_s=0.2, hung_s=2.5, grace_s=2.0, first_pause_s=0.1, longest_pause_s=0.4, orphan_s=60.0)


async def until(holds: Callable[[], bool | Awaitable[bool]], timeout_s: float = 90.0) -> None:
    """Returns once the condition holds; fails after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        held = holds()
        if held if isinstance(held, bool) else await held:
            return
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.02)


@dataclass
class Place:
    """Folders of one test: data, an environment with a stand-in server, a model."""

    data: Path
    server_dir: Path
    version: Version

    def child(self, *, announce: bool = True, patience: Patience = QUICK) -> RasaChild:
        return RasaChild(self.data, self.server_dir, self.version, announce=announce, patience=patience)

    def owner(self, *, announce: bool = True, orphan_s: float = 60.0) -> "Owner":
        return Owner(self, announce=announce, orphan_s=orphan_s)


class Owner:
    """Another process that owns a child; it is killed at the end of the block, or before."""

    def __init__(self, place: Place, *, announce: bool, orphan_s: float) -> None:
        words = [place.data, place.server_dir, place.version.path, "announce" if announce else "private", orphan_s]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nlu.owner", *map(str, words)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    async def endpoint(self) -> Endpoint:
        assert self._process.stdout is not None
        url, token = (await asyncio.to_thread(self._process.stdout.readline)).split()
        return Endpoint(url, token, "")

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> "Owner":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    server_dir, model = tmp_path / "project" / "nlu" / "server", tmp_path / "data" / "models" / "m1.tar.gz"
    (server_dir / ".venv" / "bin").mkdir(parents=True)
    (server_dir / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (server_dir / "serve.py").symlink_to(Path(__file__).with_name("stand_in.py"))
    model.parent.mkdir(parents=True)
    model.write_text("well")
    return Place(tmp_path / "data", server_dir, Version("m1", model))


@pytest.fixture
async def ask() -> AsyncIterator[Callable[[Endpoint | None], Awaitable[Any]]]:
    """What a server says of itself; None where nobody answers."""
    async with aiohttp.ClientSession() as session:

        async def status(endpoint: Endpoint | None) -> Any:
            assert endpoint is not None
            try:
                async with session.get(f"{endpoint.url}/status", params={"token": endpoint.token}) as response:
                    return await response.json(content_type=None)
            except aiohttp.ClientError:
                return None

        yield status
