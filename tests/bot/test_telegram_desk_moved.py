"""Agents' groups that Telegram has given another id."""

import pytest

from tests.bot.conftest import Counter
from tests.bot.test_telegram_desk import Team, api
from tests.telegram_groups import GROUP, GroupApi

assert api, "a fixture"

NEW = GROUP - 7


def asked_of(api: GroupApi, group: int) -> int:
    return sum(str(given.get("chat_id")) == str(group) for _, given in api.calls)


@pytest.mark.parametrize("says_so", [True, False])
async def test_a_group_that_has_moved_is_followed_and_known_after_a_restart(
    counter: Counter, api: GroupApi, caplog: pytest.LogCaptureFixture, says_so: bool
) -> None:
    team = Team(counter, api)
    async with team.working():
        mei = await team.mate("Mei", 900)
        conversation = await team.called()
        thread = await api.shows("👤")
        await mei.writes("one moment", thread)
        await team.until(conversation, lambda view, said: said[-1].text == "one moment")
        await api.upgrade(NEW, says_so=says_so)
        await team.writes("are you there?")
        there = await api.shows("are you there?", number=NEW)
        assert api.topics(NEW)[0].startswith("💬 Mei")
        assert "I want a person" in api.lines(there, NEW)[0], "the story"
        await mei.writes("yes", there, NEW)
        await team.until(conversation, lambda view, said: said[-1].text == "yes")
    assert f"telegram_group_moved group={GROUP} to={NEW}: put the new id into BATON_TELEGRAM_GROUPS" in caplog.text
    before = asked_of(api, GROUP)
    async with team.working():
        await mei.writes("still here", there, NEW)
        await team.until(conversation, lambda view, said: said[-1].text == "still here")
        await team.called("visitor-2", "another one")
        await api.shows("another one", number=NEW)
    assert asked_of(api, GROUP) == before, "nobody asks the old one"
    assert len(api.topics(NEW)) == 2


async def test_a_group_that_was_named_by_both_ids_is_one(counter: Counter, api: GroupApi) -> None:
    api.add_group(NEW)
    api.group().moved_to = NEW
    team = Team(counter, api, (GROUP, NEW))
    async with team.working():
        for n in range(3):
            await team.called(f"visitor-{n}", f"person {n}")
        await api.until(lambda: len(api.topics(NEW)) == 3)


async def test_a_group_of_strangers_is_left_alone(counter: Counter, api: GroupApi) -> None:
    api.add_group(NEW)
    team = Team(counter, api)
    async with team.working():
        mei = await team.mate("Mei", 900)
        await mei.writes("/help", group=NEW)
        await mei.writes("/help")
        await api.until(lambda: any("/note" in m.get("text", "") for m in api.group().messages.values()))
        assert all(m["from"] is mei.who for m in api.group(NEW).messages.values())
