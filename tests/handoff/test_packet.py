"""What is found out behind a call: it adds to what the call knew, belongs to that call alone, and announces itself."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import desk
from handoff.db import Database
from handoff.events import Event
from handoff.models import Episode, Handoff
from handoff.values import CallForPerson, Priority, Reason
from tests import builders as a
from tests.fakes import MovedClock

BEFORE = {"summary": "a person please", "ranking": [{"name": "talk_to_human"}], "entities": {"order_id": "X1"}}
FOUND = {
    "ranking": [{"name": "track_order"}],
    "near_misses": [["parcel", 0.4]],
    "entities": {"order_id": "X2", "sku": "mug"},
}


async def called(database: Database, clock: MovedClock, packet: Mapping[str, Any] = BEFORE) -> int:
    conversation = (await database.write(a.write, clock.now())).conversation_id
    call = CallForPerson(Reason.CUSTOMER_REQUEST, Priority.NORMAL, (), packet)
    fence = await database.read(a.fence, conversation)
    await database.write(desk.hand_off, fence, call, clock.now(), decision=None, language="en")
    return conversation


async def packet_of(database: Database, conversation: int) -> Mapping[str, Any]:
    query = select(Handoff.packet).where(Handoff.conversation_id == conversation).order_by(Handoff.id.desc()).limit(1)
    return await database.read(lambda session: session.scalars(query).one())


async def told(database: Database) -> list[str]:
    return await database.read(lambda session: list(session.scalars(select(Event.kind).order_by(Event.id))))


async def test_what_is_read_behind_a_call_adds_to_it_and_what_the_call_named_stays(
    database: Database, clock: MovedClock
) -> None:
    conversation = await called(database, clock)
    await database.write(desk.complete_packet, conversation, FOUND, clock.now(), episode=1)
    assert await packet_of(database, conversation) == {
        "summary": "a person please",
        "ranking": [{"name": "track_order"}],
        "near_misses": [["parcel", 0.4]],
        "entities": {"order_id": "X1", "sku": "mug"},
    }
    assert (await told(database))[-1] == "packet"


async def test_another_call_is_no_matter_and_fills_only_what_is_empty(database: Database, clock: MovedClock) -> None:
    conversation = await called(database, clock, {**BEFORE, "near_misses": []})
    await database.write(desk.complete_packet, conversation, FOUND, clock.now(), episode=1, is_matter=False)
    found = await packet_of(database, conversation)
    assert (found["ranking"], found["near_misses"]) == (BEFORE["ranking"], FOUND["near_misses"])


async def test_what_was_found_empty_takes_nothing_away(database: Database, clock: MovedClock) -> None:
    conversation = await called(database, clock)
    await database.write(desk.complete_packet, conversation, {"ranking": [], "entities": {}}, clock.now(), episode=1)
    assert await packet_of(database, conversation) == BEFORE


@pytest.mark.parametrize("ended", [True, False])
async def test_what_comes_too_late_for_its_call_is_nobodys(database: Database, clock: MovedClock, ended: bool) -> None:
    conversation = await called(database, clock)
    await database.write(desk.cancel_wait, conversation, (), clock.now())
    if not ended:
        await database.write(a.write, clock.now(), "again")
        await database.write(a.hand_off, clock.now(), await database.read(a.fence, conversation))
    before, events = await packet_of(database, conversation), await told(database)
    await database.write(desk.complete_packet, conversation, FOUND, clock.now(), episode=1)
    assert (await packet_of(database, conversation), await told(database)) == (before, events)


async def test_an_order_is_named_once_and_to_whom_it_may_help(database: Database, clock: MovedClock) -> None:
    conversation = await called(database, clock)
    for number in ("X7", "X8", "X7"):
        await database.write(desk.name_order, conversation, number, clock.now())
    assert (await packet_of(database, conversation))["named"] == ["X8", "X7"]
    assert (await told(database)).count("packet") == 2
    await database.write(desk.cancel_wait, conversation, (), clock.now())
    await database.write(desk.name_order, conversation, "X9", clock.now())
    assert (await packet_of(database, conversation))["named"] == ["X8", "X7"]


async def test_a_product_belongs_to_the_episode_of_its_message(database: Database, clock: MovedClock) -> None:
    conversation = await called(database, clock)
    await database.write(desk.cancel_wait, conversation, (), clock.now())
    second = await database.write(a.write, clock.now(), "and my mug")
    await database.write(desk.name_product, conversation, second.seq, "mug" * 40)
    await database.write(desk.name_product, conversation, 999, "kettle")

    def products(session: Session) -> list[str | None]:
        return list(session.scalars(select(Episode.product).order_by(Episode.episode)))

    assert await database.read(products) == [None, ("mug" * 40)[:60]]
