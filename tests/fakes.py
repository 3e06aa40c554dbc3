"""Stand-ins at the ports."""

import asyncio
from datetime import UTC, datetime, timedelta


class MovedClock:
    """Stands still until moved; sleepers wake when their time has come."""

    def __init__(self, start: datetime = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + timedelta(seconds=seconds), future))
        await future

    def move(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        for due, future in self._sleepers:
            if due <= self._now and not future.done():
                future.set_result(None)
        self._sleepers = [entry for entry in self._sleepers if not entry[1].done()]

    @property
    def sleepers(self) -> int:
        return len(self._sleepers)
