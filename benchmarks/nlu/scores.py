"""What a system says of a message, and how systems are asked that run in another language or environment."""

import asyncio
import json
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.assistant import NLU_SERVER, SETTINGS
from benchmarks.nlu.datasets import Labelled
from bot.settings import ROOT
from nlu import launching


@dataclass(frozen=True, slots=True)
class Scored:
    """A message, the label a system would act on, and how sure (0–1, higher is surer) it is of that."""

    message: Labelled
    label: str
    score: float

    @property
    def right(self) -> bool:
        return self.label == self.message.label


@dataclass(frozen=True, slots=True)
class Answers:
    """What a system said of each message, and what it told of itself: `train_s`, `temperature`."""

    scored: Sequence[Scored]
    told: Mapping[str, float]


async def in_rasas_python(script: str, task: Mapping[str, object], messages: Sequence[Labelled]) -> Answers:
    """Runs one of this folder's scripts in Rasa's environment."""
    return await said_by([str(launching.require_python(NLU_SERVER).absolute()), str(_here(script))], task, messages)


async def said_by(command: Sequence[str], task: Mapping[str, object], messages: Sequence[Labelled]) -> Answers:
    """Gives a command the task and the texts as JSON on standard input.

    It prints an object where it tells something of itself, and a [label, score] for each text.
    """
    with tempfile.TemporaryDirectory() as home:
        child = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**launching.surroundings(SETTINGS), "HOME": home},
            stdin=PIPE,
            stdout=PIPE,
            stderr=sys.stderr,
        )
        try:
            asked = json.dumps({**task, "texts": [one.text for one in messages]})
            output, _ = await child.communicate(asked.encode())
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if child.returncode:
        raise RuntimeError(f"{Path(command[-1]).name} ended with exit code {child.returncode}")
    lines = [json.loads(line) for line in output.decode().splitlines()]
    said = [line for line in lines if isinstance(line, list)]
    if len(said) != len(messages):
        raise RuntimeError(f"{Path(command[-1]).name} answered {len(said)} of {len(messages)} messages")
    told = {key: float(value) for line in lines if isinstance(line, dict) for key, value in line.items()}
    return Answers(
        [Scored(one, str(label), float(score)) for one, (label, score) in zip(messages, said, strict=True)], told
    )


def _here(script: str) -> Path:
    return Path(__file__).with_name(script).absolute()
