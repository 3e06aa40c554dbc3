"""Those who use a system: customers in a closed loop or at a steady pace, and an agent in front of the console."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import aiohttp

from benchmarks.assistant import answer_to
from benchmarks.systems import Child
from tests.e2e.program import Desk

ANSWER_S = 30.0
DEFLATE_BITS = 15
"""Every browser offers compression on its WebSockets, so these customers do, too."""
SCREEN_S = 0.03
"""The console waits so long for further news before it fetches the list."""

Outcome = Literal["answered", "handed_off", "other", "unanswered"]


class Customer(Protocol):
    async def ask(self, text: str) -> Outcome:
        """Send a message and wait until it is answered or a person was called."""
        ...


Arrival = Callable[[], AbstractAsyncContextManager[Customer]]
"""A new customer comes."""


@dataclass(frozen=True, slots=True)
class Exchange:
    outcome: Outcome
    seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a run that took `seconds`."""

    seconds: float
    exchanges: Sequence[Exchange]

    @property
    def answers_per_s(self) -> float:
        return self.count("answered") / self.seconds

    @property
    def latencies_ms(self) -> list[float]:
        """Of the answered ones."""
        return [exchange.seconds * 1000 for exchange in self.exchanges if exchange.outcome == "answered"]

    def count(self, outcome: Outcome) -> int:
        return sum(exchange.outcome == outcome for exchange in self.exchanges)


async def closed_loop(arrive: Arrival, conversations: Iterable[Sequence[str]], clients: int) -> Load:
    """`clients` customers at any time, each waiting for an answer before the next question, until all is asked."""
    waiting, exchanges = iter(conversations), list[Exchange]()

    async def served() -> None:
        for conversation in waiting:
            async with arrive() as customer:
                for text in conversation:
                    exchanges.append(await timed(customer, text))
                    if exchanges[-1].outcome == "unanswered":
                        break

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(served())
    return Load(time.perf_counter() - began, exchanges)


async def timed(customer: Customer, text: str) -> Exchange:
    """Whoever has no answer after `ANSWER_S` gives up and leaves."""
    sent = time.perf_counter()
    try:
        async with asyncio.timeout(ANSWER_S):
            outcome = await customer.ask(text)
    except TimeoutError:
        outcome = "unanswered"
    return Exchange(outcome, time.perf_counter() - sent)


class Visitor:
    """A customer of Baton: the widget's WebSocket, from `hello` on."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._seen = socket, 0
        self.reference: str | None = None

    async def ask(self, text: str) -> Outcome:
        await self._socket.send_json({"type": "send", "id": uuid.uuid4().hex, "text": text})
        return await self._answer()

    async def press_person(self) -> Outcome:
        await self._socket.send_json({"type": "press", "id": uuid.uuid4().hex, "name": "person"})
        return await self._answer()

    async def _answer(self) -> Outcome:
        while True:
            frame = await self._socket.receive_json()
            if frame["type"] == "error":
                raise RuntimeError(f"Baton refused a message: {frame['code']}")
            if frame["type"] == "messages" and (outcome := self._outcome(frame)):
                return outcome

    def _outcome(self, frame: dict[str, Any]) -> Outcome | None:
        """An article comes as markdown; other words of the bot are no answer here."""
        self.reference = frame["conversation"]["reference"]
        new = [message for message in frame["messages"] if message["seq"] > self._seen]
        self._seen = max([self._seen, *(message["seq"] for message in new)])
        said = [message for message in new if message["author"] in ("bot", "system")]
        if frame["conversation"]["status"] != "bot":
            return "handed_off"
        if not said:
            return None
        return "answered" if said[0]["format"] == "markdown" else "other"


def visitors(session: aiohttp.ClientSession, address: str) -> Callable[[], AbstractAsyncContextManager[Visitor]]:
    """Customers of Baton, each on a connection of its own."""
    url = address.replace("http", "ws", 1) + "/widget/socket"

    @asynccontextmanager
    async def arrive() -> AsyncIterator[Visitor]:
        async with session.ws_connect(url, compress=DEFLATE_BITS) as socket:
            await socket.send_json({"type": "hello", "v": 1})
            welcome = await socket.receive_json()
            assert welcome["type"] == "welcome", welcome
            yield Visitor(socket)

    return arrive


@dataclass(frozen=True, slots=True)
class RestCustomer:
    """A customer of Rasa's assistant, on its REST channel."""

    session: aiohttp.ClientSession
    url: str
    sender: str

    async def ask(self, text: str) -> Outcome:
        async with self.session.post(self.url, json={"sender": self.sender, "message": text}) as response:
            said = [reply["text"] for reply in await response.json()]
        return "answered" if said and said[0].startswith(ANSWER_START) else "other"


ANSWER_START = answer_to("")[:8]


def rest_customers(session: aiohttp.ClientSession, address: str) -> Arrival:
    """Customers of Rasa's assistant; connections are kept, which only helps it."""

    @asynccontextmanager
    async def arrive() -> AsyncIterator[Customer]:
        yield RestCustomer(session, f"{address}/webhooks/rest/webhook", uuid.uuid4().hex)

    return arrive


@dataclass(frozen=True, slots=True)
class Reader:
    """Asks Baton's NLU server itself: what understanding alone costs."""

    session: aiohttp.ClientSession
    child: Child

    async def ask(self, text: str) -> Outcome:
        url, key = f"{self.child.address}/model/parse", {"token": self.child.token}
        async with self.session.post(url, params=key, json={"text": text}) as response:
            return "answered" if json.loads(await response.read())["intent"]["name"] else "other"


def readers(session: aiohttp.ClientSession, child: Child) -> Arrival:
    @asynccontextmanager
    async def arrive() -> AsyncIterator[Customer]:
        yield Reader(session, child)

    return arrive


async def at_a_pace(arrive: Arrival, conversations: Iterable[Sequence[str]], per_s: float, clients: int) -> Load:
    """`per_s` messages a second from `clients` customers in turn, whether or not the system keeps up."""
    exchanges, began = list[Exchange](), time.perf_counter()

    async def steady(number: int, own: Sequence[Sequence[str]]) -> None:
        turn = number
        for conversation in own:
            async with arrive() as customer:
                for text in conversation:
                    await asyncio.sleep(began + turn / per_s - time.perf_counter())
                    exchanges.append(await timed(customer, text))
                    turn += clients
                    if exchanges[-1].outcome == "unanswered":
                        break

    everybody = list(conversations)
    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(steady(number, everybody[number::clients]))
    return Load(time.perf_counter() - began, exchanges)


class Agent:
    """An agent's browser: the live feed wakes it, then it fetches the queue as the console does."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._woken = asyncio.Event()
        self._came = asyncio.Condition()
        self._first_seen: dict[str, float] = {}
        self._queue: list[int] = []
        self.fetches = 0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """In front of the screen until left."""
        cursor = (await self._desk.get("/conversations?view=queue"))["cursor"]
        async with self._desk.feed(cursor) as feed, asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._hear(feed)), group.create_task(self._look())]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def saw(self, reference: str) -> float:
        """When a conversation was first on the screen."""
        async with self._came:
            await self._came.wait_for(lambda: reference in self._first_seen)
        return self._first_seen[reference]

    async def take_all(self) -> None:
        """Claim everything that waits."""
        for conversation_id in self._queue:
            await self._desk.post(f"/conversations/{conversation_id}/claim")
        self._queue = []

    async def _hear(self, feed: aiohttp.ClientWebSocketResponse) -> None:
        async for _ in feed:
            self._woken.set()

    async def _look(self) -> None:
        while True:
            await self._woken.wait()
            await asyncio.sleep(SCREEN_S)
            self._woken.clear()
            rows = await self._desk.queue()
            now = time.perf_counter()
            self.fetches += 1
            self._queue = [row["id"] for row in rows]
            async with self._came:
                for row in rows:
                    self._first_seen.setdefault(row["reference"], now)
                self._came.notify_all()
