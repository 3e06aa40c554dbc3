"""A server from its start to its end, and what is told meanwhile: `baton demo`, `baton run`."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import metadata

from rich.console import Console
from rich.markup import escape

from bot import demo as demo_shop
from bot.app import Parts, Server, opened
from bot.progress import trained, until_ready
from bot.settings import ROOT, Settings
from bot.shopdata.page import front
from nlu.errors import NluError

log = logging.getLogger("baton.cli")


async def serve(settings: Settings, terminal: Console, *, with_demo: bool) -> None:
    """Until a signal asks to stop."""
    version = await trained(ROOT, settings.data, terminal, always=False)
    async with opened(settings, version, owner=True) as parts:
        if with_demo:
            await parts.database.write(demo_shop.seed, parts.clock.now())
        server = Server(parts)
        async with server.serving() as address:
            log.info("serving address=%s version=%s model=%s", address, metadata.version("baton"), version.id)
            await _greet(parts, terminal, address, with_demo=with_demo)
            saying = asyncio.create_task(_say_when_ready(parts, terminal))
            await _until_asked_to_stop()
            saying.cancel()
            log.info("stopping")
            terminal.print("stopping …")
    log.info("stopped")


async def _greet(parts: Parts, terminal: Console, address: str, *, with_demo: bool) -> None:
    page = f"{await front(parts.records)} page"
    terminal.print(f"\nBaton is up.\n  {page:<11}{address}/\n  console    {address}/console/")
    if with_demo:
        for name, code in await parts.database.write(demo_shop.sign_ins, parts.clock.now()):
            terminal.print(f"  sign in as {name} (once)  {address}/console/#login={code}", soft_wrap=True)
    terminal.print("Stop with Ctrl+C.\n")


async def _say_when_ready(parts: Parts, terminal: Console) -> None:
    """The server takes messages at once; answers begin when the model is loaded."""
    try:
        terminal.print("loading the model; messages are taken already …")
        await until_ready(parts.live, parts.calibrator, terminal)
    except NluError as error:
        terminal.print(
            f"[bold red]error:[/] {escape(str(error))}\nEvery message goes to a person until a model answers."
        )
    else:
        log.info("answering model=%s", parts.live.version.id)
        terminal.print("The bot answers now.")


async def _until_asked_to_stop() -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask(*_: object) -> None:
        with suppress(RuntimeError):  # the loop has ended, and so will we
            loop.call_soon_threadsafe(asked.set)

    # Not by the loop: that would give the signals back at its end, and one more would kill us on the way out.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, ask)
    await asked.wait()


@asynccontextmanager
async def served_quietly(settings: Settings, terminal: Console) -> AsyncIterator[str]:
    """A server of our own, where somebody only wants to chat; yields its address."""
    version = await trained(ROOT, settings.data, terminal, always=False)
    async with opened(settings, version, owner=True) as parts, Server(parts).serving() as address:
        terminal.print("starting the bot …")
        await until_ready(parts.live, parts.calibrator, terminal)
        yield address
