"""Telegram as a channel: the bot's profile, where updates come from, and the sender for the outbox."""

import asyncio
import hmac
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from weakref import WeakValueDictionary

import aiohttp
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramBadRequest
from aiogram.methods import Response
from aiogram.types import Message, ReplyParameters, Update
from aiohttp import web
from pydantic import ValidationError

from bot.channels.base import OnMessage
from bot.channels.telegram.asides import Asides
from bot.channels.telegram.cards import Cards
from bot.channels.telegram.intake import UPDATES, Intake
from bot.channels.telegram.rates import Budget
from bot.channels.telegram.sender import NOT_KNOWN, TelegramSender
from bot.replies import Replies
from bot.settings import TelegramBot
from bot.shop import Shop
from handoff.board import Board
from handoff.db import Database
from handoff.errors import DatabaseTrouble
from handoff.files import Files
from handoff.ports import Clock, Wakeups
from handoff.posts import Post
from handoff.values import Language

log = logging.getLogger("baton.telegram")

WEBHOOK = "/telegram/webhook"
MENUS: tuple[str, ...] = ("", "zh", "en")
"""Telegram takes codes of two letters: Chinese is the shop's own, and whoever has another language gets the shop's."""
POST = "telegram polling"
"""Telegram lets one poller have the updates; another process takes the post over when it is not renewed."""
POLL_S = 20
CALL = aiohttp.ClientTimeout(total=25, sock_connect=8)
PAUSE_S = 3.0
TRIES = 3
"""So often an update that breaks us comes again; then a person is called in its place."""
_KEPT = Response[Message], Response[bool], Response[list[Update]]
"""What aiogram reads answers with; where nobody keeps them, it makes these types anew again and again."""
AT_ONCE = 16
"""Updates of different customers are stored side by side, those of one customer one after the other."""


CALLS_AT_ONCE = 8
"""Of the webhook, all in all; each may wait for the one before it."""


class AgentsDesk(Protocol):
    """What happens in agents' groups; it takes an update as `Intake` does."""

    def concerns(self, update: Update) -> bool: ...

    async def take(self, update: Update) -> None: ...

    async def run(self) -> None: ...

    async def close(self) -> None: ...


AgentsAt = Callable[[Bot, Budget, Intake, str], AgentsDesk]
"""The last is what this process is called where it holds a lease."""


class Telegram:
    """`run` brings customers' messages in until it is cancelled; `sender` brings ours out.

    `owner` is what this process is called where it holds a lease.
    """

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
        wakeups: Wakeups,
        board: Board,
        owner: str,
        agents_at: AgentsAt | None = None,
    ) -> None:
        self._settings, self._public_url = settings, public_url
        self._database, self._clock, self._shop, self._replies = database, clock, shop, replies
        session = AiohttpSession(api=TelegramAPIServer.from_base(settings.api))
        # Only so has the connection a time of its own: what was never sent is told from what got no answer.
        session.timeout = CALL  # type: ignore[assignment]
        self._bot = Bot(settings.token, session=session)
        self._broken: Counter[int] = Counter()
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._post = Post(database, clock, POST, owner)
        self.username: str | None = None
        self.sender = TelegramSender(self._bot, database, files, clock)
        self._asides = Asides(self._bot, self.sender.budget, replies, shop, clock)
        self._intake = Intake(self._bot, database, on_message, replies, shop, files, clock, self._asides)
        self._cards = Cards(self._bot, self.sender.budget, database, wakeups, board, replies, shop, clock, owner)
        self._agents = agents_at(self._bot, self.sender.budget, self._intake, owner) if agents_at else None

    def add_to(self, app: web.Application) -> None:
        if self._settings.webhook_secret:
            app.router.add_post(WEBHOOK, self._called)

    async def run(self) -> None:
        await self._persevere(self._open_way)
        await self._persevere(self._learn_name)
        await self._persevere(self._offer_commands)
        log.info("telegram_ready mode=%s", "webhook" if self._settings.webhook_secret else "polling")
        polling = () if self._settings.webhook_secret else (self._post.keep(), self._poll())
        mirroring = (self._agents.run(),) if self._agents else ()
        await asyncio.gather(self._cards.run(), *polling, *mirroring)

    async def close(self) -> None:
        """Another process may have the updates at once."""
        if self._agents:
            await self._agents.close()
        await self._post.leave()
        await self._cards.leave()
        await self._bot.session.close()

    async def _persevere(self, step: Callable[[], Awaitable[None]]) -> None:
        """Again until Telegram is there. What it refuses for good is told and left."""
        while True:
            try:
                await step()
                return
            except TelegramBadRequest as error:
                log.error("telegram_refused why=%s", error.message)
                if step == self._offer_commands:
                    return
                await self._clock.sleep(PAUSE_S)
            except (AiogramError, TimeoutError) as error:
                await self._wait_after(error)

    async def _open_way(self) -> None:
        if self._settings.webhook_secret is None:
            await self._bot.delete_webhook()
        else:
            await self._bot.set_webhook(
                f"{self._public_url}{WEBHOOK}",
                allowed_updates=UPDATES,
                secret_token=self._settings.webhook_secret,
                max_connections=CALLS_AT_ONCE,
            )

    async def _learn_name(self) -> None:
        self.username = (await self._bot.me()).username

    async def _offer_commands(self) -> None:
        own = self._shop.language
        chinese: Language = own if own != "en" else "zh-TW"
        words: dict[str, Language] = {"": own, "zh": chinese, "en": "en"}
        for code in MENUS:
            await self._bot.set_my_commands(self._asides.menu(words[code]), language_code=code or None)

    async def _poll(self) -> None:
        """Whatever one round meets, the next one comes."""
        offset = 0
        while True:
            if not self._post.held:
                await self._clock.sleep(0.1)
                continue
            try:
                updates = await self._news(offset)
                await self._take_all(updates)
            except Exception as error:
                await self._wait_after(error)
            else:
                # Asking from the next one on tells Telegram that these are stored.
                offset = max([offset, *(update.update_id + 1 for update in updates)])

    async def _news(self, offset: int) -> list[Update]:
        """One that aiogram cannot read must not keep the others away."""
        try:
            return await self._bot.get_updates(
                offset, timeout=POLL_S, allowed_updates=UPDATES, request_timeout=POLL_S + 10
            )
        except ClientDecodeError as error:
            if not isinstance(error.data, dict):
                raise
            return [self._readable(raw) for raw in error.data["result"]]

    def _readable(self, raw: dict[str, Any]) -> Update:
        """The update, or as much of it as can be read: of whom it is."""
        try:
            return Update.model_validate(raw, context={"bot": self._bot})
        except ValidationError:
            log.warning("update_not_understood update=%s", raw.get("update_id"))
            message = raw.get("message") or {}
            known = {name: message.get(name) for name in ("message_id", "date", "chat", "from", "text", "caption")}
            if message.get("text") is None and message.get("caption") is None:
                known["dice"] = {"emoji": "?", "value": 1}
            try:
                return Update.model_validate(
                    {"update_id": raw["update_id"], "message": known}, context={"bot": self._bot}
                )
            except ValidationError:
                return Update(update_id=raw["update_id"])

    async def _take_all(self, updates: list[Update]) -> None:
        """Raises where one is not stored: then all of them come again, and most are known."""
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
        agents = self._agents if self._agents and self._agents.concerns(update) else None
        try:
            await (agents or self._intake).take(update)
        except DatabaseTrouble:
            raise
        except Exception:
            self._broken[update.update_id] += 1
            if self._broken[update.update_id] < TRIES:
                raise
            log.exception("update_broke update=%d", update.update_id)
            await self._told(update, to_agents=agents is not None)
        self._broken.pop(update.update_id, None)

    async def _told(self, update: Update, *, to_agents: bool) -> None:
        """Somebody hears of what is let go; whatever that meets, the next updates come. Raises `DatabaseTrouble`."""
        message, user = update.message, _whose(update)
        try:
            if not to_agents and user > 0:
                await self._intake.unread(user, f"u{update.update_id}")
            elif to_agents and message is not None and message.from_user is not None:
                language = self._intake.language_of(message.from_user)
                below = ReplyParameters(message_id=message.message_id, allow_sending_without_reply=True)
                told = self._replies.say("topic.told.trouble", language)
                await self._bot(message.answer(told, reply_parameters=below))
        except DatabaseTrouble:
            raise
        except Exception:
            log.exception("update_lost update=%d", update.update_id)

    async def _called(self, request: web.Request) -> web.Response:
        """Telegram's webhook. What is not stored is answered with 503, so that it comes again.

        What one customer sends is taken in the order in which it comes, within one process.
        """
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode(errors="replace")
        if not hmac.compare_digest(given, (self._settings.webhook_secret or "").encode()):
            raise web.HTTPForbidden(text="wrong secret")
        try:
            raw = json.loads(await request.read())
            update = self._readable(raw)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise web.HTTPBadRequest(text="not an update") from None
        turn = self._turns.setdefault(_whose(update), asyncio.Lock())
        try:
            async with turn:
                await self._take(update)
        except Exception as error:
            log.warning("update_postponed error=%s", type(error).__name__)
            raise web.HTTPServiceUnavailable from None
        return web.Response()

    async def _wait_after(self, error: Exception) -> None:
        if isinstance(error, NOT_KNOWN):
            log.error("telegram_token_refused: Telegram does not know BATON_TELEGRAM_TOKEN; ask @BotFather for it")
        elif isinstance(error, AiogramError | DatabaseTrouble | TimeoutError):
            log.warning("telegram_trouble error=%s", type(error).__name__)
        else:
            log.exception("telegram_broke")
        await self._clock.sleep(max(PAUSE_S, float(getattr(error, "retry_after", 0))))


def _whose(update: Update) -> int:
    """Whose update it is; 0 for what belongs to nobody we know of."""
    if update.callback_query is not None:
        return update.callback_query.from_user.id
    message = update.message or update.edited_message
    return message.chat.id if message is not None else 0
