"""Running clocks of conversations as frozen values, for agents' eyes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, func, or_, select, union_all
from sqlalchemy.orm import Session

from handoff.models import AppliedSla, Conversation, Promise
from handoff.sla import target_of
from handoff.values import ClockView

_PROMISES = select(Promise.conversation_id, Promise.due_at, Promise.near_at, Promise.broken_at, Promise.told_at)
_DEADLINES = select(
    AppliedSla.conversation_id, AppliedSla.kind, AppliedSla.deadline_at, AppliedSla.warn_at, AppliedSla.breached_at
)
"""Of a long list columns are read, not objects: those take twice as long."""


def running(session: Session, conversation_ids: Sequence[int]) -> Mapping[int, tuple[ClockView, ...]]:
    """What has to be done by when, soonest first, by conversation; two queries for all of them."""
    found: dict[int, list[ClockView]] = defaultdict(list)
    for promise in session.execute(
        _PROMISES.where(Promise.conversation_id.in_(conversation_ids), Promise.ended_at.is_(None))
    ):
        found[promise.conversation_id].append(_of_promise(promise))
    for clock in session.execute(
        _DEADLINES.where(AppliedSla.conversation_id.in_(conversation_ids), AppliedSla.ended_at.is_(None))
    ):
        found[clock.conversation_id].append(_of_sla(clock))
    return {one: tuple(_soonest_first(clocks)) for one, clocks in found.items()}


def soonest() -> Subquery:
    """For each conversation with a running clock, `due_at` of the first."""
    every = union_all(
        select(Promise.conversation_id, Promise.due_at).where(Promise.ended_at.is_(None)),
        select(AppliedSla.conversation_id, AppliedSla.deadline_at).where(AppliedSla.ended_at.is_(None)),
    ).subquery()
    first = func.min(every.c.due_at).label("due_at")
    return select(every.c.conversation_id, first).group_by(every.c.conversation_id).subquery()


def is_near(now: datetime) -> ColumnElement[bool]:
    """Whether a clock of the conversation is near its time or past it."""
    promises = select(Promise.conversation_id).where(Promise.ended_at.is_(None), Promise.near_at <= now)
    slas = select(AppliedSla.conversation_id).where(AppliedSla.ended_at.is_(None), AppliedSla.warn_at <= now)
    return or_(Conversation.id.in_(promises), Conversation.id.in_(slas))


def _of_promise(promise: Row[*tuple[Any, ...]]) -> ClockView:
    broken = promise.broken_at is not None
    return ClockView("promise", promise.due_at, promise.near_at, broken, promise.told_at)


def _of_sla(clock: Row[*tuple[Any, ...]]) -> ClockView:
    return ClockView(target_of(clock.kind), clock.deadline_at, clock.warn_at, clock.breached_at is not None)


def _soonest_first(clocks: Iterable[ClockView]) -> Iterable[ClockView]:
    return sorted(clocks, key=lambda clock: clock.due_at)
