"""Files that appear whole or not at all, whoever else writes them at the same time."""

import os
from pathlib import Path


def write(file: Path, text: str, mode: int = 0o666) -> None:
    """Puts `text` in the place of `file`; `mode` is for a new file, less what the process withholds."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as output:
        output.write(text)
    unfinished.replace(file)
