"""What time itself does to promises and deadlines. Run by jobs; each step may be tried by several processes at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from handoff import events, jobs
from handoff.desk import clocks
from handoff.desk.record import add_activity, add_words, announce, current_handoff, language_of, locked
from handoff.models import AppliedSla, Conversation, Handoff, Promise
from handoff.queue import UNANSWERED, WAITING
from handoff.states import Status
from handoff.values import Activity, Outgoing, Priority, PromisedTime, Reader, Telling

AT_ONCE = 100
OVERDUE = "overdue"
"""The job that looks when the second time is up."""
Words = Callable[[PromisedTime, Reader, Telling], Sequence[Outgoing]]
"""What a customer is told: the new time, as they read it, and why."""


@dataclass(frozen=True, slots=True)
class Slipping:
    """A promise that is close to its time and was not told anew yet, of a conversation of this team."""

    id: int
    conversation_id: int
    due_at: datetime
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class Forsaken:
    """A conversation of this team that its agent has left while the customer waits."""

    conversation_id: int
    team_id: int | None


def slipping(session: Session, now: datetime, limit: int = AT_ONCE) -> list[Slipping]:
    """Promises that may not be kept in time and were told once so far; soonest first.

    Who is urgent was promised what the shop asks of itself: no later time is named before that one has passed.
    """
    may_be_told = or_(Conversation.priority != Priority.URGENT, Promise.due_at < now)
    rows = session.execute(
        select(Promise.id, Promise.conversation_id, Promise.due_at, Conversation.team_id)
        .join(Conversation, Conversation.id == Promise.conversation_id)
        .where(Promise.ended_at.is_(None), Promise.retell_at <= now, Promise.told_at.is_(None), may_be_told)
        .order_by(Promise.due_at)
        .limit(limit)
    )
    return [Slipping(row.id, row.conversation_id, row.due_at, row.team_id) for row in rows]


def retell(session: Session, slipped: Slipping, promised: PromisedTime, words: Words, now: datetime) -> bool:
    """Tell the customer a later time, once.

    False where somebody answered meanwhile, another process was quicker, or the time is no later one.
    """
    conversation = locked(session, slipped.conversation_id)
    promise = session.get(Promise, slipped.id, populate_existing=True)
    if promise is None or promise.ended_at is not None or promise.told_at is not None:
        return False
    if promised.due_at <= promise.due_at:
        return False
    if conversation.status not in (Status.OPEN, Status.SNOOZED):
        return False
    promise.told_at, promise.due_at = now, promised.due_at
    jobs.schedule(session, OVERDUE, str(promise.id), promised.due_at, {"id": promise.id})
    said = words(promised, _reader(conversation), "late" if now > promise.first_due_at else "later")
    add_words(session, conversation, now, said, None)
    announce(session, conversation, "promise_told", now)
    return True


def overdue(session: Session, promise_id: int, now: datetime) -> bool:
    """The later time has passed as well: agents and leads hear of it. The customer was told twice, and is not again.

    False where it is over by now.
    """
    found = session.get(Promise, promise_id)
    if found is None:
        return False
    conversation = locked(session, found.conversation_id)
    promise = session.get_one(Promise, promise_id, populate_existing=True)
    if promise.ended_at is not None or promise.due_at > now:
        return False
    promise.broken_at = promise.broken_at or promise.first_due_at
    add_activity(session, conversation, now, Activity.OVERDUE, None)
    announce(session, conversation, "overdue", now)
    return True


def forsaken(session: Session, after: int = 0, limit: int = AT_ONCE) -> list[Forsaken]:
    """Whose agent has left them with something unanswered, and who was told no time for that; those after an id."""
    promised = exists().where(Promise.conversation_id == Conversation.id, Promise.ended_at.is_(None))
    rows = session.execute(
        select(Conversation.id, Conversation.team_id)
        .join(Handoff, Handoff.conversation_id == Conversation.id)
        .where(Conversation.id > after, *WAITING, UNANSWERED, ~promised)
        .where(Handoff.ended_at.is_(None), Handoff.claimed_at.is_not(None))
        .order_by(Conversation.id)
        .limit(limit)
    )
    return [Forsaken(row.id, row.team_id) for row in rows]


def promise_anew(session: Session, conversation_id: int, promised: PromisedTime, words: Words, now: datetime) -> bool:
    """Tell who lost their agent by when somebody else answers.

    False where somebody has taken or answered it meanwhile, or another process was quicker.
    """
    conversation = locked(session, conversation_id)
    handoff = current_handoff(session, conversation)
    running = (Promise.conversation_id == conversation_id, Promise.ended_at.is_(None))
    if handoff is None or session.scalar(select(Promise.id).where(*running).limit(1)) is not None:
        return False
    if conversation.status != Status.OPEN or conversation.assignee_id is not None:
        return False
    if conversation.answered_seq >= conversation.last_incoming_seq:
        return False
    clocks.promise(session, handoff, promised, now)
    add_words(session, conversation, now, words(promised, _reader(conversation), "anew"), None)
    announce(session, conversation, "promise_told", now)
    return True


def break_promises(session: Session, now: datetime, limit: int = AT_ONCE) -> int:
    """Mark promises whose first time has passed; how many. Their customers wait on."""
    passed = (Promise.ended_at.is_(None), Promise.first_due_at < now, Promise.broken_at.is_(None))
    found = select(Promise.id).where(*passed).order_by(Promise.first_due_at).limit(limit)
    broken = update(Promise).where(Promise.id.in_(found), *passed).values(broken_at=Promise.first_due_at)
    return _tell(session, "promise_broken", broken.returning(Promise.conversation_id), now)


def warn(session: Session, now: datetime, limit: int = AT_ONCE) -> int:
    """Mark deadlines that have become near; how many."""
    near = (AppliedSla.ended_at.is_(None), AppliedSla.warn_at <= now, AppliedSla.warned_at.is_(None))
    found = select(AppliedSla.id).where(*near).order_by(AppliedSla.warn_at).limit(limit)
    warned = update(AppliedSla).where(AppliedSla.id.in_(found), *near).values(warned_at=now)
    return _tell(session, "deadline_near", warned.returning(AppliedSla.conversation_id), now)


def breach(session: Session, now: datetime, limit: int = AT_ONCE) -> int:
    """Mark deadlines that have passed; how many."""
    passed = (AppliedSla.ended_at.is_(None), AppliedSla.deadline_at < now, AppliedSla.breached_at.is_(None))
    found = select(AppliedSla.id).where(*passed).order_by(AppliedSla.deadline_at).limit(limit)
    breached = update(AppliedSla).where(AppliedSla.id.in_(found), *passed).values(breached_at=AppliedSla.deadline_at)
    return _tell(session, "deadline_passed", breached.returning(AppliedSla.conversation_id), now)


def _tell(session: Session, kind: str, change: ReturningUpdate[tuple[int]], now: datetime) -> int:
    """Make the change; agents see it, customers are told nothing by it."""
    changed = session.scalars(change.execution_options(synchronize_session=False)).all()
    revs = select(Conversation.id, Conversation.rev).where(Conversation.id.in_(changed))
    for conversation_id, rev in session.execute(revs).all():
        events.append(session, kind, conversation_id, rev, now)
    return len(changed)


def _reader(conversation: Conversation) -> Reader:
    return Reader(language_of(conversation), conversation.contact.zone)
