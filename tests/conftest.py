"""Fixtures everybody uses: a moved clock, real servers, and a database of either kind."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
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
def postgres_url(postgres_server: str) -> str:
    """An empty database of its own."""
    return asyncio.run(_created(postgres_server))


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The name of a database that others are copied from: migrating takes longer than most tests."""
    url = asyncio.run(_created(postgres_server))
    asyncio.run(_migrated(url))
    return url.rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "baton.db"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database of its own, once on SQLite and once on PostgreSQL."""
    if request.param == "postgres":
        server: str = request.getfixturevalue("postgres_server")
        return asyncio.run(_created(server, request.getfixturevalue("migrated_postgres")))
    shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "baton.db")
    return f"sqlite:///{tmp_path}/baton.db"


async def _created(server: str, template: str = "template1") -> str:
    name = f"t{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    await connection.close()
    return server.rsplit("/", 1)[0] + f"/{name}"


async def _migrated(url: str) -> None:
    database = db.connect(url, LocalWakeups())
    await database.migrate([BOT_MIGRATIONS])
    await database.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = db.connect(database_url, LocalWakeups())
    yield opened
    await opened.close()
