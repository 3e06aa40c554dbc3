"""The clocks of people: what a customer was promised, and the shop's own deadlines. Part of the verbs' transactions.

They begin with a call for a person and never count the bot's time. The caller holds the conversation's lock.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import promises
from handoff.business_hours import BusinessHours
from handoff.desk.record import current_handoff
from handoff.desk.timetable import in_its_hours
from handoff.models import AppliedSla, Conversation, Handoff, Promise
from handoff.sla import AT_HANDOFF, Sla, Target, target_of
from handoff.states import Status
from handoff.values import Priority, PromisedTime

UNANSWERED: tuple[Target, ...] = ("first_response", "next_response")


def begin(
    session: Session,
    conversation: Conversation,
    handoff: Handoff,
    promise: PromisedTime | None,
    sla: Sla,
    now: datetime,
) -> None:
    """A person was called."""
    session.flush()
    if promise is not None:
        session.add(_promise(handoff, promise, now))
    sla = in_its_hours(session, conversation, sla)
    for target in AT_HANDOFF:
        _start(session, conversation, handoff.id, target, sla, now)


def promise(session: Session, handoff: Handoff, promised: PromisedTime, now: datetime) -> None:
    """A customer was told a time while they wait for people already."""
    session.add(_promise(handoff, promised, now))


def is_promised(session: Session, conversation: Conversation) -> bool:
    """Whether the customer waits for an answer by a time they were told."""
    running = (Promise.conversation_id == conversation.id, Promise.ended_at.is_(None))
    return session.scalar(select(Promise.id).where(*running).limit(1)) is not None


def customer_wrote(session: Session, conversation: Conversation, sla: Sla, now: datetime) -> None:
    """The next response is due from the first message behind an agent's answer; before that the first one is."""
    if conversation.status not in (Status.OPEN, Status.SNOOZED) or not sla.policies:
        return
    handoff = current_handoff(session, conversation)
    if handoff is None or handoff.first_human_reply_at is None:
        return
    if not any(clock.kind == "next_response" for clock in _running(session, conversation)):
        _start(session, conversation, handoff.id, "next_response", in_its_hours(session, conversation, sla), now)


def answered(session: Session, conversation: Conversation, now: datetime) -> None:
    """A person has answered: what was promised is kept or broken, what was due is met."""
    for promise in _promised(session, conversation):
        _judge(promise, now)
        promise.kept_at = now if promise.broken_at is None else None
    for clock in _running(session, conversation):
        if clock.kind in UNANSWERED:
            _meet(clock, now)


def put_aside(session: Session, conversation: Conversation, now: datetime) -> None:
    """Snoozed: whoever did it has read it all. A customer who was promised a first answer still waits for it."""
    for clock in _running(session, conversation):
        if clock.kind == "next_response":
            _stop(clock, now)


def ended(session: Session, conversation: Conversation, now: datetime, *, resolved: bool) -> None:
    """Nobody waits for people any more. What was late stays so; what was not needed is neither met nor broken."""
    for promise in _promised(session, conversation):
        _judge(promise, now)
    for clock in _running(session, conversation):
        if clock.kind == "resolution" and resolved:
            _meet(clock, now)
        else:
            _stop(clock, now)


def resumed(session: Session, conversation: Conversation, now: datetime) -> None:
    """Resolving was taken back: the same call for a person goes on, and its resolution with it."""
    handoff = session.scalar(
        select(Handoff)
        .where(Handoff.conversation_id == conversation.id, Handoff.episode == conversation.episode)
        .order_by(Handoff.id.desc())
        .limit(1)
    )
    if handoff is None or handoff.resolved_at is None:
        return
    handoff.ended_at = handoff.resolved_at = None
    for clock in session.scalars(
        select(AppliedSla).where(
            AppliedSla.conversation_id == conversation.id,
            AppliedSla.handoff_id == handoff.id,
            AppliedSla.kind == "resolution",
        )
    ):
        clock.met_at = clock.ended_at = None


def reprioritised(session: Session, conversation: Conversation, before: Priority, sla: Sla, now: datetime) -> None:
    """Deadlines follow the priority: each has as much more or less time as it allows; what is broken stays broken."""
    handoff = current_handoff(session, conversation)
    if handoff is None or not sla.policies:
        return
    sla = in_its_hours(session, conversation, sla)
    running = {clock.kind: clock for clock in _running(session, conversation)}
    for clock in running.values():
        _move(clock, conversation, before, sla, now)
    for target in _lacking(handoff, running):
        _start(session, conversation, handoff.id, target, sla, handoff.queued_at)


def moved(session: Session, conversation: Conversation, before: Sla, sla: Sla, now: datetime) -> None:
    """To another team: what is left of a deadline passes in its hours; what a customer was promised stays promised."""
    after = in_its_hours(session, conversation, sla)
    if after.hours == before.hours:
        return
    for clock in _running(session, conversation):
        clock.deadline_at = _in_other_hours(clock.deadline_at, before.hours, after.hours, now)
        clock.warn_at = _in_other_hours(clock.warn_at, before.hours, after.hours, now)


def _in_other_hours(at: datetime, before: BusinessHours, after: BusinessHours, now: datetime) -> datetime:
    """As much working time ahead as before; what has passed, or would never come, stays where it is."""
    if at <= now:
        return at
    left = before.working_time_between(now, at)
    # Nothing is left where those hours have changed since it was set: that is nobody's delay.
    return (after.add_working_time(now, left) if left else None) or at


def _lacking(handoff: Handoff, running: dict[str, AppliedSla]) -> Sequence[Target]:
    """What the earlier priority had no deadline for."""
    wanted = AT_HANDOFF if handoff.first_human_reply_at is None else AT_HANDOFF[1:]
    return [target for target in wanted if target not in running]


def _move(clock: AppliedSla, conversation: Conversation, before: Priority, sla: Sla, now: datetime) -> None:
    target, priority = target_of(clock.kind), Priority(conversation.priority)
    deadline = sla.deadline(target, priority, clock.started_at)
    if deadline is None:
        _stop(clock, now)
        return
    # What has passed may have passed in another team's hours: then only what is left can be counted in these.
    deadline = sla.adjusted(target, before, priority, clock.deadline_at, now) or deadline
    clock.deadline_at, clock.warn_at = deadline.at, deadline.warn_at
    if deadline.warn_at > now:
        clock.warned_at = None


def _promise(handoff: Handoff, promise: PromisedTime, now: datetime) -> Promise:
    return Promise(
        conversation_id=handoff.conversation_id,
        handoff_id=handoff.id,
        kind=promise.kind,
        made_at=now,
        due_at=promise.due_at,
        first_due_at=promise.due_at,
        near_at=promises.near_at(now, promise.due_at),
        retell_at=promises.retold_at(now, promise.due_at),
    )


def _start(
    session: Session, conversation: Conversation, handoff_id: int, target: Target, sla: Sla, started_at: datetime
) -> None:
    deadline = sla.deadline(target, Priority(conversation.priority), started_at)
    if deadline is not None:
        session.add(
            AppliedSla(
                conversation_id=conversation.id,
                handoff_id=handoff_id,
                kind=target,
                started_at=started_at,
                deadline_at=deadline.at,
                warn_at=deadline.warn_at,
            )
        )


def _judge(promise: Promise, now: datetime) -> None:
    """A promise ends; broken where its first time has passed, whether or not that was noticed then."""
    promise.ended_at = now
    if not promises.is_kept(promise.first_due_at, now):
        promise.broken_at = promise.broken_at or promise.first_due_at


def _meet(clock: AppliedSla, now: datetime) -> None:
    clock.met_at = now
    if now <= clock.deadline_at:
        clock.breached_at = None  # noticed late that it was done in time
    _stop(clock, now)


def _stop(clock: AppliedSla, now: datetime) -> None:
    clock.ended_at = now
    if now > clock.deadline_at:
        clock.breached_at = clock.breached_at or clock.deadline_at


def _promised(session: Session, conversation: Conversation) -> Sequence[Promise]:
    return session.scalars(
        select(Promise)
        .where(Promise.conversation_id == conversation.id, Promise.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _running(session: Session, conversation: Conversation) -> Sequence[AppliedSla]:
    return session.scalars(
        select(AppliedSla)
        .where(AppliedSla.conversation_id == conversation.id, AppliedSla.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
