"""Ownership under random interleavings: impatient customers, a slow bot, two agents, crashes, a feed and an outbox.

Every verb is one transaction, so interleaving verbs at random is interleaving transactions at random; what real
simultaneity adds is tested by `test_ownership_two_processes.py`.
"""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import delete, inspect

from handoff import db, delivery, desk, events, inbox
from handoff.assignment import Rules
from handoff.db import Base, Database
from handoff.delivery import Parcel, SendFailed
from handoff.desk import teams
from handoff.errors import DeskError
from handoff.models import Conversation
from handoff.ports import LocalWakeups
from handoff.values import Availability, Channel, Fence, Outgoing, Reason
from tests import builders as a
from tests.fakes import MovedClock
from tests.handoff.ownership import all_events, check_everything
from tests.handoff.shops import ALWAYS_OPEN

T = TypeVar("T")
CUSTOMERS: tuple[tuple[str, Channel], ...] = (("ann", "widget"), ("bo", "telegram"))


class Ownership(RuleBasedStateMachine):
    """One desk; the bot's turns are kept aside and used later, as a slow bot does."""

    open_database: Callable[[], Database]
    turns = Bundle("turns")
    parcels = Bundle("parcels")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = MovedClock()
        self.database = self.runner.run(self._open())
        self.conversations: list[int] = []
        self.read_so_far: list[events.Happened] = []
        self.cursor = events.START
        self.dispatched: dict[int, list[int]] = {}
        self.lost: dict[int, int] = {}

    async def _open(self) -> Database:
        database = type(self).open_database()
        await database.migrate()
        await database.write(_empty)
        return database

    def write(self, verb: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return self.runner.run(self.database.write(verb, *args, **kwargs))

    def read(self, query: Callable[..., T], *args: Any) -> T:
        return self.runner.run(self.database.read(query, *args))

    @initialize()
    def two_agents(self) -> None:
        self.agents = [self.write(a.agent, self.clock.now(), name) for name in ("Mei", "Jun")]
        self.write(teams.open_desk, Rules(automatic=True, capacity=1), self.clock.now())

    @rule(customer=st.sampled_from(CUSTOMERS))
    def customer_writes(self, customer: tuple[str, Channel]) -> None:
        self.clock.move(1)
        recorded = self.write(a.write, self.clock.now(), "hello", *customer)
        if recorded.conversation_id not in self.conversations:
            self.conversations.append(recorded.conversation_id)

    @rule(target=turns, customer=st.sampled_from(CUSTOMERS), pick=st.integers(0, 1))
    def bot_begins_to_think(self, customer: tuple[str, Channel], pick: int) -> Any:
        """Mostly about a bubble that just came."""
        if pick:
            self.customer_writes(customer)
        found = [turn.fence for turn in (self.read(desk.open_turn, c) for c in self.conversations) if turn]
        return multiple(*found)

    @rule(fence=turns, workers=st.integers(1, 2))
    def bot_answers_at_last(self, fence: Fence, workers: int) -> None:
        """Two workers may hold the same turn."""
        for _ in range(workers):
            self.clock.move(0.001)
            self._try(a.answer, self.clock.now(), fence)

    @rule(fence=consumes(turns), reason=st.sampled_from([Reason.CUSTOMER_REQUEST, Reason.LOW_CONFIDENCE, Reason.SWEPT]))
    def bot_hands_off(self, fence: Fence, reason: Reason) -> None:
        with suppress(DeskError):
            self.write(a.hand_off, self.clock.now(), fence, reason)

    @rule(pick=st.integers(0, 1))
    def bot_crashes_and_the_sweeper_comes(self, pick: int) -> None:
        """What was being thought is forgotten; whoever waits is answered from the database."""
        for conversation in self.read(desk.left_waiting, self.clock.now(), timedelta(0)):
            fence = self.read(a.fence, conversation)
            self.write(a.answer if pick else a.hand_off, self.clock.now(), fence)

    @rule(pick=st.integers(0, 1), who=st.integers(0, 1))
    def agent_claims(self, pick: int, who: int) -> None:
        self._try(desk.claim, self._pick(pick), self.agents[who], self.clock.now())

    @rule(pick=st.integers(0, 1), who=st.integers(0, 1), source_id=st.sampled_from(["r1", "r2"]))
    def agent_replies(self, pick: int, who: int, source_id: str) -> None:
        self._try(desk.agent_reply, self._pick(pick), self.agents[who], source_id, "hello", self.clock.now())

    @rule(verb=st.sampled_from([desk.hand_back, desk.resolve]), behind=st.sampled_from([0, 0, 0, 1, 2]))
    def agents_end_what_they_have(self, verb: Callable[..., None], behind: int) -> None:
        for conversation in self.conversations:
            seen = self.read(_last_seq, conversation) - behind
            for agent in self.agents:
                self._try(verb, conversation, agent, seen, self.clock.now())

    @rule()
    def customers_cancel_the_wait(self) -> None:
        for conversation in self.conversations:
            self._try(desk.cancel_wait, conversation, (Outgoing("I am here."),), self.clock.now())

    @rule(pick=st.integers(0, 1), who=st.integers(0, 1))
    def agents_pass_it_on_or_take_it_up_again(self, pick: int, who: int) -> None:
        conversation, other = self._pick(pick), self.agents[1 - who]
        self._try(desk.transfer, conversation, self.agents[who], other if pick else None, None, self.clock.now())
        self._try(desk.reopen, conversation, self.agents[who], self.clock.now())

    @rule(who=st.integers(0, 1), availability=st.sampled_from(["online", "online", "away"]))
    def an_agent_comes_or_goes(self, who: int, availability: Availability) -> None:
        """Whoever comes may be given something at once."""
        self.write(desk.set_availability, self.agents[who], availability, self.clock.now())

    @rule(seconds=st.sampled_from([60, 200]))
    def somebody_looks_after_the_silent(self, seconds: int) -> None:
        self.clock.move(seconds)
        for agent in self.agents:
            self.write(desk.console_is_open, agent, self.clock.now())
        for conversation in self.conversations:
            epoch = self.read(inbox.conversation_view, conversation).epoch
            self._try(desk.nudge, conversation, epoch, self.clock.now(), ALWAYS_OPEN)

    @rule(target=parcels, process=st.sampled_from(["one", "two"]))
    def a_process_takes_what_is_to_be_sent(self, process: str) -> Any:
        """It is out of our hands then; who has the conversation is looked at for the last time."""
        taken = self.write(delivery.lease_heads, process, ("telegram",), self.clock.now())
        for parcel in taken:
            [line] = parcel.lines
            owner = self.read(inbox.conversation_view, parcel.conversation_id).assignee_id
            assert line.author != "bot" or owner is None, "the bot's words were sent while a person had it"
            earlier = self.dispatched.setdefault(parcel.conversation_id, [])
            assert not earlier or earlier[-1] <= line.seq, "a message overtook another one"
            earlier.append(line.seq)
        return multiple(*((process, parcel) for parcel in taken))

    @rule(held=consumes(parcels), outcome=st.sampled_from(["sent", "later", "never", "lost"]))
    def a_place_answers_or_does_not(self, held: tuple[str, Parcel], outcome: str) -> None:
        process, parcel = held
        if outcome == "sent":
            self.write(delivery.sent, parcel, process, "1", self.clock.now())
        elif outcome == "lost":
            self.clock.move(delivery.LEASE.total_seconds() + 1)
            for delivery_id in parcel.ids:
                self.lost[delivery_id] = self.lost.get(delivery_id, 0) + 1
                assert self.lost[delivery_id] <= 2, "sent a third time although it may have arrived twice"
        else:
            failure = SendFailed("no", permanent=outcome == "never", retry_after=5)
            self.write(delivery.failed, parcel, process, failure, self.clock.now())

    @rule(limit=st.integers(1, 5))
    def somebody_reads_the_feed(self, limit: int) -> None:
        happened, self.cursor = self.read(events.after, self.cursor, limit)
        self.read_so_far += happened

    def teardown(self) -> None:
        try:
            self._look_back()
        finally:
            self.runner.run(self.database.close())
            self.runner.close()

    def _look_back(self) -> None:
        self.read(check_everything)
        while True:
            happened, self.cursor = self.read(events.after, self.cursor, 100)
            if not happened:
                break
            self.read_so_far += happened
        seen = [(e.kind, e.conversation_id, e.rev) for e in self.read_so_far]
        assert set(seen) == self.read(all_events), "the feed skipped an event"
        assert len(seen) == len(set(seen)), "the feed told an event twice"

    def _pick(self, pick: int) -> int:
        return self.conversations[pick % len(self.conversations)] if self.conversations else 0

    def _try(self, verb: Callable[..., object], *args: object) -> None:
        """Refusals are right; what must not happen is checked at the end."""
        with suppress(DeskError):
            self.write(verb, *args)


def _last_seq(session: Any, conversation_id: int) -> int:
    conversation = session.get(Conversation, conversation_id)
    return conversation.last_seq if conversation else 0


def _empty(session: Any) -> None:
    there = set(inspect(session.connection()).get_table_names())
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in there:
            session.execute(delete(table))


RANDOM = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_no_interleaving_breaks_ownership(kind: str, request: pytest.FixtureRequest) -> None:
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
        opened = staticmethod(lambda: db.connect(url, LocalWakeups()))
    else:
        folder = tempfile.TemporaryDirectory()
        request.addfinalizer(folder.cleanup)
        opened = staticmethod(lambda: db.connect(f"sqlite:///{Path(folder.name)}/baton.db", LocalWakeups()))
    machine = type("Machine", (Ownership,), {"open_database": opened})
    # The interleavings are those of SQLite: here only what PostgreSQL makes of them is new.
    run_machine(machine, settings=settings(RANDOM, max_examples=15) if kind == "postgres" else RANDOM)
