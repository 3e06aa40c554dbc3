"""Updates from Telegram that break us, take long, or come out of order."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram.types import Update

from bot.channels.telegram import intake
from bot.replies import shipped
from handoff.ports import SystemClock
from handoff.values import InboundMessage, Recorded
from tests import pictures, telegram
from tests.bot.conftest import Counter
from tests.bot.test_telegram import Shop, working
from tests.telegram import BotApi, Customer, Fault


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
    async def breaks(_message: InboundMessage) -> Recorded:
        raise ValueError("never thought of")

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


def _is_confirmed(api: BotApi, update: dict[str, Any]) -> bool:
    return any(
        int(given.get("offset") or 0) > update["update_id"] for method, given in api.calls if method == "getUpdates"
    )
