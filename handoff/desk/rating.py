"""Asking a customer how it was, and what they say."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff.desk.record import add_message, announce, locked
from handoff.errors import BadInput, OldButton
from handoff.models import Contact, Conversation, Handoff, Message, Rating
from handoff.satisfaction import SCORES, is_open, may_ask
from handoff.states import Status
from handoff.values import (
    RATE,
    RATING_FIELD,
    RATING_FORM,
    Action,
    Activity,
    Content,
    Filled,
    InboundMessage,
    RatedBy,
    Recorded,
)


def ask(session: Session, conversation: Conversation, by: RatedBy, agent_id: int | None, now: datetime) -> None:
    """Ask under the newest message, where it is fitting. The caller holds the conversation's lock."""
    row = session.get(Rating, (conversation.id, conversation.episode))
    if row is not None:
        if row.score is None:
            row.by, row.agent_id, row.seq, row.asked_at = by, agent_id, conversation.last_seq, now
        return
    if not may_ask(conversation.episode, _asked_before(session, conversation), _reasons(session, conversation)):
        return
    session.add(
        Rating(
            conversation_id=conversation.id,
            episode=conversation.episode,
            by=by,
            agent_id=agent_id,
            seq=conversation.last_seq,
            score=None,
            comment="",
            asked_at=now,
        )
    )


def is_rating(content: Content) -> bool:
    match content:
        case Action(name=name):
            return name == RATE
        case Filled(name=name):
            return name == RATING_FORM
        case _:
            return False


def rate(session: Session, message: InboundMessage, now: datetime) -> Recorded:
    """The customer gives a score, another one, or words beside it. It reopens nothing, and nobody has to answer it.

    Raises `OldButton` where nothing was asked or it is too late, `BadInput` for what is no score.
    """
    conversation = _own(session, message)
    content = message.content
    assert isinstance(content, Action | Filled), "the caller has asked is_rating"
    row = session.get(Rating, (conversation.id, content.episode)) if content.episode is not None else None
    if row is None or not is_open(row.asked_at, row.created_at, now) or _is_taken_back(row, conversation):
        raise OldButton("there is nothing to rate any more")
    if isinstance(content, Filled):
        if row.score is None:
            raise OldButton("words belong to a score")
        row.comment = content.values.get(RATING_FIELD, "").strip()[:400]
    else:
        row.score = _score(content.value)
    row.created_at, row.changed_at = row.created_at or now, now
    seq = _tell_agents(session, conversation, row, now)
    announce(session, conversation, "rated", now)
    return Recorded(conversation.id, 0, seq, False, False, now)


def _is_taken_back(row: Rating, conversation: Conversation) -> bool:
    """Whether the agent has taken the matter up again: it is not over."""
    return row.by == "agent" and row.episode == conversation.episode and conversation.status != Status.RESOLVED


def _asked_before(session: Session, conversation: Conversation) -> int | None:
    earlier = (Rating.conversation_id == conversation.id, Rating.episode < conversation.episode)
    return session.scalar(select(Rating.episode).where(*earlier).order_by(Rating.episode.desc()).limit(1))


def _reasons(session: Session, conversation: Conversation) -> list[str]:
    lately = (Handoff.conversation_id == conversation.id, Handoff.episode >= conversation.episode - 1)
    return [*session.scalars(select(Handoff.reason).where(*lately)), conversation.reason or ""]


def _own(session: Session, message: InboundMessage) -> Conversation:
    found = session.scalar(
        select(Conversation.id)
        .join(Contact)
        .where(Contact.channel == message.channel, Contact.key == message.contact_key)
        .where(Conversation.channel == message.channel)
    )
    if found is None:
        raise OldButton("there is nothing to rate")
    return locked(session, found)


def _score(value: str) -> int:
    if value not in map(str, SCORES):
        raise BadInput("the score must be a whole number from 1 to 5")
    return int(value)


def _tell_agents(session: Session, conversation: Conversation, row: Rating, now: datetime) -> int:
    """One line in the transcript, written anew when the customer changes their mind; its `seq`."""
    content = {"activity": Activity.RATED, "detail": f"{row.score} {row.comment}".strip()}
    source_id = f"r:rating-{row.episode}"
    changed = session.execute(
        update(Message)
        .where(Message.conversation_id == conversation.id, Message.source_id == source_id)
        .values(content=content, rev=conversation.rev + 1)
        .returning(Message.seq)
    ).first()
    if changed is not None:
        conversation.rev += 1
        return int(changed.seq)
    add_message(
        session,
        conversation,
        now,
        kind="activity",
        author="system",
        text="",
        private=True,
        agent_id=row.agent_id,
        source_id=source_id,
        content=content,
    )
    return conversation.last_seq
