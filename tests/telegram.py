"""A strict Bot API server on loopback: checks what it is asked and what it says, and refuses what Telegram refuses.

What calls, results and updates look like is checked against Telegram's own types, see `tests/bot_api.py`.
"""

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from tests import bot_api
from tests.telegram_wire import FILES, answering, file_sent, on_the_wire

TOKEN = "123456:" + "t" * 35
BOT = {"id": 123456, "is_bot": True, "first_name": "Xiaoman", "username": "xiaoman_bot"}
ABILITIES = (
    *("can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "can_connect_to_business"),
    *("has_main_web_app", "has_topics_enabled", "allows_users_to_create_topics", "can_manage_bots"),
    "supports_join_request_queries",
)
"""What `getMe` tells besides: this bot has none."""
LONGEST, LONGEST_NOTE, LONGEST_DATA = 4096, 200, 64
"""A text and what a press is answered with in characters, a button's data in bytes: the types do not say it."""
PER_SECOND = 30
PER_CHAT, PER_CHAT_S = 20, 15.0
"""Of one customer's chat: about one a second, with room for a burst."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next call of a method instead. `lost`: it is done, and the answer never comes."""

    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    lost: bool = False


@dataclass
class Chat:
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    blocked: bool = False
    sent_at: deque[float] = field(default_factory=deque)


class Refused(Exception):
    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class BotApi:
    """The server's state; `wrong` says what no client may do, and is empty at the end of a good test."""

    def __init__(self) -> None:
        self.address = ""
        self.chats: dict[int, Chat] = {}
        self.wrong: list[str] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answered: dict[str, str] = {}
        self.commands: dict[str, list[str]] = {}
        self.menus: dict[int, list[str]] = {}
        self.files: dict[str, bytes] = {}
        self.webhook: tuple[str, str] | None = None
        self.refused_for_speed = 0
        self.sent: list[tuple[float, int, str]] = []
        """Every message of the bot: when (`time.monotonic`), to whom, its words."""
        self._types = bot_api.types()
        self._faults: dict[str, deque[Fault]] = {}
        self._updates: list[dict[str, Any]] = []
        self._polls = 0
        self._numbers, self._update_numbers = itertools.count(1), itertools.count(1000)
        self._sent_at: deque[float] = deque()
        self._changed = asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        return app

    def done(self, method: str) -> int:
        """How often it was called."""
        return sum(name == method for name, _ in self.calls)

    def breaks(self, method: str, *faults: Fault) -> None:
        self._faults.setdefault(method, deque()).extend(faults)

    async def until(self, is_so: Callable[[], bool], seconds: float = 30) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not is_so():
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"still waiting; {self.wrong}; {self.calls[-10:]}") from None

    async def happens(
        self, kind: str, content: dict[str, Any], *, number: int | None = None, known: bool = True
    ) -> dict[str, Any]:
        """An update for the bot, kept until it is confirmed. Not `known`: of a Bot API that is yet to come."""
        update = {"update_id": number or next(self._update_numbers), kind: content}
        if known:
            self.wrong += self._types.update(update)
        if self.webhook is None:
            self._updates.append(update)
            self._tell()
        else:
            await self.calls_hook(update)
        return update

    async def calls_hook(self, update: dict[str, Any], secret: str | None = None) -> int:
        """As Telegram: again until it is answered with 200, a few times."""
        assert self.webhook is not None
        url, known = self.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": known if secret is None else secret}
        status = 0
        async with aiohttp.ClientSession() as session:
            for _ in range(40):
                try:
                    async with session.post(url, json=update, headers=headers) as response:
                        status = response.status
                except aiohttp.ClientError:
                    status = 0
                if status == 200 or 400 <= status < 500:
                    break
                await asyncio.sleep(0.25)
        return status

    def new_message(self, chat: int, /, **content: Any) -> dict[str, Any]:
        message = {
            "message_id": next(self._numbers),
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "x"},
            **content,
        }
        self.chats.setdefault(chat, Chat()).messages[message["message_id"]] = message
        self._tell()
        return message

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.match_info["token"] != TOKEN:
            return self._refusal(401, "Unauthorized")
        given = await self._given(request, method)
        self.calls.append((method, given))
        self._tell()
        self._check(method, given)
        faults = self._faults.get(method)
        fault = faults.popleft() if faults else None
        if fault is not None and not fault.lost and fault.status != 200:
            parameters = {"retry_after": fault.retry_after} if fault.retry_after else {}
            return self._refusal(fault.status, fault.description, parameters)
        try:
            result = await self._do(method, given)
        except Refused as refused:
            return self._refusal(refused.status, refused.description, refused.parameters)
        finally:
            self._tell()
        if fault is not None and fault.lost:
            assert request.transport is not None
            request.transport.abort()
        if method != "getUpdates":  # Each update was looked at when it happened.
            self.wrong += self._types.result(method, result)
        return web.json_response({"ok": True, "result": result})

    def _check(self, method: str, given: dict[str, Any]) -> None:
        if not self._types.knows(method):
            self.wrong.append(f"there is no method {method}")
            raise web.HTTPNotFound
        self.wrong += self._types.request(method, given)
        if len(given.get("text", "")) > LONGEST_NOTE and method == "answerCallbackQuery":
            self.wrong.append(f"{method}: the text is too long")
        for row in given.get("reply_markup", {}).get("inline_keyboard", ()):
            for data in (button.get("callback_data", "x").encode() for button in row):
                if not 1 <= len(data) <= LONGEST_DATA:
                    self.wrong.append(f"{method}: a button's data has {len(data)} bytes")

    async def _do(self, method: str, given: dict[str, Any]) -> Any:
        match method:
            case "getMe":
                return BOT | dict.fromkeys(ABILITIES, False)
            case "getUpdates":
                return await self._poll(given.get("offset", 0), given.get("timeout", 0))
            case "setWebhook":
                self.webhook = (given["url"], given.get("secret_token", ""))
            case "deleteWebhook":
                self.webhook = None
            case "setMyCommands":
                names = [command["command"] for command in given["commands"]]
                words = [command["description"] for command in given["commands"]]
                if "scope" in given:
                    self.menus[int(given["scope"]["chat_id"])] = words
                else:
                    self.commands[given.get("language_code", "")] = names
            case "answerCallbackQuery":
                self.answered[given["callback_query_id"]] = given.get("text", "")
            case "sendChatAction":
                self._open(given)
            case "editMessageText":
                return self._edit(given)
            case "sendMediaGroup":
                return self._send_album(given)
            case "getFile":
                if given["file_id"] not in self.files:
                    raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
                return {"file_id": given["file_id"], "file_unique_id": "u", "file_path": f"x/{given['file_id']}"}
            case "sendMessage" | "sendPhoto" | "sendVideo" | "sendVoice" | "sendDocument":
                return self._send(method, given)
            case _:
                self.wrong.append(f"{method} is not served here")
                raise Refused(501, f"Not Implemented: {method}")
        return True

    def _send(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._open(given)
        self._count(self.chats[chat])
        text = given.get("text", "")
        if len(text.encode("utf-16-le")) // 2 > LONGEST:
            raise Refused(400, "Bad Request: message is too long")
        if method == "sendMessage" and not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        size = len(text.encode("utf-16-le")) // 2
        for entity in given.get("entities", ()):
            if entity["offset"] + entity["length"] > size or entity["length"] <= 0:
                self.wrong.append(f"an entity lies outside of its text: {entity}")
        self._check_answered(self.chats[chat], given)
        kept = ("text", "entities", "reply_markup", "reply_parameters")
        content: dict[str, Any] = {name: given[name] for name in kept if name in given}
        for name in FILES:
            if name in given:
                content |= {"file": given[name] | {"as": name}, name: file_sent(name, given[name])}
        self.sent.append((time.monotonic(), chat, text))
        return on_the_wire(self.new_message(chat, **{"from": BOT}, **content))

    def _send_album(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Every one counts as a message. Files go with files only."""
        if len({each["type"] == "document" for each in given["media"]}) > 1:
            self.wrong.append("files and pictures in one album")
        sent = []
        for each in given["media"]:
            words = {"text": each["caption"]} if "caption" in each else {}
            below = {name: given[name] for name in ("reply_parameters",) if name in given}
            alone = {"chat_id": given["chat_id"], each["type"]: each["media"], **words, **below}
            sent.append(self._send("sendMediaGroup", alone))
        return sent

    def _edit(self, given: dict[str, Any]) -> dict[str, Any]:
        """As Telegram: what is not there, not the bot's own, or under no inline keyboard, is not edited."""
        chat = self._open(given)
        self._count(self.chats[chat])
        message = self.chats[chat].messages.get(given["message_id"])
        if message is None:
            raise Refused(400, "Bad Request: message to edit not found")
        if message["from"] is not BOT or "force_reply" in message.get("reply_markup", {}):
            raise Refused(400, "Bad Request: message can't be edited")
        if all(message.get(name) == given.get(name) for name in ("text", "reply_markup")):
            raise Refused(400, "Bad Request: message is not modified: specified new message content is the same")
        message.pop("reply_markup", None)
        message.update({name: given[name] for name in ("text", "reply_markup") if name in given})
        return on_the_wire(message | {"edit_date": int(time.time())})

    def _open(self, given: dict[str, Any]) -> int:
        chat = int(given["chat_id"])
        if chat not in self.chats:
            raise Refused(400, "Bad Request: chat not found")
        if self.chats[chat].blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

    def _check_answered(self, chat: Chat, given: dict[str, Any]) -> None:
        below = given.get("reply_parameters", {"message_id": None, "allow_sending_without_reply": True})
        if below["message_id"] not in chat.messages and not below.get("allow_sending_without_reply"):
            raise Refused(400, "Bad Request: message to be replied not found")

    def _count(self, chat: Chat) -> None:
        now = time.monotonic()
        for sent_at, span, most in ((self._sent_at, 1.0, PER_SECOND), (chat.sent_at, PER_CHAT_S, PER_CHAT)):
            while sent_at and sent_at[0] <= now - span:
                sent_at.popleft()
            if len(sent_at) >= most:
                self.refused_for_speed += 1
                raise Refused(429, "Too Many Requests: retry after 1", retry_after=1)
        self._sent_at.append(now)
        chat.sent_at.append(now)

    async def _poll(self, offset: int, seconds: int) -> list[dict[str, Any]]:
        if self.webhook is not None:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._polls:
            self.wrong.append("two pollers at once")
            raise Refused(409, "Conflict: terminated by other getUpdates request")
        self._polls += 1
        try:
            self._updates = [update for update in self._updates if update["update_id"] >= offset]
            try:
                async with asyncio.timeout(seconds):
                    while not self._updates:
                        await self._changed.wait()
            except TimeoutError:
                pass
            return self._updates[:100]
        finally:
            self._polls -= 1

    async def _serve_file(self, request: web.Request) -> web.Response:
        if faults := self._faults.get("file"):
            fault = faults.popleft()
            if fault.lost:
                await asyncio.Event().wait()
            return web.Response(status=fault.status)
        return web.Response(body=self.files[request.match_info["path"].removeprefix("x/")])

    async def _given(self, request: web.Request, method: str) -> dict[str, Any]:
        """A call's parameters, as JSON or as a form whose values are JSON where they are no plain text."""
        if request.content_type == "application/json":
            found: dict[str, Any] = await request.json()
            return found
        given: dict[str, Any] = {}
        uploads: dict[str, dict[str, Any]] = {}
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                upload = {"name": value.filename, "size": len(value.file.read())}
                if self._types.takes(method, name):
                    given[name] = upload
                else:
                    uploads[f"attach://{name}"] = upload
            elif isinstance(value, str):
                given[name] = self._read(method, name, value)
        for each in given["media"] if isinstance(given.get("media"), list) else ():
            each["media"] = uploads.get(each["media"], each["media"])
        return {name: uploads.get(value, value) if isinstance(value, str) else value for name, value in given.items()}

    def _read(self, method: str, name: str, value: str) -> Any:
        if self._types.is_text(method, name):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value

    def _refusal(self, status: int, description: str, parameters: dict[str, int] | None = None) -> web.Response:
        body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        if parameters:
            body["parameters"] = parameters
        self.wrong += self._types.refusal(body)
        return web.json_response(body, status=status)

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Customer:
    """Somebody with Telegram on their phone."""

    def __init__(self, api: BotApi, number: int, name: str = "Ann", language: str = "en") -> None:
        self.api, self.number = api, number
        self.who = {"id": number, "is_bot": False, "first_name": name, "language_code": language}
        self._presses = itertools.count(1)
        api.chats.setdefault(number, Chat())

    @property
    def chat(self) -> Chat:
        return self.api.chats[self.number]

    async def says(self, text: str) -> dict[str, Any]:
        return await self._writes(text=text)

    async def replies(self, to: dict[str, Any], text: str, part: str | None = None) -> dict[str, Any]:
        """To a message, or to `part` of it."""
        return await self._writes(text=text, **answering(to, part))

    def told(self, part: str) -> dict[str, Any] | None:
        """The newest message of the bot's with these words."""
        messages = reversed(list(self.chat.messages.values()))
        return next((m for m in messages if m["from"] is BOT and part in m.get("text", "")), None)

    async def sends(
        self, kind: str, body: bytes, caption: str = "", size: int | None = None, album: str | None = None
    ) -> dict[str, Any]:
        name = f"file{len(self.api.files)}"
        self.api.files[name] = body
        file = {"file_id": name, "file_unique_id": name, "file_size": len(body) if size is None else size}
        sent: Any = [file | {"width": 60, "height": 40}] if kind == "photo" else file | {"file_name": "receipt.pdf"}
        together = {"media_group_id": album} if album else {}
        return await self._writes(**{kind: sent}, **({"caption": caption} if caption else {}), **together)

    async def sends_place(self, latitude: float, longitude: float) -> dict[str, Any]:
        return await self._writes(location={"latitude": latitude, "longitude": longitude})

    async def edits(self, message: dict[str, Any], text: str) -> None:
        await self.api.happens("edited_message", {**message, "text": text, "edit_date": int(time.time())})

    async def presses(self, label: str, *, data: str | None = None) -> str:
        """The newest button that reads so, or one that was there with this data; its answer's text."""
        if data is None:
            await self.api.until(lambda: self._button(label) is not None)
        message, known = self._button(label) or (self.told("") or {}, "")
        query = f"{self.number}-{next(self._presses)}"
        await self.api.happens(
            "callback_query",
            {
                "id": query,
                "from": self.who,
                "chat_instance": "1",
                "message": on_the_wire(message),
                "data": data or known,
            },
        )
        await self.api.until(lambda: query in self.api.answered)
        return self.api.answered[query]

    def _button(self, label: str) -> tuple[dict[str, Any], str] | None:
        for message in reversed(list(self.chat.messages.values())):
            for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
                for button in row:
                    if button["text"] == label:
                        return message, button["callback_data"]
        return None

    def seen(self) -> list[str]:
        """What the bot wrote, oldest first."""
        return [str(m.get("text", m.get("file"))) for m in self.chat.messages.values() if m["from"] is BOT]

    async def sees(self, part: str, seconds: float = 30) -> None:
        await self.api.until(lambda: any(part in text for text in self.seen()), seconds)

    async def _writes(self, **content: Any) -> dict[str, Any]:
        message = self.api.new_message(self.number, **{"from": self.who}, **content)
        await self.api.happens("message", message)
        return message


Api = TypeVar("Api", bound=BotApi)


@asynccontextmanager
async def serving(port: int = 0) -> AsyncIterator[BotApi]:
    async with served(BotApi(), port) as api:
        yield api


@asynccontextmanager
async def served(api: Api, port: int = 0) -> AsyncIterator[Api]:
    # Who is gone does not poll any more.
    runner = web.AppRunner(api.app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    api.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        await runner.cleanup()
