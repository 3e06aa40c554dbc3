"""One JSON object a line on the stream that train.py keeps for it; silent everywhere else."""

import json
from typing import TextIO

_streams: list[TextIO] = []


def use(stream: TextIO) -> None:
    """Sends reports to this stream from now on."""
    _streams[:] = [stream]


def write(**fields: object) -> None:
    """Writes one line."""
    for stream in _streams:
        print(json.dumps(fields, ensure_ascii=False), file=stream, flush=True)


def report(step: str, done: int, total: int) -> None:
    """Says how far a step has come: `done` of `total`, in whatever the step counts."""
    write(step=step, done=done, total=total)
