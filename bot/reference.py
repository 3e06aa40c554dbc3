"""The brain that labelled messages are judged with: the starter articles that their labels name, and no orders.

So a model's figures rest on the repository and on the shop's rules alone, not on what lies in the database, and cannot
fail because of it.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bot.decisions import Hit
from bot.knowledge import articles
from bot.knowledge.search import Index
from bot.replies import Replies
from bot.shop import Shop
from bot.shopdata.base import Order, Product
from bot.understand import Brain, BrainOf, Nlu, Sureness
from handoff.ports import Clock
from handoff.values import Language
from nlu.versions import ID_LENGTH

DECIDES = (
    "bot/decisions.py",
    "bot/details.py",
    "bot/dialogue.py",
    "bot/evaluation.py",
    "bot/evidence.py",
    "bot/understand.py",
    "bot/knowledge/*.py",
    "bot/skills/*.py",
    "nlu/calibration.py",
    "nlu/evidence.py",
    "nlu/server/weigh.py",
)
"""Where it stands what is decided about a message that was read, and what is thought of that."""


class StarterArticles:
    """Reads the files when the first message is judged."""

    def __init__(self, shop: Shop, clock: Clock) -> None:
        self._shop, self._clock = shop, clock
        self._index: Index | None = None
        self._reading = asyncio.Lock()

    async def search(self, text: str, language: Language, intents: Sequence[str]) -> tuple[Hit, ...]:
        async with self._reading:
            if self._index is None:
                self._index = await asyncio.to_thread(self._read)
        return self._index.search(text, language, intents)

    def _read(self) -> Index:
        today = self._clock.now().astimezone(self._shop.zone).date()
        return Index(list(articles.read_folder(articles.STARTER)), today)


class NoOrders:
    """Shop records in which nothing stands."""

    async def find_order(self, number: str) -> Order | None:
        return None

    async def find_orders(self, numbers: Sequence[str]) -> Sequence[Order]:
        return ()

    async def find_product(self, sku: str) -> Product | None:
        return None

    async def products(self) -> Sequence[Product]:
        return ()


def brains(shop: Shop, replies: Replies, clock: Clock) -> BrainOf:
    """Makes a brain on any understanding."""
    library, records = StarterArticles(shop, clock), NoOrders()

    def brain_of(nlu: Nlu, sureness: Sureness) -> Brain:
        return Brain(nlu, sureness, library, records, replies, shop, clock)

    return brain_of


def basis(shop: Shop, cases: Iterable[Path], *, budget: float | None = None) -> str:
    """Names all that judgements on these files of cases rest on, beside the model."""
    digest = hashlib.sha256(repr((shop.understanding.model_dump(exclude={"wrong_answer_budget"}), budget)).encode())
    for file in (*cases, *sorted(articles.STARTER.rglob("*.md")), *_deciding()):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:ID_LENGTH]


def _deciding() -> Iterator[Path]:
    for files in DECIDES:
        yield from sorted(Path(__file__).parents[1].glob(files))
