"""How fast a message is answered, beside Rasa's own assistant; how soon a person is there; what waiting costs.

make bench NAME=first_light                 the whole measurement
make bench NAME=first_light ARGS=--quick    a short run that only shows that it works; writes no result
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated

import aiohttp
import typer
from rich.console import Console

from benchmarks import assistant, clients, report
from benchmarks.clients import Agent, Arrival, Load, Visitor
from benchmarks.questions import conversations
from benchmarks.report import Metrics, flat, percentile, rounded, spread
from benchmarks.systems import Baton, RasaAssistant, cpu_s, resident_kb
from bot import settings, training
from bot.settings import ROOT
from tests.e2e.program import Desk

NAME = "first_light"
BATON, DURABLE, MEMORY, PARSE = "baton", "rasa_durable", "rasa_memory", "parse_alone"
HEADLINE_CLIENTS = 8
BACKGROUND_PER_S = 20
CALLS_PER_S = 4
SPARE_FILES = 200
SETTLE_S = 3.0

terminal = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. `messages` of a round by number of clients, `calls_s` seconds of calls for a person."""

    rounds: int
    starts: int
    messages: Mapping[int, int]
    warm_up: int
    calls_s: int
    idle: int


WHOLE = Plan(rounds=5, starts=3, messages={1: 120, 8: 400, 64: 512}, warm_up=48, calls_s=15, idle=2000)
QUICK = Plan(rounds=1, starts=1, messages={1: 24, 8: 96, 64: 256}, warm_up=12, calls_s=5, idle=200)


@dataclass(slots=True)
class Measured:
    """Everything of one run; lists have one entry a round."""

    starts_s: list[float] = field(default_factory=list)
    loads: dict[tuple[str, int], list[Load]] = field(default_factory=dict)
    parse_shares: list[float] = field(default_factory=list)
    handoffs_ms: list[list[float]] = field(default_factory=list)
    background: list[Load] = field(default_factory=list)
    idle_connections: int = 0
    idle_connection_kb: float = 0.0


def main(quick: Annotated[bool, typer.Option("--quick", help="A short run that writes no result.")] = False) -> None:
    """Measure and write benchmarks/results/first_light.json."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("this benchmark reads memory and processor time from /proc, so it needs Linux")
    began = time.perf_counter()
    measured = asyncio.run(_measured(QUICK if quick else WHOLE))
    metrics = flattened(measured, time.perf_counter() - began)
    _show(measured, metrics)
    if quick:
        terminal.print("a quick run proves nothing and is not stored")
    else:
        terminal.print(f"written to {report.write(NAME, metrics).relative_to(ROOT)}")


async def _measured(plan: Plan) -> Measured:
    data, measured = settings.read().data, Measured()
    _allow_many_files()
    terminal.print("models: Baton's, and Rasa's assistant on the same understanding (trained once, about a minute)")
    model = await training.ensure_model(ROOT, data, lambda *_: None)
    rasa_model = await assistant.trained(data / "benchmarks")
    with tempfile.TemporaryDirectory(dir=data / "benchmarks", prefix=f"{NAME}-") as folder:
        baton = Baton(Path(folder, "baton"))
        await baton.prepare(model.path)
        for _ in range(plan.starts):
            terminal.print("a start of Baton")
            async with baton.running() as seconds:
                measured.starts_s.append(seconds)
        terminal.print(f"{plan.idle} idle connections to a Baton that did nothing else")
        async with baton.running():
            await _idle(plan, baton, measured)
        durable = RasaAssistant(Path(folder, "durable"), rasa_model, "durable")
        memory = RasaAssistant(Path(folder, "memory"), rasa_model, "memory")
        terminal.print("all systems start")
        async with baton.running(), durable.running(), memory.running(), _session() as session:
            arrivals = {
                BATON: clients.visitors(session, baton.address),
                DURABLE: clients.rest_customers(session, durable.address),
                MEMORY: clients.rest_customers(session, memory.address),
                PARSE: clients.readers(session, baton.nlu),
            }
            for number in range(plan.rounds):
                terminal.print(f"round {number + 1} of {plan.rounds}")
                await _loads(plan, number, arrivals, baton, measured)
                await _calls(plan, baton, session, measured)
    return measured


async def _loads(plan: Plan, number: int, arrivals: Mapping[str, Arrival], baton: Baton, measured: Measured) -> None:
    """One round: every system with every number of clients; each round begins with another system."""
    names = list(arrivals)
    for count, messages in plan.messages.items():
        for name in names[number % len(names) :] + names[: number % len(names)]:
            arrive = arrivals[name]
            await clients.closed_loop(arrive, conversations(max(plan.warm_up, count)), count)
            before = cpu_s(baton.pid), cpu_s(baton.nlu.pid)
            load = await clients.closed_loop(arrive, conversations(messages), count)
            if not load.latencies_ms:
                raise RuntimeError(f"{name} answered none of {len(load.exchanges)} messages of {count} clients")
            measured.loads.setdefault((name, count), []).append(load)
            if (name, count) == (BATON, HEADLINE_CLIENTS):
                rest, parse = cpu_s(baton.pid) - before[0], cpu_s(baton.nlu.pid) - before[1]
                measured.parse_shares.append(parse / (rest + parse))


async def _calls(plan: Plan, baton: Baton, session: aiohttp.ClientSession, measured: Measured) -> None:
    """Customers who press "a person" while others go on asking; each until the agent's screen shows them."""
    arrive = clients.visitors(session, baton.address)
    background = conversations(BACKGROUND_PER_S * plan.calls_s)
    async with _agent(baton) as agent, asyncio.TaskGroup() as group:
        others = group.create_task(clients.at_a_pace(arrive, background, BACKGROUND_PER_S, BACKGROUND_PER_S))
        calls = [
            group.create_task(_call(number / CALLS_PER_S, arrive, agent))
            for number in range(CALLS_PER_S * plan.calls_s)
        ]
    measured.handoffs_ms.append([call.result() for call in calls])
    measured.background.append(others.result())


async def _call(delay_s: float, arrive: Callable[[], AbstractAsyncContextManager[Visitor]], agent: Agent) -> float:
    """Milliseconds from the press to the agent's screen; after `ANSWER_S` the customer gives up."""
    await asyncio.sleep(delay_s)
    async with arrive() as visitor:
        pressed = time.perf_counter()
        try:
            async with asyncio.timeout(clients.ANSWER_S):
                await visitor.press_person()
                assert visitor.reference is not None, "the press opened a conversation"
                return (await agent.saw(visitor.reference) - pressed) * 1000
        except TimeoutError:
            return clients.ANSWER_S * 1000


@asynccontextmanager
async def _agent(baton: Baton) -> AsyncIterator[Agent]:
    """Signed in and in front of the queue; leaves with everything claimed, so that the next round's queue is empty."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        desk = Desk(baton.address, session)
        await desk.sign_in(await baton.sign_in_code())
        agent = Agent(desk)
        async with agent.watching():
            yield agent
        await agent.take_all()


async def _idle(plan: Plan, baton: Baton, measured: Measured) -> None:
    """Memory of connections that only wait, beyond the first hundred, for which the server loads what it needs once.

    The server must be fresh: memory that earlier work gave back would be used again and not be seen.
    """
    count = min(plan.idle, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_FILES)
    async with _waiting(baton, 100):
        await asyncio.sleep(SETTLE_S)
        before = resident_kb(baton.pid)
        async with _waiting(baton, count):
            await asyncio.sleep(SETTLE_S)
            measured.idle_connection_kb = (resident_kb(baton.pid) - before) / count
    measured.idle_connections = count


@asynccontextmanager
async def _waiting(baton: Baton, count: int) -> AsyncIterator[None]:
    """Idle customers in a process of their own."""
    words = (sys.executable, "-m", "benchmarks.idle", baton.address, str(count))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdin=pipe, stdout=pipe)
    assert process.stdin is not None and process.stdout is not None
    try:
        if await process.stdout.readline() != b"open\n":
            raise RuntimeError("the idle connections could not be opened")
        yield
    finally:
        process.stdin.close()
        await process.wait()


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


def _allow_many_files() -> None:
    """For this process and all that it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def flattened(measured: Measured, run_s: float) -> Metrics:
    """The result file: headline figures first, with `_low` and `_high` over the rounds where there are any."""
    at_8 = {name: measured.loads[name, HEADLINE_CLIENTS] for name in (BATON, DURABLE, MEMORY)}
    handoffs = [ms for one_round in measured.handoffs_ms for ms in one_round]
    metrics: Metrics = {
        **flat("answers_per_s", spread([load.answers_per_s for load in at_8[BATON]])),
        **flat("ratio_to_rasa_durable", spread(_ratios(at_8[BATON], at_8[DURABLE]))),
        **flat("ratio_to_rasa_memory", spread(_ratios(at_8[BATON], at_8[MEMORY]))),
        **flat("answer_p50_ms", spread([percentile(load.latencies_ms, 0.50) for load in at_8[BATON]])),
        **flat("answer_p99_ms", spread([percentile(load.latencies_ms, 0.99) for load in at_8[BATON]])),
        "handoff_p50_ms": rounded(percentile(handoffs, 0.50)),
        "handoff_p99_ms": rounded(percentile(handoffs, 0.99)),
        "handoff_max_ms": rounded(max(handoffs)),
        "handoffs": len(handoffs),
        "handoff_background_per_s": rounded(median(load.answers_per_s for load in measured.background)),
        "idle_connection_kb": rounded(measured.idle_connection_kb),
        "idle_connections": measured.idle_connections,
        **flat("parse_share", spread(measured.parse_shares)),
        **flat("start_s", spread(measured.starts_s)),
    }
    for (name, count), loads in measured.loads.items():
        metrics |= _detail(f"{name}_{count}_client{'s' if count > 1 else ''}", loads)
    answer_ms, parse_ms = (_median_ms(measured.loads[name, 1]) for name in (BATON, PARSE))
    return metrics | {
        "parse_share_of_answer_time_1_client": rounded(parse_ms / answer_ms),
        "rounds": len(measured.parse_shares),
        "run_s": rounded(run_s),
        "command": f"make bench NAME={NAME}",
        **report.surroundings(),
        "version_rasa": assistant.rasa_version(),
    }


def _median_ms(loads: Sequence[Load]) -> float:
    return median(percentile(load.latencies_ms, 0.50) for load in loads)


def _detail(name: str, loads: Sequence[Load]) -> Metrics:
    return {
        **flat(f"{name}_answers_per_s", spread([load.answers_per_s for load in loads])),
        **flat(f"{name}_p50_ms", spread([percentile(load.latencies_ms, 0.50) for load in loads])),
        **flat(f"{name}_p99_ms", spread([percentile(load.latencies_ms, 0.99) for load in loads])),
        f"{name}_messages": sum(len(load.exchanges) for load in loads),
        f"{name}_handed_off": sum(load.count("handed_off") for load in loads),
        f"{name}_otherwise_answered": sum(load.count("other") for load in loads),
        f"{name}_unanswered": sum(load.count("unanswered") for load in loads),
    }


def _ratios(ours: Sequence[Load], theirs: Sequence[Load]) -> list[float]:
    """One a round: both were measured right after each other."""
    return [mine.answers_per_s / other.answers_per_s for mine, other in zip(ours, theirs, strict=True)]


def _show(measured: Measured, metrics: Metrics) -> None:
    rows = [
        [
            f"{name}, {count}",
            str(spread([load.answers_per_s for load in loads])),
            str(spread([percentile(load.latencies_ms, 0.50) for load in loads])),
            str(spread([percentile(load.latencies_ms, 0.99) for load in loads])),
            str(sum(len(load.exchanges) - load.count("answered") for load in loads)),
        ]
        for (name, count), loads in sorted(measured.loads.items(), key=lambda item: item[0][1])
    ]
    report.show(
        "median (range) over rounds", ["system, clients", "answers/s", "p50 ms", "p99 ms", "not answered"], rows
    )
    headline = [key for key in metrics if not key.startswith((BATON, "rasa_", PARSE)) and f"{key}_low" not in metrics]
    ranged = [key for key in metrics if f"{key}_low" in metrics and not key.startswith((BATON, "rasa_", PARSE))]
    ends = ("_low", "_high")
    rows = [[key, f"{metrics[key]}  ({metrics[f'{key}_low']}–{metrics[f'{key}_high']})"] for key in ranged]
    rows += [[key, str(metrics[key])] for key in headline if not key.endswith(ends)]
    report.show("first_light", ["figure", "value"], rows)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
