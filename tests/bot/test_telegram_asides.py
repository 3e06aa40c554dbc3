"""What is said beside conversations on Telegram, who is not served, and the way here from the widget."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from bot.channels.telegram.asides import language_named
from bot.channels.telegram.floods import Floods
from bot.channels.telegram.intake import LINK
from bot.replies import shipped
from handoff import desk, inbox, ratings
from handoff.desk import contacts
from handoff.desk.contacts import LINK_LASTS, Who
from handoff.states import Status
from handoff.values import Language
from tests import builders as a
from tests import telegram
from tests.bot.conftest import Counter
from tests.bot.test_telegram import FILM, Shop, _resolved, working
from tests.bot.test_telegram_cards import Hurried
from tests.bot.test_widget import served
from tests.telegram import BOT, BotApi, Customer


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with telegram.serving() as found:
        yield found
        assert found.wrong == [] and found.refused_for_speed == 0


@pytest.fixture
async def shop(counter: Counter, api: BotApi) -> AsyncIterator[Shop]:
    counter.nlu.means(FILM, ("how_to_use", 0.9), ("product_info", 0.02))
    async with working(counter, api, clock=Hurried(counter.clock)):
        yield Shop(counter, api, Customer(api, 77, "Ann", "zh-hant"))


async def test_a_chosen_language_beats_every_guess_until_another_is_chosen(shop: Shop) -> None:
    await shop.ann.says("/language")
    await shop.ann.sees(shipped().say("telegram.which_language", "zh-TW"))
    assert await shop.ann.presses("English") == ""
    await shop.ann.sees("I'll write in English from now on.")
    await shop.api.until(lambda: "Talk to a person" in shop.api.menus.get(77, ()))
    await shop.ann.says("轉人工")
    await shop.ann.sees("have to repeat anything")
    await shop.ann.says("/language 简体中文")
    await shop.ann.sees("之后我都用简体中文跟您说")
    view = await shop.database.read(inbox.conversation_view, await shop.conversation())
    assert view.language == "zh-CN"
    await shop.ann.sees(shipped().say("widget.waiting_position", "zh-CN", n=1))
    await shop.stored(["轉人工"])


async def test_who_is_blocked_is_not_kept_answered_or_handed_off_until_unblocked(shop: Shop) -> None:
    await shop.ann.says("hello")
    await shop.stored(["hello"])
    view = await shop.database.read(inbox.conversation_view, await shop.conversation())
    agent = await shop.database.write(a.agent, shop.counter.clock.now())
    await shop.database.write(contacts.block, view.contact_id, agent, shop.counter.clock.now())
    await shop.ann.says("/human")
    await shop.ann.says("/language en")
    await shop.ann.sends_place(25.0, 121.5)
    bo = Customer(shop.api, 78, "Bo", "en")
    await bo.says("/human")
    await bo.sees("in line")
    assert shop.ann.seen() == []
    await shop.database.write(contacts.unblock, view.contact_id, agent, shop.counter.clock.now())
    await shop.ann.says("again")
    await shop.stored(["hello", "again"])
    view = await shop.database.read(inbox.conversation_view, view.id)
    assert view.status is Status.PENDING


async def test_what_began_in_the_widget_goes_on_here(shop: Shop) -> None:
    await shop.counter.says("where is it?", contact="visitor-1", locale="en")
    secret = await _link(shop, "visitor-1")
    await shop.ann.says(f"/start {secret}")
    await shop.ann.sees("接下來在這裡聊就好")
    assert not any("where is it?" in text for text in shop.ann.seen()), "history is not told"
    await shop.ann.says("/human")
    conversation = await _widgets(shop, "visitor-1")
    await shop.counter.settled(conversation, lambda view: view.status is Status.OPEN)
    await shop.ann.sees("You're number 1 in line")
    agent = await shop.database.write(a.agent, shop.counter.clock.now())
    await shop.database.write(desk.claim, conversation, agent, shop.counter.clock.now())
    await shop.database.write(desk.agent_reply, conversation, agent, "r1", "on its way", shop.counter.clock.now())
    await shop.ann.sees("Mei\non its way")
    await shop.ann.says("thanks")
    async with asyncio.timeout(60):
        while not await _said(shop, conversation, "thanks"):
            await asyncio.sleep(0.01)
    assert await shop.database.read(inbox.customer_conversation, "telegram", "77") is None


async def test_a_link_that_is_used_forged_or_late_attaches_nothing(shop: Shop) -> None:
    await shop.counter.says("where is it?", contact="visitor-1", locale="en")
    bo, cy = Customer(shop.api, 78, "Bo", "en"), Customer(shop.api, 79, "Cy", "en")
    used, late = await _link(shop, "visitor-1"), await _link(shop, "visitor-1")
    await shop.ann.says(f"/start {used}")
    await shop.ann.sees("接下來在這裡聊就好")
    await bo.says(f"/start {used}")
    await bo.sees("used or has expired")
    shop.counter.clock.move((LINK_LASTS + timedelta(seconds=1)).total_seconds())
    for number, secret in enumerate((late, "A" * 43, used[:-1] + "!")):
        await cy.says(f"/start {secret}")
        await shop.api.until(lambda n=number: len(cy.seen()) > n)  # type: ignore[misc]
    for stranger in ("78", "79"):
        assert await shop.database.read(contacts.who, "telegram", stranger) == Who("telegram", stranger)


async def test_what_they_wrote_here_before_is_the_same_contacts(shop: Shop) -> None:
    await shop.ann.says(FILM)
    await shop.ann.sees("除塵")
    before = await shop.conversation()
    await shop.counter.says("where is it?", contact="visitor-1", locale="en")
    await shop.ann.says(f"/start {await _link(shop, 'visitor-1')}")
    await shop.ann.sees("接下來在這裡聊就好")
    old = await shop.database.read(inbox.conversation_view, before)
    new = await shop.database.read(inbox.conversation_view, await _widgets(shop, "visitor-1"))
    assert old.contact_id == new.contact_id and old.status is Status.RESOLVED
    bo = Customer(shop.api, 78, "Bo", "en")
    await bo.says("/human")
    await bo.sees("in line")
    await shop.counter.says("and mine?", contact="visitor-2", locale="en")
    await bo.says(f"/start {await _link(shop, 'visitor-2')}")
    await bo.sees("A colleague is talking with you here")
    assert (await shop.database.read(contacts.who, "telegram", "78")).channel == "telegram"


async def test_old_buttons_mean_nothing_in_the_conversation_that_goes_on_here(shop: Shop) -> None:
    old = shipped().say("trouble.old_button", "zh-TW")
    await shop.ann.says(FILM)
    await shop.ann.sees("這樣有幫到您嗎？")
    await _resolved(shop)
    await shop.ann.sees("5 ★")
    await shop.counter.says("where is it?", contact="visitor-1", locale="en")
    conversation = await _widgets(shop, "visitor-1")
    agent = await shop.database.write(a.agent, shop.counter.clock.now(), "Bo")
    await shop.database.write(desk.claim, conversation, agent, shop.counter.clock.now())
    await shop.database.write(desk.agent_reply, conversation, agent, "r1", "found it", shop.counter.clock.now())
    seen = (await shop.database.read(inbox.transcript, conversation)).messages[-1].seq
    await shop.database.write(desk.resolve, conversation, agent, seen, shop.counter.clock.now())
    shop.ann.chat.blocked = True  # the newer question does not come, and the older one is all that there is
    await shop.database.write(
        contacts.follow_link, await _link(shop, "visitor-1"), "telegram", "77", shop.counter.clock.now()
    )
    assert await shop.ann.presses("5 ★") == old
    assert await shop.ann.presses("沒有，找真人") == old
    view = await shop.database.read(inbox.conversation_view, conversation)
    assert view.status is Status.RESOLVED
    offered = await shop.database.read(ratings.offered, view, shop.counter.clock.now())
    assert offered is not None and offered.score is None


async def test_who_blocked_the_bot_is_answered_here_again_when_they_come_back(shop: Shop) -> None:
    await shop.counter.says("where is it?", contact="visitor-1", locale="en")
    await shop.ann.says(f"/start {await _link(shop, 'visitor-1')}")
    await shop.ann.sees("接下來在這裡聊就好")
    shop.ann.chat.blocked = True
    conversation = await _widgets(shop, "visitor-1")
    agent = await shop.database.write(a.agent, shop.counter.clock.now())
    await shop.database.write(desk.claim, conversation, agent, shop.counter.clock.now())
    await shop.database.write(desk.agent_reply, conversation, agent, "r1", "hello?", shop.counter.clock.now())
    async with asyncio.timeout(60):
        while not (await shop.database.read(contacts.who, "telegram", "77")).away:
            await asyncio.sleep(0.01)
    shop.ann.chat.blocked = False
    await shop.ann.says("here I am")
    async with asyncio.timeout(60):
        while not await _said(shop, conversation, "here I am"):
            await asyncio.sleep(0.01)
    await shop.database.write(desk.agent_reply, conversation, agent, "r2", "good", shop.counter.clock.now())
    await shop.ann.sees("Mei\ngood")


async def test_a_group_hears_once_where_to_write_and_leaves_no_trace(shop: Shop) -> None:
    group = {"id": -100, "type": "supergroup", "title": "x"}
    shop.api.chats[-100] = telegram.Chat()
    member = {"user": BOT, "status": "member"}
    added = {"chat": group, "from": shop.ann.who, "date": 1, "old_chat_member": {"user": BOT, "status": "left"}}
    await shop.api.happens("my_chat_member", {**added, "new_chat_member": member})
    said = {"message_id": 1, "date": 1, "chat": group, "from": shop.ann.who, "text": "hi @xiaoman_bot"}
    await shop.api.happens("message", said)
    await shop.api.happens("my_chat_member", {**added, "old_chat_member": member, "new_chat_member": member})
    await shop.ann.says("hello")
    await shop.stored(["hello"])
    [told] = shop.api.chats[-100].messages.values()
    assert "https://t.me/xiaoman_bot" in told["text"]


def test_a_flood_is_told_once_and_waiting_messages_are_none() -> None:
    floods = Floods()
    assert {floods.judge(1, n, 100 + n) for n in range(200)} == {"fine"}, "one a second, all at once after a night"
    verdicts = [floods.judge(2, n, 100 + n / 10) for n in range(40)]
    assert verdicts == ["fine"] * 30 + ["tell"] + ["over"] * 9
    assert floods.judge(3, 1, 104) == "fine" and floods.judge(2, 50, 130) == "fine"
    assert [floods.judge(4, 7, 100) for _ in range(50)] == ["fine"] * 50, "the same one again"


@pytest.mark.parametrize(
    ("words", "language"),
    [("en", "en"), (" English ", "en"), ("zh-TW", "zh-TW"), ("zh_cn", "zh-CN"), ("繁體中文", "zh-TW"), ("fr", None)],
)
def test_a_language_is_known_by_code_and_name(words: str, language: Language | None) -> None:
    assert language_named(words) == language


async def _link(shop: Shop, visitor: str) -> str:
    return await shop.database.write(contacts.make_link, "widget", visitor, None, shop.counter.clock.now())


async def _widgets(shop: Shop, visitor: str) -> int:
    view = await shop.database.read(inbox.customer_conversation, "widget", visitor)
    assert view is not None
    return view.id


async def _said(shop: Shop, conversation: int, text: str) -> bool:
    messages = (await shop.database.read(inbox.transcript, conversation)).messages
    return any(m.text == text and m.author == "contact" for m in messages)


async def test_the_widget_is_given_a_way_here_only_where_there_is_a_bot(counter: Counter) -> None:
    for bot in ("xiaoman_bot", None):
        async with (
            served(counter, telegram=bot) as address,
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{address}/widget/socket") as socket,
        ):
            await socket.send_json({"type": "hello", "v": 1})
            welcome = await socket.receive_json(timeout=5)
            await socket.send_json({"type": "onward"})
            told = await socket.receive_json(timeout=5)
        assert welcome["onward"] is (bot is not None)
        assert told["type"] == ("link" if bot else "error")
        if bot:
            start, _, secret = told["url"].partition("?start=")
            assert start == "https://t.me/xiaoman_bot" and LINK.fullmatch(secret) and len(secret) <= 64
