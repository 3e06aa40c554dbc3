"""The demo shop's people, at each start."""

from bot import demo
from handoff.db import Database
from handoff.desk import people, staff
from tests.fakes import MovedClock


async def test_who_was_taken_off_stays_out_and_the_demo_starts_all_the_same(
    database: Database, clock: MovedClock
) -> None:
    for agent in demo.AGENTS:
        await database.write(people.add_agent, agent.email, agent.name, agent.role, clock.now())
    assert [name for name, _ in await database.write(demo.sign_ins, clock.now())] == ["Mei", "Jun"]
    jun = await database.read(people.find_agent, "jun@xiaoman.example")
    assert jun is not None
    await database.write(staff.deactivate, jun.id, None, clock.now())
    [(name, code)] = await database.write(demo.sign_ins, clock.now())
    assert name == "Mei"
    assert await database.write(people.redeem_link, code, clock.now()) is not None
