"""Telegram as a channel: the bot's profile, where updates come from, and the sender for the outbox."""

import asyncio
import hmac
import logging
import secrets
from datetime import timedelta

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, TelegramUnauthorizedError
from aiogram.types import BotCommand, Update
from aiohttp import web
from pydantic import ValidationError

from bot.channels.base import OnMessage
from bot.channels.telegram.intake import UPDATES, Intake
from bot.channels.telegram.sender import TelegramSender
from bot.replies import Replies
from bot.settings import TelegramBot
from bot.shop import LANGUAGES, Shop
from handoff import jobs
from handoff.db import Database
from handoff.errors import DatabaseTrouble
from handoff.files import Files
from handoff.ports import Clock

log = logging.getLogger("baton.telegram")

WEBHOOK = "/telegram/webhook"
COMMANDS = ("human", "order", "start")
LANGUAGE_CODES = {"zh-TW": "zh-hant", "zh-CN": "zh-hans", "en": "en"}
POST = "telegram polling"
"""Telegram lets one poller have the updates; another process takes the post over when it is not renewed."""
POLL_S = 20
POST_FOR = timedelta(seconds=60)
PAUSE_S = 3.0
AT_ONCE = 16
"""Updates of different customers are stored side by side, those of one customer one after the other."""


class Telegram:
    """`run` brings customers' messages in until it is cancelled; `sender` brings ours out."""

    def __init__(
        self,
        settings: TelegramBot,
        public_url: str | None,
        database: Database,
        on_message: OnMessage,
        replies: Replies,
        shop: Shop,
        files: Files,
        clock: Clock,
    ) -> None:
        self._settings, self._public_url = settings, public_url
        self._database, self._clock, self._replies, self._shop = database, clock, replies, shop
        api = TelegramAPIServer.from_base(settings.api)
        self._bot = Bot(settings.token, session=AiohttpSession(api=api, timeout=POLL_S + 10))
        self._intake = Intake(self._bot, database, on_message, replies, shop, files)
        self._owner = secrets.token_hex(8)
        self.sender = TelegramSender(self._bot, database, files, clock)

    def add_to(self, app: web.Application) -> None:
        if self._settings.webhook_secret:
            app.router.add_post(WEBHOOK, self._called)

    async def run(self) -> None:
        while True:
            try:
                await self._introduce()
                break
            except (AiogramError, TimeoutError) as error:
                await self._wait_after(error)
        if self._settings.webhook_secret is None:
            await self._poll()

    async def close(self) -> None:
        """Another process may have the updates at once."""
        try:
            await self._database.write(jobs.leave, POST, self._owner)
        except DatabaseTrouble as error:
            log.warning("post_not_left error=%s", type(error).__name__)
        await self._bot.session.close()

    async def _introduce(self) -> None:
        """Where updates go, and what the bot's menu offers, in every language."""
        if self._settings.webhook_secret is None:
            await self._bot.delete_webhook()
        else:
            await self._bot.set_webhook(
                f"{self._public_url}{WEBHOOK}", allowed_updates=UPDATES, secret_token=self._settings.webhook_secret
            )
        for language in LANGUAGES:
            said = [
                BotCommand(command=name, description=self._replies.say(f"telegram.command.{name}", language))
                for name in COMMANDS
            ]
            await self._bot.set_my_commands(said, language_code=LANGUAGE_CODES[language])
            if language == self._shop.language:
                await self._bot.set_my_commands(said)
        log.info("telegram_ready mode=%s", "webhook" if self._settings.webhook_secret else "polling")

    async def _poll(self) -> None:
        offset = 0
        while True:
            try:
                if not await self._has_post():
                    await self._clock.sleep(PAUSE_S)
                    continue
                updates = await self._bot.get_updates(
                    offset, timeout=POLL_S, allowed_updates=UPDATES, request_timeout=POLL_S + 10
                )
                await self._take_all(updates)
                # Asking from the next one on tells Telegram that these are stored.
                offset = max([offset, *(update.update_id + 1 for update in updates)])
            except (AiogramError, DatabaseTrouble, TimeoutError) as error:
                await self._wait_after(error)

    async def _has_post(self) -> bool:
        now = self._clock.now()
        return await self._database.write(jobs.hold, POST, self._owner, now, now + POST_FOR)

    async def _take_all(self, updates: list[Update]) -> None:
        """Raises `DatabaseTrouble` where one is not stored: then all of them come again, and most are known."""
        lines: dict[int, list[Update]] = {}
        for update in updates:
            lines.setdefault(_whose(update), []).append(update)
        room = asyncio.Semaphore(AT_ONCE)

        async def one_by_one(line: list[Update]) -> None:
            async with room:
                for update in line:
                    await self._take(update)

        outcomes = await asyncio.gather(*map(one_by_one, lines.values()), return_exceptions=True)
        if failed := next((outcome for outcome in outcomes if isinstance(outcome, BaseException)), None):
            raise failed

    async def _take(self, update: Update) -> None:
        """One that breaks us must not come again for ever."""
        try:
            await self._intake.take(update)
        except DatabaseTrouble:
            raise
        except Exception:
            log.exception("update_broke update=%d", update.update_id)

    async def _called(self, request: web.Request) -> web.Response:
        """Telegram's webhook. What is not stored is answered with 503, so that it comes again."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), (self._settings.webhook_secret or "").encode()):
            raise web.HTTPForbidden(text="wrong secret")
        try:
            update = Update.model_validate_json(await request.read(), context={"bot": self._bot})
        except ValidationError:
            log.warning("update_not_understood")
            return web.Response()
        try:
            await self._take(update)
        except DatabaseTrouble as error:
            log.warning("update_postponed error=%s", type(error).__name__)
            raise web.HTTPServiceUnavailable from None
        return web.Response()

    async def _wait_after(self, error: Exception) -> None:
        if isinstance(error, TelegramUnauthorizedError):
            log.error("telegram_token_refused: Telegram does not know BATON_TELEGRAM_TOKEN; ask @BotFather for it")
        else:
            log.warning("telegram_trouble error=%s", type(error).__name__)
        await self._clock.sleep(PAUSE_S)


def _whose(update: Update) -> int:
    """Whose update it is; 0 for what belongs to nobody we know of."""
    if update.callback_query is not None:
        return update.callback_query.from_user.id
    message = update.message or update.edited_message
    return message.chat.id if message is not None else 0
