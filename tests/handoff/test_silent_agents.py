"""Who was given a conversation and says nothing is reminded, then relieved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time

import pytest
from prometheus_client.metrics_core import Metric
from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff import desk, events, inbox, metrics
from handoff.db import Database
from handoff.desk import presence, staff
from handoff.models import Agent, Conversation
from handoff.values import Priority
from tests.fakes import MovedClock
from tests.handoff.shops import ALWAYS_OPEN, Shop


@pytest.fixture
async def shop(database: Database, clock: MovedClock) -> Shop:
    shop = Shop(database, clock)
    await shop.open()
    return shop


async def test_who_says_nothing_is_reminded_then_relieved_and_away(shop: Shop) -> None:
    conversation = await shop.called("ann")
    assert await shop.holder(conversation) == shop.mei
    await shop.passes(150)
    assert await shop.holder(conversation) == shop.mei
    kinds = [event.kind for event in (await shop.database.read(_events))]
    assert kinds.count("nudge") == 2
    await shop.passes(30)
    assert await shop.holder(conversation) == shop.jun
    assert await shop.told(conversation) == ["assigned Mei", "unanswered Mei", "assigned Jun"]
    assert await shop.customer_sees("ann") == []
    assert await shop.database.read(_stands, shop.mei, shop.clock.now()) == ("away", True)
    await shop.says(shop.mei, "online")
    await shop.passes(180)
    assert await shop.holder(conversation) == shop.mei, "nobody else is there now"


async def test_what_was_given_and_taken_back_is_counted(shop: Shop) -> None:
    await shop.called("ann")
    await shop.called("bo")
    await shop.passes(180)
    [counter] = await shop.database.read(_counted, shop.clock.now())
    told = {sample.labels["outcome"]: sample.value for sample in counter.samples}
    assert told == {"silent": 2, "given": 1}, "Jun was given what Mei did not answer"


async def test_the_only_one_there_is_asked_again_once_they_are_back(shop: Shop) -> None:
    await shop.says(shop.jun, "offline")
    conversation = await shop.called("ann")
    await shop.passes(180)
    assert await shop.holder(conversation) is None
    await shop.says(shop.mei, "online")
    assert await shop.holder(conversation) == shop.mei


@pytest.mark.parametrize("sign", [desk.agent_reply, desk.note])
async def test_who_has_written_is_left_alone(shop: Shop, sign: Callable[..., int]) -> None:
    conversation = await shop.called("ann")
    await shop.database.write(sign, conversation, shop.mei, "words-1", "I am on it", shop.clock.now())
    await shop.passes(180)
    assert await shop.holder(conversation) == shop.mei
    assert "nudge" not in [event.kind for event in (await shop.database.read(_events))]


async def test_whose_console_is_gone_is_relieved_at_the_first_look(shop: Shop) -> None:
    conversation = await shop.called("ann")
    shop.clock.move(61)
    await shop.database.write(presence.console_is_open, shop.jun, shop.clock.now())
    await shop.says(shop.mei, "offline")
    epoch = (await shop.database.read(inbox.conversation_view, conversation)).epoch
    await shop.database.write(desk.nudge, conversation, epoch, shop.clock.now(), shop.hours)
    assert await shop.holder(conversation) == shop.jun


def _events(session: Session) -> list[events.Happened]:
    return events.after(session, events.START)[0]


def _counted(session: Session, now: datetime) -> list[Metric]:
    return list(metrics.assignments(session, now))


def _stands(session: Session, agent_id: int, now: datetime) -> tuple[str, bool]:
    """How colleagues see an agent, and whether the desk has set them away."""
    return next((c.availability, c.set_away) for c in presence.colleagues(session, now) if c.id == agent_id)


@pytest.mark.parametrize("act", [desk.claim, desk.note, desk.change_priority, staff.reactivate])
async def test_who_was_set_away_is_back_with_whatever_they_do(shop: Shop, act: Callable[..., object]) -> None:
    await shop.says(shop.jun, "offline")
    conversation = await shop.called("ann")
    await shop.passes(180)
    assert await shop.database.read(_stands, shop.mei, shop.clock.now()) == ("away", True)
    now = shop.clock.now()
    if act is desk.note:
        await shop.database.write(desk.note, conversation, shop.mei, "words-1", "here", now)
    elif act is desk.change_priority:
        await shop.database.write(desk.change_priority, conversation, shop.mei, Priority.HIGH, now)
    elif act is desk.claim:
        await shop.do(desk.claim, conversation, shop.mei)
    else:
        await shop.database.write(staff.deactivate, shop.mei, None, now)
        await shop.database.write(staff.reactivate, shop.mei, None, now)
    assert await shop.database.read(_stands, shop.mei, now) == ("online", False)


async def test_who_says_away_themselves_stays_so_whatever_they_do(shop: Shop) -> None:
    conversation = await shop.called("ann")
    await shop.says(shop.mei, "away")
    await shop.database.write(desk.note, conversation, shop.mei, "words-1", "back at two", shop.clock.now())
    assert await shop.database.read(_stands, shop.mei, shop.clock.now()) == ("away", False)


async def test_nobody_is_reminded_or_relieved_when_the_team_is_not_there(shop: Shop) -> None:
    """It is eleven when a test begins."""
    shop.hours = replace(ALWAYS_OPEN, week={day: [(time(11, 5), time(18))] for day in range(7)})
    conversation = await shop.called("ann")
    await shop.passes(270)
    assert await shop.told(conversation) == ["assigned Mei"]
    await shop.passes(120)
    assert await shop.holder(conversation) == shop.mei, "the time before they came does not count"
    await shop.passes(120)
    assert await shop.holder(conversation) == shop.jun


async def test_who_is_passed_on_unspoken_stays_unnamed_and_is_looked_after(shop: Shop) -> None:
    await shop.says(shop.jun, "away")
    conversation = await shop.called("ann")
    assert await shop.holder(conversation) == shop.mei
    await shop.says(shop.jun, "online")
    await shop.do(desk.transfer, conversation, shop.mei, shop.jun, None)
    assert await shop.customer_sees("ann") == []
    await shop.passes(240)
    assert await shop.holder(conversation) != shop.jun


@pytest.mark.parametrize("jun_has", [0, 2])
async def test_danger_stays_with_who_is_in_it_or_where_nobody_could_take_it(shop: Shop, jun_has: int) -> None:
    conversation = await shop.called("ann")
    await shop.replies(conversation, shop.mei)
    await shop.says(shop.mei, "away")
    for number in range(jun_has):
        assert await shop.holder(await shop.called(f"bo{number}")) == shop.jun
    if jun_has:
        await shop.says(shop.mei, "offline")
    assert await shop.database.write(desk.raise_alarm, conversation, (), shop.clock.now())
    assert await shop.holder(conversation) == shop.mei
    assert "gone Mei" not in await shop.told(conversation)


async def test_danger_does_not_stay_with_who_has_left(shop: Shop) -> None:
    conversation = await shop.called("ann")
    await shop.replies(conversation, shop.mei)
    await shop.says(shop.mei, "offline")
    assert await shop.holder(conversation) == shop.mei
    assert await shop.database.write(desk.raise_alarm, conversation, (), shop.clock.now())
    assert await shop.holder(conversation) == shop.jun
    assert "gone Mei" in await shop.told(conversation)


async def test_danger_goes_to_the_team_whose_matter_it_is(shop: Shop) -> None:
    await shop.says(shop.mei, "offline")
    await shop.says(shop.jun, "offline")
    await shop.team("rest", shop.mei, fallback=True)
    await shop.team("safety", shop.jun, reasons=("safety",))
    conversation = await shop.called("ann")
    assert await shop.team_of(conversation) == "rest"
    await shop.database.write(desk.raise_alarm, conversation, (), shop.clock.now())
    assert await shop.team_of(conversation) == "safety"


async def test_danger_at_night_is_taken_from_who_does_not_answer(shop: Shop) -> None:
    """It is eleven when a test begins."""
    shop.hours = replace(ALWAYS_OPEN, week={day: [(time(9), time(10))] for day in range(7)})
    conversation = await shop.called("ann")
    await shop.passes(300)
    assert await shop.holder(conversation) == shop.mei
    await shop.database.write(desk.raise_alarm, conversation, (), shop.clock.now())
    await shop.passes(90)
    assert await shop.holder(conversation) == shop.jun


async def test_who_has_just_said_away_is_not_called_silent(shop: Shop) -> None:
    conversation = await shop.called("ann")

    def says_away_while_looked_at(session: Session) -> None:
        agent = session.get_one(Agent, shop.mei)
        assert agent.availability == "online"
        away = update(Agent).where(Agent.id == shop.mei).values(availability="away")
        session.execute(away.execution_options(synchronize_session=False))
        epoch = session.get_one(Conversation, conversation).epoch
        desk.nudge(session, conversation, epoch, shop.clock.now(), shop.hours)

    shop.clock.move(200)
    await shop.database.write(presence.console_is_open, shop.mei, shop.clock.now())
    await shop.database.write(says_away_while_looked_at)
    assert await shop.holder(conversation) != shop.mei
    assert await shop.database.read(_stands, shop.mei, shop.clock.now()) == ("away", False)
