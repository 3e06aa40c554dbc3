"""Updates from Telegram that break us, take long, or come out of order."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update

from bot.channels.telegram import intake
from bot.channels.telegram import sender as telegram_sender
from bot.channels.telegram.sender import TelegramSender
from bot.replies import shipped
from handoff import delivery, desk
from handoff.delivery import Line, Parcel
from handoff.ports import SystemClock
from handoff.values import InboundMessage, Recorded
from handoff.watches import time_for
from tests import builders as a
from tests import pictures, telegram
from tests.bot.conftest import Counter
from tests.bot.test_telegram import Shop, _until_state, working
from tests.telegram import TOKEN, BotApi, Customer, Fault


class Hurried(SystemClock):
    """Nobody sleeps for long."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.05))


class BrokenDesk:
    """An agents' desk that takes whatever comes from groups, and breaks."""

    def concerns(self, update: Update) -> bool:
        return update.message is not None and update.message.chat.id < 0

    async def take(self, update: Update) -> None:
        raise ValueError("never thought of")

    async def run(self) -> None:
        return None

    async def close(self) -> None:
        return None


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with telegram.serving() as found:
        yield found
        assert found.wrong == []


async def test_what_breaks_us_in_every_way_is_let_go(counter: Counter, api: BotApi) -> None:
    async def breaks(message: InboundMessage) -> Recorded:
        raise ValueError(f"never thought of {message.source_id}")

    async with working(counter, api, clock=Hurried(), receive=breaks):
        message = api.new_message(77, **{"from": Customer(api, 77).who}, text="hello")
        update = await api.happens("message", message)
        await api.until(lambda: _is_confirmed(api, update))


async def test_an_agent_hears_that_their_words_broke_us(counter: Counter, api: BotApi) -> None:
    group, ann = {"id": -100, "type": "supergroup", "title": "x"}, Customer(api, 77, "Ann", "en")
    api.chats[-100] = telegram.Chat()
    async with working(counter, api, clock=Hurried(), agents_at=lambda *_: BrokenDesk()):
        said = {"message_id": 1, "date": 1, "chat": group, "from": ann.who, "text": "hello"}
        update = await api.happens("message", said)
        await api.until(lambda: _is_confirmed(api, update))
        assert [m["text"] for m in api.chats[-100].messages.values()] == [shipped().say("topic.told.trouble", "en")]


async def test_a_file_that_takes_long_leaves_its_words(
    counter: Counter, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "FILE_S", 0.3)
    ann = Customer(api, 77, "Ann", "zh-hant")
    async with working(counter, api):
        api.breaks("file", Fault(lost=True))
        await ann.sends("photo", pictures.jpeg(), "it hangs")
        await Shop(counter, api, ann).stored(["it hangs\n[檔案暫時無法保存]"])


async def test_nobody_waits_until_telegram_wants_to_be_asked_for_files_again(counter: Counter, api: BotApi) -> None:
    ann = Customer(api, 77, "Ann", "zh-hant")
    async with working(counter, api):
        api.breaks("getFile", Fault(429, "Too Many Requests: retry after 60", retry_after=60))
        await ann.sends("photo", pictures.jpeg(), "later")
        await Shop(counter, api, ann).stored(["later\n[檔案暫時無法保存]"])


async def test_by_the_webhook_too_a_customers_words_stay_behind_their_picture(
    counter: Counter, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "FILE_S", 0.5)
    ann = Customer(api, 77, "Ann", "zh-hant")
    async with working(counter, api, webhook=True):
        await api.until(lambda: api.webhook is not None)
        api.breaks("file", Fault(lost=True))
        picture = asyncio.create_task(ann.sends("photo", pictures.jpeg(), "look"))
        await api.until(lambda: api.done("getFile") == 1)
        await ann.says("that is it")
        await picture
        await Shop(counter, api, ann).stored(["look\n[檔案暫時無法保存]", "that is it"])


LONG = "\n\n".join(f"{n}: " + "🙂" * 900 for n in range(6))
"""Of three parts."""


async def test_what_has_arrived_of_a_long_answer_is_known_whatever_ends_its_send(counter: Counter, api: BotApi) -> None:
    Customer(api, 77)
    recorded = await counter.database.write(a.write, counter.clock.now(), contact="77", channel="telegram")
    fence = await counter.database.read(a.fence, recorded.conversation_id)
    await counter.database.write(a.answer, counter.clock.now(), fence, LONG)
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api.address)))
    sender = TelegramSender(bot, counter.database, counter.files, counter.clock)
    [parcel] = await counter.database.write(delivery.lease_heads, "one", ("telegram",), counter.clock.now())
    sending = asyncio.create_task(sender.send(parcel))
    await counter.until_sleeping()  # before the second part
    sending.cancel()
    await asyncio.wait([sending])
    await bot.session.close()
    counter.clock.move(delivery.LEASE.total_seconds())
    [again] = await counter.database.write(delivery.lease_heads, "another", ("telegram",), counter.clock.now())
    assert again.begun == str(max(api.chats[77].messages))


async def test_what_takes_longer_than_one_send_arrives_in_several(
    counter: Counter, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_sender, "ENOUGH_S", 0.0)
    shop = Shop(counter, api, Customer(api, 77, "Ann", "zh-hant"))
    async with working(counter, api):
        await shop.ann.says("/human")
        conversation, agent = await shop.agent_has_it()
        await api.until(lambda: len(shop.ann.seen()) == 1)
        await counter.database.write(desk.agent_reply, conversation, agent, "r1", LONG, counter.clock.now())
        await api.until(lambda: len(shop.ann.seen()) == 4)
        await _until_state(shop, "sent")
    assert "\n\n".join(shop.ann.seen()[1:]) == f"Mei\n{LONG}"
    assert not (await shop.transcript())[-1].deliveries[0].maybe_twice


def test_a_send_has_more_time_for_files_and_ends_within_its_lease() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    times = [
        time_for(Parcel(1, "telegram", 1, "77", None, None, 1, (Line(1, 1, 1, "agent", None, "", "plain", at, files),)))
        for files in (0, 2, 10)
    ]
    assert times == [30, 40, 50] and times[-1] < delivery.LEASE.total_seconds()


def _is_confirmed(api: BotApi, update: dict[str, Any]) -> bool:
    return any(
        int(given.get("offset") or 0) > update["update_id"] for method, given in api.calls if method == "getUpdates"
    )
