"""What jobs do. One runner per process; the leases see to it that each job is done by one of them."""

import asyncio
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from handoff import desk, jobs
from handoff.db import Database
from handoff.errors import DatabaseTrouble
from handoff.ports import Clock, Rerun

log = logging.getLogger("baton.watches")

LEASE = timedelta(seconds=30)
TICK_S = 1.0
SWEEP = "sweep"
SWEEP_EVERY = timedelta(seconds=2)

Handler = Callable[[jobs.Leased], Awaitable[timedelta | None]]
"""Does the work and says after how long it is due again; None when it is done for good."""


class Watches:
    """Runs due jobs until cancelled. A handler that fails is tried again later."""

    def __init__(self, database: Database, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._database, self._clock, self._handlers = database, clock, handlers
        self._owner = f"{os.getpid()}-{secrets.token_hex(4)}"

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
