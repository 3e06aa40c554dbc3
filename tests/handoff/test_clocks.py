"""Promises and deadlines of people, on SQLite and on PostgreSQL: kept, told anew once, warned of, broken."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import desk, inbox, jobs
from handoff.board import Board
from handoff.business_hours import BusinessHours
from handoff.db import Database
from handoff.desk import presence, staff
from handoff.events import Event
from handoff.models import AppliedSla, Promise
from handoff.ports import LocalWakeups
from handoff.sla import Sla
from handoff.values import ClockView, Outgoing, Priority, PromisedTime, Reader, Reason, Telling
from handoff.watches import DUE, Watches, keeper, reminder
from tests import builders as a
from tests.fakes import MovedClock

HOURS = BusinessHours(ZoneInfo("Asia/Taipei"), {day: [(time(9), time(21))] for day in range(7)}, {})
"""It is eleven o'clock when a test begins."""
SLA = Sla(
    HOURS,
    {
        Priority.NORMAL: {
            "first_response": timedelta(minutes=30),
            "next_response": timedelta(minutes=20),
            "resolution": timedelta(hours=8),
        },
        Priority.URGENT: {"first_response": timedelta(minutes=5)},
    },
)


BEGINNINGS: Mapping[Telling, str] = {"later": "", "late": "sorry, ", "anew": "somebody else, "}


def later(promise: PromisedTime, reader: Reader, why: Telling) -> Sequence[Outgoing]:
    return (Outgoing(f"{BEGINNINGS[why]}by {promise.due_at:%H:%M}", author="system"),)


def in_hours(_: BusinessHours, promise: PromisedTime, reader: Reader, why: Telling) -> Sequence[Outgoing]:
    return later(promise, reader, why)


async def waits(
    database: Database, clock: MovedClock, contact: str = "ann", *, minutes: int | None = 10, sla: Sla = SLA
) -> int:
    """A customer who was promised an answer within so many minutes."""
    conversation = (await database.write(a.write, clock.now(), "?", contact)).conversation_id
    promise = PromisedTime("wait", clock.now() + timedelta(minutes=minutes)) if minutes is not None else None
    call = replace(a.call(Reason.CUSTOMER_REQUEST), promise=promise)
    fence = await database.read(a.fence, conversation)
    await database.write(desk.hand_off, fence, call, clock.now(), decision=None, language="en", sla=sla)
    return conversation


async def is_answered(database: Database, clock: MovedClock, conversation: int, agent: int, words: str = "hi") -> None:
    await database.write(desk.claim, conversation, agent, clock.now())
    await database.write(desk.agent_reply, conversation, agent, words, words, clock.now())


async def customer_writes(database: Database, clock: MovedClock, contact: str = "ann") -> None:
    await database.write(desk.record_inbound, a.inbound("and?", contact=contact), clock.now(), sla=SLA)


def the_promise(session: Session) -> Promise:
    return session.scalars(select(Promise)).one()


def the_slas(session: Session) -> dict[str, AppliedSla]:
    return {sla.kind: sla for sla in session.scalars(select(AppliedSla).order_by(AppliedSla.id))}


async def clocks(database: Database, conversation: int) -> dict[str, ClockView]:
    view = await database.read(inbox.conversation_view, conversation)
    return {clock.kind: clock for clock in view.clocks}


async def told(database: Database, conversation: int) -> list[str]:
    messages = (await database.read(inbox.transcript, conversation)).messages
    return [message.text for message in messages if message.author == "system" and "by " in message.text]


async def watches(database: Database, clock: MovedClock) -> Watches:
    await database.write(jobs.schedule, DUE, "", clock.now())
    board = Board(database, LocalWakeups(), clock)
    handlers = {
        DUE: keeper(database, clock, board, HOURS, in_hours),
        desk.OVERDUE: reminder(database, clock),
    }
    return Watches(database, clock, handlers)


async def pass_by(clock: MovedClock, at_work: Watches, minutes: float, step: float = 1) -> None:
    """Time passes, with what happens by itself in it."""
    for _ in range(int(minutes / step)):
        clock.move(step * 60)
        await at_work.run_due()


async def test_an_answer_in_time_keeps_the_promise(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    assert (await clocks(database, conversation))["promise"].due_at == clock.now() + timedelta(minutes=10)
    clock.move(600)
    await database.write(desk.claim, conversation, agent, clock.now())
    assert "promise" in await clocks(database, conversation), "a claim alone keeps nothing"
    await is_answered(database, clock, conversation, agent)
    promise = await database.read(the_promise)
    assert (promise.kept_at, promise.broken_at) == (clock.now(), None)
    assert "promise" not in await clocks(database, conversation)


async def test_before_a_promise_slips_the_customer_is_told_once(database: Database, clock: MovedClock) -> None:
    conversation, at_work = await waits(database, clock), await watches(database, clock)
    await pass_by(clock, at_work, 7, step=7)
    assert await told(database, conversation) == []
    await pass_by(clock, at_work, 2)
    assert await told(database, conversation) == ["by 03:40"]
    await pass_by(clock, at_work, 60, step=20)
    assert await told(database, conversation) == ["by 03:40"]
    assert (await clocks(database, conversation))["promise"].told_at is not None


async def test_who_is_urgent_is_told_no_later_time_before_theirs_has_passed(
    database: Database, clock: MovedClock
) -> None:
    conversation, at_work = await waits(database, clock, minutes=5), await watches(database, clock)
    agent = await database.write(a.agent, clock.now())
    await database.write(desk.change_priority, conversation, agent, Priority.URGENT, clock.now())
    await pass_by(clock, at_work, 5)
    assert await told(database, conversation) == []
    await pass_by(clock, at_work, 1)
    [words] = await told(database, conversation)
    assert words.startswith("sorry")


async def test_a_promise_is_judged_by_its_first_time(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    first, at_work = clock.now() + timedelta(minutes=10), await watches(database, clock)
    await pass_by(clock, at_work, 14, step=7)
    assert (await clocks(database, conversation))["promise"].broken
    await is_answered(database, clock, conversation, agent)
    promise = await database.read(the_promise)
    assert clock.now() <= promise.due_at, "the second time was kept"
    assert (promise.kept_at, promise.broken_at, promise.ended_at) == (None, first, clock.now())


async def test_a_promise_found_long_overdue_is_told_anew_once_and_honestly(
    database: Database, clock: MovedClock
) -> None:
    conversation, at_work = await waits(database, clock), await watches(database, clock)
    clock.move(5 * 3600)
    for _ in range(5):
        await at_work.run_due()
        clock.move(60)
    assert await told(database, conversation) == ["sorry, by 08:30"]


async def test_where_the_line_moves_on_nobody_is_troubled(database: Database, clock: MovedClock) -> None:
    """Close to its time, but as it looks it will be kept; until it does not look so any more."""
    agent, other = await database.write(a.agent, clock.now()), await waits(database, clock, "bo", minutes=None)
    conversation, at_work = await waits(database, clock, minutes=60), await watches(database, clock)
    clock.move(47 * 60)
    await database.write(desk.claim, other, agent, clock.now())
    await database.write(presence.console_is_open, agent, clock.now())
    await pass_by(clock, at_work, 1)
    assert await told(database, conversation) == []
    await pass_by(clock, at_work, 8, step=4)
    assert len(await told(database, conversation)) == 1


async def test_whoever_does_not_wait_any_more_is_told_nothing(database: Database, clock: MovedClock) -> None:
    agent, soon = await database.write(a.agent, clock.now()), PromisedTime("wait", _in(clock, 60))
    answered, resolved, back, cancelled = [await waits(database, clock, name) for name in ("ann", "bo", "cy", "di")]
    slipping = await database.read(desk.slipping, _in(clock, 60))
    await is_answered(database, clock, answered, agent)
    for conversation, end in ((resolved, desk.resolve), (back, desk.hand_back)):
        await database.write(desk.claim, conversation, agent, clock.now())
        await database.write(end, conversation, agent, 9, clock.now())
    await database.write(desk.cancel_wait, cancelled, (), clock.now())
    assert {one.conversation_id for one in slipping} == {answered, resolved, back, cancelled}
    assert [await database.write(desk.retell, one, soon, later, clock.now()) for one in slipping] == [False] * 4
    assert await database.read(desk.slipping, _in(clock, 60)) == []


async def test_two_processes_tell_a_customer_once(database: Database, clock: MovedClock) -> None:
    conversation = await waits(database, clock)
    [slipping] = await database.read(desk.slipping, _in(clock, 60))
    times = [PromisedTime("wait", _in(clock, minutes)) for minutes in (60, 90)]
    both = [database.write(desk.retell, slipping, promised, later, clock.now()) for promised in times]
    assert sorted(await asyncio.gather(*both)) == [False, True]
    assert (
        await database.write(desk.retell, slipping, PromisedTime("wait", _in(clock, 120)), later, clock.now()) is False
    )
    assert len(await told(database, conversation)) == 1


async def test_a_later_time_is_worded_for_whose_clock_it_is(database: Database, clock: MovedClock) -> None:
    await database.write(desk.record_inbound, replace(a.inbound(contact="ann"), zone="Europe/Berlin"), clock.now())
    await waits(database, clock)
    [slipping] = await database.read(desk.slipping, _in(clock, 60))
    readers: list[Reader] = []

    def words(promise: PromisedTime, reader: Reader, why: Telling) -> Sequence[Outgoing]:
        readers.append(reader)
        return later(promise, reader, why)

    assert await database.write(desk.retell, slipping, PromisedTime("wait", _in(clock, 60)), words, clock.now())
    assert readers == [Reader("en", "Europe/Berlin")]


async def test_a_retold_customer_still_waits_in_the_same_place(database: Database, clock: MovedClock) -> None:
    first, second = await waits(database, clock), await waits(database, clock, "bo")
    await pass_by(clock, await watches(database, clock), 9, step=9)
    assert [row.id for row in (await database.read(inbox.listing, "queue", 0)).rows] == [first, second]


async def test_deadlines_begin_with_the_call_and_end_with_what_they_ask_for(
    database: Database, clock: MovedClock
) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    began = clock.now()
    assert {kind: clock.due_at - began for kind, clock in (await clocks(database, conversation)).items()} == {
        "promise": timedelta(minutes=10),
        "first_response": timedelta(minutes=30),
        "resolution": timedelta(hours=8),
    }
    clock.move(60)
    await is_answered(database, clock, conversation, agent)
    assert set(await clocks(database, conversation)) == {"resolution"}
    await database.write(desk.resolve, conversation, agent, 9, clock.now())
    assert await clocks(database, conversation) == {}
    met = {kind: sla.met_at for kind, sla in (await database.read(the_slas)).items()}
    assert met == {"first_response": began + timedelta(minutes=1), "resolution": began + timedelta(minutes=1)}


async def test_the_next_response_is_due_from_the_first_message_behind_an_answer(
    database: Database, clock: MovedClock
) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    await customer_writes(database, clock)
    assert "next_response" not in await clocks(database, conversation), "the first one still is"
    await is_answered(database, clock, conversation, agent)
    await customer_writes(database, clock)
    due = clock.now() + timedelta(minutes=20)
    clock.move(60)
    await customer_writes(database, clock)
    assert (await clocks(database, conversation))["next_response"].due_at == due, "nor does asking again put it off"
    await is_answered(database, clock, conversation, agent, "two")
    assert "next_response" not in await clocks(database, conversation)
    clock.move(60)
    await customer_writes(database, clock)
    assert (await clocks(database, conversation))["next_response"].due_at == clock.now() + timedelta(minutes=20)


async def test_the_bots_time_is_nobodys_deadline(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    await is_answered(database, clock, conversation, agent)
    await database.write(desk.hand_back, conversation, agent, 9, clock.now())
    await customer_writes(database, clock)
    assert await clocks(database, conversation) == {}


async def test_a_snooze_stops_the_next_response_but_not_the_first(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    await database.write(desk.claim, conversation, agent, clock.now())
    tomorrow = clock.now() + timedelta(days=1)
    await database.write(desk.snooze, conversation, agent, 9, tomorrow, clock.now())
    assert {"promise", "first_response"} <= set(await clocks(database, conversation))
    await is_answered(database, clock, conversation, agent)
    await customer_writes(database, clock)
    await database.write(desk.snooze, conversation, agent, 9, tomorrow, clock.now())
    assert "next_response" not in await clocks(database, conversation)


async def test_deadlines_follow_the_priority(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    began = clock.now()
    clock.move(60)
    await database.write(desk.change_priority, conversation, agent, Priority.URGENT, clock.now(), sla=SLA)
    found = await clocks(database, conversation)
    assert found["first_response"].due_at == began + timedelta(minutes=5)
    assert "resolution" not in found
    await database.write(desk.change_priority, conversation, agent, Priority.NORMAL, clock.now(), sla=SLA)
    found = await clocks(database, conversation)
    assert found["first_response"].due_at == began + timedelta(minutes=30)
    assert found["resolution"].due_at == began + timedelta(hours=8)


async def test_taking_a_resolution_back_takes_its_clock_up_again(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    await is_answered(database, clock, conversation, agent)
    before = await clocks(database, conversation)
    await database.write(desk.resolve, conversation, agent, 9, clock.now())
    await database.write(desk.reopen, conversation, agent, clock.now())
    assert await clocks(database, conversation) == before
    await customer_writes(database, clock)
    assert "next_response" in await clocks(database, conversation)


async def test_what_is_near_and_what_has_passed_is_marked_once_and_told_to_consoles(
    database: Database, clock: MovedClock
) -> None:
    conversation, at_work = await waits(database, clock, minutes=None), await watches(database, clock)
    began = clock.now()
    await pass_by(clock, at_work, 40, step=4)
    first = (await database.read(the_slas))["first_response"]
    assert first.warned_at == began + timedelta(minutes=24)
    assert first.breached_at == first.deadline_at == began + timedelta(minutes=30)
    assert (await clocks(database, conversation))["first_response"].broken
    agent = await database.write(a.agent, clock.now())
    await is_answered(database, clock, conversation, agent)
    first = (await database.read(the_slas))["first_response"]
    assert (first.met_at, first.breached_at) == (clock.now(), first.deadline_at), "done, and late"
    marks = [kind for kind in await database.read(_kinds) if kind.startswith("deadline")]
    assert marks == ["deadline_near", "deadline_passed"]


def _kinds(session: Session) -> Sequence[str]:
    return session.scalars(select(Event.kind).order_by(Event.id)).all()


async def test_a_shop_without_policies_has_no_deadlines(database: Database, clock: MovedClock) -> None:
    conversation = await waits(database, clock, sla=Sla(HOURS, {}))
    assert set(await clocks(database, conversation)) == {"promise"}


async def test_lists_are_ordered_and_narrowed_by_what_is_due(database: Database, clock: MovedClock) -> None:
    calm = await waits(database, clock, "calm", minutes=120, sla=Sla(HOURS, {}))
    soon = await waits(database, clock, "soon", minutes=10, sla=Sla(HOURS, {}))
    never = await waits(database, clock, "never", minutes=None, sla=Sla(HOURS, {}))
    agent = await database.write(a.agent, clock.now())
    fire = await waits(database, clock, "fire", minutes=240, sla=Sla(HOURS, {}))
    await database.write(desk.change_priority, fire, agent, Priority.URGENT, clock.now())

    async def shown(wanted: inbox.Filter) -> list[int]:
        return [row.id for row in (await database.read(inbox.listing, "queue", agent, wanted)).rows]

    assert await shown(inbox.Filter()) == [fire, calm, soon, never]
    assert await shown(inbox.Filter(due_first=True)) == [fire, soon, calm, never]
    assert await shown(inbox.Filter(near=_in(clock, 5))) == []
    assert await shown(inbox.Filter(near=_in(clock, 7))) == [soon]
    assert await shown(inbox.Filter(near=_in(clock, 100))) == [calm, soon]


def _in(clock: MovedClock, minutes: float) -> datetime:
    return clock.now() + timedelta(minutes=minutes)


async def test_what_ends_in_silence_was_done_at_the_last_word(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    at_work = await watches(database, clock)
    await is_answered(database, clock, conversation, agent)
    spoken_at = clock.now()
    await pass_by(clock, at_work, 48 * 60, step=12 * 60)
    assert (await database.read(the_slas))["resolution"].breached_at is not None, "nobody could know that it was done"
    assert await database.write(desk.close_silent, clock.now(), timedelta(hours=48)) == 1
    resolution = (await database.read(the_slas))["resolution"]
    assert (resolution.met_at, resolution.ended_at, resolution.breached_at) == (spoken_at, spoken_at, None)
    assert await clocks(database, conversation) == {}
    await database.write(desk.reopen, conversation, agent, clock.now())
    assert "resolution" in await clocks(database, conversation), "the same call for a person goes on"


async def test_who_loses_their_agent_is_told_once_by_when_somebody_else_answers(
    database: Database, clock: MovedClock
) -> None:
    boss, agent = [await database.write(a.agent, clock.now(), name) for name in ("Boss", "Mei")]
    conversation, at_work = await waits(database, clock), await watches(database, clock)
    await is_answered(database, clock, conversation, agent)
    await pass_by(clock, at_work, 1)
    await customer_writes(database, clock)
    await database.write(staff.deactivate, agent, boss, clock.now())
    await pass_by(clock, at_work, 2)
    due = (await clocks(database, conversation))["promise"].due_at
    assert await told(database, conversation) == [f"somebody else, by {due:%H:%M}"]
    await is_answered(database, clock, conversation, boss, "words")
    assert "promise" not in await clocks(database, conversation)


async def test_who_waits_for_nothing_is_told_of_nobody_else(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    at_work = await watches(database, clock)
    await is_answered(database, clock, conversation, agent)
    await database.write(desk.transfer, conversation, agent, None, None, clock.now())
    await pass_by(clock, at_work, 2)
    assert await told(database, conversation) == []
    now = clock.now()
    anew = PromisedTime("wait", now + timedelta(minutes=10))
    assert not await database.write(desk.promise_anew, conversation, anew, later, now)
    await customer_writes(database, clock)
    await pass_by(clock, at_work, 1)
    assert len(await told(database, conversation)) == 1


async def test_who_can_be_told_no_time_keeps_nobody_else_out(database: Database, clock: MovedClock) -> None:
    agent = await database.write(a.agent, clock.now())
    left = [await waits(database, clock, name, minutes=None) for name in ("ann", "bo", "cy")]
    for conversation in left:
        await database.write(desk.claim, conversation, agent, clock.now())
        await database.write(desk.transfer, conversation, agent, None, None, clock.now())
    first = await database.read(desk.forsaken, 0, 2)
    rest = await database.read(desk.forsaken, first[-1].conversation_id, 2)
    assert [one.conversation_id for one in (*first, *rest)] == left


async def test_who_loses_an_agent_that_never_spoke_keeps_the_time_they_were_told(
    database: Database, clock: MovedClock
) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock, minutes=60)
    at_work, due = await watches(database, clock), (await clocks(database, conversation))["promise"].due_at
    await database.write(desk.claim, conversation, agent, clock.now())
    await database.write(desk.transfer, conversation, agent, None, None, clock.now())
    await pass_by(clock, at_work, 2)
    assert await told(database, conversation) == []
    assert (await clocks(database, conversation))["promise"].due_at == due


async def test_a_second_time_that_passes_is_told_to_agents_once_and_not_to_the_customer(
    database: Database, clock: MovedClock
) -> None:
    conversation, at_work = await waits(database, clock), await watches(database, clock)
    await pass_by(clock, at_work, 60)
    assert len(await told(database, conversation)) == 1
    said = (await database.read(inbox.transcript, conversation)).messages
    assert [message.activity for message in said if message.private] == ["overdue"]
    assert [kind for kind in await database.read(_kinds) if kind == "overdue"] == ["overdue"]


async def test_a_second_time_that_is_met_is_told_to_nobody(database: Database, clock: MovedClock) -> None:
    agent, conversation = await database.write(a.agent, clock.now()), await waits(database, clock)
    at_work = await watches(database, clock)
    await pass_by(clock, at_work, 9)
    assert len(await told(database, conversation)) == 1
    await is_answered(database, clock, conversation, agent)
    await pass_by(clock, at_work, 60)
    assert "overdue" not in await database.read(_kinds)
