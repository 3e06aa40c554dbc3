"""One step on many conversations: each is a verb and a transaction of its own, with the fences it has alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.desk.ownership import add_tag, change_priority, claim, reopen, resolve, snooze
from handoff.desk.passing import transfer
from handoff.desk.record import locked
from handoff.models import Conversation, Message
from handoff.sla import NO_SLA, Sla
from handoff.states import Status
from handoff.values import Activity, Priority


@dataclass(frozen=True, slots=True)
class Claim:
    pass


@dataclass(frozen=True, slots=True)
class Resolve:
    pass


@dataclass(frozen=True, slots=True)
class Reopen:
    pass


@dataclass(frozen=True, slots=True)
class Snooze:
    until: datetime


@dataclass(frozen=True, slots=True)
class Transfer:
    """`anybodys`: a lead gives away whatever is not resolved."""

    to_id: int | None
    team_id: int | None
    note: str | None
    anybodys: bool


@dataclass(frozen=True, slots=True)
class Prioritise:
    priority: Priority


@dataclass(frozen=True, slots=True)
class AddTag:
    tag: str


Step = Claim | Resolve | Reopen | Snooze | Transfer | Prioritise | AddTag


def take(
    session: Session,
    step: Step,
    conversation_id: int,
    agent_id: int,
    seen_seq: int,
    now: datetime,
    *,
    sla: Sla = NO_SLA,
) -> None:
    """The step on one conversation, which may come twice: what is so already is done. Raises as its verb does."""
    conversation = locked(session, conversation_id)
    if _is_so(conversation, step, agent_id) or _was_passed_on(session, conversation, step, agent_id, seen_seq):
        return
    match step:
        case Claim():
            claim(session, conversation_id, agent_id, now)
        case Resolve():
            resolve(session, conversation_id, agent_id, seen_seq, now)
        case Reopen():
            reopen(session, conversation_id, agent_id, now)
        case Snooze(until):
            snooze(session, conversation_id, agent_id, seen_seq, until, now)
        case Transfer(to_id, team_id, note, anybodys):
            transfer(session, conversation_id, agent_id, to_id, note, now, team_id=team_id, anybodys=anybodys, sla=sla)
        case Prioritise(priority):
            change_priority(session, conversation_id, agent_id, priority, now, sla=sla)
        case AddTag(tag):
            add_tag(session, conversation_id, agent_id, tag, now)


def _is_so(conversation: Conversation, step: Step, agent_id: int) -> bool:
    """Whether the step has been taken: by this agent, or with the same end."""
    status, holder = conversation.status, conversation.assignee_id
    match step:
        case Resolve():
            return status == Status.RESOLVED and conversation.reopen_to == agent_id
        case Claim() | Reopen():
            return status == Status.OPEN and holder == agent_id
        case Snooze(until):
            return status == Status.SNOOZED and holder == agent_id and conversation.snoozed_until == until
        case Transfer(to_id, team_id):
            held = (status, holder) == (Status.OPEN, to_id)
            return held and (team_id is None or conversation.team_id == team_id)
        case Prioritise(priority):
            return conversation.priority == priority
        case AddTag(tag):
            return tag.strip().lower() in conversation.tags


def _was_passed_on(session: Session, conversation: Conversation, step: Step, agent_id: int, seen_seq: int) -> bool:
    """Whether this agent has given it to a queue since they looked; it may have been given out there at once."""
    if not isinstance(step, Transfer) or step.to_id is not None:
        return False
    since = session.scalars(
        select(Message.content).where(
            Message.conversation_id == conversation.id, Message.agent_id == agent_id, Message.seq > seen_seq
        )
    )
    return any(content.get("activity") == Activity.TRANSFERRED for content in since)
