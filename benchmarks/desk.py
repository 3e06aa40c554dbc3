"""The desk: how soon a call for a person is on an agent's feed, how the console loads, whether a shift goes well.

Run with `make bench NAME=desk`; `ARGS=--quick` for a short run that writes nothing, `ARGS="--only shift"` for a part.
See benchmarks/README.md for what each figure means.
"""

import asyncio
import json
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from typing import Annotated, TypeVar

import aiohttp
import asyncpg
import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks import clients, crowd, report, screens
from benchmarks.questions import conversations
from benchmarks.report import Metrics, percentile, rounded
from benchmarks.systems import Baton, resident_kb
from bot import settings, training
from bot.settings import BOT_MIGRATIONS, ROOT
from handoff import db
from handoff.console.auth import COOKIE
from handoff.db import Database
from handoff.models import Conversation
from handoff.ports import LocalWakeups, SystemClock
from tests import servers
from tests.e2e.program import open_shop
from tests.fakes import MovedClock
from tests.handoff.ownership import check_everything
from tests.handoff.shift import RULES, Scale, Shift, places
from tests.handoff.shift_proof import FAULTS, Proof, proof

T = TypeVar("T")
NAME = "desk"
PARTS = ("handoff", "console", "shift")
RATES_PER_S = (5, 20, 50)
CALL_EVERY = 5
"""One of so many messages calls a person; the others are questions."""
PERSON = ("轉人工", "人工客服", "talk to a human")
SPREAD_OVER = 2
"""Customers a message a second: each has time to read."""
SETTLE_S = 3.0
WARM_SOCKETS = 10

terminal = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. `seconds` of messages at each rate."""

    seconds: int
    open: int
    loads: int
    sockets: int
    scale: Scale
    seeds: Sequence[int]


WHOLE = Plan(30, 5000, 7, 50, Scale(tick_s=5), (1, 2))
QUICK = Plan(5, 500, 2, 20, Scale(agents=8, customers=24, seconds=900, tick_s=20), (1,))


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A short run that writes no result.")] = False,
    only: Annotated[str, typer.Option("--only", help=f"One of {', '.join(PARTS)}.")] = "",
) -> None:
    """Measure and write benchmarks/results/desk.json; parts that were not measured keep what is known of them."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("this benchmark reads memory from /proc, so it needs Linux")
    began, plan, parts = time.perf_counter(), QUICK if quick else WHOLE, report.parts_wanted(only, PARTS)
    metrics = asyncio.run(_measured(plan, parts))
    report.end(NAME, metrics if quick else report.known(NAME) | metrics, began, stored=not quick)


async def _measured(plan: Plan, parts: Sequence[str]) -> Metrics:
    metrics: Metrics = {}
    with tempfile.TemporaryDirectory(prefix=f"baton-{NAME}-") as name:
        folder = Path(name)
        if "handoff" in parts:
            metrics |= await _handoff(plan, folder / "handoff")
        with servers.postgres(folder / "postgres") as postgres:
            if "console" in parts:
                metrics |= await _console(plan, folder / "console", postgres)
            if "shift" in parts:
                metrics |= await _shifts(plan, folder, postgres)
    return metrics


# From the customer's words to the agent's feed


async def _handoff(plan: Plan, folder: Path) -> Metrics:
    """One run at each rate, the last is the headline; an agent's feed listens as a console does."""
    metrics: Metrics = {}
    async with _baton(folder, "") as baton, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        warm_up = clients.visitors(session, baton.address)
        await clients.closed_loop(warm_up, conversations(48), 4)
        for rate in RATES_PER_S:
            terminal.print(f"a person is called at {rate} messages a second, {plan.seconds} s")
            reached, missed, load = await _calls(plan, baton, session, rate)
            told = f"handoff_{rate}_per_s"
            metrics |= {
                f"{told}_p50_ms": rounded(percentile(reached, 0.50)),
                f"{told}_p99_ms": rounded(percentile(reached, 0.99)),
                f"{told}_calls": len(reached),
                f"{told}_never_seen": missed,
                f"{told}_questions_answered_per_s": rounded(load.answers_per_s),
            }
    return {"handoff_p99_ms": metrics[f"handoff_{RATES_PER_S[-1]}_per_s_p99_ms"], **metrics}


async def _calls(
    plan: Plan, baton: Baton, session: aiohttp.ClientSession, rate: int
) -> tuple[list[float], int, clients.Load]:
    """Milliseconds of each call to the feed, how many never came, and what became of the questions meanwhile.

    One that never came counts as `ANSWER_S`: by then the customer has given up.
    """
    arrive, calls_per_s = clients.visitors(session, baton.address), rate / CALL_EVERY
    questions_per_s, calls = rate - calls_per_s, int(calls_per_s * plan.seconds)
    seen: dict[int, float] = {}
    pressed: dict[str, float] = {}

    async def call(number: int) -> None:
        await asyncio.sleep(number / calls_per_s)
        async with arrive() as visitor:
            sent = time.perf_counter()
            await clients.timed(visitor, PERSON[number % len(PERSON)])
            if visitor.reference is not None:
                pressed[visitor.reference] = sent

    asked = conversations(int(questions_per_s * plan.seconds))
    async with _feed(baton, session, seen), asyncio.TaskGroup() as group:
        others = group.create_task(
            clients.at_a_pace(arrive, asked, questions_per_s, max(4, int(questions_per_s * SPREAD_OVER)))
        )
        for number in range(calls):
            group.create_task(call(number))
    ids = await _on(baton.database, _ids)
    reached = [(seen[ids[one]] - sent) * 1000 for one, sent in pressed.items() if ids[one] in seen]
    missed = calls - len(reached)
    return reached + [clients.ANSWER_S * 1000] * missed, missed, others.result()


@asynccontextmanager
async def _feed(baton: Baton, session: aiohttp.ClientSession, seen: dict[int, float]) -> AsyncIterator[None]:
    """Notes when each conversation's call for a person was first told."""
    (key,) = await _on(baton.database, lambda session: crowd.hire(session, 1, SystemClock().now()))
    headers = {"Origin": baton.address, "Cookie": f"{COOKIE}={key}"}
    url = f"{baton.address.replace('http', 'ws', 1)}/console/api/live?cursor=0.0"
    async with session.ws_connect(url, headers=headers) as feed:
        listening = asyncio.create_task(_listen(feed, seen))
        try:
            yield
            await asyncio.sleep(SETTLE_S)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def _listen(feed: aiohttp.ClientWebSocketResponse, seen: dict[int, float]) -> None:
    async for message in feed:
        now = time.perf_counter()
        for told in json.loads(message.data).get("events", ()):
            if told["kind"] == "hand_off":
                seen.setdefault(told["conversation_id"], now)


def _ids(session: Session) -> dict[str, int]:
    return {row.reference: row.id for row in session.execute(select(Conversation.reference, Conversation.id))}


# The console with thousands of open conversations


async def _console(plan: Plan, folder: Path, postgres: str) -> Metrics:
    metrics: Metrics = {}
    async with screens.chromium() as browser:
        for name, url in (("sqlite", ""), ("postgres", postgres)):
            terminal.print(f"the console with {plan.open} open conversations, {name}")
            async with _baton(folder / name, url) as baton:
                keys = await _on(baton.database, lambda s: _fill(s, plan))
                loads = [await screens.cold_load(browser, baton.address, keys[0]) for _ in range(plan.loads + 1)]
                metrics[f"console_interactive_{name}_ms"] = rounded(median(load.ms for load in loads[1:]))
                metrics[f"agent_connection_{name}_kb"] = rounded(await _connections(plan, baton, keys))
                if name == "sqlite":
                    metrics["console_bundle_kb_gz"] = round(await screens.gzipped_bytes(loads[-1].files) / 1000, 1)
                    metrics["console_files"] = len(loads[-1].files)
                    terminal.print("axe on every page of the console")
                    found = await screens.axe_violations(browser, baton.address, keys[0])
                    metrics["axe_violations"] = len(found)
                    terminal.print("\n".join(found) or "nothing found")
    slower = max(float(metrics[f"console_interactive_{name}_ms"]) for name in ("sqlite", "postgres"))
    heavier = max(float(metrics[f"agent_connection_{name}_kb"]) for name in ("sqlite", "postgres"))
    return {"console_interactive_ms": slower, "agent_connection_kb": heavier, "open": plan.open, **metrics}


def _fill(session: Session, plan: Plan) -> list[str]:
    now = SystemClock().now()
    keys = crowd.hire(session, WARM_SOCKETS + plan.sockets, now)
    crowd.gather(session, plan.open, now)
    return keys


async def _connections(plan: Plan, baton: Baton, keys: Sequence[str]) -> float:
    """Kilobytes of the server's memory for each console beyond the first ones, for which it loads what it needs."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        await _sit_down(baton, session, stack, keys[:WARM_SOCKETS])
        await asyncio.sleep(SETTLE_S)
        before = resident_kb(baton.pid)
        await _sit_down(baton, session, stack, keys[WARM_SOCKETS:])
        await asyncio.sleep(SETTLE_S)
        return (resident_kb(baton.pid) - before) / plan.sockets


async def _sit_down(baton: Baton, session: aiohttp.ClientSession, stack: AsyncExitStack, keys: Sequence[str]) -> None:
    """Each opens the console as a browser does: the list, then the feed from its cursor on, which is read."""
    for key in keys:
        headers = {"Origin": baton.address, "Cookie": f"{COOKIE}={key}"}
        async with session.get(f"{baton.address}/console/api/conversations?view=queue", headers=headers) as response:
            cursor = (await response.json())["cursor"]
        url = f"{baton.address.replace('http', 'ws', 1)}/console/api/live?cursor={cursor}"
        feed = await stack.enter_async_context(session.ws_connect(url, headers=headers))
        listening = asyncio.create_task(_listen(feed, {}))
        stack.callback(listening.cancel)


# A shift


async def _shifts(plan: Plan, folder: Path, postgres: str) -> Metrics:
    """The faults of all shifts together, the first one's story, on both databases."""
    runs = [(seed, url) for seed in plan.seeds for url in (f"sqlite:///{folder}/shift-{seed}.db", postgres)]
    proofs = [await _shift(plan, seed, url) for seed, url in runs]
    metrics: Metrics = {fault: sum(getattr(one, fault) for one in proofs) for fault in FAULTS}
    told = [field.name for field in fields(Proof) if field.name not in FAULTS]
    metrics |= {f"shift_{name}": sum(getattr(one, name) for one in proofs) for name in told}
    return metrics | {
        "shift_longest_queue": max(one.longest_queue for one in proofs),
        "shift_agents": plan.scale.agents,
        "shift_customers": plan.scale.customers,
        "shift_hours": plan.scale.seconds / 3600,
        "shifts": len(proofs),
    }


async def _shift(plan: Plan, seed: int, url: str) -> Proof:
    database, clock = await _empty(url), MovedClock()
    shift = Shift(database, clock, seed, plan.scale)
    with Progress(console=terminal, transient=True) as progress:
        task = progress.add_task(f"a shift on {url.partition(':')[0]}, seed {seed}", total=1.0)
        await shift.run(lambda share: progress.update(task, completed=share))
    found = await database.read(proof, clock.now(), await places(shift), RULES.capacity)
    await database.read(check_everything)
    await database.close()
    return found


async def _empty(url: str) -> Database:
    """A migrated database of its own, on PostgreSQL beside the others of the server."""
    if url.startswith("postgresql"):
        url = await _created(url)
    database = db.connect(url, LocalWakeups())
    await database.migrate([BOT_MIGRATIONS])
    return database


async def _created(server: str) -> str:
    connection = await asyncpg.connect(server)
    name = f"desk{secrets.token_hex(6)}"
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return f"{server.rpartition('/')[0]}/{name}"


@asynccontextmanager
async def _baton(folder: Path, postgres: str) -> AsyncIterator[Baton]:
    """A running server with the shipped model and people there all day; on PostgreSQL where one is named."""
    data = settings.read().data
    model = await training.ensure_model(ROOT, data, lambda *_: None)
    more = {"DATABASE_URL": await _created(postgres)} if postgres else {}
    baton = Baton(folder, BATON_SHOP=str(open_shop(folder)), **more)
    await baton.prepare(model.path)
    for measured in set(model.path.parent.glob(f"{model.id}.*")) - {model.path}:
        (folder / "models" / measured.name).hardlink_to(measured)
    async with baton.running():
        yield baton


async def _on(url: str, work: Callable[[Session], T]) -> T:
    """Something done to a running server's database, from beside it."""
    database = db.connect(url, LocalWakeups())
    try:
        return await database.write(work)
    finally:
        await database.close()


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
