"""A process full of customers, a slow bot and agents, all acting at random on one database; run by a test.

Usage: python -m tests.handoff.actors URL SEED ACTIONS
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from handoff import db, desk, inbox
from handoff.db import Database
from handoff.errors import DeskError
from handoff.ports import LocalWakeups, SystemClock
from handoff.values import Availability, Outgoing, Reason
from tests import builders as a

CUSTOMERS = 4
TASKS = 6
THINKING_S = 0.02


class Actors:
    def __init__(self, database: Database, seed: int, agents: list[int]) -> None:
        self._database, self._chance, self._agents = database, random.Random(seed), agents
        self._seed, self._clock = seed, SystemClock()

    async def act(self, actions: int) -> None:
        acts: list[Callable[[], Awaitable[None]]] = [
            self.customer_writes,
            self.customer_writes,
            self.bot_thinks_and_answers,
            self.bot_thinks_and_answers,
            self.bot_thinks_and_answers,
            self.agent_claims,
            self.agent_replies,
            self.agent_ends,
            self.agent_ends,
            self.customer_cancels,
            self.agent_comes_or_goes,
        ]
        for _ in range(actions):
            with suppress(DeskError):
                await self._chance.choice(acts)()

    async def customer_writes(self) -> None:
        customer = f"customer-{self._chance.randrange(CUSTOMERS)}"
        message = a.inbound(contact=customer, source_id=f"{self._seed}-{self._chance.getrandbits(60)}")
        await self._database.write(desk.record_inbound, message, self._clock.now())

    async def bot_thinks_and_answers(self) -> None:
        """Two workers, here and in another process, may well think about the same customer."""
        waiting = await self._database.read(desk.left_waiting, self._clock.now(), timedelta(0))
        if not waiting:
            return
        turn = await self._database.read(desk.open_turn, self._chance.choice(waiting))
        if turn is None:
            return
        await asyncio.sleep(self._chance.uniform(0, THINKING_S))
        if self._chance.random() < 0.7:
            await self._database.write(a.answer, self._clock.now(), turn.fence)
        else:
            reason = self._chance.choice([Reason.CUSTOMER_REQUEST, Reason.LOW_CONFIDENCE])
            await self._database.write(a.hand_off, self._clock.now(), turn.fence, reason)

    async def agent_claims(self) -> None:
        await self._database.write(desk.claim, await self._some(), self._agent(), self._clock.now())

    async def agent_replies(self) -> None:
        words = f"{self._seed}-{self._chance.getrandbits(60)}"
        for agent in self._agents:
            with suppress(DeskError):
                await self._database.write(
                    desk.agent_reply, await self._some(), agent, words, "hello", self._clock.now()
                )

    async def agent_ends(self) -> None:
        conversation = await self._some()
        seen = (await self._database.read(inbox.transcript, conversation)).conversation.last_seq
        verb = self._chance.choice([desk.hand_back, desk.hand_back, desk.resolve])
        for agent in self._agents:
            with suppress(DeskError):
                await self._database.write(verb, conversation, agent, seen, self._clock.now())

    async def customer_cancels(self) -> None:
        words = (Outgoing("I am here."),)
        await self._database.write(desk.cancel_wait, await self._some(), words, self._clock.now())

    async def agent_comes_or_goes(self) -> None:
        """Whoever comes is given what waits, while others hand off and claim."""
        said: Availability = self._chance.choice(["online", "online", "away"])
        await self._database.write(desk.set_availability, self._agent(), said, self._clock.now())

    async def _some(self) -> int:
        rows = (await self._database.read(inbox.listing, "all", 0)).rows
        others = (await self._database.read(inbox.listing, "bot", 0)).rows
        found = [row.id for row in (*rows, *others)]
        return self._chance.choice(found) if found else 0

    def _agent(self) -> int:
        return self._chance.choice(self._agents)


async def main(url: str, seed: int, actions: int) -> None:
    database = db.connect(url, LocalWakeups())
    agents = [1, 2]
    await asyncio.gather(*(Actors(database, seed * 100 + n, agents).act(actions // TASKS) for n in range(TASKS)))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
