"""Albums on Telegram: several files are one message, both ways."""

from collections.abc import AsyncIterator

import pytest

from handoff import desk
from tests import pictures, telegram
from tests.bot.conftest import Counter
from tests.bot.test_telegram import Shop, working
from tests.bot.test_telegram_cards import Hurried
from tests.telegram import BotApi, Customer, Fault


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with telegram.serving() as found:
        yield found
        assert found.wrong == [] and found.refused_for_speed == 0


@pytest.fixture
async def shop(counter: Counter, api: BotApi) -> AsyncIterator[Shop]:
    async with working(counter, api, clock=Hurried(counter.clock)):
        yield Shop(counter, api, Customer(api, 77, "Ann", "zh-hant"))


async def test_photos_sent_together_are_one_message_and_what_comes_again_is_known(shop: Shop) -> None:
    parts = [await shop.ann.sends("photo", pictures.jpeg(), "it broke", album="a1")]
    parts += [await shop.ann.sends("photo", pictures.jpeg(), album="a1") for _ in range(3)]
    for part in parts:
        await shop.api.happens("message", part)
    await shop.ann.sends("photo", pictures.png(), "and this", album="a2")
    await shop.ann.says("see?")
    await shop.api.happens("message", parts[2])
    await shop.ann.says("well?")
    await shop.stored(["it broke", "and this", "see?", "well?"])
    assert await _files(shop) == [4, 1, 0, 0]


async def test_what_comes_behind_an_answer_is_a_message_of_its_own(shop: Shop) -> None:
    await shop.ann.says("/human")
    conversation, agent = await shop.agent_has_it()
    await shop.ann.sends("photo", pictures.jpeg(), album="a1")
    await shop.ann.sends("document", pictures.EXE, album="a1")
    await shop.stored(["找真人", "[這種檔案我們無法開啟]"])
    now = shop.counter.clock.now()
    await shop.database.write(desk.agent_reply, conversation, agent, "r1", "thanks", now)
    await shop.ann.sends("photo", pictures.jpeg(), "one more", album="a1")
    await shop.stored(["找真人", "[這種檔案我們無法開啟]", "one more"])
    assert await _files(shop) == [0, 1, 1]


async def test_an_agents_files_go_out_as_albums_of_like_kinds(shop: Shop) -> None:
    await shop.ann.says("/human")
    conversation, agent = await shop.agent_has_it()
    photos = [await _kept(shop, agent, pictures.png()) for _ in range(2)]
    mixed = [await _kept(shop, agent, body) for body in (pictures.png(), pictures.jpeg(), pictures.PDF, pictures.PDF)]
    now = shop.counter.clock.now()
    await shop.database.write(desk.agent_reply, conversation, agent, "r1", "both sides", now, files=photos)
    shop.api.breaks("sendMediaGroup", Fault(status=200), Fault(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    await shop.database.write(desk.agent_reply, conversation, agent, "r2", "all of it", now, files=mixed)
    await shop.api.until(lambda: len(shop.ann.seen()) == 8)
    sent = [m for m in shop.ann.chat.messages.values() if m["from"] is telegram.BOT][1:]
    assert [m["file"]["as"] if "file" in m else m["text"] for m in sent] == [
        *("photo", "photo", "Mei\nall of it"),
        *("document", "document", "document", "document"),
    ]
    assert sent[0]["text"] == "Mei\nboth sides"
    assert shop.api.done("sendMediaGroup") == 4


async def _files(shop: Shop) -> list[int]:
    return [len(m.files) for m in await shop.transcript() if m.author == "contact"]


async def _kept(shop: Shop, agent: int, body: bytes) -> str:
    async def chunks() -> AsyncIterator[bytes]:
        yield body

    shop.counter.clock.move(1)
    return (await shop.counter.files.take(f"agent:{agent}", chunks(), "invoice.pdf")).key
