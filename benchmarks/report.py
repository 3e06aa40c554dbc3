"""Figures: medians and ranges over rounds, percentiles, the result file and the table."""

import json
import math
import os
import platform
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bot.settings import ROOT

WIDTH = 110
RESULTS = Path(__file__).parent / "results"

Metrics = dict[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over several rounds."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_short(self.median)}  ({_short(self.low)}–{_short(self.high)})"


def spread(values: Sequence[float]) -> Spread:
    """Median and range of one value a round."""
    return Spread(median(values), min(values), max(values))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0–1) of all values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def flat(name: str, figure: Spread) -> Metrics:
    """A figure as `<name>`, `<name>_low` and `<name>_high`."""
    return {name: rounded(figure.median), f"{name}_low": rounded(figure.low), f"{name}_high": rounded(figure.high)}


def rounded(value: float) -> float:
    """Three decimals below 10, one above: no figure here is more certain than that."""
    return round(value, 3 if abs(value) < 10 else 1)


def surroundings() -> Metrics:
    """What the figures were measured with and on."""
    return {
        "version_baton": _commit(),
        "version_python": platform.python_version(),
        "cores": os.cpu_count() or 0,
        "system": platform.platform(),
    }


def write(name: str, metrics: Mapping[str, float | int | str]) -> Path:
    """Stores `results/<name>.json`."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    file.write_text(json.dumps(metrics, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def known(name: str) -> Metrics:
    """What `results/<name>.json` holds from earlier runs."""
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def parts_wanted(only: str, all_parts: Sequence[str]) -> Sequence[str]:
    """The parts of a benchmark that `--only` leaves. Exits where it names none."""
    if only and only not in all_parts:
        raise SystemExit(f"--only takes one of {', '.join(all_parts)}")
    return (only,) if only else all_parts


def end(name: str, metrics: Metrics, began: float, *, stored: bool) -> None:
    """Show the figures of a run that `began` (`time.perf_counter`), and store them unless it was a quick one."""
    metrics = metrics | {"run_s": rounded(time.perf_counter() - began), "command": f"make bench NAME={name}"}
    metrics |= surroundings()
    show(name, ["figure", "value"], [[key, str(value)] for key, value in metrics.items()])
    told = (
        f"written to {write(name, metrics).relative_to(ROOT)}" if stored else "a quick run proves nothing: not stored"
    )
    Console(stderr=True).print(told)


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table; the first column is left-aligned."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=max(Console().width, WIDTH)).print(table)


def _commit() -> str:
    """The commit, with `+` where the tree has changes."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
