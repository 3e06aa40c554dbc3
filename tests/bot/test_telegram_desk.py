"""Agents in Telegram: a topic for each conversation, against a strict Bot API server, with the real desk behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiogram import Bot
from sqlalchemy.orm import Session

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.rates import Budget
from bot.channels.telegram_desk.desk import TelegramDesk
from bot.replies import shipped
from bot.settings import TelegramBot
from handoff import desk, inbox
from handoff.console import views
from handoff.console.schemas import Conversation
from handoff.db import Database
from handoff.desk import telegram_links
from handoff.ports import NoRecords, NoSuggestions, SystemClock
from handoff.states import Status
from handoff.values import ConversationView, MessageView
from handoff.watches import Dispatcher
from tests import builders as a
from tests import telegram_groups
from tests.bot.conftest import SHOP, Counter
from tests.telegram import TOKEN, Customer
from tests.telegram_groups import GROUP, GroupApi, Teammate

SAY = shipped().say


@dataclass
class Team:
    """A counter whose agents sit in Telegram."""

    counter: Counter
    api: GroupApi
    groups: tuple[int, ...] = (GROUP,)
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.counter.database

    async def mate(self, name: str, number: int) -> Teammate:
        """An agent whose account is linked."""
        now = SystemClock().now()
        self.ids[name] = await self.database.write(a.agent, now, name)
        code, _ = await self.database.write(telegram_links.issue_code, self.ids[name], now)
        await self.database.write(telegram_links.link, code, number, now)
        return Teammate(self.api, number, name)

    async def called(self, contact: str = "visitor-1", text: str = "I want a person") -> int:
        """A visitor of the website who waits for a person."""
        now = SystemClock().now()

        def call(session: Session) -> int:
            recorded = a.write(session, now, text, contact)
            a.hand_off(session, now, a.fence(session, recorded.conversation_id))
            return recorded.conversation_id

        return await self.database.write(call)

    async def writes(self, text: str, contact: str = "visitor-1") -> None:
        await self.database.write(a.write, SystemClock().now(), text, contact)

    async def view(self, conversation: int) -> ConversationView:
        return await self.database.read(inbox.conversation_view, conversation)

    async def messages(self, conversation: int) -> tuple[MessageView, ...]:
        return (await self.database.read(inbox.transcript, conversation)).messages

    async def until(
        self, conversation: int, is_so: Callable[[ConversationView, tuple[MessageView, ...]], bool]
    ) -> None:
        async with asyncio.timeout(15):
            while not is_so(await self.view(conversation), await self.messages(conversation)):
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Telegram]:
        """The channel, its outbox and its desk, as a process runs them."""
        counter, clock = self.counter, SystemClock()

        async def story(conversation: int) -> Conversation:
            told = await counter.database.read(inbox.transcript, conversation)
            return await views.conversation(told, NoSuggestions(), NoRecords())

        def agents(bot: Bot, budget: Budget, intake: Intake) -> TelegramDesk:
            database, wakeups, files = counter.database, counter.wakeups, counter.files
            return TelegramDesk(
                bot, budget, intake, database, wakeups, clock, shipped(), SHOP, files, story, self.groups
            )

        settings = TelegramBot(TOKEN, self.api.address, None, self.groups)
        receive, files = counter.inbound.receive, counter.files
        at_work = Telegram(settings, None, counter.database, receive, shipped(), SHOP, files, clock, agents)
        dispatcher = Dispatcher(counter.database, clock, {"telegram": at_work.sender})
        tasks = [asyncio.create_task(at_work.run()), asyncio.create_task(dispatcher.run())]
        try:
            yield at_work
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await dispatcher.drain(2)
            await at_work.close()


@pytest.fixture
async def api() -> AsyncIterator[GroupApi]:
    async with telegram_groups.serving() as found:
        found.add_group()
        yield found
        assert found.wrong == []


@pytest.fixture
async def team(counter: Counter, api: GroupApi) -> AsyncIterator[Team]:
    found = Team(counter, api)
    async with found.working():
        yield found


async def test_a_conversation_becomes_a_topic_and_what_an_agent_writes_there_reaches_the_customer(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    ann = Customer(team.api, 77, "Ann", "zh-hant")
    await ann.says("/human")
    thread = await team.api.shows(SAY("topic.reason.customer_request", "zh-TW"))
    assert team.api.topics() == ["⏳ Ann · 客人要找真人"]
    await mei.writes("您好,我來看看", thread)
    await ann.sees("Mei\n您好,我來看看")
    await team.api.named("💬 Mei → Ann")
    await ann.says("謝謝您")
    await team.api.shows("👤 Ann\n謝謝您", thread)
    assert not any("我來看看" in line for line in team.api.lines(thread)), "it stands there already"
