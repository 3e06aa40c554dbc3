"""Who was given a conversation and says nothing is reminded, then relieved."""

from collections.abc import Callable
from datetime import datetime

import pytest
from prometheus_client.metrics_core import Metric
from sqlalchemy.orm import Session

from handoff import desk, events, inbox, metrics
from handoff.db import Database
from handoff.desk import presence
from handoff.models import Agent
from tests.fakes import MovedClock
from tests.handoff.shops import Shop


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
    assert await shop.database.read(_availability, shop.mei) == "away"
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
    await shop.do(desk.nudge, conversation, (await shop.database.read(inbox.conversation_view, conversation)).epoch)
    assert await shop.holder(conversation) == shop.jun


def _events(session: Session) -> list[events.Happened]:
    return events.after(session, events.START)[0]


def _counted(session: Session, now: datetime) -> list[Metric]:
    return list(metrics.assignments(session, now))


def _availability(session: Session, agent_id: int) -> str:
    return session.get_one(Agent, agent_id).availability


async def test_who_is_passed_on_unspoken_stays_unnamed_and_is_looked_after(shop: Shop) -> None:
    await shop.says(shop.jun, "away")
    conversation = await shop.called("ann")
    assert await shop.holder(conversation) == shop.mei
    await shop.says(shop.jun, "online")
    await shop.do(desk.transfer, conversation, shop.mei, shop.jun, None)
    assert await shop.customer_sees("ann") == []
    await shop.passes(240)
    assert await shop.holder(conversation) != shop.jun
