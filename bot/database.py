"""The opened database."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot import datafolder
from bot.settings import BOT_MIGRATIONS, Settings
from handoff import db
from handoff.db import Database
from handoff.ports import LocalWakeups, Wakeups


@asynccontextmanager
async def migrated(settings: Settings) -> AsyncIterator[Database]:
    """The database alone. Servers are woken by what is written; nothing wakes us."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(connected(settings, _wakeups(stack, settings)))


@asynccontextmanager
async def connected(settings: Settings, wakeups: Wakeups) -> AsyncIterator[Database]:
    """At the newest schema, and nobody replaces the data meanwhile."""
    with datafolder.in_use(settings.data):
        database = db.connect(settings.database_url, wakeups)
        try:
            await database.migrate([BOT_MIGRATIONS])
            yield database
        finally:
            await database.close()


def _wakeups(stack: AsyncExitStack, settings: Settings) -> Wakeups:
    if settings.redis_url is None:
        return LocalWakeups()
    from handoff.redis_wakeups import RedisWakeups  # noqa: PLC0415  slow, and few have it

    wakeups = RedisWakeups(settings.redis_url)
    stack.push_async_callback(wakeups.close)
    return wakeups
