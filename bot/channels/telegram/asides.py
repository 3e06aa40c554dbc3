"""What is said beside conversations: in which language, where to write, that it was too much. None of it is stored."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import EditMessageText, SendMessage, SetMyCommands, TelegramMethod
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)

from bot.channels.telegram.rates import Budget
from bot.replies import Replies
from bot.shop import LANGUAGES, Shop
from handoff.ports import Clock
from handoff.values import Language

log = logging.getLogger("baton.telegram")

COMMANDS = ("human", "order", "language", "start")
NAMES: dict[Language, str] = {"zh-TW": "繁體中文", "zh-CN": "简体中文", "en": "English"}
SPEAK = "l"
"""How the data of a language's button begins: `l:CODE`."""
PATIENCE_S = 3.0
GONE = ("left", "kicked")


@dataclass(frozen=True, slots=True)
class Asides:
    """Says it once; what Telegram does not take is not said."""

    bot: Bot
    budget: Budget
    replies: Replies
    shop: Shop
    clock: Clock

    async def say(self, chat: int, key: str, language: Language, **details: object) -> None:
        await self._call(chat, SendMessage(chat_id=chat, text=self.replies.say(key, language, **details)))

    async def ask_language(self, chat: int, language: Language) -> None:
        rows = [[InlineKeyboardButton(text=NAMES[code], callback_data=f"{SPEAK}:{code}")] for code in LANGUAGES]
        text, keyboard = (
            self.replies.say("telegram.which_language", language),
            InlineKeyboardMarkup(inline_keyboard=rows),
        )
        await self._call(chat, SendMessage(chat_id=chat, text=text, reply_markup=keyboard))

    async def speak(self, chat: int, language: Language, query: CallbackQuery | None) -> None:
        """Says so in the language from now on, in place of the question where there is one; the menu is in it too."""
        text = self.replies.say("telegram.language_kept", language)
        if query is not None and query.message is not None:
            await self._call(chat, EditMessageText(chat_id=chat, message_id=query.message.message_id, text=text))
        else:
            await self._call(chat, SendMessage(chat_id=chat, text=text))
        await self._call(chat, SetMyCommands(commands=self.menu(language), scope=BotCommandScopeChat(chat_id=chat)))

    async def turn_away(self, event: ChatMemberUpdated) -> None:
        """Who adds the bot to a group hears where it can be written to."""
        was, now = event.old_chat_member.status, event.new_chat_member.status
        if event.chat.type not in ("group", "supergroup") or was not in GONE or now in GONE:
            return
        username = (await self.bot.me()).username
        await self.say(event.chat.id, "telegram.in_private", self.shop.language, link=f"https://t.me/{username}")

    def menu(self, language: Language) -> list[BotCommand]:
        return [
            BotCommand(command=name, description=self.replies.say(f"telegram.command.{name}", language))
            for name in COMMANDS
        ]

    async def _call(self, chat: int, call: TelegramMethod[Any]) -> None:
        pause = self.budget.reserve(str(chat), asyncio.get_running_loop().time(), PATIENCE_S)
        if pause > PATIENCE_S:
            log.info("aside_not_said")
            return
        await self.clock.sleep(pause)
        try:
            await self.bot(call)
        except AiogramError as error:
            log.info("aside_not_said error=%s", type(error).__name__)


def language_named(words: str) -> Language | None:
    """The language somebody means by its code or its name."""
    wanted = words.strip().lower().replace("_", "-")
    known: dict[str, Language] = {code.lower(): code for code in LANGUAGES} | {n.lower(): c for c, n in NAMES.items()}
    short: dict[str, Language] = {"tw": "zh-TW", "zh-hant": "zh-TW", "cn": "zh-CN", "zh": "zh-CN", "zh-hans": "zh-CN"}
    return (short | known).get(wanted)
