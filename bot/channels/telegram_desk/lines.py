"""A conversation in the words of a topic: its name, its lines, and how few messages they take. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.channels.base import clean
from bot.channels.telegram import markup
from bot.channels.telegram.markup import LONGEST, Words, units
from bot.channels.telegram_desk.topics import Topic
from bot.replies import Replies, day
from handoff.states import Status
from handoff.values import Activity, ConversationView, FileView, Language, MessageView, Priority

LONGEST_TITLE = 128
LONGEST_CAPTION = 1024
MARKS: Mapping[Status, str] = {
    Status.PENDING: "🤖",
    Status.OPEN: "⏳",
    Status.SNOOZED: "💤",
    Status.RESOLVED: "✅",
}
TAKEN, URGENT = "💬", "🚨"
BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a message of ours: words, or a file with who sent it. `last`: nothing of the message follows.

    With it, so many of the message's files stand in the topic; `said` is what `said_of` knows its words by.
    """

    message_id: int
    seq: int
    part: int
    last: bool
    words: Words
    file: FileView | None = None
    files: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one message on Telegram brings; `seq` and `part` are how far the topic is then.

    `extents` are files and words of each message of ours, as `Piece` has them.
    """

    words: Words
    file: FileView | None
    message_ids: tuple[int, ...]
    seq: int
    part: int
    extents: Mapping[int, tuple[int, str]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a topic is written for. `teams` are the names of teams by key."""

    replies: Replies
    language: Language
    zone: ZoneInfo
    teams: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **details: object) -> str:
        """A text of `topic.`."""
        return self.replies.say(f"topic.{key}", self.language, **details)

    def find(self, key: str) -> str | None:
        return self.say(key) if self.replies.has(f"topic.{key}") else None

    def intent(self, name: str) -> str:
        return self.replies.say(f"intent.{name}", self.language) if self.has_intent(name) else name.replace("_", " ")

    def has_intent(self, name: str) -> bool:
        return self.replies.has(f"intent.{name}")

    def order_state(self, state: str) -> str:
        key = f"tracking.state.{state}"
        return self.replies.say(key, self.language) if self.replies.has(key) else state.replace("_", " ")

    def moment(self, at: datetime, now: datetime) -> str:
        """A time, with its day where that is not today."""
        there = at.astimezone(self.zone)
        if there.date() == now.astimezone(self.zone).date():
            return f"{there:%H:%M}"
        return f"{day(there, self.language)} {there:%H:%M}"


def title(view: ConversationView, reader: Reader) -> str:
    """What must be seen in a list of topics: how it stands, who has it, whom it is about, why."""
    who = one_line(view.contact_name) if view.contact_named else f"#{view.reference}"
    why = reader.say(f"reason.{view.reason}") if view.reason else ""
    mark, has_it = MARKS[view.status], ""
    if view.status is Status.OPEN and view.assignee_id is not None:
        mark, has_it = TAKEN, f"{one_line(view.assignee_name or '')} → "
    elif view.status is Status.OPEN and view.priority is Priority.URGENT:
        mark = URGENT
    return cut(" · ".join(filter(None, (f"{mark} {has_it}{who}", why))), LONGEST_TITLE)


def pieces(messages: Sequence[MessageView], view: ConversationView, reader: Reader, now: datetime) -> list[Piece]:
    """Everything of these messages that a topic shows, in order."""
    return [piece for message in messages for piece in _pieces(message, view, reader, now)]


def next_batch(waiting: Sequence[Piece], until: tuple[int, int] | None = None) -> Batch:
    """As many of those that wait as one message holds; `until` ends it where it ended before."""
    first, *others = waiting
    if first.file is not None:
        return Batch(first.words, first.file, (first.message_id,), *after(first), {first.message_id: _extent(first)})
    words, ids, last, extents = first.words, [first.message_id], first, {first.message_id: _extent(first)}
    for piece in others:
        if piece.file is not None or after(last) == until:
            break
        together = _joined(words, piece.words)
        if units(together.text) > LONGEST:
            break
        words, last = together, piece
        ids.append(piece.message_id)
        extents[piece.message_id] = _extent(piece)
    return Batch(words, None, tuple(dict.fromkeys(ids)), *after(last), extents)


def grown(
    messages: Sequence[MessageView],
    view: ConversationView,
    reader: Reader,
    now: datetime,
    topic: Topic,
    extents: Mapping[int, tuple[int, str]],
) -> Batch | None:
    """What came later to a message that the topic shows already: a picture of its album, or another score."""
    for message in messages:
        if message.id not in extents or message.seq > topic.seq or message.episode != view.episode:
            continue
        files, said = extents[message.id]
        more, other = len(message.files) > files, said != said_of(message)
        parts = pieces([message], view, reader, now)
        missing: list[Piece] = []
        if other and (message.activity is Activity.RATED or (more and message.author == "contact")):
            missing = [piece for piece in parts if piece.file is None]
        if not missing and more and message.author == "contact":
            missing = [piece for piece in parts if piece.files > files]
        if missing:
            batch = next_batch(missing)
            had = {message.id: (max(files, missing[0].files), said_of(message))}
            return replace(batch, seq=topic.seq, part=topic.part, extents=had)
    return None


def said_of(message: MessageView) -> str:
    """What a message's words are known by."""
    return hashlib.sha256((message.detail or message.text).encode()).hexdigest()[:12]


def written(said: Iterable[tuple[str, bool]]) -> Words:
    """Text of pieces of which some are bold."""
    text, bold = "", []
    for words, is_bold in said:
        if is_bold and words.strip():
            bold.append(markup.marked("bold", units(text), units(words.rstrip())))
        text += words
    return Words(text, tuple(bold))


def _pieces(message: MessageView, view: ConversationView, reader: Reader, now: datetime) -> list[Piece]:
    if message.activity is not None:
        said = happened(message, reader, now)
        shown = Piece(message.id, message.seq, 0, True, Words(f"· {said}"), said=said_of(message))
        return [shown] if said else []
    head = _head(message, view)
    text = message.text or ("" if message.files else reader.say("wordless"))
    parts: list[tuple[Words, FileView | None]] = []
    quoted = message.quoted.text if message.quoted else ""
    if text or quoted:
        parts += [(words, None) for words in markup.shown(text, message.format, f"{head}\n", quoted)]
    caption = written([(cut(head, LONGEST_CAPTION), True)])
    parts += [(caption, file) for file in message.files]
    last, before, known = len(parts) - 1, len(parts) - len(message.files), said_of(message)
    return [
        Piece(message.id, message.seq, n, n == last, words, file, max(0, n - before + 1), known)
        for n, (words, file) in enumerate(parts)
    ]


def _extent(piece: Piece) -> tuple[int, str]:
    return piece.files, piece.said


def _head(message: MessageView, view: ConversationView) -> str:
    match message.author:
        case "contact":
            return f"👤 {one_line(view.contact_name) if view.contact_named else f'#{view.reference}'}"
        case "agent":
            return f"{'📝' if message.private else '💬'} {one_line(message.agent_name or '')}"
        case "bot":
            return "🤖"
        case "system":
            return "ℹ️"


def happened(message: MessageView, reader: Reader, now: datetime) -> str:
    """What became of the conversation, in a line."""
    assert message.activity is not None, "the caller has looked"
    name, detail = message.agent_name or reader.say("somebody"), message.detail or ""
    match message.activity:
        case Activity.TRANSFERRED if detail.startswith("team:"):
            key = detail.removeprefix("team:")
            return reader.say("activity.to_team", name=name, to=reader.teams.get(key, key))
        case Activity.TRANSFERRED if not detail:
            return reader.say("activity.to_queue", name=name)
        case Activity.REOPENED if detail == "contact":
            return reader.say("activity.wrote_again")
        case Activity.ASSIGNED if detail:
            return reader.say("activity.moved", name=name, from_=detail)
        case Activity.SNOOZED:
            until = reader.moment(datetime.fromisoformat(detail), now) if detail else ""
            return reader.say("activity.snoozed", name=name, time=until)
        case Activity.RATED:
            score, _, words = detail.partition(" ")
            return reader.say("activity.rated", score=score) + (f"\n{words}" if words else "")
        case other:
            return reader.say(f"activity.{other}", name=name, to=detail)


def after(piece: Piece) -> tuple[int, int]:
    """How far a topic is once it has this."""
    return (piece.seq, 0) if piece.last else (piece.seq - 1, piece.part + 1)


def _joined(first: Words, second: Words) -> Words:
    start = first.text + BETWEEN
    return Words(start + second.text, (*first.entities, *markup.moved(second.entities, units(start))))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def cut(text: str, longest: int) -> str:
    """As many UTF-16 units as Telegram takes."""
    return text if units(text) <= longest else f"{text[: markup.prefix(text, longest - 1)]}…"
