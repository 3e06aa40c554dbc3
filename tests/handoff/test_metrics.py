"""The figures are those of the stored rows, and a scrape answers whatever the database does."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from handoff import db, desk, jobs
from handoff.db import Database
from handoff.metrics import Decisions, Metrics, ProcessState
from handoff.models import Conversation, Delivery, Handoff, Message
from handoff.ports import LocalWakeups
from handoff.values import CallForPerson, Outgoing, Priority, Reason
from tests import builders as a
from tests.fakes import MovedClock
from tests.handoff.test_clocks import is_answered, waits

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
STATE = ProcessState("1.2.3", "abc", nlu_ready=True, dropped=4, widget_sockets=3, console_sockets=2)
TOKEN = "t" * 32
DEADLINE_S = 60.0
"""A busy machine must not look like a database that is away."""


async def test_an_empty_database_tells_zeroes(database: Database, clock: MovedClock) -> None:
    figures = await _scraped(database, clock)
    assert figures["baton_database_up"] == 1
    assert figures['baton_conversations{status="pending"}'] == 0
    assert figures['baton_queue_oldest_wait_seconds{priority="urgent"}'] == 0
    assert figures['baton_handoffs_total{reason="safety"}'] == 0
    assert figures["baton_human_first_reply_seconds_count"] == 0
    assert figures["baton_database_latency_seconds"] < 2


async def test_what_the_process_knows_is_told(database: Database, clock: MovedClock) -> None:
    figures = await _scraped(database, clock)
    assert figures["baton_nlu_ready"] == 1
    assert figures["baton_bot_answers_dropped_total"] == 4
    assert figures['baton_sockets{kind="widget"}'] == 3 and figures['baton_sockets{kind="console"}'] == 2
    assert any(name.startswith("baton_build_info") and 'version="1.2.3"' in name for name in figures)
    assert figures["process_resident_memory_bytes"] > 0


async def test_queue_handoffs_and_waits_are_counted_by_priority(database: Database, clock: MovedClock) -> None:
    await _handed_off(database, clock, "one", Reason.SAFETY, Priority.URGENT)
    clock.move(30)
    await _handed_off(database, clock, "two", Reason.LOW_CONFIDENCE, Priority.NORMAL)
    await _handed_off(database, clock, "three", Reason.LOW_CONFIDENCE, Priority.NORMAL)
    clock.move(12)
    figures = await _scraped(database, clock)
    assert figures['baton_conversations{status="open"}'] == 3
    assert figures['baton_queue_conversations{priority="urgent"}'] == 1
    assert figures['baton_queue_conversations{priority="normal"}'] == 2
    assert figures['baton_queue_oldest_wait_seconds{priority="urgent"}'] == 42
    assert figures['baton_queue_oldest_wait_seconds{priority="normal"}'] == 12
    assert figures['baton_handoffs_total{reason="safety"}'] == 1
    assert figures['baton_handoffs_total{reason="low_confidence"}'] == 2


async def test_first_replies_are_peoples_time_from_the_queue_and_never_the_bots(
    database: Database, clock: MovedClock
) -> None:
    mei = await database.write(a.agent, clock.now())
    quick = await _handed_off(database, clock, "quick", Reason.SAFETY)
    slow = await _handed_off(database, clock, "slow", Reason.NO_ARTICLE)
    await _handed_off(database, clock, "never answered", Reason.NO_ARTICLE)
    for conversation, seconds in ((quick, 100.5), (slow, 899.5)):
        clock.move(seconds)
        await database.write(desk.claim, conversation, mei, clock.now())
        await database.write(desk.agent_reply, conversation, mei, f"r{conversation}", "here I am", clock.now())
    await _answered(database, clock, "only the bot")
    figures = await _scraped(database, clock)
    assert figures["baton_human_first_reply_seconds_count"] == 2
    assert figures["baton_human_first_reply_seconds_sum"] == pytest.approx(100.5 + 1000.0, abs=0.01)
    bucket = "baton_human_first_reply_seconds_bucket"
    assert figures[f'{bucket}{{le="60.0"}}'] == 0
    assert figures[f'{bucket}{{le="180.0"}}'] == 1
    assert figures[f'{bucket}{{le="1800.0"}}'] == figures[f'{bucket}{{le="+Inf"}}'] == 2


async def test_promises_and_deadlines_are_counted_by_what_became_of_them(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    for contact, minutes in (("quick", 5), ("slow", 20), ("unneeded", 0)):
        conversation = await waits(database, clock, contact)
        clock.move(minutes * 60)
        if minutes:
            await is_answered(database, clock, conversation, mei)
        else:
            await database.write(desk.cancel_wait, conversation, (), clock.now())
    clock.move(3600)
    await waits(database, clock, "late")
    clock.move(3600)
    await database.write(desk.break_promises, clock.now())
    await database.write(desk.breach, clock.now())
    figures = await _scraped(database, clock)
    promised = [figures[f'baton_promises_total{{outcome="{outcome}"}}'] for outcome in ("kept", "broken")]
    first = [
        figures[f'baton_sla_deadlines_total{{kind="first_response",outcome="{how}"}}'] for how in ("met", "breached")
    ]
    assert (promised, first) == ([1, 2], [2, 1])


async def test_decisions_are_counted_by_kind_and_language(database: Database, clock: MovedClock) -> None:
    await _answered(database, clock, "one")
    await _answered(database, clock, "two")
    await _handed_off(database, clock, "three", Reason.SAFETY)
    figures = await _scraped(database, clock)
    assert figures['baton_bot_decisions_total{decision="answer",language="en"}'] == 2
    assert figures['baton_bot_decisions_total{decision="handoff",language="en"}'] == 1


async def test_old_decisions_are_counted_once_some_at_a_time(database: Database, clock: MovedClock) -> None:
    for contact in ("one", "two", "three"):
        await _answered(database, clock, contact)
    clock.move(2 * 86400)
    await _answered(database, clock, "today")
    decisions = Decisions(chunk=4)
    assert [list(await database.read(_listed, decisions, clock)) for _ in range(2)] == [[], [4.0]]
    await database.write(lambda session: session.execute(update(Message).values(decision=None)))
    assert list(await database.read(_listed, decisions, clock)) == [3.0], "what is old is not read again"


async def test_a_counter_never_falls_when_somebody_is_erased(database: Database, clock: MovedClock) -> None:
    conversation = await _handed_off(database, clock, "one", Reason.SAFETY)
    async with _served(database, clock) as address:
        before = await _figures(address)
        await database.write(lambda session: session.execute(delete(Handoff)))
        await database.write(
            lambda session: (
                session.execute(update(Message).values(decision=None))
                and session.execute(
                    update(Conversation).where(Conversation.id == conversation).values(status="resolved")
                )
            )
        )
        after = await _figures(address)
    assert before['baton_handoffs_total{reason="safety"}'] == after['baton_handoffs_total{reason="safety"}'] == 1
    assert before['baton_conversations{status="open"}'] == 1 and after['baton_conversations{status="open"}'] == 0


async def test_jobs_that_nobody_takes_are_told(database: Database, clock: MovedClock) -> None:
    for key, due_in in (("late", -61), ("due", -5), ("coming", 60)):
        await database.write(jobs.schedule, "sweep", key, clock.now() + timedelta(seconds=due_in))
    figures = await _scraped(database, clock)
    assert figures["baton_jobs_due"] == 2 and figures["baton_jobs_overdue"] == 1


async def test_letters_that_wait_and_those_that_failed_are_told(database: Database, clock: MovedClock) -> None:
    await _answered(database, clock, "one")
    await _given_out(database, clock, "pending")
    await _answered(database, clock, "two")
    await _given_out(database, clock, "failed")
    clock.move(9)
    figures = await _scraped(database, clock)
    assert figures['baton_deliveries{destination="email",state="pending"}'] == 1
    assert figures['baton_deliveries{destination="email",state="failed"}'] == 1
    assert figures['baton_deliveries_oldest_wait_seconds{destination="email"}'] == 9


async def test_without_a_database_the_process_still_tells_of_itself(clock: MovedClock, unused_tcp_port: int) -> None:
    lost = db.connect(f"postgresql://baton@127.0.0.1:{unused_tcp_port}/baton", LocalWakeups())
    figures = await _scraped(lost, clock)
    await lost.close()
    assert figures["baton_database_up"] == 0
    assert figures["baton_nlu_ready"] == 1 and figures["process_resident_memory_bytes"] > 0
    assert not any(name.startswith("baton_conversations") for name in figures)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_only_this_machine_may_scrape_and_nobody_through_a_proxy(database: Database, clock: MovedClock) -> None:
    async with _served(database, clock) as address:
        assert await _status(address, {}) == 200
        assert await _status(address, {"X-Forwarded-For": "203.0.113.9"}) == 403
        assert await _status(address, {"Forwarded": "for=203.0.113.9"}) == 403
        assert await _status(address, {"Host": "chat.shop.example"}) == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_with_a_token_everybody_has_to_show_it(database: Database, clock: MovedClock) -> None:
    async with _served(database, clock, TOKEN) as address:
        assert await _status(address, {}) == 401
        assert await _status(address, {"Authorization": "Bearer wrong"}) == 401
        assert await _status(address, {"Authorization": f"Basic {TOKEN}"}) == 401
        shown = {"Authorization": f"Bearer {TOKEN}"}
        assert await _status(address, shown) == 200
        assert await _status(address, {**shown, "X-Forwarded-For": "203.0.113.9", "Host": "chat.shop.example"}) == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_figure_is_documented_and_every_documented_one_exists(
    database: Database, clock: MovedClock
) -> None:
    await _answered(database, clock, "one")
    await _given_out(database, clock, "pending")
    words = DOCUMENT.read_text(encoding="utf-8")
    documented = {line.split("`")[1].partition("{")[0] for line in words.splitlines() if line.startswith("| `baton_")}
    figures = {name.partition("{")[0] for name in await _scraped(database, clock) if name.startswith("baton_")}
    plain = {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in figures}
    assert documented == plain


async def _handed_off(
    database: Database, clock: MovedClock, contact: str, reason: Reason, priority: Priority = Priority.NORMAL
) -> int:
    recorded = await database.write(a.write, clock.now(), "help", contact)
    call = CallForPerson(reason, priority, (Outgoing("A colleague takes over.", author="system"),), {})
    at = await database.read(a.fence, recorded.conversation_id)
    decision = {"decision": "handoff"}
    await database.write(desk.hand_off, at, call, clock.now(), decision=decision, language="en")
    return recorded.conversation_id


async def test_scores_and_answers_to_further_messages_are_counted(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    conversation = await _handed_off(database, clock, "ann", Reason.NO_ARTICLE)
    await database.write(desk.claim, conversation, mei, clock.now())
    await database.write(desk.agent_reply, conversation, mei, "r1", "here I am", clock.now())
    recorded = await database.write(a.write, clock.now(), "and then?", "ann")
    clock.move(90)
    await database.write(desk.agent_reply, conversation, mei, "r2", "this", clock.now())
    await database.write(desk.resolve, conversation, mei, recorded.seq, clock.now())
    star = a.press("rate", "4", contact="ann", episode=1)
    await database.write(desk.rate, star, clock.now())
    figures = await _scraped(database, clock)
    assert figures["baton_human_next_reply_seconds_count"] == 1
    assert figures["baton_human_next_reply_seconds_sum"] == pytest.approx(90, abs=0.01)
    assert figures['baton_ratings{by="agent",score="4"}'] == 1
    assert figures['baton_ratings{by="bot",score="4"}'] == 0


def _listed(session: Session, decisions: Decisions, clock: MovedClock) -> list[float]:
    return [sample.value for metric in decisions(session, clock.now()) for sample in metric.samples]


async def _answered(database: Database, clock: MovedClock, contact: str) -> None:
    recorded = await database.write(a.write, clock.now(), "how", contact)
    await database.write(a.answer, clock.now(), await database.read(a.fence, recorded.conversation_id))


async def _given_out(database: Database, clock: MovedClock, state: str) -> None:
    """The newest message is on its way by e-mail."""

    def add(session: Session) -> None:
        message = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        session.add(
            Delivery(
                conversation_id=message.conversation_id,
                message_id=message.id,
                seq=message.seq,
                destination="email",
                author="bot",
                state=state,
                due_at=clock.now(),
                created_at=clock.now(),
            )
        )

    await database.write(add)


@asynccontextmanager
async def _served(database: Database, clock: MovedClock, token: str | None = None) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/metrics", Metrics(database, clock, lambda: STATE, token, DEADLINE_S).serve)
    async with TestServer(app) as server:
        yield str(server.make_url("/metrics"))


async def _scraped(database: Database, clock: MovedClock) -> Mapping[str, float]:
    async with _served(database, clock) as address:
        return await _figures(address)


async def _figures(address: str) -> Mapping[str, float]:
    """Every sample as Prometheus writes it."""
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        assert response.status == 200 and response.content_type == "text/plain"
        told = await response.text()
    found = {}
    for family in text_string_to_metric_families(told):
        for sample in family.samples:
            labels = ",".join(f'{key}="{value}"' for key, value in sample.labels.items())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


async def _status(address: str, headers: Mapping[str, str]) -> int:
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as response:
        return response.status
