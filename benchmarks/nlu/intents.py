"""Intents of data sets by others: every system learns the same sentences and is judged on the same messages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import report
from benchmarks.nlu import curves, datasets
from benchmarks.nlu.contenders import Contender, Name, NotHere, contenders
from benchmarks.nlu.datasets import OUT_OF_SCOPE, Labelled, Split
from benchmarks.nlu.scores import Answers, Scored
from benchmarks.nlu.stored import Stored
from benchmarks.report import Metrics, flat, rounded, spread

LANGUAGES: Mapping[str, str] = {"clinc": "en", "jddc": "zh"}
"""What the messages of each part are written in."""
BUDGET = 0.02
RIGHT_SHARE = 0.8
QUICK_LABELS = 12


async def clinc(terminal: Console, stored: Stored, cache: Path, train_rasa: bool, only: Name | None = None) -> None:
    """CLINC150 in full: understood or not, and what a threshold makes of messages that belong to no intent."""
    task = _smaller(datasets.clinc150()) if stored.dry else datasets.clinc150()
    stored.replace("clinc_data", _sizes(task))
    rows = []
    for system in contenders(LANGUAGES["clinc"], cache, train_rasa):
        if only not in (None, system.name):
            continue
        try:
            [answers] = await _read(terminal, system, [task])
        except NotHere as reason:
            rows.append(_absent(terminal, stored, "clinc", system, reason))
            continue
        figures = _clinc_figures(task, answers)
        stored.replace(f"clinc_{system.name}", {**figures, "version": system.version})
        rows.append([system.name, *(_told(figures, key) for key in _CLINC_COLUMNS)])
    report.show(f"CLINC150, {len(task.test)} messages judged", ["system", *_CLINC_COLUMNS.values()], rows)


async def jddc(terminal: Console, stored: Stored, cache: Path, train_rasa: bool, only: Name | None = None) -> None:
    """A Chinese shop's messages in five folds."""
    folds = [_smaller(fold) for fold in datasets.jddc()[:2]] if stored.dry else datasets.jddc()
    stored.replace("jddc_data", {"folds": len(folds), "messages": sum(len(fold.test) for fold in folds)})
    rows = []
    for system in contenders(LANGUAGES["jddc"], cache, train_rasa):
        if only not in (None, system.name):
            continue
        try:
            read = await _read(terminal, system, folds)
        except NotHere as reason:
            rows.append(_absent(terminal, stored, "jddc", system, reason))
            continue
        figures = _jddc_figures(read)
        stored.replace(f"jddc_{system.name}", {**figures, "version": system.version})
        rows.append([system.name, *(_told(figures, key) for key in _JDDC_COLUMNS)])
    report.show(f"JDDC, {len(folds)} folds", ["system", *_JDDC_COLUMNS.values()], rows)


_CLINC_COLUMNS = {
    "accuracy": "accuracy",
    "auroc": "AUROC",
    "right_share_at_2_percent_wrong": "right at ≤ 2 % wrong",
    "validated_right_share": "validated: right",
    "validated_wrong_share": "wrong",
    "wrong_share_at_80_percent_right": "wrong at 80 % right",
    "train_s": "train s",
}
_JDDC_COLUMNS = {
    "accuracy": "accuracy",
    "accuracy_low": "worst fold",
    "accuracy_high": "best fold",
    "train_s": "train s, a fold",
}


async def _read(terminal: Console, system: Contender, tasks: Sequence[Split]) -> list[Answers]:
    """What it says of validation and test of each task; its sources must stay what they are meanwhile."""
    version, read = system.version, []
    for task in tasks:
        terminal.print(f"  {system.name} learns and reads {task.name}")
        read.append(await system.read(task, [*task.validation, *task.test]))
    if system.version != version:
        raise RuntimeError(f"the sources of {system.name} changed while it was measured: start again")
    return read


def _clinc_figures(task: Split, answers: Answers) -> Metrics:
    validation, test = answers.scored[: len(task.validation)], answers.scored[len(task.validation) :]
    validated = curves.from_threshold(test, curves.most_right(validation, BUDGET).threshold)
    figures = {
        "accuracy": curves.accuracy(test),
        "auroc": curves.auroc(test),
        "right_share_at_2_percent_wrong": curves.most_right(test, BUDGET).right_share,
        "validated_right_share": validated.right_share,
        "validated_wrong_share": validated.wrong_share,
    }
    reached = curves.reaching(test, RIGHT_SHARE)
    if reached is not None:
        figures["wrong_share_at_80_percent_right"] = reached.wrong_share
    return {key: round(value, 4) for key, value in figures.items()} | _learning(answers)


def _learning(answers: Answers) -> Metrics:
    return {key: rounded(value) for key, value in answers.told.items()}


def _jddc_figures(folds: Sequence[Answers]) -> Metrics:
    everything: list[Scored] = [one for fold in folds for one in fold.scored]
    each = [curves.accuracy(fold.scored) for fold in folds]
    figures = {"accuracy": curves.accuracy(everything), "accuracy_low": min(each), "accuracy_high": max(each)}
    seconds = [fold.told["train_s"] for fold in folds if "train_s" in fold.told]
    return {key: round(value, 4) for key, value in figures.items()} | (
        flat("train_s", spread(seconds)) if seconds else {}
    )


def _sizes(task: Split) -> Metrics:
    out_of_scope = sum(one.label == OUT_OF_SCOPE for one in task.test)
    return {
        "train_messages": len(task.train),
        "validation_messages": len(task.validation),
        "test_in_scope_messages": len(task.test) - out_of_scope,
        "test_out_of_scope_messages": out_of_scope,
    }


def _absent(terminal: Console, stored: Stored, part: str, system: Contender, reason: NotHere) -> list[str]:
    """Figures of an earlier run, perhaps on other data, would not belong beside those of this one."""
    terminal.print(f"  {system.name}: {reason}")
    stored.replace(f"{part}_{system.name}", {})
    return [system.name, str(reason).splitlines()[0].rstrip(":")]


def _told(figures: Metrics, key: str) -> str:
    if key not in figures:
        return "–"
    value = float(figures[key])
    return f"{value:.1f}" if key == "train_s" else f"{value:.3f}" if key == "auroc" else f"{value:.1%}"


def _smaller(task: Split) -> Split:
    """A few of the labels."""
    known = sorted({one.label for one in task.train} - {OUT_OF_SCOPE})[:QUICK_LABELS]

    def kept(messages: Sequence[Labelled]) -> tuple[Labelled, ...]:
        return tuple(one for one in messages if one.label in known or one.label == OUT_OF_SCOPE)

    return Split(f"{task.name}-quick", kept(task.train), kept(task.validation), kept(task.test))
