"""After the end: the widget asks how it was, and gives the conversation as a file."""

import json
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.channels import transcripts
from bot.replies import shipped
from handoff import desk, inbox
from handoff.models import Rating
from handoff.ports import SystemClock
from handoff.values import FileView, Language, MessageView
from tests import builders as a
from tests.bot.conftest import SHOP, Counter
from tests.bot.test_widget import address, owned_conversation  # noqa: F401 - a fixture
from tests.e2e.program import Visitor


async def resolved(counter: Counter, visitor: Visitor) -> int:
    """The socket tells the time by the real clock."""
    counter.clock.move((SystemClock().now() - counter.clock.now()).total_seconds())
    conversation = await owned_conversation(counter, visitor)
    now = counter.clock.now()
    mei = await counter.database.write(a.agent, now)
    await counter.database.write(desk.claim, conversation, mei, now)
    await counter.database.write(desk.agent_reply, conversation, mei, "r1", "Here you are.", now)
    await counter.database.write(desk.note, conversation, mei, "n1", "An old friend", now)
    seen = (await counter.database.read(inbox.conversation_view, conversation)).last_seq
    await counter.database.write(desk.resolve, conversation, mei, seen, now)
    return conversation


def asked(visitor: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = visitor.conversation["rating"]
    return found


async def test_the_page_gets_five_buttons_and_what_is_pressed_comes_back(
    counter: Counter,
    address: str,  # noqa: F811
) -> None:
    async with Visitor(address, "en") as visitor:
        conversation = await resolved(counter, visitor)
        await visitor.until(lambda v: v.conversation.get("rating") is not None, 5)
        assert [button["label"] for button in asked(visitor)["scores"]][::4] == ["Very bad", "Very good"]
        assert asked(visitor)["name"] == "Mei" and asked(visitor)["score"] is None
        await visitor.presses(token=asked(visitor)["scores"][3]["token"])
        await visitor.until(lambda v: asked(v)["score"] == 4, 5)
        form = {"type": "submit", "id": "0123456789", "token": asked(visitor)["form"]["token"]}
        await visitor.sends_raw(json.dumps(form | {"values": {"comment": "Quick"}}))
        await visitor.until(lambda v: asked(v)["comment"] == "Quick", 5)
    assert (await counter.database.read(inbox.conversation_view, conversation)).status == "resolved"


async def test_another_visitors_stars_are_refused(counter: Counter, address: str) -> None:  # noqa: F811
    async with Visitor(address, "en") as owner, Visitor(address, "en") as thief:
        await resolved(counter, owner)
        await owner.until(lambda v: v.conversation.get("rating") is not None, 5)
        await thief.says("👍")
        await thief.until(lambda v: bool(v.acknowledged), 5)
        await thief.presses(token=asked(owner)["scores"][0]["token"])
        await thief.until(lambda v: bool(v.troubles), 5)
        assert thief.troubles[-1]["code"] == "old_button" and asked(owner)["score"] is None


async def test_yes_that_helped_is_followed_by_the_question_about_the_bot(counter: Counter) -> None:
    question = "How do I return something?"
    counter.nlu.means(question, ("request_return", 0.98))
    conversation = await counter.says(question)
    await counter.answered(conversation)
    await counter.presses("helpful", "yes")
    await counter.answered(conversation)
    found = await counter.database.read(lambda session: session.get(Rating, (conversation, 1)))
    assert found is not None and (found.by, found.agent_id, found.score) == ("bot", None, None)


async def test_the_file_has_what_the_customer_saw_and_nothing_else(
    counter: Counter,
    address: str,  # noqa: F811
) -> None:
    async with Visitor(address, "en") as visitor:
        await resolved(counter, visitor)
        await visitor.until(lambda v: v.conversation["status"] == "resolved", 5)
        hello = {"type": "hello", "v": 1, "token": visitor.token, "cursor": 0, "locale": "en"}
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{address}/widget/socket") as socket:
            for frame in (hello, {"type": "export"}, {"type": "export"}):
                await socket.send_json(frame)
            frames: list[dict[str, Any]] = []
            while {"transcript", "error"} - {frame["type"] for frame in frames}:
                frames.append(json.loads((await socket.receive(timeout=30)).data))
    [file] = [frame for frame in frames if frame["type"] == "transcript"]
    assert file["name"].endswith(".txt")
    assert "Mei\r\nHere you are." in file["text"] and "Mei is with you now" in file["text"]
    assert "An old friend" not in file["text"]
    assert [frame["code"] for frame in frames if frame["type"] == "error"] == ["too_fast"]


async def test_who_has_said_nothing_gets_no_file(counter: Counter, address: str) -> None:  # noqa: F811
    async with Visitor(address, "en") as visitor:
        await visitor.sends_raw('{"type": "export"}')
        await visitor.says("👍")
        await visitor.until(lambda v: bool(v.acknowledged), 5)
        assert visitor.troubles == []


def message(**changes: Any) -> MessageView:
    fixed: dict[str, Any] = {
        **dict.fromkeys(MessageView.__slots__),
        "text": "",
        "author": "contact",
        "format": "plain",
        "files": (),
        "at": datetime(2026, 11, 20, 16, 30, tzinfo=UTC),
    }
    return MessageView(**(fixed | changes))


async def test_times_are_the_shops_and_words_are_plain(counter: Counter) -> None:
    view = await counter.database.read(inbox.conversation_view, await counter.says("👍"))
    photo = FileView("k", "box.jpg", "image", "image/jpeg", 1, None, None)
    told = [
        message(files=(photo,)),
        message(author="bot", format="markdown", text="**Open** the [guide](https://shop.example/guide)\n\n- one"),
    ]
    languages: tuple[Language, ...] = ("zh-TW", "zh-CN", "en")
    written = {
        language: transcripts.written(view, told, language, SHOP, shipped(), counter.clock.now())
        for language in languages
    }
    assert "── 2026-11-21 ──\r\n\r\n00:30  You\r\n[File: box.jpg]" in written["en"]
    assert "Assistant\r\nOpen the guide (https://shop.example/guide)\r\n\r\n- one" in written["en"]
    assert "［檔案：box.jpg］" in written["zh-TW"] and "智能助手" in written["zh-CN"]
