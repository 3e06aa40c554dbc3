"""What is kept true on Telegram: a place in line that is one message, and how it was, asked once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.channels.telegram import cards as faces
from bot.channels.telegram.rates import Budget
from bot.replies import shipped
from handoff import delivery, desk, events, inbox, jobs, ratings
from handoff.board import Place
from handoff.db import Database, PostgresDatabase
from handoff.desk import cards, contacts
from handoff.desk.cards import Standing, Waiting
from handoff.errors import DatabaseDown
from handoff.expected import Minutes
from handoff.ports import Clock
from handoff.states import Status
from handoff.values import Language, RatingView
from tests import builders as a
from tests import telegram
from tests.bot.conftest import SHOP, Counter
from tests.bot.test_telegram import Shop, working
from tests.fakes import MovedClock, TroubledDatabase
from tests.telegram import TOKEN, BotApi, Customer, Fault

ZH: Language = "zh-TW"
OLD = shipped().say("trouble.old_button", ZH)
LEAVE = shipped().say("widget.cancel_wait", ZH)


@dataclass
class Hurried:
    """The shop's moved clock, by which nobody sleeps for long."""

    clock: MovedClock

    def now(self) -> datetime:
        return self.clock.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.05))


@dataclass
class Paced(Hurried):
    """Tells of every send that is about to begin, which goes on when that returns."""

    before_send: Callable[[int], Awaitable[None]]
    sends: int = 0

    async def sleep(self, seconds: float) -> None:
        if seconds <= faces.PATIENCE_S:
            self.sends += 1
            await self.before_send(self.sends)
        else:
            await super().sleep(seconds)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with telegram.serving() as found:
        yield found
        assert found.wrong == [] and found.refused_for_speed == 0


@pytest.fixture
async def shop(counter: Counter, api: BotApi) -> AsyncIterator[Shop]:
    async with working(counter, api, clock=Hurried(counter.clock)):
        yield Shop(counter, api, Customer(api, 77, "Ann", "zh-hant"))


async def test_a_place_in_line_is_one_message_that_is_kept_true(counter: Counter, api: BotApi) -> None:
    ann, bo = Customer(api, 77, "Ann", "zh-hant"), Customer(api, 78, "Bo", "en")
    shop = Shop(counter, api, ann)
    async with working(counter, api, clock=Hurried(counter.clock)):
        await bo.says("/human")
        await bo.sees("You're number 1 in line")
        await ann.says("/human")
        await ann.sees(_place(2))
        card = _card(ann, _place(2))
    api.breaks("editMessageText", Fault(502, "Bad Gateway"))
    async with working(counter, api, clock=Hurried(counter.clock)):
        agent = await _claims(shop, bo)
        await bo.sees("Mei is with you now")
        await ann.sees(_place(1))
        assert _card(ann, _place(1)) == card, "it is the same message, also after a restart"
        assert await ann.presses(LEAVE) == ""
        await ann.sees(shipped().say("activity.wait_cancelled", ZH))
        assert await ann.presses(LEAVE, data="w:2") == OLD
        assert not any("reply_markup" in m for m in [*ann.chat.messages.values(), *bo.chat.messages.values()])
        await counter.settled(await shop.conversation(), lambda view: view.status is Status.PENDING)
        await counter.database.write(
            desk.agent_reply, await shop.conversation(bo), agent, "r1", "hi", counter.clock.now()
        )
        await bo.sees("Mei\nhi")
    assert sum("in line" in text or "位" in text for text in (*ann.seen(), *bo.seen())) == 0


async def test_who_loses_their_agent_stands_in_line_again(shop: Shop) -> None:
    await shop.ann.says("/human")
    await shop.ann.sees(_place(1))
    agent = await _claims(shop, shop.ann)
    await shop.ann.sees("Mei")
    conversation, now = await shop.conversation(), shop.counter.clock.now()
    await shop.counter.database.write(desk.transfer, conversation, agent, None, None, now)
    shop.counter.clock.move(5)
    await shop.counter.wakeups.publish(["desk"])
    await shop.ann.sees(_place(1))


async def test_a_card_whose_answer_was_lost_is_not_sent_again(shop: Shop) -> None:
    await shop.ann.says("/human")
    await shop.counter.settled(await shop.conversation(), lambda view: view.status is Status.OPEN)
    await shop.api.until(lambda: shop.api.done("sendMessage") == 1)
    shop.api.breaks("sendMessage", Fault(lost=True))
    await shop.ann.sees(_place(1))
    agent = await _claims(shop, shop.ann)
    now = shop.counter.clock.now()
    await shop.database.write(desk.agent_reply, await shop.conversation(), agent, "r1", "您好", now)
    await shop.ann.sees("Mei\n您好")
    assert len(shop.ann.seen()) == 3 and shop.api.done("editMessageText") == 0


async def test_the_customer_rates_changes_it_and_says_why(shop: Shop) -> None:
    await _resolved(shop)
    question = shipped().say("widget.rate_agent", ZH, name="Mei")
    await shop.ann.sees(question)
    shop.counter.clock.move(1)
    assert await shop.ann.presses("2 ★") == shipped().say("widget.rate_thanks", ZH)
    await shop.ann.sees("★★☆☆☆")
    shop.counter.clock.move(1)
    assert await shop.ann.presses("4 ★") == shipped().say("widget.rate_thanks", ZH)
    await shop.ann.sees("★★★★☆")
    await shop.ann.sees(shipped().say("rating.comment", ZH))
    asked = shop.ann.told(shipped().say("rating.comment", ZH))
    shop.counter.clock.move(1)
    assert asked is not None and asked["reply_markup"]["force_reply"]
    await _kept(shop, asked)
    await shop.ann.replies(asked, "很快,謝謝")
    await shop.ann.sees(shipped().say("widget.rate_kept", ZH))
    rating = await _rating(shop)
    assert (rating.by, rating.agent_name, rating.score, rating.comment) == ("agent", "Mei", 4, "很快,謝謝")
    assert sum(question in text for text in shop.ann.seen()) == 1
    view = (await shop.database.read(inbox.conversation_view, await shop.conversation())).status
    assert view is Status.RESOLVED, "what is said of it does not open it again"


async def test_after_a_day_a_score_stays_and_words_are_a_message(shop: Shop) -> None:
    await _resolved(shop)
    await shop.ann.sees("5 ★")
    shop.counter.clock.move(1)
    await shop.ann.presses("5 ★")
    await shop.ann.sees(shipped().say("rating.comment", ZH))
    asked = shop.ann.told(shipped().say("rating.comment", ZH))
    assert asked is not None
    await _kept(shop, asked)
    shop.counter.clock.move(timedelta(days=1, seconds=1).total_seconds())
    assert await shop.ann.presses("1 ★") == OLD
    await shop.ann.replies(asked, "還有一件事")
    await shop.stored([shipped().say("person_button", ZH), "還有一件事"])
    rating = await _rating(shop)
    assert (rating.score, rating.comment) == (5, "")


async def test_a_star_of_somebody_else_is_nothing(shop: Shop) -> None:
    await _resolved(shop)
    await shop.ann.sees("1 ★")
    bo = Customer(shop.api, 78, "Bo", "zh-hant")
    theirs = shop.ann.told("1 ★")
    assert theirs is not None
    shop.api.new_message(78, **{"from": telegram.BOT}, text="x", reply_markup=theirs["reply_markup"])
    assert await bo.presses("5 ★") == OLD
    for forged in ("r:1:9", "r:99:5", "r:1:", "w:1", "w:999999999999"):
        assert await shop.ann.presses("5 ★", data=forged) == OLD
    assert (await _rating(shop)).score is None


@pytest.mark.parametrize(
    ("standing", "at", "told"),
    [
        ("waits", Place(3, Minutes(5, 10)), "You're number 3 in line, 5–10 minutes"),
        ("waits", Place(3, Minutes(None, 2)), "You're number 3 in line, about 2 minutes"),
        ("waits", Place(3, None), "You're number 3 in line"),
        ("waits", None, "You're in line. No need to repeat anything."),
        ("is_next", Place(1, None), "You're number 1 in line"),
        ("taken", None, "A person is with you now."),
        ("left", None, "You left the queue"),
    ],
)
def test_a_place_reads_as_in_the_widget(standing: Standing, at: Place | None, told: str) -> None:
    who = Waiting(1, "77", "en", None, 5, standing, None, None)
    face = faces.place(who, at, shipped(), "en")
    assert face.text == told
    assert face.lasts is bool(face.rows) is (standing in ("waits", "is_next"))


async def test_one_trouble_of_the_database_doubles_no_card(counter: Counter, api: BotApi) -> None:
    customers = [await _waits(counter, api, number) for number in (77, 78, 79)]
    troubled, gate = TroubledDatabase(counter.database), asyncio.Event()

    async def after_the_first(asked: int) -> None:
        if asked > 1:
            await gate.wait()
        else:
            troubled.writes = [DatabaseDown()]

    async with _writing(counter, api, troubled, Paced(counter.clock, after_the_first)):
        await _another_round_might_come(counter)
        gate.set()
        for customer in customers:
            await customer.sees("in line")
            await counter.wakeups.publish([events.DESK_TOPIC])
    assert [len(customer.seen()) for customer in customers] == [1, 1, 1]


async def test_who_lost_the_post_within_a_round_writes_no_more_of_it(counter: Counter, api: BotApi) -> None:
    if not isinstance(counter.database, PostgresDatabase):
        pytest.skip("SQLite has one process")
    customers = [await _waits(counter, api, number) for number in range(100, 100 + faces.AT_ONCE + 2)]

    async def slow(asked: int) -> None:
        if asked == faces.AT_ONCE:
            counter.clock.move((2 * faces.POST_FOR).total_seconds())
            now = counter.clock.now()
            assert await counter.database.write(jobs.hold, faces.POST, "another", now, now + faces.POST_FOR)

    async with _writing(counter, api, counter.database, Paced(counter.clock, slow)):
        await api.until(lambda: api.done("sendMessage") == faces.AT_ONCE)
        await _another_round_might_come(counter)
    assert sum(len(customer.seen()) for customer in customers) == faces.AT_ONCE


def _place(n: int) -> str:
    return shipped().say("widget.waiting_position", ZH, n=n)


def _card(customer: Customer, text: str) -> int:
    return next(number for number, m in customer.chat.messages.items() if text in m.get("text", ""))


async def _waits(counter: Counter, api: BotApi, number: int) -> Customer:
    """Has called a person, and has read that one was called."""
    recorded = await counter.database.write(a.write, counter.clock.now(), contact=str(number), channel="telegram")
    fence = await counter.database.read(a.fence, recorded.conversation_id)
    await counter.database.write(a.hand_off, counter.clock.now(), fence)
    for parcel in await counter.database.write(delivery.lease_heads, "outbox", ("telegram",), counter.clock.now()):
        await counter.database.write(delivery.sent, parcel, "outbox", "1", counter.clock.now())
    await counter.database.write(contacts.choose_language, "telegram", str(number), "en", counter.clock.now())
    return Customer(api, number, "Ann", "en")


@asynccontextmanager
async def _writing(counter: Counter, api: BotApi, database: Database, clock: Clock) -> AsyncIterator[None]:
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api.address)))
    writer = faces.Cards(bot, Budget(), database, counter.wakeups, counter.board, shipped(), SHOP, clock, "one of ours")
    task = asyncio.create_task(writer.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await bot.session.close()


async def _another_round_might_come(counter: Counter) -> None:
    for _ in range(30):
        await counter.wakeups.publish([events.DESK_TOPIC])
        await asyncio.sleep(0.01)


async def _claims(shop: Shop, customer: Customer) -> int:
    """Mei takes it, and the board has had time to see that."""
    agent = await shop.database.write(a.agent, shop.counter.clock.now())
    await shop.database.write(desk.claim, await shop.conversation(customer), agent, shop.counter.clock.now())
    shop.counter.clock.move(5)
    await shop.counter.wakeups.publish(["desk"])
    return agent


async def _resolved(shop: Shop) -> None:
    await shop.ann.says("/human")
    conversation, agent = await shop.agent_has_it()
    seen = (await shop.transcript())[-1].seq
    await shop.database.write(desk.resolve, conversation, agent, seen, shop.counter.clock.now())


async def _kept(shop: Shop, message: dict[str, Any]) -> None:
    """Nobody answers before the server has taken note of what it sent."""
    async with asyncio.timeout(60):
        while await shop.database.read(cards.find, "telegram", "77", str(message["message_id"])) is None:
            await asyncio.sleep(0.01)


async def _rating(shop: Shop) -> RatingView:
    view = await shop.database.read(inbox.conversation_view, await shop.conversation())
    now = shop.counter.clock.now()
    found = await shop.database.read(ratings.given, view.id) or await shop.database.read(ratings.offered, view, now)
    assert found is not None
    return found
