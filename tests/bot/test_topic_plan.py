"""What a topic needs next, how few messages it takes, and whose turn it is: rules without a network."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import SendMessage

from bot.channels.telegram.markup import Words, units
from bot.channels.telegram.rates import PER_GROUP, PER_GROUP_S, Budget
from bot.channels.telegram_desk import lines, plan
from bot.channels.telegram_desk.commands import Command, command_in, span_of
from bot.channels.telegram_desk.deeds import Target, find_target
from bot.channels.telegram_desk.groups import Answer, Group
from bot.channels.telegram_desk.lines import Piece, Reader, next_batch
from bot.channels.telegram_desk.plan import KEPT, Close, Create, Pin, Rename, Reopen, Show, Step, Tell, Urgency
from bot.channels.telegram_desk.topics import Standing, Topic
from bot.channels.telegram_desk.troubles import Trouble, trouble_of
from bot.replies import shipped
from bot.settings import SettingsError, read
from handoff.states import Status
from handoff.values import Activity, ConversationView, FileView, MessageView, Priority, Reason

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
READER = Reader(shipped(), "en", ZoneInfo("Asia/Taipei"))
SHOWN = Topic(1, -100, 7, "⏳ Ann · Complaint", packet_id=3, packet_episode=1, seq=4, rev=9, epoch=1)
WAITING = [Piece(5, 5, 0, True, Words("hello"))]
GROUP = -1001234567890
CALL = SendMessage(chat_id=GROUP, text="x")


def a_view(status: Status = Status.OPEN, **changed: object) -> ConversationView:
    values: dict[str, object] = {
        "id": 1,
        "reference": "ABC234",
        "channel": "widget",
        "contact_id": 1,
        "contact_name": "Ann",
        "contact_named": True,
        "status": status,
        "priority": Priority.NORMAL,
        "assignee_id": None,
        "assignee_name": None,
        "language": "en",
        "reason": Reason.COMPLAINT,
        "epoch": 1,
        "episode": 1,
        "rev": 9,
        "last_seq": 4,
        "last_incoming_seq": 4,
        "waiting_since": None,
        "tags": (),
        "snoozed_until": None,
        "read_seq": 0,
        "delivered_seq": 0,
        "seen_seq": 0,
        "preview": "",
        "preview_author": None,
        "last_at": NOW,
    }
    return ConversationView(**{**values, **changed})  # type: ignore[arg-type]


def a_topic(**changed: object) -> Topic:
    values = {name: getattr(SHOWN, name) for name in Topic.__dataclass_fields__}
    return Topic(**{**values, **changed})


@pytest.mark.parametrize(
    ("topic", "view", "waiting", "step"),
    [
        (Topic(1, -100), a_view(), WAITING, Create()),
        (Topic(1, -100), a_view(Status.PENDING), WAITING, None),
        (a_topic(packet_episode=0), a_view(), WAITING, Tell(1)),
        (a_topic(closed=True), a_view(), WAITING, Reopen()),
        (SHOWN, a_view(), [], None),
        (a_topic(title="x"), a_view(), [], Rename(SHOWN.title)),
        (a_topic(pinned=False), a_view(), [], Pin(3)),
        (SHOWN, a_view(Status.PENDING), WAITING, Rename("🤖 Ann · Complaint")),
        (a_topic(title="✅ Ann · Complaint"), a_view(Status.RESOLVED), [], Close()),
        (a_topic(title="✅ Ann · Complaint", closed=True), a_view(Status.RESOLVED), [], None),
        (a_topic(closed=True, losses=1), a_view(Status.RESOLVED), WAITING, Reopen()),
    ],
)
def test_a_topic_gets_one_thing_at_a_time(
    topic: Topic, view: ConversationView, waiting: list[Piece], step: Step | None
) -> None:
    assert plan.next_step(topic, view, lines.title(view, READER), waiting, None) == step


def test_lines_come_before_names_and_what_may_have_arrived_ends_where_it_ended() -> None:
    two = [*WAITING, Piece(6, 6, 0, True, Words("there"))]
    step = plan.next_step(a_topic(title="x"), a_view(), "y", two, None)
    assert isinstance(step, Show) and step.batch.words.text == "hello\n\nthere" and step.name == "show 6.0"
    again = plan.next_step(a_topic(trying="show 5.0"), a_view(), "y", two, None)
    assert isinstance(again, Show) and again.batch.words.text == "hello"


@pytest.mark.parametrize(
    ("status", "topic", "urgency"),
    [
        (Status.OPEN, None, Urgency.NEW),
        (Status.PENDING, None, None),
        (Status.RESOLVED, None, None),
        (Status.OPEN, SHOWN, None),
        (Status.OPEN, a_topic(rev=8), Urgency.LINES),
        (Status.PENDING, a_topic(rev=8), None),
        (Status.RESOLVED, a_topic(epoch=0), Urgency.TITLE),
        (Status.OPEN, a_topic(thread_id=None, losses=1), Urgency.NEW),
        (Status.OPEN, a_topic(thread_id=None, losses=2), None),
        (Status.OPEN, a_topic(thread_id=None, losses=2, epoch=0), Urgency.NEW),
    ],
)
def test_who_waits_for_a_person_comes_first(status: Status, topic: Topic | None, urgency: Urgency | None) -> None:
    assert plan.urgency(Standing(1, status, 1, 9, 1, topic)) == urgency


def test_a_message_holds_what_fits_and_a_file_goes_alone() -> None:
    file = FileView("k" * 32, "a.png", "image", "image/png", 10, 1, 1)
    long = Words("x" * 3000)
    waiting = [
        Piece(1, 1, 0, True, Words("a")),
        Piece(2, 2, 0, False, long),
        Piece(2, 2, 1, True, long),
        Piece(3, 3, 0, False, Words("see")),
        Piece(3, 3, 1, True, Words("Ann"), file),
    ]
    found = []
    while waiting:
        batch = next_batch(waiting)
        found.append((units(batch.words.text), batch.file is not None, batch.seq, batch.part, batch.message_ids))
        at = next(n for n, piece in enumerate(waiting) if lines.after(piece) == (batch.seq, batch.part))
        waiting = waiting[at + 1 :]
    assert found == [
        (3003, False, 1, 1, (1, 2)),
        (3005, False, 2, 1, (2, 3)),
        (3, True, 3, 0, (3,)),
    ]


@pytest.mark.parametrize("kind", [Activity, Reason, Priority])
def test_whatever_happens_has_words_in_topics(kind: type[StrEnum]) -> None:
    assert [each for each in kind if not READER.replies.has(f"topic.{kind.__name__.lower()}.{each}")] == []


def test_a_name_fits_and_stands_on_one_line() -> None:
    view = a_view(contact_name="Ann\n" + "🙂" * 100, assignee_id=1, assignee_name="Mei")
    assert lines.title(view, READER).startswith("💬 Mei → Ann 🙂") and units(lines.title(view, READER)) <= 128
    unnamed = a_view(contact_named=False, priority=Priority.URGENT)
    assert lines.title(unnamed, READER) == "🚨 #ABC234 · Complaint"


def test_a_group_keeps_its_last_places_for_what_is_urgent_and_spreads_the_rest() -> None:
    budget, now = Budget(), 1000.0
    for _ in range(PER_GROUP // 2):
        assert budget.room(GROUP, now, KEPT[Urgency.LINES]) == 0
        budget.spend(GROUP, now)
        now += 0.1
    paced = budget.room(GROUP, now, KEPT[Urgency.LINES])
    assert 2.5 < paced < 3.1 and budget.room(GROUP, now, KEPT[Urgency.NEW]) == 0
    for _ in range(PER_GROUP // 2):
        budget.spend(GROUP, now)
        now += 0.1
    assert budget.room(GROUP, now) == pytest.approx(1000.0 + PER_GROUP_S - now)
    assert budget.room(GROUP - 1, now) == 0, "another group has a minute of its own"
    assert budget.reserve("ann", now, 3) == 0, "and a customer waits for no group"


def test_a_group_that_refused_is_left_alone_to_the_second() -> None:
    budget = Budget()
    budget.refused_by(GROUP, 7, 100.0)
    assert (budget.room(GROUP, 101.0), budget.room(GROUP - 1, 101.0), budget.reserve("ann", 101.0, 3)) == (6, 0, 0)


def test_what_a_process_before_us_has_spent_counts() -> None:
    budget = Budget()
    budget.remember(GROUP, [1000.0 - n for n in range(PER_GROUP)])
    assert budget.room(GROUP, 1001.0) == pytest.approx(981.0 + PER_GROUP_S - 1001.0)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("30m", timedelta(minutes=30)),
        ("2 H", timedelta(hours=2)),
        ("3天", timedelta(days=3)),
        ("20分鐘", timedelta(minutes=20)),
        ("1小时", timedelta(hours=1)),
        ("0h", None),
        ("2h later", None),
        ("-2h", None),
        ("9999d", None),
    ],
)
def test_how_long_is_read(words: str, span: timedelta | None) -> None:
    assert span_of(words) == span


def test_a_colleague_is_found_by_a_beginning_that_only_one_has() -> None:
    known = [Target("Mei", 1), Target("Mei-Ling", 2), Target("售後", team_id=3)]
    assert [find_target(known, wanted) for wanted in ("mei", "@Mei-", "售", "m", "", "bo")] == [
        known[0],
        known[1],
        known[2],
        None,
        None,
        None,
    ]


@pytest.mark.parametrize("wrong", ["-100", "1001234567890", "-1001234567890;x", "@agents"])
def test_a_group_is_named_by_its_id(wrong: str) -> None:
    good = {"BATON_TELEGRAM_TOKEN": "123456:" + "t" * 35, "BATON_TELEGRAM_GROUPS": f"{GROUP}, {GROUP - 1},{GROUP}"}
    found = read(good).telegram
    assert found is not None and found.groups == (GROUP, GROUP - 1)
    with pytest.raises(SettingsError, match="BATON_TELEGRAM_GROUPS"):
        read(good | {"BATON_TELEGRAM_GROUPS": wrong})


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (TelegramBadRequest(CALL, "Bad Request: message thread not found"), Trouble.TOPIC_GONE),
        (TelegramBadRequest(CALL, "Bad Request: TOPIC_DELETED"), Trouble.TOPIC_GONE),
        (TelegramBadRequest(CALL, "Bad Request: TOPIC_ID_INVALID"), Trouble.TOPIC_GONE),
        (TelegramBadRequest(CALL, "Bad Request: TOPIC_CLOSED"), Trouble.TOPIC_CLOSED),
        (TelegramBadRequest(CALL, "Bad Request: TOPIC_NOT_MODIFIED"), Trouble.ALREADY_SO),
        (TelegramBadRequest(CALL, "Bad Request: not enough rights to create a topic"), Trouble.GROUP),
        (TelegramBadRequest(CALL, "Bad Request: the chat is not a forum"), Trouble.GROUP),
        (TelegramBadRequest(CALL, "Bad Request: PHOTO_INVALID_DIMENSIONS"), Trouble.REFUSED),
        (TelegramForbiddenError(CALL, "Forbidden: bot was kicked from the supergroup chat"), Trouble.GROUP),
        (TelegramMigrateToChat(CALL, "Bad Request", GROUP), Trouble.MOVED),
        (TelegramRetryAfter(CALL, "Too Many Requests", 7), Trouble.TOO_FAST),
        (TelegramServerError(CALL, "Bad Gateway"), Trouble.NOT_SENT),
        (TelegramNetworkError(CALL, "Request timeout error"), Trouble.UNKNOWN),
    ],
)
def test_a_refusal_says_what_is_to_be_done(error: AiogramError, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble


def test_who_has_lost_the_post_leaves_topics_and_still_answers() -> None:
    group = Group(GROUP, wants={1: (Urgency.NEW, 0)})
    group.answers.append(Answer(7, 3, "Somebody else has it."))
    assert group.next(has_post=True) == (Urgency.NEW, 1)
    assert group.next(has_post=False) == (Urgency.TOLD, None)
    group.answers.clear()
    assert group.next(has_post=False) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/note called, no answer", Command("note", "called, no answer")),
        ("/note@baton_bot a regular", Command("note", "a regular")),
        ("/note: a regular", Command("note", "a regular")),
        ("/note：常客", Command("note", "常客")),
        ("/note這位客人很急", Command("note", "這位客人很急")),
        ("／note 常客", Command("note", "常客")),
        ("/NOTE\na regular", Command("note", "a regular")),
        ("/note", Command("note")),
        ("/notes a regular", Command("notes", "a regular")),
        ("/", Command("")),
        ("/ note", Command("note")),
        ("/備註 常客", Command("備註 常客")),
        ("see https://example.com/note", None),
        ("1/2", None),
    ],
)
def test_what_begins_with_a_slash_is_a_command_and_never_speech(text: str, command: Command | None) -> None:
    assert command_in(text) == command


def test_another_score_is_told_once() -> None:
    view, topic, said = a_view(), a_topic(seq=4), replace(_RATED, detail="5")
    shown = lines.next_batch(lines.pieces([said], view, READER, NOW)).extents
    changed = replace(said, detail="3")
    assert lines.grown([said], view, READER, NOW, topic, shown) is None
    batch = lines.grown([changed], view, READER, NOW, topic, shown)
    assert batch is not None and "3" in batch.words.text
    assert (batch.seq, batch.part) == (topic.seq, topic.part), "the cursor stays"
    assert lines.grown([changed], view, READER, NOW, topic, batch.extents) is None


_RATED = MessageView(
    id=4,
    seq=4,
    rev=9,
    kind="activity",
    private=True,
    author="system",
    agent_name=None,
    text="",
    format="plain",
    buttons=(),
    form=None,
    files=(),
    deliveries=(),
    activity=Activity.RATED,
    detail="5",
    decision=None,
    client_id=None,
    episode=1,
    at=NOW,
)
