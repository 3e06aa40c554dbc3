"""The web widget's side of the counter: one WebSocket per open page.

A visitor is a random token of which only the hash is stored. The socket only wakes; what is sent is always what the
database holds behind the visitor's cursor, so a reconnect, a missed wake-up and a second tab are the same case.
"""

import asyncio
import hashlib
import logging
import re
import secrets
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from bot.channels import frames
from bot.channels.base import OnMessage, clean
from bot.channels.buttons import Buttons
from bot.replies import Replies
from bot.shop import Shop
from handoff import inbox, queue
from handoff.db import Database
from handoff.errors import DatabaseTrouble, OldButton
from handoff.events import contact_topic
from handoff.ports import Clock, Wakeups
from handoff.states import Status
from handoff.values import Action, Content, ConversationView, InboundMessage, Language, MessageView, Text

log = logging.getLogger("baton.widget")

TOKEN_LIFETIME = timedelta(days=90)
HEARTBEAT_S = 25.0
RECHECK_S = 15.0
"""A wake-up may get lost; the cursor is compared at least this often."""
SOCKET_LIMIT = 1024 * 1024
FRAMES_PER_WINDOW = 30
WINDOW_S = 10.0
MAX_HEAD = 300


@dataclass(frozen=True, slots=True)
class Widget:
    """Serves visitors. `origins` are foreign pages that may embed the widget."""

    database: Database
    on_message: OnMessage
    wakeups: Wakeups
    buttons: Buttons
    replies: Replies
    shop: Shop
    clock: Clock
    origins: frozenset[str]
    sockets: set[web.WebSocketResponse] = field(default_factory=set)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """`GET /widget/socket`."""
        if not self._is_allowed(request):
            raise web.HTTPForbidden(text="this page may not use the chat")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=SOCKET_LIMIT)
        await socket.prepare(request)
        self.sockets.add(socket)
        try:
            await _Visit(self, socket).run()
        finally:
            self.sockets.discard(socket)
        return socket

    async def close(self) -> None:
        for socket in list(self.sockets):
            await socket.close(code=1012, message=b"restarting")

    def _is_allowed(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc == request.host or origin in self.origins


class _Visit:
    """One open page, from `hello` to the end of its socket."""

    def __init__(self, widget: Widget, socket: web.WebSocketResponse) -> None:
        self._widget, self._socket = widget, socket
        self._key = ""
        self._locale: Language = widget.shop.language
        self._cursor = 0
        self._state: frames.WidgetConversation | None = None
        self._recent: deque[float] = deque()

    async def run(self) -> None:
        hello = await self._greeted()
        if hello is None:
            return
        token = hello.token if hello.token and await self._is_fresh(hello.token) else secrets.token_urlsafe(32)
        self._key = _hash(token)
        self._locale = hello.locale or self._widget.shop.language
        self._cursor = hello.cursor
        async with self._widget.wakeups.subscribe(contact_topic("widget", self._key)) as woken:
            await self._welcome(token)
            pusher = asyncio.create_task(self._push(woken))
            try:
                await self._listen()
            finally:
                pusher.cancel()
                await asyncio.gather(pusher, return_exceptions=True)

    async def _greeted(self) -> frames.Hello | None:
        """The first good frame must be `hello`; anything else is told so and waited past."""
        async for frame in self._frames():
            if isinstance(frame, frames.Hello):
                return frame
            await self._trouble("bad_frame", frame.id)
        return None

    async def _is_fresh(self, token: str) -> bool:
        """A token that nobody used for long is given up: whoever finds it must not find the conversation."""
        seen = await self._widget.database.read(inbox.last_seen, "widget", _hash(token))
        return seen is None or self._widget.clock.now() - seen < TOKEN_LIFETIME

    async def _listen(self) -> None:
        async for frame in self._frames():
            match frame:
                case frames.Send():
                    await self._send_text(frame)
                case frames.Press():
                    await self._press(frame)
                case frames.Hello():
                    await self._trouble("bad_frame", None)

    async def _frames(self) -> AsyncIterator[frames.Hello | frames.Send | frames.Press]:
        """Every frame that is well formed; the others are answered with what is wrong."""
        async for message in self._socket:
            if self._is_too_fast():
                await self._trouble("too_fast", _id_of(message.data), retry=True)
                continue
            if message.type is not WSMsgType.TEXT:
                await self._trouble("bad_frame", None)
                continue
            if len(message.data.encode(errors="replace")) > frames.MAX_FRAME_BYTES:
                await self._trouble("too_large", None)
                continue
            try:
                frame = frames.incoming.validate_json(message.data)
            except (ValidationError, UnicodeError):
                await self._trouble("bad_frame", None)
                continue
            yield frame

    async def _send_text(self, frame: frames.Send) -> None:
        text = clean(frame.text)
        if len(text) > frames.MAX_TEXT:
            await self._trouble("too_long", frame.id)
        elif not text:
            await self._trouble("bad_frame", frame.id, key="empty")
        else:
            await self._store(frame.id, Text(text))

    async def _press(self, frame: frames.Press) -> None:
        pressed = await self._pressed(frame)
        if pressed is None:
            await self._trouble("old_button", frame.id)
        else:
            await self._store(frame.id, pressed)

    async def _pressed(self, frame: frames.Press) -> Action | None:
        if frame.name is not None:
            key = "widget.person" if frame.name == "person" else "widget.cancel_wait"
            return Action(frame.name, label=self._widget.replies.say(key, self._locale), reopens=True)
        read = self._widget.buttons.read(frame.token) if frame.token else None
        if read is None:
            return None
        action, conversation_id = read
        found = await self._widget.database.read(inbox.customer_conversation, "widget", self._key)
        return action if found is not None and found.id == conversation_id else None

    async def _store(self, source_id: str, content: Content) -> None:
        message = InboundMessage("widget", self._key, source_id, content, self._locale)
        try:
            recorded = await self._widget.on_message(message)
        except OldButton:
            await self._trouble("old_button", source_id)
        except DatabaseTrouble as error:
            log.warning("not_stored error=%s", type(error).__name__)
            await self._trouble("unavailable", source_id, retry=True)
        else:
            await self._send(frames.Ack(id=source_id, seq=recorded.seq))

    async def _welcome(self, token: str) -> None:
        conversation, messages = await self._news()
        widget = self._widget
        await self._send(
            frames.Welcome(
                token=token,
                locale=self._locale,
                shop=frames.Shop(name=widget.shop.name[self._locale], accent=widget.shop.accent),
                texts=widget.replies.section("widget", self._locale),
                limits=frames.Limits(text=frames.MAX_TEXT),
                conversation=conversation,
                cursor=self._cursor,
                messages=messages,
            )
        )

    async def _push(self, woken: asyncio.Event) -> None:
        while not self._socket.closed:
            try:
                async with asyncio.timeout(RECHECK_S):
                    await woken.wait()
            except TimeoutError:
                pass
            woken.clear()
            try:
                before, (conversation, messages) = self._state, await self._news()
            except DatabaseTrouble as error:
                log.warning("push_postponed error=%s", type(error).__name__)
                await self._widget.clock.sleep(error.retry_after)
                woken.set()
                continue
            if messages or conversation != before:
                await self._send(frames.Messages(conversation=conversation, cursor=self._cursor, messages=messages))

    async def _news(self) -> tuple[frames.WidgetConversation, list[frames.WidgetMessage]]:
        """What is behind the cursor; moves it."""
        found = await self._widget.database.read(inbox.customer_view, "widget", self._key, self._cursor)
        if found is None:
            self._cursor = 0
            self._state = frames.WidgetConversation(reference=None, status="bot", agent=None, position=None)
            return self._state, []
        view, messages = found
        position = await self._widget.database.read(queue.position, view.id)
        self._cursor = max(self._cursor, view.rev)
        self._state = _state(view, position)
        return self._state, [self._shown(message, view) for message in messages]

    def _shown(self, message: MessageView, view: ConversationView) -> frames.WidgetMessage:
        current = message.episode == view.episode and message.seq > view.last_incoming_seq
        buttons = message.buttons if current and view.status is Status.PENDING else ()
        return frames.WidgetMessage(
            kind="message" if message.activity is None else "activity",
            seq=message.seq,
            rev=message.rev,
            author=message.author,
            name=message.agent_name,
            text=self._words(message),
            format=message.format,
            buttons=[
                frames.Button(label=b.label, token=self._widget.buttons.token(b, view.id, view.episode))
                for b in buttons
            ],
            at=message.at,
            client_id=message.client_id if message.author == "contact" else None,
        )

    def _words(self, message: MessageView) -> str:
        if message.activity is None:
            return message.text
        return self._widget.replies.say(f"activity.{message.activity}", self._locale, name=message.agent_name or "")

    async def _trouble(self, code: str, frame_id: str | None, *, retry: bool = False, key: str | None = None) -> None:
        text = self._widget.replies.say(f"trouble.{key or code}", self._locale, n=frames.MAX_TEXT)
        await self._send(frames.Trouble.model_validate({"code": code, "text": text, "id": frame_id, "retry": retry}))

    async def _send(self, frame: frames.Welcome | frames.Ack | frames.Messages | frames.Trouble) -> None:
        if not self._socket.closed:
            await self._socket.send_str(frame.model_dump_json())

    def _is_too_fast(self) -> bool:
        now = asyncio.get_running_loop().time()
        while self._recent and self._recent[0] < now - WINDOW_S:
            self._recent.popleft()
        self._recent.append(now)
        return len(self._recent) > FRAMES_PER_WINDOW


def _id_of(data: object) -> str | None:
    """The id of a frame that is not even looked at, so that the page knows which one to send again."""
    found = re.search(r'"id":\s*"([\w-]{8,64})"', data[:MAX_HEAD]) if isinstance(data, str) else None
    return found.group(1) if found else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _state(view: ConversationView, position: int | None) -> frames.WidgetConversation:
    match view.status:
        case Status.PENDING:
            return frames.WidgetConversation(reference=view.reference, status="bot", agent=None, position=None)
        case Status.RESOLVED:
            return frames.WidgetConversation(reference=view.reference, status="resolved", agent=None, position=None)
        case _:
            status = "person" if view.assignee_id is not None else "waiting"
            return frames.WidgetConversation.model_validate(
                {"reference": view.reference, "status": status, "agent": view.assignee_name, "position": position}
            )
