"""Fixtures everybody uses: a moved clock, real servers, and a database of either kind."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from bot.settings import BOT_MIGRATIONS
from handoff import db
from handoff.db import Database
from handoff.ports import LocalWakeups
from tests import servers
from tests.fakes import MovedClock


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database of its own."""
    with postgres_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The name of a database that others are copied from: migrating takes longer than most tests."""
    url = asyncio.run(_created(postgres_server, "template1"))
    asyncio.run(_migrated(url))
    return url.rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "baton.db"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of its own, once on SQLite and once on PostgreSQL."""
    if request.param == "postgres":
        template = request.getfixturevalue("migrated_postgres")
        with postgres_database(request.getfixturevalue("postgres_server"), template) as url:
            yield url
    else:
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "baton.db")
        yield f"sqlite:///{tmp_path}/baton.db"


@contextmanager
def postgres_database(server: str, template: str = "template1") -> Iterator[str]:
    """A copy of a database, gone at the end: a thousand of them would be ten gigabytes to write."""
    url = asyncio.run(_created(server, template))
    yield url
    asyncio.run(_told(server, f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)'))


async def _created(server: str, template: str) -> str:
    name = f"t{uuid.uuid4().hex}"
    # Without fsync a copy of the files takes a third of what a copy through the log takes.
    await _told(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return server.rsplit("/", 1)[0] + f"/{name}"


async def _told(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute(statement)
    await connection.close()


async def _migrated(url: str) -> None:
    database = db.connect(url, LocalWakeups())
    await database.migrate([BOT_MIGRATIONS])
    await database.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = db.connect(database_url, LocalWakeups())
    yield opened
    await opened.close()
