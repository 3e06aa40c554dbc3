"""A team with hours of its own: whose hours count for what, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import desk, inbox, jobs
from handoff.assignment import Rules
from handoff.board import Board
from handoff.business_hours import DAYS, BusinessHours, written_hours
from handoff.db import Database
from handoff.desk import teams, timetable
from handoff.desk.bulk import Transfer, take
from handoff.desk.teams import TeamView
from handoff.desk.timetable import WrittenHours
from handoff.models import Handoff, Promise
from handoff.ports import LocalWakeups
from handoff.sla import Sla
from handoff.values import Outgoing, Priority, PromisedTime, Reader, Telling
from handoff.watches import DUE, Watches, keeper
from tests import builders as a
from tests.fakes import MovedClock
from tests.handoff.shops import Shop

SHOP = written_hours(ZoneInfo("Asia/Taipei"), {day: ["09:00-21:00"] for day in DAYS}, {})
"""It is eleven o'clock on a Friday in November when a test begins, and four in the morning in Berlin."""
BERLIN = WrittenHours("Europe/Berlin", dict.fromkeys(DAYS[:5], ("09:00-17:00",)), {date(2026, 11, 23): ()})
SLA = Sla(
    SHOP,
    {
        Priority.NORMAL: {"first_response": timedelta(minutes=60), "resolution": timedelta(minutes=60)},
        Priority.HIGH: {"first_response": timedelta(minutes=50)},
    },
)


@pytest.fixture
async def shop(database: Database, clock: MovedClock) -> Shop:
    shop = Shop(database, clock)
    await shop.open(Rules())
    return shop


async def berlin_team(shop: Shop, hours: WrittenHours | None = BERLIN, **rules: object) -> TeamView:
    return await shop.team("berlin", shop.mei, intents=("customs",), hours=hours, **{"automatic": False, **rules})


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))


async def called(shop: Shop, contact: str, intent: str | None = None, promise: PromisedTime | None = None) -> int:
    recorded = await shop.database.write(a.write, shop.clock.now(), "?", contact)
    fence = await shop.database.read(a.fence, recorded.conversation_id)
    call = replace(a.call(), intent=intent, promise=promise)
    await shop.database.write(desk.hand_off, fence, call, shop.clock.now(), decision=None, language="en", sla=SLA)
    return recorded.conversation_id


async def passed_to(shop: Shop, team: TeamView, conversation: int) -> None:
    verb = partial(desk.transfer, team_id=team.id, anybodys=True, sla=SLA)
    await shop.do(verb, conversation, shop.jun, None, None)


async def due(shop: Shop, conversation: int, kind: str = "first_response") -> datetime:
    view = await shop.database.read(inbox.conversation_view, conversation)
    return next(clock.due_at for clock in view.clocks if clock.kind == kind)


async def test_a_teams_hours_are_kept_as_they_were_written(shop: Shop) -> None:
    team = await berlin_team(shop)
    assert team.hours == BERLIN
    assert [one.hours for one in await shop.database.read(teams.listing)] == [BERLIN]
    await shop.do(teams.put, replace(team, hours=None))
    assert [one.hours for one in await shop.database.read(teams.listing)] == [None]


async def test_hours_are_the_teams_and_else_the_shops(shop: Shop) -> None:
    team, plain = await berlin_team(shop), await shop.team("plain")
    found = await shop.database.read(timetable.read, SHOP)
    assert found.of(team.id).zone.key == "Europe/Berlin"
    assert found.of(plain.id) is SHOP and found.of(None) is SHOP


async def test_of_a_dissolved_team_the_fallbacks_hours_count(shop: Shop) -> None:
    gone = await berlin_team(shop)
    await shop.do(teams.put, replace(gone, active=False))
    assert (await shop.database.read(timetable.read, SHOP)).of(gone.id) is SHOP
    new_york = replace(BERLIN, zone="America/New_York")
    await shop.team("others", shop.jun, fallback=True, hours=new_york)
    assert (await shop.database.read(timetable.read, SHOP)).of(gone.id).zone.key == "America/New_York"


async def test_deadlines_run_in_the_teams_hours(shop: Shop) -> None:
    await berlin_team(shop)
    now = shop.clock.now()
    assert await due(shop, await called(shop, "ann")) == now + timedelta(hours=1)
    assert await due(shop, await called(shop, "bo", "customs")) == berlin(20, 10)


async def test_after_a_transfer_what_is_left_passes_in_the_hours_of_the_new_team(shop: Shop) -> None:
    team = await berlin_team(shop)
    promised = PromisedTime("wait", shop.clock.now() + timedelta(minutes=10))
    conversation = await called(shop, "ann", promise=promised)
    shop.clock.move(45 * 60)
    await passed_to(shop, team, conversation)
    assert await due(shop, conversation) == berlin(20, 9, 15)
    view = await shop.database.read(inbox.conversation_view, conversation)
    assert next(clock.due_at for clock in view.clocks if clock.kind == "promise") == promised.due_at


async def test_a_priority_changed_after_a_transfer_counts_what_is_left(shop: Shop) -> None:
    team, conversation = await berlin_team(shop), await called(shop, "ann")
    shop.clock.move(45 * 60)
    await passed_to(shop, team, conversation)
    for priority, minutes in ((Priority.NORMAL, 15), (Priority.HIGH, 5), (Priority.NORMAL, 15)):
        await shop.do(partial(desk.change_priority, sla=SLA), conversation, shop.jun, priority)
        assert await due(shop, conversation) == berlin(20, 9, minutes)


async def test_passed_on_with_many_others_it_is_in_the_new_teams_hours_as_well(shop: Shop) -> None:
    team, conversation = await berlin_team(shop), await called(shop, "ann")
    to_team, now = Transfer(None, team.id, None, True), shop.clock.now()
    await shop.database.write(partial(take, sla=SLA), to_team, conversation, shop.jun, 99, now)
    assert await due(shop, conversation) == berlin(20, 10)


async def test_hours_changed_before_a_transfer_make_nothing_due_at_once(shop: Shop) -> None:
    team, conversation = await berlin_team(shop), await called(shop, "ann")
    await passed_to(shop, team, conversation)
    closed = replace(BERLIN, exceptions={date(2026, 11, day): () for day in (20, 21, 22, 23)})
    await shop.do(teams.put, replace(team, hours=closed))
    plain = await shop.team("plain")
    await passed_to(shop, plain, conversation)
    assert await due(shop, conversation) == berlin(20, 10)


async def test_told_anew_a_promise_is_in_the_hours_of_who_has_it_then_and_judged_by_the_first(shop: Shop) -> None:
    team, told = await berlin_team(shop), list[tuple[str, datetime]]()

    def words(hours: BusinessHours, promise: PromisedTime, reader: Reader, why: Telling) -> tuple[Outgoing, ...]:
        told.append((hours.zone.key, promise.due_at))
        return (Outgoing("later", author="system"),)

    first = shop.clock.now() + timedelta(minutes=10)
    conversation = await called(shop, "ann", promise=PromisedTime("wait", first))
    await passed_to(shop, team, conversation)
    board = Board(shop.database, LocalWakeups(), shop.clock)
    at_work = Watches(shop.database, shop.clock, {DUE: keeper(shop.database, shop.clock, board, SHOP, words)})
    await shop.do(_begin_watching)
    shop.clock.move(9 * 60)
    await at_work.run_due()
    assert told == [("Europe/Berlin", berlin(20, 9, 30))]

    def kept(session: Session) -> datetime:
        return session.scalars(select(Promise.first_due_at)).one()

    assert await shop.database.read(kept) == first


def _begin_watching(session: Session, now: datetime) -> None:
    jobs.schedule(session, DUE, "", now)


async def test_a_deadline_that_has_passed_stays_passed_whoever_has_it_then(shop: Shop) -> None:
    team, conversation = await berlin_team(shop), await called(shop, "ann")
    missed = await due(shop, conversation)
    shop.clock.move(2 * 3600)
    await passed_to(shop, team, conversation)
    assert await due(shop, conversation) == missed


async def test_a_call_remembers_its_last_team_and_the_one_that_let_the_customer_wait(shop: Shop) -> None:
    first, other, last = [await shop.team(key, intents=(key,), automatic=False) for key in ("one", "two", "three")]
    conversation = await called(shop, "ann", "one")

    def teams_of(session: Session) -> tuple[int | None, int | None]:
        handoff = session.scalars(select(Handoff)).one()
        return handoff.waited_team_id, handoff.team_id

    async def passes(team: TeamView) -> tuple[int | None, int | None]:
        await passed_to(shop, team, conversation)
        return await shop.database.read(teams_of)

    assert await shop.database.read(teams_of) == (first.id, first.id)
    assert await passes(other) == (other.id, other.id)
    await shop.do(desk.claim, conversation, shop.mei)
    await shop.replies(conversation, shop.mei)
    assert await passes(last) == (other.id, last.id)


async def test_a_closed_teams_conversation_waits_unless_it_is_given_out_to_somebody_there(shop: Shop) -> None:
    team = await berlin_team(shop)
    waiting = await called(shop, "ann", "customs")
    assert await shop.holder(waiting) is None
    await shop.do(teams.put, replace(team, automatic=True))
    assert await shop.holder(waiting) == shop.mei, "hours say when somebody must be there, not that nobody may"
