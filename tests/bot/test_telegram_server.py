"""The Telegram server of the tests, seen by a client that is not ours: it must not share our own misreadings."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import telegram as other
from aiohttp import web
from telegram.error import Forbidden, RetryAfter

from tests import pictures
from tests import telegram as ours
from tests.servers import free_port
from tests.telegram import BOT, TOKEN, BotApi, Customer, Fault


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with ours.serving() as found:
        yield found


@pytest.fixture
async def bot(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[other.Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # or it warns of what it is going to do in its next version
    async with other.Bot(TOKEN, f"{api.address}/bot", f"{api.address}/file/bot") as found:
        yield found
    assert api.wrong == []


async def test_it_says_who_the_bot_is(bot: other.Bot) -> None:
    assert (bot.id, bot.username, bot.can_join_groups) == (BOT["id"], BOT["username"], False)


async def test_updates_come_again_until_they_are_confirmed(api: BotApi, bot: other.Bot) -> None:
    ann = Customer(api, 77, "Ann", "zh-hant")
    await ann.says("one")
    await ann.sends("photo", pictures.jpeg(), "two")
    first = await bot.get_updates(timeout=5)
    assert [u.message and (u.message.text or u.message.caption) for u in first] == ["one", "two"]
    assert await bot.get_updates(timeout=5) == first
    waiting = asyncio.create_task(bot.get_updates(first[-1].update_id + 1, timeout=20))
    await api.until(lambda: api.done("getUpdates") == 3)
    await ann.says("three")
    [third] = await waiting
    assert third.message and third.message.text == "three"
    assert third.message.from_user and third.message.from_user.language_code == "zh-hant"
    photo = first[1].message and first[1].message.photo[-1]
    assert photo and await (await photo.get_file()).download_as_bytearray() == pictures.jpeg()


async def test_words_buttons_and_files_arrive(api: BotApi, bot: other.Bot) -> None:
    ann = Customer(api, 77)
    keyboard = other.InlineKeyboardMarkup([[other.InlineKeyboardButton("Yes", callback_data="y")]])
    bold = other.MessageEntity("bold", 0, 4)
    asked = await bot.send_message(77, "Sure?", entities=[bold], reply_markup=keyboard)
    assert (asked.text, asked.entities, asked.reply_markup) == ("Sure?", (bold,), keyboard)
    pressing = asyncio.create_task(ann.presses("Yes"))
    [update] = await bot.get_updates(timeout=5)
    assert update.callback_query and update.callback_query.data == "y"
    assert update.callback_query.message == asked
    await update.callback_query.answer("Thanks")
    assert await pressing == "Thanks"
    sent = await bot.send_photo(77, pictures.jpeg(), filename="case.jpg")
    assert sent.photo and ann.chat.messages[sent.message_id]["file"]["name"] == "case.jpg"


async def test_it_refuses_in_words_that_others_understand(api: BotApi, bot: other.Bot) -> None:
    ann = Customer(api, 77)
    api.breaks("sendMessage", Fault(429, "Too Many Requests: retry after 7", retry_after=7))
    with pytest.raises(RetryAfter, match="Retry in 0:00:07"):
        await bot.send_message(77, "hello")
    ann.chat.blocked = True
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(77, "hello")
    for _ in range(ours.PER_CHAT):
        await bot.send_message(Customer(api, 78).number, "hello")
    with pytest.raises(RetryAfter):
        await bot.send_message(78, "hello")


async def test_a_webhook_is_called_with_its_secret_and_what_others_can_read(api: BotApi, bot: other.Bot) -> None:
    called: asyncio.Queue[tuple[str | None, other.Update]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        await called.put((secret, other.Update.de_json(await request.json(), bot)))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s" * 32)
    await Customer(api, 77).says("hello")
    secret, update = await called.get()
    assert (secret, update.message and update.message.text) == ("s" * 32, "hello")
    with pytest.raises(other.error.Conflict):
        await bot.get_updates()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("method", "given", "wrong"),
    [
        ("sendMessage", {"chat_id": 77}, "sendMessage, $: 'text' is a required property"),
        ("sendMessage", {"chat_id": 77, "text": "x", "txet": "y"}, "'txet' was unexpected"),
        ("sendMessage", {"chat_id": 77, "text": "x", "entities": [{"type": "bold"}]}, "$.entities[0]"),
        ("setMyCommands", {"commands": [], "language_code": "zh-TW"}, "'zh-TW' is not one of"),
        ("sendMessages", {}, "there is no method sendMessages"),
    ],
)
async def test_a_wrong_call_is_told(api: BotApi, method: str, given: dict[str, object], wrong: str) -> None:
    Customer(api, 77)
    async with aiohttp.ClientSession() as session:
        await (await session.post(f"{api.address}/bot{TOKEN}/{method}", json=given)).read()
    assert len(api.wrong) == 1 and wrong in api.wrong[0]


async def test_an_update_that_telegram_never_sends_is_told(api: BotApi) -> None:
    await api.happens("message", {"message_id": 1, "text": "hello"})
    assert {wrong.partition(": ")[2] for wrong in api.wrong} == {
        f"'{name}' is a required property" for name in ("chat", "date", "from")
    }
