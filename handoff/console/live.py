"""The live feed of the console: ids of what changed from the reader's own cursor on, and who is where right now."""

import asyncio
import logging
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.orm import Session

from handoff import desk, events
from handoff.console import views
from handoff.console.schemas import LiveEvent, LiveFrame, PresenceFrame
from handoff.db import Database
from handoff.desk import people, presence
from handoff.errors import DatabaseTrouble
from handoff.ports import Clock, Wakeups

log = logging.getLogger("baton.live")

HEARTBEAT_S = 25.0
RECHECK_S = 10.0
"""A wake-up may get lost; the feed is compared at least this often."""
HELD_BACK_S = 0.05
SIGNED_OUT = 4401
PRESENT_EVERY = timedelta(seconds=30)


class LiveFeed:
    """Serves `GET /console/api/live` to agents who are signed in."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database, self._wakeups, self._clock = database, wakeups, clock
        self._sockets: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request, cursor: str, agent_id: int, secret: str) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=1024, compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        pusher = asyncio.create_task(self._push_or_close(socket, cursor, agent_id, secret))
        try:
            async for _ in socket:
                pass
        finally:
            self._sockets.discard(socket)
            pusher.cancel()
            await asyncio.gather(pusher, return_exceptions=True)
        return socket

    @property
    def open(self) -> int:
        """How many consoles are listening."""
        return len(self._sockets)

    async def close(self) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1012, message=b"restarting")

    async def _push_or_close(self, socket: web.WebSocketResponse, cursor: str, agent_id: int, secret: str) -> None:
        """A console that is told nothing any more must notice, and come back."""
        try:
            await self._push(socket, cursor, agent_id, secret)
            await socket.close(code=SIGNED_OUT, message=b"signed out")
        except ConnectionError:
            await socket.close()
        except Exception:
            log.exception("feed_broke")
            await socket.close(code=1011, message=b"trouble")

    async def _push(self, socket: web.WebSocketResponse, cursor: str, agent_id: int, secret: str) -> None:
        """Until the socket is closed, or the session that opened it has ended."""
        shown: PresenceFrame | None = None
        present_until = self._clock.now()
        async with self._wakeups.subscribe(events.DESK_TOPIC) as woken:
            while not socket.closed:
                woken.clear()
                try:
                    if self._clock.now() >= present_until:
                        await self._database.write(desk.console_is_open, agent_id, self._clock.now())
                        present_until = self._clock.now() + PRESENT_EVERY
                    frame = await self._database.read(_presence, secret, self._clock.now())
                    if frame is None:
                        return
                    cursor, wait = await self._tell(socket, cursor)
                    if frame != shown:
                        await socket.send_str(frame.model_dump_json())
                        shown = frame
                except DatabaseTrouble as error:
                    log.warning("feed_postponed error=%s", type(error).__name__)
                    wait = error.retry_after
                try:
                    async with asyncio.timeout(wait):
                        await woken.wait()
                except TimeoutError:
                    continue

    async def _tell(self, socket: web.WebSocketResponse, cursor: str) -> tuple[str, float]:
        """Send what is behind the cursor; the new cursor, and how long to sleep unless woken."""
        happened, after = await self._database.read(events.after, cursor)
        if happened:
            told = [LiveEvent(conversation_id=e.conversation_id, kind=e.kind) for e in happened]
            await socket.send_str(LiveFrame(cursor=after, events=told).model_dump_json())
        held_back = await self._database.read(events.held_back, after)
        return after, HELD_BACK_S if held_back else RECHECK_S


def _presence(session: Session, secret: str, now: datetime) -> PresenceFrame | None:
    """Who is where; None where the session of who asks has ended."""
    if people.session_owner(session, secret, now) is None:
        return None
    return views.presence(presence.everybody_here(session, now), presence.colleagues(session, now))
