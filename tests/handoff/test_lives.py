"""What a process held is free soon after its death, and never while it is alive."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import delivery, inbox, jobs
from handoff.db import Database, PostgresDatabase
from handoff.delivery import Parcel
from handoff.errors import DatabaseDown
from handoff.jobs import LIVES_FOR, Job
from handoff.ports import LocalWakeups
from handoff.values import DeliveryView
from handoff.watches import RENEW_S, Dispatcher, Life
from tests import builders as a
from tests.fakes import MovedClock, RecordingSender, TroubledDatabase

DEADLINE_S = 10.0
LEASE = timedelta(seconds=60)


class HangingSender(RecordingSender):
    """Takes it, and never says so."""

    async def send(self, parcel: Parcel) -> str | None:
        await super().send(parcel)
        await asyncio.Event().wait()
        raise AssertionError


@pytest.fixture
def several(database: Database) -> Database:
    if not isinstance(database, PostgresDatabase):
        pytest.skip("SQLite has one process")
    return database


async def told(database: Database, clock: MovedClock) -> int:
    conversation = (await database.write(a.write, clock.now(), "?", "ann", "telegram")).conversation_id
    await database.write(a.answer, clock.now(), await database.read(a.fence, conversation), "hello")
    return conversation


async def delivered(database: Database, conversation: int) -> DeliveryView:
    found = await database.read(inbox.transcript, conversation)
    [only] = [view for message in found.messages for view in message.deliveries]
    return only


def alive(session: Session) -> list[str]:
    return list(session.scalars(select(Job.key).where(Job.kind == jobs.LIFE)))


async def leased(database: Database, clock: MovedClock, life: Life) -> int:
    return len(await database.write(delivery.lease_heads, life.owner, ("telegram",), clock.now()))


async def begun(database: Database, clock: MovedClock) -> Life:
    life = Life(database, clock, lambda: clock.now().timestamp())
    await life.begin()
    return life


async def test_after_a_restart_what_was_being_sent_is_sent_again_once_and_marked(
    database: Database, clock: MovedClock
) -> None:
    killed = await begun(database, clock)
    conversation = await told(database, clock)
    assert await leased(database, clock, killed) == 1
    if isinstance(database, PostgresDatabase):  # there it may be alive
        clock.move(LIVES_FOR.total_seconds())
    restarted = await begun(database, clock)
    sender = RecordingSender()
    outbox = Dispatcher(database, LocalWakeups(), clock, {"telegram": sender}, restarted)
    await outbox.run_due()
    await outbox.drain(DEADLINE_S)
    assert sender.texts == ["hello"]
    assert await delivered(database, conversation) == DeliveryView("telegram", "sent", None, maybe_twice=True)
    assert await leased(database, clock, restarted) == 0


async def test_nothing_is_taken_from_a_process_that_says_that_it_is_alive(several: Database, clock: MovedClock) -> None:
    one, two = await begun(several, clock), await begun(several, clock)
    await told(several, clock)
    assert await leased(several, clock, one) == 1
    for _ in range(20):
        clock.move(RENEW_S)
        await one.begin()
        await two.begin()
        assert await leased(several, clock, two) == 0
    clock.move(LIVES_FOR.total_seconds() - 1)
    await two.begin()
    assert await leased(several, clock, two) == 0
    clock.move(1)
    assert await leased(several, clock, two) == 1


async def test_who_goes_in_peace_leaves_everything_at_once(several: Database, clock: MovedClock) -> None:
    one, two = await begun(several, clock), await begun(several, clock)
    await told(several, clock)
    await leased(several, clock, one)
    await one.end()
    assert await leased(several, clock, two) == 1


async def test_who_was_cut_off_itself_takes_nothing_from_others(several: Database, clock: MovedClock) -> None:
    """The database was away for all: whoever is back first must not take the others for dead."""
    one, two = await begun(several, clock), await begun(several, clock)
    await told(several, clock)
    assert await leased(several, clock, one) == 1
    clock.move(LIVES_FOR.total_seconds() + 5)
    assert await leased(several, clock, two) == 0
    await two.begin()
    assert await leased(several, clock, two) == 0
    await one.begin()
    clock.move(RENEW_S)
    assert await leased(several, clock, two) == 0


async def test_of_who_never_said_that_it_lives_only_the_lease_counts(database: Database, clock: MovedClock) -> None:
    await told(database, clock)
    await database.write(delivery.lease_heads, "of an older version", ("telegram",), clock.now())
    new = await begun(database, clock)
    assert await leased(database, clock, new) == 0
    clock.move(LEASE.total_seconds())
    await new.begin()
    assert await leased(database, clock, new) == 1


async def test_jobs_and_posts_of_the_dead_are_free_as_well(several: Database, clock: MovedClock) -> None:
    one = await begun(several, clock)
    await several.write(jobs.schedule, "sweep", "", clock.now())
    now, long = clock.now(), timedelta(hours=1)
    [job] = await several.write(jobs.lease, one.owner, now, long)
    assert await several.write(jobs.hold, "polling", one.owner, now, now + long)
    clock.move(LIVES_FOR.total_seconds() - 1)
    two = await begun(several, clock)
    assert await several.write(jobs.lease, two.owner, clock.now(), long) == []
    assert not await several.write(jobs.hold, "polling", two.owner, clock.now(), now + long)
    clock.move(1)
    assert [each.id for each in await several.write(jobs.lease, two.owner, clock.now(), long)] == [job.id]
    assert await several.write(jobs.hold, "polling", two.owner, clock.now(), now + long)


async def test_who_cannot_say_that_it_lives_gives_up_what_it_sends(several: Database, clock: MovedClock) -> None:
    troubled = TroubledDatabase(several)
    life = await begun(troubled, clock)
    conversation = await told(several, clock)
    outbox = Dispatcher(troubled, LocalWakeups(), clock, {"telegram": HangingSender()}, life)
    watching = asyncio.create_task(life.watch(outbox.give_up))
    await outbox.run_due()
    await asyncio.sleep(0)
    troubled.writes = [DatabaseDown()] * 100
    clock.move(LIVES_FOR.total_seconds() / 2)
    await asyncio.sleep(0.05)
    troubled.writes = []
    assert (await delivered(several, conversation)).state == "sending"
    clock.move(LIVES_FOR.total_seconds() / 2)
    async with asyncio.timeout(DEADLINE_S):
        while (found := await delivered(several, conversation)).state == "sending":
            await asyncio.sleep(0.01)
    assert (found.state, found.maybe_twice) == ("pending", True)
    watching.cancel()
    await outbox.drain(0)


async def test_a_clock_that_is_put_forward_cuts_nothing_off(several: Database, clock: MovedClock) -> None:
    life = Life(several, clock, lambda: 100.0)
    await life.begin()
    clock.move(timedelta(hours=1).total_seconds())
    assert not life.is_over


async def test_it_goes_on_saying_that_it_lives_whatever_it_meets(database: Database, clock: MovedClock) -> None:
    troubled = TroubledDatabase(database)
    troubled.writes = [RuntimeError("never thought of")]
    life = Life(troubled, clock)
    running = asyncio.create_task(life.run())
    async with asyncio.timeout(DEADLINE_S):
        while not clock.sleepers:
            await asyncio.sleep(0.005)
    clock.move(RENEW_S)
    async with asyncio.timeout(DEADLINE_S):
        while life.owner not in await database.read(alive):
            await asyncio.sleep(0.005)
    running.cancel()


async def test_on_sqlite_it_is_said_once(database: Database, clock: MovedClock) -> None:
    life = await begun(database, clock)
    running = asyncio.create_task(life.run())
    if isinstance(database, PostgresDatabase):
        async with asyncio.timeout(DEADLINE_S):
            while not clock.sleepers:
                await asyncio.sleep(0.005)
        clock.move(LIVES_FOR.total_seconds() - RENEW_S)
        async with asyncio.timeout(DEADLINE_S):
            while life.is_over:
                await asyncio.sleep(0.005)
        running.cancel()
    else:
        await running
        clock.move(1_000_000)
    assert not life.is_over
