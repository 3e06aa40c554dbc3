"""Two hours of a shop on a moved clock: agents and customers act at random, the watches do what is due.

Everybody's time is a generator that yields how many seconds they do something else. One thing happens at a time, but
for what two do at the very same moment; the same seed is the same shift.
"""

import asyncio
import heapq
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import desk, expected, jobs, promises, queue, watches
from handoff.assignment import NEVER, Rules
from handoff.board import Board
from handoff.business_hours import BusinessHours
from handoff.console.live import PRESENT_EVERY
from handoff.db import Database
from handoff.desk import teams
from handoff.desk.teams import TeamView
from handoff.errors import DeskError
from handoff.models import Agent, Contact, Conversation, Team
from handoff.ports import LocalWakeups
from handoff.queue import QUEUE_ORDER, WAITING
from handoff.sla import Sla, Target
from handoff.states import Status
from handoff.values import (
    PRIORITY_ORDER,
    CallForPerson,
    Language,
    Outgoing,
    Priority,
    PromisedTime,
    Reader,
    Reason,
    Telling,
)
from tests import builders as a
from tests.fakes import MovedClock

Life = AsyncIterator[float]
Trouble = Literal["break", "silent", "crash", "home"]

HOURS = BusinessHours(ZoneInfo("Asia/Taipei"), {day: [(time(9), time(18))] for day in range(7)}, {})
TARGETS: Mapping[Target, timedelta] = {
    "first_response": timedelta(minutes=15),
    "next_response": timedelta(minutes=5),
    "resolution": timedelta(hours=1),
}
SLA = Sla(HOURS, {Priority.NORMAL: TARGETS, Priority.HIGH: TARGETS})
RULES = Rules(automatic=False, capacity=2)
SWEPT_AFTER = timedelta(seconds=20)
THANKS = "Thank you!"
AWAY_FOR: Mapping[Trouble, float] = {"break": 900, "silent": 720, "crash": 600, "home": 1500}


@dataclass(frozen=True, slots=True)
class Scale:
    """How much goes on. In the `rush`, from and until as shares of the whole, `rushing` of all customers come."""

    agents: int = 20
    customers: int = 400
    seconds: float = 7200
    tick_s: float = 15
    rush: tuple[float, float] = (0.3, 0.55)
    rushing: float = 0.6


@dataclass(slots=True)
class Worker:
    """An agent. `claims`: their team takes from the queue by hand. `troubles` come at so many seconds."""

    id: int
    claims: bool
    troubles: list[tuple[float, Trouble]]
    seen_at: datetime = NEVER
    had: list[int] = field(default_factory=list)

    @property
    def is_steady(self) -> bool:
        return not self.troubles


@dataclass(frozen=True, slots=True)
class Had:
    """One of an agent's open conversations, as their list shows it."""

    id: int
    waits: bool
    last_seq: int
    said: str
    last_at: datetime


class Shift:
    """A shop with two teams: one is given its conversations, the other, the fallback, claims them."""

    def __init__(self, database: Database, clock: MovedClock, seed: int, scale: Scale = Scale()) -> None:
        self.database, self.clock, self.scale = database, clock, scale
        self.chance = random.Random(seed)
        self.began = clock.now()
        self.board = Board(database, LocalWakeups(), clock)
        self.workers: list[Worker] = []
        self.refused = 0
        self._sent = 0
        self._watches = watches.Watches(
            database,
            clock,
            {
                watches.SWEEP: watches.sweeper(database, clock, self._call_person, SWEPT_AFTER),
                watches.RETURN: watches.returner(database, clock),
                watches.CLOSE: watches.closer(database, clock, timedelta(minutes=30)),
                watches.DUE: watches.keeper(database, clock, self.board, HOURS, _later),
                desk.WAKE: watches.waker(database, clock),
                desk.ASSIGN: watches.assigner(database, clock),
                desk.NUDGE: watches.nudger(database, clock, HOURS),
                desk.OVERDUE: watches.reminder(database, clock),
                desk.LISTEN: _hears_nothing,
            },
        )

    async def run(self, told: Callable[[float], None] = lambda _share: None) -> None:
        """From the first agent's coming to the end. `told` hears what share of it is over."""
        await self._open()
        lives: list[Life] = [self._time()]
        lives += [self._agent(worker) for worker in self.workers]
        lives += [self._customer(number) for number in range(self.scale.customers)]
        # Whoever is number 7 of two that are due at once is so at every run.
        due = [(0.0, number, life) for number, life in enumerate(lives)]
        while due and due[0][0] <= self.scale.seconds:
            at, number, life = heapq.heappop(due)
            self.clock.move(at - self._elapsed())
            with suppress(StopAsyncIteration):
                heapq.heappush(due, (at + await anext(life), number, life))
            told(at / self.scale.seconds)

    async def _open(self) -> None:
        now = self.clock.now()
        for number in range(self.scale.agents):
            agent_id = await self.database.write(a.agent, now, f"Agent{number}")
            await self.database.write(desk.set_availability, agent_id, "offline", now)
            self.workers.append(Worker(agent_id, number % 5 in (3, 4), self._troubles(number)))
        await self.database.write(teams.open_desk, RULES, now)
        given = [worker.id for worker in self.workers if not worker.claims]
        claiming = [worker.id for worker in self.workers if worker.claims]
        await self.database.write(teams.put, _team("chinese", ("zh-TW", "zh-CN"), given, automatic=True), now)
        await self.database.write(teams.put, _team("english", ("en",), claiming, fallback=True), now)
        await self.database.write(_schedule, now)

    def _troubles(self, number: int) -> list[tuple[float, Trouble]]:
        """Half of them have lunch when most customers come; every other one has a bad quarter of an hour as well."""
        whole, (begins, ends) = self.scale.seconds, self.scale.rush
        lunch = [(whole * self.chance.uniform(begins, (begins + ends) / 2), "break")] if number % 2 else []
        kinds: tuple[Trouble, ...] = ("silent", "crash", "home", "crash")
        bad = [(whole * self.chance.uniform(0.05, 0.9), kinds[number // 4 % 4])] if number % 4 < 2 else []
        return sorted([*lunch, *bad])  # type: ignore[list-item]

    async def _time(self) -> Life:
        while True:
            await self._watches.run_due()
            yield self.scale.tick_s

    # Agents

    async def _agent(self, worker: Worker) -> Life:
        """They come within five minutes, look at their screen twice a minute, and have their troubles."""
        yield self.chance.uniform(0, 300)
        await self._is_there(worker)
        await self._says(worker, "online")
        while True:
            if worker.troubles and worker.troubles[0][0] <= self._elapsed():
                async for pause in self._has_trouble(worker, worker.troubles.pop(0)[1]):
                    yield pause
            await self._works(worker)
            yield self.chance.uniform(20, 40)

    async def _has_trouble(self, worker: Worker, trouble: Trouble) -> Life:
        seconds = AWAY_FOR[trouble]
        if trouble == "home":
            for conversation_id in worker.had:
                await self._try(desk.transfer, conversation_id, worker.id, None, None)
        if trouble in ("break", "home"):
            await self._says(worker, "away" if trouble == "break" else "offline")
        if trouble in ("crash", "home"):
            yield seconds
        else:
            for _ in range(int(seconds // 45)):
                yield 45
                await self._is_there(worker)
        for conversation_id in worker.had:
            await self._replies(worker, conversation_id, "What stood in the box when the browser went.")
        await self._is_there(worker)
        await self._says(worker, "online")

    async def _works(self, worker: Worker) -> None:
        """One look at the list, and the one thing that is most urgent."""
        await self._is_there(worker)
        said, mine = await self.database.read(_looks, worker.id)
        worker.had = [one.id for one in mine]
        if said == "away":  # taken for absent: they notice now
            await self._says(worker, "online")
        waiting = [one for one in mine if one.waits and one.said != THANKS]
        over = [one for one in mine if one.said == THANKS or self.clock.now() - one.last_at > timedelta(minutes=4)]
        if worker.claims and len(mine) < RULES.capacity and not waiting:
            await self._takes_next(worker)
        elif waiting:
            await self._serves(worker, waiting[0])
        elif over:
            stale = self.chance.random() < 0.1
            await self._try(desk.resolve, over[0].id, worker.id, over[0].last_seq - stale)

    async def _serves(self, worker: Worker, one: Had) -> None:
        await self._replies(worker, one.id, "Let me look.")
        turn = self.chance.random()
        if turn < 0.03:
            await self._try(desk.transfer, one.id, worker.id, None, None)
        elif turn < 0.06:
            await self._try(desk.transfer, one.id, worker.id, self.chance.choice(self.workers).id, "Yours?")
        elif turn < 0.08 and worker.is_steady:
            until = self.clock.now() + timedelta(minutes=8)
            await self._try(desk.snooze, one.id, worker.id, one.last_seq + 1, until)
        elif turn < 0.1:
            await self._try(desk.hand_back, one.id, worker.id, one.last_seq + 1)

    async def _takes_next(self, worker: Worker) -> None:
        """The first of the list; now and then a colleague presses at the very same moment."""
        first = await self.database.read(_first_in_line, "english")
        if first is None:
            return
        rivals = [other.id for other in self.workers if other.claims and other is not worker]
        racing = [worker.id, self.chance.choice(rivals)] if rivals and self.chance.random() < 0.2 else [worker.id]
        await asyncio.gather(*(self._try(desk.claim, first, agent_id) for agent_id in racing))

    async def _replies(self, worker: Worker, conversation_id: int, text: str) -> None:
        """Where the network was bad, the same words are sent again, one after the other or at once."""
        self._sent += 1
        times = 2 if self.chance.random() < 0.1 else 1
        words = (conversation_id, worker.id, f"words-{self._sent}", f"{text} ({self._sent})")
        await asyncio.gather(*(self._try(desk.agent_reply, *words) for _ in range(times)))

    async def _is_there(self, worker: Worker) -> None:
        """A console says so twice a minute; who looks more often says it no more often."""
        if self.clock.now() - worker.seen_at >= PRESENT_EVERY:
            worker.seen_at = self.clock.now()
            await self.database.write(desk.console_is_open, worker.id, worker.seen_at)

    async def _says(self, worker: Worker, said: str) -> None:
        await self._try(desk.set_availability, worker.id, said)

    # Customers

    async def _customer(self, number: int) -> Life:
        """Comes, asks for a person, answers what they are asked, loses patience, comes again."""
        key, chance = f"customer-{number}", self.chance
        language: Language = chance.choice(("zh-TW", "zh-CN", "en"))
        yield self._comes_at()
        visits = 2 if chance.random() < 0.2 else 1
        for _ in range(visits):
            await self._asks(key, language)
            patience, questions = chance.expovariate(1 / 1500), chance.randint(1, 3)
            while True:
                pause = chance.uniform(20, 60)
                yield pause
                patience -= pause
                status, answered = await self.database.read(_stands, key)
                if status == Status.RESOLVED:
                    break
                back_with_bot = status == Status.PENDING and answered
                if back_with_bot or (not answered and patience > 0 and chance.random() < 0.03):
                    await self._asks(key, language)  # the latter is a "hello?"
                elif answered and questions:
                    questions -= 1
                    await self._asks(key, language)
                elif answered:
                    await self._writes(key, language, THANKS)
                    break
                elif patience < 0:
                    if chance.random() < 0.5:
                        await self._try(desk.leave_queue, a.press("cancel_wait", contact=key), a.words("Here I am."))
                    break
            yield chance.uniform(400, 900)

    async def _asks(self, key: str, language: Language) -> None:
        """One bubble or a burst. The bot calls a person; now and then its process dies, or two are at it."""
        bubbles = 1 if self.chance.random() < 0.7 else self.chance.randint(2, 4)
        for _ in range(bubbles):
            conversation_id, bot_owns = await self._writes(key, language, "A person please")
            if bot_owns and self.chance.random() < 0.88:
                workers = 2 if self.chance.random() < 0.1 else 1
                await asyncio.gather(*(self._call_person(conversation_id) for _ in range(workers)))

    async def _writes(self, key: str, language: Language, text: str) -> tuple[int, bool]:
        message = a.inbound(text, contact=key, locale=language)
        recorded = await self.database.write(desk.record_inbound, message, self.clock.now(), sla=SLA)
        return recorded.conversation_id, recorded.bot_owns

    async def _call_person(self, conversation_id: int) -> None:
        """As the bot does it: with a time that is promised, to who had it where the customer comes again."""
        turn = await self.database.read(desk.open_turn, conversation_id)
        if turn is None:
            return
        priority = Priority.NORMAL if conversation_id % 10 else Priority.HIGH
        line, now = await self.board.line(), self.clock.now()
        wait = expected.wait(line, line.behind(PRIORITY_ORDER[priority]), now)
        call = CallForPerson(
            Reason.CUSTOMER_REQUEST,
            priority,
            (Outgoing("One moment.", author="system"),),
            {},
            again=turn.resolved_at is not None,
            promise=promises.promised(HOURS, wait, now, staffed=line.agents > 0),
        )
        with suppress(DeskError):
            await self.database.write(
                desk.hand_off, turn.fence, call, now, decision=None, language=turn.locale, sla=SLA
            )

    # What both need

    def _comes_at(self) -> float:
        """Most in the rush, the others at any time but the very end."""
        begins, ends = self.scale.rush if self.chance.random() < self.scale.rushing else (0.0, 0.9)
        return self.chance.uniform(begins, ends) * self.scale.seconds

    def _elapsed(self) -> float:
        return (self.clock.now() - self.began).total_seconds()

    async def _try(self, verb: Callable[..., object], *details: object) -> None:
        """People press buttons of a page that may be old."""
        try:
            await self.database.write(verb, *details, self.clock.now())
        except DeskError:
            self.refused += 1


async def places(shift: Shift) -> Mapping[int, int | None]:
    """Where customers are told that they stand, by conversation."""
    waiting = await shift.database.read(lambda session: [one for one, _ in queue.line(session)])
    shift.clock.move(60)  # whoever asks now is told of a queue that was just looked at
    stand = {one: await shift.board.place(one) for one in waiting}
    return {one: place.position if place else None for one, place in stand.items()}


def _looks(session: Session, agent_id: int) -> tuple[str, list[Had]]:
    """What an agent said of themselves, and what they have; whoever waits longest comes first."""
    rows = session.scalars(
        select(Conversation)
        .where(Conversation.status == Status.OPEN, Conversation.assignee_id == agent_id)
        .order_by(Conversation.unanswered_since, Conversation.id)
    )
    mine = [Had(one.id, one.unanswered_since is not None, one.last_seq, one.preview, one.last_at) for one in rows]
    return session.get_one(Agent, agent_id).availability, mine


def _first_in_line(session: Session, team: str) -> int | None:
    """The top of a team's queue."""
    its = select(Team.id).where(Team.key == team).scalar_subquery()
    return session.scalar(
        select(Conversation.id).where(*WAITING, Conversation.team_id == its).order_by(*QUEUE_ORDER).limit(1)
    )


def _stands(session: Session, key: str) -> tuple[str, bool]:
    """A customer's conversation, and whether they have been answered."""
    row = session.execute(
        select(Conversation.status, Conversation.answered_seq >= Conversation.last_incoming_seq)
        .join(Contact)
        .where(Contact.key == key)
    ).one()
    return row[0], row[1]


def _schedule(session: Session, now: datetime) -> None:
    for kind in (watches.SWEEP, watches.RETURN, watches.CLOSE, watches.DUE):
        jobs.schedule(session, kind, kind, now)


def _later(_hours: BusinessHours, promised: PromisedTime, _reader: Reader, _why: Telling) -> Sequence[Outgoing]:
    return (Outgoing(f"By {promised.due_at:%H:%M}.", author="system"),)


async def _hears_nothing(_job: jobs.Leased) -> None:
    """No model reads what is said here."""


def _team(
    key: str, languages: tuple[str, ...], members: list[int], *, automatic: bool = False, fallback: bool = False
) -> TeamView:
    return TeamView(0, key, {"en": key}, (), (), languages, tuple(members), automatic, fallback, active=True)
