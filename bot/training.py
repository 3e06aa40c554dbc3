"""Trains models in Rasa's environment."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from nlu import versions
from nlu.errors import SetupError, TrainingFailed
from nlu.versions import Version

OnProgress = Callable[[str, int, int], None]
LINES_KEPT = 20


async def ensure_model(root: Path, data: Path, on_progress: OnProgress) -> Version:
    """The wanted model, trained where it is missing."""
    version = versions.wanted(root, data)
    return version if version.exists else await train(root, data, on_progress)


async def train(root: Path, data: Path, on_progress: OnProgress) -> Version:
    """Train the wanted model. `on_progress(step, done, total)`. Raises `TrainingFailed`, `SetupError`.

    The file appears whole or not at all; a model that was there before stays in service.
    """
    version, server = versions.wanted(root, data), root / "nlu" / "server"
    python = server / ".venv" / "bin" / "python"
    if not python.exists():
        raise SetupError("Rasa's environment is missing; run: make setup")
    version.path.parent.mkdir(parents=True, exist_ok=True)
    child = await asyncio.create_subprocess_exec(
        python,
        server / "train.py",
        root / "config.yml",
        root / "nlu" / "data",
        version.path,
        cwd=server,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        problem, complaints = await asyncio.gather(_followed(child, on_progress), _last_lines(child))
        code = await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if code != 0:
        raise TrainingFailed(problem or f"training ended with {code}:\n{complaints}")
    return version


async def _followed(child: asyncio.subprocess.Process, on_progress: OnProgress) -> str | None:
    """Hand on progress; what the trainer itself says is wrong, if anything."""
    assert child.stdout is not None
    problem = None
    async for line in child.stdout:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if not isinstance(told, dict):
            continue
        if "error" in told:
            problem = str(told["error"])
        elif "step" in told:
            on_progress(str(told["step"]), int(told["done"]), int(told["total"]))
    return problem


async def _last_lines(child: asyncio.subprocess.Process) -> str:
    assert child.stderr is not None
    lines: list[str] = []
    async for line in child.stderr:
        lines = [*lines[-LINES_KEPT:], line.decode(errors="replace").rstrip()]
    return "\n".join(lines)
