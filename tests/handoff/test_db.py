"""The database hop, migrations, jobs and wake-ups, on real databases and a real Redis."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from bot.channels.telegram_desk import albums, topics
from bot.knowledge import articles
from bot.settings import BOT_MIGRATIONS
from bot.shopdata import embedded
from handoff import db, events, jobs
from handoff.db import Base, Database, SqliteDatabase, alembic_config
from handoff.errors import DatabaseBusy, DatabaseDown
from handoff.models import Contact
from handoff.ports import LocalWakeups
from handoff.redis_wakeups import RedisWakeups
from handoff.watches import Watches
from tests import builders as a
from tests.fakes import MovedClock

LEASE = timedelta(seconds=30)


async def test_the_migrations_make_the_tables_that_the_models_describe(database: Database) -> None:
    assert albums and articles and embedded and topics
    differences: list[object] = []

    def compare(connection: Connection) -> None:
        differences.extend(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    await database._with_connection(compare)
    assert differences == []


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await database.migrate([BOT_MIGRATIONS])


async def test_a_name_from_the_shop_is_still_one_after_the_migration(database: Database) -> None:
    # Of four capitals nobody knows until the next login.
    vouched = {"Ann": True, "歐陽小明": True, "Emma": True, "K7QM": False}

    def before(connection: Connection) -> None:
        command.downgrade(alembic_config(connection, [BOT_MIGRATIONS]), "0002_desk")
        insert = text(
            "INSERT INTO contacts (channel, key, name, identified, email_vouched, created_at, last_seen_at)"
            " VALUES ('widget', :name, :name, :identified, false, '2026-11-20 03:00:00', '2026-11-20 03:00:00')"
        )
        for name in (*vouched, "P3XY"):
            connection.execute(insert, {"name": name, "identified": name in vouched})

    await database._with_connection(before)
    await database.migrate([BOT_MIGRATIONS])
    contacts = await database.read(lambda session: session.scalars(select(Contact)).all())
    assert {contact.name: contact.named for contact in contacts} == {**vouched, "P3XY": False}


async def test_a_locked_database_says_so_and_stores_nothing(tmp_path: Path, clock: MovedClock) -> None:
    database = SqliteDatabase(tmp_path / "baton.db", LocalWakeups(), busy_timeout_s=0.1)
    await database.migrate()
    other = sqlite3.connect(tmp_path / "baton.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        await database.write(a.write, clock.now())
    other.execute("ROLLBACK")
    other.close()
    recorded = await database.write(a.write, clock.now())
    assert recorded.seq == 1
    await database.close()


async def test_a_postgres_that_is_gone_says_so() -> None:
    database = db.connect("postgresql://nobody@127.0.0.1:1/none", LocalWakeups())
    with pytest.raises(DatabaseDown):
        await database.read(events.newest)
    await database.close()


async def test_a_pool_that_is_used_up_says_so(database: Database) -> None:
    def starved(_session: Session) -> None:
        raise PoolTimeout("QueuePool limit reached")

    for hop in (database.read, database.write):
        with pytest.raises(DatabaseBusy):
            await hop(starved)


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "nonsense://"])
async def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        db.connect(url, LocalWakeups())


async def test_a_job_is_done_by_one_of_two(database: Database, clock: MovedClock) -> None:
    for _ in range(2):
        await database.write(jobs.schedule, "sweep", "", clock.now())
    one = await database.write(jobs.lease, "one", clock.now(), LEASE)
    assert len(one) == 1
    assert await database.write(jobs.lease, "two", clock.now(), LEASE) == []


async def test_a_lease_that_ran_out_is_anybodys_again(database: Database, clock: MovedClock) -> None:
    await database.write(jobs.schedule, "sweep", "", clock.now())
    (first,) = await database.write(jobs.lease, "one", clock.now(), LEASE)
    clock.move(31)
    (second,) = await database.write(jobs.lease, "two", clock.now(), LEASE)
    assert (second.id, second.attempts) == (first.id, 2)
    assert not await database.write(jobs.finish, first.id, "one"), "the late one must not end the other's work"
    assert await database.write(jobs.finish, first.id, "two")


async def test_a_job_that_fails_is_tried_again_later(database: Database, clock: MovedClock) -> None:
    tried = 0

    async def fails_once(_job: jobs.Leased) -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise RuntimeError

    watches = Watches(database, clock, {"work": fails_once})
    await database.write(jobs.schedule, "work", "", clock.now())
    await watches.run_due()
    await watches.run_due()
    assert tried == 1
    clock.move(60)
    await watches.run_due()
    await watches.run_due()
    assert tried == 2


@pytest.fixture
async def two_processes(redis_url: str) -> AsyncIterator[tuple[RedisWakeups, RedisWakeups]]:
    both = RedisWakeups(redis_url), RedisWakeups(redis_url)
    listeners = [asyncio.create_task(wakeups.run()) for wakeups in both]
    yield both
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    for wakeups in both:
        await wakeups.close()


async def test_a_wakeup_reaches_the_other_process_through_redis(
    two_processes: tuple[RedisWakeups, RedisWakeups],
) -> None:
    one, two = two_processes
    async with two.subscribe("desk") as woken, asyncio.timeout(60):
        while not woken.is_set():
            await one.publish(["desk"])
            await asyncio.sleep(0.02)


async def test_without_redis_the_own_process_is_woken_all_the_same() -> None:
    wakeups = RedisWakeups("redis://127.0.0.1:1/0")
    async with wakeups.subscribe("desk") as woken:
        await wakeups.publish(["desk"])
        assert woken.is_set()
    await wakeups.close()
