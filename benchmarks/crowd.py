"""A busy shop's database: thousands of open conversations, and agents with a session each."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from handoff.db import is_postgres, table
from handoff.desk import people
from handoff.models import AppliedSla, Contact, Conversation, Handoff, Message, Promise
from handoff.states import Status

LANGUAGES = ("zh-TW", "zh-CN", "en")
IN_QUEUE = 5
"""One of so many waits for anybody; the others are with the agents."""
NUMBERED = (Contact, Conversation, Handoff)
"""Rows that bring their ids; PostgreSQL counts on from where it was."""
HEARD = "我想請你們幫我看一下這筆訂單,謝謝"


def hire(session: Session, count: int, now: datetime) -> list[str]:
    """Agents, each signed in: the secrets of their sessions."""
    first = len(people.agents(session))
    names = [f"Agent{number}" for number in range(first, first + count)]
    hired = [people.add_agent(session, f"{name}@bench.example", name, "admin", now) for name in names]
    return [people.open_session(session, agent.id, now)[1] for agent in hired]


def gather(session: Session, count: int, now: datetime) -> None:
    """So many customers who were handed to people in the last hours; written as the verbs would have left them."""
    agents = [agent.id for agent in people.agents(session)]
    first = (session.scalar(select(Contact.id).order_by(Contact.id.desc()).limit(1)) or 0) + 1
    ids = range(first, first + count)
    for model, row in (
        (Contact, _contact),
        (Conversation, lambda one, at: _conversation(one, at, agents)),
        (Message, _message),
        (Handoff, lambda one, at: _handoff(one, at, agents)),
        (Promise, _promise),
        (AppliedSla, _sla),
    ):
        session.execute(insert(table(model)), [row(one, now - timedelta(seconds=2 * (one - first))) for one in ids])
        if is_postgres(session) and model in NUMBERED:
            counted = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :newest)")
            session.execute(counted, {"name": model.__tablename__, "newest": ids[-1]})


def _contact(one: int, at: datetime) -> dict[str, object]:
    return {
        "id": one,
        "channel": "widget",
        "key": f"crowd-{one}",
        "name": f"C{one:05}",
        "named": False,
        "email_vouched": False,
        "identified": False,
        "locale": LANGUAGES[one % 3],
        "created_at": at,
        "last_seen_at": at,
    }


def _conversation(one: int, at: datetime, agents: list[int]) -> dict[str, object]:
    assignee = agents[one % len(agents)] if one % IN_QUEUE else None
    return {
        "id": one,
        "reference": f"CR{one:08}",
        "contact_id": one,
        "channel": "widget",
        "status": Status.OPEN,
        "assignee_id": assignee,
        "priority": "high" if one % 10 == 0 else "normal",
        "priority_rank": 1 if one % 10 == 0 else 2,
        "language": LANGUAGES[one % 3],
        "reason": "customer_request",
        "epoch": 1,
        "episode": 1,
        "rev": 1,
        "last_seq": 1,
        "last_incoming_seq": 1,
        "answered_seq": 0,
        "agent_seen_seq": 0,
        "delivered_seq": 0,
        "seen_seq": 0,
        "unanswered_since": at,
        "tags": [],
        "preview": HEARD,
        "preview_author": "contact",
        "bot_memory": {},
        "created_at": at,
        "last_at": at,
    }


def _message(one: int, at: datetime) -> dict[str, object]:
    return {
        "conversation_id": one,
        "seq": 1,
        "rev": 1,
        "episode": 1,
        "kind": "incoming",
        "private": False,
        "author": "contact",
        "source_id": f"c:crowd-{one}",
        "text": HEARD,
        "format": "plain",
        "content": {},
        "created_at": at,
    }


def _handoff(one: int, at: datetime, agents: list[int]) -> dict[str, object]:
    claimed = one % IN_QUEUE > 0
    return {
        "id": one,
        "conversation_id": one,
        "episode": 1,
        "reason": "customer_request",
        "priority": "normal",
        "packet": {"summary": HEARD},
        "asked_at": at,
        "queued_at": at,
        "claimed_at": at + timedelta(minutes=1) if claimed else None,
        "agent_id": agents[one % len(agents)] if claimed else None,
    }


def _promise(one: int, at: datetime) -> dict[str, object]:
    """Far away: nothing is to slip while somebody measures."""
    due = at + timedelta(days=1)
    return {
        "conversation_id": one,
        "handoff_id": one,
        "kind": "wait",
        "made_at": at,
        "due_at": due,
        "first_due_at": due,
        "near_at": due - timedelta(minutes=30),
        "retell_at": due - timedelta(minutes=15),
    }


def _sla(one: int, at: datetime) -> dict[str, object]:
    due = at + timedelta(days=1)
    return {
        "conversation_id": one,
        "handoff_id": one,
        "kind": "first_response",
        "started_at": at,
        "deadline_at": due,
        "warn_at": due - timedelta(hours=2),
    }
