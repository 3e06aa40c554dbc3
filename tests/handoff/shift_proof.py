"""What a shift has to show for itself, read from what is stored at its end alone.

The transcripts are read again as one story, in the order in which they were written: who had what, who waited, and
who was ahead of whom.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import queue
from handoff.assignment import NEVER
from handoff.desk.assign import NUDGE
from handoff.desk.presence import availability
from handoff.jobs import Job
from handoff.models import Agent, AppliedSla, Conversation, Handoff, Message, Promise
from handoff.queue import IN_QUEUE
from handoff.states import Status
from handoff.values import PRIORITY_ORDER, Activity, Priority
from handoff.watches import ABANDONED_AFTER, RETURN_EVERY

FAULTS = (
    "unseen",
    "wrong_places",
    "double_replies",
    "promises_missed",
    "deadlines_wrong",
    "over_capacity",
    "jumped",
)
OVER = {Activity.HANDED_BACK, Activity.WAIT_CANCELLED, Activity.RESOLVED, Activity.SILENT}


@dataclass(frozen=True, slots=True)
class Proof:
    """Counts; the `FAULTS` among them should be 0.

    `unseen`: customers who wait for nobody. `promises_missed`: their time passed and they had not been told a later
    one before; `told_twice_late`: the later one passed as well.
    """

    handoffs: int = 0
    claimed: int = 0
    cancelled: int = 0
    longest_queue: int = 0
    promises: int = 0
    promises_kept: int = 0
    promises_retold: int = 0
    promises_late_again: int = 0
    deadlines: int = 0
    unseen: int = 0
    wrong_places: int = 0
    double_replies: int = 0
    promises_missed: int = 0
    deadlines_wrong: int = 0
    over_capacity: int = 0
    jumped: int = 0


@dataclass(slots=True)
class _Told:
    """A conversation as far as its story is told."""

    team: str
    rank: int = 2
    since: datetime | None = None
    in_queue: bool = False
    holder: int | None = None
    snoozed: bool = False
    refused: set[int] = field(default_factory=set)

    def end(self) -> None:
        self.since, self.in_queue, self.holder, self.snoozed = None, False, None, False
        self.refused = set()


class _Story:
    """All transcripts, read as one."""

    def __init__(self, session: Session, capacity: int) -> None:
        self._capacity = capacity
        self._ranks = {
            (one.conversation_id, one.episode): PRIORITY_ORDER[Priority(one.priority)]
            for one in session.scalars(select(Handoff))
        }
        self.told = {one.id: _Told(_team_of(one)) for one in session.scalars(select(Conversation))}
        self.double_replies = self.over_capacity = self.jumped = self.longest_queue = 0
        for message in session.scalars(select(Message).order_by(Message.id)):
            self._happens(message, self.told[message.conversation_id])

    def key(self, conversation_id: int) -> tuple[int, datetime, int]:
        told = self.told[conversation_id]
        assert told.since is not None, f"{conversation_id} is in the queue and does not wait"
        return told.rank, told.since, conversation_id

    def _happens(self, message: Message, told: _Told) -> None:
        activity = message.content.get("activity")
        if message.kind == "incoming":
            told.since, told.snoozed = told.since or message.created_at, False
        elif activity in OVER:
            told.end()
        elif activity is not None:
            self._changes_hands(message, Activity(activity), told)
        elif message.author == "system" and message.answers_seq is not None:
            told.in_queue, told.rank = True, self._ranks[message.conversation_id, message.episode]
            self.longest_queue = max(self.longest_queue, sum(one.in_queue for one in self.told.values()))
        elif message.author == "agent" and not message.private:
            self._replied(message, told)

    def _changes_hands(self, message: Message, activity: Activity, told: _Told) -> None:
        match activity:
            case Activity.CLAIMED | Activity.ASSIGNED | Activity.REOPENED:
                self._given(message, activity, told)
            case Activity.TRANSFERRED if not message.private:
                told.holder, told.in_queue = message.agent_id, False
            case Activity.TRANSFERRED | Activity.UNANSWERED | Activity.LEFT | Activity.GONE:
                told.refused |= {told.holder} if told.holder is not None else set()
                told.holder, told.in_queue, told.since = None, True, told.since or message.created_at
            case Activity.SNOOZED:
                told.snoozed, told.since = True, None
            case Activity.WOKEN:
                told.snoozed, told.since = False, message.created_at

    def _given(self, message: Message, activity: Activity, told: _Told) -> None:
        agent_id, from_queue = message.agent_id, told.in_queue
        assert agent_id is not None, "given to nobody"
        if from_queue and activity is not Activity.REOPENED:
            mine = self.key(message.conversation_id)
            self.jumped += any(
                self.key(other) < mine
                for other, ahead in self.told.items()
                if ahead.in_queue and ahead.team == told.team and agent_id not in ahead.refused
            )
        told.holder, told.in_queue = agent_id, False
        if from_queue and activity is Activity.ASSIGNED:
            has = sum(one.holder == agent_id and not one.snoozed for one in self.told.values())
            self.over_capacity += has > self._capacity

    def _replied(self, message: Message, told: _Told) -> None:
        """A colleague's words are a double, unless the customer was passed to them."""
        self.double_replies += message.agent_id != told.holder
        told.since = None


def proof(session: Session, now: datetime, places: Mapping[int, int | None], capacity: int) -> Proof:
    """`places` are those that customers see, by conversation."""
    story, handoffs = _Story(session, capacity), session.scalars(select(Handoff)).all()
    return replace(
        _promised(session, now),
        handoffs=len(handoffs),
        claimed=sum(one.claimed_at is not None for one in handoffs),
        cancelled=sum(one.claimed_at is None and one.ended_at is not None for one in handoffs),
        longest_queue=story.longest_queue,
        unseen=sum(_is_unseen(session, one, now) for one in session.scalars(select(Conversation))),
        wrong_places=_wrong_places(session, story, places),
        double_replies=story.double_replies + _said_twice(session),
        deadlines=len(session.scalars(select(AppliedSla.id)).all()),
        deadlines_wrong=sum(_is_wrong(clock, now) for clock in session.scalars(select(AppliedSla))),
        over_capacity=story.over_capacity,
        jumped=story.jumped,
    )


def _is_unseen(session: Session, one: Conversation, now: datetime) -> bool:
    """A customer waits, and nobody will look: the bot has forgotten them, or who has them is gone for long."""
    if one.answered_seq >= one.last_incoming_seq and one.unanswered_since is None:
        return False
    handoff = session.scalar(
        select(Handoff).where(Handoff.conversation_id == one.id, Handoff.ended_at.is_(None)).limit(1)
    )
    match Status(one.status):
        case Status.RESOLVED:
            return True
        case Status.PENDING:
            return one.unanswered_since is None or now - one.unanswered_since > ABANDONED_AFTER
        case Status.OPEN if one.assignee is not None:
            return _is_left_alone(session, one, one.assignee, handoff, now)
        case Status.OPEN:
            return handoff is None or one.unanswered_since is None
    return False


def _is_left_alone(session: Session, one: Conversation, agent: Agent, handoff: Handoff | None, now: datetime) -> bool:
    """Of who is gone it goes back after a while; who was given one and said nothing is looked after."""
    waits_since = max(agent.seen_at or NEVER, one.unanswered_since or now)
    if availability(agent, now) == "offline":
        return now - waits_since > ABANDONED_AFTER + 2 * RETURN_EVERY
    if handoff is None or handoff.claimed_at is not None:
        return False
    key = f"{one.id}:{one.epoch}"
    return session.scalar(select(Job.id).where(Job.kind == NUDGE, Job.key == key)) is None


def _wrong_places(session: Session, story: _Story, places: Mapping[int, int | None]) -> int:
    """Who waits and is not told the place that the transcripts give them."""
    waiting: Sequence[int] = session.scalars(select(Conversation.id).where(*IN_QUEUE)).all()
    true = {one: place for place, one in enumerate(sorted(waiting, key=story.key), 1)}
    return sum(not place == places.get(one) == queue.position(session, one) for one, place in true.items())


def _said_twice(session: Session) -> int:
    """The same words in one conversation, of which no two are meant alike: a repeated send that was stored again."""
    said = session.execute(
        select(Message.conversation_id, Message.text).where(Message.author == "agent", Message.private.is_(False))
    ).all()
    return len(said) - len(set(said))


def _promised(session: Session, now: datetime) -> Proof:
    made = session.scalars(select(Promise)).all()
    passed = [one for one in made if one.first_due_at < (one.ended_at or now)]
    missed = [one for one in passed if one.told_at is None or one.told_at > one.first_due_at]
    again = [one for one in passed if one not in missed and one.due_at < (one.ended_at or now)]
    return Proof(
        promises=len(made),
        promises_kept=sum(one.kept_at is not None for one in made),
        promises_retold=sum(one.told_at is not None for one in made),
        promises_late_again=len(again),
        promises_missed=len(missed),
    )


def _is_wrong(clock: AppliedSla, now: datetime) -> bool:
    """Late and not marked, or marked and not late; what is about to be looked at again may still be either."""
    late = (clock.ended_at or now) > clock.deadline_at
    return late != (clock.breached_at is not None)


def _team_of(conversation: Conversation) -> str:
    return "english" if conversation.language == "en" else "chinese"
