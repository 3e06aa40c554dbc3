"""The shipped model before another shop's customers: what `baton evaluate` counts over their messages."""

import asyncio
import json
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from benchmarks import report
from benchmarks.nlu import datasets
from benchmarks.nlu.datasets import Labelled
from benchmarks.nlu.shipped import installation, shipped_model
from benchmarks.nlu.stored import Stored
from benchmarks.report import Metrics
from benchmarks.systems import BATON
from bot import settings
from bot.evaluation import Case
from bot.settings import ROOT

LABELS = Path(__file__).with_name("jddc_labels.yml")
QUICK_MESSAGES = 40
KEYS = {
    "wrong_share": "wrong_share",
    "coverage": "right_coverage_share",
    "handoff_share": "handoff_share",
    "messages": "messages",
    "asking": "answerable_messages",
    "automatic": "automatic_messages",
    "wrong": "wrong_messages",
    "model": "model",
}
"""What is kept of what `baton evaluate` tells, and its name here."""


async def measure(terminal: Console, stored: Stored, cache: Path) -> None:
    """Judges the shipped model on every message of the data set."""
    messages = [message for fold in datasets.jddc() for message in fold.test][: QUICK_MESSAGES if stored.dry else None]
    cases = as_cases(messages, _accepted())
    model = await shipped_model(terminal, settings.read().data)
    with tempfile.TemporaryDirectory(dir=cache, prefix="mapped-") as folder:
        environment = installation(Path(folder), model)
        metrics = figures(await _evaluated(cases, Path(folder, "jddc.jsonl"), environment))
    stored.replace("mapped_baton", metrics)
    report.show("JDDC's messages, the shipped model", ["figure", "value"], [[k, str(v)] for k, v in metrics.items()])


def as_cases(messages: Sequence[Labelled], accepted: Mapping[str, Sequence[str]]) -> list[Case]:
    """What the label accepts may be done and nothing must: another shop's customers may need what this one lacks."""
    if unknown := {message.label for message in messages} - accepted.keys():
        raise RuntimeError(f"jddc_labels.yml says nothing of {', '.join(sorted(unknown))}")
    return [Case(text=one.text, lang="zh-CN", accept=tuple(accepted[one.label]), must="any") for one in messages]


def figures(told: Mapping[str, Any]) -> Metrics:
    """Of what `baton evaluate --json` tells; a share of nothing is left out."""
    found: Metrics = {ours: told[theirs] for theirs, ours in KEYS.items() if told[theirs] is not None}
    return {**found, "automatic_share": round(told["automatic"] / told["messages"], 4)}


async def _evaluated(cases: Sequence[Case], file: Path, environment: Mapping[str, str]) -> Mapping[str, Any]:
    """What `baton evaluate` tells of the cases, written to `file`."""
    file.write_text("".join(f"{case.model_dump_json()}\n" for case in cases), encoding="utf-8")
    child = await asyncio.create_subprocess_exec(
        BATON, "evaluate", file, "--json", cwd=ROOT, env=environment, stdin=DEVNULL, stdout=PIPE
    )
    try:
        output, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.terminate()
            await child.wait()
    if child.returncode:
        raise RuntimeError(f"baton evaluate ended with exit code {child.returncode}")
    told: Mapping[str, Any] = json.loads(output)
    return told


def _accepted() -> Mapping[str, Sequence[str]]:
    labels: Mapping[str, Sequence[str]] = yaml.safe_load(LABELS.read_text(encoding="utf-8"))
    return labels
