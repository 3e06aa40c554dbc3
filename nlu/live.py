"""The model that answers now, and the change to another one without a message lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nlu import versions
from nlu.calibration import Calibration
from nlu.client import Endpoint
from nlu.errors import NluError, NluUnavailable, SetupError
from nlu.supervisor import RasaChild
from nlu.versions import Version

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""How often a running server looks whether another model has gone live."""
READY_S = 180.0
DRAIN_S = 10.0
"""What is being read by the old model may end there."""

Calibrate = Callable[[Version, Callable[[], Endpoint | None]], Awaitable[Calibration]]
"""The calibration of a version that answers at an endpoint; measured where it was not yet. Raises `NluError`."""


@dataclass(frozen=True, slots=True)
class _Serving:
    """A child and how sure its readings may be; both change together."""

    version: Version
    child: RasaChild
    calibration: Calibration


class LiveModel:
    """Serves one version and changes to the next when it has gone live: the new child is ready before the old one ends.

    With `announce` the children are shared with other processes, as `RasaChild` says.
    """

    def __init__(
        self, root: Path, data: Path, version: Version, calibrate: Calibrate, *, announce: bool = True
    ) -> None:
        self._root, self._data, self._announce = root, data, announce
        self._wanted, self._calibrate = version, calibrate
        self._children: set[RasaChild] = set()
        self._first = self._child(version)
        self._serving: _Serving | None = None
        self._problem: NluError | None = None
        self._settled = asyncio.Event()
        self._refused: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._draining: set[asyncio.Task[None]] = set()

    def endpoint(self) -> Endpoint | None:
        """Where the model answers; None until it is loaded and calibrated, and while it is lost."""
        return self._serving.child.endpoint() if self._serving else None

    @property
    def calibration(self) -> Calibration | None:
        """Of the model that answers."""
        return self._serving.calibration if self._serving else None

    @property
    def ready(self) -> bool:
        """Whether there is an endpoint."""
        return self.endpoint() is not None

    @property
    def has_answered(self) -> bool:
        """Whether there ever was an endpoint; a loss since then is a failure, not a start."""
        return self._serving is not None

    @property
    def version(self) -> Version:
        """What answers, or will answer first."""
        return self._serving.version if self._serving else self._wanted

    async def start(self) -> None:
        """Starts the first child and what follows; raises `SetupError` where something is not installed."""
        await self._first.start()
        self._tasks = [asyncio.create_task(self._begin(), name="live-model")]

    async def wait_ready(self, timeout_s: float) -> None:
        """Returns once there is an endpoint; raises `NluError` when there will be none."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._settled.wait()
        except TimeoutError:
            raise NluUnavailable(f"no answer after {timeout_s:g} s") from None
        if self._problem is not None and not self.ready:
            raise self._problem

    async def stop(self) -> None:
        """Ends every child that is ours."""
        for task in (*self._tasks, *self._draining):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._draining, return_exceptions=True)
        # Each of them once more: what was cancelled may have been starting or ending one.
        for child in list(self._children):
            await self._ended(child)

    async def _begin(self) -> None:
        """A child that does not come up is told of once, and still taken when it does."""
        while self._serving is None:
            try:
                self._serving = await self._prepared(self._wanted, self._first)
            except (NluError, OSError) as error:
                self._problem = error if isinstance(error, NluError) else SetupError(str(error))
                self._settled.set()
                await asyncio.sleep(LOOK_S)
        self._settled.set()
        if self._announce:
            await self._follow()

    async def _prepared(self, version: Version, child: RasaChild) -> _Serving:
        await child.wait_ready(READY_S)
        return _Serving(version, child, await self._calibrate(version, child.endpoint))

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            with suppress(NluError, OSError):
                last = versions.history(self._data)[-1:]
                if not last or last[0].model in {self.version.id, *self._refused}:
                    continue
                # Whether the present code can read it takes reading all of that code.
                wanted = await asyncio.to_thread(versions.live, self._root, self._data)
                if wanted is not None:
                    await self._change(wanted)

    async def _change(self, wanted: Version) -> None:
        """The old model answers until the new one does; one that does not start is not tried again."""
        if self._draining:
            # A model that goes live again soon would share the child that is about to be ended.
            await asyncio.wait(self._draining)
        log.info("nlu.change.begun from=%s to=%s", self.version.id, wanted.id)
        child, before = self._child(wanted), self._serving
        try:
            await child.start()
            self._serving = await self._prepared(wanted, child)
        except (NluError, OSError) as error:
            log.warning("nlu.change.failed to=%s error=%s", wanted.id, type(error).__name__)
            self._refused.add(wanted.id)
            return
        finally:
            if self._serving is before:
                await self._ended(child)
        log.info("nlu.change.done from=%s to=%s", before.version.id if before else "none", wanted.id)
        old = before.child if before else self._first
        drain = asyncio.create_task(self._drained(old), name="live-model-drain")
        self._draining.add(drain)
        drain.add_done_callback(self._draining.discard)

    async def _drained(self, child: RasaChild) -> None:
        try:
            await asyncio.sleep(DRAIN_S)
        finally:
            await self._ended(child)

    async def _ended(self, child: RasaChild) -> None:
        await child.stop()
        self._children.discard(child)

    def _child(self, version: Version) -> RasaChild:
        child = RasaChild(self._data, self._root / "nlu" / "server", version, announce=self._announce)
        self._children.add(child)
        return child
