"""The queue as those who wait see it: in the order in which they are served, from one look for all."""

from datetime import timedelta

from handoff import desk, queue
from handoff.board import PACE_LASTS, Board, Place
from handoff.db import Database
from handoff.desk import presence
from handoff.expected import Minutes
from handoff.ports import LocalWakeups
from handoff.values import Priority
from tests import builders as a
from tests.fakes import CountingDatabase, MovedClock


async def waits(database: Database, clock: MovedClock, contact: str) -> int:
    conversation = (await database.write(a.write, clock.now(), "?", contact)).conversation_id
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, conversation))
    clock.move(1)
    return conversation


async def test_places_are_those_of_the_queue(database: Database, clock: MovedClock) -> None:
    agent = await database.write(a.agent, clock.now())
    first, second, third = [await waits(database, clock, name) for name in ("ann", "bo", "cy")]
    await database.write(desk.change_priority, third, agent, Priority.HIGH, clock.now())
    board = Board(database, LocalWakeups(), clock)
    places = {one: await board.place(one) for one in (first, second, third)}
    assert {one: place.position for one, place in places.items() if place} == {third: 1, first: 2, second: 3}
    assert {one: await database.read(queue.position, one) for one in places} == {third: 1, first: 2, second: 3}
    await database.write(desk.claim, third, agent, clock.now())
    assert (await Board(database, LocalWakeups(), clock).place(third)) is None


async def test_a_wait_is_told_while_an_agent_is_there(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock, "ann")
    assert await Board(database, LocalWakeups(), clock).place(conversation) == Place(1, None)
    await database.write(presence.console_is_open, agent, clock.now())
    assert await Board(database, LocalWakeups(), clock).place(conversation) == Place(1, Minutes(None, 3))
    await database.write(presence.console_is_open, await database.write(a.agent, clock.now(), "Jun"), clock.now())
    assert await Board(database, LocalWakeups(), clock).place(conversation) == Place(1, Minutes(None, 2))


async def test_only_whoever_stands_elsewhere_is_called(database: Database, clock: MovedClock) -> None:
    agent = await database.write(a.agent, clock.now())
    first, second, third = [await waits(database, clock, name) for name in ("ann", "bo", "cy")]
    board, called = Board(database, LocalWakeups(), clock), list[int]()
    for one in (first, second, third):
        await board.place(one)
        board.follow(one, lambda one=one: called.append(one))  # type: ignore[misc]
    await board.tell()
    called.clear()
    await board.tell()
    assert called == []
    await database.write(desk.claim, second, agent, clock.now())
    newcomer = await waits(database, clock, "di")
    assert await board.place(newcomer) == Place(3, None), "who looks in between must not swallow the news of others"
    await board.tell()
    assert called == [second, third]
    assert board.known(third) == Place(2, None)


async def test_a_crowd_costs_no_more_than_one_customer(database: Database, clock: MovedClock) -> None:
    crowd = [await waits(database, clock, f"contact-{n}") for n in range(8)]
    counting = CountingDatabase(database)
    board = Board(counting, LocalWakeups(), clock)
    await board.tell()
    assert counting.asked == 0, "nobody is looking"
    for one in crowd:
        await board.place(one)
        board.follow(one, lambda: None)
    await board.tell()
    assert counting.asked == 2


async def test_the_pace_is_looked_up_anew_after_a_while(database: Database, clock: MovedClock) -> None:
    agent, board = await database.write(a.agent, clock.now()), Board(database, LocalWakeups(), clock)
    before = (await board.line()).pace
    crowd = [await waits(database, clock, f"contact-{n}") for n in range(14)]
    for one in crowd:
        clock.move(600)
        await database.write(desk.claim, one, agent, clock.now())
    clock.move(PACE_LASTS.total_seconds() + 1)
    assert (before, (await board.line()).pace) == (timedelta(minutes=3), timedelta(minutes=10))
