"""Agents in Telegram: a topic for each conversation, against a strict Bot API server, with the real desk behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from aiogram import Bot
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.rates import Budget
from bot.channels.telegram.sender import BLOCKED
from bot.channels.telegram_desk.desk import TelegramDesk
from bot.replies import shipped
from handoff import desk, inbox
from handoff.console import views
from handoff.console.schemas import Conversation
from handoff.db import Database, PostgresDatabase
from handoff.desk import telegram_links
from handoff.jobs import POST, Job
from handoff.ports import Clock, NoRecords, NoSuggestions, SystemClock
from handoff.states import Status
from handoff.values import ConversationView, MessageView
from tests import builders as a
from tests import pictures, telegram, telegram_groups
from tests.bot.conftest import SHOP, Counter
from tests.bot.test_telegram import working
from tests.telegram import Customer, Fault
from tests.telegram_groups import GROUP, GroupApi, Teammate

SAY = shipped().say


@dataclass
class Team:
    """A counter whose agents sit in Telegram."""

    counter: Counter
    api: GroupApi
    groups: tuple[int, ...] = (GROUP,)
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.counter.database

    async def mate(self, name: str, number: int) -> Teammate:
        """An agent whose account is linked."""
        now = SystemClock().now()
        self.ids[name] = await self.database.write(a.agent, now, name)
        code, _ = await self.database.write(telegram_links.issue_code, self.ids[name], now)
        await self.database.write(telegram_links.link, code, number, now)
        return Teammate(self.api, number, name)

    async def called(self, contact: str = "visitor-1", text: str = "I want a person") -> int:
        """A visitor of the website who waits for a person."""
        now = SystemClock().now()

        def call(session: Session) -> int:
            recorded = a.write(session, now, text, contact)
            packet = {"summary": text, "ranking": [{"name": "track_order", "confidence": 0.4}]}
            call = replace(a.call(), packet=packet)
            fence = a.fence(session, recorded.conversation_id)
            desk.hand_off(session, fence, call, now, decision=None, language="en")
            return recorded.conversation_id

        return await self.database.write(call)

    async def writes(self, text: str, contact: str = "visitor-1") -> None:
        await self.database.write(a.write, SystemClock().now(), text, contact)

    async def view(self, conversation: int) -> ConversationView:
        return await self.database.read(inbox.conversation_view, conversation)

    async def messages(self, conversation: int) -> tuple[MessageView, ...]:
        return (await self.database.read(inbox.transcript, conversation)).messages

    async def until(
        self, conversation: int, is_so: Callable[[ConversationView, tuple[MessageView, ...]], bool]
    ) -> None:
        async with asyncio.timeout(60):
            while not is_so(await self.view(conversation), await self.messages(conversation)):
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def working(self, clock: Clock | None = None) -> AsyncIterator[Telegram]:
        """The channel, its outbox and its desk, as a process runs them."""
        counter, clock = self.counter, clock or SystemClock()

        async def story(conversation: int) -> Conversation:
            told = await counter.database.read(inbox.transcript, conversation)
            return await views.conversation(told, NoSuggestions(), NoRecords())

        def agents(bot: Bot, budget: Budget, intake: Intake, owner: str) -> TelegramDesk:
            database, wakeups, files = counter.database, counter.wakeups, counter.files
            return TelegramDesk(
                bot, budget, intake, database, wakeups, clock, shipped(), SHOP, files, story, self.groups, owner
            )

        async with working(counter, self.api, clock=clock, agents_at=agents, groups=self.groups) as at_work:
            yield at_work


@pytest.fixture
async def api() -> AsyncIterator[GroupApi]:
    async with telegram_groups.serving() as found:
        found.add_group()
        yield found
        assert found.wrong == []


@pytest.fixture
async def team(counter: Counter, api: GroupApi) -> AsyncIterator[Team]:
    found = Team(counter, api)
    async with found.working():
        yield found


async def test_a_conversation_becomes_a_topic_and_what_an_agent_writes_there_reaches_the_customer(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    ann = Customer(team.api, 77, "Ann", "zh-hant")
    await ann.says("/human")
    thread = await team.api.shows(SAY("topic.reason.customer_request", "zh-TW"))
    assert team.api.topics() == ["⏳ Ann · 客人要找真人"]
    await mei.writes("您好,我來看看", thread)
    await ann.sees("Mei\n您好,我來看看")
    await team.api.named("💬 Mei → Ann")
    await ann.says("謝謝您")
    await team.api.shows("👤 Ann\n謝謝您", thread)
    assert not any("我來看看" in line for line in team.api.lines(thread)), "it stands there already"


async def test_what_the_bot_said_after_it_was_handed_back_is_there_when_it_calls_again(team: Team) -> None:
    await team.mate("Mei", 900)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    now, agent = SystemClock().now, team.ids["Mei"]
    await team.database.write(desk.claim, conversation, agent, now())
    view = await team.view(conversation)
    await team.database.write(desk.hand_back, conversation, agent, view.last_seq, now())
    await team.api.named("🤖")
    await team.api.until(lambda: team.api.group().threads[thread].closed)
    await team.writes("one more thing")
    await team.called("visitor-2", "somebody else")
    await team.api.shows("somebody else")
    assert not any("one more thing" in line for line in team.api.lines(thread)), "the bot has it"
    await team.called(text="now a person again")
    await team.api.shows("now a person again", thread)
    await team.api.shows("one more thing", thread)
    assert not team.api.group().threads[thread].closed


async def test_what_happens_in_the_console_shows_in_the_topic(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    now, agent = SystemClock().now, team.ids["Mei"]
    await team.database.write(desk.claim, conversation, agent, now())
    await team.database.write(desk.agent_reply, conversation, agent, "reply-01", "On my way", now())
    await team.database.write(desk.note, conversation, agent, "note-001", "a regular", now())
    await team.api.shows("💬 Mei\nOn my way", thread)
    await team.api.shows("📝 Mei\na regular", thread)
    await team.api.named("💬 Mei →")
    view = await team.view(conversation)
    await team.database.write(desk.resolve, conversation, agent, view.last_seq, now())
    await team.api.named("✅")
    await team.api.until(lambda: team.api.group().threads[thread].closed)
    await team.writes("It broke again")
    await team.database.write(desk.claim, conversation, agent, now())
    await team.api.shows("👤", thread)
    await team.api.shows("It broke again", thread)
    await team.api.until(lambda: not team.api.group().threads[thread].closed)
    assert len(team.api.topics()) == 1, "the same conversation is the same topic"
    assert mei.number == 900


async def test_a_note_stays_among_colleagues_and_a_command_does_what_it_says(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    bo = await team.mate("Bo", 901)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    await mei.writes("/note she called before", thread)
    await team.until(conversation, lambda view, said: said[-1].private and said[-1].text == "she called before")
    assert (await team.view(conversation)).assignee_name is None, "a note takes nothing"
    await mei.writes("/claim", thread)
    await team.until(conversation, lambda view, said: view.assignee_name == "Mei")
    await mei.writes("/transfer bo", thread)
    await team.until(conversation, lambda view, said: view.assignee_name == "Bo")
    await bo.writes("/snooze 2h", thread)
    await team.until(conversation, lambda view, said: view.status is Status.SNOOZED)
    await team.api.named("💤")
    await bo.writes("/claim", thread)
    await team.until(conversation, lambda view, said: view.status is Status.OPEN)
    await bo.writes("/resolve", thread)
    await team.until(conversation, lambda view, said: view.status is Status.RESOLVED)
    await bo.writes("/dance", thread)
    await team.api.shows("/dance", thread)
    await bo.writes("/transfer nobody", thread)
    await team.api.shows("Mei", thread)
    assert [m.text for m in await team.messages(conversation) if m.author == "agent" and not m.private] == []


async def test_a_note_without_a_space_and_a_command_below_a_picture_never_reach_the_customer(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    await mei.writes("/note：這位客人很急", thread)
    await mei.sends("photo", pictures.png(), thread, "/resolve")
    await team.api.shows(SAY("topic.told.only_note", "en"), thread)
    written = [m for m in await team.messages(conversation) if m.author == "agent"]
    assert [(m.private, m.text) for m in written] == [(True, "這位客人很急")]


async def test_what_a_colleague_has_is_not_answered_by_another(team: Team) -> None:
    mei, bo = await team.mate("Mei", 900), await team.mate("Bo", 901)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    await mei.writes("I have it", thread)
    await team.until(conversation, lambda view, said: view.assignee_name == "Mei")
    await bo.writes("me too", thread)
    await team.api.shows(SAY("topic.told.taken", "en", name="Mei"), thread)
    assert [m.text for m in await team.messages(conversation) if m.author == "agent"] == ["I have it"]


async def test_a_stranger_can_do_nothing_and_is_told_so_once(team: Team) -> None:
    conversation = await team.called()
    thread = await team.api.shows("👤")
    stranger = Teammate(team.api, 666, "Eve")
    packet = team.api.group().threads[thread].pinned
    await team.api.until(lambda: bool(packet))
    for _ in range(3):
        await stranger.writes("/claim", thread)
        await stranger.writes("hello customer", thread)
    assert await stranger.presses("t:claim", packet[0]) == SAY("topic.told.stranger", "en")
    await team.api.shows(SAY("topic.told.stranger", "en"), thread)
    view = await team.view(conversation)
    assert (view.assignee_id, view.status) == (None, Status.OPEN)
    assert [m for m in await team.messages(conversation) if m.author == "agent"] == []
    assert team.api.lines(thread).count(SAY("topic.told.stranger", "en")) == 1
    assert await team.database.read(inbox.customer_conversation, "telegram", str(GROUP)) is None


async def test_buttons_are_looked_up_by_their_place_and_never_trusted(team: Team) -> None:
    mei, bo = await team.mate("Mei", 900), await team.mate("Bo", 901)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    pinned = team.api.group().threads[thread].pinned
    await team.api.until(lambda: bool(pinned))
    [packet] = pinned
    old = SAY("topic.told.old", "en")
    for forged in ("t:delete", "t:label:9", "t:label", "b:1:0", "t:claim:1:2", "claim"):
        assert await mei.presses(forged, packet) == old
    assert await mei.presses("t:resolve", packet) == SAY("topic.told.not_yours", "en")
    assert await mei.presses("t:claim", packet) == SAY("topic.told.claimed", "en")
    assert await bo.presses("t:claim", packet) == SAY("topic.told.taken", "en", name="Mei")
    await team.until(conversation, lambda view, said: view.assignee_name == "Mei")
    [label, *_] = [row[0] for row in _keyboard(team, packet)[2:]]
    told = await mei.presses(label["callback_data"], packet)
    assert told == SAY("topic.told.tagged", "en", label=label["text"].removeprefix("🏷 "))
    assert (await team.view(conversation)).tags == (label["text"].removeprefix("🏷 ").lower(),)
    assert await mei.presses("t:other", packet) == SAY("topic.told.tag_how", "en")
    await mei.writes("/tag", thread)
    await team.api.shows(SAY("topic.told.tag_how", "en"), thread)
    await mei.writes("/tag  Wholesale ", thread)
    await team.api.shows(SAY("topic.told.tagged", "en", label="Wholesale"), thread)
    assert "wholesale" in (await team.view(conversation)).tags and len((await team.view(conversation)).tags) == 2
    shown = next(
        k for k, m in team.api.group().messages.items() if m.get("message_thread_id") == thread and k != packet
    )
    assert await mei.presses("t:claim", shown) == old, "of a message that has no buttons"
    await team.api.named("💬 Mei")
    assert await mei.presses("t:resolve", packet) == SAY("topic.told.resolved", "en")
    await team.until(conversation, lambda view, said: view.status is Status.RESOLVED)


async def test_pictures_go_both_ways(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    ann = Customer(team.api, 77, "Ann", "en")
    await ann.says("/human")
    thread = await team.api.shows("Ann")
    await ann.sends("photo", pictures.jpeg(), "it broke")
    await team.api.shows("it broke", thread)
    await team.api.until(lambda: _files(team, thread) == ["photo"])
    await mei.sends("photo", pictures.png(), thread, "like this?")
    await ann.sees("like this?")
    await team.api.until(lambda: any("file" in m for m in ann.chat.messages.values() if m["from"] is telegram.BOT))
    await mei.sends("document", pictures.EXE, thread)
    await team.api.shows(SAY("topic.told.file_bad", "en"), thread)
    edited = await mei.writes("wait", thread)
    await ann.sees("wait")
    await mei.edits(edited, "wait!")
    await team.api.shows(SAY("topic.told.no_edit", "en"), thread)


async def test_a_restart_neither_repeats_nor_forgets(counter: Counter, api: GroupApi) -> None:
    team = Team(counter, api)
    async with team.working():
        conversation = await team.called()
        thread = await api.shows("👤")
        await api.until(lambda: bool(api.group().threads[thread].pinned))
    await team.writes("anybody?")
    await team.writes("hello?")
    async with team.working():
        await api.shows("hello?", thread)
        lines = api.lines(thread)
        parts = ("ℹ️", "anybody?", "hello?")
        assert [sum(part in line for line in lines) for part in parts] == [1, 1, 1]
        assert len(api.topics()) == 1
        other = await team.called("visitor-2", "me too")
        await api.until(lambda: len(api.topics()) == 2)
    assert other != conversation


async def test_one_process_writes_topics_and_another_takes_over(counter: Counter, api: GroupApi) -> None:
    """Two at once are for PostgreSQL alone."""
    if not isinstance(counter.database, PostgresDatabase):
        pytest.skip("SQLite has one process")
    team = Team(counter, api)
    async with AsyncExitStack() as first:
        await first.enter_async_context(team.working())
        await team.called()
        thread = await api.shows("👤")
        async with team.working():
            await team.writes("anybody?")
            await api.shows("anybody?", thread)
            await first.aclose()
            await team.writes("hello?")
            await api.shows("hello?", thread)
    assert (len(api.topics()), sum("anybody?" in line for line in api.lines(thread))) == (1, 1)


async def test_a_process_holds_its_posts_under_its_one_name(team: Team) -> None:
    held: set[tuple[str, str | None]] = set()

    def posts(session: Session) -> set[tuple[str, str | None]]:
        return {(job.key, job.lease_owner) for job in session.scalars(select(Job).where(Job.kind == POST))}

    async with asyncio.timeout(20):
        while len(held) < 3:
            held = await team.database.read(posts)
            await asyncio.sleep(0.02)
    assert len({owner for _, owner in held}) == 1, f"else nobody knows that it died: {held}"


async def test_what_may_have_arrived_is_shown_once_more_and_marked(team: Team) -> None:
    await team.called()
    thread = await team.api.shows("👤")
    await team.api.until(lambda: bool(team.api.group().threads[thread].pinned))
    team.api.breaks("sendMessage", Fault(lost=True))
    await team.writes("one")
    await team.api.until(lambda: sum("one" in line for line in team.api.lines(thread)) == 2)
    assert SAY("topic.again", "zh-TW") in team.api.lines(thread)[-1]
    await team.writes("two")
    await team.api.shows("two", thread)
    assert sum("one" in line for line in team.api.lines(thread)) == 2


async def test_a_deleted_topic_is_made_again_without_losing_a_message(team: Team) -> None:
    await team.called()
    first = await team.api.shows("👤")
    await team.api.until(lambda: bool(team.api.group().threads[first].pinned))
    team.api.delete_topic(first)
    await team.writes("are you there?")
    second = await team.api.shows("are you there?")
    assert second != first and "I want a person" in team.api.lines(second)[0], "the story, again"


async def test_a_topic_that_is_gone_twice_in_a_row_is_left_until_it_changes_hands(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = await team.called()
    thread = await team.api.shows("👤")
    await team.api.until(lambda: bool(team.api.group().threads[thread].pinned))
    gone = Fault(400, "Bad Request: TOPIC_DELETED")
    team.api.breaks("sendMessage", gone, gone)
    await team.writes("still there?")
    await _until(lambda: "topic_gone conversation=1 times=2" in caplog.text)
    await team.writes("hello?")
    await team.called("visitor-2", "another")
    await team.api.shows("another")
    assert team.api.done("createForumTopic") == 3, "it is not tried for ever"
    await team.mate("Mei", 900)
    await team.database.write(desk.claim, conversation, team.ids["Mei"], SystemClock().now())
    await team.api.shows("still there?")
    await team.api.shows("hello?")


async def test_a_busy_group_gets_many_lines_in_one_message_and_never_too_many(counter: Counter, api: GroupApi) -> None:
    team = Team(counter, api)
    async with team.working():
        await team.called()
        thread = await api.shows("👤")
        await api.until(lambda: bool(api.group().threads[thread].pinned))
        for n in range(60):
            await team.writes(f"line {n}.")
            await asyncio.sleep(0.02)
        await team.called("visitor-2", "urgently")
        await api.until(lambda: len(api.topics()) == 2)
        lines = api.lines(thread)
    assert api.refused_for_speed == 0
    assert len(lines) < 20 and any(line.count("line ") > 1 for line in lines)


async def test_a_refusal_for_speed_is_obeyed(team: Team) -> None:
    await team.called()
    thread = await team.api.shows("👤")
    await team.api.until(lambda: bool(team.api.group().threads[thread].pinned))
    before = asyncio.get_running_loop().time()
    team.api.breaks("sendMessage", Fault(429, "Too Many Requests: retry after 1", retry_after=1))
    await team.writes("one")
    await team.api.shows("one", thread)
    assert asyncio.get_running_loop().time() - before >= 1
    assert sum("one" in line for line in team.api.lines(thread)) == 1


async def test_new_topics_go_where_there_is_most_room(counter: Counter, api: GroupApi) -> None:
    other = GROUP - 1
    api.add_group(other)
    team = Team(counter, api, (GROUP, other))
    async with team.working():
        for n in range(4):
            await team.called(f"visitor-{n}", f"person {n}")
        await _until(lambda: len(api.topics()) == 2 and len(api.topics(other)) == 2)


@pytest.mark.parametrize(
    ("wrong", "what_to_do"),
    [
        ("not a forum", "turn Topics on"),
        ("no rights", "make the bot an admin"),
        ("kicked", "add the bot to the group"),
    ],
)
async def test_a_group_that_cannot_be_used_says_what_to_do_and_the_others_go_on(
    counter: Counter, api: GroupApi, caplog: pytest.LogCaptureFixture, wrong: str, what_to_do: str
) -> None:
    other = GROUP - 1
    broken = api.add_group(other)
    broken.forum, broken.rights = wrong != "not a forum", wrong != "no rights"
    broken.blocked = wrong == "kicked"
    team = Team(counter, api, (other, GROUP))
    async with team.working():
        for n in range(2):
            await team.called(f"visitor-{n}", f"person {n}")
        await _until(lambda: len(api.topics()) == 2)
    assert f"telegram_group_unfit group={other}: {what_to_do}" in caplog.text


async def test_that_a_reply_did_not_arrive_is_told_below_it(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    ann = Customer(team.api, 77, "Ann", "en")
    await ann.says("/human")
    thread = await team.api.shows("Ann")
    await ann.sees(SAY("handoff.customer_request", "en")[:20])
    ann.chat.blocked = True
    wrote = await mei.writes("hello?", thread)
    await team.api.shows(SAY("topic.not_delivered", "zh-TW", why=BLOCKED), thread)
    told = [m for m in team.api.group().messages.values() if "reply_parameters" in m]
    assert [m["reply_parameters"]["message_id"] for m in told] == [wrote["message_id"]]


async def test_an_account_is_linked_by_a_line_in_private_or_in_the_group(team: Team) -> None:
    now = SystemClock().now()
    agent = await team.database.write(a.agent, now)
    mei = Teammate(team.api, 900)
    await mei.says_in_private("/link WRONGCODE2")
    code, _ = await team.database.write(telegram_links.issue_code, agent, now)
    await mei.says_in_private(f"/link {code}")
    await team.api.until(
        lambda: len([m for m in team.api.chats[900].messages.values() if m["from"] is telegram.BOT]) == 2
    )
    said = [m["text"] for m in team.api.chats[900].messages.values() if m["from"] is telegram.BOT]
    assert said == [SAY("topic.told.bad_code", "en"), SAY("topic.told.linked", "en", name="Mei")]
    found = await team.database.read(telegram_links.who, 900)
    assert found is not None and found.agent_id == agent
    assert await team.database.read(inbox.customer_conversation, "telegram", "900") is None


async def test_customers_words_that_begin_like_a_link_are_theirs(team: Team) -> None:
    ann = Customer(team.api, 77, "Ann", "en")
    for words in ("/linkage is broken", "/link to the film please"):
        await ann.says(words)
    await ann.says("/human")
    thread = await team.api.shows("Ann")
    await team.api.until(lambda: bool(team.api.group().threads[thread].pinned))
    said = [m.text for m in await team.messages(1) if m.author == "contact"]
    assert said[:2] == ["/linkage is broken", "/link to the film please"]


def _keyboard(team: Team, message: int) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = team.api.group().messages[message]["reply_markup"]["inline_keyboard"]
    return rows


def _files(team: Team, thread: int) -> list[str]:
    messages = team.api.group().messages.values()
    return [m["file"]["as"] for m in messages if m.get("message_thread_id") == thread and "file" in m]


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.02)
