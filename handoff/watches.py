"""What happens by itself: jobs that are due, and the outbox. Leases see to it that one process does each thing."""

import asyncio
import logging
import math
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from handoff import audit, delivery, desk, expected, jobs, promises
from handoff.board import Board
from handoff.business_hours import BusinessHours
from handoff.db import Database
from handoff.delivery import DIGEST, Parcel, Sender, SendFailed
from handoff.desk import staff, timetable
from handoff.desk.due import AT_ONCE as DUE_AT_ONCE
from handoff.errors import DatabaseTrouble
from handoff.ports import Clock, Rerun, Wakeups
from handoff.values import Outgoing, PromisedTime, Reader, Telling

log = logging.getLogger("baton.watches")

LEASE = timedelta(seconds=30)
TICK_S = 1.0
RENEW_S = 2.0
"""So often a process says that it is alive, see `jobs.LIVES_FOR`."""
MARGIN = timedelta(seconds=2)
"""Who could not say it gives up what it is sending so long before others may take it up."""
SWEEP = "sweep"
SWEEP_EVERY = timedelta(seconds=2)
SWEEP_AT_ONCE = 8
"""After a restart many wait, and each waits for the model."""
RETURN = "return"
RETURN_EVERY = timedelta(seconds=30)
FORGET_TRAIL = "forget_trail"
FORGET_TRAIL_EVERY = timedelta(days=1)
CLOSE = "close_silent"
CLOSE_EVERY, CLOSE_SOON = timedelta(minutes=5), timedelta(seconds=5)
"""A job closes some at once; there may be more where there were any."""
ABANDONED_AFTER = timedelta(minutes=5)
DUE = "due"
DUE_EVERY = timedelta(seconds=5)
SEND_S, PER_FILE_S, LONGEST_SEND_S = 30.0, 5.0, 50.0
"""A send has its time, and more for files; what it ends with is noted before the lease is over."""
AT_ONCE = 20
"""Parcels on their way to one destination at the same time, in one process."""

Handler = Callable[[jobs.Leased], Awaitable[timedelta | None]]
"""Does the work and says after how long it is due again; None when it is done for good."""


InHours = Callable[[BusinessHours, PromisedTime, Reader, Telling], Sequence[Outgoing]]
"""`desk.due.Words` of whoever is there in these hours."""


class Life:
    """That this process is alive, for the others to see: what it holds is free for them soon after its end.

    How long it could not say so is told by `elapsed`: a wall clock that is put forward is no trouble.
    """

    def __init__(self, database: Database, clock: Clock, elapsed: Callable[[], float] = time.monotonic) -> None:
        self.owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._database, self._clock, self._elapsed = database, clock, elapsed
        self._over_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Others may soon take it for dead, because it could not say that it is not."""
        return self._over_at is not None and self._over_at <= self._elapsed()

    async def begin(self) -> None:
        said_at = self._elapsed()
        until = await self._database.write(jobs.live, self.owner, self._clock.now())
        for_ever = until == jobs.NEVER
        self._over_at = math.inf if for_ever else said_at + (jobs.LIVES_FOR - MARGIN).total_seconds()

    async def run(self) -> None:
        """On SQLite, where nobody else is, it is said once. Whatever one time meets, the next one comes."""
        while self._over_at != math.inf:
            try:
                await self.begin()
            except Exception as error:
                log.warning("life_postponed error=%s", type(error).__name__)
            await self._clock.sleep(RENEW_S)

    async def watch(self, over: Callable[[], None]) -> None:
        """Call `over` as long as others may take this process for dead; without the database, which may hang."""
        while True:
            if self.is_over:
                over()
            await self._clock.sleep(TICK_S)

    async def end(self) -> None:
        """Raises `DatabaseTrouble`; then the others know a little later."""
        await self._database.write(jobs.die, self.owner, self._clock.now())


class Watches:
    """Runs due jobs until cancelled. A handler that fails is tried again later."""

    def __init__(
        self, database: Database, clock: Clock, handlers: Mapping[str, Handler], life: Life | None = None
    ) -> None:
        self._database, self._clock, self._handlers = database, clock, handlers
        self._owner = (life or Life(database, clock)).owner

    async def run(self) -> None:
        await _forever(self.run_due, self._clock, "jobs")

    async def run_due(self) -> None:
        """Do everything that is due now."""
        for job in await self._database.write(jobs.lease, self._owner, self._clock.now(), LEASE):
            again, failed = await self._run(job)
            if again is None:
                await self._database.write(jobs.finish, job.id, self._owner)
            else:
                due_at = self._clock.now() + again
                await self._database.write(jobs.postpone, job.id, self._owner, due_at, failed=failed)

    async def _run(self, job: jobs.Leased) -> tuple[timedelta | None, bool]:
        """After how long it is due again, and whether it failed."""
        handler = self._handlers.get(job.kind)
        if handler is None:
            log.error("unknown_job kind=%s id=%d", job.kind, job.id)
            return timedelta(hours=1), True
        try:
            async with asyncio.timeout(LEASE.total_seconds() - 5):
                return await handler(job), False
        except Exception:
            log.exception("job_failed kind=%s id=%d", job.kind, job.id)
            return timedelta(seconds=min(2**job.attempts, 300)), True


def time_for(parcel: Parcel) -> float:
    """Seconds that a send may take."""
    return min(SEND_S + PER_FILE_S * sum(line.files for line in parcel.lines), LONGEST_SEND_S)


class Dispatcher:
    """Brings the outbox out. Several processes may: each line is held by one of them at a time."""

    def __init__(
        self,
        database: Database,
        wakeups: Wakeups,
        clock: Clock,
        senders: Mapping[str, Sender],
        life: Life | None = None,
    ) -> None:
        self._database, self._wakeups, self._clock, self._senders = database, wakeups, clock, senders
        self._owner = (life or Life(database, clock)).owner
        self._sends: set[asyncio.Timeout] = set()
        self._under_way: dict[str, set[asyncio.Task[None]]] = {destination: set() for destination in senders}
        self._crowded: set[str] = set()
        """Destinations where more may wait than there was room for."""
        self._room = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled: at once when something is to be sent or there is room again, and every second."""
        async with self._wakeups.subscribe(delivery.TOPIC) as woken:
            self._room = woken
            await _forever(self.run_due, self._clock, "outbox", woken)

    async def run_due(self) -> None:
        """Begin to send the heads that are due now; no send is waited for, so a slow place holds up no other."""
        if unserved := DIGEST - self._senders.keys():
            await self._database.write(delivery.cancel_stale, unserved, self._clock.now())
        for destination, under_way in self._under_way.items():
            room, now = AT_ONCE - len(under_way), self._clock.now()
            if room <= 0:
                continue
            parcels = await self._database.write(delivery.lease_heads, self._owner, (destination,), now, room)
            for parcel in parcels:
                task = asyncio.create_task(self._send(parcel, now + delivery.LEASE))
                under_way.add(task)
                task.add_done_callback(partial(self._ended, destination))
            if len(parcels) == room:
                self._crowded.add(destination)

    async def drain(self, seconds: float) -> None:
        """Let sends under way finish; what does not is taken up again once its lease is over."""
        tasks = [task for under_way in self._under_way.values() for task in under_way]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, destination: str, task: asyncio.Task[None]) -> None:
        under_way = self._under_way[destination]
        under_way.discard(task)
        if destination in self._crowded and len(under_way) <= AT_ONCE // 2:
            self._crowded.discard(destination)
            self._room.set()

    def give_up(self) -> None:
        """What is under way may be sent by others now: not both."""
        for send in self._sends:
            if not send.expired():
                send.reschedule(0)

    async def _send(self, parcel: Parcel, leased_until: datetime) -> None:
        try:
            async with asyncio.timeout(time_for(parcel)) as limit:
                self._sends.add(limit)
                try:
                    external_id = await self._senders[parcel.destination].send(parcel)
                finally:
                    self._sends.discard(limit)
        except SendFailed as failure:
            await self._failed(parcel, failure, leased_until)
        except TimeoutError:
            await self._failed(parcel, SendFailed("no answer in time", unknown=True), leased_until)
        except Exception as error:
            log.exception("send_broke conversation=%d destination=%s", parcel.conversation_id, parcel.destination)
            await self._failed(parcel, SendFailed(type(error).__name__), leased_until)
        else:
            await self._note(parcel, partial(delivery.sent, external_id=external_id), leased_until)

    async def _failed(self, parcel: Parcel, failure: SendFailed, leased_until: datetime) -> None:
        log.warning(
            "send_failed conversation=%d destination=%s attempt=%d permanent=%s",
            parcel.conversation_id,
            parcel.destination,
            parcel.attempt,
            failure.permanent,
        )
        await self._note(parcel, partial(delivery.failed, failure=failure), leased_until)

    async def _note(self, parcel: Parcel, outcome: Callable[..., None], leased_until: datetime) -> None:
        """Write the known answer down, again and again while the lease lasts: forgotten, it would go out twice."""
        while True:
            try:
                await self._database.write(outcome, parcel, self._owner, now=self._clock.now())
                return
            except Exception as error:
                log.warning("outcome_postponed conversation=%d error=%s", parcel.conversation_id, type(error).__name__)
            await self._clock.sleep(TICK_S)
            if self._clock.now() >= leased_until:
                log.error("outcome_lost conversation=%d destination=%s", parcel.conversation_id, parcel.destination)
                return


async def _forever(
    tick: Callable[[], Awaitable[None]], clock: Clock, what: str, woken: asyncio.Event | None = None
) -> None:
    """Whatever one tick meets, the next one comes, when `woken` or after `TICK_S`."""
    while True:
        if woken is not None:
            woken.clear()
        try:
            await tick()
        except DatabaseTrouble as error:
            log.warning("%s_postponed error=%s", what, type(error).__name__)
        except Exception:
            log.exception("%s_broke", what)
        await _pause(clock, woken)


async def _pause(clock: Clock, woken: asyncio.Event | None) -> None:
    waits: list[asyncio.Future[object]] = [asyncio.ensure_future(clock.sleep(TICK_S))]
    if woken is not None:
        waits.append(asyncio.ensure_future(woken.wait()))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def returner(database: Database, clock: Clock) -> Handler:
    """Brings conversations back to the queue whose agent has gone while the customer waits."""

    async def bring_back(_job: jobs.Leased) -> timedelta:
        if count := await database.write(desk.return_abandoned, clock.now(), ABANDONED_AFTER):
            log.info("returned_to_queue count=%d", count)
        if count := await database.write(staff.leave_stragglers, clock.now()):
            log.info("left_to_queue count=%d", count)
        return RETURN_EVERY

    return bring_back


def closer(database: Database, clock: Clock, after: timedelta) -> Handler:
    """Closes what has waited for the customer for `after`; with no time at all, nothing."""

    async def close(_job: jobs.Leased) -> timedelta:
        if not after:
            return CLOSE_EVERY
        count = await database.write(desk.close_silent, clock.now(), after)
        if count:
            log.info("closed_silent count=%d", count)
        return CLOSE_SOON if count else CLOSE_EVERY

    return close


def waker(database: Database, clock: Clock) -> Handler:
    """Ends a snooze when its time has come."""

    async def wake(job: jobs.Leased) -> None:
        await database.write(desk.wake_up, job.payload["id"], clock.now())

    return wake


def forgetter(database: Database, clock: Clock) -> Handler:
    """Removes what was done so long ago that nobody needs to know."""

    async def forget(_job: jobs.Leased) -> timedelta:
        if count := await database.write(audit.forget, clock.now()):
            log.info("trail_forgotten count=%d", count)
        return FORGET_TRAIL_EVERY

    return forget


def assigner(database: Database, clock: Clock) -> Handler:
    """Gives out what was held by somebody else when there was room for it, and the rest of much."""

    async def give_out(_job: jobs.Leased) -> timedelta | None:
        return desk.LOOK_AGAIN if await database.write(desk.assign_some, clock.now()) else None

    return give_out


def nudger(database: Database, clock: Clock, shop: BusinessHours) -> Handler:
    """Looks after agents who were given a conversation and say nothing, while people are there."""

    async def nudge(job: jobs.Leased) -> timedelta | None:
        conversation_id, epoch = job.payload["id"], job.payload["epoch"]
        hours = await database.read(timetable.hours_of_conversation, conversation_id, shop)
        return await database.write(desk.nudge, conversation_id, epoch, clock.now(), hours)

    return nudge


def reminder(database: Database, clock: Clock) -> Handler:
    """Tells agents of a promise that was told anew and is not kept either."""

    async def remind(job: jobs.Leased) -> None:
        if await database.write(desk.overdue, job.payload["id"], clock.now()):
            log.info("promise_overdue id=%d", job.payload["id"])

    return remind


def sweeper(database: Database, clock: Clock, rerun: Rerun, after: timedelta) -> Handler:
    """Takes up conversations whose customer waits for a bot that is not answering any more."""

    room = asyncio.Semaphore(SWEEP_AT_ONCE)

    async def take_up(conversation_id: int) -> None:
        try:
            async with room:
                await rerun(conversation_id)
        except DatabaseTrouble:
            raise
        except Exception:
            log.exception("sweep_failed conversation=%d", conversation_id)

    async def sweep(_job: jobs.Leased) -> timedelta:
        waiting = await database.read(desk.left_waiting, clock.now(), after)
        outcomes = await asyncio.gather(*map(take_up, waiting), return_exceptions=True)
        if trouble := next((outcome for outcome in outcomes if outcome is not None), None):
            raise trouble
        return SWEEP_EVERY

    return sweep


def keeper(database: Database, clock: Clock, board: Board, shop: BusinessHours, words: InHours) -> Handler:
    """Tells customers a time where their agent has left them, and a later one before a promise slips.

    Marks what is near its time or past it.
    """

    async def expect(conversation_id: int, hours: BusinessHours, now: datetime) -> PromisedTime | None:
        line = await board.line()
        position = line.ids.index(conversation_id) + 1 if conversation_id in line.ids else 1
        return promises.promised(hours, expected.wait(line, position, now), now, staffed=line.agents > 0)

    async def promise_anew(conversation_id: int, hours: BusinessHours) -> None:
        now = clock.now()
        promised = await expect(conversation_id, hours, now)
        if promised is None:
            return
        if await database.write(desk.promise_anew, conversation_id, promised, partial(words, hours), now):
            log.info("promised_anew conversation=%d", conversation_id)

    async def retell(slipped: desk.Slipping, hours: BusinessHours) -> None:
        now = clock.now()
        promised = await expect(slipped.conversation_id, hours, now)
        if promised is None or promised.due_at <= slipped.due_at:
            return  # as it looks, it will be kept
        if await database.write(desk.retell, slipped, promised, partial(words, hours), now):
            log.info("promise_told conversation=%d", slipped.conversation_id)

    passed = 0

    async def keep(_job: jobs.Leased) -> timedelta:
        nonlocal passed
        slipping, forsaken = await database.read(desk.slipping, clock.now()), await database.read(desk.forsaken, passed)
        # Who can be told no time, since nobody comes, keeps nobody else out.
        passed = forsaken[-1].conversation_id if len(forsaken) == DUE_AT_ONCE else 0
        if slipping or forsaken:
            hours = await database.read(timetable.read, shop)
            for left in forsaken:
                await promise_anew(left.conversation_id, hours.of(left.team_id))
            for slipped in slipping:
                await retell(slipped, hours.of(slipped.team_id))
        marked = [await database.write(verb, clock.now()) for verb in (desk.break_promises, desk.warn, desk.breach)]
        return timedelta(0) if DUE_AT_ONCE in (len(slipping), *marked) else DUE_EVERY

    return keep
