"""Telegram as customers use it, against a strict Bot API server, with real databases and the real outbox."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.base import OnMessage
from bot.channels.telegram import markup
from bot.channels.telegram.channel import AgentsAt, Telegram
from bot.channels.telegram.rates import OVERALL_S, Budget
from bot.channels.telegram.sender import BLOCKED
from bot.replies import shipped
from bot.settings import TelegramBot
from handoff import desk, inbox
from handoff.db import Database, PostgresDatabase
from handoff.ports import Clock, SystemClock
from handoff.states import Status
from handoff.values import MessageView
from handoff.watches import Dispatcher
from tests import builders as a
from tests import pictures, telegram
from tests.bot.conftest import SHOP, Counter
from tests.servers import free_port
from tests.telegram import TOKEN, BotApi, Customer, Fault

SECRET = "s" * 32
GOOD = Fault(status=200)
"""No fault: the call before one."""
FILM = "鋼化膜收到了,我要怎麼貼?"
STEPS = "除塵"
"""Stands in the article that answers it."""


@dataclass
class Shop:
    """A counter that is on Telegram."""

    counter: Counter
    api: BotApi
    ann: Customer

    @property
    def database(self) -> Database:
        return self.counter.database

    async def conversation(self, customer: Customer | None = None) -> int:
        whose = str((customer or self.ann).number)
        async with asyncio.timeout(60):
            while (found := await self.database.read(inbox.customer_conversation, "telegram", whose)) is None:
                await asyncio.sleep(0.01)
        return found.id

    async def transcript(self) -> tuple[MessageView, ...]:
        return (await self.database.read(inbox.transcript, await self.conversation())).messages

    async def stored(self, texts: list[str]) -> None:
        """Wait until the customer's messages are these."""
        seen: list[str] = []
        try:
            async with asyncio.timeout(30):
                while seen != texts:
                    await asyncio.sleep(0.01)
                    seen = [m.text for m in await self.transcript() if m.author == "contact"]
        except TimeoutError:
            raise AssertionError(seen) from None

    async def agent_has_it(self) -> tuple[int, int]:
        agent = await self.database.write(a.agent, self.counter.clock.now())
        conversation = await self.conversation()
        await self.counter.settled(conversation, lambda view: view.status is Status.OPEN)
        await self.database.write(desk.claim, conversation, agent, self.counter.clock.now())
        return conversation, agent


@asynccontextmanager
async def working(
    counter: Counter,
    api: BotApi,
    *,
    webhook: bool = False,
    clock: Clock | None = None,
    receive: OnMessage | None = None,
    agents_at: AgentsAt | None = None,
    groups: tuple[int, ...] = (),
) -> AsyncIterator[Telegram]:
    """The channel and its outbox, as a process runs them."""
    port = free_port()
    at_work = Telegram(
        TelegramBot(TOKEN, api.address, SECRET if webhook else None, groups),
        f"http://127.0.0.1:{port}",
        counter.database,
        receive or counter.inbound.receive,
        shipped(),
        SHOP,
        counter.files,
        clock or SystemClock(),
        counter.wakeups,
        counter.board,
        secrets.token_hex(8),
        agents_at,
    )
    app = web.Application()
    at_work.add_to(app)
    dispatcher = Dispatcher(counter.database, counter.wakeups, SystemClock(), {"telegram": at_work.sender})
    async with TestServer(app, port=port):
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
async def api() -> AsyncIterator[BotApi]:
    async with telegram.serving() as found:
        yield found
        assert found.wrong == []


@pytest.fixture
async def shop(counter: Counter, api: BotApi) -> AsyncIterator[Shop]:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    async with working(counter, api):
        yield Shop(counter, api, Customer(api, 77, "Ann", "zh-hant"))


@pytest.mark.parametrize("webhook", [False, True])
async def test_a_question_is_answered_and_a_person_called_by_a_button(
    counter: Counter, api: BotApi, webhook: bool
) -> None:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    async with working(counter, api, webhook=webhook):
        await api.until(lambda: (api.webhook is not None) is webhook and "en" in api.commands)
        ann = Customer(api, 77, "Ann", "zh-hant")
        shop = Shop(counter, api, ann)
        await ann.says(FILM)
        await ann.sees(STEPS)
        assert any(method == "sendChatAction" for method, _ in api.calls)
        told = await ann.presses("沒有，找真人")
        assert told == ""
        conversation, agent = await shop.agent_has_it()
        await counter.database.write(
            desk.agent_reply, conversation, agent, "reply-01", "您好，我來看看", counter.clock.now()
        )
        await ann.sees("Mei\n您好，我來看看")
        view = await counter.database.read(inbox.conversation_view, conversation)
        assert (view.channel, view.contact_name, view.contact_named) == ("telegram", "Ann", True)


async def test_what_comes_twice_is_stored_once_and_two_edits_are_two_messages(shop: Shop) -> None:
    message = await shop.ann.says("hello")
    await shop.stored(["hello"])
    await shop.api.happens("message", message)
    await shop.ann.edits(message, "hello there")
    await shop.stored(["hello", "hello there"])


async def test_commands_are_understood(shop: Shop) -> None:
    await shop.ann.says("/start")
    await shop.ann.sees("您好")
    await shop.ann.says("/order")
    await shop.ann.sees("訂單編號")
    await shop.ann.says("/whatever")  # shows what there is
    await shop.api.until(lambda: sum("您好" in text for text in shop.ann.seen()) == 2)
    await shop.ann.says("/human@xiaoman_bot")
    assert (await shop.counter.handed_off(await shop.conversation()))[0] == "customer_request"


async def test_pictures_and_documents_come_in_and_go_out(shop: Shop) -> None:
    await shop.ann.sends("photo", pictures.jpeg(), "it broke")
    await shop.ann.sends("document", pictures.PDF)
    await shop.ann.sends("document", b"x", size=25 * 1024 * 1024)
    await shop.ann.sends("document", pictures.EXE)
    await shop.stored(["it broke", "", "[檔案超過 20 MB，Telegram 無法轉交]", "[這種檔案我們無法開啟]"])
    said = [m for m in await shop.transcript() if m.author == "contact"]
    await shop.counter.until_sleeping()
    shop.counter.clock.move(5)
    assert [[file.type for file in m.files] for m in said] == [["image/jpeg"], ["application/pdf"], [], []]
    conversation, agent = await shop.agent_has_it()
    photo = await _kept(shop, agent, pictures.png())
    shop.counter.clock.move(1)
    keys, now = (photo, await _kept(shop, agent, pictures.PDF)), shop.counter.clock.now()
    await shop.database.write(desk.agent_reply, conversation, agent, "reply-01", "see here", now, files=keys)
    await shop.api.until(lambda: sum("file" in m for m in shop.ann.chat.messages.values()) == 2)
    sent = [m for m in shop.ann.chat.messages.values() if m["from"] is telegram.BOT][-3:]
    assert sent[0]["text"] == "Mei\nsee here"
    assert [m["file"]["as"] for m in sent[1:]] == ["photo", "document"]


async def test_a_forged_or_old_button_does_nothing_and_says_so(shop: Shop) -> None:
    await shop.ann.says(FILM)
    bo = Customer(shop.api, 78, "Bo")
    await shop.ann.sees("這樣有幫到您嗎？")
    [(_, question)] = [(k, m) for k, m in shop.ann.chat.messages.items() if "reply_markup" in m]
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for forged in ("b:1:99", "b:999999:0", "b:x:0", "resolve", data.replace(":0", ":7")):
        assert await shop.ann.presses("有，謝謝", data=forged) == shipped().say("trouble.old_button", "zh-TW")
    shop.api.new_message(78, **{"from": telegram.BOT}, text="x", reply_markup=question["reply_markup"])
    assert await bo.presses("有，謝謝") == shipped().say("trouble.old_button", "en"), "of somebody else's conversation"
    await shop.stored([FILM])
    await _resolved(shop)
    await shop.ann.says("again")
    await shop.stored([FILM, shipped().say("person_button", "zh-TW"), "again"])
    assert await shop.ann.presses("沒有，找真人") == shipped().say("trouble.old_button", "zh-TW")


async def test_who_blocked_the_bot_is_shown_to_the_agent(shop: Shop) -> None:
    await shop.ann.says("/human")
    conversation, agent = await shop.agent_has_it()
    shop.ann.chat.blocked = True
    now = shop.counter.clock.now()
    await shop.database.write(desk.agent_reply, conversation, agent, "reply-01", "hello?", now)
    await _until_state(shop, "failed", BLOCKED)


async def test_a_refusal_for_speed_is_obeyed_and_a_lost_answer_is_repeated_once_and_marked(shop: Shop) -> None:
    await shop.ann.says("/human")
    conversation, agent = await shop.agent_has_it()
    await shop.api.until(lambda: len(shop.ann.seen()) == 1)
    before = asyncio.get_running_loop().time()
    shop.api.breaks("sendMessage", Fault(429, "Too Many Requests: retry after 2", retry_after=2))
    await shop.database.write(desk.agent_reply, conversation, agent, "r1", "one", shop.counter.clock.now())
    await shop.ann.sees("one")
    assert asyncio.get_running_loop().time() - before >= 2
    shop.api.breaks("sendMessage", Fault(lost=True))
    await shop.database.write(desk.agent_reply, conversation, agent, "r2", "two", shop.counter.clock.now())
    await shop.api.until(lambda: shop.ann.seen()[1:] == ["Mei\none", "Mei\ntwo", "Mei\ntwo"])
    await _until_state(shop, "sent")
    assert (await shop.transcript())[-1].deliveries[0].maybe_twice


async def test_a_long_answer_is_divided_between_paragraphs_and_no_part_comes_twice(shop: Shop) -> None:
    await shop.ann.says("/human")
    conversation, agent = await shop.agent_has_it()
    await shop.api.until(lambda: len(shop.ann.seen()) == 1)
    long = "\n\n".join(f"{n}: " + "🙂" * 900 for n in range(6))
    trouble = (Fault(502, "Bad Gateway"), Fault(429, "Too Many Requests", retry_after=1))
    shop.api.breaks("sendMessage", GOOD, *trouble)
    await shop.database.write(desk.agent_reply, conversation, agent, "r1", long, shop.counter.clock.now())
    await shop.api.until(lambda: len(shop.ann.seen()) == 4)
    assert "\n\n".join(shop.ann.seen()[1:]) == f"Mei\n{long}"
    await _until_state(shop, "sent")
    assert not (await shop.transcript())[-1].deliveries[0].maybe_twice


async def test_a_reaction_comes_as_an_edit_and_is_no_message(shop: Shop) -> None:
    message = await shop.ann.says("hello")
    await shop.ann.edits(message, "hello")
    place = await shop.ann.sends_place(25.03, 121.56)
    moved = {**place, "location": {"latitude": 25.1, "longitude": 121.5}, "edit_date": place["date"] + 1}
    await shop.api.happens("edited_message", moved)
    await shop.ann.edits(message, "hello there")
    await shop.stored(["hello", "25.03000, 121.56000", "hello there"])


async def test_what_cannot_be_read_calls_a_person_and_holds_up_nobody(shop: Shop) -> None:
    unreadable = shop.api.new_message(77, **{"from": shop.ann.who}, text="look", forward_origin={"type": "new kind"})
    await shop.api.happens("message", unreadable, known=False)
    poll = shop.api.new_message(77, **{"from": shop.ann.who}, dice={"emoji": "x", "value": 1})
    await shop.api.happens("message", poll)
    await shop.stored(["look", "[這裡無法顯示的訊息種類]"])
    await shop.counter.until_sleeping()
    shop.counter.clock.move(5)
    assert (await shop.counter.handed_off(await shop.conversation()))[0] == "attachment"


async def test_a_file_that_cannot_be_fetched_leaves_its_words(shop: Shop) -> None:
    shop.api.breaks("file", Fault(503))
    await shop.ann.sends("photo", pictures.jpeg(), "it broke")
    shop.api.breaks("getFile", Fault(500))
    await shop.ann.sends("photo", pictures.jpeg(), "again")
    await shop.stored(["it broke\n[檔案暫時無法保存]", "again"])
    assert [len(m.files) for m in await shop.transcript() if m.author == "contact"] == [0, 1]


async def test_a_webhook_with_a_wrong_secret_is_refused(counter: Counter, api: BotApi) -> None:
    async with working(counter, api, webhook=True):
        await api.until(lambda: api.webhook is not None)
        ann = Customer(api, 77)
        message = api.new_message(77, **{"from": ann.who}, text="hello")
        assert await api.calls_hook({"update_id": 1, "message": message}, secret="x" * 32) == 403
        assert await api.calls_hook({"update_id": 1, "something_new": {}}) == 200
        assert await counter.database.read(inbox.customer_conversation, "telegram", "77") is None


async def test_groups_channels_and_bots_are_passed_over(shop: Shop) -> None:
    group = {"message_id": 1, "date": 1, "chat": {"id": -100, "type": "supergroup", "title": "x"}, "text": "hi"}
    await shop.api.happens("message", {**group, "from": {"id": 5, "is_bot": False, "first_name": "x"}})
    await shop.api.happens("channel_post", {**group, "chat": {"id": -101, "type": "channel", "title": "x"}})
    bot = {"id": 6, "is_bot": True, "first_name": "x"}
    await shop.api.happens("message", {**group, "chat": {"id": 6, "type": "private", "first_name": "x"}, "from": bot})
    await shop.ann.says("hello")
    await shop.stored(["hello"])
    for stranger in ("5", "6", "-100", "-101"):
        assert await shop.database.read(inbox.customer_conversation, "telegram", stranger) is None


async def test_one_process_polls_and_another_takes_over(counter: Counter, api: BotApi) -> None:
    """Two at once are for PostgreSQL alone."""
    if not isinstance(counter.database, PostgresDatabase):
        pytest.skip("SQLite has one process")
    ann = Customer(api, 77)
    async with working(counter, api):
        await ann.says("one")
        shop = Shop(counter, api, ann)
        await shop.stored(["one"])
        async with working(counter, api):
            await ann.says("two")
            await shop.stored(["one", "two"])
    async with working(counter, api):
        await ann.says("three")
        await shop.stored(["one", "two", "three"])


async def test_telegram_in_trouble_is_tried_again(counter: Counter, api: BotApi) -> None:
    api.breaks("deleteWebhook", Fault(401, "Unauthorized"))
    api.breaks("setMyCommands", Fault(400, "Bad Request: no"))
    api.breaks("getUpdates", Fault(409, "Conflict"))
    ann = Customer(api, 77)
    async with working(counter, api):
        await ann.says("hello")
        await Shop(counter, api, ann).stored(["hello"])


def test_the_budget_lets_a_burst_through_and_then_one_a_second() -> None:
    budget = Budget()
    assert [round(budget.reserve("ann", 100.0, 3), 2) for _ in range(5)] == [0, 0.04, 0.08, 1, 2]
    assert budget.reserve("bo", 100.0, 3) == pytest.approx(5 * OVERALL_S)


def test_after_a_refusal_nobody_goes_at_once_and_then_all_together() -> None:
    budget = Budget()
    budget.refused(7, 100.0)
    assert budget.reserve("ann", 100.0, 3) == 7, "past its patience: not booked"
    waits = [budget.reserve(f"customer {n}", 105.0, 3) for n in range(25)]
    assert waits == pytest.approx([2 + n * OVERALL_S for n in range(25)])


def test_marks_become_entities_wherever_the_text_is_divided() -> None:
    text = (
        "🙂 **bold** and [here](https://a.example/x) " + "x" * 4060 + "\n\n**later [form](https://b.example)** **open"
    )
    first, second = markup.shown(text, "markdown", "Mei\n")
    assert _marked(first) == [("bold", "Mei"), ("bold", "bold"), ("text_link", "here")]
    assert _marked(second) == [("bold", "later form"), ("text_link", "form")]
    assert second.text == "later form **open"
    assert markup.shown("**plain** _as it is_", "plain") == [markup.Words("**plain** _as it is_")]


def _marked(words: markup.Words) -> list[tuple[str, str]]:
    units = words.text.encode("utf-16-le")
    return [
        (each.type, units[each.offset * 2 : (each.offset + each.length) * 2].decode("utf-16-le"))
        for each in words.entities
    ]


async def _kept(shop: Shop, agent: int, body: bytes) -> str:
    async def chunks() -> AsyncIterator[bytes]:
        yield body

    return (await shop.counter.files.take(f"agent:{agent}", chunks(), "invoice.pdf")).key


async def _resolved(shop: Shop) -> None:
    await shop.ann.says("/human")
    conversation, agent = await shop.agent_has_it()
    seen = (await shop.transcript())[-1].seq
    await shop.database.write(desk.resolve, conversation, agent, seen, shop.counter.clock.now())


async def _until_state(shop: Shop, state: str, trouble: str | None = None) -> None:
    async with asyncio.timeout(60):
        while True:
            *_, last = [m for m in await shop.transcript() if m.deliveries]
            if last.deliveries[0].state == state:
                assert last.deliveries[0].trouble == trouble
                return
            await asyncio.sleep(0.02)
