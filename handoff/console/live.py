"""The live feed of the console: ids of what changed, from the reader's own cursor on."""

import asyncio
import logging

from aiohttp import web

from handoff import events
from handoff.console.schemas import LiveEvent, LiveFrame
from handoff.db import Database
from handoff.errors import DatabaseTrouble
from handoff.ports import Clock, Wakeups

log = logging.getLogger("baton.live")

HEARTBEAT_S = 25.0
RECHECK_S = 10.0
"""A wake-up may get lost; the feed is compared at least this often."""
HELD_BACK_S = 0.05


class LiveFeed:
    """Serves `GET /console/api/live` to agents who are signed in."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database, self._wakeups, self._clock = database, wakeups, clock
        self._sockets: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request, cursor: str) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=1024)
        await socket.prepare(request)
        self._sockets.add(socket)
        pusher = asyncio.create_task(self._push(socket, cursor))
        try:
            async for _ in socket:
                pass
        finally:
            self._sockets.discard(socket)
            pusher.cancel()
            await asyncio.gather(pusher, return_exceptions=True)
        return socket

    async def close(self) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1012, message=b"restarting")

    async def _push(self, socket: web.WebSocketResponse, cursor: str) -> None:
        async with self._wakeups.subscribe(events.DESK_TOPIC) as woken:
            while not socket.closed:
                woken.clear()
                try:
                    cursor, wait = await self._tell(socket, cursor)
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
