"""What runs by itself goes on: whatever a tick meets, and however slow a place is."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.app import _ended
from handoff import db, delivery, inbox, jobs
from handoff.console.live import LiveFeed
from handoff.db import Database
from handoff.delivery import Parcel, SendFailed
from handoff.errors import DatabaseDown
from handoff.models import Delivery
from handoff.ports import LocalWakeups, SystemClock
from handoff.watches import AT_ONCE, SWEEP_AT_ONCE, Dispatcher, Handler, Watches, sweeper
from tests import builders as a
from tests.fakes import MovedClock, RecordingSender, TroubledDatabase, on_a_standby

DEADLINE_S = 60.0


class SlowSender(RecordingSender):
    """Takes nothing from some contacts until it is let go."""

    def __init__(self, *slow: str) -> None:
        super().__init__()
        self.slow, self.held, self.let_go = slow, 0, asyncio.Event()

    async def send(self, parcel: Parcel) -> str | None:
        if parcel.contact_key in self.slow:
            self.held += 1
            await self.let_go.wait()
        return await super().send(parcel)


@pytest.fixture
async def troubled(database: Database) -> TroubledDatabase:
    return TroubledDatabase(database)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(loop: Watches | Dispatcher) -> AsyncIterator[None]:
    task = asyncio.create_task(loop.run())
    yield
    await _ended(task)


async def told(database: Database, clock: MovedClock, contact: str) -> int:
    """A conversation in which the bot has answered on a channel that must be pushed to."""
    conversation = (await database.write(a.write, clock.now(), "?", contact, "telegram")).conversation_id
    await database.write(a.answer, clock.now(), await database.read(a.fence, conversation), f"to {contact}")
    return conversation


async def state(database: Database, conversation: int) -> str:
    found = await database.read(inbox.transcript, conversation)
    [only] = [view for message in found.messages for view in message.deliveries]
    return only.state


@pytest.mark.parametrize("trouble", [on_a_standby(), DatabaseDown()])
async def test_the_outbox_outlives_any_trouble_of_the_database(
    troubled: TroubledDatabase, clock: MovedClock, trouble: Exception
) -> None:
    await told(troubled, clock, "ann")
    sender = RecordingSender()
    troubled.writes = [trouble]
    async with running(Dispatcher(troubled, LocalWakeups(), clock, {"telegram": sender})):
        await until(lambda: clock.sleepers == 1)
        assert sender.texts == []
        clock.move(1)
        await until(lambda: sender.texts == ["to ann"])


async def test_jobs_outlive_any_trouble_of_the_database(
    troubled: TroubledDatabase, clock: MovedClock, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    async def work(job: jobs.Leased) -> timedelta | None:
        done.append(job.id)
        return None

    handlers: dict[str, Handler] = {"work": work}
    await troubled.write(jobs.schedule, "work", "", clock.now())
    troubled.writes = [on_a_standby()]
    async with running(Watches(troubled, clock, handlers)):
        await until(lambda: clock.sleepers == 1)
        assert "jobs_broke" in caplog.messages
        clock.move(1)
        await until(lambda: len(done) == 1)


async def test_a_failure_after_many_good_runs_is_tried_again_soon(database: Database, clock: MovedClock) -> None:
    runs: list[datetime] = []

    async def work(_job: jobs.Leased) -> timedelta:
        runs.append(clock.now())
        if len(runs) == 12:
            raise RuntimeError
        return timedelta(seconds=5)

    watches = Watches(database, clock, {"work": work})
    await database.write(jobs.schedule, "work", "", clock.now())
    while len(runs) < 13:
        await watches.run_due()
        clock.move(1)
    assert runs[12] - runs[11] < timedelta(seconds=5)


async def test_a_slow_place_holds_up_no_other_customer(database: Database, clock: MovedClock) -> None:
    sender = SlowSender("ann")
    outbox = Dispatcher(database, LocalWakeups(), clock, {"telegram": sender})
    await told(database, clock, "ann")
    await outbox.run_due()
    await told(database, clock, "bo")
    await outbox.run_due()
    await until(lambda: sender.texts == ["to bo"])
    sender.let_go.set()
    await outbox.drain(DEADLINE_S)
    assert sender.texts == ["to bo", "to ann"]


async def test_only_so_many_sends_to_one_place_are_under_way(database: Database, clock: MovedClock) -> None:
    crowd = [f"contact-{n}" for n in range(AT_ONCE + 3)]
    sender = SlowSender(*crowd)
    outbox = Dispatcher(database, LocalWakeups(), clock, {"telegram": sender})
    for contact in crowd:
        await told(database, clock, contact)
    await outbox.run_due()
    await outbox.run_due()
    await until(lambda: sender.held >= AT_ONCE)
    await outbox.run_due()
    assert sender.held == AT_ONCE
    sender.let_go.set()
    await outbox.drain(DEADLINE_S)
    await outbox.run_due()
    await outbox.drain(DEADLINE_S)
    assert len(sender.parcels) == len(crowd)


async def test_what_is_said_goes_out_without_waiting_for_the_next_tick(database_url: str, clock: MovedClock) -> None:
    wakeups, sender = LocalWakeups(), SlowSender(*(f"contact-{n}" for n in range(AT_ONCE + 3)))
    database = db.connect(database_url, wakeups)
    async with running(Dispatcher(database, wakeups, clock, {"telegram": sender})):
        await until(lambda: clock.sleepers == 1)
        for contact in sender.slow:
            await told(database, clock, contact)
        await until(lambda: sender.held == AT_ONCE)
        sender.let_go.set()
        await until(lambda: len(sender.texts) == AT_ONCE + 3)
        await told(database, clock, "bo")
        await until(lambda: sender.texts[-1] == "to bo")
    await database.close()


@pytest.mark.parametrize("refusal", [None, SendFailed("no such chat", permanent=True)])
async def test_what_a_place_answered_is_written_down_as_soon_as_the_database_lets_us(
    troubled: TroubledDatabase, clock: MovedClock, refusal: SendFailed | None
) -> None:
    conversation, sender = await told(troubled, clock, "ann"), SlowSender("ann")
    if refusal:
        sender.refuses["ann"] = refusal
    outbox = Dispatcher(troubled, LocalWakeups(), clock, {"telegram": sender})
    await outbox.run_due()
    await until(lambda: sender.held == 1)
    troubled.writes = [on_a_standby(), DatabaseDown()]
    sender.let_go.set()
    for left in (1, 0):
        await until(lambda left=left: len(troubled.writes) == left and clock.sleepers == 1)  # type: ignore[misc]
        clock.move(1)
    await outbox.drain(DEADLINE_S)
    assert await state(troubled, conversation) == ("failed" if refusal else "sent")
    assert sender.tries == 1


async def test_an_answer_is_not_kept_beyond_the_lease(
    database: Database, troubled: TroubledDatabase, clock: MovedClock
) -> None:
    """Somebody else has the parcel then."""
    conversation, sender = await told(troubled, clock, "ann"), SlowSender("ann")
    outbox = Dispatcher(troubled, LocalWakeups(), clock, {"telegram": sender})
    await outbox.run_due()
    await until(lambda: sender.held == 1)
    troubled.writes = [DatabaseDown(), DatabaseDown()]
    sender.let_go.set()
    await until(lambda: clock.sleepers == 1)
    clock.move(delivery.LEASE.total_seconds())
    await outbox.drain(DEADLINE_S)
    assert len(troubled.writes) == 1
    assert await state(database, conversation) == "sending"


async def test_stopping_lets_sends_finish_but_waits_for_none_forever(database: Database, clock: MovedClock) -> None:
    quick, endless = await told(database, clock, "ann"), await told(database, clock, "bo")
    sender, never = SlowSender("ann"), SlowSender("bo")
    outbox = Dispatcher(database, LocalWakeups(), clock, {"telegram": sender, "email": never})
    await database.write(_redirect, endless)
    async with running(outbox):
        await until(lambda: (sender.held, never.held) == (1, 1))
    sender.let_go.set()
    await outbox.drain(1.0)
    assert [await state(database, conversation) for conversation in (quick, endless)] == ["sent", "sending"]


def _redirect(session: Session, conversation: int) -> None:
    session.execute(update(Delivery).where(Delivery.conversation_id == conversation).values(destination="email"))


async def test_what_died_earlier_does_not_stop_the_stop(caplog: pytest.LogCaptureFixture) -> None:
    async def dies() -> None:
        raise on_a_standby()

    task = asyncio.create_task(dies())
    await asyncio.wait([task])
    with caplog.at_level(logging.ERROR):
        await _ended(task)
    assert "task_broke" in caplog.text


async def test_a_console_that_is_told_nothing_any_more_is_sent_away(troubled: TroubledDatabase) -> None:
    feed = LiveFeed(troubled, LocalWakeups(), SystemClock())
    agent = await troubled.write(a.agent, SystemClock().now())

    async def live(request: web.Request) -> web.WebSocketResponse:
        return await feed.serve(request, "0.0", agent, "secret")

    app = web.Application(handler_args={"handler_cancellation": False})
    app.router.add_get("/live", live)
    troubled.reads = [on_a_standby()]
    async with TestServer(app) as server:
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(server.make_url("/live"))
            async with asyncio.timeout(DEADLINE_S):
                await socket.receive()
            assert socket.close_code == 1011
        await until(lambda: feed.open == 0)


async def test_many_who_wait_are_taken_up_side_by_side_and_one_that_fails_holds_up_no_other(
    database: Database, clock: MovedClock
) -> None:
    for number in range(SWEEP_AT_ONCE + 3):
        await database.write(a.write, clock.now(), "?", f"contact-{number}")
    clock.move(10)
    under_way, most, done = 0, 0, list[int]()

    async def rerun(conversation_id: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        if conversation_id % 2:
            raise RuntimeError
        done.append(conversation_id)

    await sweeper(database, clock, rerun, timedelta(seconds=6))(jobs.Leased(1, "sweep", "", {}, 1))
    assert most == SWEEP_AT_ONCE
    assert len(done) == (SWEEP_AT_ONCE + 3) // 2


async def test_a_sweep_that_the_database_ended_is_done_again(database: Database, clock: MovedClock) -> None:
    await database.write(a.write, clock.now(), "?")
    clock.move(10)

    async def rerun(conversation_id: int) -> None:
        raise DatabaseDown

    with pytest.raises(DatabaseDown):
        await sweeper(database, clock, rerun, timedelta(seconds=6))(jobs.Leased(1, "sweep", "", {}, 1))
