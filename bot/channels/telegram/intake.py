"""What customers send on Telegram, as messages of ours: stored before it counts as read."""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
from aiogram import Bot
from aiogram.enums import ChatAction, ChatType
from aiogram.exceptions import AiogramError, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.types import (
    Animation,
    Audio,
    CallbackQuery,
    Document,
    Message,
    Update,
    User,
    Video,
    VideoNote,
    Voice,
)

from bot.channels.base import OnMessage, clean
from bot.channels.buttons import pressed
from bot.channels.telegram.sender import PRESSED
from bot.replies import Replies
from bot.shop import Shop
from handoff import inbox
from handoff.db import Database
from handoff.errors import BadInput, OldButton
from handoff.files import MAX_BYTES, FileRefused, Files
from handoff.ports import Clock
from handoff.values import Action, Content, FileKind, FileView, InboundMessage, Language, Media, Recorded, Text

log = logging.getLogger("baton.telegram")

MAX_TEXT = 4096
MAX_DOWNLOAD = 20 * 1024 * 1024
"""Telegram gives bots nothing larger."""
DOWNLOAD_TRIES = 3
DOWNLOAD_S = 30
UPDATES = ["message", "edited_message", "callback_query"]
NOT_SHOWN = frozenset({"poll", "dice", "story", "paid_media", "checklist", "game", "giveaway", "invoice"})
"""What customers send that we cannot show: a person hears of it."""
_TOLD = {"too_large": "too_large", "bad_type": "bad_file", "bad_picture": "bad_file", "empty": "bad_file"}
_DATA = re.compile(rf"{PRESSED}:(\d{{1,18}}):(\d{{1,2}})")
_COMMAND = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes updates of any kind; what is no customer's doing is passed over."""

    bot: Bot
    database: Database
    on_message: OnMessage
    replies: Replies
    shop: Shop
    files: Files
    clock: Clock
    signs: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def take(self, update: Update) -> None:
        """Store what the customer did. Whatever is raised, it must come again."""
        if update.callback_query is not None:
            await self._pressed(update.callback_query)
        elif (message := update.message or update.edited_message) is not None:
            await self._wrote(message, edited=update.edited_message is not None)

    async def _wrote(self, message: Message, *, edited: bool) -> None:
        if message.chat.type != ChatType.PRIVATE or message.from_user is None or message.from_user.is_bot:
            return
        language = self.language_of(message.from_user)
        text = clean(message.text or message.caption or "")[:MAX_TEXT]
        # An edit brings words only, and a reaction comes as an edit that changes none.
        content = (Text(text) if text else None) if edited else await self._content(message, text, language)
        if content is None:
            log.info("passed_over kind=%s edited=%s", message.content_type, edited)
            return
        source = f"m{message.message_id}.{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        recorded = await self._stored(message.from_user, source, content, language)
        if recorded is not None and recorded.bot_owns and not recorded.duplicate:
            self._show_typing(message.chat.id)

    async def unread(self, user: int, source: str) -> None:
        """Something of theirs that we cannot read: a person is called. Raises `DatabaseTrouble`."""
        content = Media("file", self.replies.say("telegram.other", self.shop.language))
        await self.on_message(InboundMessage("telegram", str(user), source, content))

    async def _content(self, message: Message, text: str, language: Language) -> Content | None:
        if message.text is not None and (command := _COMMAND.fullmatch(text)):
            return self._command(command[1].lower(), text, language)
        if file := _file_of(message):
            return await self._with_file(message, file, text, language)
        if message.sticker is not None:
            return Media("sticker", message.sticker.emoji or "")
        if message.location is not None:
            return Media("location", f"{message.location.latitude:.5f}, {message.location.longitude:.5f}")
        if message.contact is not None:
            return Text(f"{message.contact.first_name} {message.contact.phone_number}")
        if message.content_type in NOT_SHOWN:
            return Media("file", self.replies.say("telegram.other", language))
        return Text(text) if text else None

    def _command(self, name: str, text: str, language: Language) -> Content:
        match name:
            case "start":
                return Action("start", label=text, reopens=True)
            case "human":
                return Action("person", label=self.replies.say("person_button", language), reopens=True)
            case "order":
                return Action("ask", "track_order", self.replies.say("telegram.command.order", language), reopens=True)
            case _:
                return Text(text)

    async def _with_file(self, message: Message, file: "_File", note: str, language: Language) -> Content:
        """The file with its caption. One that cannot be had is told of instead: a person sees to it."""
        owner = f"contact:telegram:{message.chat.id}"
        try:
            kept = await self._keep(owner, file)
        except FileRefused as refused:
            told = self.replies.say(f"telegram.{_TOLD.get(refused.code, 'not_kept')}", language)
            return Media(file.kind, f"{note}\n{told}".strip())
        return Media(kept.kind, note, (kept.key,))

    async def kept(self, owner: str, message: Message) -> FileView | None:
        """The file of a message, kept for `owner`; None where it has none. Raises `FileRefused`."""
        file = _file_of(message)
        return await self._keep(owner, file) if file else None

    async def _keep(self, owner: str, file: "_File") -> FileView:
        if (file.size or 0) > min(MAX_DOWNLOAD, MAX_BYTES):
            raise FileRefused("too_large", "")
        return await self.files.take(owner, self._download(file.id), file.name, file.size)

    async def _download(self, file_id: str) -> AsyncIterator[bytes]:
        """Raises `FileRefused` where Telegram does not hand it over."""
        try:
            address = await self._address(file_id)
            async for chunk in self.bot.session.stream_content(
                address, timeout=DOWNLOAD_S, chunk_size=65536, raise_for_status=True
            ):
                yield chunk
        except (AiogramError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("file_not_fetched error=%s", type(error).__name__)
            raise FileRefused("unavailable", "Telegram does not hand it over") from None

    async def _address(self, file_id: str) -> str:
        for attempt in range(DOWNLOAD_TRIES):
            try:
                found = await self.bot.get_file(file_id)
                return self.bot.session.api.file_url(self.bot.token, found.file_path or "")
            except (TelegramNetworkError, TelegramServerError, TelegramRetryAfter) as error:
                if attempt + 1 == DOWNLOAD_TRIES:
                    raise
                await self.clock.sleep(float(getattr(error, "retry_after", 1)))
        raise AssertionError("the last try returns or raises")

    async def _pressed(self, query: CallbackQuery) -> None:
        """An answer is owed in any case, else the button goes on turning."""
        language = self.language_of(query.from_user)
        action = await self._action(query)
        told = None
        if action is None or await self._stored(query.from_user, f"q{query.id}", action, language) is None:
            told = self.replies.say("trouble.old_button", language)
        try:
            await self.bot.answer_callback_query(query.id, told)
        except AiogramError as error:
            log.info("press_not_answered error=%s", type(error).__name__)

    async def _action(self, query: CallbackQuery) -> Action | None:
        """What the button meant, if it stands in this customer's own conversation."""
        match = _DATA.fullmatch(query.data or "")
        if match is None:
            return None
        message_id, index = int(match[1]), int(match[2])
        message = await self.database.read(inbox.customer_message, "telegram", str(query.from_user.id), message_id)
        if message is None or index >= len(message.buttons):
            return None
        return pressed(message.buttons[index], message.episode)

    async def _stored(self, user: User, source: str, content: Content, language: Language) -> Recorded | None:
        """None where nothing may come of it any more."""
        try:
            return await self.on_message(
                InboundMessage("telegram", str(user.id), source, content, language, clean(user.full_name)[:200])
            )
        except OldButton:
            return None
        except BadInput as error:
            log.warning("not_taken error=%s", type(error).__name__)
            return None

    def _show_typing(self, chat: int) -> None:
        """Nothing waits for it."""

        async def show() -> None:
            try:
                await self.bot.send_chat_action(chat, ChatAction.TYPING, request_timeout=5)
            except AiogramError as error:
                log.info("typing_not_shown error=%s", type(error).__name__)

        task = asyncio.create_task(show())
        self.signs.add(task)
        task.add_done_callback(self.signs.discard)

    def language_of(self, user: User) -> Language:
        """What their Telegram is set to; the words they write count more."""
        code = (user.language_code or "").lower()
        if code.startswith("zh"):
            return "zh-TW" if code.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")) else "zh-CN"
        return "en" if code else self.shop.language


@dataclass(frozen=True, slots=True)
class _File:
    id: str
    name: str
    kind: FileKind
    size: int | None


def _file_of(message: Message) -> _File | None:
    if message.photo:
        largest = message.photo[-1]
        return _File(largest.file_id, "photo.jpg", "image", largest.file_size)
    found: tuple[tuple[FileKind, Video | VideoNote | Animation | Voice | Audio | Document | None, str], ...] = (
        ("video", message.video, "video.mp4"),
        ("video", message.video_note, "video.mp4"),
        ("video", message.animation, "animation.mp4"),
        ("voice", message.voice, "voice.ogg"),
        ("voice", message.audio, "audio.mp3"),
        ("file", message.document, "file"),
    )
    for kind, sent, name in found:
        if sent is not None:
            return _File(sent.file_id, getattr(sent, "file_name", None) or name, kind, sent.file_size)
    return None
