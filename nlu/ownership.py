"""Who owns a serving child, and how the next owner finds it: a lock held for life and a run file beside it."""

import asyncio
import fcntl
import json
import os
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from nlu import whole

# The child's watchdog borrows the lock for microseconds; more than these tries means a real owner.
TRIES = 5
PAUSE_S = 0.02


class OwnerLock:
    """An exclusive flock that ends with its holder, however that dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    async def acquire(self) -> bool:
        """Takes the lock if nobody else has it."""
        for _ in range(TRIES):
            if self.held or self._try_once():
                return True
            await asyncio.sleep(PAUSE_S)
        return False

    def release(self) -> None:
        """Gives the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _try_once(self) -> bool:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True


@dataclass(frozen=True, slots=True)
class Announcement:
    """A child that serves `model` on a loopback `port`; `born` tells it from a later process with the same pid."""

    pid: int
    born: str
    port: int
    token: str
    model: str

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether that very process still runs."""
        return birth(self.pid) == self.born

    def write(self, path: Path) -> None:
        """Stores it for the owner's eyes only, whole or not at all."""
        whole.write(path, json.dumps(asdict(self)), 0o600)


def read_announcement(path: Path, model: str) -> Announcement | None:
    """The announced child if it still runs and serves that model."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        announcement = Announcement(
            pid=int(fields["pid"]),
            born=str(fields["born"]),
            port=int(fields["port"]),
            token=str(fields["token"]),
            model=str(fields["model"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return announcement if announcement.model == model and announcement.alive else None


def birth(pid: int) -> str | None:
    """When a running process was started, in whatever words the system has for it; None once it has ended."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        return None if Path("/proc/self").exists() else _birth_by_ps(pid)
    except ProcessLookupError:
        return None
    # Fields 3 and 22 of proc(5): a zombie has ended, nobody has asked for its exit code yet.
    return None if after_name[0] in "ZX" else after_name[19]


def _birth_by_ps(pid: int) -> str | None:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split(maxsplit=1)  # noqa: S603
    return shown[1].strip() if len(shown) == 2 and not shown[0].startswith("Z") else None
