"""What a topic needs next, one call at a time. Pure: whatever was coalesced meanwhile shows as one step."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.channels.telegram_desk.lines import Batch, Piece, next_batch
from bot.channels.telegram_desk.topics import Standing, Topic
from handoff.states import Status
from handoff.values import ConversationView, MessageView

LOST_TWICE = 2
PEOPLES = frozenset({Status.OPEN, Status.SNOOZED})


class Urgency(IntEnum):
    """What goes first where a group's minute is short."""

    NEW = 0
    """A topic and its story: somebody waits, and nobody has seen it yet."""
    TOLD = 1
    """An answer to an agent."""
    LINES = 2
    TITLE = 3
    """How it stands: only the last name counts."""


KEPT: Mapping[Urgency, int] = {Urgency.NEW: 0, Urgency.TOLD: 1, Urgency.LINES: 3, Urgency.TITLE: 6}
"""Places of a group's minute that are left to what is more urgent."""


@dataclass(frozen=True, slots=True)
class Create:
    name = "create"


@dataclass(frozen=True, slots=True)
class Tell:
    """The story, with which an episode begins."""

    episode: int
    name = "story"


@dataclass(frozen=True, slots=True)
class Reopen:
    name = "reopen"


@dataclass(frozen=True, slots=True)
class Show:
    batch: Batch

    @property
    def name(self) -> str:
        return f"show {self.batch.seq}.{self.batch.part}"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message did not reach the customer; `below` is what stands for it in the topic."""

    message_id: int
    below: int
    why: str
    name = "undelivered"


@dataclass(frozen=True, slots=True)
class Rename:
    title: str
    name = "rename"


@dataclass(frozen=True, slots=True)
class Pin:
    message: int
    name = "pin"


@dataclass(frozen=True, slots=True)
class Close:
    name = "close"


Step = Create | Tell | Reopen | Show | Undelivered | Rename | Pin | Close


def urgency(standing: Standing) -> Urgency | None:
    """How soon a conversation's topic must be seen to; None where it shows what is so."""
    topic, peoples = standing.topic, standing.status in PEOPLES
    if topic is None:
        return Urgency.NEW if standing.status is Status.OPEN else None
    if is_given_up(topic, standing.epoch):
        return None
    if peoples and (topic.thread_id is None or topic.packet_episode != standing.episode or topic.closed):
        return Urgency.NEW
    if topic.thread_id is None:
        return None
    if standing.status is not Status.PENDING and topic.rev != standing.rev:
        return Urgency.LINES
    return Urgency.TITLE if topic.epoch != standing.epoch else None


def is_given_up(topic: Topic, epoch: int) -> bool:
    """Whether it was gone twice in a row, and nothing has changed hands since."""
    return topic.losses >= LOST_TWICE and topic.epoch == epoch


def next_step(
    topic: Topic,
    view: ConversationView,
    title: str,
    waiting: Sequence[Piece],
    undelivered: Undelivered | None,
    grown: Batch | None = None,
) -> Step | None:
    """`waiting` is what the topic does not show yet, from its cursor on; `grown` came later to what it shows."""
    if view.status in PEOPLES:
        if topic.thread_id is None:
            return Create()
        if topic.packet_episode != view.episode:
            return Tell(view.episode)
        if topic.closed:
            return Reopen()
    if topic.thread_id is None:
        return None
    if (waiting or grown) and view.status is not Status.PENDING:
        if topic.closed and topic.losses:
            return Reopen()
        return Show(grown) if grown else Show(next_batch(waiting, _begun(topic)))
    if undelivered is not None:
        return undelivered
    if topic.title != title:
        return Rename(title)
    if not topic.pinned and topic.packet_id is not None:
        return Pin(topic.packet_id)
    return None if topic.closed or view.status in PEOPLES else Close()


def waits(messages: Sequence[MessageView], topic: Topic, episode: int, written: Collection[int]) -> list[MessageView]:
    """Of the messages behind the cursor, those that do not stand in the topic already, or not as a whole."""
    begun = topic.seq + 1 if topic.part else None
    behind = [message for message in messages if message.seq > topic.seq and message.episode == episode]
    return [message for message in behind if message.seq == begun or message.id not in written]


def undelivered_of(messages: Sequence[MessageView], written: Mapping[int, tuple[int, bool]]) -> Undelivered | None:
    """The first message that did not get to the customer and of which the topic does not know it."""
    for message in messages:
        shown = written.get(message.id)
        failed = next((pushed for pushed in message.deliveries if pushed.state == "failed"), None)
        if failed is not None and shown is not None and not shown[1]:
            return Undelivered(message.id, shown[0], failed.trouble or "")
    return None


def _begun(topic: Topic) -> tuple[int, int] | None:
    """Where a message that may have arrived ended: it goes again as it was."""
    kind, _, at = (topic.trying or "").partition(" ")
    if kind != "show":
        return None
    seq, _, part = at.partition(".")
    return int(seq), int(part)
