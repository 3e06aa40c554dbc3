"""Wake-ups across processes over Redis pub/sub. Redis carries no state: without it readers only wake later."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from handoff.ports import LocalWakeups

log = logging.getLogger("baton.wakeups")

CHANNEL = "baton:wakeups"
RETRY_S = 1.0


class RedisWakeups:
    """Local wake-ups, and everybody else's. `run` must be running for the latter."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(url, decode_responses=True, socket_connect_timeout=2.0)
        self._local = LocalWakeups()

    async def publish(self, topics: Iterable[str]) -> None:
        topics = list(topics)
        await self._local.publish(topics)
        if not topics:
            return
        try:
            async with asyncio.timeout(1.0):
                await self._redis.publish(CHANNEL, "\n".join(topics))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("wakeup_not_published error=%s", type(error).__name__)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[asyncio.Event]:
        async with self._local.subscribe(topic) as event:
            yield event

    async def run(self) -> None:
        """Hand on what other processes publish, reconnecting for ever; cancel to end."""
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            await self._local.publish(str(message["data"]).split("\n"))
            except (RedisError, OSError) as error:
                log.warning("wakeups_lost error=%s", type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def close(self) -> None:
        await self._redis.aclose()
