"""What the desk needs from outside. Each has an empty form: the desk works without a bot and without a shop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from handoff.values import Language, Outgoing


class Clock(Protocol):
    """Time for everything: aware UTC, and sleeping. Tests and the demo move it."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Wakeups(Protocol):
    """Tells sleeping readers that a topic has something new. Carries no state: a lost wake-up costs time only."""

    async def publish(self, topics: Iterable[str]) -> None: ...

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[asyncio.Event]: ...


class LocalWakeups:
    """Wake-ups within one process."""

    def __init__(self) -> None:
        self._events: dict[str, set[asyncio.Event]] = {}

    async def publish(self, topics: Iterable[str]) -> None:
        for topic in topics:
            for event in self._events.get(topic, ()):
                event.set()

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[asyncio.Event]:
        event = asyncio.Event()
        self._events.setdefault(topic, set()).add(event)
        try:
            yield event
        finally:
            listeners = self._events[topic]
            listeners.discard(event)
            if not listeners:
                del self._events[topic]


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """One order of a customer, for the agent's eyes. `total` is already written with its currency."""

    number: str
    state: str
    placed_at: datetime
    total: str
    lines: tuple[tuple[str, int], ...]
    carrier: str | None = None
    tracking_number: str | None = None
    expected_at: datetime | None = None


class CustomerRecords(Protocol):
    """The shop's records about a customer, in the reader's language. Raises `RecordsUnavailable`."""

    async def orders(self, numbers: Sequence[str], language: str | None) -> Sequence[OrderSummary]: ...


class NoRecords:
    async def orders(self, numbers: Sequence[str], language: str | None) -> Sequence[OrderSummary]:
        return ()


class OrderCounts(Protocol):
    """How many orders were placed in each span of time; None where the shop's records do not tell."""

    async def placed(self, spans: Sequence[tuple[datetime, datetime]]) -> Sequence[int] | None: ...


class NoOrderCounts:
    async def placed(self, spans: Sequence[tuple[datetime, datetime]]) -> Sequence[int] | None:
        return None


class ProductNames(Protocol):
    """What products are called, by the shop's number; without those the shop's records do not (or no longer) know."""

    async def product_names(self, numbers: Collection[str], language: str | None) -> Mapping[str, str]: ...


class NoProductNames:
    async def product_names(self, numbers: Collection[str], language: str | None) -> Mapping[str, str]:
        return {}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article that nearly fitted, as an agent may send it. `score` is 0–1."""

    id: str
    title: str
    body: str
    score: float


class Suggestions(Protocol):
    """Articles by id with their body in the customer's language."""

    async def suggest(self, hits: Sequence[tuple[str, float]], language: str | None) -> Sequence[Suggestion]: ...

    async def find(self, words: str, language: str | None) -> Sequence[Suggestion]: ...


class NoSuggestions:
    async def suggest(self, hits: Sequence[tuple[str, float]], language: str | None) -> Sequence[Suggestion]:
        return ()

    async def find(self, words: str, language: str | None) -> Sequence[Suggestion]:
        return ()


Spellings = Callable[[str], Sequence[str]]
"""Every way in which words that are searched for may have been written, themselves first."""


def as_written(words: str) -> Sequence[str]:
    """For a desk that knows one script."""
    return (words,)


Farewell = Callable[[Language | None], Sequence[Outgoing]]
"""What a customer reads when a person gives them back to the bot, in their language."""


def nothing_said(_language: Language | None) -> Sequence[Outgoing]:
    """For a desk that knows no words of a bot."""
    return ()


class Invitations(Protocol):
    """Tells people by letter that they are invited."""

    async def send(self, to: str, name: str, code: str) -> bool:
        """Whether the letter went out. Never raises: the link can be handed over in person."""
        ...


class NoInvitations:
    async def send(self, to: str, name: str, code: str) -> bool:
        return False


class Rerun(Protocol):
    """Answers a conversation whose bot was interrupted, or hands it off when it waited too long."""

    async def __call__(self, conversation_id: int) -> None: ...
