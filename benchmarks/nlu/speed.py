"""The shipped model behind Baton's NLU server, and Rasa's own server on the lightest pipeline that Rasa brings."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import yaml
from rich.console import Console

from benchmarks import assistant, clients, report
from benchmarks.assistant import NLU_SERVER
from benchmarks.nlu.shipped import told
from benchmarks.nlu.stored import Stored
from benchmarks.questions import conversations
from benchmarks.report import Metrics, flat, percentile, rounded, spread
from benchmarks.systems import Child, System, resident_kb
from bot import training
from bot.settings import ROOT
from nlu import launching

LIGHT = [
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "LogisticRegressionClassifier"},
]
BATON, RASA = "baton", "rasa"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured; `alone` messages with one client, `together` with eight."""

    rounds: int
    warm_up: int
    alone: int
    together: int


WHOLE = Plan(rounds=5, warm_up=96, alone=480, together=2400)
QUICK = Plan(rounds=1, warm_up=8, alone=24, together=96)
CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Round:
    """One system, started anew."""

    ready_s: float
    p50_ms: float
    requests_per_s: float
    rss_mb: float


class Server(System):
    """A server that answers `/model/parse`."""

    def __init__(self, folder: Path, model: Path) -> None:
        super().__init__(folder)
        self._model = model
        self._token = secrets.token_urlsafe()

    @property
    def child(self) -> Child:
        return Child(self.pid, self.address, self._token)

    @property
    def _ready_path(self) -> str:
        return f"/status?token={self._token}"


class BatonServer(Server):
    """As Baton starts it."""

    async def _launch(self, log: Path) -> asyncio.subprocess.Process:
        python = launching.require_python(NLU_SERVER).absolute()
        words = ("--model", str(self._model), "--port", str(self.port))
        with log.open("wb") as output:
            return await asyncio.create_subprocess_exec(
                python,
                NLU_SERVER / "serve.py",
                *words,
                cwd=ROOT,
                env=launching.surroundings({"BATON_NLU_TOKEN": self._token}),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )


class RasaServer(Server):
    """`rasa run --enable-api`; it asks for no token, so it does not read the one it is sent."""

    async def _launch(self, log: Path) -> asyncio.subprocess.Process:
        words = ("--model", str(self._model), "--interface", "127.0.0.1", "--port", str(self.port), "--quiet")
        return await assistant.rasa(self.folder, log, "run", "--enable-api", *words)


@dataclass(slots=True)
class Measured:
    """One entry a round for each system."""

    train_s: dict[str, float] = field(default_factory=dict)
    rounds: dict[str, list[Round]] = field(default_factory=lambda: {BATON: [], RASA: []})


async def measure(terminal: Console, stored: Stored, cache: Path) -> None:
    """Trains both on the shipped data, then starts and asks them in turn; written after every round."""
    plan, measured = QUICK if stored.dry else WHOLE, Measured()
    with tempfile.TemporaryDirectory(dir=cache, prefix="speed-") as folder:
        models = await _trained(terminal, Path(folder), measured)
        for number in range(plan.rounds):
            terminal.print(f"  round {number + 1} of {plan.rounds}")
            servers: list[tuple[str, Server]] = [
                (BATON, BatonServer(Path(folder, BATON), models[BATON])),
                (RASA, RasaServer(Path(folder, RASA), models[RASA])),
            ]
            for name, server in servers if number % 2 == 0 else reversed(servers):
                measured.rounds[name].append(await _round(plan, server))
            for prefix, figures in _figures(measured).items():
                stored.replace(prefix, figures)
    _show(measured)


async def _trained(terminal: Console, folder: Path, measured: Measured) -> Mapping[str, Path]:
    """Both models, made anew: how long that takes is a figure."""
    terminal.print("  Baton learns the shipped data")
    began = time.perf_counter()
    version = await training.train(ROOT, folder / "data", told(terminal))
    measured.train_s[BATON] = time.perf_counter() - began
    terminal.print("  Rasa learns the shipped data")
    # Rasa refuses this tokeniser where the language is Chinese, whatever the sentences are.
    config = {"recipe": "default.v1", "language": "en", "pipeline": LIGHT, "policies": []}
    home = folder / "rasa-training"
    home.mkdir()
    (home / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    words = ("--nlu", str(ROOT / "nlu" / "data"), "--out", ".", "--fixed-model-name", "model")
    began = time.perf_counter()
    await assistant.rasa_train(home, "nlu", "--config", "config.yml", *words)
    measured.train_s[RASA] = time.perf_counter() - began
    return {BATON: version.path, RASA: home / "model.tar.gz"}


async def _round(plan: Plan, server: Server) -> Round:
    """The server alone on the machine with its clients, warmed up before each load."""
    async with server.running() as ready_s, aiohttp.ClientSession() as session:
        arrive = clients.readers(session, server.child)
        await clients.closed_loop(arrive, conversations(plan.warm_up), 1)
        alone = await clients.closed_loop(arrive, conversations(plan.alone), 1)
        await clients.closed_loop(arrive, conversations(plan.warm_up), CLIENTS)
        together = await clients.closed_loop(arrive, conversations(plan.together), CLIENTS)
        if failed := sum(len(load.exchanges) - load.count("answered") for load in (alone, together)):
            raise RuntimeError(f"{type(server).__name__} left {failed} messages unread")
        return Round(
            ready_s, percentile(alone.latencies_ms, 0.5), together.answers_per_s, resident_kb(server.pid) / 1024
        )


_COLUMNS = {
    "ready_s": "ready s",
    "parse_p50_ms_1_client": "parse p50 ms, 1 client",
    "requests_per_s_8_clients": "requests/s, 8 clients",
    "rss_mb": "memory MB",
}
_RATIOS = {
    "ready": "ready_s",
    "parse_p50": "parse_p50_ms_1_client",
    "requests": "requests_per_s_8_clients",
    "rss": "rss_mb",
}


def _values(rounds: Sequence[Round]) -> Mapping[str, list[float]]:
    return {
        "ready_s": [one.ready_s for one in rounds],
        "parse_p50_ms_1_client": [one.p50_ms for one in rounds],
        "requests_per_s_8_clients": [one.requests_per_s for one in rounds],
        "rss_mb": [one.rss_mb for one in rounds],
    }


def _figures(measured: Measured) -> Mapping[str, Metrics]:
    """By their place in the result file; a ratio is Baton's figure divided by Rasa's of the same round."""
    values = {name: _values(rounds) for name, rounds in measured.rounds.items()}
    versions = {BATON: report.surroundings()["version_baton"], RASA: assistant.rasa_version()}
    figures: dict[str, Metrics] = {}
    for name, columns in values.items():
        figures[f"speed_{name}"] = {"train_s": rounded(measured.train_s[name]), "version": versions[name]}
        for column, each in columns.items():
            figures[f"speed_{name}"] |= flat(column, spread(each))
    figures["speed_ratio"] = {"rounds": len(measured.rounds[BATON])}
    for key, column in _RATIOS.items():
        figures["speed_ratio"] |= flat(key, spread(_ratios(values, column)))
    return figures


def _ratios(values: Mapping[str, Mapping[str, list[float]]], column: str) -> list[float]:
    return [ours / theirs for ours, theirs in zip(values[BATON][column], values[RASA][column], strict=True)]


def _show(measured: Measured) -> None:
    values = {name: _values(rounds) for name, rounds in measured.rounds.items()}
    rows = [
        [name, f"{measured.train_s[name]:.0f}", *(str(spread(columns[column])) for column in _COLUMNS)]
        for name, columns in values.items()
    ]
    rows.append(["baton ÷ rasa", "", *(str(spread(_ratios(values, column))) for column in _COLUMNS)])
    report.show("median (range) over rounds", ["system", "train s", *_COLUMNS.values()], rows)
