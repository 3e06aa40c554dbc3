"""What customers send on Telegram, as messages of ours: stored before it counts as read."""

import asyncio
import logging
import math
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import aiohttp
from aiogram import Bot
from aiogram.enums import ChatAction, ChatType
from aiogram.exceptions import AiogramError, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.types import CallbackQuery, Message, Update, User

from bot.channels.base import OnMessage, clean
from bot.channels.buttons import pressed
from bot.channels.telegram.asides import SPEAK, Asides, language_named
from bot.channels.telegram.attached import File, file_of, quoted_in
from bot.channels.telegram.cards import LEAVE, STAR
from bot.channels.telegram.floods import Floods
from bot.channels.telegram.pointing import named
from bot.channels.telegram.sender import PRESSED
from bot.replies import Replies
from bot.shop import Shop
from handoff import inbox
from handoff.db import Database
from handoff.desk import cards, contacts
from handoff.desk.contacts import Busy, LinkOver, Who
from handoff.errors import BadInput, OldButton
from handoff.files import MAX_BYTES, FileRefused, Files
from handoff.ports import Clock
from handoff.values import (
    RATE,
    RATING_FIELD,
    RATING_FORM,
    Action,
    Button,
    Content,
    FileView,
    Filled,
    InboundMessage,
    Language,
    Media,
    Recorded,
    Text,
)

log = logging.getLogger("baton.telegram")

MAX_TEXT = 4096
MAX_DOWNLOAD = 20 * 1024 * 1024
"""Telegram gives bots nothing larger."""
DOWNLOAD_TRIES = 3
FILE_S = 10.0
"""For everything a file needs. Whoever sends many to a slow line must not keep all the others waiting."""
LONGEST_PAUSE_S = 2.0
UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
NOT_SHOWN = frozenset({"poll", "dice", "story", "paid_media", "checklist", "game", "giveaway", "invoice"})
"""What customers send that we cannot show: a person hears of it."""
_TOLD = {"too_large": "too_large", "bad_type": "bad_file", "bad_picture": "bad_file", "empty": "bad_file"}
_DATA = re.compile(rf"{PRESSED}:(\d{{1,18}}):(\d{{1,2}})")
_ON_CARD = re.compile(rf"({LEAVE}|{STAR}):(\d{{1,9}})(?::([1-5]))?")
LINK = re.compile(r"[A-Za-z0-9_-]{16,64}")
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
    asides: Asides
    floods: Floods = field(default_factory=Floods)
    signs: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def take(self, update: Update) -> None:
        """Store what the customer did. Whatever is raised, it must come again."""
        if update.callback_query is not None:
            await self._pressed(update.callback_query, update.update_id)
        elif update.my_chat_member is not None:
            await self.asides.turn_away(update.my_chat_member)
        elif (message := update.message or update.edited_message) is not None:
            await self._wrote(message, update.update_id, edited=update.edited_message is not None)

    async def _wrote(self, message: Message, number: int, *, edited: bool) -> None:
        if message.chat.type != ChatType.PRIVATE or message.from_user is None or message.from_user.is_bot:
            return
        met = await self._met(message.from_user)
        if not await self._is_served(met, number, message.date.timestamp()):
            return
        text = clean(message.text or message.caption or "")[:MAX_TEXT]
        if not edited and await self._aside(met, message, text):
            return
        # An edit brings words only, and a reaction comes as an edit that changes none.
        content = (Text(text) if text else None) if edited else await self._content(met, message, text)
        if content is None:
            log.info("passed_over kind=%s edited=%s", message.content_type, edited)
            return
        if await self._is_about_rating(met, message, content, edited=edited):
            return
        source = named(message.message_id, text)
        recorded = await self._stored(met, source, content, quoted_in(message))
        if recorded is not None and recorded.bot_owns and not recorded.duplicate:
            self._show_typing(message.chat.id)

    async def unread(self, user: int, source: str) -> None:
        """Something of theirs that we cannot read: a person is called. Raises `DatabaseTrouble`."""
        who = await self.database.read(contacts.who, "telegram", str(user))
        if not who.blocked:
            content = Media("file", self.replies.say("telegram.other", who.language or self.shop.language))
            await self.on_message(InboundMessage(who.channel, who.key, source, content))

    async def _met(self, user: User) -> "_Met":
        who = await self.database.read(contacts.who, "telegram", str(user.id))
        if who.away:
            await self.database.write(contacts.come_back, "telegram", str(user.id))
        return _Met(user, who, who.language or self.language_of(user))

    async def _is_served(self, met: "_Met", number: int, at: float) -> bool:
        """Whom the desk does not want is not answered; who writes too fast is told so once."""
        if met.who.blocked:
            log.info("passed_over kind=blocked")
            return False
        verdict = self.floods.judge(met.user.id, number, at)
        if verdict == "tell":
            log.warning("flood")
            await self.asides.say(met.user.id, "telegram.too_fast", met.language)
        return verdict == "fine"

    async def _aside(self, met: "_Met", message: Message, text: str) -> bool:
        """Whether it is no part of the conversation: a language that is chosen, or the way here from the widget."""
        command = _COMMAND.fullmatch(text) if message.text is not None else None
        if command is None:
            return False
        name, rest = command[1].lower(), command[2] or ""
        if name == "language":
            language = language_named(rest)
            if language is None:
                await self.asides.ask_language(met.user.id, met.language)
            else:
                await self._speak(met, language, None)
            return True
        if name == "start" and LINK.fullmatch(rest):
            await self._go_on(met, rest)
            return True
        return False

    async def _speak(self, met: "_Met", language: Language, query: CallbackQuery | None) -> None:
        now = self.clock.now()
        await self.database.write(contacts.choose_language, met.who.channel, met.who.key, language, now)
        await self.asides.speak(met.user.id, language, query)

    async def _go_on(self, met: "_Met", secret: str) -> None:
        """What began in the widget goes on here. Nothing of it is told to whoever comes by a link that is over."""
        try:
            await self.database.write(contacts.follow_link, secret, "telegram", str(met.user.id), self.clock.now())
        except LinkOver:
            await self.asides.say(met.user.id, "telegram.link_over", met.language)
        except Busy:
            await self.asides.say(met.user.id, "telegram.link_busy", met.language)
        else:
            met = await self._met(met.user)
            await self.asides.say(met.user.id, "telegram.link_taken", met.language)

    async def _content(self, met: "_Met", message: Message, text: str) -> Content | None:
        language = met.language
        if message.text is not None and (command := _COMMAND.fullmatch(text)):
            return self._command(command[1].lower(), text, language)
        if file := file_of(message):
            return replace(await self._with_file(met, file, text), album=message.media_group_id)
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
            case "human":
                return Action("person", label=self.replies.say("person_button", language), reopens=True)
            case "order":
                return Action("ask", "track_order", self.replies.say("telegram.command.order", language), reopens=True)
            case _ if name.isascii():
                # Who tries a command that is none is shown what there is.
                return Action("start", label=text, reopens=True)
            case _:
                return Text(text)

    async def _with_file(self, met: "_Met", file: File, note: str) -> Media:
        """The file with its caption. One that cannot be had is told of instead: a person sees to it."""
        owner = f"contact:{met.who.channel}:{met.who.key}"
        try:
            kept = await self._keep(owner, file)
        except FileRefused as refused:
            told = self.replies.say(f"telegram.{_TOLD.get(refused.code, 'not_kept')}", met.language)
            return Media(file.kind, f"{note}\n{told}".strip())
        return Media(kept.kind, note, (kept.key,))

    async def kept(self, owner: str, message: Message) -> FileView | None:
        """The file of a message, kept for `owner`; None where it has none. Raises `FileRefused`."""
        file = file_of(message)
        return await self._keep(owner, file) if file else None

    async def _keep(self, owner: str, file: File) -> FileView:
        if (file.size or 0) > min(MAX_DOWNLOAD, MAX_BYTES):
            raise FileRefused("too_large", "")
        try:
            async with asyncio.timeout(FILE_S):
                return await self.files.take(owner, self._download(file.id), file.name, file.size)
        except TimeoutError:
            log.warning("file_not_fetched error=too_slow")
            raise FileRefused("unavailable", "Telegram hands it over too slowly") from None

    async def _download(self, file_id: str) -> AsyncIterator[bytes]:
        """Raises `FileRefused` where Telegram does not hand it over."""
        try:
            address = await self._address(file_id)
            async for chunk in self.bot.session.stream_content(
                address, timeout=math.ceil(FILE_S), chunk_size=65536, raise_for_status=True
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
                pause = float(getattr(error, "retry_after", 1))
                if attempt + 1 == DOWNLOAD_TRIES or pause > LONGEST_PAUSE_S:
                    raise
                await self.clock.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _is_about_rating(self, met: "_Met", message: Message, content: Content, *, edited: bool) -> bool:
        """Whether they are words beside a score: an answer to our question for them, while it may be answered."""
        asked = message.reply_to_message
        if edited or asked is None or not isinstance(content, Text):
            return False
        card = await self.database.read(cards.find, met.who.channel, met.who.key, str(asked.message_id))
        if card is None or card.kind == cards.PLACE:
            return False
        words = Filled(RATING_FORM, {RATING_FIELD: content.text}, content.text, card.about)
        return await self._stored(met, f"m{message.message_id}", words) is not None

    async def _pressed(self, query: CallbackQuery, number: int) -> None:
        """An answer is owed in any case, else the button goes on turning."""
        met = await self._met(query.from_user)
        told = None
        if await self._is_served(met, number, self.clock.now().timestamp()):
            told = await self._done(met, query)
        try:
            await self.bot.answer_callback_query(query.id, told)
        except AiogramError as error:
            log.info("press_not_answered error=%s", type(error).__name__)

    async def _done(self, met: "_Met", query: CallbackQuery) -> str | None:
        """What the button meant is stored; a word on it, where one is needed."""
        kind, _, code = (query.data or "").partition(":")
        if kind == SPEAK and (language := language_named(code)):
            await self._speak(met, language, query)
            return None
        message_id = str(query.message.message_id) if query.message is not None else ""
        action = await self._action(met, query.data or "", message_id)
        if action is None or await self._stored(met, f"q{query.id}", action) is None:
            return self.replies.say("trouble.old_button", met.language)
        return self.replies.say("widget.rate_thanks", met.language) if action.name == RATE else None

    async def _action(self, met: "_Met", data: str, on: str) -> Action | None:
        """What the button meant, if it stands in this customer's own conversation."""
        if on_card := _ON_CARD.fullmatch(data):
            return await self._on_card(met, on_card[1], int(on_card[2]), on_card[3], on)
        match = _DATA.fullmatch(data)
        if match is None:
            return None
        message_id, index = int(match[1]), int(match[2])
        message = await self.database.read(inbox.customer_message, met.who.channel, met.who.key, message_id)
        if message is None or index >= len(message.buttons):
            return None
        return pressed(message.buttons[index], message.episode)

    async def _on_card(self, met: "_Met", kind: str, about: int, score: str | None, on: str) -> Action | None:
        language, who = met.language, met.who
        if kind == STAR:
            if not score or not await self.database.read(cards.asks_rating, who.channel, who.key, about, on):
                return None
            return pressed(Button(self.replies.say(f"rating.{score}", language), RATE, score), about)
        waits = await self.database.read(cards.shows_place, who.channel, who.key, about)
        return Action("cancel_wait", label=self.replies.say("widget.cancel_wait", language)) if waits else None

    async def _stored(self, met: "_Met", source: str, content: Content, quoted: str | None = None) -> Recorded | None:
        """None where nothing may come of it any more."""
        who, name = met.who, clean(met.user.full_name)[:200]
        message = InboundMessage(who.channel, who.key, source, content, met.language, name, quoted=quoted)
        try:
            return await self.on_message(message)
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
class _Met:
    """Somebody on Telegram, and who they are to us."""

    user: User
    who: Who
    language: Language
