"""A strict Bot API server on loopback: checks what it is asked, and refuses what Telegram refuses, in its words."""

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
from jsonschema import Draft202012Validator

TOKEN = "123456:" + "t" * 35
BOT = {"id": 123456, "is_bot": True, "first_name": "Xiaoman", "username": "xiaoman_bot"}
CHAT = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?\d+$"}]}
ENTITY = {
    "type": "object",
    "required": ["type", "offset", "length"],
    "properties": {"type": {"enum": ["bold", "text_link", "italic", "code"]}, "url": {"type": "string"}},
}
KEYBOARD = {
    "type": "object",
    "required": ["inline_keyboard"],
    "properties": {
        "inline_keyboard": {
            "type": "array",
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["text"],
                    "properties": {
                        "text": {"type": "string", "minLength": 1},
                        "callback_data": {"type": "string", "minLength": 1, "maxLength": 64},
                    },
                    "additionalProperties": False,
                },
            },
        }
    },
    "additionalProperties": False,
}
SENT: dict[str, Any] = {"chat_id": CHAT, "reply_markup": KEYBOARD}
FILE = {"type": "object", "required": ["name", "size"]}
"""An upload, as it stands here after it was read."""
METHODS: dict[str, dict[str, Any]] = {
    "getMe": {},
    "getUpdates": {"offset": {"type": "integer"}, "timeout": {"type": "integer"}, "allowed_updates": {"type": "array"}},
    "setWebhook": {"url": {"type": "string"}, "allowed_updates": {"type": "array"}, "secret_token": {"type": "string"}},
    "deleteWebhook": {},
    "setMyCommands": {"commands": {"type": "array"}, "language_code": {"type": "string", "pattern": "^([a-z]{2})?$"}},
    "sendChatAction": {"chat_id": CHAT, "action": {"enum": ["typing"]}},
    "answerCallbackQuery": {"callback_query_id": {"type": "string"}, "text": {"type": "string", "maxLength": 200}},
    "sendMessage": {
        **SENT,
        "text": {"type": "string", "minLength": 1},
        "entities": {"type": "array", "items": ENTITY},
        "link_preview_options": {"type": "object"},
    },
    "sendPhoto": {**SENT, "photo": FILE},
    "sendVideo": {**SENT, "video": FILE},
    "sendVoice": {**SENT, "voice": FILE},
    "sendDocument": {**SENT, "document": FILE},
    "getFile": {"file_id": {"type": "string"}},
}
OPTIONAL = {"reply_markup", "entities", "link_preview_options", "text", "language_code", "offset", "timeout"}
REQUIRED = {"sendMessage": {"text"}}
LONGEST = 4096
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

    methods, optional = METHODS, OPTIONAL

    def __init__(self) -> None:
        self.address = ""
        self.chats: dict[int, Chat] = {}
        self.wrong: list[str] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answered: dict[str, str] = {}
        self.commands: dict[str, list[str]] = {}
        self.files: dict[str, bytes] = {}
        self.webhook: tuple[str, str] | None = None
        self.refused_for_speed = 0
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

    async def happens(self, kind: str, content: dict[str, Any], *, number: int | None = None) -> dict[str, Any]:
        """An update for the bot, kept until it is confirmed."""
        update = {"update_id": number or next(self._update_numbers), kind: content}
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
            return _error(401, "Unauthorized")
        given = await _given(request)
        self.calls.append((method, given))
        self._check(method, given)
        faults = self._faults.get(method)
        fault = faults.popleft() if faults else None
        if fault is not None and not fault.lost and fault.status != 200:
            parameters = {"retry_after": fault.retry_after} if fault.retry_after else {}
            return _error(fault.status, fault.description, parameters)
        try:
            result = await self._do(method, given)
        except Refused as refused:
            return _error(refused.status, refused.description, refused.parameters)
        finally:
            self._tell()
        if fault is not None and fault.lost:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"ok": True, "result": result})

    def _check(self, method: str, given: dict[str, Any]) -> None:
        if method not in self.methods:
            self.wrong.append(f"there is no method {method}")
            return
        required = (self.methods[method].keys() - self.optional) | REQUIRED.get(method, set())
        schema = {
            "type": "object",
            "properties": self.methods[method],
            "required": sorted(required),
            "additionalProperties": False,
        }
        self.wrong += [f"{method}: {error.message}" for error in Draft202012Validator(schema).iter_errors(given)]

    async def _do(self, method: str, given: dict[str, Any]) -> Any:
        match method:
            case "getMe":
                return BOT
            case "getUpdates":
                return await self._poll(given.get("offset", 0), given.get("timeout", 0))
            case "setWebhook":
                self.webhook = (given["url"], given["secret_token"])
            case "deleteWebhook":
                self.webhook = None
            case "setMyCommands":
                names = [command["command"] for command in given["commands"]]
                self.commands[given.get("language_code", "")] = names
            case "answerCallbackQuery":
                self.answered[given["callback_query_id"]] = given.get("text", "")
            case "sendChatAction":
                self._open(given)
            case "getFile":
                if given["file_id"] not in self.files:
                    raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
                return {"file_id": given["file_id"], "file_unique_id": "u", "file_path": f"x/{given['file_id']}"}
            case _:
                return self._send(method, given)
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
        content: dict[str, Any] = {name: given[name] for name in ("text", "entities", "reply_markup") if name in given}
        for name in ("photo", "video", "voice", "document"):
            if name in given:
                content["file"] = given[name] | {"as": name}
        message = self.new_message(chat, **{"from": BOT}, **content)
        return {name: message[name] for name in ("message_id", "date", "chat", "from", "text") if name in message}

    def _open(self, given: dict[str, Any]) -> int:
        chat = int(given["chat_id"])
        if chat not in self.chats:
            raise Refused(400, "Bad Request: chat not found")
        if self.chats[chat].blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

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
            return web.Response(status=faults.popleft().status)
        return web.Response(body=self.files[request.match_info["path"].removeprefix("x/")])

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

    async def sends(self, kind: str, body: bytes, caption: str = "", size: int | None = None) -> dict[str, Any]:
        name = f"file{len(self.api.files)}"
        self.api.files[name] = body
        file = {"file_id": name, "file_unique_id": name, "file_size": len(body) if size is None else size}
        sent: Any = [file | {"width": 60, "height": 40}] if kind == "photo" else file | {"file_name": "receipt.pdf"}
        return await self._writes(**{kind: sent}, **({"caption": caption} if caption else {}))

    async def sends_place(self, latitude: float, longitude: float) -> dict[str, Any]:
        return await self._writes(location={"latitude": latitude, "longitude": longitude})

    async def edits(self, message: dict[str, Any], text: str) -> None:
        await self.api.happens("edited_message", {**message, "text": text, "edit_date": int(time.time())})

    async def presses(self, label: str, *, data: str | None = None) -> str:
        """The newest button that reads so; its answer's text."""
        await self.api.until(lambda: self._button(label) is not None)
        message, known = self._button(label) or ({}, "")
        query = f"{self.number}-{next(self._presses)}"
        shown = {name: message[name] for name in ("message_id", "date", "chat", "from", "text")}
        await self.api.happens(
            "callback_query",
            {
                "id": query,
                "from": self.who,
                "chat_instance": "1",
                "message": shown,
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
async def serving() -> AsyncIterator[BotApi]:
    async with served(BotApi()) as api:
        yield api


@asynccontextmanager
async def served(api: Api) -> AsyncIterator[Api]:
    # Who is gone does not poll any more.
    runner = web.AppRunner(api.app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    api.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        await runner.cleanup()


async def _given(request: web.Request) -> dict[str, Any]:
    """A call's parameters, as JSON or as a form whose values are JSON where they are no plain text."""
    if request.content_type == "application/json":
        found: dict[str, Any] = await request.json()
        return found
    given: dict[str, Any] = {}
    uploads: dict[str, dict[str, Any]] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            uploads[f"attach://{name}"] = {"name": value.filename, "size": len(value.file.read())}
        elif isinstance(value, str):
            given[name] = _read(name, value)
    return {name: uploads.get(value, value) if isinstance(value, str) else value for name, value in given.items()}


def _read(name: str, value: str) -> Any:
    if name in ("text", "caption", "chat_id", "url", "secret_token", "callback_query_id", "language_code"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _error(status: int, description: str, parameters: dict[str, int] | None = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=status)
