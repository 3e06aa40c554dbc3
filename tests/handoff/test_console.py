"""The console's routes over real HTTP: who may do what, and what is said when it may not be done."""

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import get_args

import aiohttp
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.channels.entrance import Entrance
from bot.channels.frames import Hello
from handoff import desk
from handoff.console.auth import SignInLimit
from handoff.console.live import LiveFeed
from handoff.console.routes import PREFIX, Console
from handoff.console.schemas import Activity as Shown
from handoff.console.schemas import Installation
from handoff.console.table import ROUTES
from handoff.db import Database
from handoff.desk import people
from handoff.files import Files
from handoff.models import Agent
from handoff.ports import LocalWakeups, NoRecords, NoSuggestions
from handoff.values import Activity
from tests import builders as a
from tests.e2e.program import Desk
from tests.fakes import MovedClock
from tests.handoff.test_clocks import waits

PASSWORD = "correct horse battery"
INSTALLATION = Installation(
    address="", origins=[], shop={"zh-TW": "小滿", "zh-CN": "小满", "en": "Xiaoman"}, accent="#0f766e"
)


@dataclass
class Office:
    """A served console with one conversation in the queue."""

    address: str
    database: Database
    clock: MovedClock
    conversation: int
    last_seq: int

    async def code(self, email: str) -> str:
        return await self.database.write(people.issue_link, email, self.clock.now())


@pytest.fixture
async def office(database: Database, clock: MovedClock, tmp_path: Path) -> AsyncIterator[Office]:
    wakeups = LocalWakeups()
    database._wakeups = wakeups
    for name in ("Mei", "Jun"):
        address = f"{name.lower()}@shop.example"
        await database.write(people.add_agent, address, name, "agent", clock.now(), PASSWORD)
    recorded = await database.write(a.write, clock.now(), "轉人工")
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, recorded.conversation_id))
    feed, files = LiveFeed(database, wakeups, clock), Files(database, tmp_path / "files", clock, "k" * 40)
    console = Console(database, clock, NoSuggestions(), NoRecords(), SignInLimit(), feed, files, INSTALLATION)
    app = web.Application()
    console.add_to(app, ROUTES)
    async with TestServer(app) as server:
        yield Office(str(server.make_url("")).rstrip("/"), database, clock, recorded.conversation_id, 2)
        await console.feed.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as opened:
        yield opened


@pytest.fixture
async def mei(office: Office, session: aiohttp.ClientSession) -> Desk:
    desk_of_mei = Desk(office.address, session)
    await desk_of_mei.sign_in(await office.code("mei@shop.example"))
    return desk_of_mei


@pytest.fixture
async def jun(office: Office) -> AsyncIterator[Desk]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as opened:
        desk_of_jun = Desk(office.address, opened)
        await desk_of_jun.sign_in(await office.code("jun@shop.example"))
        yield desk_of_jun


async def test_a_one_time_link_works_once(office: Office, session: aiohttp.ClientSession) -> None:
    agent = Desk(office.address, session)
    code = await office.code("mei@shop.example")
    assert (await agent.sign_in(code))["name"] == "Mei"
    refused = await agent.post("/session/link", {"code": code}, 401)
    assert "new one" in refused["message"]


async def test_an_expired_link_is_refused(office: Office, session: aiohttp.ClientSession) -> None:
    code = await office.code("mei@shop.example")
    office.clock.move(25 * 3600)
    await Desk(office.address, session).post("/session/link", {"code": code}, 401)


async def test_a_password_signs_in(office: Office, session: aiohttp.ClientSession) -> None:
    agent = Desk(office.address, session)
    assert (await agent.post("/session", {"email": "MEI@shop.example", "password": PASSWORD}))["name"] == "Mei"


async def test_signing_out_ends_the_session(mei: Desk, office: Office, session: aiohttp.ClientSession) -> None:
    headers = {"Origin": office.address}
    async with session.delete(f"{office.address}{PREFIX}/session", headers=headers) as response:
        assert response.status == 204
    await mei.get("/session", 401)


async def test_a_foreign_page_cannot_act_for_an_agent(
    mei: Desk, office: Office, session: aiohttp.ClientSession
) -> None:
    url = f"{office.address}{PREFIX}/conversations/{office.conversation}/claim"
    for headers in ({"Origin": "http://evil.example"}, {}):
        async with session.post(url, headers=headers) as response:
            assert response.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(f"{office.address}{PREFIX}/live", headers={"Origin": "http://evil.example"})


async def test_who_was_quicker_is_named(mei: Desk, jun: Desk, office: Office) -> None:
    await mei.post(f"/conversations/{office.conversation}/claim")
    refused = await jun.post(f"/conversations/{office.conversation}/claim", None, 409)
    assert (refused["code"], refused["by"]) == ("already_assigned", "Mei")
    assert (await jun.say(office.conversation, "hello", 409))["code"] == "not_yours"


async def test_resolving_is_refused_when_the_customer_wrote_meanwhile(mei: Desk, office: Office) -> None:
    await mei.post(f"/conversations/{office.conversation}/claim")
    await office.database.write(a.write, office.clock.now(), "one more thing")
    refused = await mei.post(f"/conversations/{office.conversation}/resolve", {"seen_seq": office.last_seq}, 409)
    assert refused["code"] == "newer_message"
    assert (await mei.end(office.conversation, "resolve"))["status"] == "resolved"


async def test_a_reply_sent_twice_is_stored_once(mei: Desk, office: Office) -> None:
    await mei.post(f"/conversations/{office.conversation}/claim")
    body = {"id": uuid.uuid4().hex, "text": "您好"}
    first = await mei.post(f"/conversations/{office.conversation}/reply", body)
    assert await mei.post(f"/conversations/{office.conversation}/reply", body) == first


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "bad_request"),
        ({"id": "12345678", "text": ""}, 400, "bad_request"),
        ({"id": "12345678", "text": "  \n"}, 400, "bad_request"),
        ({"id": "12345678", "text": "x" * 8001}, 400, "bad_request"),
        ({"id": "12345678", "text": "x" * 70_000}, 413, "too_large"),
        ({"id": "12345678", "text": "x", "assignee": 2}, 400, "bad_request"),
        ([], 400, "bad_request"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_with_what_is_wrong(
    mei: Desk, office: Office, body: dict[str, object], status: int, code: str
) -> None:
    await mei.post(f"/conversations/{office.conversation}/claim")
    refused = await mei.post(f"/conversations/{office.conversation}/reply", body, status)
    assert refused["code"] == code and refused["message"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/conversations?view=everything", 400),
        ("/conversations/999999", 404),
        ("/conversations/1?after=x", 400),
        ("/conversations/1?after=-1", 400),
        ("/conversations/1?after=99999999999", 400),
    ],
)
async def test_questions_that_make_no_sense_get_an_answer(mei: Desk, path: str, status: int) -> None:
    assert (await mei.get(path, status))["message"]


async def test_the_feed_goes_on_from_the_list_without_a_gap(mei: Desk, office: Office) -> None:
    cursor = (await mei.get("/conversations"))["cursor"]
    await office.database.write(a.write, office.clock.now(), "before the feed was open")
    async with mei.feed(cursor) as feed:
        assert await kinds(feed, 1) == ["incoming"]
        await office.database.write(desk.claim, office.conversation, 1, office.clock.now())
        assert await kinds(feed, 1) == ["claim"]


async def test_a_cursor_that_is_not_ours_is_refused(mei: Desk) -> None:
    for cursor in ("x", "1", "1.2.3", "9" * 40 + ".1", "-1.0"):
        assert (await mei.get(f"/live?cursor={cursor}", 400))["code"] == "bad_request"


async def test_two_agents_see_each_others_work(mei: Desk, jun: Desk, office: Office) -> None:
    async with jun.feed((await jun.get("/conversations"))["cursor"]) as feed:
        await mei.post(f"/conversations/{office.conversation}/claim")
        await mei.post(f"/conversations/{office.conversation}/note", {"id": uuid.uuid4().hex, "text": "a regular"})
        assert await kinds(feed, 2) == ["claim", "note"]
    seen = await jun.get(f"/conversations/{office.conversation}")
    assert seen["row"]["assignee"]["name"] == "Mei"
    assert [m["text"] for m in seen["messages"] if m["private"]] == ["a regular"]


async def test_who_is_called_by_a_code_of_ours_is_told_and_not_read_off_the_name(mei: Desk, office: Office) -> None:
    seen = [await mei.get(f"/conversations/{number}") for number in (office.conversation, await logs_in(office, "1"))]
    assert [(told["row"]["named"], told["contact"]["named"]) for told in seen] == [(False, False), (False, False)]
    emma = await logs_in(office, "2", name="EMMA")
    assert await logs_in(office, "2") == emma
    told = await mei.get(f"/conversations/{emma}")
    assert (told["row"]["contact"], told["row"]["named"]) == ("EMMA", True), "a login without a name takes none away"
    assert (told["contact"]["name"], told["contact"]["named"]) == ("EMMA", True)
    listed = (await mei.get("/conversations?view=bot"))["items"]
    assert {row["contact"]: row["named"] for row in listed} == {"EMMA": True, seen[1]["row"]["contact"]: False}


async def test_agents_see_what_is_due_and_may_list_by_it(mei: Desk, office: Office) -> None:
    soon = await waits(office.database, office.clock, "soon", minutes=10)
    near = "/conversations?view=queue&due=near&sort=due"
    assert (await mei.get(near))["items"] == []
    office.clock.move(7 * 60)
    [row] = (await mei.get(near))["items"]
    assert row["id"] == soon
    clocks = {clock["kind"]: (clock["broken"], clock["told_at"]) for clock in row["clocks"]}
    assert clocks == dict.fromkeys(("promise", "first_response", "resolution"), (False, None))
    assert [row["id"] for row in (await mei.get("/conversations?sort=due"))["items"]] == [soon, office.conversation]
    assert (await mei.get(f"/conversations/{soon}"))["row"]["clocks"] == row["clocks"]
    for nonsense in ("due=late", "sort=age"):
        await mei.get(f"/conversations?{nonsense}", 400)


async def logs_in(office: Office, sub: str, **claims: str) -> int:
    """A customer the shop vouches for has written; their conversation."""
    now, secret = office.clock.now(), "s" * 40
    word = jwt.encode({"sub": sub, "exp": now + timedelta(minutes=10), **claims}, secret, algorithm="HS256")
    hello = Hello(type="hello", v=1, token=None, identity=word)
    entered = await Entrance(office.database, office.clock, "k" * 40, secret).enter(hello, "en")
    return (await office.database.write(a.write, now, "hello", entered.key)).conversation_id


async def kinds(feed: aiohttp.ClientWebSocketResponse, count: int) -> list[str]:
    told: list[str] = []
    while len(told) < count:
        told += [event["kind"] for event in json.loads((await feed.receive(timeout=30)).data).get("events", ())]
    return told


TEAM = {
    "key": "returns",
    "names": {"zh-TW": "退換貨", "en": "Returns"},
    "reasons": [],
    "intents": ["request_return"],
    "languages": ["zh-TW"],
    "members": [1],
    "automatic": True,
    "fallback": False,
    "active": True,
}


async def test_leads_arrange_teams_and_everybody_reads_them(office: Office, mei: Desk, jun: Desk) -> None:
    refused = await mei.post("/teams", TEAM, 403)
    assert refused["code"] == "forbidden"
    await office.database.write(_make_lead, "mei@shop.example")
    team = await mei.post("/teams", TEAM)
    assert {**TEAM, "id": team["id"], "hours": None} == team
    known = await jun.get("/teams")
    assert known["teams"] == [team]
    assert [seat["name"] for seat in known["seats"]] == ["Jun", "Mei"]
    await mei.post("/teams", {**TEAM, "key": "Not a key"}, 400)
    await mei.post("/teams", {**TEAM, "members": [999], "key": "ghosts"}, 400)
    await mei.post("/teams", TEAM, 400)


async def test_a_lead_gives_a_colleagues_conversation_to_a_team(office: Office, mei: Desk, jun: Desk) -> None:
    await office.database.write(_make_lead, "mei@shop.example")
    team = await mei.post("/teams", {**TEAM, "members": []})
    await jun.post(f"/conversations/{office.conversation}/claim")
    to_team = {"agent_id": None, "team_id": team["id"], "note": "A broken kettle."}
    row = await mei.post(f"/conversations/{office.conversation}/transfer", to_team)
    assert (row["assignee"], row["team"]) == (None, "returns")
    assert [row["id"] for row in (await jun.get("/conversations?view=queue&team=returns"))["items"]] == [row["id"]]
    assert (await jun.get("/conversations?view=queue&team=front"))["items"] == []
    await jun.post(f"/conversations/{office.conversation}/transfer", to_team, 409)


def _make_lead(session: Session, email: str) -> None:
    session.execute(update(Agent).where(Agent.email == email).values(role="lead"))


def test_the_console_knows_everything_that_may_happen() -> None:
    assert set(get_args(Shown)) == set(Activity)
