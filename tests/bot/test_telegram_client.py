"""The terminal in which Telegram is played by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests import pictures, telegram_groups
from tests.telegram import TOKEN, BotApi
from tests.telegram_client import play
from tests.telegram_groups import GROUP

SURE = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]}


class Bot:
    """Answers by hand, one call after the other."""

    def __init__(self, api: BotApi, session: aiohttp.ClientSession) -> None:
        self._api, self._session, self._offset = api, session, 0

    async def calls(self, method: str, **given: object) -> Any:
        async with self._session.post(f"{self._api.address}/bot{TOKEN}/{method}", json=given) as response:
            return (await response.json())["result"]

    async def hears(self) -> dict[str, Any]:
        [update] = await self.calls("getUpdates", offset=self._offset, timeout=10)
        self._offset = update["update_id"] + 1
        return {name: value for name, value in update.items() if name != "update_id"}


@asynccontextmanager
async def terminal() -> AsyncIterator[tuple[Bot, asyncio.Queue[str], asyncio.Queue[str]]]:
    """A bot, the lines that are typed, and what the terminal shows; at the end nothing was not as Telegram has it."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    seen: asyncio.Queue[str] = asyncio.Queue()

    async def typed() -> AsyncIterator[str]:
        while (line := await lines.get()) != "end":
            yield line

    async with telegram_groups.serving() as api, aiohttp.ClientSession() as session:
        api.add_group()
        playing = asyncio.create_task(play(api, typed(), seen.put_nowait))
        yield Bot(api, session), lines, seen
        await lines.put("end")
        await playing
        assert api.wrong == []


async def test_a_customer_talks_presses_edits_and_sends_a_photo(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(pictures.jpeg())
    async with terminal() as (bot, lines, seen):
        await lines.put("hello\n")
        assert (await bot.hears())["message"]["text"] == "hello"
        await bot.calls("sendMessage", chat_id=1001, text="Sure?", reply_markup=SURE)
        assert await seen.get() == "2: Sure?\n    [1 Yes]  [2 No]"
        await lines.put("#3\n")
        assert await seen.get() == "there are buttons 1 to 2"
        await lines.put("#2\n")
        pressed = (await bot.hears())["callback_query"]
        assert pressed["data"] == "n"
        await bot.calls("answerCallbackQuery", callback_query_id=pressed["id"], text="Fine")
        assert await seen.get() == "(button) Fine"
        await lines.put(":edit hello there\n")
        assert (await bot.hears())["edited_message"]["text"] == "hello there"
        await lines.put(f":photo {tmp_path / 'broken.jpg'} it broke\n")
        assert (await bot.hears())["message"]["caption"] == "it broke"
        await lines.put(":photo nowhere.jpg\n")
        assert await seen.get() == "nowhere.jpg: No such file or directory"
        await lines.put(":as Ben zh-hans\n")
        await seen.get()
        await lines.put("你好\n")
        assert (await bot.hears())["message"]["from"]["language_code"] == "zh-hans"


async def test_an_agent_finds_topics_goes_into_one_writes_presses_and_answers(tmp_path: Path) -> None:
    (tmp_path / "slip.jpg").write_bytes(pictures.jpeg())
    async with terminal() as (bot, lines, seen):
        await lines.put(":agent Mei\n")
        assert await seen.get() == "(you are Mei, in the agents' group)"
        await lines.put("#1\n")
        assert await seen.get() == "go into a topic first: :topics, :topic 1"
        thread = (await bot.calls("createForumTopic", chat_id=GROUP, name="⏳ Ann"))["message_thread_id"]
        assert await seen.get() == "(new topic 1) ⏳ Ann"
        there = {"chat_id": GROUP, "message_thread_id": thread}
        story = (await bot.calls("sendMessage", **there, text="The story", reply_markup=SURE))["message_id"]
        await bot.calls("pinChatMessage", chat_id=GROUP, message_id=story)
        await lines.put(":topic 1\n")
        assert await seen.get() == "(in ⏳ Ann)"
        assert await seen.get() == f"{story}: 📌 The story\n    [1 Yes]  [2 No]"
        await lines.put("#1\n")
        pressed = (await bot.hears())["callback_query"]
        assert (pressed["data"], pressed["message"]["message_id"]) == ("y", story)
        await bot.calls("answerCallbackQuery", callback_query_id=pressed["id"], text="Fine")
        assert await seen.get() == "(button Yes of: The story) Fine"
        await lines.put("/claim\n")
        assert (await bot.hears())["message"]["message_thread_id"] == thread
        await bot.calls("editForumTopic", **there, name="💬 Mei → Ann")
        assert await seen.get() == "(topic 1) 💬 Mei → Ann"
        quote = [{"type": "blockquote", "offset": 7, "length": 3}]
        said = await bot.calls("sendMessage", **there, text="👤 Ann\nold\nnew", entities=quote)
        assert await seen.get() == f"{said['message_id']}: 👤 Ann\n    ┆ old\n    new"
        await lines.put(f":reply {story} I see\n")
        assert (await bot.hears())["message"]["reply_to_message"]["text"] == "The story"
        await lines.put(f":photo {tmp_path / 'slip.jpg'} here\n")
        assert (await bot.hears())["message"]["caption"] == "here"
        await lines.put(":edit there\n")
        assert (await bot.hears())["edited_message"]["text"] == "there"
        await bot.calls("closeForumTopic", **there)
        assert await seen.get() == "(topic 1) 💬 Mei → Ann (closed)"
        await lines.put(":delete\n")
        assert await seen.get() == "(deleted) 💬 Mei → Ann (closed)"
