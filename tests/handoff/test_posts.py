"""One process at a time does what a post is for, and nobody believes to hold what another has taken over."""

import asyncio
from datetime import datetime

import pytest

from handoff.db import Database, PostgresDatabase
from handoff.posts import POST_FOR, Post
from tests.fakes import MovedClock, TroubledDatabase, on_a_standby

DEADLINE_S = 60.0


@pytest.fixture
def ours(database: Database, clock: MovedClock) -> Post:
    return Post(database, clock, "watch", "ours")


@pytest.fixture
def theirs(database: Database, clock: MovedClock) -> Post:
    if not isinstance(database, PostgresDatabase):
        pytest.skip("SQLite has one process")
    return Post(database, clock, "watch", "theirs")


async def test_one_holds_it_and_another_takes_over_when_it_is_not_renewed(
    ours: Post, theirs: Post, clock: MovedClock
) -> None:
    assert await ours.hold() and ours.held
    assert not await theirs.hold() and not theirs.held
    clock.move(POST_FOR.total_seconds() + 1)
    assert not ours.held, "by the clock alone"
    assert await theirs.take()
    assert not await ours.take()


async def test_who_leaves_is_followed_at_once(ours: Post, theirs: Post) -> None:
    await ours.hold()
    await ours.leave()
    assert not ours.held
    assert await theirs.take()


async def test_who_asks_learns_what_a_renewal_would_only_have_told_later(
    ours: Post, theirs: Post, clock: MovedClock
) -> None:
    await ours.hold()
    clock.move(POST_FOR.total_seconds() + 1)
    await theirs.take()
    clock.move(-POST_FOR.total_seconds())
    assert ours.held, "a clock that went back knows no better"
    assert not await ours.take() and not ours.held


async def test_whatever_breaks_while_it_is_kept_lets_go_of_it(database: Database, clock: MovedClock) -> None:
    troubled, told = TroubledDatabase(database), list[bool]()

    async def renewed(_now: datetime, is_new: bool) -> None:
        told.append(is_new)
        if len(told) == 2:
            raise RuntimeError

    post = Post(troubled, clock, "watch", "ours")
    keeping = asyncio.create_task(post.keep(renewed))
    seen = []
    for trouble in ((), (), (on_a_standby(),), ()):
        troubled.writes = list(trouble)
        clock.move(POST_FOR.total_seconds() / 3)
        async with asyncio.timeout(DEADLINE_S):
            while clock.sleepers == 0:
                await asyncio.sleep(0.005)
        seen.append(post.held)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert (seen, told) == ([True, False, False, True], [True, False, True])
