"""No conversation is lost to its agents on Telegram: neither by a mark that was lost nor by a group that was."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.channels.telegram_desk import topics
from handoff.events import Event
from handoff.ports import SystemClock
from tests import builders as a
from tests import pictures
from tests.bot.conftest import Counter
from tests.bot.test_telegram_desk import Team, api
from tests.telegram import Customer
from tests.telegram_groups import GROUP, GroupApi

assert api, "a fixture"


class Leaping(SystemClock):
    """Goes on as clocks do, but for what it leaps."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


async def is_shown(team: Team) -> None:
    """Everything that is so by now."""
    async with asyncio.timeout(30):
        while await team.database.read(topics.behind, team.groups):
            await asyncio.sleep(0.02)


async def test_what_nobody_was_told_of_is_found_within_a_minute(counter: Counter, api: GroupApi) -> None:
    team, clock = Team(counter, api), Leaping()

    def unheard(session: Session) -> None:
        a.write(session, clock.now(), "anybody?", "visitor-1")
        session.flush()
        session.execute(delete(Event))

    async with team.working(clock):
        await team.called()
        thread = await api.shows("👤")
        await is_shown(team)
        await team.called("visitor-2", "me too")
        await api.shows("me too")
        await is_shown(team)
        await team.database.write(unheard)
        await team.called("visitor-3", "us too")
        await api.shows("us too")
        assert not any("anybody?" in line for line in api.lines(thread))
        clock.ahead = timedelta(minutes=1)
        await team.called("visitor-4", "and me")
        await api.shows("anybody?", thread)


async def test_a_conversation_whose_group_is_no_longer_ours_gets_a_topic_in_another(
    counter: Counter, api: GroupApi, caplog: pytest.LogCaptureFixture
) -> None:
    old = Team(counter, api, (GROUP - 1,))
    api.add_group(GROUP - 1)
    async with old.working():
        await old.called()
        await api.shows("👤", number=GROUP - 1)
        await is_shown(old)
    team = Team(counter, api)
    async with team.working():
        thread = await api.shows("I want a person")
        await team.writes("hello?")
        await api.shows("hello?", thread)
    assert caplog.text.count("topic_left conversation=1") == 1


async def test_a_conversation_whose_group_cannot_be_used_any_more_goes_to_another(
    counter: Counter, api: GroupApi
) -> None:
    team = Team(counter, api, (GROUP, GROUP - 1))
    other = api.add_group(GROUP - 1)
    other.rights = False
    async with team.working():
        await team.called()
        thread = await api.shows("👤")
        await is_shown(team)
    api.group().rights, other.rights = False, True
    async with team.working():
        await team.writes("hello?")
        await api.shows("hello?", number=GROUP - 1)
    assert not any("hello?" in line for line in api.lines(thread))


async def test_what_comes_later_to_an_album_is_shown_as_well(counter: Counter, api: GroupApi) -> None:
    team = Team(counter, api)
    async with team.working():
        ann = Customer(api, 77, "Ann", "en")
        await ann.says("/human")
        thread = await api.shows("Ann")
        await ann.sends("photo", pictures.jpeg(), "it broke", album="13")
        await api.until(lambda: files_in(team, thread) == 1)
        await is_shown(team)
        for caption in ("", "here too"):
            await ann.sends("photo", pictures.jpeg(), caption, album="13")
        await api.until(lambda: files_in(team, thread) == 3)
        await api.shows("here too", thread)
        await is_shown(team)
        await ann.says("that was all")
        await api.shows("that was all", thread)
        assert files_in(team, thread) == 3, "each once"


def files_in(team: Team, thread: int) -> int:
    messages = team.api.group().messages.values()
    return sum(m.get("message_thread_id") == thread and "file" in m for m in messages)
