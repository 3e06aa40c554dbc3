"""Rasa's default pipeline, trained by Rasa's own command on a task's sentences."""

import hashlib
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from benchmarks.assistant import rasa_train, rasa_version
from benchmarks.nlu.datasets import Labelled, Split
from benchmarks.nlu.scores import Answers, in_rasas_python
from bot.settings import ROOT

DIET: list[dict[str, object]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "random_seed": 0},
]
"""What `rasa init` writes, with a seed. Chinese has no spaces, so there Rasa's tokeniser for it stands in front."""
JIEBA: list[dict[str, object]] = [{"name": "JiebaTokenizer"}, *DIET[1:]]

INSTALL_JIEBA = "uv pip install --python nlu/server/.venv/bin/python jieba==0.42.1"


def has_jieba() -> bool:
    """Whether the tokeniser, which nothing of ours needs, has been added to Rasa's environment."""
    return any((ROOT / "nlu" / "server" / ".venv" / "lib").glob("python*/site-packages/jieba"))


async def trained(task: Split, pipeline: Sequence[dict[str, object]], language: str, cache: Path) -> Path:
    """The model file; made once for each state of data and pipeline, for it takes up to an hour and more."""
    config = _config(pipeline, language)
    file = model_file(task, pipeline, language, cache)
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            began = time.perf_counter()
            await _train(Path(folder), config, task.train)
            _seconds(file).write_text(f"{time.perf_counter() - began:.1f}")
            Path(folder, "model.tar.gz").replace(file)
    return file


def model_file(task: Split, pipeline: Sequence[dict[str, object]], language: str, cache: Path) -> Path:
    """Where the model of this state of data and pipeline lies, or will lie once trained."""
    examples = [(one.text, one.label) for one in task.train]
    recipe = json.dumps([_config(pipeline, language), examples, rasa_version()], ensure_ascii=False)
    return cache / f"rasa-{task.name}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}.tar.gz"


async def scored(model: Path, messages: Sequence[Labelled]) -> Answers:
    """What the model says of each message; how long it took to train only where `trained` has measured it."""
    said = await in_rasas_python("score_rasa.py", {"model": str(model)}, messages)
    seconds = _seconds(model)
    return replace(said, told={"train_s": float(seconds.read_text())}) if seconds.exists() else said


def _config(pipeline: Sequence[dict[str, object]], language: str) -> dict[str, object]:
    return {"recipe": "default.v1", "language": language, "pipeline": list(pipeline), "policies": []}


def _seconds(model: Path) -> Path:
    return model.with_name(f"{model.name}.seconds")


async def _train(folder: Path, config: dict[str, object], examples: Sequence[Labelled]) -> None:
    by_label: dict[str, list[str]] = {}
    for one in examples:
        by_label.setdefault(one.label, []).append(one.text)
    blocks = [
        {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in by_label.items()
    ]
    _write(folder / "config.yml", config)
    _write(folder / "nlu.yml", {"version": "3.1", "nlu": blocks})
    words = ("--config", "config.yml", "--nlu", "nlu.yml", "--out", ".", "--fixed-model-name", "model")
    await rasa_train(folder, "nlu", *words)


def _write(file: Path, content: dict[str, object]) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")
