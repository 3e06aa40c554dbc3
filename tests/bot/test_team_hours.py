"""What customers are told where a team has hours of its own, on SQLite and on PostgreSQL."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.business_hours import DAYS
from handoff.desk import teams
from handoff.desk.teams import TeamView
from handoff.desk.timetable import WrittenHours
from handoff.models import Promise
from handoff.values import Action, Language
from tests import builders as a
from tests.bot.conftest import Counter
from tests.bot.test_widget import NEVER_OPEN, queued, served
from tests.e2e.program import Visitor

BERLIN = WrittenHours("Europe/Berlin", dict.fromkeys(DAYS, ("09:00-17:00",)), {})
"""It is eleven o'clock in Taipei when a test begins, and four in the morning there."""
ALWAYS = WrittenHours("Europe/Berlin", dict.fromkeys(DAYS, ("00:00-24:00",)), {})
NIGHT = WrittenHours("Asia/Taipei", dict.fromkeys(DAYS, ("20:00-24:00",)), {})


TOLD: list[tuple[Language, str]] = [
    ("zh-TW", "客服人員11 月 20 日 09:00 UTC+1 上班，您的問題已經排好。最晚 09:30 UTC+1 回覆您。"),
    ("zh-CN", "人工客服11 月 20 日 09:00 UTC+1 上班，您的问题已经排好。最晚 09:30 UTC+1 回复您。"),
    ("en", "on 20 Nov at 09:00 UTC+1. Your question is in line. You'll hear from us by 09:30 UTC+1 at the latest."),
]


async def team_for_calls(counter: Counter, hours: WrittenHours) -> None:
    wanted = TeamView(0, "abroad", {"en": "Abroad"}, ("customer_request",), (), (), (), False, False, True, hours)
    await counter.database.write(teams.put, wanted, counter.clock.now())


def due_at(session: Session) -> datetime:
    return session.scalars(select(Promise.due_at)).one()


async def test_beside_the_chat_stand_the_hours_of_the_team_it_went_to(counter: Counter) -> None:
    await team_for_calls(counter, ALWAYS)
    async with served(counter, shop=NEVER_OPEN) as address, Visitor(address, "en") as visitor:
        await visitor.until(lambda v: bool(v.conversation), 5)
        assert (visitor.conversation["open"], visitor.conversation["zone"]) == (False, "Asia/Taipei")
        await queued(counter, visitor)
        assert (visitor.conversation["open"], visitor.conversation["zone"]) == (True, "Europe/Berlin")
        assert visitor.conversation["position"] == 1


@pytest.mark.parametrize(
    ("language", "told"),
    TOLD,
    ids=[language for language, _ in TOLD],
)
async def test_a_call_for_a_closed_team_is_told_when_that_team_opens(
    counter: Counter, language: Language, told: str
) -> None:
    await team_for_calls(counter, BERLIN)
    conversation = await counter.sends(a.inbound(content=Action("person"), locale=language))
    _, messages = await counter.handed_off(conversation)
    assert told in messages[-1].text
    opens = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert await counter.database.read(due_at) == opens + timedelta(minutes=30)


async def test_a_team_that_is_there_promises_a_wait_although_the_shop_is_closed(counter: Counter) -> None:
    counter.clock.move(11 * 3600)
    await team_for_calls(counter, NIGHT)
    conversation = await counter.presses("person")
    _, messages = await counter.handed_off(conversation)
    assert "22:3" in messages[-1].text and "UTC" not in messages[-1].text
