"""One step on many conversations, over real HTTP: each with its own fences, each told what became of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from handoff import desk, inbox
from handoff.assignment import Rules
from handoff.console.table import ROUTES
from handoff.db import Database
from handoff.desk import people
from handoff.ports import LocalWakeups
from handoff.values import ConversationView
from tests import builders as a
from tests.e2e.program import Desk
from tests.fakes import MovedClock
from tests.handoff.offices import a_console
from tests.handoff.shops import Shop


@dataclass
class Floor:
    """A desk with Mei and Jun, and a lead who sees it all."""

    shop: Shop
    mei: Desk
    jun: Desk
    lead: Desk

    async def waiting(self, *contacts: str) -> list[int]:
        return [await self.shop.called(contact) for contact in contacts]

    async def step(self, who: Desk, conversations: list[int], do: str, **more: Any) -> list[str | None]:
        """What became of each; the agent has seen all there is."""
        items = [{"id": number, "seen_seq": await self.seen(number)} for number in conversations]
        return await self.taken(who, items, do, **more)

    async def taken(self, who: Desk, items: list[dict[str, int]], do: str, **more: Any) -> list[str | None]:
        answer = await who.post("/conversations/bulk", {"items": items, "step": {"do": do, **more}})
        return [outcome["code"] for outcome in answer["items"]]

    async def seen(self, conversation: int) -> int:
        return (await self.row(conversation)).last_seq

    async def row(self, conversation: int) -> ConversationView:
        return await self.shop.database.read(inbox.conversation_view, conversation)


@pytest.fixture
async def floor(database: Database, clock: MovedClock, tmp_path: Path) -> AsyncIterator[Floor]:
    console, app = a_console(database, LocalWakeups(), clock, tmp_path), web.Application()
    console.add_to(app, ROUTES)
    shop = Shop(database, clock)
    await shop.open(Rules())
    await database.write(people.add_agent, "rae@shop.example", "Rae", "lead", clock.now())
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(app))
        address = str(server.make_url("")).rstrip("/")
        desks = []
        for name in ("mei", "jun", "rae"):
            jar = aiohttp.CookieJar(unsafe=True)
            desks.append(Desk(address, await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))))
            await desks[-1].sign_in(await database.write(people.issue_link, f"{name}@shop.example", clock.now()))
        yield Floor(shop, *desks)


async def test_who_was_quicker_keeps_theirs_and_the_others_are_done(floor: Floor) -> None:
    one, two, three = await floor.waiting("ann", "bo", "cy")
    await floor.shop.do(desk.claim, two, floor.shop.jun)
    items = [{"id": number, "seen_seq": 2} for number in (one, two, three)]
    answer = await floor.mei.post("/conversations/bulk", {"items": items, "step": {"do": "claim"}})
    assert answer["items"] == [
        {"id": one, "code": None, "by": None},
        {"id": two, "code": "already_assigned", "by": "Jun"},
        {"id": three, "code": None, "by": None},
    ]
    assert [await floor.shop.holder(number) for number in (one, two, three)] == [
        floor.shop.mei,
        floor.shop.jun,
        floor.shop.mei,
    ]


async def test_resolving_asks_of_each_what_it_asks_alone(floor: Floor) -> None:
    mine, newer, theirs, unclaimed = await floor.waiting("ann", "bo", "cy", "dee")
    assert await floor.step(floor.mei, [mine, newer], "claim") == [None, None]
    await floor.shop.do(desk.claim, theirs, floor.shop.jun)
    seen = await floor.seen(newer)
    await floor.shop.database.write(a.write, floor.shop.clock.now(), "wait!", "bo")
    items = [{"id": number, "seen_seq": seen} for number in (mine, newer, theirs, unclaimed, 4711)]
    codes = await floor.taken(floor.mei, items, "resolve")
    assert codes == [None, "newer_message", "not_yours", "not_yours", "not_found"]
    assert [(await floor.row(number)).status for number in (mine, newer, theirs)] == ["resolved", "open", "open"]


async def test_a_step_sent_twice_is_done_once_and_says_so_twice(floor: Floor) -> None:
    both = await floor.waiting("ann", "bo")
    until = (floor.shop.clock.now() + timedelta(hours=2)).isoformat()
    steps: list[tuple[str, dict[str, Any]]] = [
        ("claim", {}),
        ("priority", {"priority": "high"}),
        ("tag", {"tag": " VIP "}),
        ("snooze", {"until": until}),
        ("reopen", {}),
        ("resolve", {}),
        ("reopen", {}),
        ("transfer", {"agent_id": floor.shop.jun, "team_id": None, "note": "yours"}),
    ]
    for do, more in steps:
        items = [{"id": number, "seen_seq": await floor.seen(number)} for number in both]
        assert await floor.taken(floor.mei, items, do, **more) == [None, None], do
        before = [await floor.seen(number) for number in both]
        assert await floor.taken(floor.mei, items, do, **more) == [None, None], f"{do} again"
        assert [await floor.seen(number) for number in both] == before, f"{do} left nothing twice"
    row = await floor.row(both[0])
    assert (row.assignee_id, row.priority, row.tags) == (floor.shop.jun, "high", ("vip",))


async def test_a_transfer_sent_twice_takes_it_from_nobody_it_was_given_to(floor: Floor) -> None:
    (one,) = await floor.waiting("ann")
    await floor.shop.do(desk.claim, one, floor.shop.mei)
    team = await floor.shop.team("returns", floor.shop.jun, automatic=True)
    items = [{"id": one, "seen_seq": await floor.seen(one)}]
    for _ in range(2):
        assert await floor.taken(floor.mei, items, "transfer", agent_id=None, team_id=team.id, note="?") == [None]
        assert await floor.shop.holder(one) == floor.shop.jun
    assert sum(line.startswith("transferred") for line in await floor.shop.told(one)) == 1


async def test_the_same_conversation_named_twice_is_one(floor: Floor) -> None:
    (one,) = await floor.waiting("ann")
    assert await floor.taken(floor.mei, [{"id": one, "seen_seq": 2}] * 3, "claim") == [None]


async def test_only_a_lead_passes_on_what_others_have(floor: Floor) -> None:
    (theirs,) = await floor.waiting("ann")
    await floor.shop.do(desk.claim, theirs, floor.shop.jun)
    team = await floor.shop.team("returns", floor.shop.mei, automatic=False)
    for who, code in ((floor.mei, "not_yours"), (floor.lead, None)):
        assert await floor.step(who, [theirs], "transfer", agent_id=None, team_id=team.id) == [code]
    assert (await floor.shop.holder(theirs), await floor.shop.team_of(theirs)) == (None, "returns")


async def test_tags_are_added_to_those_that_are_there_up_to_twenty(floor: Floor) -> None:
    one, full = await floor.waiting("ann", "bo")
    await floor.shop.do(desk.change_tags, one, floor.shop.mei, ["old"])
    await floor.shop.do(desk.change_tags, full, floor.shop.mei, [f"t{n}" for n in range(20)])
    assert await floor.step(floor.mei, [one, full], "tag", tag="退貨") == [None, "bad_request"]
    assert (await floor.row(one)).tags == ("old", "退貨")


async def test_a_time_that_has_passed_is_refused_for_each(floor: Floor) -> None:
    (one,) = await floor.waiting("ann")
    await floor.step(floor.mei, [one], "claim")
    until = (floor.shop.clock.now() - timedelta(minutes=1)).isoformat()
    assert await floor.step(floor.mei, [one], "snooze", until=until) == ["bad_request"]


async def test_what_is_no_step_on_one_to_a_hundred_is_refused(floor: Floor) -> None:
    one = [{"id": 1, "seen_seq": 1}]
    for items, step in (
        ([], {"do": "claim"}),
        ([{"id": n, "seen_seq": 1} for n in range(1, 102)], {"do": "claim"}),
        (one, {"do": "delete"}),
        (one, {"do": "tag", "tag": "   "}),
        ([{"id": -1, "seen_seq": 1}], {"do": "claim"}),
        (one, {"do": "claim", "until": "now"}),
    ):
        refused = await floor.mei.post("/conversations/bulk", {"items": items, "step": step}, 400)
        assert refused["code"] == "bad_request"
