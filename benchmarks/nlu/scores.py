"""What a system says of a message, and how systems in Rasa's Python are asked."""

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


async def in_rasas_python(script: str, task: Mapping[str, object], messages: Sequence[Labelled]) -> list[Scored]:
    """Runs one of this folder's scripts in Rasa's environment; it reads a task and prints a [label, score] a line."""
    return await said_by([str(launching.require_python(NLU_SERVER).absolute()), str(_here(script))], task, messages)


async def said_by(command: Sequence[str], task: Mapping[str, object], messages: Sequence[Labelled]) -> list[Scored]:
    """Gives a command the task and the texts as JSON on standard input; it prints a [label, score] a line."""
    with tempfile.TemporaryDirectory() as home:
        child = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**launching.surroundings(SETTINGS), "HOME": home},
            stdin=PIPE,
            stdout=PIPE,
            stderr=sys.stderr,
        )
        asked = json.dumps({**task, "texts": [one.text for one in messages]})
        output, _ = await child.communicate(asked.encode())
    if child.returncode:
        raise RuntimeError(f"{Path(command[-1]).name} ended with exit code {child.returncode}")
    said = [json.loads(line) for line in output.decode().splitlines()]
    if len(said) != len(messages):
        raise RuntimeError(f"{Path(command[-1]).name} answered {len(said)} of {len(messages)} messages")
    return [Scored(one, str(label), float(score)) for one, (label, score) in zip(messages, said, strict=True)]


def _here(script: str) -> Path:
    return Path(__file__).with_name(script).absolute()
