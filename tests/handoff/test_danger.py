"""Danger in what people have: who hears of it, how often, and what becomes of the deadlines."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from handoff import desk, inbox
from handoff.db import Database
from handoff.desk import presence
from handoff.models import AppliedSla
from handoff.sla import Sla
from handoff.states import Status
from handoff.values import Activity, Outgoing, Priority, Reason
from tests import builders as a
from tests.fakes import MovedClock
from tests.handoff.test_clocks import SLA

WORDS = (Outgoing("Stop using it.", author="system"),)


async def called(database: Database, clock: MovedClock, sla: Sla = SLA) -> int:
    conversation = (await database.write(a.write, clock.now(), "?")).conversation_id
    fence, call = await database.read(a.fence, conversation), a.call()
    await database.write(desk.hand_off, fence, call, clock.now(), decision=None, language="en", sla=sla)
    return conversation


async def raised(database: Database, clock: MovedClock, conversation: int) -> bool:
    return await database.write(desk.raise_alarm, conversation, WORDS, clock.now(), sla=SLA)


async def seen(database: Database, conversation: int) -> tuple[int, int]:
    """How often agents are told, and the customer."""
    messages = (await database.read(inbox.transcript, conversation)).messages
    return [m.activity for m in messages].count(Activity.DANGER), [m.text for m in messages].count(WORDS[0].text)


async def test_danger_is_told_once_to_both_sides(database: Database, clock: MovedClock) -> None:
    conversation = await called(database, clock)
    assert [await raised(database, clock, conversation) for _ in range(2)] == [True, False]
    assert await seen(database, conversation) == (1, 1)


async def test_danger_said_again_after_somebody_lowered_it_calls_agents_but_repeats_nothing_to_the_customer(
    database: Database, clock: MovedClock
) -> None:
    conversation, mei = await called(database, clock), await database.write(a.agent, clock.now())
    await raised(database, clock, conversation)
    await database.write(desk.change_priority, conversation, mei, Priority.LOW, clock.now(), sla=SLA)
    assert await raised(database, clock, conversation)
    assert await seen(database, conversation) == (2, 1)
    view = await database.read(inbox.conversation_view, conversation)
    assert (view.priority, view.reason) == (Priority.URGENT, Reason.SAFETY)


async def test_danger_in_what_was_put_aside_is_marked_and_stays_put_aside_where_its_agent_is_there(
    database: Database, clock: MovedClock
) -> None:
    conversation, mei = await called(database, clock), await database.write(a.agent, clock.now())
    await database.write(presence.console_is_open, mei, clock.now())
    await database.write(desk.claim, conversation, mei, clock.now())
    until = clock.now() + timedelta(hours=3)
    await database.write(desk.snooze, conversation, mei, 99, until, clock.now())
    assert await raised(database, clock, conversation)
    view = await database.read(inbox.conversation_view, conversation)
    assert (view.priority, view.status, view.assignee_id) == (Priority.URGENT, Status.SNOOZED, mei)


@pytest.mark.parametrize("status", [Status.PENDING, Status.RESOLVED])
async def test_what_people_do_not_have_is_left_alone(database: Database, clock: MovedClock, status: Status) -> None:
    conversation, mei = await called(database, clock), await database.write(a.agent, clock.now())
    await database.write(desk.claim, conversation, mei, clock.now())
    end: Callable[..., None] = desk.hand_back if status is Status.PENDING else desk.resolve
    await database.write(end, conversation, mei, 99, clock.now())
    assert not await raised(database, clock, conversation)
    assert await seen(database, conversation) == (0, 0)


async def test_with_the_priority_its_deadline_comes_nearer(database: Database, clock: MovedClock) -> None:
    conversation = await called(database, clock)

    async def deadline() -> timedelta:
        its = select(AppliedSla.deadline_at).where(AppliedSla.ended_at.is_(None), AppliedSla.kind == "first_response")
        return (await database.read(lambda session: session.scalars(its).one())) - clock.now()

    before = await deadline()
    await raised(database, clock, conversation)
    assert await deadline() < before
