"""Updates from agents' groups come again, when what they did is long past."""

from typing import Any

from handoff.desk import canned
from handoff.desk.canned import Canned
from handoff.states import Status
from tests.bot.test_telegram_desk import SAY, Team, api, team
from tests.telegram_groups import Teammate

assert api and team, "fixtures"


async def comes_again(team: Team, mei: Teammate, *messages: dict[str, Any]) -> None:
    """And is dealt with."""
    for message in messages:
        await team.api.happens("message", message)
    await mei.writes("/after", team.api.only_thread())
    await team.api.shows("/after")


async def test_a_command_that_comes_again_does_nothing(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    claim, resolve = await mei.writes("/claim", thread), await mei.writes("/resolve", thread)
    await team.until(conversation, lambda view, said: view.status is Status.RESOLVED)
    before = await team.view(conversation)
    await comes_again(team, mei, claim, resolve)
    assert await team.view(conversation) == before
    assert not any(SAY("topic.told.illegal", "en") in line for line in team.api.lines(thread))


async def test_a_prepared_answer_that_comes_again_does_not_pull_the_conversation_back(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    await team.database.write(canned.put, Canned(0, "hi", "Hi", {"en": "Hello there"}))
    conversation = await team.called()
    thread = await team.api.shows("👤")
    said = await mei.writes("/canned hi", thread)
    await team.api.shows("Hello there", thread)
    back = await mei.writes("/back", thread)
    await team.until(conversation, lambda view, said: view.status is Status.PENDING)
    before = await team.view(conversation)
    await comes_again(team, mei, said, back)
    assert await team.view(conversation) == before


async def test_a_press_that_comes_again_does_nothing_and_is_answered(team: Team) -> None:
    mei = await team.mate("Mei", 900)
    conversation = await team.called()
    thread = await team.api.shows("👤")
    pinned = team.api.group().threads[thread].pinned
    await team.api.until(lambda: bool(pinned))
    for data, told in (("t:claim", "claimed"), ("t:resolve", "resolved")):
        assert await mei.presses(data, pinned[0], query=data) == SAY(f"topic.told.{told}", "en")
    before = await team.view(conversation)
    for data, told in (("t:claim", "claimed"), ("t:resolve", "resolved")):
        assert await mei.presses(data, pinned[0], query=data) == SAY(f"topic.told.{told}", "en")
    assert await team.view(conversation) == before
