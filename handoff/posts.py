"""Work that one process does at a time: whoever holds the post does it, another takes over when its holder is gone."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from handoff import jobs
from handoff.db import Database
from handoff.errors import DatabaseTrouble
from handoff.ports import Clock

log = logging.getLogger("baton.posts")

POST_FOR = timedelta(seconds=30)
PAUSE_S = 3.0
"""So often it is asked again whether the post is free."""

Renewed = Callable[[datetime, bool], Awaitable[None]]
"""Told when, and whether the post was not ours before; ends before it counts as held."""


class Post:
    """`owner` is what this process is called where it holds a lease. Renewed when a third of `span` has passed."""

    def __init__(self, database: Database, clock: Clock, name: str, owner: str, span: timedelta = POST_FOR) -> None:
        self._database, self._clock, self._name, self._owner, self._span = database, clock, name, owner, span
        self._renew_at = self._until = clock.now()

    @property
    def held(self) -> bool:
        """Ours, by what is known without asking."""
        return self._clock.now() < self._until

    async def take(self) -> bool:
        """Ask for it, whatever is known. Raises `DatabaseTrouble`."""
        await self._renew(None)
        return self.held

    async def hold(self) -> bool:
        """Take it, or renew it where that is due. Raises `DatabaseTrouble`."""
        return await self.take() if not self.held or self._clock.now() >= self._renew_at else True

    async def keep(self, renewed: Renewed | None = None) -> None:
        """Until cancelled. Whatever breaks lets go of it, and is tried again."""
        while True:
            try:
                await self._renew(renewed)
            except Exception as error:
                log.warning("post_not_kept post=%s error=%s", self._name, type(error).__name__)
                self._until = self._clock.now()
            await self._clock.sleep(self._span.total_seconds() / 3 if self.held else PAUSE_S)

    async def leave(self) -> None:
        """Another process may have it at once."""
        self._until = self._clock.now()
        try:
            await self._database.write(jobs.leave, self._name, self._owner)
        except DatabaseTrouble as error:
            log.warning("post_not_left post=%s error=%s", self._name, type(error).__name__)

    async def _renew(self, renewed: Renewed | None) -> None:
        now = self._clock.now()
        has = await self._database.write(jobs.hold, self._name, self._owner, now, now + self._span)
        if has and renewed is not None:
            await renewed(now, not self.held)
        self._renew_at, self._until = now + self._span / 3, now + self._span if has else now
