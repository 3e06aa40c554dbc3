"""Values tests start from, each with a sensible default for everything a test does not care about."""

import itertools
from datetime import datetime

from sqlalchemy.orm import Session

from handoff import desk
from handoff.desk import people
from handoff.values import (
    Action,
    CallForPerson,
    Channel,
    Content,
    Fence,
    InboundMessage,
    Language,
    Outgoing,
    Priority,
    Reason,
    Recorded,
    Text,
)

_counter = itertools.count(1)


def inbound(
    text: str = "Where is my parcel?",
    *,
    contact: str = "visitor-1",
    source_id: str | None = None,
    content: Content | None = None,
    locale: Language | None = None,
    channel: Channel = "widget",
) -> InboundMessage:
    return InboundMessage(channel, contact, source_id or f"m{next(_counter)}", content or Text(text), locale)


def press(name: str, value: str = "", *, contact: str = "visitor-1", episode: int | None = None) -> InboundMessage:
    return inbound(contact=contact, content=Action(name, value, label=name, episode=episode))


def words(text: str = "Here are the steps.") -> tuple[Outgoing, ...]:
    return (Outgoing(text),)


def call(reason: Reason = Reason.LOW_CONFIDENCE, priority: Priority = Priority.NORMAL) -> CallForPerson:
    return CallForPerson(reason, priority, (Outgoing("A colleague takes over.", author="system"),), {})


def write(
    session: Session,
    now: datetime,
    text: str = "Where is my parcel?",
    contact: str = "visitor-1",
    channel: Channel = "widget",
) -> Recorded:
    return desk.record_inbound(session, inbound(text, contact=contact, channel=channel), now)


def fence(session: Session, conversation_id: int) -> Fence:
    turn = desk.open_turn(session, conversation_id)
    assert turn is not None, "the bot has nothing to answer"
    return turn.fence


def answer(session: Session, now: datetime, at: Fence, text: str = "Here are the steps.") -> None:
    desk.reply(session, at, words(text), now, decision={"decision": "answer"}, memory={}, language="en")


def hand_off(session: Session, now: datetime, at: Fence, reason: Reason = Reason.LOW_CONFIDENCE) -> None:
    desk.hand_off(session, at, call(reason), now, decision={"decision": "handoff"}, language="en")


def agent(session: Session, now: datetime, name: str = "Mei") -> int:
    return people.add_agent(session, f"{name.lower()}@shop.example", name, "agent", now).id
