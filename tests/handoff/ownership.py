"""What must hold of every stored conversation, whoever raced whom. Used by the property and the two-process test."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.events import Event
from handoff.models import Conversation, Message
from handoff.values import Activity

BOT_AGAIN = {Activity.HANDED_BACK, Activity.WAIT_CANCELLED}


def check_everything(session: Session) -> None:
    for conversation in session.scalars(select(Conversation)):
        messages = session.scalars(
            select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq)
        ).all()
        check_order(conversation, messages)
        check_silence(messages)
        check_answered_once(messages)


def check_order(conversation: Conversation, messages: Sequence[Message]) -> None:
    assert [m.seq for m in messages] == list(range(1, conversation.last_seq + 1)), "a gap or a double in seq"
    assert len({m.rev for m in messages}) == len(messages), "two messages share a rev"
    assert max((m.rev for m in messages), default=0) <= conversation.rev


def check_silence(messages: Sequence[Message]) -> None:
    """Between a handoff or claim and the way back the bot says nothing, and one agent at a time has it."""
    people_own, holder = False, None
    for message in messages:
        activity = message.content.get("activity")
        if activity == Activity.CLAIMED:
            left_by = message.content.get("detail")
            assert holder is None or left_by, f"claimed by {message.agent_id} while {holder} had it"
            people_own, holder = True, message.agent_id
        elif activity == Activity.ASSIGNED:
            had_by = message.content.get("detail")
            assert (holder is None) == (had_by is None), f"given to {message.agent_id}, from {had_by}, of {holder}"
            people_own, holder = True, message.agent_id
        elif activity in (Activity.UNANSWERED, Activity.LEFT, Activity.GONE):
            assert holder == message.agent_id, "taken from somebody who did not have it"
            holder = None
        elif activity == Activity.REOPENED:
            people_own, holder = True, message.agent_id
        elif activity == Activity.TRANSFERRED:
            assert holder is not None, "passed on by nobody"
            holder = None if message.private else message.agent_id
        elif activity in BOT_AGAIN or activity == Activity.RESOLVED:
            people_own, holder = False, None
        elif message.author == "system" and message.answers_seq is not None:
            assert not people_own, "handed off twice"
            people_own = True
        elif message.author == "bot":
            assert not people_own, f"the bot spoke at {message.seq} while people owned the conversation"
        elif message.author == "agent" and not message.private:
            assert message.agent_id == holder, "an agent spoke who did not have the conversation"


def check_answered_once(messages: Sequence[Message]) -> None:
    """No burst is answered twice, and no bubble counts as answered that the bot had not read.

    One answer may have several messages; they are stored at once.
    """
    newest = None
    for message in messages:
        if message.kind == "incoming":
            newest = message.seq
        elif message.author == "bot" and message.answers_seq is not None:
            assert message.answers_seq == newest, "the bot answered past a bubble it had not read"
    turns: dict[int, set[datetime]] = {}
    for message in messages:
        if message.author == "bot" and message.answers_seq is not None:
            turns.setdefault(message.answers_seq, set()).add(message.created_at)
    assert all(len(moments) == 1 for moments in turns.values()), "a burst was answered twice"
    assert list(turns) == sorted(turns)


def all_events(session: Session) -> set[tuple[str, int, int]]:
    return {(e.kind, e.conversation_id, e.rev) for e in session.scalars(select(Event))}
