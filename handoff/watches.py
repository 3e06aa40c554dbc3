"""What happens by itself: jobs that are due, and the outbox. Leases see to it that one process does each thing."""

import asyncio
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from handoff import delivery, desk, jobs
from handoff.db import Database
from handoff.delivery import Parcel, Sender, SendFailed
from handoff.errors import DatabaseTrouble
from handoff.ports import Clock, Rerun

log = logging.getLogger("baton.watches")

LEASE = timedelta(seconds=30)
TICK_S = 1.0
SWEEP = "sweep"
SWEEP_EVERY = timedelta(seconds=2)
SEND_S = 20.0

Handler = Callable[[jobs.Leased], Awaitable[timedelta | None]]
"""Does the work and says after how long it is due again; None when it is done for good."""


class Watches:
    """Runs due jobs until cancelled. A handler that fails is tried again later."""

    def __init__(self, database: Database, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._database, self._clock, self._handlers = database, clock, handlers
        self._owner = _owner()

    async def run(self) -> None:
        while True:
            try:
                await self.run_due()
            except DatabaseTrouble as error:
                log.warning("jobs_postponed error=%s", type(error).__name__)
            await self._clock.sleep(TICK_S)

    async def run_due(self) -> None:
        """Do everything that is due now."""
        for job in await self._database.write(jobs.lease, self._owner, self._clock.now(), LEASE):
            again = await self._run(job)
            if again is None:
                await self._database.write(jobs.finish, job.id, self._owner)
            else:
                await self._database.write(jobs.postpone, job.id, self._owner, self._clock.now() + again)

    async def _run(self, job: jobs.Leased) -> timedelta | None:
        handler = self._handlers.get(job.kind)
        if handler is None:
            log.error("unknown_job kind=%s id=%d", job.kind, job.id)
            return timedelta(hours=1)
        try:
            async with asyncio.timeout(LEASE.total_seconds() - 5):
                return await handler(job)
        except Exception:
            log.exception("job_failed kind=%s id=%d", job.kind, job.id)
            return timedelta(seconds=min(2**job.attempts, 300))


class Dispatcher:
    """Brings the outbox out. Several processes may: each line is held by one of them at a time."""

    def __init__(self, database: Database, clock: Clock, senders: Mapping[str, Sender]) -> None:
        self._database, self._clock, self._senders = database, clock, senders
        self._owner = _owner()

    async def run(self) -> None:
        while True:
            try:
                await self.run_due()
            except DatabaseTrouble as error:
                log.warning("outbox_postponed error=%s", type(error).__name__)
            await self._clock.sleep(TICK_S)

    async def run_due(self) -> None:
        """Send every head that is due now."""
        if not self._senders:
            return
        now = self._clock.now()
        parcels = await self._database.write(delivery.lease_heads, self._owner, tuple(self._senders), now)
        await asyncio.gather(*(self._send(parcel) for parcel in parcels))

    async def _send(self, parcel: Parcel) -> None:
        try:
            async with asyncio.timeout(SEND_S):
                external_id = await self._senders[parcel.destination].send(parcel)
        except SendFailed as failure:
            await self._failed(parcel, failure)
        except TimeoutError:
            await self._failed(parcel, SendFailed("no answer in time", unknown=True))
        except Exception as error:
            log.exception("send_broke conversation=%d destination=%s", parcel.conversation_id, parcel.destination)
            await self._failed(parcel, SendFailed(type(error).__name__))
        else:
            await self._database.write(delivery.sent, parcel, self._owner, external_id, self._clock.now())

    async def _failed(self, parcel: Parcel, failure: SendFailed) -> None:
        log.warning(
            "send_failed conversation=%d destination=%s attempt=%d permanent=%s",
            parcel.conversation_id,
            parcel.destination,
            parcel.attempt,
            failure.permanent,
        )
        await self._database.write(delivery.failed, parcel, self._owner, failure, self._clock.now())


def _owner() -> str:
    return f"{os.getpid()}-{secrets.token_hex(4)}"


def waker(database: Database, clock: Clock) -> Handler:
    """Ends a snooze when its time has come."""

    async def wake(job: jobs.Leased) -> None:
        await database.write(desk.wake_up, job.payload["id"], clock.now())

    return wake


def sweeper(database: Database, clock: Clock, rerun: Rerun, after: timedelta) -> Handler:
    """Takes up conversations whose customer waits for a bot that is not answering any more."""

    async def sweep(_job: jobs.Leased) -> timedelta:
        for conversation_id in await database.read(desk.left_waiting, clock.now(), after):
            try:
                await rerun(conversation_id)
            except DatabaseTrouble:
                raise
            except Exception:
                log.exception("sweep_failed conversation=%d", conversation_id)
        return SWEEP_EVERY

    return sweep
