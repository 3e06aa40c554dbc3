"""The queue as those who wait may know it: one look for all of them, however many there are."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handoff import events, expected, queue
from handoff.db import Database
from handoff.desk import presence
from handoff.errors import DatabaseTrouble
from handoff.expected import Line, Minutes
from handoff.ports import Clock, Wakeups

log = logging.getLogger("baton.board")

APART_S = 2.0
"""A busy queue moves more often than anybody wants to read."""
RECHECK_S = 15.0
"""Agents come and go without an event, and a line that stands still tells something, too."""
PACE_LASTS = timedelta(minutes=1)

Follower = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands; `wait` None while no agent is there."""

    position: int
    wait: Minutes | None


class Board:
    """Looks at the queue when it moves while somebody waits here, and calls whose place is another one then."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database, self._wakeups, self._clock = database, wakeups, clock
        self._line, self._places = Line(), dict[int, int]()
        self._seen_at: datetime | None = None
        self._paced_at: datetime | None = None
        self._followers: dict[int, set[Follower]] = {}
        self._told: dict[int, Place | None] = {}
        self._lock, self._begun, self._done = asyncio.Lock(), 0, 0

    async def run(self) -> None:
        """Keep those who follow up to date until cancelled."""
        async with self._wakeups.subscribe(events.DESK_TOPIC) as woken:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(RECHECK_S):
                        await woken.wait()
                woken.clear()
                try:
                    await self.tell()
                except DatabaseTrouble as error:
                    log.warning("queue_unseen error=%s", type(error).__name__)
                except Exception:
                    log.exception("board_broke")
                await self._clock.sleep(APART_S)

    async def tell(self) -> None:
        """Look, and call who stands elsewhere now; where nobody waits, nothing is asked."""
        if not self._followers:
            return
        await self._look()
        places = {one: self.known(one) for one in self._followers}
        moved, self._told = [one for one, place in places.items() if place != self._told.get(one)], places
        for one in moved:
            for follower in tuple(self._followers.get(one, ())):
                follower()

    def follow(self, conversation_id: int, follower: Follower) -> None:
        self._followers.setdefault(conversation_id, set()).add(follower)

    def leave(self, conversation_id: int, follower: Follower) -> None:
        followers = self._followers.get(conversation_id, set())
        followers.discard(follower)
        if not followers:
            self._followers.pop(conversation_id, None)

    async def line(self) -> Line:
        """The queue, at most some seconds old."""
        if self._is_old(APART_S):
            await self._look()
        return self._line

    async def place(self, conversation_id: int) -> Place | None:
        """Where a conversation stands; None for one that does not wait in the queue."""
        if conversation_id not in self._places or self._is_old(RECHECK_S):
            await self._look()
        return self.known(conversation_id)

    def known(self, conversation_id: int) -> Place | None:
        """Its place when the queue was last looked at."""
        position = self._places.get(conversation_id)
        if position is None:
            return None
        if not self._line.agents:
            return Place(position, None)
        return Place(position, expected.told(expected.wait(self._line, position, self._seen_at or self._clock.now())))

    async def _look(self) -> None:
        """Whoever asks while a look is under way shares the next one: what they know of may not be in it yet."""
        wanted = self._begun + 1
        async with self._lock:
            if self._done >= wanted:
                return
            self._begun += 1
            now, known = self._clock.now(), self._line if self._is_paced() else None
            self._line = await self._database.read(_line, known, now)
            self._places = {one: place for place, one in enumerate(self._line.ids, 1)}
            self._seen_at, self._done = now, self._begun
            self._paced_at = self._paced_at if known else now

    def _is_old(self, seconds: float) -> bool:
        return self._seen_at is None or abs(self._clock.now() - self._seen_at) > timedelta(seconds=seconds)

    def _is_paced(self) -> bool:
        return self._paced_at is not None and abs(self._clock.now() - self._paced_at) <= PACE_LASTS


def _line(session: Session, known: Line | None, now: datetime) -> Line:
    """The queue now. Its pace changes slowly: `known` has one that is good enough, but for the newest claim."""
    if known is None:
        claims = queue.claims(session, now)
        known = Line(pace=expected.pace(claims), staff=expected.staff(claims))
    rows = queue.line(session)
    return replace(
        known,
        ids=tuple(one for one, _ in rows),
        ranks=tuple(rank for _, rank in rows),
        agents=presence.count_online(session, now),
        moved_at=queue.moved_at(session),
    )
