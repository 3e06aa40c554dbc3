"""The web widget's side of the counter: one WebSocket per open page.

A visitor is a random token of which only the hash is stored. The socket only wakes; what is sent is always what the
database holds behind the visitor's cursor, so a reconnect, a missed wake-up and a second tab are the same case.
"""

import asyncio
import logging
import random
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from aiohttp import WSMsgType, web
from pydantic import ValidationError
from sqlalchemy.orm import Session

from bot.channels import frames, transcripts
from bot.channels.addresses import is_address
from bot.channels.base import OnMessage, clean
from bot.channels.buttons import Buttons
from bot.channels.entrance import Entered, Entrance
from bot.channels.visitors import Origins
from bot.replies import Replies
from bot.shop import Shop
from handoff import files as files_of
from handoff import inbox, ratings
from handoff.board import Board, Place
from handoff.business_hours import BusinessHours, find_zone
from handoff.db import Database
from handoff.desk import contacts, presence, timetable
from handoff.errors import BadInput, DatabaseTrouble, OldButton
from handoff.events import contact_topic
from handoff.files import Files
from handoff.ports import Clock, Wakeups
from handoff.satisfaction import SCORES
from handoff.states import Status
from handoff.values import (
    ADDRESS_FIELD,
    ADDRESS_FORM,
    RATE,
    RATING_FIELD,
    RATING_FORM,
    Action,
    Button,
    Content,
    ConversationView,
    FileView,
    Filled,
    Form,
    FormField,
    InboundMessage,
    Language,
    Media,
    MessageView,
    RatingView,
    Text,
)

log = logging.getLogger("baton.widget")

HEARTBEAT_S = 25.0
RECHECK_S = (45.0, 75.0)
"""A wake-up may get lost; the cursor is compared at least this often, by every page at a time of its own."""
SOCKET_LIMIT = 1024 * 1024
FRAMES_PER_WINDOW = 30
WINDOW_S = 10.0
MAX_HEAD = 300
MAX_FIELD = 200
FORM = "form"
FOREIGN_PAGE = 4403
"""Why a socket was closed. A page cannot read the status of a refused one, so it is let in and told."""
EXPORT_S = 5.0
"""A whole conversation is not read more often than this for one page."""
HELLO_S = 10.0
"""A page that has not said who is there by then is sent away."""


@dataclass(frozen=True, slots=True)
class Widget:
    """Serves visitors. `origins` are foreign pages that may embed the widget. `telegram` is what our bot is called."""

    database: Database
    on_message: OnMessage
    wakeups: Wakeups
    buttons: Buttons
    replies: Replies
    shop: Shop
    clock: Clock
    origins: Origins
    files: Files
    entrance: Entrance
    board: Board
    hello_s: float = HELLO_S
    telegram: Callable[[], str | None] = lambda: None
    sockets: set[web.WebSocketResponse] = field(default_factory=set)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """`GET /widget/socket`."""
        # Compression would keep 106 KB for every page that only waits; our frames are small.
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=SOCKET_LIMIT, compress=False)
        await socket.prepare(request)
        if not self.origins.admit(request):
            await socket.close(code=FOREIGN_PAGE, message=b"this page may not use the chat")
            return socket
        self.sockets.add(socket)
        try:
            # Who has left is told nothing more; what they said before is stored.
            with suppress(ConnectionError):
                await _Visit(self, socket).run()
        finally:
            self.sockets.discard(socket)
        return socket

    async def close(self) -> None:
        for socket in list(self.sockets):
            await socket.close(code=1012, message=b"restarting")


class _Visit:
    """One open page, from `hello` to the end of its socket."""

    def __init__(self, widget: Widget, socket: web.WebSocketResponse) -> None:
        self._widget, self._socket = widget, socket
        self._key = ""
        self._locale: Language = widget.shop.language
        self._zone: str | None = None
        self._cursor = 0
        self._state: frames.WidgetConversation | None = None
        self._recent: deque[float] = deque()
        self._followed: int | None = None
        self._told_cursor = 0
        self._moves: set[asyncio.Task[None]] = set()
        self._exported_at: float | None = None

    async def run(self) -> None:
        hello = await self._greeted()
        if hello is None:
            return
        self._locale = hello.locale or self._widget.shop.language
        self._zone = hello.zone if find_zone(hello.zone or "") else None
        try:
            entered = await self._widget.entrance.enter(hello, self._locale)
        except DatabaseTrouble as error:
            log.warning("not_let_in error=%s", type(error).__name__)
            await self._trouble("unavailable", None, retry=True)
            return
        self._key = entered.key
        self._cursor = hello.cursor
        async with self._widget.wakeups.subscribe(contact_topic("widget", self._key)) as woken:
            try:
                await self._welcome(entered)
                if entered.refused:
                    await self._trouble("identity", None)
                self._moves.add(asyncio.create_task(self._push_or_close(woken)))
                await self._listen()
            finally:
                self._follow(None)
                for task in self._moves:
                    task.cancel()
                await asyncio.gather(*self._moves, return_exceptions=True)

    async def _greeted(self) -> frames.Hello | None:
        """The first good frame must be `hello`; anything else is told so and waited past, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._widget.hello_s):
                async for frame in self._frames():
                    if isinstance(frame, frames.Hello):
                        return frame
                    await self._trouble("bad_frame", getattr(frame, "id", None))
        return None

    async def _listen(self) -> None:
        async for frame in self._frames():
            match frame:
                case frames.Send():
                    await self._send_text(frame)
                case frames.Press():
                    await self._press(frame)
                case frames.Submit():
                    await self._submit(frame)
                case frames.Typing() | frames.Seen():
                    await self._sign(frame)
                case frames.Export():
                    await self._export()
                case frames.Onward():
                    await self._go_on()
                case frames.Hello():
                    await self._trouble("bad_frame", None)

    async def _frames(self) -> AsyncIterator[frames.Incoming]:
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
        elif frame.files:
            await self._store(frame.id, Media("file", text, tuple(frame.files)))
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

    async def _submit(self, frame: frames.Submit) -> None:
        """A filled form is stored like words; one with a value that cannot be right is given back."""
        pressed = await self._of_button(frame.token)
        if pressed is None or pressed.name != FORM:
            await self._trouble("old_button", frame.id)
            return
        values = {name: clean(value)[:MAX_FIELD] for name, value in frame.values.items()}
        if pressed.value == ADDRESS_FORM and not is_address(values.get(ADDRESS_FIELD, "")):
            await self._trouble("bad_frame", frame.id, key="form")
            return
        label = " · ".join(value for value in values.values() if value)
        await self._store(frame.id, Filled(pressed.value, values, label, pressed.episode))

    async def _sign(self, frame: frames.Typing | frames.Seen) -> None:
        """Signs of life; losing one costs nothing, and a chat with the bot alone has nobody to tell."""
        if self._state is None or self._state.status == "bot":
            return
        now = self._widget.clock.now()
        try:
            if isinstance(frame, frames.Typing):
                await self._widget.database.write(presence.contact_types, "widget", self._key, now)
            else:
                await self._widget.database.write(presence.contact_got, "widget", self._key, now, seen=frame.seq)
        except DatabaseTrouble as error:
            log.info("sign_lost error=%s", type(error).__name__)

    async def _export(self) -> None:
        """The whole conversation as a text; nothing where nothing was said yet."""
        at, before = asyncio.get_running_loop().time(), self._exported_at
        if before is not None and at - before < EXPORT_S:
            await self._trouble("too_fast", None, key="export")
            return
        self._exported_at = at
        widget, now = self._widget, self._widget.clock.now()
        try:
            found = await widget.database.read(inbox.customer_transcript, "widget", self._key)
        except DatabaseTrouble as error:
            log.warning("not_exported error=%s", type(error).__name__)
            await self._trouble("unavailable", None, key="export")
            return
        if found is not None:
            text = transcripts.written(*found, self._locale, widget.shop, widget.replies, now)
            name = transcripts.file_name(found[0], now, widget.shop)
            await self._send(frames.Transcript(name=name, text=text))

    async def _go_on(self) -> None:
        """To Telegram, where there is a bot of ours."""
        widget, bot = self._widget, self._widget.telegram()
        if bot is None:
            await self._trouble("bad_frame", None)
            return
        try:
            now = widget.clock.now()
            secret = await widget.database.write(contacts.make_link, "widget", self._key, self._locale, now)
        except DatabaseTrouble as error:
            log.warning("no_link error=%s", type(error).__name__)
            await self._trouble("unavailable", None)
        else:
            await self._send(frames.Link(url=f"https://t.me/{bot}?start={secret}"))

    async def _pressed(self, frame: frames.Press) -> Action | None:
        if frame.name is not None:
            key = "widget.person" if frame.name == "person" else "widget.cancel_wait"
            label = self._widget.replies.say(key, self._locale)
            return Action(frame.name, label=label, reopens=frame.name == "person")
        return await self._of_button(frame.token) if frame.token else None

    async def _of_button(self, token: str) -> Action | None:
        """What we signed, if it belongs to this visitor's conversation."""
        read = self._widget.buttons.read(token)
        if read is None:
            return None
        action, conversation_id = read
        found = await self._widget.database.read(inbox.customer_conversation, "widget", self._key)
        return action if found is not None and found.id == conversation_id else None

    async def _store(self, source_id: str, content: Content) -> None:
        message = InboundMessage("widget", self._key, source_id, content, self._locale, zone=self._zone)
        try:
            recorded = await self._widget.on_message(message)
        except OldButton:
            await self._trouble("old_button", source_id)
        except BadInput:
            await self._trouble("no_file", source_id)
        except DatabaseTrouble as error:
            log.warning("not_stored error=%s", type(error).__name__)
            await self._trouble("unavailable", source_id, retry=True)
        else:
            await self._send(frames.Ack(id=source_id, seq=recorded.seq))

    async def _welcome(self, entered: Entered) -> None:
        conversation, messages = await self._news()
        widget = self._widget
        await self._send(
            frames.Welcome(
                token=entered.token,
                keep=entered.keep,
                locale=self._locale,
                shop=frames.Shop(
                    name=widget.shop.name[self._locale], accent=widget.shop.accent, zone=widget.shop.timezone
                ),
                texts=widget.replies.section("widget", self._locale),
                limits=frames.Limits(text=frames.MAX_TEXT, files=frames.MAX_FILES, file=files_of.MAX_BYTES),
                conversation=conversation,
                cursor=self._cursor,
                messages=messages,
                onward=widget.telegram() is not None,
            )
        )
        self._told_cursor = self._cursor

    async def _push_or_close(self, woken: asyncio.Event) -> None:
        """A page that is told nothing any more must notice, and come back."""
        try:
            await self._push(woken)
        except ConnectionError:
            await self._socket.close()
        except Exception:
            log.exception("push_broke")
            await self._socket.close(code=1011, message=b"trouble")

    async def _push(self, woken: asyncio.Event) -> None:
        while not self._socket.closed:
            try:
                async with asyncio.timeout(random.uniform(*RECHECK_S)):  # noqa: S311 - spreads load, keeps no secret
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
            if before is not None and before.reference is not None and conversation.reference is None:
                # A login has taken the chat along: whoever is here has to come in again.
                await self._socket.close(code=1012, message=b"come in again")
                return
            if messages or conversation != before:
                await self._send(frames.Messages(conversation=conversation, cursor=self._cursor, messages=messages))
                self._told_cursor = self._cursor
                await self._delivered(messages)

    async def _delivered(self, messages: Sequence[frames.WidgetMessage]) -> None:
        """Told to the desk where a person has spoken: that is what an agent asks about."""
        spoken = [message.seq for message in messages if message.author == "agent"]
        if spoken:
            now = self._widget.clock.now()
            with suppress(DatabaseTrouble):
                await self._widget.database.write(presence.contact_got, "widget", self._key, now, delivered=max(spoken))

    async def _news(self) -> tuple[frames.WidgetConversation, list[frames.WidgetMessage]]:
        """What is behind the cursor; moves it."""
        widget, now = self._widget, self._widget.clock.now()
        news = await widget.database.read(_news_of, self._key, self._cursor, now)
        hours = await self._hours(news)
        waits = news is not None and news.waits and hours.is_open(now)
        self._follow(news.view.id if news is not None and waits else None)
        place = await widget.board.place(news.view.id) if news is not None and waits else None
        if news is not None and news.is_next and hours.is_open(now):
            place = Place(1, None)
        self._state = frames.WidgetConversation.model_validate(
            {
                **(_standing(news) if news else _NOTHING_YET),
                **self._standing_at(place),
                "open": hours.is_open(now),
                "hours": widget.replies.hours(self._locale, self._read(hours), now),
                "zone": hours.zone.key,
                "rating": self._rating(news) if news else None,
            }
        )
        if news is None:
            self._cursor = 0
            return self._state, []
        self._cursor = news.view.rev
        return self._state, [self._shown(message, news.view) for message in news.messages]

    def _read(self, hours: BusinessHours) -> BusinessHours:
        """Told by date where the page's clock is known to show another time; whose clock it is, the page says."""
        return self._widget.shop.read_by(hours, self._locale, self._zone) if self._zone else hours

    async def _hours(self, news: "_News | None") -> BusinessHours:
        """When somebody is there for this conversation."""
        shop, team_id = self._widget.shop.business_hours, news.view.team_id if news is not None else None
        return await self._widget.database.read(timetable.hours_of, team_id, shop) if team_id is not None else shop

    def _follow(self, conversation_id: int | None) -> None:
        """Be called when the place of this conversation in the queue is another one; of None, of nothing."""
        board, before = self._widget.board, self._followed
        if before is not None and before != conversation_id:
            board.leave(before, self._moved)
        if conversation_id is not None:
            board.follow(conversation_id, self._moved)
        self._followed = conversation_id

    def _moved(self) -> None:
        task = asyncio.create_task(self._show_place())
        self._moves.add(task)
        task.add_done_callback(self._moves.discard)

    async def _show_place(self) -> None:
        """The new place as the board knows it: a queue that moves asks the database nothing for each who waits."""
        state = self._state
        if self._followed is None or state is None or state.status != "waiting":
            return
        self._state = state.model_copy(update=self._standing_at(self._widget.board.known(self._followed)))
        if self._state != state:
            with suppress(ConnectionError):
                await self._send(frames.Messages(conversation=self._state, cursor=self._told_cursor, messages=[]))

    def _standing_at(self, place: Place | None) -> dict[str, Any]:
        if place is None:
            return {"position": None, "wait": None}
        wait = self._widget.replies.wait(place.wait, self._locale) if place.wait is not None else None
        return {"position": place.position, "wait": wait}

    def _shown(self, message: MessageView, view: ConversationView) -> frames.WidgetMessage:
        current = message.episode == view.episode and message.seq > view.last_incoming_seq
        buttons = message.buttons if current and view.status is Status.PENDING else ()
        form = message.form if current and view.status in (Status.PENDING, Status.OPEN) else None
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
            files=[self._file(kept) for kept in message.files],
            form=self._form(form, view) if form else None,
            at=message.at,
            client_id=message.client_id if message.author == "contact" else None,
        )

    def _file(self, kept: FileView) -> frames.File:
        shown = {name: value for name, value in asdict(kept).items() if name != "key"}
        return frames.File(url=self._widget.files.address(kept), **shown)

    def _rating(self, news: "_News") -> frames.Rating | None:
        """Its buttons belong to the episode that was asked about, which may be over by now."""
        asked, view, say = news.rating, news.view, self._widget.replies.say
        if asked is None:
            return None
        scores = [Button(say(f"rating.{score}", self._locale), RATE, str(score)) for score in SCORES]
        field = FormField(RATING_FIELD, say("rating.comment", self._locale), "text")
        form = Form(RATING_FORM, (field,), say("form.send", self._locale))
        return frames.Rating(
            seq=asked.seq,
            name=asked.agent_name,
            score=asked.score,
            comment=asked.comment,
            scores=[
                frames.Button(label=b.label, token=self._widget.buttons.token(b, view.id, asked.episode))
                for b in scores
            ],
            form=self._form(form, view, asked.episode),
        )

    def _form(self, form: Form, view: ConversationView, episode: int | None = None) -> frames.Form:
        token = self._widget.buttons.token(Button(FORM, FORM, form.name), view.id, episode or view.episode)
        return frames.Form.model_validate(
            {"token": token, "fields": [asdict(f) for f in form.fields], "submit": form.submit}
        )

    def _words(self, message: MessageView) -> str:
        if message.activity is None:
            return message.text
        return self._widget.replies.say(f"activity.{message.activity}", self._locale, name=message.agent_name or "")

    async def _trouble(self, code: str, frame_id: str | None, *, retry: bool = False, key: str | None = None) -> None:
        text = self._widget.replies.say(f"trouble.{key or code}", self._locale, n=frames.MAX_TEXT)
        await self._send(frames.Trouble.model_validate({"code": code, "text": text, "id": frame_id, "retry": retry}))

    async def _send(self, frame: frames.Outgoing) -> None:
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


@dataclass(frozen=True, slots=True)
class _News:
    view: ConversationView
    messages: tuple[MessageView, ...]
    typing: presence.Here | None
    waits: bool = False
    is_next: bool = False
    rating: RatingView | None = None


def _news_of(session: Session, key: str, cursor: int, now: datetime) -> _News | None:
    """Everything a page may know, in one hop; None before the first message.

    A cursor above everything there is belongs to another conversation, and counts as none.
    """
    found = inbox.customer_view(session, "widget", key, cursor)
    if found is not None and found[0].rev < cursor:
        found = inbox.customer_view(session, "widget", key)
    if found is None:
        return None
    view, messages = found
    rating = ratings.offered(session, view, now)
    if view.status is not Status.OPEN:
        return _News(view, messages, None, rating=rating)
    if view.assignee_id is None:
        return _News(view, messages, None, waits=inbox.is_in_line(session, view.id), rating=rating)
    if inbox.is_called(session, view.id):
        # The name of who was given it may still change; it is told with their first words.
        unnamed = replace(view, assignee_id=None, assignee_name=None)
        return _News(unnamed, messages, None, is_next=True, rating=rating)
    return _News(view, messages, presence.typing_agent(session, view.id, now), rating=rating)


_NOTHING_YET: Mapping[str, Any] = {
    "reference": None,
    "status": "bot",
    "agent": None,
    "seen": 0,
    "typing": None,
}


def _standing(news: _News) -> dict[str, Any]:
    view, typing = news.view, news.typing
    return {
        "reference": view.reference,
        "status": _status(news),
        "agent": view.assignee_name if view.status is Status.OPEN else None,
        "seen": view.read_seq,
        "typing": {"name": typing.name, "until": typing.until} if typing else None,
    }


def _status(news: _News) -> str:
    match news.view.status:
        case Status.PENDING:
            return "bot"
        case Status.RESOLVED:
            return "resolved"
        case _:
            return "waiting" if news.waits or news.is_next else "person"
