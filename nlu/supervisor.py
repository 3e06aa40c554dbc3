"""Keeps one Rasa server running beside us: starts it, adopts it, restarts it, ends it."""

import asyncio
import logging
import os
import secrets
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from nlu import encoders, versions
from nlu.client import Endpoint, NluClient
from nlu.errors import NluUnavailable, SetupError
from nlu.launching import launch, require_python, rotated
from nlu.ownership import Announcement, OwnerLock, birth, read_announcement
from nlu.versions import Version

log = logging.getLogger(__name__)

TICK_S = 0.25
HOPELESS_STARTS = 3


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds."""

    # Loading a model takes some 10 s on a good machine and a minute on a bad one.
    loading_s: float = 180.0
    health_check_s: float = 5.0
    # A server that was ready and has been silent for so long hangs.
    hung_s: float = 30.0
    # Between SIGTERM and SIGKILL.
    grace_s: float = 8.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0
    # How long a child lives on without an owner.
    orphan_s: float = 120.0


class RasaChild:
    """A Rasa server for one model version, ours or another process's.

    With `announce` (for a server process) it owns the child under a lock, so that exactly one process starts it, and
    whoever comes after a crash can adopt it for a while; while somebody else owns it, theirs is used, and
    taken over when they are gone. Without `announce` (for a short command) an announced child is used if there is
    one, else a private one is started, which dies with this process.
    """

    def __init__(
        self,
        data: Path,
        server_dir: Path,
        version: Version,
        *,
        announce: bool = True,
        patience: Patience = Patience(),
    ) -> None:
        self._data = data
        self._server_dir = server_dir
        self._version = version
        self._announce = announce
        self._patience = patience
        self._folder = data / "rasa"
        self._run_file = self._folder / f"child-{version.id}.json"
        self._lock = OwnerLock(self._folder / f"owner-{version.id}.lock")
        self._log_file = self._folder / ("rasa.log" if announce else "rasa-private.log")
        self._session: aiohttp.ClientSession | None = None
        self._child: Announcement | None = None
        self._started: subprocess.Popen[bytes] | None = None
        self._endpoint: Endpoint | None = None
        self._settled = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._last_answer = 0.0
        self._launched_at = 0.0
        self._failures = 0
        self._not_before = 0.0

    def endpoint(self) -> Endpoint | None:
        """Where the model answers; None until it has answered once, and again from a crash until the next answer."""
        return self._endpoint

    @property
    def ready(self) -> bool:
        """Whether there is an endpoint."""
        return self._endpoint is not None

    @property
    def owns(self) -> bool:
        """Whether the announced child is this process's to restart and to end."""
        return self._lock.held

    async def start(self) -> None:
        """Finds or starts the child and watches it from now on; raises SetupError where something is not installed."""
        require_python(self._server_dir)
        if not self._version.path.is_file():
            raise SetupError(f"there is no model {self._version.id}: run `baton train`")
        if encoder := versions.encoder_of(self._version):
            encoders.require(self._server_dir, self._data, encoder)
        self._session = aiohttp.ClientSession()
        self._client = NluClient(self._session, self._candidate)
        await self._tick()
        self._watching = asyncio.create_task(self._watch(), name=f"rasa-{self._version.id}")

    async def wait_ready(self, timeout_s: float) -> None:
        """Returns once there is an endpoint; raises NluUnavailable after `timeout_s`, or when starting is hopeless."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._settled.wait()
        except TimeoutError:
            raise NluUnavailable(f"no answer after {timeout_s:g} s; see {self._log_file}") from None
        if not self.ready:
            raise NluUnavailable(f"the NLU server ended {self._failures} times while starting; see {self._log_file}")

    async def stop(self) -> None:
        """Stops watching and ends the child, unless it is somebody else's.

        May be asked for again: where starting or stopping was interrupted, it finishes.
        """
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        self._endpoint = None
        if self._session is not None:
            await self._session.close()
        if self.owns or self._started is not None:
            await self._end_child()
        self._lock.release()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self._tick()
            except (OSError, SetupError) as error:
                # A full disk or a vanished environment may be mended while we run.
                log.warning("nlu.child.trouble error=%s", type(error).__name__)
                self._failed()

    async def _tick(self) -> None:
        if self._announce and not self._lock.held:
            await self._lock.acquire()
        if self._child is None or not self._runs(self._child):
            self._lose_child()
            self._find_child()
        if self._child is not None:
            await self._follow_health(self._child)

    def _find_child(self) -> None:
        announced = read_announcement(self._run_file, self._version.id)
        if announced is not None:
            self._take(announced)
            log.info(
                "nlu.child.%s pid=%d model=%s", "adopted" if self.owns else "shared", announced.pid, announced.model
            )
        elif (self.owns or not self._announce) and time.monotonic() >= self._not_before:
            self._launch()

    def _take(self, child: Announcement) -> None:
        self._child = child
        self._launched_at = self._last_answer = time.monotonic()

    def _launch(self) -> None:
        child_token = secrets.token_urlsafe(32)
        port = _free_port()
        keeps = ["--owner-lock", str(self._lock.path.absolute()), "--orphan-s", str(self._patience.orphan_s)]
        with rotated(self._log_file) as output:
            self._started = launch(
                self._server_dir,
                "serve.py",
                ["--model", str(self._version.path.absolute()), "--port", str(port)]
                + (keeps if self._announce else ["--with-parent"]),
                {"BATON_NLU_TOKEN": child_token} | encoders.surroundings(self._data),
                output,
                with_parent=not self._announce,
            )
        pid = self._started.pid
        self._take(Announcement(pid, birth(pid) or "", port, child_token, self._version.id))
        if self._announce and self._child is not None:
            self._child.write(self._run_file)
        log.info("nlu.child.started pid=%d model=%s", pid, self._version.id)

    def _runs(self, child: Announcement) -> bool:
        if self._started is not None:
            return self._started.poll() is None
        return child.alive

    def _lose_child(self) -> None:
        if self._child is None:
            return
        log.warning("nlu.child.ended pid=%d model=%s", self._child.pid, self._version.id)
        self._forget_child()
        self._failed()

    def _forget_child(self) -> None:
        if self._started is not None and self._started.stdin is not None:
            self._started.stdin.close()
        self._child = self._started = self._endpoint = None
        self._settled.clear()

    def _failed(self) -> None:
        self._failures += 1
        pause_s = min(self._patience.longest_pause_s, self._patience.first_pause_s * 2 ** (self._failures - 1))
        self._not_before = time.monotonic() + pause_s
        if self._failures >= HOPELESS_STARTS:
            self._settled.set()

    async def _follow_health(self, child: Announcement) -> None:
        now = time.monotonic()
        if self.ready and now - self._last_answer < self._patience.health_check_s:
            return
        if await self._client.ready():
            self._answered(child)
        elif now - self._last_answer > self._silence_s and (self.owns or self._started):
            log.warning("nlu.child.hung pid=%d model=%s", child.pid, self._version.id)
            await self._end_child()
            self._failed()

    @property
    def _silence_s(self) -> float:
        return self._patience.hung_s if self.ready else self._patience.loading_s

    def _answered(self, child: Announcement) -> None:
        self._last_answer = time.monotonic()
        if self._endpoint is None:
            log.info("nlu.child.ready model=%s seconds=%.1f", self._version.id, self._last_answer - self._launched_at)
        elif self._last_answer - self._launched_at > self._patience.longest_pause_s:
            self._failures = 0
        self._endpoint = Endpoint(child.url, child.token, child.model)
        self._settled.set()

    def _candidate(self) -> Endpoint | None:
        return None if self._child is None else Endpoint(self._child.url, self._child.token, self._child.model)

    async def _end_child(self) -> None:
        child = self._child
        if child is not None:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                if self._runs(child):
                    os.kill(child.pid, sign)
                deadline = time.monotonic() + self._patience.grace_s
                while self._runs(child) and time.monotonic() < deadline:  # noqa: ASYNC110  it is not our child
                    await asyncio.sleep(0.05)
        if self.owns:
            self._run_file.unlink(missing_ok=True)
        self._forget_child()


def _free_port() -> int:
    # Given up again at once; whoever takes it in between makes the child end and the next one try another.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
