"""Stand-ins at the ports."""

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session

from bot.decisions import Thresholds
from bot.shopdata.base import Order, Product, ShopUnavailable
from handoff.db import Database
from handoff.delivery import Parcel, SendFailed
from handoff.ports import LocalWakeups
from handoff.values import Language
from nlu.errors import NluError
from nlu.evidence import Evidence
from nlu.result import Entity, IntentScore, Reading

T = TypeVar("T")


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


class ScriptedNlu:
    """Reads texts as the test says; a text it was not told about is read as unsure. May be down, or slow."""

    def __init__(self) -> None:
        self.readings: dict[str, tuple[tuple[str, float], ...]] = {}
        self.entities: dict[str, tuple[Entity, ...]] = {}
        self.error: NluError | None = None
        self.held = asyncio.Event()
        self.held.set()
        self.parsed: list[str] = []

    def means(self, text: str, *ranking: tuple[str, float], order_id: str | None = None) -> None:
        self.readings[text] = ranking
        if order_id is not None:
            start = text.index(order_id)
            self.entities[text] = (Entity("order_id", order_id, start, start + len(order_id)),)

    async def parse(self, text: str) -> Reading:
        self.parsed.append(text)
        await self.held.wait()
        if self.error is not None:
            raise self.error
        ranking = self.readings.get(text, (("chitchat", 0.06), ("track_order", 0.05)))
        return Reading(text, tuple(IntentScore(*s) for s in ranking), self.entities.get(text, ()), "scripted")


class Surely:
    """Readings are as sure as they say, an article as the less sure of its reading and its score; 0.52 is enough."""

    def read(self, reading: Reading) -> Reading:
        return reading

    def likelihood(self, evidence: Evidence) -> float:
        said = evidence["weaker" if evidence["way"] == "article" else "alone"]
        assert isinstance(said, float)
        return 1 / (1 + math.exp(-said))

    def thresholds(self, language: Language) -> Thresholds:
        return Thresholds(answer=0.52, decline=0.3)


class FakeRecords:
    """A shop with one order, whose records may not answer, or take their time; `asked` wait for them just now."""

    def __init__(self, *orders: Order) -> None:
        self.by_number = {order.number: order for order in orders}
        self.catalogue: Sequence[Product] = ()
        self.down = False
        self.asked = 0
        self.held = asyncio.Event()
        self.held.set()

    async def find_order(self, number: str) -> Order | None:
        self.asked += 1
        await self.held.wait()
        self.asked -= 1
        if self.down:
            raise ShopUnavailable
        return self.by_number.get(number)

    async def find_orders(self, numbers: Sequence[str]) -> Sequence[Order]:
        return [order for number in numbers if (order := await self.find_order(number))]

    async def find_product(self, sku: str) -> Product | None:
        return None

    async def products(self) -> Sequence[Product]:
        if self.down:
            raise ShopUnavailable
        return self.catalogue


class RecordingSender:
    """A place outside that takes what it is sent, unless it is told to refuse a contact."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.refuses: dict[str, SendFailed] = {}
        self.tries = 0

    @property
    def texts(self) -> list[str]:
        return [line.text for parcel in self.parcels for line in parcel.lines]

    async def send(self, parcel: Parcel) -> str | None:
        self.tries += 1
        if refusal := self.refuses.get(parcel.contact_key):
            raise refusal
        self.parcels.append(parcel)
        return f"message {len(self.parcels)}"


def on_a_standby() -> Exception:
    """What PostgreSQL answers to a write after a failover: an error nobody has prepared for."""
    return InternalError("UPDATE", None, Exception("cannot execute UPDATE in a read-only transaction"))


class TroubledDatabase(Database):
    """A real database that first raises what it is told to."""

    def __init__(self, real: Database) -> None:
        super().__init__(LocalWakeups())
        self._real = real
        self.writes: list[Exception] = []
        self.reads: list[Exception] = []

    async def _write(self, verb: Callable[[Session], T]) -> tuple[T, Iterable[str]]:
        if self.writes:
            raise self.writes.pop(0)
        return await self._real._write(verb)

    async def _read(self, query: Callable[[Session], T]) -> T:
        if self.reads:
            raise self.reads.pop(0)
        return await self._real._read(query)

    async def _with_connection(self, work: Callable[[Connection], None]) -> None:
        await self._real._with_connection(work)

    async def close(self) -> None:
        await self._real.close()


class CountingDatabase(TroubledDatabase):
    """Counts how often it is read."""

    asked = 0

    async def _read(self, query: Callable[[Session], T]) -> T:
        self.asked += 1
        return await super()._read(query)
