"""Agents' albums: Telegram brings each picture by itself, and the words stand below one of them."""

import pytest

from bot.channels.telegram_desk import albums
from bot.channels.telegram_desk.albums import Part
from handoff.ports import SystemClock
from handoff.states import Status
from tests import pictures
from tests.bot.conftest import Counter
from tests.bot.test_telegram_desk import SAY, Team, api, team
from tests.telegram_groups import GROUP, GroupApi

assert api and team, "fixtures"


@pytest.mark.parametrize("captions", [("/note 常客", "", ""), ("", "/note 常客", ""), ("", "", "/note：常客")])
async def test_an_album_with_a_note_is_a_note_as_a_whole(team: Team, captions: tuple[str, ...]) -> None:
    mei = await team.mate("Mei", 900)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    for caption in captions:
        await mei.sends("photo", pictures.png(), thread, caption, album="13")
    await team.until(conversation, lambda view, said: sum(m.author == "agent" for m in said) == 3)
    written = [m for m in await team.messages(conversation) if m.author == "agent"]
    assert all(m.private for m in written)
    assert sorted(m.text for m in written) == ["", "", "常客"]
    assert (await team.view(conversation)).assignee_id is None, "a note takes nothing"


async def test_an_album_without_words_goes_to_the_customer_and_one_with_a_command_goes_nowhere(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    for caption in ("/resolve", ""):
        await mei.sends("photo", pictures.png(), thread, caption, album="13")
    await team.api.shows(SAY("topic.told.only_note", "en"), thread)
    assert [m for m in await team.messages(conversation) if m.author == "agent"] == []
    for _ in range(2):
        await mei.sends("photo", pictures.png(), thread, album="14")
    await team.until(conversation, lambda view, said: sum(m.author == "agent" and not m.private for m in said) == 2)
    view = await team.view(conversation)
    assert (view.assignee_name, view.status) == ("Mei", Status.OPEN)


async def test_what_an_album_is_outlives_a_restart_and_what_is_not_known_is_not_sent(
    counter: Counter, api: GroupApi
) -> None:
    team = Team(counter, api)
    async with team.working():
        mei = await team.mate("Mei", 900)
        conversation = await team.called()
        thread = await api.shows("👤")
        await mei.sends("photo", pictures.png(), thread, "/note 常客", album="13")
        await team.until(conversation, lambda view, said: said[-1].private)
    held = Part(GROUP, 99_999, "14", conversation, 900, "its-file")
    await team.database.write(albums.hold, held, SystemClock().now())
    async with team.working():
        await mei.sends("photo", pictures.png(), thread, album="13")
        await api.shows(SAY("topic.told.album_unsure", "zh-TW"), thread)
        await team.until(conversation, lambda view, said: sum(m.private for m in said) == 2)
    assert [m for m in await team.messages(conversation) if m.author == "agent" and not m.private] == []
