"""`GET /metrics`: figures for Prometheus, counted from what is stored and from this process's state at each scrape.

The clocks of people and of the bot are never mixed: `baton_human_first_reply_seconds` runs from `queued_at` to
`first_human_reply_at`, whatever the bot did before.
"""

import asyncio
import hmac
import ipaddress
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from platform import python_version
from typing import Any, get_args

from aiohttp import web
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, Float, case, cast, extract, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from handoff.db import Database, is_postgres
from handoff.errors import DatabaseTrouble
from handoff.jobs import Job
from handoff.models import AppliedSla, Assignment, Conversation, Delivery, Handoff, Message, NextReply, Promise, Rating
from handoff.ports import Clock
from handoff.queue import IN_QUEUE
from handoff.satisfaction import SCORES
from handoff.sla import Target
from handoff.states import Status
from handoff.values import Priority, Reason

log = logging.getLogger("baton.metrics")

DEADLINE_S = 2.0
"""A scrape that waits longer for the database goes on without it."""
OVERDUE = timedelta(seconds=60)
"""A job that nobody took for so long: no runner is alive, or all are stuck."""
SETTLED_AFTER = timedelta(days=1)
COUNTED_AT_ONCE = 20_000
REPLY_BUCKETS_S = (60, 180, 600, 1800, 3600, 14400, 86400)
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


@dataclass(frozen=True, slots=True)
class ProcessState:
    """What only this process knows. `dropped` counts the bot's answers that came too late, since the start."""

    version: str
    model: str
    nlu_ready: bool
    dropped: int
    widget_sockets: int
    console_sockets: int


Figures = Callable[[Session, datetime], Iterator[Metric]]


def conversations(session: Session, _now: datetime) -> Iterator[Metric]:
    found = dict(_rows(session, select(Conversation.status, func.count()).group_by(Conversation.status)))
    gauge = GaugeMetricFamily("baton_conversations", "Conversations by status.", labels=["status"])
    for status in Status:
        gauge.add_metric([status], found.get(status, 0))
    yield gauge


def waiting(session: Session, now: datetime) -> Iterator[Metric]:
    """The queue: open and nobody's. Who has been answered meanwhile is in it and does not wait."""
    query = select(Conversation.priority, func.count(), func.min(Conversation.unanswered_since))
    rows = _rows(session, query.where(*IN_QUEUE).group_by(Conversation.priority))
    found = {priority: (count, since) for priority, count, since in rows}
    length = GaugeMetricFamily(
        "baton_queue_conversations", "Conversations in the queue by priority.", labels=["priority"]
    )
    oldest = GaugeMetricFamily(
        "baton_queue_oldest_wait_seconds", "Longest wait in the queue by priority.", labels=["priority"]
    )
    for priority in Priority:
        count, since = found.get(priority, (0, None))
        length.add_metric([priority], count)
        oldest.add_metric([priority], max(0.0, (now - since).total_seconds()) if since else 0.0)
    yield from (length, oldest)


def handoffs(session: Session, _now: datetime) -> Iterator[Metric]:
    found = dict(_rows(session, select(Handoff.reason, func.count()).group_by(Handoff.reason)))
    counter = CounterMetricFamily("baton_handoffs", "Handoffs to people by reason.", labels=["reason"])
    for reason in Reason:
        counter.add_metric([reason], found.get(reason, 0))
    yield counter


class Decisions:
    """What the bot decided, under the language the conversation has when it is counted.

    Old messages do not change any more: they are counted once, some at each scrape, and remembered. Nothing is told
    before all of them are counted.
    """

    def __init__(self, chunk: int = COUNTED_AT_ONCE) -> None:
        self._chunk, self._settled, self._counts = chunk, 0, Counter[tuple[str, str]]()

    def __call__(self, session: Session, now: datetime) -> Iterator[Metric]:
        old = Message.created_at < now - SETTLED_AFTER
        newest_old = session.scalar(select(Message.id).where(old).order_by(Message.id.desc()).limit(1)) or 0
        upto = min(newest_old, self._settled + self._chunk)
        if upto > self._settled:
            self._counts += _decided(session, Message.id > self._settled, Message.id <= upto)
            self._settled = upto
        if upto < newest_old:
            return
        counter = CounterMetricFamily(
            "baton_bot_decisions", "Decisions of the bot by kind and language.", labels=["decision", "language"]
        )
        for (decision, language), count in (self._counts + _decided(session, Message.id > self._settled)).items():
            counter.add_metric([decision, language], count)
        yield counter


def _decided(session: Session, *which: ColumnElement[bool]) -> Counter[tuple[str, str]]:
    kind = func.coalesce(Message.decision["decision"].as_string(), "unknown")
    language = func.coalesce(Conversation.language, "unknown")
    query = (
        select(kind, language, func.count())
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.decision.is_not(None), *which)
        .group_by(kind, language)
    )
    return Counter({(decision, spoken): count for decision, spoken, count in _rows(session, query)})


def first_replies(session: Session, _now: datetime) -> Iterator[Metric]:
    yield _histogram(
        session,
        "baton_human_first_reply_seconds",
        "From the handoff to a person's first reply; people's time only.",
        Handoff.queued_at,
        Handoff.first_human_reply_at,
    )


def next_replies(session: Session, _now: datetime) -> Iterator[Metric]:
    yield _histogram(
        session,
        "baton_human_next_reply_seconds",
        "From a customer's further message to an agent's reply.",
        NextReply.asked_at,
        NextReply.replied_at,
    )


def _histogram(session: Session, name: str, about: str, begin: Any, end: Any) -> Metric:
    """Of what has come to an end."""
    seconds = _seconds_between(session, begin, end)
    within = [func.sum(case((seconds <= bound, 1), else_=0)) for bound in REPLY_BUCKETS_S]
    query = select(func.count(), func.coalesce(func.sum(seconds), 0.0), *within)
    count, total, *reached = session.execute(query.where(end.is_not(None))).one()
    buckets = [(str(float(bound)), float(n or 0)) for bound, n in zip(REPLY_BUCKETS_S, reached, strict=True)]
    histogram = HistogramMetricFamily(name, about)
    histogram.add_metric([], [*buckets, ("+Inf", float(count))], float(total))
    return histogram


def ratings(session: Session, _now: datetime) -> Iterator[Metric]:
    """A gauge: a customer may change their mind."""
    given = select(Rating.by, Rating.score, func.count()).where(Rating.score.is_not(None))
    gauge = GaugeMetricFamily("baton_ratings", "Scores from 1 to 5 that customers gave.", labels=["by", "score"])
    found = {(by, score): count for by, score, count in _rows(session, given.group_by(Rating.by, Rating.score))}
    for by, score in product(("agent", "bot"), SCORES):
        gauge.add_metric([by, str(score)], found.get((by, score), 0))
    yield gauge


def assignments(session: Session, _now: datetime) -> Iterator[Metric]:
    """What was given to agents, by whether they had to be relieved of it."""
    given = func.coalesce(Assignment.outcome, "given")
    found = dict(_rows(session, select(given, func.count()).group_by(given)))
    counter = CounterMetricFamily(
        "baton_assignments", "Conversations given to agents; silent ones were taken back.", labels=["outcome"]
    )
    for outcome in ("given", "silent"):
        counter.add_metric([outcome], found.get(outcome, 0))
    yield counter


def jobs(session: Session, now: datetime) -> Iterator[Metric]:
    due = Job.due_at <= now
    overdue = func.sum(case((Job.due_at <= now - OVERDUE, 1), else_=0))
    count, late = session.execute(select(func.count(), overdue).where(due)).one()
    yield GaugeMetricFamily("baton_jobs_due", "Jobs whose time has come.", count)
    yield GaugeMetricFamily("baton_jobs_overdue", "Jobs whose time came more than a minute ago.", late or 0)


def deliveries(session: Session, now: datetime) -> Iterator[Metric]:
    """What is on its way outside, and what will never arrive."""
    oldest = func.min(Delivery.created_at)
    query = select(Delivery.destination, Delivery.state, func.count(), oldest)
    unfinished = GaugeMetricFamily(
        "baton_deliveries", "Messages on their way outside, and failed ones.", labels=["destination", "state"]
    )
    wait = GaugeMetricFamily(
        "baton_deliveries_oldest_wait_seconds", "Age of the oldest that waits to be sent.", labels=["destination"]
    )
    shown = Delivery.state.in_(("pending", "sending", "failed"))
    rows = _rows(session, query.where(shown).group_by(Delivery.destination, Delivery.state))
    for destination, state, count, since in rows:
        unfinished.add_metric([destination, state], count)
        if state == "pending":
            wait.add_metric([destination], max(0.0, (now - since).total_seconds()))
    yield from (unfinished, wait)


def promises(session: Session, _now: datetime) -> Iterator[Metric]:
    """Judged against the first time that was given; what ended before it was due is in neither."""
    columns = (func.count(Promise.kept_at), func.count(Promise.broken_at), func.count(Promise.told_at))
    kept, broken, told = session.execute(select(*columns)).one()
    counter = CounterMetricFamily("baton_promises", "Promised answers by what became of them.", labels=["outcome"])
    for outcome, count in (("kept", kept), ("broken", broken), ("told_again", told)):
        counter.add_metric([outcome], count)
    yield counter


def deadlines(session: Session, _now: datetime) -> Iterator[Metric]:
    """The shop's own. A late one is counted when its time has passed, whether or not it was met later."""
    late = func.count(AppliedSla.breached_at)
    in_time = func.sum(case((AppliedSla.met_at.is_not(None) & AppliedSla.breached_at.is_(None), 1), else_=0))
    rows = _rows(session, select(AppliedSla.kind, in_time, late).group_by(AppliedSla.kind))
    found = {kind: (met, breached) for kind, met, breached in rows}
    counter = CounterMetricFamily(
        "baton_sla_deadlines", "Deadlines by kind and whether they were met.", labels=["kind", "outcome"]
    )
    for target in get_args(Target):
        met, breached = found.get(target, (0, 0))
        counter.add_metric([target, "met"], met)
        counter.add_metric([target, "breached"], breached)
    yield counter


FIGURES: tuple[Figures, ...] = (
    conversations,
    waiting,
    handoffs,
    first_replies,
    next_replies,
    assignments,
    ratings,
    jobs,
    deliveries,
    promises,
    deadlines,
)
"""Everything that is counted from the database, each on its own; a new table's figures are one more function."""


class Metrics:
    """Serves the figures. `state` tells what this process knows; with `token` a scrape has to show it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        state: Callable[[], ProcessState],
        token: str | None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._database, self._clock, self._state, self._token = database, clock, state, token
        self._deadline_s = deadline_s
        self._figures: tuple[Figures, ...] = (*FIGURES, Decisions())
        self._reading: asyncio.Task[tuple[list[Metric], float]] | None = None
        self._told: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        self._process = CollectorRegistry(auto_describe=False)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._process)

    async def serve(self, request: web.Request) -> web.Response:
        """`GET /metrics`. 401 or 403 for who may not see them."""
        self._require_access(request)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Once([*self._of_process(), *await self._of_database()]))
        body = generate_latest(registry) + generate_latest(self._process)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"})

    def _require_access(self, request: web.Request) -> None:
        if self._token is not None:
            shown = request.headers.get("Authorization", "").encode(errors="surrogateescape")
            if not hmac.compare_digest(shown, f"Bearer {self._token}".encode()):
                raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
        elif not _is_local(request):
            raise web.HTTPForbidden(text="only from this machine, or with BATON_METRICS_TOKEN")

    def _of_process(self) -> Iterator[Metric]:
        state = self._state()
        labels = {"version": state.version, "model": state.model, "python": python_version()}
        build = GaugeMetricFamily("baton_build_info", "What runs; always 1.", labels=list(labels))
        build.add_metric(list(labels.values()), 1)
        yield build
        yield GaugeMetricFamily("baton_nlu_ready", "Whether a model answers.", float(state.nlu_ready))
        yield CounterMetricFamily(
            "baton_bot_answers_dropped",
            "Answers of the bot that were dropped because a person or the customer was quicker, since the start.",
            state.dropped,
        )
        sockets = GaugeMetricFamily("baton_sockets", "Open sockets of this process.", labels=["kind"])
        sockets.add_metric(["widget"], state.widget_sockets)
        sockets.add_metric(["console"], state.console_sockets)
        yield sockets

    async def _of_database(self) -> Sequence[Metric]:
        """Empty but for `baton_database_up` where the database is down or too slow."""
        try:
            async with asyncio.timeout(self._deadline_s):
                found, latency_s = await asyncio.shield(self._read())
        except (DatabaseTrouble, DBAPIError, TimeoutError) as error:
            log.warning("metrics_without_database error=%s", type(error).__name__)
            return [_up(0)]
        latency = GaugeMetricFamily("baton_database_latency_seconds", "How long the smallest query took.", latency_s)
        return [_up(1), latency, *(self._never_less(metric) for metric in found)]

    def _read(self) -> "asyncio.Task[tuple[list[Metric], float]]":
        """One reading at a time: scrapers that give up early must not pile up queries."""
        if self._reading is None or self._reading.done():
            reading = self._database.read(counted, self._figures, self._clock.now(), self._deadline_s)
            self._reading = asyncio.create_task(reading)
            # Nobody may be waiting any more when it fails.
            self._reading.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._reading

    def _never_less(self, metric: Metric) -> Metric:
        """Erased conversations take their rows with them; a counter that falls would look like a restart."""
        if metric.type not in ("counter", "histogram"):
            return metric
        kept = []
        for sample in metric.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            self._told[key] = max(sample.value, self._told.get(key, sample.value))
            kept.append(sample._replace(value=self._told[key]))
        metric.samples = kept
        return metric


class _Once(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Sequence[Metric]:
        return self._metrics


def counted(
    session: Session, wanted: Sequence[Figures], now: datetime, deadline_s: float
) -> tuple[list[Metric], float]:
    """The figures, and how many seconds the smallest query took."""
    if is_postgres(session):
        session.execute(text(f"SET LOCAL statement_timeout = {int(deadline_s * 1000)}"))
    began = time.perf_counter()
    session.execute(text("SELECT 1"))
    latency_s = time.perf_counter() - began
    return [metric for figures in wanted for metric in figures(session, now)], latency_s


def _rows(session: Session, query: Any) -> Sequence[Any]:
    return session.execute(query).all()


def _seconds_between(session: Session, begin: Any, end: Any) -> ColumnElement[float]:
    if is_postgres(session):
        return cast(extract("epoch", end - begin), Float)
    days: ColumnElement[float] = func.julianday(end) - func.julianday(begin)
    return days * 86400.0


def _up(value: int) -> Metric:
    return GaugeMetricFamily("baton_database_up", "Whether the database answered this scrape in time.", value)


def _is_local(request: web.Request) -> bool:
    """From this machine and not on behalf of somebody else: behind a proxy everybody seems to come from here."""
    if any(name in request.headers for name in FORWARDED):
        return False
    host = request.host.rpartition(":")[0] or request.host
    return host in ("127.0.0.1", "localhost") and _is_loopback(request.remote)


def _is_loopback(address: str | None) -> bool:
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
