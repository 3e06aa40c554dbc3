"""The widget's socket over real HTTP: what honest, broken and hostile pages send."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from jsonschema import Draft202012Validator
from sqlalchemy import select

from bot import webtypes
from bot.channels.buttons import Buttons
from bot.channels.entrance import Entrance
from bot.channels.frames import Hello
from bot.channels.visitors import MAX_TOLD, Origins, hashed
from bot.channels.widget import FOREIGN_PAGE, FORM, HELLO_S, Widget
from bot.logs import read
from bot.replies import shipped
from bot.shop import Hours, Shop
from handoff import desk, inbox
from handoff.db import Database
from handoff.desk import presence, staff
from handoff.errors import DatabaseBusy
from handoff.events import contact_topic
from handoff.models import Contact
from handoff.ports import SystemClock
from handoff.values import ADDRESS_FIELD, ADDRESS_FORM, Button, InboundMessage, Recorded
from tests import builders as a
from tests.bot.conftest import SHOP, Counter
from tests.e2e.program import Visitor
from tests.fakes import CountingDatabase, TroubledDatabase, on_a_standby

KEY, SECRET = "k" * 40, "s" * 40
SCHEMA = webtypes.widget_schema()
OWN = "http://shop.example"


def shop_open(hours: dict[str, Any]) -> Shop:
    """With other hours, and without what was reckoned from its own."""
    shop = SHOP.model_copy(update={"hours": Hours.model_validate(hours)})
    for known in ("business_hours", "service_levels"):
        shop.__dict__.pop(known, None)
    return shop


def entrance_of(counter: Counter) -> Entrance:
    return Entrance(counter.database, counter.clock, KEY, SECRET)


def word_of(counter: Counter, sub: str = "ann") -> str:
    until = counter.clock.now() + timedelta(minutes=10)
    return jwt.encode({"sub": sub, "exp": until}, SECRET, algorithm="HS256")


@asynccontextmanager
async def served(
    counter: Counter,
    hello_s: float = HELLO_S,
    *,
    shop: Shop = SHOP,
    database: Database | None = None,
    telegram: str | None = None,
) -> AsyncIterator[str]:
    widget = Widget(
        database or counter.database,
        counter.inbound.receive,
        counter.wakeups,
        Buttons(KEY),
        shipped(),
        shop,
        SystemClock(),
        Origins({OWN}),
        counter.files,
        entrance_of(counter),
        counter.board,
        hello_s,
        lambda: telegram,
    )
    # As in the program, and not as is usual in tests, a visitor who leaves cancels nothing.
    app = web.Application(handler_args={"handler_cancellation": False})
    app.router.add_get("/widget/socket", widget.serve)
    async with TestServer(app) as server:
        try:
            yield str(server.make_url("")).rstrip("/")
        finally:
            await widget.close()


@pytest.fixture
async def address(counter: Counter) -> AsyncIterator[str]:
    async with served(counter) as found:
        yield found


def trouble(visitor: Visitor) -> dict[str, object]:
    return visitor.troubles[-1]


async def test_a_first_visit_gets_a_token_and_texts_and_leaves_no_trace(counter: Counter, address: str) -> None:
    async with Visitor(address, "zh-CN") as visitor:
        assert visitor.token is not None and len(visitor.token) == 43
        assert visitor.texts["person"] == "找人工"
        assert visitor.conversation["status"] == "bot"
    assert (await counter.database.read(inbox.listing, "bot", 0)).rows == ()


async def test_what_the_server_sends_is_what_the_schema_promises(counter: Counter, address: str) -> None:
    seen: list[dict[str, Any]] = []
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{address}/widget/socket") as socket:
        await socket.send_str('{"type": "hello", "v": 1}')
        await socket.send_str('{"type": "send", "id": "12345678", "text": "👍"}')
        await socket.send_str("{}")
        while len({frame["type"] for frame in seen}) < 4:
            seen.append(json.loads((await socket.receive(timeout=30)).data))
    for frame in seen:
        name = {"welcome": "Welcome", "ack": "Ack", "messages": "Messages", "error": "Trouble"}[frame["type"]]
        Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}).validate(frame)


BROKEN_FRAMES = [
    "",
    "null",
    "[]",
    "{",
    "hello",
    "{}",
    '{"type": "send"}',
    '{"type": "send", "id": "12345678", "text": 5}',
    '{"type": "send", "id": "short", "text": "x"}',
    '{"type": "send", "id": "12345678", "text": "x", "extra": 1}',
    '{"type": "press", "id": "12345678", "name": "resolve"}',
    '{"type": "hello", "v": 2}',
    '{"type": "hello", "v": 1, "token": "short"}',
    '{"type": "hello", "v": 1, "cursor": -1}',
    '{"type": "unknown", "id": "12345678"}',
    '{"type": ' * 2000,
    '"\\ud800"',
]


@pytest.mark.parametrize("data", BROKEN_FRAMES)
async def test_a_broken_frame_gets_a_sentence_and_the_conversation_lives_on(
    counter: Counter, address: str, data: str
) -> None:
    async with Visitor(address, "en") as visitor:
        await visitor.sends_raw(data)
        await visitor.until(lambda v: bool(v.troubles), 5)
        assert trouble(visitor)["code"] == "bad_frame"
        assert "reload" in str(trouble(visitor)["text"])
        await visitor.says("👍")
        await visitor.until(lambda v: len(v.acknowledged) == 1, 5)


async def test_a_frame_that_is_too_large_is_refused_with_a_sentence(counter: Counter, address: str) -> None:
    async with Visitor(address, "en") as visitor:
        await visitor.sends_raw(json.dumps({"type": "send", "id": "12345678", "text": "x" * 200_000}))
        await visitor.until(lambda v: bool(v.troubles), 5)
        assert trouble(visitor)["code"] == "too_large"


async def test_twenty_thousand_characters_are_not_stored_and_the_page_is_told_which(
    counter: Counter, address: str
) -> None:
    async with Visitor(address, "zh-TW") as visitor:
        source_id = await visitor.says("長" * 20_000)
        await visitor.until(lambda v: bool(v.troubles), 5)
        assert (trouble(visitor)["code"], trouble(visitor)["id"]) == ("too_long", source_id)
        assert "4000" in str(trouble(visitor)["text"])
        assert visitor.messages == {}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b\x07c", "abc"),
        ("\u202egnp.exe\u202c ok", "gnp.exe ok"),
        ("\u200fשלום", "\u200fשלום"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("line one\r\nline two", "line one\nline two"),
    ],
)
async def test_text_is_kept_as_it_was_meant(counter: Counter, address: str, sent: str, kept: str) -> None:
    async with Visitor(address) as visitor:
        await visitor.says(sent)
        await visitor.until(lambda v: bool(v.messages), 5)
        assert visitor.messages[1]["text"] == kept


@pytest.mark.parametrize("text", ["", "   \n ", "\x00\x01", "\u202e"])
async def test_a_message_without_anything_in_it_is_refused(counter: Counter, address: str, text: str) -> None:
    async with Visitor(address, "en") as visitor:
        await visitor.says(text)
        await visitor.until(lambda v: bool(v.troubles), 5)
        assert "empty" in str(trouble(visitor)["text"])


async def test_a_replayed_frame_is_acknowledged_again_and_stored_once(counter: Counter, address: str) -> None:
    async with Visitor(address) as visitor:
        frame = json.dumps({"type": "send", "id": uuid.uuid4().hex, "text": "👍"})
        for _ in range(3):
            await visitor.sends_raw(frame)
        await visitor.says("👌")
        await visitor.until(lambda v: len(v.messages) == 2, 5)
        assert sorted(visitor.acknowledged.values()) == [1, 2]


async def test_another_visitors_button_is_refused(counter: Counter, address: str) -> None:
    async with Visitor(address, "en") as owner, Visitor(address, "en") as thief:
        conversation = await owned_conversation(counter, owner)
        token = Buttons(KEY).token(Button("No", "helpful", "no"), conversation, 1)
        await thief.says("👍")
        await thief.until(lambda v: bool(v.acknowledged), 5)
        await thief.presses(token=token)
        await thief.until(lambda v: bool(v.troubles), 5)
        assert trouble(thief)["code"] == "old_button"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "WyJoZWxwZnVsIl0.forged", "🙂" * 50])
async def test_a_forged_button_is_refused(counter: Counter, address: str, token: str) -> None:
    async with Visitor(address, "en") as visitor:
        await visitor.presses(token=token)
        await visitor.until(lambda v: bool(v.troubles), 5)
        assert trouble(visitor)["code"] == "old_button"


async def test_an_old_button_says_so_and_does_nothing(counter: Counter, address: str) -> None:
    async with Visitor(address, "en") as visitor:
        conversation = await owned_conversation(counter, visitor)
        agent = await counter.database.write(a.agent, counter.clock.now())
        await counter.database.write(desk.claim, conversation, agent, counter.clock.now())
        await counter.database.write(desk.hand_back, conversation, agent, 99, counter.clock.now())
        await visitor.presses(token=Buttons(KEY).token(Button("No", "helpful", "no"), conversation, 1))
        await visitor.until(lambda v: bool(v.troubles), 5)
        assert trouble(visitor)["code"] == "old_button"
        await visitor.until(lambda v: v.conversation["status"] == "bot", 5)


async def test_a_second_tab_sees_the_same_conversation(counter: Counter, address: str) -> None:
    async with Visitor(address) as one, Visitor(address, token=one.token) as two:
        await one.says("👍")
        await two.until(lambda v: [t for _, t in v.transcript()] == ["👍"], 5)


async def test_resuming_brings_only_what_is_new(counter: Counter, address: str) -> None:
    async with Visitor(address) as visitor:
        await visitor.says("👍")
        await visitor.until(lambda v: bool(v.messages), 5)
    later = Visitor(address, token=visitor.token)
    later.cursor = visitor.cursor
    async with later:
        assert later.messages == {}
        await later.says("👌")
        await later.until(lambda v: [t for _, t in v.transcript()] == ["👌"], 5)


async def test_a_database_that_is_locked_keeps_the_message_in_the_outbox(counter: Counter) -> None:
    receive, refusals = counter.inbound.receive, 2

    async def busy_at_first(message: InboundMessage) -> Recorded:
        nonlocal refusals
        refusals -= 1
        if refusals >= 0:
            raise DatabaseBusy
        return await receive(message)

    counter.inbound.receive = busy_at_first  # type: ignore[method-assign]
    async with served(counter) as address, Visitor(address, "en") as visitor:
        await visitor.says("👍")
        await visitor.until(lambda v: bool(v.troubles), 5)
        assert (trouble(visitor)["code"], trouble(visitor)["retry"]) == ("unavailable", True)
    async with served(counter) as address, Visitor(address, "en", visitor.token) as visitor:
        await visitor.says("👍")
        await visitor.until(lambda v: bool(v.troubles), 5)
        await visitor.says("👍")
        await visitor.until(lambda v: bool(v.messages), 5)


async def test_a_flood_is_slowed_down_and_told_to_come_back(counter: Counter, address: str) -> None:
    async with Visitor(address, "en") as visitor:
        for _ in range(40):
            await visitor.says("👍")
        await visitor.until(lambda v: bool(v.troubles), 5)
        assert (trouble(visitor)["code"], trouble(visitor)["retry"]) == ("too_fast", True)


async def test_a_page_that_is_told_nothing_any_more_is_sent_away(counter: Counter) -> None:
    troubled = TroubledDatabase(counter.database)
    async with served(replace(counter, database=troubled)) as address, aiohttp.ClientSession() as session:
        socket = await session.ws_connect(f"{address}/widget/socket")
        await socket.send_json({"type": "hello", "v": 1})
        topic = contact_topic("widget", hashed((await socket.receive_json())["token"]))
        troubled.reads = [on_a_standby()]
        async with asyncio.timeout(60):
            while not socket.closed:
                await counter.wakeups.publish([topic])
                with suppress(TimeoutError):
                    await socket.receive(timeout=0.1)
        assert socket.close_code == 1011


@pytest.mark.parametrize(
    ("zone", "kept", "opens"),
    [
        ("Europe/Berlin", "Europe/Berlin", "on "),
        ("Asia/Taipei", "Asia/Taipei", "tomorrow"),
        ("Mars/Olympus", None, "tomorrow"),
        (None, None, "tomorrow"),
    ],
)
async def test_a_page_tells_whose_clock_its_customer_reads(
    counter: Counter, zone: str | None, kept: str | None, opens: str
) -> None:
    tomorrow = datetime.now(SHOP.zone).date() + timedelta(days=1)
    shop = shop_open({"week": {}, "exceptions": {str(tomorrow): ["09:00-10:00"]}})
    async with served(counter, shop=shop) as address, aiohttp.ClientSession() as session:
        socket = await session.ws_connect(f"{address}/widget/socket")
        await socket.send_json({"type": "hello", "v": 1, "locale": "en", "zone": zone})
        assert f"is back {opens}" in (await socket.receive_json())["conversation"]["hours"]
        await socket.send_json({"type": "send", "id": "12345678", "text": "hello"})
        async with asyncio.timeout(60):
            while (await socket.receive_json())["type"] != "ack":
                pass
    assert await counter.database.read(lambda session: session.scalars(select(Contact.zone)).all()) == [kept]


async def reaches(session: aiohttp.ClientSession, address: str, origin: str) -> str | int:
    """The kind of frame that answers a page of `origin`, or why it was sent away."""
    async with session.ws_connect(f"{address}/widget/socket", headers={"Origin": origin}) as socket:
        with suppress(ConnectionError):
            await socket.send_json({"type": "hello", "v": 1})
        message = await socket.receive()
        return (
            str(json.loads(message.data)["type"]) if message.type is aiohttp.WSMsgType.TEXT else socket.close_code or 0
        )


@pytest.mark.parametrize(
    ("origin", "answer"), [(OWN, "welcome"), ("http://evil.example", FOREIGN_PAGE), ("null", FOREIGN_PAGE)]
)
async def test_only_allowed_pages_may_use_the_chat(address: str, origin: str, answer: str | int) -> None:
    async with aiohttp.ClientSession() as session:
        assert await reaches(session, address, origin) == answer


async def test_a_refused_page_is_named_once_with_the_setting_it_is_missing_from(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            await reaches(session, address, "http://shop.example:81")
        assert [read(record) for record in caplog.records if "refused" in record.msg] == [
            ("page_refused", {"origin": "http://shop.example:81", "not_in": "BATON_ORIGINS"})
        ]
        for number in range(MAX_TOLD + 5):
            await reaches(session, address, f"http://{number}.example")
    assert sum("refused" in record.msg for record in caplog.records) == MAX_TOLD


async def test_a_first_login_sends_the_other_pages_back_to_the_door(counter: Counter, address: str) -> None:
    async with Visitor(address) as page:
        await owned_conversation(counter, page)
        taken = page.conversation["reference"]
        hello = Hello(type="hello", v=1, token=page.token, identity=word_of(counter))
        assert (await entrance_of(counter).enter(hello, "en")).token != page.token
        await page.until(lambda v: v.conversation["reference"] is None, 5)
        page.messages.clear()
        await page.says("👋")
        await page.until(lambda v: bool(v.messages), 5)
        assert page.conversation["reference"] not in (None, taken)


async def test_a_cursor_of_another_conversation_hides_nothing(counter: Counter, address: str) -> None:
    async with Visitor(address) as visitor:
        await visitor.says("👍")
        await visitor.until(lambda v: bool(v.messages), 5)
    later = Visitor(address, token=visitor.token)
    later.cursor = 500
    async with later:
        assert later.messages[1]["text"] == "👍"
        await later.says("👌")
        await later.until(lambda v: "👌" in [text for _, text in v.transcript()], 5)


async def test_a_page_is_told_whether_to_keep_its_token(counter: Counter, address: str) -> None:
    token, kept = None, []
    for identity in (None, word_of(counter), None, "yesterday's"):
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{address}/widget/socket") as socket:
            await socket.send_json({"type": "hello", "v": 1, "token": token, "identity": identity})
            welcome = await socket.receive_json(timeout=30)
        kept.append(welcome["keep"])
        token = welcome["token"] if welcome["keep"] else token
    assert kept == [True, True, False, False]


async def test_a_page_that_does_not_say_who_is_there_is_sent_away(counter: Counter) -> None:
    async with (
        served(counter, hello_s=0.05) as address,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{address}/widget/socket") as socket,
    ):
        assert (await socket.receive(timeout=30)).type is aiohttp.WSMsgType.CLOSE


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("ann@mail.example", True),
        ("ann.b+shop@mail-1.example.org", True),
        ("root,a@b.c", False),
        ("a@b.c,d", False),
        ("a:b@c.d;x", False),
        ("a@b.c, d@e.f", False),
        ("Ann <a@b.c>", False),
        ("a@b.c (Ann)", False),
        ('"a b"@c.d', False),
        ("a@[127.0.0.1]", False),
        ("a@localhost", False),
        ("a..b@c.d", False),
        ("a@b@c.d", False),
        ("a@", False),
        ("", False),
    ],
)
async def test_one_plain_address_is_taken_and_nothing_else(
    counter: Counter, address: str, written: str, taken: bool
) -> None:
    async with Visitor(address, "en") as visitor:
        conversation = await owned_conversation(counter, visitor)
        token = Buttons(KEY).token(Button(FORM, FORM, ADDRESS_FORM), conversation, 1)
        frame = {"type": "submit", "id": "12345678", "token": token, "values": {ADDRESS_FIELD: written}}
        await visitor.sends_raw(json.dumps(frame))
        await visitor.until(lambda v: bool(v.troubles) or "12345678" in v.acknowledged, 5)
        assert ("12345678" in visitor.acknowledged) == taken


async def owned_conversation(counter: Counter, visitor: Visitor) -> int:
    await visitor.says("👍")
    await visitor.until(lambda v: v.conversation["reference"] is not None, 5)
    rows = (await counter.database.read(inbox.listing, "bot", 0)).rows
    return next(row.id for row in rows if row.reference == visitor.conversation["reference"])


async def test_who_leaves_in_the_middle_of_a_word_is_no_error_of_ours(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(counter) as address, aiohttp.ClientSession() as session:
        socket = await session.ws_connect(f"{address}/widget/socket")
        await socket.send_str('{"type": "hello", "v": 1}')
        await socket.receive(timeout=30)
        for number in range(4):
            await socket.send_json({"type": "send", "id": f"1234567{number}", "text": "hello"})
        assert socket._response.connection is not None and socket._response.connection.transport is not None
        socket._response.connection.transport.abort()
        async with asyncio.timeout(60), Visitor(address) as other:
            await other.says("hello")
            await other.until(lambda v: len(v.acknowledged) == 1)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


EVERY_DAY = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
NEVER_CLOSED = shop_open({"week": EVERY_DAY})
NEVER_OPEN = shop_open({"week": {}})


async def queued(counter: Counter, visitor: Visitor) -> int:
    await visitor.presses("person")
    await visitor.until(lambda v: v.conversation["status"] == "waiting", 5)
    rows = (await counter.database.read(inbox.listing, "queue", 0)).rows
    return next(row.id for row in rows if row.reference == visitor.conversation["reference"])


async def test_those_who_wait_see_the_line_move_without_a_message_or_a_query_each(counter: Counter) -> None:
    counting, agent = CountingDatabase(counter.database), await counter.database.write(a.agent, counter.clock.now())
    await counter.database.write(presence.console_is_open, agent, counter.clock.now())
    async with (
        served(counter, shop=NEVER_CLOSED, database=counting) as address,
        Visitor(address, "en") as first,
        Visitor(address, "zh-TW") as second,
    ):
        ahead, behind = await queued(counter, first), await queued(counter, second)
        await second.until(lambda v: v.conversation["position"] == 2 and bool(v.messages), 5)
        assert second.conversation["wait"] == "約 5–10 分鐘"
        said, asked = len(second.messages), counting.asked
        await counter.database.write(desk.claim, ahead, agent, counter.clock.now())
        await first.until(lambda v: v.conversation["status"] == "person", 5)
        asked_by_first = counting.asked - asked
        await counter.board.tell()
        await second.until(lambda v: v.conversation["position"] == 1, 5)
        assert second.conversation["wait"] == "約 3 分鐘"
        assert (len(second.messages), counting.asked - asked) == (said, asked_by_first)
        await counter.database.write(desk.claim, behind, agent, counter.clock.now())
        await second.until(lambda v: (v.conversation["status"], v.conversation["position"]) == ("person", None), 5)


async def test_who_loses_their_agent_stands_in_line_again_and_may_leave_it(counter: Counter) -> None:
    boss, agent = [await counter.database.write(a.agent, counter.clock.now(), name) for name in ("Boss", "Mei")]
    await counter.database.write(presence.console_is_open, boss, counter.clock.now())
    async with served(counter, shop=NEVER_CLOSED) as address, Visitor(address, "en") as visitor:
        conversation = await queued(counter, visitor)
        await counter.database.write(desk.claim, conversation, agent, counter.clock.now())
        await counter.database.write(desk.agent_reply, conversation, agent, "words", "Hello", counter.clock.now())
        await visitor.until(lambda v: v.conversation["status"] == "person", 5)
        await counter.database.write(staff.deactivate, agent, boss, counter.clock.now())
        await visitor.until(lambda v: v.conversation["agent"] is None, 5)
        assert visitor.conversation["status"] == "person", "who was answered waits for nobody"
        await visitor.says("and one more thing")
        await visitor.until(lambda v: v.conversation["status"] == "waiting", 5)
        assert (visitor.conversation["position"], visitor.conversation["wait"]) == (1, "about 3 minutes")
        await visitor.presses("cancel_wait")
        await visitor.until(lambda v: v.conversation["status"] == "bot", 5)


async def test_out_of_hours_no_place_is_shown(counter: Counter) -> None:
    async with served(counter, shop=NEVER_OPEN) as address, Visitor(address, "en") as visitor:
        await queued(counter, visitor)
        assert (visitor.conversation["position"], visitor.conversation["wait"]) == (None, None)
