"""The data folder: who is using it, and how everything in it is replaced as one.

A replacement is written down before it begins. If the program dies in the middle, whoever comes next puts the old
things back first. Only when everything is in place does the note say so, and only then do the old things go.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCK = "in-use.lock"
NOTE = "restore.json"
KEPT = ".before-restore"
FRESH = ".restored"


class FolderInUse(Exception):
    """Somebody else works with this data now; the sentence says who and what to do."""


@dataclass(frozen=True, slots=True)
class Move:
    """`fresh` takes the place of `target`; None removes it."""

    fresh: Path | None
    target: Path


@contextmanager
def in_use(data: Path) -> Iterator[None]:
    """Held by everything that works with the data; any number at a time, but none while it is being replaced."""
    data.mkdir(parents=True, exist_ok=True)
    if (data / NOTE).exists():
        with alone(data):
            pass
    with _locked(data, fcntl.LOCK_SH, "a restore is running on this data; try again when it has ended"):
        yield


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Held by who replaces the data; first undoes a replacement that died half-way. Raises `FolderInUse`."""
    data.mkdir(parents=True, exist_ok=True)
    with _locked(data, fcntl.LOCK_EX, f"a program of this installation uses {data}; stop it first"):
        _settle(data)
        yield


@contextmanager
def _locked(data: Path, how: int, refusal: str) -> Iterator[None]:
    descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(refusal) from None
        yield
    finally:
        os.close(descriptor)


def replace(data: Path, moves: Sequence[Move], last: Callable[[], None] = lambda: None) -> None:
    """Do all moves and then `last`, or nothing: whatever fails, the old things are back. Call it inside `alone`."""
    noted = [{"target": str(move.target), "had": move.target.exists()} for move in moves]
    _write_note(data, noted, done=False)
    try:
        for move in moves:
            _lay_ready(move)
        for move in moves:
            if move.target.exists():
                move.target.rename(_kept(move.target))
        for move in moves:
            if move.fresh is not None:
                _fresh(move.target).rename(move.target)
            _flush(move.target.parent)
        last()
        _write_note(data, noted, done=True)
    finally:
        _settle(data)


def _lay_ready(move: Move) -> None:
    """Beside its target, so that the move itself is one renaming on one file system."""
    move.target.parent.mkdir(parents=True, exist_ok=True)
    if move.fresh is not None:
        shutil.move(move.fresh, _fresh(move.target))
        for path in (_fresh(move.target), *_fresh(move.target).rglob("*")):
            _flush(path)


def _write_note(data: Path, noted: Sequence[Mapping[str, Any]], *, done: bool) -> None:
    unfinished = data / f"{NOTE}.unfinished"
    unfinished.write_text(json.dumps({"done": done, "moves": noted}))
    _flush(unfinished)
    unfinished.replace(data / NOTE)
    _flush(data)


def _settle(data: Path) -> None:
    """Forget the old things of a finished replacement, put back those of one that is not. May die and be done again."""
    try:
        note = json.loads((data / NOTE).read_text())
    except FileNotFoundError:
        return
    for move in note["moves"]:
        target = Path(move["target"])
        if note["done"]:
            _remove(_kept(target))
        else:
            _put_back(target, had=move["had"])
    (data / NOTE).unlink()
    _flush(data)


def _put_back(target: Path, *, had: bool) -> None:
    if _kept(target).exists():
        _remove(target)
        _kept(target).rename(target)
    elif not had:
        _remove(target)
    _remove(_fresh(target))
    if target.parent.exists():
        _flush(target.parent)


def _flush(path: Path) -> None:
    """On disk before what comes next: a machine that loses power must find things in this order."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _kept(target: Path) -> Path:
    return target.with_name(target.name + KEPT)


def _fresh(target: Path) -> Path:
    return target.with_name(target.name + FRESH)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
