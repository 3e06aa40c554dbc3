"""Brings our messages to a customer's Telegram."""

import asyncio
import math
from collections.abc import Sequence

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendDocument, SendMediaGroup, SendMessage, SendPhoto, SendVideo, SendVoice, TelegramMethod
from aiogram.types import (
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    MediaUnion,
    Message,
)
from aiohttp import ClientConnectorError, ConnectionTimeoutError

from bot.channels.telegram import markup
from bot.channels.telegram.pointing import pointer
from bot.channels.telegram.rates import Budget
from handoff import delivery, inbox
from handoff.db import Database
from handoff.delivery import Line, Parcel, SendFailed
from handoff.errors import DatabaseTrouble
from handoff.files import Files
from handoff.ports import Clock
from handoff.values import FileView, MessageView

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_PHOTO_SIDES = 10_000
"""Width and height together. What is larger goes as a file, or more than `MAX_RATIO` times as long as wide."""
MAX_RATIO = 20
PRESSED = "b"
"""How the data of a button begins: `b:MESSAGE:INDEX`. What it means is looked up, so a forged one means nothing."""
PATIENCE_S = 3.0
"""A longer pause is the outbox's, so that nobody takes waiting for a send that hangs."""
ENOUGH_S = 20.0
"""Then a message of many parts gives way, so that the last call of a send ends within its limit."""
REST_AFTER_S = 1.0
BLOCKED = "the customer has blocked the bot, or the account is gone"
REFUSED = "Telegram does not know BATON_TELEGRAM_TOKEN"
NOT_KNOWN = (TelegramUnauthorizedError, TelegramNotFound)
"""An unknown chat is a bad request; this is the token's or the address's fault, and may be mended."""
NO_CHAT = "chat not found"
LONGEST_CAPTION = 1024
MOST_IN_ALBUM = 10
Call = TelegramMethod[Message] | SendMediaGroup


class TelegramSender:
    """Sends words, buttons and files. What is one message of ours may take several of Telegram's."""

    def __init__(self, bot: Bot, database: Database, files: Files, clock: Clock) -> None:
        self._bot, self._database, self._files, self._clock = bot, database, files, clock
        self.budget = Budget()

    async def send(self, parcel: Parcel) -> str | None:
        """Telegram's ids. Raises `SendFailed`; what was sent before is remembered with the delivery, part by part.

        What would take too long for one send goes on in the next.
        """
        sent = parcel.begun.split(",") if parcel.begun else []
        until = asyncio.get_running_loop().time() + ENOUGH_S
        [line] = parcel.lines
        message = await self._database.read(inbox.message, line.message_id)
        calls = self._calls(parcel.contact_key, line, message)
        if calls and message.quoted is not None:
            below = await self._database.read(pointer, message.quoted)
            calls[0] = calls[0].model_copy(update={"reply_parameters": below})
        for call in calls[len(sent) :]:
            try:
                sent.append(await self._brought(parcel.contact_key, call))
                if len(sent) < len(calls):
                    await self._go_on(parcel, sent, until)
            except SendFailed as failure:
                failure.begun = ",".join(sent) or None
                raise
        return ",".join(sent) or None

    async def _go_on(self, parcel: Parcel, sent: Sequence[str], until: float) -> None:
        """Raises `SendFailed` where the rest must come later."""
        try:
            await self._database.write(delivery.note_begun, parcel, ",".join(sent))
        except DatabaseTrouble as error:
            raise SendFailed(type(error).__name__) from None
        if asyncio.get_running_loop().time() >= until:
            raise SendFailed("the rest follows", retry_after=REST_AFTER_S)

    async def _brought(self, chat: str, call: Call) -> str:
        """Telegram's id of it, of an album that of the first."""
        loop = asyncio.get_running_loop()
        pause = self.budget.reserve(chat, loop.time(), PATIENCE_S)
        if pause > PATIENCE_S:
            raise SendFailed("Telegram wants fewer messages", retry_after=pause)
        if isinstance(call, SendMediaGroup):
            for _ in call.media[1:]:
                self.budget.reserve(chat, loop.time(), math.inf)
        if pause > 0:
            await self._clock.sleep(pause)
        try:
            answer = await self._called(call)
            return str((answer[0] if isinstance(answer, list) else answer).message_id)
        except AiogramError as error:
            if isinstance(error, TelegramRetryAfter):
                self.budget.refused(error.retry_after, loop.time())
            raise failure_of(error) from None

    async def _called(self, call: Call) -> Message | list[Message]:
        """A picture that Telegram takes for none goes as a file."""
        if isinstance(call, SendMediaGroup):
            return await self._album(call)
        try:
            return await self._bot(call)
        except TelegramBadRequest as error:
            if not isinstance(call, SendPhoto) or "chat" in error.message:
                raise
            as_file = SendDocument(
                chat_id=call.chat_id,
                document=call.photo,
                reply_markup=call.reply_markup,
                reply_parameters=call.reply_parameters,
            )
            return await self._bot(as_file)

    async def _album(self, call: SendMediaGroup) -> list[Message]:
        try:
            return await self._bot(call)
        except TelegramBadRequest as error:
            if "chat" in error.message or isinstance(call.media[0], InputMediaDocument):
                raise
            return await self._bot(call.model_copy(update={"media": [_as_file(each) for each in call.media]}))

    def _calls(self, chat: str, line: Line, message: MessageView) -> list[Call]:
        """The words, then the files; buttons stand below the last. One album alone takes the words along."""
        head = f"{line.agent_name}\n" if line.author == "agent" and line.agent_name else ""
        words = markup.shown(message.text, message.format, head) if message.text else []
        groups = _albums(message.files)
        if len(groups) == 1 and len(groups[0]) > 1 and len(words) < 2 and not message.buttons:
            [caption] = words or [markup.Words("")]
            if markup.units(caption.text) <= LONGEST_CAPTION:
                return [self._files_of(chat, groups[0], caption)]
        calls: list[Call] = [
            SendMessage(
                chat_id=chat,
                text=each.text,
                entities=list(each.entities),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
            for each in words
        ]
        calls += [self._files_of(chat, group) for group in groups]
        if calls and message.buttons and not isinstance(calls[-1], SendMediaGroup):
            rows = [
                [InlineKeyboardButton(text=button.label, callback_data=f"{PRESSED}:{message.id}:{index}")]
                for index, button in enumerate(message.buttons)
            ]
            calls[-1] = calls[-1].model_copy(update={"reply_markup": InlineKeyboardMarkup(inline_keyboard=rows)})
        return calls

    def _files_of(self, chat: str, group: Sequence[FileView], caption: markup.Words | None = None) -> Call:
        """One file by itself, several as an album; its words stand below the first."""
        if len(group) == 1:
            return file_call(self._files, chat, group[0])
        media = [self._in_album(file) for file in group]
        if caption is not None and caption.text:
            said = {"caption": caption.text, "caption_entities": list(caption.entities)}
            media[0] = media[0].model_copy(update=said)
        return SendMediaGroup(chat_id=chat, media=media)

    def _in_album(self, file: FileView) -> MediaUnion:
        content = FSInputFile(self._files.path(file.key), file.name)
        match _sort(file):
            case "seen" if file.kind == "video":
                return InputMediaVideo(media=content)
            case "seen":
                return InputMediaPhoto(media=content)
            case _:
                return InputMediaDocument(media=content)


def file_call(files: Files, chat: str, file: FileView) -> SendPhoto | SendVideo | SendVoice | SendDocument:
    """How a kept file goes to a chat: as what it is, where Telegram can show that."""
    content = FSInputFile(files.path(file.key), file.name)
    if file.kind == "image" and _is_photo(file):
        return SendPhoto(chat_id=chat, photo=content)
    if file.kind == "video":
        return SendVideo(chat_id=chat, video=content)
    if file.kind == "voice":
        return SendVoice(chat_id=chat, voice=content)
    return SendDocument(chat_id=chat, document=content)


def _albums(files: Sequence[FileView]) -> list[list[FileView]]:
    """What may go together, in order: pictures with videos, files with files; a voice message by itself."""
    groups: list[list[FileView]] = []
    for file in files:
        last = groups[-1] if groups else []
        alike = last and _sort(last[0]) == _sort(file) != "heard"
        if alike and len(last) < MOST_IN_ALBUM:
            last.append(file)
        else:
            groups.append([file])
    return groups


def _sort(file: FileView) -> str:
    if file.kind == "voice":
        return "heard"
    return "seen" if file.kind == "video" or (file.kind == "image" and _is_photo(file)) else "kept"


def _as_file(media: MediaUnion) -> MediaUnion:
    return InputMediaDocument(media=media.media, caption=media.caption, caption_entities=media.caption_entities)


def _is_photo(file: FileView) -> bool:
    short, long = sorted((file.width or 1, file.height or 1))
    return file.size <= MAX_PHOTO_BYTES and short + long <= MAX_PHOTO_SIDES and long <= MAX_RATIO * short


def failure_of(error: AiogramError) -> SendFailed:
    """What went wrong, and whether to try again. Unknown: Telegram may have taken it."""
    match error:
        case TelegramRetryAfter(retry_after=seconds):
            return SendFailed("Telegram wants fewer messages", retry_after=float(seconds))
        case TelegramForbiddenError():
            return SendFailed(BLOCKED, gone=True)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return SendFailed(REFUSED)
        case TelegramBadRequest(message=why) | TelegramEntityTooLarge(message=why):
            return SendFailed(f"Telegram does not take it: {why}", permanent=True, gone=NO_CHAT in why)
        case TelegramServerError():
            return SendFailed("Telegram has trouble of its own")
        case TelegramNetworkError() if isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError):
            return SendFailed("Telegram cannot be reached")
        case _:
            return SendFailed(f"Telegram gave no clear answer ({type(error).__name__})", unknown=True)
