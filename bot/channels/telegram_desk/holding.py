"""Parts of agents' albums whose words have not come: held, and never sent to a customer on a guess."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.channels.telegram_desk import albums, deeds, topics
from bot.channels.telegram_desk.albums import Part, Waiting
from bot.channels.telegram_desk.commands import Meaning
from bot.channels.telegram_desk.deeds import Wrote
from handoff.db import Database
from handoff.desk import telegram_links
from handoff.errors import DatabaseTrouble, DeskError
from handoff.ports import Clock

log = logging.getLogger("baton.telegram_desk")

LATEST = timedelta(seconds=2)
"""Behind the last part of an album; after that it has no words."""
LOOK_S, IDLE_S = 0.25, 5.0
"""Between two looks while an album is coming, and while none is: another process may have left some."""
PAUSE_S = 3.0

Refused = Callable[[Part, int | None, DeskError | None], None]
"""What becomes of one that goes nowhere: told in its topic, with the desk's reason where it has one."""


@dataclass(slots=True)
class Holding:
    """`run` lets parts go, as words or as notes."""

    database: Database
    clock: Clock
    refused: Refused
    _fetching: Counter[tuple[int, str]] = field(default_factory=Counter)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def fetching(self, group_id: int, album: str) -> Iterator[None]:
        """While the file of a part is fetched, the next one cannot be heard."""
        self._fetching[group_id, album] += 1
        try:
            yield
        finally:
            self._fetching[group_id, album] -= 1
            self._fetching += Counter()

    async def hold(self, part: Part) -> None:
        """Until the rest of its album had time to come."""
        await self.database.write(albums.hold, part, self.clock.now())
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. Of an album a restart came in between nobody knows what was said meanwhile."""
        since = self.clock.now()
        while True:
            try:
                self._woken.clear()
                held = await self.database.read(albums.held)
                for waiting in filter(self._is_known, held):
                    await self._let_go(waiting, since)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S if held else IDLE_S):
                        await self._woken.wait()
            except Exception as error:
                log.warning("albums_postponed error=%s", type(error).__name__)
                await self.clock.sleep(PAUSE_S)

    def _is_known(self, waiting: Waiting) -> bool:
        """Whose words came, or will not come any more."""
        is_over = waiting.at <= self.clock.now() - LATEST
        return waiting.meant is not None or (is_over and not self._fetching[waiting.part.group_id, waiting.part.album])

    async def _let_go(self, waiting: Waiting, since: datetime) -> None:
        known = waiting.meant or (Meaning.SPEECH if waiting.at >= since else Meaning.NOTHING)
        part, thread = waiting.part, None
        try:
            thread = await self.database.write(_let_go, part, known, self.clock.now())
        except DatabaseTrouble:
            raise
        except DeskError as error:
            thread = await self.database.write(_let_go, part, Meaning.NOTHING, self.clock.now())
            self.refused(part, thread, error)
        else:
            if known is Meaning.NOTHING and waiting.meant is None:
                self.refused(part, thread, None)


def _let_go(session: Session, part: Part, meant: Meaning, now: datetime) -> int | None:
    """As the album says, in one transaction; its topic's thread. Raises as the deeds do."""
    topic, agent = topics.find(session, part.conversation_id), telegram_links.who(session, part.user_id)
    if albums.let_go(session, part, meant, now) and topic is not None and agent is not None:
        wrote, at = Wrote(part.telegram_id, "", (part.file,)), replace(topic, group_id=part.group_id)
        match meant:
            case Meaning.NOTE:
                deeds.note(session, at, agent, now, wrote=wrote)
            case Meaning.SPEECH:
                deeds.speak(session, at, agent, now, wrote=wrote)
            case Meaning.NOTHING:
                pass
    return topic.thread_id if topic is not None else None
