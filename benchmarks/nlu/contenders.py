"""The systems that learn a task and are then judged on messages they have not seen."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import yaml

from benchmarks import assistant, report
from benchmarks.nlu import minilm, nlpjs, rasa_default
from benchmarks.nlu.datasets import Labelled, Split
from benchmarks.nlu.scores import Answers, Scored, in_rasas_python
from bot.settings import ROOT
from nlu import versions
from nlu.errors import NluError

CLASSIFIER = "nlu.server.components.classifier.NgramClassifier"


class Name(StrEnum):
    BATON = "baton"
    MINILM = "minilm"
    NLPJS = "nlpjs"
    RASA = "rasa"


class NotHere(Exception):
    """Why a system has no figures on this machine."""


class Contender(Protocol):
    """One system; `read` raises NotHere where it cannot be measured."""

    @property
    def name(self) -> Name: ...

    @property
    def version(self) -> str: ...

    async def read(self, task: Split, messages: Sequence[Labelled]) -> Answers:
        """What it says of messages once it has learnt the task."""
        ...


def contenders(language: str, cache: Path, train_rasa: bool) -> list[Contender]:
    """All of them, the quickest first."""
    with_encoder = [MiniLm(cache)] if language == "en" else []
    return [Baton(), *with_encoder, NlpJs(language, cache), Rasa(language, cache, train_rasa)]


def names(language: str) -> list[Name]:
    return [one.name for one in contenders(language, Path(), train_rasa=False)]


@dataclass(frozen=True, slots=True)
class Baton:
    """The shipped features and network with the settings of `config.yml`, on the task's sentences; never cached."""

    name: Name = Name.BATON

    @property
    def version(self) -> str:
        return f"{report.surroundings()['version_baton']}, code {versions.code(ROOT)}"

    async def read(self, task: Split, messages: Sequence[Labelled]) -> Answers:
        return await in_rasas_python("score_baton.py", _baton_task(task), messages)


@dataclass(frozen=True, slots=True)
class MiniLm:
    """Baton as above with an English sentence encoder, quantised as `baton models add` does; never cached."""

    cache: Path
    name: Name = Name.MINILM

    @property
    def version(self) -> str:
        return f"{minilm.PACKAGE}, {Baton().version}"

    async def read(self, task: Split, messages: Sequence[Labelled]) -> Answers:
        try:
            folder = await minilm.encoder(self.cache)
        except (RuntimeError, NluError) as error:
            raise NotHere(str(error)) from error
        return await in_rasas_python("score_baton.py", {**_baton_task(task), "encoder": str(folder)}, messages)


@dataclass(frozen=True, slots=True)
class NlpJs:
    """nlp.js as it comes; messages out of scope are its own intent for them, `None`."""

    language: str
    cache: Path
    name: Name = Name.NLPJS

    @property
    def version(self) -> str:
        return nlpjs.version()

    async def read(self, task: Split, messages: Sequence[Labelled]) -> Answers:
        try:
            folder = await nlpjs.installed(self.cache)
        except RuntimeError as error:
            raise NotHere(str(error)) from error
        return await _remembered(
            self.cache / f"read-nlpjs-{task.name}",
            [folder.name, self.language, _pairs(task.train)],
            messages,
            lambda: nlpjs.scored(folder, task, messages, self.language),
        )


@dataclass(frozen=True, slots=True)
class Rasa:
    """Rasa's default pipeline: only where its model is cached, or where it may take its hours to train."""

    language: str
    cache: Path
    may_train: bool
    name: Name = Name.RASA

    @property
    def version(self) -> str:
        return assistant.rasa_version()

    async def read(self, task: Split, messages: Sequence[Labelled]) -> Answers:
        pipeline = rasa_default.JIEBA if self.language == "zh" else rasa_default.DIET
        model = rasa_default.model_file(task, pipeline, self.language, self.cache)
        if not (self.may_train or model.exists()):
            raise NotHere("not trained here")
        if self.language == "zh" and not rasa_default.has_jieba():
            raise NotHere(f"Rasa's Chinese tokeniser is not installed: {rasa_default.INSTALL_JIEBA}")
        await rasa_default.trained(task, pipeline, self.language, self.cache)
        return await _remembered(
            self.cache / f"read-rasa-{task.name}",
            [model.name],
            messages,
            lambda: rasa_default.scored(model, messages),
        )


async def _remembered(
    stem: Path, recipe: list[object], messages: Sequence[Labelled], read: Callable[[], Awaitable[Answers]]
) -> Answers:
    """What a peer said when it was last asked the same after learning the same."""
    asked = json.dumps([recipe, [one.text for one in messages]], ensure_ascii=False)
    file = stem.with_name(f"{stem.name}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}.json")
    if file.exists():
        known = json.loads(file.read_text(encoding="utf-8"))
        scored = [Scored(one, label, score) for one, (label, score) in zip(messages, known["said"], strict=True)]
        return Answers(scored, known["told"])
    answers = await read()
    unfinished = file.with_suffix(".part")
    said = [(one.label, one.score) for one in answers.scored]
    unfinished.write_text(json.dumps({"told": dict(answers.told), "said": said}), encoding="utf-8")
    unfinished.replace(file)
    return answers


def _pairs(examples: Sequence[Labelled]) -> list[tuple[str, str]]:
    return [(one.text, one.label) for one in examples]


def _baton_task(task: Split) -> dict[str, object]:
    steps = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    step = next(step for step in steps if step["name"] == CLASSIFIER)
    parts = {"train": _pairs(task.train), "validation": _pairs(task.validation)}
    return {**parts, "hidden": step["hidden"], "passes": step["passes"]}
