"""The database: one hop per verb, on SQLite by a writer thread, on PostgreSQL over asyncpg.

A verb is a plain function `verb(session, …)`; `write` runs it in one transaction and wakes readers after the commit.
"""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from handoff.errors import DatabaseBusy, DatabaseDown, DatabaseTrouble
from handoff.ports import Wakeups

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_S = 5.0
READERS = 4
PG_TRIES = 4
BAD_URL = "DATABASE_URL must be sqlite:///FILE or postgresql://USER@HOST/NAME"
USED_UP = "every connection to the database is in use"
MIGRATIONS = Path(__file__).parent / "migrations"

_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock
_SOMEBODY_WAS_QUICKER = {"23505"}  # a row that was not there yet is there at the second try
_SHUTTING_DOWN = {"57P01", "57P02", "57P03", "53300"}


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


ID = BigInteger().with_variant(Integer, "sqlite")
"""Type of every primary key; SQLite counts up only in INTEGER columns."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; SQLite would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime must not reach the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def table(model: type[Base]) -> Table:
    """A model's table, for prepared statements without objects.

    Run on `session.connection()` they do not write pending objects first either.
    """
    found = model.__table__
    assert isinstance(found, Table), "every model has one"
    return found


def wake(session: Session, *topics: str) -> None:
    """Mark topics to be woken once this transaction is committed."""
    session.info.setdefault("wake", set()).update(topics)


def is_postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


class Database(ABC):
    """One database. `write` and `read` raise `DatabaseTrouble` where nothing was stored and trying again may help."""

    def __init__(self, wakeups: Wakeups) -> None:
        self._wakeups = wakeups

    async def write(self, verb: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        result, topics = await self._write(lambda session: verb(session, *args, **kwargs))
        await self._wakeups.publish(topics)
        return result

    async def read(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._read(lambda session: query(session, *args, **kwargs))

    async def migrate(self, more_versions: Iterable[Path] = ()) -> None:
        """Bring the schema to the newest version. `more_versions` are folders of further migration branches."""
        await self._with_connection(partial(_upgrade, more_versions=tuple(more_versions)))

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    async def _write(self, verb: Callable[[Session], T]) -> tuple[T, Iterable[str]]: ...

    @abstractmethod
    async def _read(self, query: Callable[[Session], T]) -> T: ...

    @abstractmethod
    async def _with_connection(self, work: Callable[[Connection], None]) -> None: ...


class SqliteDatabase(Database):
    """SQLite in WAL mode: one writer thread, a few readers beside it. Every commit is on disk before it returns."""

    def __init__(self, path: Path, wakeups: Wakeups, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        super().__init__(wakeups)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="db-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        self._write_engine = _sqlite_engine(path, "BEGIN IMMEDIATE", busy_timeout_s)
        self._read_engine = _sqlite_engine(path, "BEGIN", busy_timeout_s)

    async def _write(self, verb: Callable[[Session], T]) -> tuple[T, Iterable[str]]:
        def in_transaction() -> tuple[T, Iterable[str]]:
            with _sqlite_trouble(), Session(self._write_engine, expire_on_commit=False) as session, session.begin():
                result = verb(session)
                session.flush()
                return result, session.info.get("wake", ())

        return await _uninterrupted(self._writer, in_transaction)

    async def _read(self, query: Callable[[Session], T]) -> T:
        def in_snapshot() -> T:
            with _sqlite_trouble(), Session(self._read_engine) as session:
                return query(session)

        return await asyncio.get_running_loop().run_in_executor(self._readers, in_snapshot)

    async def _with_connection(self, work: Callable[[Connection], None]) -> None:
        def connected() -> None:
            with _sqlite_trouble(), self._write_engine.begin() as connection:
                work(connection)

        await _uninterrupted(self._writer, connected)

    async def close(self) -> None:
        await asyncio.to_thread(self._writer.shutdown)
        await asyncio.to_thread(self._readers.shutdown)
        self._write_engine.dispose()
        self._read_engine.dispose()


async def _uninterrupted(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """A cancelled caller must not learn that nothing was stored while the thread still commits."""
    future = asyncio.get_running_loop().run_in_executor(pool, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise


def _sqlite_engine(path: Path, begin: str, busy_timeout_s: float) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False, "isolation_level": None},
        pool_size=READERS,
    )

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: object) -> None:
        # Python's sqlite3 opens transactions late and silently loses updates; `begin` below opens them itself.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class _sqlite_trouble:  # noqa: N801 - reads as the context manager it is
    """Turns a lock that was not to be had, a full disk or a lost file into `DatabaseTrouble`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, PoolTimeout):
            raise DatabaseBusy(USED_UP) from error
        if isinstance(error, OperationalError):
            raise _trouble_of_sqlite(error) from error


def _trouble_of_sqlite(error: OperationalError) -> DatabaseTrouble:
    words = str(error.orig)
    if "locked" in words or "busy" in words:
        return DatabaseBusy("the database stayed locked by another program")
    return DatabaseDown(f"the database file cannot be used: {words}")


class PostgresDatabase(Database):
    """PostgreSQL over asyncpg; verbs run in a greenlet, so they stay plain functions."""

    def __init__(self, url: str, wakeups: Wakeups, pool_size: int = 10) -> None:
        super().__init__(wakeups)
        self._engine: AsyncEngine = create_async_engine(
            url, pool_size=pool_size, pool_pre_ping=True, connect_args={"timeout": 5.0, "command_timeout": 10.0}
        )

    async def _write(self, verb: Callable[[Session], T]) -> tuple[T, Iterable[str]]:
        for attempt in range(1, PG_TRIES + 1):
            try:
                async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
                    result = await session.run_sync(verb)
                    await session.flush()
                    topics = session.sync_session.info.get("wake", ())
                return result, topics
            except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
                if _sqlstate(error) in _RETRYABLE | _SOMEBODY_WAS_QUICKER and attempt < PG_TRIES:
                    continue
                _raise_trouble_of_postgres(error)
        raise DatabaseBusy("other transactions kept coming in between")

    async def _read(self, query: Callable[[Session], T]) -> T:
        try:
            async with AsyncSession(self._engine) as session:
                return await session.run_sync(query)
        except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
            _raise_trouble_of_postgres(error)
            raise

    async def _with_connection(self, work: Callable[[Connection], None]) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


def _sqlstate(error: BaseException) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _raise_trouble_of_postgres(error: Exception) -> None:
    """Raise `DatabaseTrouble` for what trying again may mend, and the error itself for what it cannot."""
    if isinstance(error, PoolTimeout):
        raise DatabaseBusy(USED_UP) from error
    state = _sqlstate(error)
    if state in _RETRYABLE:
        raise DatabaseBusy("other transactions kept coming in between") from error
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or state in _SHUTTING_DOWN or isinstance(error, OSError | TimeoutError | InterfaceError):
        raise DatabaseDown("PostgreSQL cannot be reached") from error
    raise error


def connect(url: str, wakeups: Wakeups) -> Database:
    """The database behind `url`: `sqlite:///FILE` or `postgresql://…`."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(BAD_URL) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        path = Path(parsed.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteDatabase(path, wakeups)
    if parsed.get_backend_name() == "postgresql":
        return PostgresDatabase(
            parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False), wakeups
        )
    raise ValueError(BAD_URL)


def _upgrade(connection: Connection, more_versions: tuple[Path, ...]) -> None:
    command.upgrade(alembic_config(connection, more_versions), "heads")


def alembic_config(connection: Connection, more_versions: Iterable[Path] = ()) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    folders = [MIGRATIONS / "versions", *more_versions]
    config.set_main_option("version_locations", "\n".join(str(folder) for folder in folders))
    config.set_main_option("path_separator", "newline")
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    return config
