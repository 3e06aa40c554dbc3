"""Labelled messages of others, read from beside the project; nothing of them is ever part of it or of its models."""

import json
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT

SHARED = ROOT.parent / "shared" / "data"
OUT_OF_SCOPE = "out_of_scope"
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and what it is about."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Split:
    """One task: what is learnt from, what a threshold may be chosen on, what is judged."""

    name: str
    train: tuple[Labelled, ...]
    validation: tuple[Labelled, ...]
    test: tuple[Labelled, ...]


class NoData(Exception):
    """The data sets do not lie beside the project."""


def clinc150() -> Split:
    """CLINC150 in full (Larson et al. 2019): 150 intents, and messages that belong to none."""
    parts: dict[str, list[list[str]]] = json.loads(_file("clinc150", "data_full.json").read_text("utf-8"))
    read = {
        name: tuple(Labelled(text, OUT_OF_SCOPE if label == "oos" else label) for text, label in part)
        for name, part in parts.items()
    }
    return Split(
        "clinc150",
        read["train"] + read["oos_train"],
        read["val"] + read["oos_val"],
        read["test"] + read["oos_test"],
    )


def jddc() -> list[Split]:
    """Messages of a large Chinese shop's customers, 51 labels, in five fixed folds: every fifth line is judged."""
    lines = _file("jddc-dev", "messages.tsv").read_text("utf-8").splitlines()
    messages = [Labelled(text, label) for text, label in (line.split("\t") for line in lines if line)]
    return [
        Split(
            f"jddc-{fold}",
            tuple(message for at, message in enumerate(messages) if at % FOLDS != fold),
            (),
            tuple(messages[fold::FOLDS]),
        )
        for fold in range(FOLDS)
    ]


def _file(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.is_file():
        raise NoData(f"{'/'.join(parts)} does not lie in ../shared/data beside the project")
    return path
