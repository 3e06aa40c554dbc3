"""Composition root: every object is built here once, handed to who needs it, started, and stopped."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from bot import reference, wording
from bot import settings as settings_of
from bot import shop as shops
from bot.channels.buttons import Buttons
from bot.channels.entrance import Entrance
from bot.channels.uploads import Uploads
from bot.channels.visitors import Origins
from bot.channels.widget import Widget
from bot.database import connected
from bot.inbound import Inbound, NluState
from bot.knowledge.library import Library
from bot.letters import InvitationLetters, ResumeLetters
from bot.replies import Replies, shipped
from bot.settings import PORTS, ROOT, Settings, SettingsError
from bot.shop import Shop
from bot.shopdata.embedded import EmbeddedRecords
from bot.shopdata.page import ShopPage
from bot.training import Calibrator
from bot.understand import Brain, BrainOf, Measured, Nlu, Sureness
from handoff import desk, inbox, jobs
from handoff.board import Board
from handoff.business_hours import BusinessHours
from handoff.console import views
from handoff.console.auth import SignInLimit
from handoff.console.figure_page import FigurePage
from handoff.console.live import LiveFeed
from handoff.console.routes import Console
from handoff.console.schemas import Conversation, Installation
from handoff.console.table import ROUTES
from handoff.db import Database
from handoff.delivery import Sender
from handoff.desk import teams
from handoff.errors import DatabaseTrouble
from handoff.files import FORGET, Files
from handoff.metrics import Metrics, ProcessState
from handoff.notifier import EmailSender
from handoff.ports import Clock, Invitations, LocalWakeups, NoInvitations, SystemClock, Wakeups
from handoff.redis_wakeups import RedisWakeups
from handoff.values import Language, Outgoing, PromisedTime, Reader, Telling
from handoff.watches import (
    CLOSE,
    DUE,
    FORGET_TRAIL,
    RETURN,
    SWEEP,
    Dispatcher,
    Handler,
    Life,
    Watches,
    assigner,
    closer,
    forgetter,
    keeper,
    nudger,
    reminder,
    returner,
    sweeper,
    waker,
)
from nlu import weighing
from nlu.client import NluClient
from nlu.live import LiveModel
from nlu.spelling import spellings
from nlu.versions import Version

if TYPE_CHECKING:
    from aiogram import Bot

    from bot.channels.telegram.channel import Telegram
    from bot.channels.telegram.intake import Intake
    from bot.channels.telegram.rates import Budget
    from bot.channels.telegram_desk.desk import TelegramDesk

log = logging.getLogger("baton.app")

ASSETS = Path(__file__).parent / "assets"

DRAIN_S = 8.0
INVITATION_S = 8.0
"""An admin waits no longer for a mail server; the link is shown anyway."""
LONGEST_LOAD = timedelta(seconds=120)
"""Messages wait so long for a model that is loading; then they go to people."""
CSP = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What every command needs: the shop's rules, the database, the child that understands, and the brain.

    `brain` is what `brain_of` makes on `nlu` and `sureness`.
    """

    settings: Settings
    shop: Shop
    replies: Replies
    clock: Clock
    wakeups: Wakeups
    database: Database
    records: EmbeddedRecords
    library: Library
    live: LiveModel
    calibrator: Calibrator
    nlu: Nlu
    sureness: Sureness
    brain_of: BrainOf
    brain: Brain


@asynccontextmanager
async def opened(settings: Settings, version: Version, *, owner: bool) -> AsyncIterator[Parts]:
    """Everything built and the database migrated. The `owner` of the NLU child announces it to other processes."""
    shop, replies, clock = shops.load(settings.shop_file), shipped(), SystemClock()
    async with AsyncExitStack() as stack:
        wakeups = await _wakeups(stack, settings)
        database = await stack.enter_async_context(connected(settings, wakeups))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        records, library = EmbeddedRecords(database), Library(database, clock, shop.language, shop.zone)

        def brain_of(nlu: Nlu, sureness: Sureness) -> Brain:
            return Brain(nlu, sureness, library, records, replies, shop, clock)

        calibrator = Calibrator(
            ROOT, shop, reference.brains(shop, replies, clock), partial(weighing.weighed, ROOT, settings.data)
        )
        live = LiveModel(ROOT, settings.data, version, calibrator, announce=owner)
        stack.push_async_callback(live.stop)
        await live.start()
        nlu = NluClient(session, live.endpoint)
        sureness = Measured(lambda: live.calibration, shop.understanding.wrong_answer_budget)
        yield Parts(
            settings,
            shop,
            replies,
            clock,
            wakeups,
            database,
            records,
            library,
            live,
            calibrator,
            nlu,
            sureness,
            brain_of,
            brain_of(nlu, sureness),
        )


async def _wakeups(stack: AsyncExitStack, settings: Settings) -> Wakeups:
    if settings.redis_url is None:
        return LocalWakeups()
    wakeups = RedisWakeups(settings.redis_url)
    listener = asyncio.create_task(wakeups.run())
    stack.push_async_callback(wakeups.close)
    stack.push_async_callback(_ended, listener)
    return wakeups


class Server:
    """The running program: channels, console, jobs, health, over one HTTP server."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._ready_since: datetime | None = None
        self._started_at = parts.clock.now()
        key = settings_of.secret_key(parts.settings.data)
        origins = Origins(parts.settings.origins)
        entrance = Entrance(parts.database, parts.clock, key, parts.settings.identity_secret)
        self._files = Files(parts.database, parts.settings.data / "files", parts.clock, key)
        self._board = Board(parts.database, parts.wakeups, parts.clock)
        letters = _letters(parts, entrance)
        self.inbound = Inbound(
            parts.database,
            parts.brain,
            parts.replies,
            parts.shop,
            parts.clock,
            self._nlu_state,
            writes_letters=letters is not None,
            board=self._board,
        )
        self._life = Life(parts.database, parts.clock)
        self._telegram = _telegram(parts, self.inbound, self._files, self._board, self._life.owner)
        self._uploads = self._taking_files(origins, key)
        self._widget = self._chat(origins, key, entrance)
        self._feed = LiveFeed(parts.database, parts.wakeups, parts.clock)
        self._console = self._desk(entrance)
        self._metrics = Metrics(parts.database, parts.clock, self._process_state, parts.settings.metrics_token)
        self._watches = Watches(parts.database, parts.clock, self._handlers(), self._life)
        self._dispatcher = Dispatcher(
            parts.database, parts.wakeups, parts.clock, _senders(letters, self._telegram), self._life
        )

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serves until left; yields the address. Raises `SettingsError` where the port is taken."""
        listening = _bound(self._parts.settings)
        host, port = listening.getsockname()[:2]
        for kind in (SWEEP, FORGET, RETURN, CLOSE, FORGET_TRAIL, DUE):
            await self._parts.database.write(jobs.schedule, kind, "", self._parts.clock.now())
        await self._parts.database.write(teams.open_desk, self._parts.shop.assignment.rules, self._parts.clock.now())
        await self._life.begin()
        runner = web.AppRunner(self._web(), access_log=None, shutdown_timeout=DRAIN_S)
        await runner.setup()
        living = asyncio.create_task(self._life.run())
        tasks = [asyncio.create_task(work) for work in self._by_itself()]
        try:
            await web.SockSite(runner, listening).start()
            address = f"http://{host}:{port}"
            with settings_of.announced(self._parts.settings.data, address):
                yield address
        finally:
            await self._stop(runner, tasks)
            await _ended(living)
            with suppress(DatabaseTrouble):
                await self._life.end()

    def _taking_files(self, origins: Origins, key: str) -> Uploads:
        parts = self._parts
        return Uploads(
            parts.database,
            self._files,
            self.inbound.receive,
            parts.replies,
            parts.shop,
            parts.clock,
            origins,
            key,
            parts.settings.public_url,
            ASSETS / "photo" / "index.html",
        )

    def _chat(self, origins: Origins, key: str, entrance: Entrance) -> Widget:
        parts = self._parts
        return Widget(
            parts.database,
            self.inbound.receive,
            parts.wakeups,
            Buttons(key),
            parts.replies,
            parts.shop,
            parts.clock,
            origins,
            self._files,
            entrance,
            self._board,
            telegram=lambda: self._telegram.username if self._telegram else None,
        )

    def _desk(self, entrance: Entrance) -> Console:
        parts = self._parts
        return Console(
            parts.database,
            parts.clock,
            parts.library,
            parts.records,
            SignInLimit(),
            self._feed,
            self._files,
            _installation(parts),
            parts.shop.service_levels,
            FigurePage(
                parts.shop.business_hours, timedelta(hours=parts.shop.reopen_hours), parts.records, parts.records
            ),
            _invitations(parts, entrance),
            wording.tone_of(parts.shop),
            parts.shop.quality.rules,
            spellings,
            self._given_back,
            has_telegram_groups=bool(parts.settings.telegram and parts.settings.telegram.groups),
        )

    def _handlers(self) -> dict[str, Handler]:
        """What happens by itself, by the job's kind."""
        database, clock, shop = self._parts.database, self._parts.clock, self._parts.shop
        return {
            SWEEP: sweeper(database, clock, self.inbound.rerun, timedelta(seconds=shop.waiting.sweep_after_s)),
            FORGET: self._files.forget_unsent,
            RETURN: returner(database, clock),
            FORGET_TRAIL: forgetter(database, clock),
            CLOSE: closer(database, clock, timedelta(hours=shop.close_silent_hours)),
            desk.LISTEN: self.inbound.ears.take_up,
            desk.WAKE: waker(database, clock),
            desk.ASSIGN: assigner(database, clock),
            desk.NUDGE: nudger(database, clock, shop.business_hours),
            desk.OVERDUE: reminder(database, clock),
            DUE: keeper(database, clock, self._board, shop.business_hours, self._later),
        }

    def _by_itself(self) -> tuple[Coroutine[Any, Any, None], ...]:
        lasting = self._life.watch(self._dispatcher.give_up)
        always = self._watches.run(), self._dispatcher.run(), self._watch_nlu(), self._board.run(), lasting
        return (*always, self._telegram.run()) if self._telegram else always

    async def _stop(self, runner: web.AppRunner, tasks: list["asyncio.Task[None]"]) -> None:
        """No new messages, answers and letters under way finish, then the rest ends."""
        for site in list(runner.sites):
            # First of all: a page that is sent away must come back to another process, or to the next start.
            await site.stop()
        for task in tasks:
            await _ended(task)
        await self._widget.close()
        await self._feed.close()
        await asyncio.gather(self.inbound.drain(DRAIN_S), self._dispatcher.drain(DRAIN_S))
        await runner.cleanup()
        if self._telegram:
            await self._telegram.close()

    def _web(self) -> web.Application:
        app = web.Application(middlewares=[_headers], client_max_size=1024 * 1024)
        app.router.add_get("/healthz", _healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics.serve)
        app.router.add_get("/widget/socket", self._widget.serve)
        self._uploads.add_to(app)
        self._files.add_to(app)
        if self._telegram:
            self._telegram.add_to(app)
        self._console.add_to(app, ROUTES)
        ShopPage(self._parts.records, ASSETS).add_to(app)
        _add_pages(app)
        return app

    async def _readyz(self, _request: web.Request) -> web.Response:
        """Ready to answer by itself. Without a model the program still takes messages and hands them to people."""
        state = {"nlu": self._parts.live.ready, "database": await self._database_answers()}
        return web.json_response(state, status=200 if all(state.values()) else 503)

    def _process_state(self) -> ProcessState:
        return ProcessState(
            version=metadata.version("baton"),
            model=self._parts.live.version.id,
            nlu_ready=self._parts.live.ready,
            dropped=self.inbound.dropped,
            widget_sockets=len(self._widget.sockets),
            console_sockets=self._feed.open,
        )

    async def _database_answers(self) -> bool:
        try:
            await self._parts.database.read(lambda session: session.connection())
        except DatabaseTrouble:
            return False
        return True

    def _later(self, hours: BusinessHours, promise: PromisedTime, reader: Reader, why: Telling) -> tuple[Outgoing, ...]:
        shop, now = self._parts.shop, self._parts.clock.now()
        spoken = reader.language or shop.language
        return (self._parts.replies.later(promise, spoken, shop.read_by(hours, spoken, reader.zone), now, why),)

    def _given_back(self, language: Language | None) -> tuple[Outgoing, ...]:
        return (Outgoing(self._parts.replies.say("given_back", language or self._parts.shop.language)),)

    def _nlu_state(self) -> NluState:
        """Only the first load is waited for; a model that was there and is lost means a person at once."""
        loading = self._parts.clock.now() - self._started_at < LONGEST_LOAD
        return NluState(starting=loading and not self._parts.live.has_answered, ready_since=self._ready_since)

    async def _watch_nlu(self) -> None:
        """Remember since when a model answers: what waited for it before is not old yet."""
        while True:
            if not self._parts.live.ready:
                self._ready_since = None
            elif self._ready_since is None:
                self._ready_since = self._parts.clock.now()
            await self._parts.clock.sleep(0.25)


def _letters(parts: Parts, entrance: Entrance) -> EmailSender | None:
    """What brings agents' words to customers who have left the page."""
    settings = parts.settings
    page = settings.shop_url or settings.public_url
    if settings.mailbox is None or settings.mail_from is None or page is None:
        return None
    letters = ResumeLetters(parts.replies, parts.shop, entrance, page)
    return EmailSender(settings.mailbox, settings.mail_from, letters, parts.clock)


def _senders(letters: EmailSender | None, telegram: "Telegram | None") -> dict[str, Sender]:
    """What brings messages to places outside, by destination."""
    to_boxes: dict[str, Sender] = {"email": letters} if letters else {}
    return to_boxes | ({"telegram": telegram.sender} if telegram else {})


def _telegram(parts: Parts, inbound: Inbound, files: Files, board: Board, owner: str) -> "Telegram | None":
    settings = parts.settings
    if settings.telegram is None:
        return None
    # Its types take seconds to load: only who is on Telegram waits for them.
    from bot.channels.telegram.channel import Telegram

    return Telegram(
        settings.telegram,
        settings.public_url,
        parts.database,
        inbound.receive,
        parts.replies,
        parts.shop,
        files,
        parts.clock,
        parts.wakeups,
        board,
        owner,
        partial(_agents_at_telegram, parts, files) if settings.telegram.groups else None,
    )


def _agents_at_telegram(
    parts: Parts, files: Files, bot: "Bot", budget: "Budget", intake: "Intake", owner: str
) -> "TelegramDesk":
    from bot.channels.telegram_desk.desk import TelegramDesk

    settings = parts.settings

    async def story(conversation_id: int) -> Conversation:
        told = await parts.database.read(inbox.transcript, conversation_id)
        return await views.conversation(told, parts.library, parts.records)

    return TelegramDesk(
        bot,
        budget,
        intake,
        parts.database,
        parts.wakeups,
        parts.clock,
        parts.replies,
        parts.shop,
        files,
        story,
        settings.telegram.groups if settings.telegram else (),
        owner,
        settings.public_url,
    )


def _invitations(parts: Parts, entrance: Entrance) -> Invitations:
    settings = parts.settings
    if settings.mailbox is None or settings.mail_from is None or settings.public_url is None:
        return NoInvitations()
    resume = ResumeLetters(parts.replies, parts.shop, entrance, settings.public_url)
    sender = EmailSender(settings.mailbox, settings.mail_from, resume, parts.clock, INVITATION_S)
    return InvitationLetters(sender, parts.replies, parts.shop, settings.public_url)


def _installation(parts: Parts) -> Installation:
    settings, shop = parts.settings, parts.shop
    return Installation(
        address=settings.public_url or "", origins=sorted(settings.origins), shop=dict(shop.name), accent=shop.accent
    )


async def _ended(task: "asyncio.Task[None]") -> None:
    """Of what it died earlier is told, and holds up nothing that must end as well."""
    task.cancel()
    try:
        with suppress(asyncio.CancelledError):
            await task
    except Exception:
        log.exception("task_broke name=%s", task.get_name())


def _bound(settings: Settings) -> socket.socket:
    """A listening socket: the port that was asked for, or the next free one of the usual range."""
    for port in [settings.port] if settings.port else PORTS:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, port))
            listening.listen(512)
        except OSError:
            listening.close()
            continue
        return listening
    if settings.port:
        raise SettingsError(f"port {settings.port} is taken; choose another BATON_PORT")
    raise SettingsError(f"no free port from {PORTS.start} to {PORTS.stop - 1}; set BATON_PORT")


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@web.middleware
async def _headers(request: web.Request, handler: object) -> web.StreamResponse:
    response: web.StreamResponse = await handler(request)  # type: ignore[operator]
    if not response.prepared:
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def _add_pages(app: web.Application) -> None:
    """The built web code: the widget for any shop page, the console, and the files of every page."""

    def page(path: str) -> object:
        async def serve(_request: web.Request) -> web.FileResponse:
            return web.FileResponse(ASSETS / path, headers={"Cache-Control": "no-cache"})

        return serve

    async def widget_script(request: web.Request) -> web.FileResponse:
        headers = {
            "Cache-Control": "no-cache",
            "Access-Control-Allow-Origin": "*",
            # Else a browser takes a classic script for written like the page, which may be anything.
            "Content-Type": "text/javascript; charset=utf-8",
        }
        return web.FileResponse(ASSETS / request.match_info["name"], headers=headers)

    if not (ASSETS / "widget.js").exists():
        raise SettingsError("the web code is not built yet; run make setup")
    app.router.add_get(r"/{name:widget(-panel|-rating)?\.js}", widget_script)
    for path in ("/console", "/console/"):
        app.router.add_get(path, page("console/index.html"))  # type: ignore[arg-type]
    app.router.add_static("/console", ASSETS / "console")
    app.router.add_static("/shop", ASSETS / "shop")
    app.router.add_static("/start", ASSETS / "start")
    app.router.add_static("/photo", ASSETS / "photo")
