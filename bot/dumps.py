"""The database as one file and back, while others go on writing: SQLite by its own backup, PostgreSQL by its tools.

DumpError
└── SchemaError     there is no schema of ours
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from handoff.db import BAD_URL

Kind = Literal["sqlite", "postgresql"]
TOOLS_S = 3600.0
HEADS = "SELECT version_num FROM alembic_version ORDER BY version_num"
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
EMPTIED = """DO $$ DECLARE name text; BEGIN
FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
EXECUTE 'DROP TABLE IF EXISTS public.' || name || ' CASCADE'; END LOOP; END $$"""
"""Every table goes, also one that the backup does not know: its migration will make it again."""


class DumpError(Exception):
    """The database cannot be written to a file, or put back; the sentence says why and what to do."""


class SchemaError(DumpError):
    """The database has never been used by Baton."""


class Dumps(Protocol):
    """One database. `heads` are the newest migrations it has seen."""

    @property
    def kind(self) -> Kind: ...

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that a restore would replace."""

    def heads(self) -> list[str]:
        """Raises `SchemaError` where there are none."""

    def dump(self, into: Path) -> list[str]:
        """Write what is stored at one moment to a new file; its heads."""

    def check(self, dumped: Path) -> None:
        """Raise `DumpError` for a file that could not be put back."""

    def require_alone(self) -> None:
        """Raise `DumpError` while any other program has this database open."""


def of(url: str) -> "SqliteDumps | PostgresDumps":
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DumpError(BAD_URL) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return SqliteDumps(Path(parsed.database).absolute())
    if parsed.get_backend_name() == "postgresql":
        return PostgresDumps(parsed)
    raise DumpError(BAD_URL)


@dataclass(frozen=True, slots=True)
class SqliteDumps:
    """A database file. It is put back by renaming, which is its caller's business."""

    path: Path
    kind: Kind = "sqlite"

    @property
    def is_empty(self) -> bool:
        return not self.path.exists() or self.path.stat().st_size == 0

    def heads(self) -> list[str]:
        return _sqlite_heads(self.path)

    def dump(self, into: Path) -> list[str]:
        if self.is_empty:
            raise SchemaError(f"there is no database at {self.path}")
        try:
            with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as source, closing(_new(into)) as copy:
                # In one step: a reader's snapshot, while writers go on beside it.
                source.backup(copy, pages=-1)
        except sqlite3.Error as error:
            raise DumpError(f"the database {self.path} cannot be read: {error}") from error
        self.check(into)
        return _sqlite_heads(into)

    def check(self, dumped: Path) -> None:
        try:
            with closing(sqlite3.connect(dumped)) as copy:
                copy.execute("PRAGMA journal_mode=DELETE")
                (found,) = copy.execute("PRAGMA integrity_check").fetchone()
        except sqlite3.Error as error:
            raise DumpError(f"the database in the backup cannot be read: {error}") from error
        if found != "ok":
            raise DumpError(f"the database is damaged: {found.splitlines()[0]}")

    def require_alone(self) -> None:
        """Also brings everything of the write-ahead log into the file, so that no log is left beside another file."""
        if self.is_empty:
            return
        try:
            with closing(sqlite3.connect(self.path, timeout=0)) as own:
                (mode,) = own.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError as error:
            raise DumpError(f"another program has {self.path} open; stop it first ({error})") from error
        except sqlite3.DatabaseError:
            return  # damaged: nobody can work with it, and a backup is what mends it
        if mode != "delete":
            raise DumpError(f"another program has {self.path} open; stop it first")


@dataclass(frozen=True, slots=True)
class PostgresDumps:
    """A database of a server, by `pg_dump` and `psql`, which have to be as new as the server."""

    url: URL
    kind: Kind = "postgresql"

    @property
    def is_empty(self) -> bool:
        return self._asked("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == ["0"]

    def heads(self) -> list[str]:
        if self._asked("SELECT to_regclass('public.alembic_version')") == []:
            raise SchemaError("the database has no tables of Baton")
        return self._asked(HEADS)

    def dump(self, into: Path) -> list[str]:
        heads = self.heads()
        self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={into}")
        return heads

    def check(self, dumped: Path) -> None:
        self._run("pg_restore", "--list", str(dumped))

    def require_alone(self) -> None:
        (others,) = self._asked(OTHERS)
        if others != "0":
            raise DumpError(f"{others} connections use the database; stop every server of this installation first")

    def put(self, dumped: Path) -> None:
        """Replace every table by the dump's, in one transaction: all of it or nothing."""
        script = dumped.with_suffix(".sql")
        self._run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dumped))
        self._run("psql", *QUIETLY, "--single-transaction", "--command", EMPTIED, "--file", str(script))

    def _asked(self, query: str) -> list[str]:
        return self._run("psql", *QUIETLY, "--tuples-only", "--no-align", "--command", query).split()

    def _run(self, tool: str, *arguments: str) -> str:
        found = shutil.which(tool)
        if found is None:
            raise DumpError(f"{tool} is not installed; install PostgreSQL's client programs, as new as the server")
        done = subprocess.run(  # noqa: S603  a tool of the installation, our own arguments
            [found, *arguments],
            env={**os.environ, **_surroundings(self.url)},
            check=False,
            capture_output=True,
            text=True,
            timeout=TOOLS_S,
        )
        if done.returncode != 0:
            raise DumpError(f"{tool} failed: {_first_line(done.stderr) or f'exit code {done.returncode}'}")
        return done.stdout


QUIETLY = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")


def _surroundings(url: URL) -> Mapping[str, str]:
    """By environment, not by argument: arguments are shown to every user of the machine."""
    query = {name: value if isinstance(value, str) else value[0] for name, value in url.query.items()}
    found = {
        "PGHOST": query.get("host") or url.host,
        "PGPORT": query.get("port") or (str(url.port) if url.port else None),
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
        "PGSSLMODE": query.get("sslmode") or query.get("ssl"),
        "PGCONNECT_TIMEOUT": "10",
    }
    return {name: value for name, value in found.items() if value}


def _first_line(text: str) -> str:
    """What went wrong; a tool's hints come behind it."""
    lines = [line.partition("error:")[2].strip() or line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines[:2])


def _new(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600, exist_ok=False)
    return sqlite3.connect(path)


def _sqlite_heads(path: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return [row[0] for row in database.execute(HEADS)]
    except sqlite3.Error as error:
        raise SchemaError(f"{path} is no database of Baton: {error}") from error
