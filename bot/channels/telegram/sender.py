"""Brings our messages to a customer's Telegram."""

import asyncio
from collections import OrderedDict

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendDocument, SendMessage, SendPhoto, SendVideo, SendVoice, TelegramMethod
from aiogram.types import FSInputFile, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from aiohttp import ClientConnectorError

from bot.channels.telegram import markup
from bot.channels.telegram.rates import Budget
from handoff import inbox
from handoff.db import Database
from handoff.delivery import Line, Parcel, SendFailed
from handoff.files import Files
from handoff.ports import Clock
from handoff.values import FileView, MessageView

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_PHOTO_SIDES = 10_000
"""Width and height together; what is larger goes as a file."""
PRESSED = "b"
"""How the data of a button begins: `b:MESSAGE:INDEX`. What it means is looked up, so a forged one means nothing."""
REMEMBERED = 1000
BLOCKED = "the customer has blocked the bot, or the account is gone"
Call = TelegramMethod[Message]


class TelegramSender:
    """Sends words, buttons and files. What is one message of ours may take several of Telegram's."""

    def __init__(self, bot: Bot, database: Database, files: Files, clock: Clock) -> None:
        self._bot, self._database, self._files, self._clock = bot, database, files, clock
        self._budget = Budget()
        self._begun: OrderedDict[int, list[int]] = OrderedDict()

    async def send(self, parcel: Parcel) -> str | None:
        """Telegram's id of the last one. Raises `SendFailed`; what was sent before goes on where it stopped."""
        last = None
        for line in parcel.lines:
            message = await self._database.read(inbox.message, line.message_id)
            sent = self._sent_of(line.delivery_id)
            for call in self._calls(parcel.contact_key, line, message)[len(sent) :]:
                sent.append((await self._brought(parcel.contact_key, call)).message_id)
            last = str(sent[-1]) if sent else None
        return last

    def _sent_of(self, delivery_id: int) -> list[int]:
        while len(self._begun) > REMEMBERED:
            self._begun.popitem(last=False)
        return self._begun.setdefault(delivery_id, [])

    async def _brought(self, chat: str, call: Call) -> Message:
        loop = asyncio.get_running_loop()
        if (pause := self._budget.reserve(chat, loop.time())) > 0:
            await self._clock.sleep(pause)
        try:
            return await self._bot(call)
        except AiogramError as error:
            if isinstance(error, TelegramRetryAfter):
                self._budget.refused(error.retry_after, loop.time())
            raise _failure(error) from None

    def _calls(self, chat: str, line: Line, message: MessageView) -> list[Call]:
        """The words, then the files; buttons stand below the last."""
        head = f"{line.agent_name}\n" if line.author == "agent" and line.agent_name else ""
        words = markup.shown(message.text, message.format, head) if message.text else []
        calls: list[Call] = [
            SendMessage(
                chat_id=chat,
                text=each.text,
                entities=list(each.entities),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
            for each in words
        ]
        calls += [self._file(chat, file) for file in message.files]
        if calls and message.buttons:
            rows = [
                [InlineKeyboardButton(text=button.label, callback_data=f"{PRESSED}:{message.id}:{index}")]
                for index, button in enumerate(message.buttons)
            ]
            calls[-1] = calls[-1].model_copy(update={"reply_markup": InlineKeyboardMarkup(inline_keyboard=rows)})
        return calls

    def _file(self, chat: str, file: FileView) -> Call:
        content = FSInputFile(self._files.path(file.key), file.name)
        if file.kind == "image" and _is_photo(file):
            return SendPhoto(chat_id=chat, photo=content)
        if file.kind == "video":
            return SendVideo(chat_id=chat, video=content)
        if file.kind == "voice":
            return SendVoice(chat_id=chat, voice=content)
        return SendDocument(chat_id=chat, document=content)


def _is_photo(file: FileView) -> bool:
    return file.size <= MAX_PHOTO_BYTES and (file.width or 0) + (file.height or 0) <= MAX_PHOTO_SIDES


def _failure(error: AiogramError) -> SendFailed:
    """What went wrong, and whether to try again. Unknown: Telegram may have taken it."""
    match error:
        case TelegramRetryAfter(retry_after=seconds):
            return SendFailed("Telegram wants fewer messages", retry_after=float(seconds))
        case TelegramForbiddenError():
            return SendFailed(BLOCKED, permanent=True)
        case TelegramBadRequest(message=why) | TelegramNotFound(message=why) | TelegramEntityTooLarge(message=why):
            return SendFailed(f"Telegram does not take it: {why}", permanent=True)
        case TelegramUnauthorizedError():
            return SendFailed("Telegram does not accept BATON_TELEGRAM_TOKEN")
        case TelegramNetworkError() if isinstance(error.__cause__, ClientConnectorError):
            return SendFailed("Telegram cannot be reached")
        case _:
            return SendFailed(f"Telegram gave no clear answer ({type(error).__name__})", unknown=True)
