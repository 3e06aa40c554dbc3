"""Starts Python inside Rasa's own environment, with nothing of ours in its surroundings but what it needs."""

import asyncio
import json
import os
import subprocess
from asyncio.subprocess import PIPE
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from nlu.errors import SetupError

# Everything else, above all the shop's secrets, stays here.
INHERITED = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


def require_python(server_dir: Path) -> Path:
    """The interpreter of Rasa's environment; raises SetupError where it is not installed."""
    python = server_dir / ".venv" / "bin" / "python"
    if not python.exists():
        raise SetupError("Rasa's environment is not installed: run `make setup`")
    return python


def surroundings(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of a child."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | dict(extra)


def launch(
    server_dir: Path, script: str, arguments: Sequence[str], extra: Mapping[str, str], log: IO[bytes], with_parent: bool
) -> subprocess.Popen[bytes]:
    """Runs `script` of `server_dir` from the project root in a session of its own; all output goes to `log`.

    `with_parent` gives it a pipe as standard input, whose closing tells it that we are gone.
    """
    return subprocess.Popen(  # noqa: S603  our own scripts, our own arguments
        # Without a session of its own a Ctrl-C would reach it before we could stop it in order.
        _command(server_dir, script, arguments),
        cwd=server_dir.parents[1],
        env=surroundings(extra),
        stdin=subprocess.PIPE if with_parent else subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def _command(server_dir: Path, script: str, arguments: Sequence[str]) -> list[str]:
    return [str(require_python(server_dir).absolute()), str((server_dir / script).absolute()), *arguments]


OnProgress = Callable[[str, int, int], None]
"""Is told of a step's name, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script ended, and what it told beside its progress."""

    exit_code: int
    told: Mapping[str, Any] = field(default_factory=dict)


async def followed(
    server_dir: Path,
    script: str,
    arguments: Sequence[str],
    extra: Mapping[str, str],
    log: IO[bytes],
    on_progress: OnProgress,
) -> Ended:
    """Runs a script that tells its progress in JSON lines, as `nlu/server/progress.py` writes them, to its end."""
    child = await asyncio.create_subprocess_exec(
        *_command(server_dir, script, arguments),
        cwd=server_dir.parents[1],
        env=surroundings(extra),
        stdin=PIPE,  # never written to: its closing tells the child that we are gone
        stdout=PIPE,
        stderr=log,
        start_new_session=True,
    )
    assert child.stdout is not None
    told: dict[str, Any] = {}
    try:
        async for line in child.stdout:
            said = json.loads(line)
            if "step" in said:
                on_progress(said["step"], said["done"], said["total"])
            else:
                told |= said
        return Ended(await child.wait(), told)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def rotated(log: Path) -> IO[bytes]:
    """Opens an empty log, keeping the one before as `<name>.1`."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    return log.open("ab")
