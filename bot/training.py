"""Trains models in Rasa's environment; who shows the progress is somebody else's business."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Collection
from pathlib import Path

from nlu import versions
from nlu.errors import TrainingFailed
from nlu.launching import require_python, rotated, surroundings
from nlu.versions import Version

OnProgress = Callable[[str, int, int], None]


async def ensure_model(
    root: Path, data: Path, on_progress: OnProgress, intents: Collection[str] | None = None
) -> Version:
    """The version that the sources under `root` ask for, trained only if its file is not there."""
    return versions.find(root, data) or await train(root, data, on_progress, intents)


async def train(root: Path, data: Path, on_progress: OnProgress, intents: Collection[str] | None = None) -> Version:
    """Trains the wanted version, calling `on_progress(step, done, total)` on the way.

    The steps are check, prepare, features, learn, entities and write. With `intents`, any other intent in the data is
    an error.
    The file appears whole or not at all, so what is served stays. Raises SetupError, or TrainingFailed naming file
    and line where the data is at fault.
    """
    version, server = versions.wanted(root, data), root / "nlu" / "server"
    sources = {"--config": root / "config.yml", "--data": root / "nlu" / "data", "--out": version.path}
    arguments = [word for option, path in sources.items() for word in (option, str(path.absolute()))]
    if intents is not None:
        arguments += ["--intents", ",".join(intents)]
    log = data / "rasa" / "train.log"
    with rotated(log) as output:
        child = await asyncio.create_subprocess_exec(
            require_python(server).absolute(),
            server.absolute() / "train.py",
            *arguments,
            cwd=root,
            env=surroundings({}),
            stdin=PIPE,  # never written to: its closing tells the child that we are gone
            stdout=PIPE,
            stderr=output,
            start_new_session=True,
        )
    problem = await _followed(child, on_progress)
    if child.returncode != 0:
        raise TrainingFailed(problem or f"training ended with exit code {child.returncode}; see {log}")
    return version


async def _followed(child: Process, on_progress: OnProgress) -> str | None:
    """Passes progress on until the child has ended; the error it reported, if any."""
    assert child.stdout is not None
    problem = None
    try:
        async for line in child.stdout:
            told = json.loads(line)
            if "error" in told:
                problem = str(told["error"])
            else:
                on_progress(told["step"], told["done"], told["total"])
        await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return problem
