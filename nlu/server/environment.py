"""What every process in Rasa's environment does first: stay silent towards the network, end with whom it serves."""

import fcntl
import logging
import os
import shutil
import signal
import stat
import threading
import time
import warnings
from pathlib import Path

SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_MAX_CACHE_SIZE": "0",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "WARNING",
}
POLL_S = 5.0
# How long an orderly end may take before it is made a disorderly one.
GRACE_S = 10.0

_scratch: list[Path] = []


def seal(scratch: Path) -> None:
    """Sets what Rasa reads on import; call it before importing Rasa. `scratch` takes all it writes by itself."""
    _scratch.append(scratch)
    os.environ.update(SETTINGS)
    os.environ["HOME"] = str(scratch)
    os.environ["RASA_CACHE_DIRECTORY"] = str(scratch / "cache")
    os.environ["MPLCONFIGDIR"] = str(scratch / "matplotlib")
    warnings.simplefilter("ignore")
    import structlog  # noqa: PLC0415  only Rasa's environment has it

    # Rasa writes every message's text to its debug log, and prints that unless told otherwise.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def die_with_parent() -> None:
    """Ends this process at once when its standard input, a pipe held by the parent, closes.

    Even a killed parent closes it. Where standard input is no pipe, nothing happens.
    """
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=_wait_for_the_pipe, name="parent-watch", daemon=True).start()


def _wait_for_the_pipe() -> None:
    while os.read(0, 4096):
        pass
    _end_now()


def end_when_orphaned(lock: Path, patience_s: float) -> None:
    """Ends this process once nobody has held an exclusive flock on `lock` for `patience_s` seconds in a row."""
    threading.Thread(target=_watch_the_lock, args=(lock, patience_s), name="owner-watch", daemon=True).start()


def _watch_the_lock(lock: Path, patience_s: float) -> None:
    last_owned = time.monotonic()
    while time.monotonic() - last_owned < patience_s:
        time.sleep(min(POLL_S, patience_s / 4))
        if is_held(lock):
            last_owned = time.monotonic()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    _end_now()


def _end_now() -> None:
    for folder in _scratch:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def is_held(lock: Path) -> bool:
    """Whether somebody holds an exclusive flock on the file."""
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that two orphans never take each other for an owner; given back at once, and owners try again.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
