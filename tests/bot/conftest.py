"""A shop's counter on a real database, with a scripted understanding and a moved clock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import shop as shops
from bot.inbound import Inbound, NluState
from bot.knowledge import articles
from bot.knowledge.library import Library
from bot.replies import shipped
from bot.settings import ROOT
from bot.understand import Brain
from handoff import db, desk, inbox
from handoff.board import Board
from handoff.db import Database
from handoff.files import Files
from handoff.ports import LocalWakeups
from handoff.states import Status
from handoff.values import ConversationView, InboundMessage, Language, MessageView, Reason
from tests import builders as a
from tests.fakes import FakeRecords, MovedClock, ScriptedNlu, Surely

DEADLINE_S = 60.0
SHOP = shops.load(ROOT / "shop.yml")
# Some are enough here, and indexing all for every test takes minutes.
SOME = (
    *("apply-tempered-glass-film", "phone-case-and-film-fit", "router-setup", "request-return", "return-policy"),
    *("opening-hours-and-contact", "cancel-or-intercept", "invoices", "delivery-times", "payment-methods"),
)
STARTER = [article for article in articles.read_folder(articles.STARTER) if article.id in SOME]


@dataclass
class Counter:
    """A shop's counter: customers write, and what is stored can be looked at."""

    database: Database
    inbound: Inbound
    nlu: ScriptedNlu
    records: FakeRecords
    clock: MovedClock
    nlu_state: NluState
    wakeups: LocalWakeups
    files: Files
    board: Board
    begun: Callable[[], Inbound]
    """A new process on the same database."""

    async def says(self, text: str, *, contact: str = "visitor-1", locale: Language | None = None) -> int:
        return await self.sends(a.inbound(text, contact=contact, locale=locale))

    async def presses(self, name: str, value: str = "", *, episode: int | None = None) -> int:
        return await self.sends(a.press(name, value, episode=episode))

    async def sends(self, message: InboundMessage) -> int:
        return (await self.inbound.receive(message)).conversation_id

    async def settled(self, conversation: int, is_so: Callable[[ConversationView], bool]) -> tuple[MessageView, ...]:
        """Wait until the stored conversation is as it should be; its messages."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                told = await self.database.read(inbox.transcript, conversation)
                if is_so(told.conversation):
                    return told.messages
                await asyncio.sleep(0.005)

    async def answered(self, conversation: int) -> tuple[MessageView, ...]:
        async with asyncio.timeout(DEADLINE_S):
            while await self.database.read(desk.open_turn, conversation) is not None:
                await asyncio.sleep(0.005)
        return await self.settled(conversation, lambda view: True)

    async def handed_off(self, conversation: int) -> tuple[Reason | None, tuple[MessageView, ...]]:
        messages = await self.settled(conversation, lambda view: view.status is Status.OPEN)
        told = await self.database.read(inbox.transcript, conversation)
        return told.conversation.reason, messages

    async def until_sleeping(self) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not self.clock.sleepers:
                await asyncio.sleep(0.005)


@pytest.fixture
async def counter(database_url: str, clock: MovedClock, tmp_path: Path) -> AsyncIterator[Counter]:
    wakeups = LocalWakeups()
    database = db.connect(database_url, wakeups)
    await database.write(articles.store, STARTER, clock.now())
    nlu, records, library = ScriptedNlu(), FakeRecords(), Library(database, clock, SHOP.language, SHOP.zone)
    brain = Brain(nlu, Surely(), library, records, shipped(), SHOP, clock)
    files = Files(database, tmp_path / "files", clock, "k" * 40)
    state = NluState(False, clock.now())
    board = Board(database, wakeups, clock)

    def begun() -> Inbound:
        return Inbound(database, brain, shipped(), SHOP, clock, lambda: found.nlu_state, board=board)

    found = Counter(database, begun(), nlu, records, clock, state, wakeups, files, board, begun)
    yield found
    await found.inbound.drain(0)
    await database.close()
