"""What time itself does to promises and deadlines. Run by jobs; each step may be tried by several processes at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from handoff import events
from handoff.desk.record import add_words, announce, locked
from handoff.models import AppliedSla, Conversation, Promise
from handoff.states import Status
from handoff.values import Language, Outgoing, PromisedTime

AT_ONCE = 100
Words = Callable[[PromisedTime, Language | None, bool], Sequence[Outgoing]]
"""What a customer is told: the new time, in which language, and whether the first one has passed already."""


@dataclass(frozen=True, slots=True)
class Slipping:
    """A promise that is close to its time and was not told anew yet, of a conversation of this team."""

    id: int
    conversation_id: int
    due_at: datetime
    team_id: int | None = None


def slipping(session: Session, now: datetime, limit: int = AT_ONCE) -> list[Slipping]:
    """Promises that may not be kept in time and were told once so far; soonest first."""
    rows = session.execute(
        select(Promise.id, Promise.conversation_id, Promise.due_at, Conversation.team_id)
        .join(Conversation, Conversation.id == Promise.conversation_id)
        .where(Promise.ended_at.is_(None), Promise.retell_at <= now, Promise.told_at.is_(None))
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
    language = conversation.language or conversation.contact.locale
    late = now > promise.first_due_at
    said = words(promised, _language(language), late)
    add_words(session, conversation, now, said, None)
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


def _language(code: str | None) -> Language | None:
    match code:
        case "zh-TW" | "zh-CN" | "en":
            return code
        case _:
            return None
