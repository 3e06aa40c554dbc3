"""Telegram: a crowd of customers against the real program, which is killed meanwhile, and what an update costs.

Run with `make bench NAME=telegram`; `ARGS=--quick` for a short run that writes nothing, `ARGS="--only cpu"` for a part.
See benchmarks/README.md for what each figure means.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Annotated

import aiohttp
import typer
from aiohttp import web
from rich.console import Console

from benchmarks import groups, report, texters
from benchmarks.report import Metrics, percentile, rounded
from benchmarks.systems import cpu_s
from benchmarks.texters import FIRST_CHAT, Outage, Outcome
from bot import settings, training
from bot.settings import ROOT
from handoff import db
from handoff.ports import LocalWakeups
from nlu import versions
from tests import servers, telegram
from tests.e2e.program import Program
from tests.telegram import TOKEN, BotApi

NAME = "telegram"
PARTS = ("polling", "webhook", "cpu")
LONGEST_S = 1800.0
PATIENCE_S = 90.0
"""What has not come so long after the last question is lost."""
SETTLE_S = 2.0
"""What comes twice comes late, and so does the second part of an answer."""
SHOWN_S = 900.0
"""A group's minute holds few calls, so what many called for at once is shown to agents by and by."""
WARM_UP = 12
PER_S = 500 / 60

terminal = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. `updates` are what the processor time is taken from."""

    customers: int
    seconds: float
    kills: int
    updates: int


WHOLE, QUICK = Plan(500, 60, 2, 400), Plan(100, 24, 2, 60)


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A short run that writes no result.")] = False,
    only: Annotated[str, typer.Option("--only", help=f"One of {', '.join(PARTS)}.")] = "",
) -> None:
    """Measure and write benchmarks/results/telegram.json; parts that were not measured keep what is known of them."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("this benchmark reads processor times from /proc, so it needs Linux")
    began, plan, parts = time.perf_counter(), QUICK if quick else WHOLE, report.parts_wanted(only, PARTS)
    metrics = ({} if quick else report.known(NAME)) | asyncio.run(_measured(plan, parts))
    head = _headline(metrics)
    report.end(NAME, head | metrics | head, began, stored=not quick)


async def _measured(plan: Plan, parts: Sequence[str]) -> Metrics:
    metrics: Metrics = {}
    async with asyncio.timeout(LONGEST_S):
        with tempfile.TemporaryDirectory(prefix=f"baton-{NAME}-") as name:
            folder = Path(name)
            if "polling" in parts:
                metrics |= await _polling(plan, folder / "polling")
            if "webhook" in parts:
                with servers.postgres(folder / "postgres") as url, servers.redis(folder / "redis") as wakeups:
                    metrics |= await _webhook(plan, folder / "webhook", DATABASE_URL=url, REDIS_URL=wakeups)
            if "cpu" in parts:
                metrics |= await _cpu(plan, folder / "cpu")
    return metrics


def _headline(metrics: Metrics) -> Metrics:
    """Faults of both ways together, the slower way's replies."""
    ways = [way for way in ("polling", "webhook") if f"{way}_lost" in metrics]
    counts = ("lost", "doubled", "doubled_unmarked", "reordered", "rate_limited", "not_as_telegram_has_it")
    summed: Metrics = {key: sum(int(metrics[f"{way}_{key}"]) for way in ways) for key in counts if ways}
    return summed | {"reply_p99_s": max(float(metrics[f"{way}_reply_p99_s"]) for way in ways)} if ways else {}


# A crowd, by polling, on one process that is killed and started again


async def _polling(plan: Plan, folder: Path) -> Metrics:
    async with groups.serving() as api:
        program = await _program(folder, api, BATON_TELEGRAM_GROUPS=",".join(map(str, groups.IDS)))
        await program.start()
        try:
            terminal.print(f"polling: {plan.customers} customers in {plan.seconds:.0f} s, killed {plan.kills} times")
            writing = asyncio.create_task(texters.crowd(api, plan.customers, plan.seconds))
            outages = []
            for _ in range(plan.kills):
                await asyncio.sleep(plan.seconds / (plan.kills + 1))
                outages.append(await _restarted(program))
            asked = await writing
            outcome = await _outcome(api, f"sqlite:///{folder}/baton.db", asked, outages)
            terminal.print("and until agents see everybody who waits for them")
            mirrored = await groups.mirrored(api, f"sqlite:///{folder}/baton.db", asked, outages, SHOWN_S)
        finally:
            await program.stop()
    restart = {"polling_restart_s": rounded(max((each.ended - each.began for each in outages), default=0.0))}
    return _figures("polling", outcome, api) | restart | mirrored


async def _restarted(program: Program) -> Outage:
    began = time.monotonic()
    await program.kill()
    await program.start()
    return Outage(began, time.monotonic())


# A crowd, by webhook, on two processes of which one is killed for good


async def _webhook(plan: Plan, folder: Path, **shared: str) -> Metrics:
    async with telegram.serving() as api:
        ports = [servers.free_port() for _ in range(2)]
        async with _balanced(ports) as public:
            more = shared | {"BATON_PUBLIC_URL": public, "BATON_TELEGRAM_WEBHOOK_SECRET": "s" * 32}
            programs = [await _program(folder / str(port), api, port, **more) for port in ports]
            try:
                for program in programs:
                    await program.start()
                terminal.print(
                    f"webhook: {plan.customers} customers in {plan.seconds:.0f} s, one process of two killed"
                )
                writing = asyncio.create_task(texters.crowd(api, plan.customers, plan.seconds))
                await asyncio.sleep(plan.seconds / 2)
                await programs[0].kill()
                asked = await writing
                outcome = await _outcome(api, shared["DATABASE_URL"], asked, ())
            finally:
                await asyncio.gather(*(program.stop() for program in programs), return_exceptions=True)
    return _figures("webhook", outcome, api)


@asynccontextmanager
async def _balanced(ports: Sequence[int]) -> AsyncIterator[str]:
    """The address of what stands in front of several processes: each in turn, past those that are gone."""
    turns = cycle(range(len(ports)))

    async def pass_on(request: web.Request) -> web.Response:
        body, first = await request.read(), next(turns)
        for port in (*ports[first:], *ports[:first]):
            url = f"http://127.0.0.1:{port}{request.path}"
            try:
                async with session.post(url, data=body, headers=request.headers) as response:
                    return web.Response(status=response.status, body=await response.read())
            except aiohttp.ClientError:
                continue
        return web.Response(status=502)

    app = web.Application()
    app.router.add_post("/{path:.*}", pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    async with aiohttp.ClientSession() as session:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


# What an update costs


async def _cpu(plan: Plan, folder: Path) -> Metrics:
    """The same questions at the same pace, first to Baton, then to the echo bot."""
    terminal.print(f"processor time of {plan.updates} updates, then of aiogram's echo bot")
    async with telegram.serving() as api:
        program = await _program(folder, api)
        await program.start()
        try:
            baton, parse = await _spent(plan, api, [program.pid, program.nlu_pid()])
        finally:
            await program.stop()
    async with telegram.serving() as api, _echoing(api) as pid:
        [echo] = await _spent(plan, api, [pid])
    return {
        "cpu_ratio_to_echo": rounded(baton / echo),
        "cpu_ms_per_update": rounded(baton),
        "cpu_parse_ms_per_update": rounded(parse),
        "cpu_echo_ms_per_update": rounded(echo),
        "cpu_updates": plan.updates,
    }


async def _spent(plan: Plan, api: BotApi, pids: Sequence[int]) -> list[float]:
    """Milliseconds of processor time an update, for each process; a warm-up does not count."""
    await _all_answered(api, await texters.crowd(api, WARM_UP, WARM_UP / PER_S, FIRST_CHAT // 2))
    before = [cpu_s(pid) for pid in pids]
    await _all_answered(api, await texters.crowd(api, plan.updates, plan.updates / PER_S))
    return [(cpu_s(pid) - was) * 1000 / plan.updates for pid, was in zip(pids, before, strict=True)]


async def _all_answered(api: BotApi, asked: dict[int, float]) -> None:
    await api.until(lambda: asked.keys() <= {chat for _, chat, _ in api.sent}, PATIENCE_S)
    await asyncio.sleep(SETTLE_S)


@asynccontextmanager
async def _echoing(api: BotApi) -> AsyncIterator[int]:
    environment = {**os.environ, "BATON_TELEGRAM_API": api.address, "BATON_TELEGRAM_TOKEN": TOKEN}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.echo_bot", cwd=ROOT, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.kill()
        await process.wait()


# Both


async def _program(folder: Path, api: BotApi, port: int = 0, **environment: str) -> Program:
    """The shop as the demo has it, on the shipped model."""
    model = await training.ensure_model(ROOT, settings.read().data, lambda *_: None)
    (folder / "models").mkdir(parents=True)
    for file in model.path.parent.glob(f"{model.id}.*"):
        (folder / "models" / file.name).symlink_to(file)
    versions.go_live(folder, model, datetime.now(UTC))
    program = Program(folder, "demo", BATON_TELEGRAM_TOKEN=TOKEN, BATON_TELEGRAM_API=api.address, **environment)
    program.port = port or program.port
    return program


async def _outcome(api: BotApi, url: str, asked: dict[int, float], outages: Sequence[Outage]) -> Outcome:
    """Once everything has been sent, or nobody waits for it any more."""
    database = db.connect(url, LocalWakeups())
    try:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            ours, theirs, waiting = await database.read(texters.stored)
            if not waiting and asked.keys() <= {chat for _, chat, _ in texters.arrived(api)}:
                break
            await asyncio.sleep(0.5)
        await asyncio.sleep(SETTLE_S)
        ours, theirs, _ = await database.read(texters.stored)
    finally:
        await database.close()
    return texters.judged(asked, texters.arrived(api), ours, theirs, outages)


def _figures(way: str, outcome: Outcome, api: BotApi) -> Metrics:
    for wrong in api.wrong[:5]:
        terminal.print(wrong)
    return {
        f"{way}_lost": outcome.lost,
        f"{way}_doubled": outcome.doubled,
        f"{way}_doubled_unmarked": outcome.unmarked,
        f"{way}_marked": outcome.marked,
        f"{way}_reordered": outcome.reordered,
        f"{way}_rate_limited": api.refused_for_speed,
        f"{way}_not_as_telegram_has_it": len(api.wrong),
        f"{way}_replies": len(outcome.replies_s),
        f"{way}_reply_p50_s": rounded(percentile(outcome.replies_s, 0.50)),
        f"{way}_reply_p99_s": rounded(percentile(outcome.replies_s, 0.99)),
        f"{way}_reply_max_s": rounded(max(outcome.replies_s)),
    }


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
