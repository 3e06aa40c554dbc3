"""`make bench NAME=nlu`: how well and how fast a text is understood, beside Rasa's default pipeline and nlp.js."""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import report
from benchmarks.nlu import contenders, intents, mapped, speed
from benchmarks.nlu.datasets import NoData
from benchmarks.nlu.stored import NAME, Stored
from benchmarks.report import Metrics, rounded
from bot import settings

terminal = Console(stderr=True, highlight=False)


class Part(StrEnum):
    CLINC = "clinc"
    JDDC = "jddc"
    MAPPED = "mapped"
    SPEED = "speed"


def main(
    only: Annotated[list[Part] | None, typer.Option("--only", help="This part alone; may be given again.")] = None,
    train_rasa: Annotated[
        bool, typer.Option("--train-rasa", help="Train Rasa's default pipeline where it is not cached: hours.")
    ] = False,
    system: Annotated[
        contenders.Name | None, typer.Option("--system", help="In clinc and jddc this system alone.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", hidden=True)] = False,
) -> None:
    """Measure and write benchmarks/results/nlu.json, each part as it is done."""
    parts = only or list(Part)
    if system is not None:
        _require_measured(system, parts)
    stored = Stored(dry=quick)
    for part in parts:
        terminal.print(f"{part}:")
        began = time.perf_counter()
        try:
            with _cache(quick) as cache:
                asyncio.run(_measure(part, stored, cache, train_rasa, system))
        except NoData as reason:
            raise SystemExit(f"{part} cannot be measured: {reason}") from None
        words, key = f"--only {part}", f"{part}_run"
        if system is not None and part in intents.LANGUAGES:
            words, key = f"{words} --system {system}", f"{part}_{system}_run"
        command = f"make bench NAME={NAME} ARGS='{words}'"
        run: Metrics = {"command": command, "s": rounded(time.perf_counter() - began), **report.surroundings()}
        stored.replace(key, run)
    terminal.print("a quick run proves nothing and is not stored" if quick else f"written to results/{NAME}.json")


def _require_measured(system: contenders.Name, parts: Sequence[Part]) -> None:
    """Raises BadParameter where a part that compares systems has no such one, or no part compares any."""
    compared = {part: contenders.names(intents.LANGUAGES[part]) for part in parts if part in intents.LANGUAGES}
    if not compared:
        raise typer.BadParameter(f"only {' and '.join(intents.LANGUAGES)} compare systems", param_hint="--system")
    for part, names in compared.items():
        if system not in names:
            raise typer.BadParameter(f"{part} has no {system}, only {', '.join(names)}", param_hint="--system")


async def _measure(part: Part, stored: Stored, cache: Path, train_rasa: bool, system: contenders.Name | None) -> None:
    match part:
        case Part.CLINC:
            await intents.clinc(terminal, stored, cache, train_rasa, system)
        case Part.JDDC:
            await intents.jddc(terminal, stored, cache, train_rasa, system)
        case Part.MAPPED:
            await mapped.measure(terminal, stored, cache)
        case Part.SPEED:
            await speed.measure(terminal, stored, cache)


@contextmanager
def _cache(quick: bool) -> Iterator[Path]:
    """Where peers are kept between runs; a quick run keeps nothing."""
    kept = settings.read().data / "benchmarks" / NAME
    kept.mkdir(parents=True, exist_ok=True)
    if not quick:
        yield kept
        return
    with tempfile.TemporaryDirectory(dir=kept, prefix="quick-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
