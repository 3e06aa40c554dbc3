"""Danger in what a customer writes to people who have the conversation already."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handoff.desk import clocks
from handoff.desk.assign import assign, direct, is_relieved, look_again
from handoff.desk.presence import availability, has_left
from handoff.desk.record import add_activity, add_words, announce, locked, set_priority, transition
from handoff.desk.timetable import in_its_hours
from handoff.models import Conversation
from handoff.sla import NO_SLA, Sla
from handoff.states import Status
from handoff.values import Activity, Outgoing, Priority, Reason


def raise_alarm(
    session: Session, conversation_id: int, words: Sequence[Outgoing], now: datetime, *, sla: Sla = NO_SLA
) -> bool:
    """Urgent from now on, with the team whose matter it is, marked for agents, and `words` once an episode.

    Whose console is closed does not keep it where somebody else can take it; whoever is there does. False where people
    do not have it, or know already.
    """
    conversation = locked(session, conversation_id)
    before, is_known = Priority(conversation.priority), conversation.reason == Reason.SAFETY
    if conversation.status not in (Status.OPEN, Status.SNOOZED) or (is_known and before is Priority.URGENT):
        return False
    conversation.reason = Reason.SAFETY
    set_priority(conversation, Priority.URGENT)
    clocks.reprioritised(session, conversation, before, sla, now)
    add_activity(session, conversation, now, Activity.DANGER, None)
    if not is_known:
        add_words(session, conversation, now, words, None)
    _release(session, conversation, now)
    if conversation.assignee_id is None:
        hours_before = in_its_hours(session, conversation, sla)
        direct(session, conversation, conversation.intent)
        clocks.moved(session, conversation, hours_before, sla, now)
    else:
        look_again(session, conversation, now)
    announce(session, conversation, "danger", now)
    assign(session, now)
    return True


def _release(session: Session, conversation: Conversation, now: datetime) -> None:
    agent = conversation.assignee
    if agent is None or not has_left(agent, now) or availability(agent, now) != "offline":
        return
    if is_relieved(session, conversation, now):
        transition(conversation, Status.OPEN)
        conversation.unanswered_since = conversation.unanswered_since or now
        add_activity(session, conversation, now, Activity.GONE, agent.id)
