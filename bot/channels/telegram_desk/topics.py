"""What is stored of topics: where each stands, how far it was mirrored, and which messages stand for which.

Every call is written down before it is made, so that a restart neither repeats nor forgets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from handoff.db import ID, Base, UtcDateTime
from handoff.models import Conversation, Message
from handoff.states import Status

SWEPT_AT_ONCE = 5000
CALLS_KEPT = timedelta(minutes=2)
DEEDS_KEPT = timedelta(days=2)
"""Telegram keeps what nobody has fetched for a day."""


class TopicRow(Base):
    """A conversation's topic; `thread_id` None until there is one, or where it was deleted.

    `title` and `closed` are what Telegram was told last. `packet_id` is the message with the story of `packet_episode`.
    Mirrored are the messages up to `seq` and `part` parts of the next, as of `rev` and `epoch`. `trying` is a call
    whose answer nobody has seen yet, made `tries` times. `losses` counts how often the topic was gone in a row.
    """

    __tablename__ = "topics"
    __table_args__ = (Index(None, "group_id", "thread_id"),)

    conversation_id: Mapped[int] = mapped_column(ID, primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(128), default="")
    closed: Mapped[bool] = mapped_column(Boolean, default=False)
    packet_id: Mapped[int | None] = mapped_column(BigInteger)
    packet_episode: Mapped[int] = mapped_column(Integer, default=0)
    pinned: Mapped[bool] = mapped_column(Boolean, default=True)
    seq: Mapped[int] = mapped_column(Integer, default=0)
    part: Mapped[int] = mapped_column(Integer, default=0)
    rev: Mapped[int] = mapped_column(Integer, default=0)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    trying: Mapped[str | None] = mapped_column(String(40))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    losses: Mapped[int] = mapped_column(Integer, default=0)


class TopicMessage(Base):
    """A message on Telegram that stands for one of ours; `told`: that it did not reach the customer was said.

    With it, so many of the message's files stand there; `said` is what its words are known by.
    """

    __tablename__ = "topic_messages"
    __table_args__ = (Index(None, "conversation_id", "message_id"),)

    group_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    message_id: Mapped[int] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ID)
    told: Mapped[bool] = mapped_column(Boolean, default=False)
    files: Mapped[int] = mapped_column(Integer, default=0)
    said: Mapped[str] = mapped_column(String(12), default="")


class TopicCall(Base):
    """Something was written into a group: whoever takes over must know how much of its minute is gone."""

    __tablename__ = "topic_calls"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    group_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TopicDeed(Base):
    """Something an agent did in a group, by its message or press: updates come again."""

    __tablename__ = "topic_deeds"
    __table_args__ = (Index(None, "at"),)

    group_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Topic:
    """See `TopicRow`."""

    conversation_id: int
    group_id: int
    thread_id: int | None = None
    title: str = ""
    closed: bool = False
    packet_id: int | None = None
    packet_episode: int = 0
    pinned: bool = True
    seq: int = 0
    part: int = 0
    rev: int = 0
    epoch: int = 0
    trying: str | None = None
    tries: int = 0
    losses: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a conversation stands, and its topic, if it has one."""

    conversation_id: int
    status: Status
    episode: int
    rev: int
    epoch: int
    topic: Topic | None


_FIELDS = tuple(Topic.__dataclass_fields__)


def find(session: Session, conversation_id: int) -> Topic | None:
    row = session.get(TopicRow, conversation_id)
    return _topic(row) if row is not None else None


def at(session: Session, group_id: int, thread_id: int) -> Topic | None:
    """Whose topic it is; None for one that people have made for themselves."""
    row = session.scalar(select(TopicRow).where(TopicRow.group_id == group_id, TopicRow.thread_id == thread_id))
    return _topic(row) if row is not None else None


def behind(session: Session, groups: Sequence[int]) -> list[int]:
    """Conversations whose topic is missing, is in none of these groups, or does not show what is so now."""
    ours, is_open = TopicRow.group_id.in_(groups), Conversation.status == Status.OPEN
    missing = or_(TopicRow.conversation_id.is_(None), ~ours) & is_open
    said = (Conversation.status != Status.PENDING) & (TopicRow.rev != Conversation.rev)
    changed = ours & or_(said, TopicRow.epoch != Conversation.epoch)
    query = select(Conversation.id).outerjoin(TopicRow, TopicRow.conversation_id == Conversation.id)
    return list(session.scalars(query.where(or_(missing, changed)).order_by(Conversation.id).limit(SWEPT_AT_ONCE)))


def standings(session: Session, conversation_ids: Sequence[int]) -> list[Standing]:
    query = (
        select(Conversation, TopicRow)
        .outerjoin(TopicRow, TopicRow.conversation_id == Conversation.id)
        .where(Conversation.id.in_(conversation_ids))
        .order_by(Conversation.id)
    )
    return [
        Standing(one.id, Status(one.status), one.episode, one.rev, one.epoch, _topic(row) if row is not None else None)
        for one, row in session.execute(query)
    ]


def begin(session: Session, topic: Topic, call: str, now: datetime) -> int:
    """A call is about to be made: how often it was begun before without anybody knowing what came of it."""
    row = session.get(TopicRow, topic.conversation_id)
    if row is None:
        row = TopicRow(**{name: getattr(topic, name) for name in _FIELDS})
        session.add(row)
    row.tries = row.tries + 1 if row.trying == call else 0
    row.trying = call
    spend(session, row.group_id, now)
    return row.tries


def is_first(session: Session, group_id: int, source: str, now: datetime) -> bool:
    """Whether it was not done before; from now on it was, if the transaction comes to its end."""
    if session.get(TopicDeed, (group_id, source)) is not None:
        return False
    session.execute(delete(TopicDeed).where(TopicDeed.at <= now - DEEDS_KEPT))
    session.add(TopicDeed(group_id=group_id, source=source, at=now))
    session.flush()
    return True


def spend(session: Session, group_id: int, now: datetime) -> None:
    """Something is written into a group."""
    session.execute(delete(TopicCall).where(TopicCall.at <= now - CALLS_KEPT))
    session.add(TopicCall(group_id=group_id, at=now))


def spent(session: Session, group_id: int, since: datetime) -> list[datetime]:
    return list(session.scalars(select(TopicCall.at).where(TopicCall.group_id == group_id, TopicCall.at > since)))


def done(session: Session, /, conversation_id: int, **values: object) -> None:
    """What came of a call is known; `values` are as it left the topic."""
    row = session.get_one(TopicRow, conversation_id)
    for name, value in {"trying": None, "tries": 0, **values}.items():
        setattr(row, name, value)


def settle(session: Session, conversation_id: int, rev: int, epoch: int) -> None:
    """The topic, if there is one, shows everything that was so then."""
    row = session.get(TopicRow, conversation_id)
    if row is not None:
        row.rev, row.epoch = rev, epoch


def move(session: Session, conversation_id: int, group_id: int, to: int) -> bool:
    """A topic that cannot be used any more is forgotten, and a new one due; False where that is done already."""
    row = session.get_one(TopicRow, conversation_id, with_for_update=True)
    if row.group_id != group_id:
        return False
    row.group_id, row.thread_id, row.packet_id, row.packet_episode = to, None, None, 0
    row.title, row.closed, row.pinned, row.losses = "", False, True, 0
    row.trying, row.tries = None, 0
    return True


def stand_for(
    session: Session,
    topic: Topic,
    telegram_id: int,
    message_ids: Sequence[int],
    extents: Mapping[int, tuple[int, str]] | None = None,
) -> None:
    """A message on Telegram shows these of ours, to these extents."""
    for message_id in message_ids:
        files, said = (extents or {}).get(message_id, (0, ""))
        if session.get(TopicMessage, (topic.group_id, telegram_id, message_id)) is None:
            session.add(
                TopicMessage(
                    group_id=topic.group_id,
                    telegram_id=telegram_id,
                    message_id=message_id,
                    conversation_id=topic.conversation_id,
                    told=False,
                    files=files,
                    said=said,
                )
            )


def shown_as(session: Session, group_id: int, telegram_id: int) -> int | None:
    """The message of ours that one on Telegram stands for."""
    query = select(TopicMessage.message_id).where(
        TopicMessage.group_id == group_id, TopicMessage.telegram_id == telegram_id
    )
    return session.scalar(query.limit(1))


def asked(session: Session, topic: Topic, telegram_id: int, words: str | None) -> int | None:
    """The message of ours that is answered by whoever answers one in a topic, or just these words of it.

    One there may show several: the customer's last, where nothing else is said.
    """
    shown = (TopicMessage.group_id == topic.group_id, TopicMessage.telegram_id == telegram_id)
    rows = session.execute(
        select(Message.id, Message.kind, Message.text)
        .join(TopicMessage, TopicMessage.message_id == Message.id)
        .where(*shown, TopicMessage.conversation_id == topic.conversation_id, Message.kind != "activity")
        .order_by(Message.seq.desc())
    ).all()
    chosen = [row.id for row in rows if words and words in row.text]
    theirs = [row.id for row in rows if row.kind == "incoming"]
    return next(iter([*chosen, *theirs, *(row.id for row in rows)]), None)


def written_here(session: Session, conversation_id: int, message_ids: Sequence[int]) -> dict[int, tuple[int, bool]]:
    """The message on Telegram that stands for each of ours, and whether its trouble was told."""
    rows = session.scalars(
        select(TopicMessage)
        .where(TopicMessage.conversation_id == conversation_id, TopicMessage.message_id.in_(message_ids))
        .order_by(TopicMessage.telegram_id.desc())
    )
    return {row.message_id: (row.telegram_id, row.told) for row in rows}


def extents(session: Session, conversation_id: int, message_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """How many files of each message stand in its topic, and what its words there are known by."""
    rows = session.scalars(
        select(TopicMessage)
        .where(TopicMessage.conversation_id == conversation_id, TopicMessage.message_id.in_(message_ids))
        .order_by(TopicMessage.telegram_id)
    )
    found: dict[int, tuple[int, str]] = {}
    for row in rows:
        found[row.message_id] = (max(row.files, found.get(row.message_id, (0, ""))[0]), row.said)
    return found


def pass_over(session: Session, conversation_id: int, extents: Mapping[int, tuple[int, str]]) -> None:
    """What could not be shown of these messages counts as shown."""
    for message_id, (files, said) in extents.items():
        theirs = (TopicMessage.conversation_id == conversation_id, TopicMessage.message_id == message_id)
        session.execute(update(TopicMessage).where(*theirs).values(files=files, said=said))


def mark_told(session: Session, conversation_id: int, message_id: int) -> None:
    for row in session.scalars(
        select(TopicMessage).where(
            TopicMessage.conversation_id == conversation_id, TopicMessage.message_id == message_id
        )
    ):
        row.told = True


def first_seq(session: Session, conversation_id: int, episode: int) -> int:
    """Where an episode begins."""
    query = select(func.min(Message.seq)).where(Message.conversation_id == conversation_id, Message.episode == episode)
    return session.scalar(query) or 1


def _topic(row: TopicRow) -> Topic:
    return Topic(**{name: getattr(row, name) for name in _FIELDS})
