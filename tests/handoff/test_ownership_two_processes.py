"""Ownership with two real processes on one PostgreSQL, one of them killed in the middle."""

import asyncio
import sys
from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.settings import ROOT
from handoff import db, events
from handoff.assignment import Rules
from handoff.db import Database
from handoff.desk import teams
from handoff.models import Message
from handoff.ports import LocalWakeups, SystemClock
from tests import builders as a
from tests.handoff.ownership import all_events, check_everything

ACTIONS = 240
DEADLINE_S = 300.0


async def test_two_processes_on_one_postgres_keep_every_promise(postgres_url: str) -> None:
    database = db.connect(postgres_url, LocalWakeups())
    await database.migrate()
    now = SystemClock().now()
    assert [await database.write(a.agent, now, name) for name in ("Mei", "Jun")] == [1, 2]
    await database.write(teams.open_desk, Rules(automatic=True, capacity=1), now)

    done = asyncio.Event()
    reader = asyncio.create_task(read_the_feed(database, done))
    one, two = await actors(postgres_url, 1), await actors(postgres_url, 2)
    await until_busy(database)
    two.kill()
    await two.wait()
    three = await actors(postgres_url, 3)
    async with asyncio.timeout(DEADLINE_S):
        assert await one.wait() == 0
        assert await three.wait() == 0
    done.set()
    seen = await reader

    await database.read(check_everything)
    stored = await database.read(all_events)
    assert set(seen) == stored, "the feed skipped an event"
    assert max(Counter(seen).values()) == 1, "the feed told an event twice"
    by_author = await database.read(authors)
    assert min(by_author[who] for who in ("contact", "bot", "agent", "system")) > 5, by_author
    await database.close()


async def actors(url: str, seed: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.handoff.actors", url, str(seed), str(ACTIONS), cwd=ROOT
    )


async def until_busy(database: Database) -> None:
    """Until enough has happened that a kill hits something."""
    async with asyncio.timeout(DEADLINE_S):
        while len(await database.read(all_events)) < 100:
            await asyncio.sleep(0.05)


async def read_the_feed(database: Database, done: asyncio.Event) -> list[tuple[str, int, int]]:
    cursor, seen = events.START, []
    while True:
        finished = done.is_set()
        happened, cursor = await database.read(events.after, cursor, 7)
        seen += [(e.kind, e.conversation_id, e.rev) for e in happened]
        if finished and not happened:
            return seen
        if not happened:
            await asyncio.sleep(0.01)


def authors(session: Session) -> dict[str, int]:
    rows = session.execute(select(Message.author, func.count()).group_by(Message.author))
    return {row[0]: row[1] for row in rows}
