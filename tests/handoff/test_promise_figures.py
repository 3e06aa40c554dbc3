"""Promises kept, by the first time that was given; worked out by hand as in docs/metrics.md.

| who | promised | then told | answered | counts as |
|---|---|---|---|---|
| Ann | 10:10 | | 10:08 | kept |
| Bo | 10:10 | 10:20 | 10:15, in the second time | broken |
| Cat | 10:10 | 10:20 | still waits at 12:00 | broken |
| Dan | 10:10 | | goes back to the bot at 10:05 | neither |
| Eve | 10:10 | | goes back to the bot at 10:15 | broken |
| Fay | 12:30 | | still waits at 12:00 | neither, not yet due |
| Gus | | | 10:05, without a promise | neither |

One of four is kept. Mei answered Ann and Bo: one of two.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handoff import desk
from handoff.db import Database
from handoff.figures.report import report
from handoff.figures.values import By, Report, Share, Wanted
from handoff.periods import before, day_after, periods
from handoff.values import Action, Outgoing, PromisedTime
from tests import builders as a

TAIPEI = ZoneInfo("Asia/Taipei")
DAY = date(2026, 11, 18)


def at(time: str) -> datetime:
    """On the 18th, by the shop's clock."""
    return datetime.fromisoformat(f"{DAY} {time}").replace(tzinfo=TAIPEI).astimezone(UTC)


class Morning:
    """Everybody comes at ten."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.mei = a.agent(session, at("09:00"))

    def promised(self, who: str, due: str | None) -> int:
        conversation = a.write(self.session, at("10:00"), contact=who).conversation_id
        promise = PromisedTime("wait", at(due)) if due else None
        call, fence = replace(a.call(), promise=promise), a.fence(self.session, conversation)
        desk.hand_off(self.session, fence, call, at("10:00"), decision=None, language="en")
        return conversation

    def retold(self, conversation: int, due: str) -> None:
        [slipped] = [one for one in desk.slipping(self.session, at("10:09")) if one.conversation_id == conversation]
        promise = PromisedTime("wait", at(due))
        assert desk.retell(
            self.session, slipped, promise, lambda *_: (Outgoing("later", author="system"),), at("10:09")
        )

    def answered(self, conversation: int, time: str) -> None:
        desk.claim(self.session, conversation, self.mei, at(time))
        desk.agent_reply(self.session, conversation, self.mei, "words", "here I am", at(time))

    def leaves(self, who: str, time: str) -> None:
        desk.leave_queue(self.session, a.inbound(contact=who, content=Action("cancel_wait")), (), at(time))


def _tell(session: Session) -> None:
    morning = Morning(session)
    morning.answered(morning.promised("ann", "10:10"), "10:08")
    bo, _cat = morning.promised("bo", "10:10"), morning.promised("cat", "10:10")
    morning.promised("dan", "10:10")
    morning.leaves("dan", "10:05")
    morning.promised("eve", "10:10")
    morning.retold(bo, "10:20")
    morning.retold(_cat, "10:20")
    morning.answered(bo, "10:15")
    morning.leaves("eve", "10:15")
    morning.promised("fay", "12:30")
    morning.answered(morning.promised("gus", None), "10:05")


def _count(session: Session, by: By | None = None) -> Report:
    shown = periods(TAIPEI, DAY, DAY, "day")
    earlier = before(TAIPEI, shown, day_after(shown, "day"))
    return report(session, Wanted(shown, earlier, (), timedelta(hours=72), by), at("12:00"))


async def test_promises_are_judged_by_the_first_time_that_was_given(database: Database) -> None:
    await database.write(_tell)
    found = await database.read(_count)
    assert found.total.people.promises == found.series[0].people.promises == Share(1, 4)


async def test_promises_are_those_of_who_has_the_call(database: Database) -> None:
    await database.write(_tell)
    found = await database.read(_count, "agent")
    assert {group.name: group.figures.people.promises for group in found.groups} == {
        "Mei": Share(1, 2),
        "": Share(0, 2),
    }
