"""From one to another: to a colleague, to a team, or back to the queue."""

from datetime import datetime

from sqlalchemy.orm import Session

from handoff.desk import clocks
from handoff.desk.assign import assign, is_there, look_after, passed_on, tell_assigned
from handoff.desk.hearing import left_unheard
from handoff.desk.record import (
    add_activity,
    add_message,
    announce,
    current_handoff,
    give,
    locked,
    owned,
    put_in_team,
    transition,
)
from handoff.desk.timetable import in_its_hours
from handoff.errors import BadInput, IllegalTransition, NotFound
from handoff.models import Agent, Conversation, Team
from handoff.roles import WORKING
from handoff.sla import NO_SLA, Sla
from handoff.states import Status
from handoff.values import Activity


def transfer(
    session: Session,
    conversation_id: int,
    agent_id: int,
    to_id: int | None,
    note: str | None,
    now: datetime,
    *,
    team_id: int | None = None,
    anybodys: bool = False,
    sla: Sla = NO_SLA,
) -> None:
    """The assigned agent gives the conversation to a colleague, to a team's queue or back to its own, with a note.

    `anybodys`: a lead gives away whatever is not resolved. Raises `NotYours`, `NotFound`, or `BadInput` for whoever
    has it already. The customer waits from now on, unless answered.
    """
    if anybodys:
        conversation = _not_resolved(session, conversation_id)
    else:
        conversation = owned(session, conversation_id, agent_id, None)
    _require_target(session, conversation, to_id, team_id)
    if conversation.status == Status.PENDING:
        left_unheard(session, conversation, now)
    before = conversation.assignee_id
    _leave_note(session, conversation, agent_id, note, now)
    if to_id is not None:
        _pass_to(session, conversation, to_id, now)
    else:
        hours_before = in_its_hours(session, conversation, sla)
        _pass_back(session, conversation, agent_id, team_id, now)
        clocks.moved(session, conversation, hours_before, sla, now)
    if before is not None:
        passed_on(session, conversation, before, now)
    announce(session, conversation, "transfer", now)
    is_there(session, agent_id, now)
    assign(session, now)


def _not_resolved(session: Session, conversation_id: int) -> Conversation:
    conversation = locked(session, conversation_id)
    if conversation.status == Status.RESOLVED:
        raise IllegalTransition(Status.RESOLVED, Status.OPEN)
    return conversation


def _require_target(session: Session, conversation: Conversation, to_id: int | None, team_id: int | None) -> None:
    to = session.get(Agent, to_id) if to_id is not None else None
    team = session.get(Team, team_id) if team_id is not None else None
    if to_id is not None and team_id is not None:
        raise BadInput("to a colleague or to a team, not to both")
    if to_id is not None and to_id == conversation.assignee_id:
        raise BadInput("they have it already; choose somebody else")
    if to_id is not None and (to is None or not to.active or to.role not in WORKING):
        raise NotFound("agent")
    if team_id is not None and (team is None or not team.active):
        raise NotFound("team")


def _pass_to(session: Session, conversation: Conversation, to_id: int, now: datetime) -> None:
    """The customer learns who is there; of who has not been spoken for yet, not before they say something."""
    handoff = current_handoff(session, conversation)
    if conversation.assignee_id is None or (handoff is not None and handoff.claimed_at is None):
        had_by = conversation.assignee.name if conversation.assignee else None
        give(session, conversation, to_id, now, taken=False)
        tell_assigned(session, conversation, to_id, now, had_by)
        look_after(session, conversation, to_id, now)
    else:
        to = session.get_one(Agent, to_id)
        give(session, conversation, to_id, now)
        add_activity(session, conversation, now, Activity.TRANSFERRED, to_id, detail=to.name)


def _pass_back(session: Session, conversation: Conversation, agent_id: int, team_id: int | None, now: datetime) -> None:
    """The customer learns of it where something of theirs is unanswered: by when somebody else comes."""
    team = session.get(Team, team_id) if team_id is not None else None
    transition(conversation, Status.OPEN)
    conversation.unanswered_since = conversation.unanswered_since or now
    put_in_team(session, conversation, team.id if team else conversation.team_id)
    detail = f"team:{team.key}" if team else None
    add_activity(session, conversation, now, Activity.TRANSFERRED, agent_id, detail=detail, private=True)


def _leave_note(session: Session, conversation: Conversation, agent_id: int, text: str | None, now: datetime) -> None:
    if text and text.strip():
        add_message(
            session,
            conversation,
            now,
            kind="outgoing",
            author="agent",
            text=text.strip(),
            private=True,
            agent_id=agent_id,
        )
