"""A desk with people, for tests of teams and assignment."""

from collections.abc import Callable
from datetime import time
from zoneinfo import ZoneInfo

from handoff import desk, inbox
from handoff.assignment import Rules
from handoff.business_hours import BusinessHours
from handoff.db import Database
from handoff.desk import presence, teams
from handoff.desk.teams import TeamView
from handoff.values import Activity, CallForPerson, Language, Outgoing, Priority, Reason
from handoff.watches import Watches, assigner, nudger
from tests import builders as a
from tests.fakes import MovedClock

ALWAYS_OPEN = BusinessHours(ZoneInfo("Asia/Taipei"), {day: [(time(0), time(0))] for day in range(7)}, {})
AUTOMATIC = Rules(automatic=True, capacity=2)


class Shop:
    """A desk with Mei and Jun, both there."""

    def __init__(self, database: Database, clock: MovedClock) -> None:
        self.database, self.clock = database, clock
        self.mei = self.jun = 0
        self.hours = ALWAYS_OPEN

    async def open(self, rules: Rules = AUTOMATIC) -> None:
        self.mei = await self.agent("Mei")
        self.jun = await self.agent("Jun")
        await self.do(teams.open_desk, rules)

    async def agent(self, name: str) -> int:
        agent_id = await self.database.write(a.agent, self.clock.now(), name)
        await self.do(desk.set_availability, agent_id, "online")
        return agent_id

    async def do(self, verb: Callable[..., object], *details: object) -> None:
        await self.database.write(verb, *details, self.clock.now())

    async def says(self, agent_id: int, availability: str) -> None:
        await self.do(desk.set_availability, agent_id, availability)

    async def called(
        self,
        contact: str,
        *,
        reason: Reason = Reason.LOW_CONFIDENCE,
        priority: Priority = Priority.NORMAL,
        intent: str | None = None,
        language: Language = "en",
    ) -> int:
        """A customer for whom the bot called a person."""
        self.clock.move(1)
        recorded = await self.database.write(a.write, self.clock.now(), "?", contact)
        call = CallForPerson(reason, priority, (Outgoing("One moment.", author="system"),), {}, intent=intent)
        fence = await self.database.read(a.fence, recorded.conversation_id)
        await self.database.write(desk.hand_off, fence, call, self.clock.now(), decision=None, language=language)
        return recorded.conversation_id

    async def team(self, key: str, *members: int, **rules: object) -> TeamView:
        wanted = {"reasons": (), "intents": (), "languages": (), "automatic": True, "fallback": False, "active": True}
        team = TeamView(id=0, key=key, names={"en": key.title()}, members=members, **{**wanted, **rules})  # type: ignore[arg-type]
        return await self.database.write(teams.put, team, self.clock.now())

    async def holder(self, conversation: int) -> int | None:
        return (await self.database.read(inbox.conversation_view, conversation)).assignee_id

    async def team_of(self, conversation: int) -> str | None:
        return (await self.database.read(inbox.conversation_view, conversation)).team

    async def replies(self, conversation: int, agent_id: int) -> None:
        now = self.clock.now()
        await self.database.write(desk.agent_reply, conversation, agent_id, "reply-1", "Hello", now)

    async def ends(self, verb: Callable[..., None], conversation: int, agent_id: int) -> None:
        seen = (await self.database.read(inbox.conversation_view, conversation)).last_seq
        await self.do(verb, conversation, agent_id, seen)

    async def told(self, conversation: int) -> list[str]:
        """What the transcript says happened, with names."""
        said = (await self.database.read(inbox.transcript, conversation)).messages
        return [f"{m.activity} {m.agent_name}" for m in said if m.activity]

    async def customer_sees(self, contact: str) -> list[Activity]:
        found = await self.database.read(inbox.customer_view, "widget", contact)
        assert found is not None
        return [message.activity for message in found[1] if message.activity]

    async def passes(self, seconds: float) -> None:
        """Time goes by, jobs are done, and consoles that are open stay so."""
        watches = Watches(
            self.database,
            self.clock,
            {
                desk.NUDGE: nudger(self.database, self.clock, self.hours),
                desk.ASSIGN: assigner(self.database, self.clock),
            },
        )
        for _ in range(int(seconds // 30)):
            self.clock.move(30)
            for agent_id in (self.mei, self.jun):
                await self.database.write(presence.console_is_open, agent_id, self.clock.now())
            await watches.run_due()
