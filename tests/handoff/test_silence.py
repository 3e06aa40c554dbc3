"""What waits for the customer ends by itself; where a customer waits for us, nothing ever does."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from handoff import desk, inbox, jobs
from handoff.db import Database
from handoff.models import Episode, Handoff
from handoff.states import Status
from handoff.values import Activity, Reason
from handoff.watches import CLOSE_EVERY, CLOSE_SOON, closer
from tests import builders as a
from tests.fakes import MovedClock

HOURS = 48
AFTER = timedelta(hours=HOURS)
LONG_S = HOURS * 3600


@pytest.fixture
async def mei(database: Database, clock: MovedClock) -> AsyncIterator[int]:
    yield await database.write(a.agent, clock.now())


async def with_bot(database: Database, clock: MovedClock, contact: str = "visitor-1", *, answered: bool = True) -> int:
    conversation = (await database.write(a.write, clock.now(), contact=contact)).conversation_id
    if answered:
        await database.write(a.answer, clock.now(), await database.read(a.fence, conversation))
    return conversation


async def with_mei(database: Database, clock: MovedClock, mei: int, *, answered: bool = True) -> int:
    conversation = await with_bot(database, clock, answered=False)
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, conversation), Reason.NO_ARTICLE)
    await database.write(desk.claim, conversation, mei, clock.now())
    if answered:
        await database.write(desk.agent_reply, conversation, mei, "r1", "Is it blue?", clock.now())
    return conversation


async def closed(database: Database, clock: MovedClock) -> int:
    return await database.write(desk.close_silent, clock.now(), AFTER)


async def status(database: Database, conversation: int) -> Status:
    return (await database.read(inbox.conversation_view, conversation)).status


async def test_what_an_agent_answered_is_closed_after_the_silence_and_not_before(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await with_mei(database, clock, mei)
    spoken_at = clock.now()
    clock.move(LONG_S - 1)
    assert await closed(database, clock) == 0
    clock.move(1)
    assert await closed(database, clock) == 1
    found = await database.read(inbox.transcript, conversation)
    assert found.conversation.status is Status.RESOLVED
    assert [m.activity for m in found.messages if m.activity][-1] is Activity.SILENT
    handoff = await database.read(lambda session: session.query(Handoff).one())
    assert handoff.ended_at == spoken_at, "the work was done when the last word was said"


async def test_who_writes_again_comes_back_to_the_same_agent(database: Database, clock: MovedClock, mei: int) -> None:
    conversation = await with_mei(database, clock, mei)
    clock.move(LONG_S)
    await closed(database, clock)
    await database.write(a.write, clock.now(), "yes, blue")
    turn = await database.read(desk.open_turn, conversation)
    assert turn is not None and turn.resolved_at == clock.now()


async def test_nobody_who_waits_for_us_is_sent_away(database: Database, clock: MovedClock, mei: int) -> None:
    waiting = [
        await with_bot(database, clock, "bot-is-late", answered=False),
        await with_mei(database, clock, mei, answered=False),
    ]
    in_queue = await with_bot(database, clock, "in-queue", answered=False)
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, in_queue))
    clock.move(10 * LONG_S)
    assert await closed(database, clock) == 0
    assert [await status(database, one) for one in (*waiting, in_queue)] == [Status.PENDING, Status.OPEN, Status.OPEN]


async def test_a_snoozed_one_sleeps_on_and_one_that_woke_waits_for_its_agent(
    database: Database, clock: MovedClock, mei: int
) -> None:
    conversation = await with_mei(database, clock, mei)
    seen = (await database.read(inbox.conversation_view, conversation)).last_seq
    until = clock.now() + timedelta(days=9)
    await database.write(desk.snooze, conversation, mei, seen, until, clock.now())
    clock.move(4 * LONG_S)
    assert await closed(database, clock) == 0
    clock.move(5 * 86_400)
    await database.write(desk.wake_up, conversation, clock.now())
    clock.move(4 * LONG_S)
    assert await closed(database, clock) == 0
    assert await status(database, conversation) is Status.OPEN


async def test_the_bots_end_as_assumed_and_never_as_confirmed(database: Database, clock: MovedClock) -> None:
    await with_bot(database, clock)
    clock.move(LONG_S)
    assert await closed(database, clock) == 1
    episode = await database.read(lambda session: session.query(Episode).one())
    assert episode.silent_at == clock.now() and episode.confirmed_at is None


async def test_a_customer_is_not_called_back_by_the_end(database: Database, clock: MovedClock) -> None:
    await with_bot(database, clock)
    clock.move(LONG_S)
    await closed(database, clock)
    seen = await database.read(inbox.customer_view, "widget", "visitor-1")
    assert seen is not None and Activity.SILENT not in {message.activity for message in seen[1]}


async def test_many_are_closed_some_at_a_time_and_the_job_comes_back_soon(
    database: Database, clock: MovedClock
) -> None:
    for n in range(3):
        await with_bot(database, clock, f"visitor-{n}")
    clock.move(LONG_S)
    assert await database.write(desk.close_silent, clock.now(), AFTER, limit=2) == 2
    job = jobs.Leased(1, "close_silent", "", {}, 1)
    run = closer(database, clock, AFTER)
    assert [await run(job), await run(job)] == [CLOSE_SOON, CLOSE_EVERY]


async def test_with_no_hours_nothing_is_ever_closed(database: Database, clock: MovedClock) -> None:
    conversation = await with_bot(database, clock)
    clock.move(100 * LONG_S)
    await closer(database, clock, timedelta(0))(jobs.Leased(1, "close_silent", "", {}, 1))
    assert await status(database, conversation) is Status.PENDING
