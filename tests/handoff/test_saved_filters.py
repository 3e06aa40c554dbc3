"""Filters that agents keep by a name."""

from dataclasses import replace

import pytest

from handoff.assignment import Rules
from handoff.db import Database
from handoff.desk import filters, teams
from handoff.desk.filters import FilterView
from handoff.errors import BadInput, NotFound
from tests.fakes import MovedClock
from tests.handoff.shops import Shop


class Keeper(Shop):
    async def keeps(
        self, agent_id: int, name: str, *, id: int = 0, shared: bool = False, lead: bool = False, **wanted: str
    ) -> FilterView:
        draft = FilterView(id, name, "queue", wanted, shared)
        return await self.database.write(filters.put, draft, agent_id, self.clock.now(), may_share=lead)

    async def has(self, agent_id: int) -> list[str]:
        return [one.name for one in await self.database.read(filters.listing, agent_id)]


@pytest.fixture
async def shop(database: Database, clock: MovedClock) -> Keeper:
    shop = Keeper(database, clock)
    await shop.open(Rules())
    return shop


async def test_a_filter_is_its_owners_alone_until_a_lead_shares_it(shop: Keeper) -> None:
    await shop.keeps(shop.mei, "VIP", tag="vip", priority="high")
    with pytest.raises(BadInput, match="lead"):
        await shop.keeps(shop.jun, "Returns", shared=True)
    shared = await shop.keeps(shop.jun, "Returns", shared=True, lead=True, reason="complaint")
    assert await shop.has(shop.jun) == ["Returns"]
    seen = await shop.database.read(filters.listing, shop.mei)
    assert [(one.name, one.own, one.by, dict(one.wanted)) for one in seen] == [
        ("VIP", True, "Mei", {"tag": "vip", "priority": "high"}),
        ("Returns", False, "Jun", {"reason": "complaint"}),
    ]
    with pytest.raises(NotFound):
        await shop.keeps(shop.mei, "Mine now", id=shared.id, shared=True)
    with pytest.raises(NotFound):
        await shop.database.write(filters.remove, shared.id, shop.mei, may_share=False)
    await shop.database.write(filters.remove, shared.id, shop.mei, may_share=True)
    assert await shop.has(shop.jun) == []


async def test_a_lead_cannot_touch_what_somebody_keeps_for_themselves(shop: Keeper) -> None:
    own = await shop.keeps(shop.mei, "Mine")
    with pytest.raises(NotFound):
        await shop.keeps(shop.jun, "Taken", id=own.id, lead=True)
    with pytest.raises(NotFound):
        await shop.database.write(filters.remove, own.id, shop.jun, may_share=True)


async def test_who_is_no_lead_any_more_may_still_rename_what_they_shared(shop: Keeper) -> None:
    shared = await shop.keeps(shop.mei, "VIP", shared=True, lead=True)
    assert (await shop.keeps(shop.mei, "Important", id=shared.id, shared=True)).name == "Important"


NAMES = {
    "  急件　退款 ": "急件 退款",
    "VIP\n\t客人": "VIP 客人",
    "שלום": "שלום",
    "نمی‌خواهم": "نمی‌خواهم",  # a joiner that Persian needs
    "a\u202eb": "ab",
    "<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    "'; DROP TABLE saved_filters; --": "'; DROP TABLE saved_filters; --",
    "⭐": "⭐",
    "字" * 60: "字" * 60,
}
NO_NAMES = ("", "   ", "\x00\x07", "\u200b\u202e", "字" * 61)


async def test_names_of_any_script_are_kept_as_they_read(shop: Keeper) -> None:
    for name in NAMES:
        await shop.keeps(shop.mei, name)
    assert await shop.has(shop.mei) == list(NAMES.values())


async def test_names_that_are_nothing_or_too_long_are_refused(shop: Keeper) -> None:
    for name in NO_NAMES:
        with pytest.raises(BadInput):
            await shop.keeps(shop.mei, name)


async def test_a_name_is_there_once_for_each_agent_whatever_its_case(shop: Keeper) -> None:
    first = await shop.keeps(shop.mei, "Straße")
    with pytest.raises(BadInput):
        await shop.keeps(shop.mei, "STRASSE")
    await shop.keeps(shop.jun, "straße")
    assert (await shop.keeps(shop.mei, "STRASSE", id=first.id)).name == "STRASSE"


async def test_filters_stand_as_they_were_arranged_and_new_ones_behind(shop: Keeper) -> None:
    one, two, three = [(await shop.keeps(shop.mei, name)).id for name in ("one", "two", "three")]
    theirs = (await shop.keeps(shop.jun, "theirs")).id
    await shop.database.write(filters.arrange, [three, theirs, one, 4711, three], shop.mei)
    assert await shop.has(shop.mei) == ["three", "one", "two"]
    await shop.keeps(shop.mei, "four")
    await shop.database.write(filters.arrange, [two], shop.mei)
    assert await shop.has(shop.mei) == ["two", "three", "one", "four"]


async def test_nobody_keeps_more_than_fifty(shop: Keeper) -> None:
    for n in range(filters.MOST):
        await shop.keeps(shop.mei, f"filter {n}")
    with pytest.raises(BadInput, match="50"):
        await shop.keeps(shop.mei, "one too many")
    await shop.keeps(shop.jun, "room here")


async def test_a_filter_follows_its_team_and_tells_when_it_is_gone(shop: Keeper) -> None:
    team = await shop.team("returns", shop.mei)
    kept = await shop.keeps(shop.mei, "Returns", team="returns")
    await shop.do(teams.put, replace(team, key="goods-back"))
    (found,) = await shop.database.read(filters.listing, shop.mei)
    assert (found.wanted["team"], found.gone) == ("goods-back", False)
    await shop.do(teams.put, replace(team, key="goods-back", active=False))
    (found,) = await shop.database.read(filters.listing, shop.mei)
    assert (found.wanted["team"], found.gone) == ("goods-back", True)
    assert (await shop.keeps(shop.mei, "Old returns", id=kept.id, team="goods-back")).gone
    for key in ("goods-back", "never-there"):
        with pytest.raises(BadInput, match="team"):
            await shop.keeps(shop.mei, f"Another {key}", team=key)
