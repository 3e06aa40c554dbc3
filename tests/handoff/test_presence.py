"""Who is there, who writes, and how far everybody has read."""

from datetime import timedelta

import pytest

from handoff import desk, inbox
from handoff.db import Database
from handoff.desk import people, presence
from handoff.values import ConversationView
from tests import builders as a
from tests.fakes import MovedClock


async def view(database: Database, conversation: int) -> ConversationView:
    return await database.read(inbox.conversation_view, conversation)


@pytest.fixture
async def mei(database: Database, clock: MovedClock) -> int:
    return await database.write(a.agent, clock.now(), "Mei")


@pytest.fixture
async def waiting(database: Database, clock: MovedClock) -> int:
    """A conversation in the queue."""
    recorded = await database.write(a.write, clock.now())
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, recorded.conversation_id))
    return recorded.conversation_id


async def test_colleagues_see_who_looks_and_who_writes(
    database: Database, clock: MovedClock, mei: int, waiting: int
) -> None:
    await database.write(presence.agent_is_here, waiting, mei, "viewing", 0, clock.now())
    await database.write(presence.contact_types, "widget", "visitor-1", clock.now())
    here = await database.read(presence.everybody_here, clock.now())
    assert [(h.conversation_id, h.agent_id, h.mode) for h in here] == [
        (waiting, None, "typing"),
        (waiting, mei, "viewing"),
    ]


async def test_who_says_nothing_for_a_while_is_gone(
    database: Database, clock: MovedClock, mei: int, waiting: int
) -> None:
    await database.write(presence.agent_is_here, waiting, mei, "viewing", 0, clock.now())
    clock.move(presence.VIEWING_LASTS.total_seconds())
    assert await database.read(presence.everybody_here, clock.now()) == []


async def test_leaving_is_seen_at_once(database: Database, clock: MovedClock, mei: int, waiting: int) -> None:
    await database.write(presence.agent_is_here, waiting, mei, "typing", 0, clock.now())
    await database.write(presence.agent_is_here, waiting, mei, "gone", 0, clock.now())
    assert await database.read(presence.everybody_here, clock.now()) == []


async def test_the_customer_sees_only_the_person_who_has_it_writing(
    database: Database, clock: MovedClock, mei: int, waiting: int
) -> None:
    jun = await database.write(a.agent, clock.now(), "Jun")
    await database.write(desk.claim, waiting, mei, clock.now())
    await database.write(presence.agent_is_here, waiting, jun, "typing", 0, clock.now())
    assert await database.read(presence.typing_agent, waiting, clock.now()) is None
    await database.write(presence.agent_is_here, waiting, mei, "typing", 0, clock.now())
    typing = await database.read(presence.typing_agent, waiting, clock.now())
    assert typing is not None and typing.name == "Mei"


async def test_the_customer_learns_how_far_the_person_has_read(
    database: Database, clock: MovedClock, mei: int, waiting: int
) -> None:
    await database.write(desk.claim, waiting, mei, clock.now())
    recorded = await database.write(a.write, clock.now(), "hello?")
    assert (await view(database, waiting)).read_seq < recorded.seq
    await database.write(presence.agent_is_here, waiting, mei, "viewing", recorded.seq, clock.now())
    assert (await view(database, waiting)).read_seq == recorded.seq


async def test_a_colleague_who_only_looks_has_not_read_it_for_the_customer(
    database: Database, clock: MovedClock, mei: int, waiting: int
) -> None:
    jun = await database.write(a.agent, clock.now(), "Jun")
    await database.write(desk.claim, waiting, mei, clock.now())
    recorded = await database.write(a.write, clock.now(), "hello?")
    await database.write(presence.agent_is_here, waiting, jun, "viewing", recorded.seq, clock.now())
    assert (await view(database, waiting)).read_seq < recorded.seq


async def test_agents_learn_what_reached_the_customer_and_what_was_read(
    database: Database, clock: MovedClock, mei: int, waiting: int
) -> None:
    await database.write(desk.claim, waiting, mei, clock.now())
    await database.write(desk.agent_reply, waiting, mei, "reply-01", "Hello", clock.now())
    newest = (await view(database, waiting)).last_seq
    await database.write(presence.contact_got, "widget", "visitor-1", clock.now(), delivered=newest)
    assert (await view(database, waiting)).delivered_seq == newest
    assert (await view(database, waiting)).seen_seq == 0
    await database.write(presence.contact_got, "widget", "visitor-1", clock.now(), seen=newest)
    assert (await view(database, waiting)).seen_seq == newest


async def test_a_page_cannot_have_seen_what_was_never_said(
    database: Database, clock: MovedClock, mei: int, waiting: int
) -> None:
    await database.write(desk.claim, waiting, mei, clock.now())
    await database.write(presence.contact_got, "widget", "visitor-1", clock.now(), seen=10_000)
    told = await view(database, waiting)
    assert told.seen_seq == told.last_seq


async def test_reading_never_goes_backwards(database: Database, clock: MovedClock, mei: int, waiting: int) -> None:
    await database.write(desk.claim, waiting, mei, clock.now())
    await database.write(presence.contact_got, "widget", "visitor-1", clock.now(), seen=3)
    await database.write(presence.contact_got, "widget", "visitor-1", clock.now(), seen=1)
    assert (await view(database, waiting)).seen_seq == 3


async def test_an_agent_is_online_while_their_console_is_open(database: Database, clock: MovedClock, mei: int) -> None:
    async def availability() -> str:
        return (await database.read(presence.colleagues, clock.now()))[0].availability

    assert await availability() == "offline"
    await database.write(presence.console_is_open, mei, clock.now())
    assert await availability() == "online"
    await database.write(people.set_availability, mei, "away", clock.now())
    assert await availability() == "away"
    clock.move((presence.AGENT_LASTS + timedelta(seconds=1)).total_seconds())
    assert await availability() == "offline"


async def test_colleagues_see_each_others_load(database: Database, clock: MovedClock, mei: int, waiting: int) -> None:
    await database.write(desk.claim, waiting, mei, clock.now())
    assert [c.open for c in await database.read(presence.colleagues, clock.now())] == [1]
