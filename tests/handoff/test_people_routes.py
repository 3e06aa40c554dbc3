"""People over real HTTP: invited, locked out, sent away."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from handoff import lockout
from handoff.console.live import SIGNED_OUT
from handoff.console.routes import PREFIX
from handoff.console.table import ROUTES
from handoff.db import Database
from handoff.desk import guesses, people
from handoff.ports import LocalWakeups
from tests.e2e.program import Desk
from tests.fakes import MovedClock
from tests.handoff.offices import a_console

PASSWORD = "correct horse battery"
MEI = "mei@shop.example"


@dataclass
class Office:
    address: str
    database: Database
    clock: MovedClock
    mei: int


@pytest.fixture
async def office(database: Database, clock: MovedClock, tmp_path: Path) -> AsyncIterator[Office]:
    await database.write(people.add_agent, "boss@shop.example", "=Boss", "admin", clock.now(), PASSWORD)
    mei = await database.write(people.add_agent, MEI, "Mei", "agent", clock.now(), PASSWORD)
    app, console = web.Application(), a_console(database, LocalWakeups(), clock, tmp_path)
    console.add_to(app, ROUTES)
    async with TestServer(app) as server:
        yield Office(str(server.make_url("")).rstrip("/"), database, clock, mei.id)
        await console.feed.close()


@pytest.fixture
async def a_browser(office: Office) -> AsyncIterator[Desk]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Desk(office.address, session)


@pytest.fixture
async def boss(office: Office) -> AsyncIterator[Desk]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        desk = Desk(office.address, session)
        await desk.post("/session", {"email": "boss@shop.example", "password": PASSWORD})
        yield desk


async def test_an_invitation_leads_in_once(office: Office, boss: Desk, a_browser: Desk) -> None:
    wanted = {"email": "jun@shop.example", "name": "Jun", "role": "lead"}
    made = await boss.post("/people", wanted)
    assert (await boss.post("/people", wanted, 409))["code"] == "taken"
    assert await a_browser.post("/invitation", {"code": made["code"]}) == {"name": "Jun", "email": "jun@shop.example"}
    await a_browser.post("/session/invitation", {"code": made["code"], "password": "short"}, 400)
    me = await a_browser.post("/session/invitation", {"code": made["code"], "password": PASSWORD})
    assert me["may"] == ["assign", "canned", "figures", "read", "review", "trail", "work"] and me["has_password"]
    await a_browser.post("/invitation", {"code": made["code"]}, 404)
    assert (await a_browser.get("/people", 403))["code"] == "forbidden"


async def test_wrong_passwords_lead_to_a_pause_that_says_how_long(office: Office, a_browser: Desk) -> None:
    said = {}
    for email in (MEI, "nobody@shop.example"):
        for _ in range(lockout.FREE_TRIES - 1):
            await office.database.write(guesses.begin_try, email, office.clock.now())
        fifth = await a_browser.post("/session", {"email": email, "password": "guess"}, 401)
        said[email] = [fifth, await a_browser.post("/session", {"email": email, "password": PASSWORD}, 429)]
    assert said[MEI] == said["nobody@shop.example"], "whether there is an agent does not show"
    assert (said[MEI][-1]["code"], said[MEI][-1]["retry_after"]) == ("locked_out", 30)
    office.clock.move(30)
    await a_browser.post("/session", {"email": MEI, "password": PASSWORD})
    await a_browser.post("/session", {"email": MEI, "password": "guess"}, 401)


async def test_who_is_taken_off_is_sent_out_of_an_open_console(office: Office, boss: Desk, a_browser: Desk) -> None:
    await a_browser.post("/session", {"email": MEI, "password": PASSWORD})
    async with a_browser.feed() as feed:
        assert json.loads((await feed.receive(timeout=30)).data)["type"] == "presence"
        await boss.post(f"/people/{office.mei}/deactivate")
        async with asyncio.timeout(60):
            while (told := await feed.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert (told.type, told.data) == (aiohttp.WSMsgType.CLOSE, SIGNED_OUT)
    await a_browser.get("/session", 401)
    await a_browser.post("/session", {"email": MEI, "password": PASSWORD}, 401)


async def test_one_changes_ones_own_password_with_the_old_one(office: Office, a_browser: Desk, boss: Desk) -> None:
    await a_browser.post("/session", {"email": MEI, "password": PASSWORD})
    changes = {"old": "not it at all", "new": "quite another one"}
    assert (await put(a_browser, "/password", changes, 403))["code"] == "wrong_password"
    await put(a_browser, "/password", {**changes, "old": PASSWORD}, 200)
    await a_browser.get("/session")
    await a_browser.post("/session", {"email": MEI, "password": PASSWORD}, 401)


async def test_the_trail_is_told_as_csv_that_no_spreadsheet_runs(office: Office, boss: Desk) -> None:
    async with boss._session.get(f"{office.address}{PREFIX}/trail.csv") as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        rows = list(csv.DictReader(io.StringIO((await response.text()).removeprefix("\ufeff"))))
    assert [row["deed"] for row in rows] == ["trail_exported", "signed_in", "agent_added", "agent_added"]
    assert {row["actor"] for row in rows} == {"'=Boss", ""}


async def test_a_lead_reads_of_prepared_answers_and_teams_and_not_of_people(
    office: Office, boss: Desk, a_browser: Desk
) -> None:
    await put(boss, f"/people/{office.mei}", {"name": "Mei", "role": "lead"}, 200)
    await a_browser.post("/session", {"email": MEI, "password": PASSWORD})
    await a_browser.post("/canned", {"shortcut": "late", "title": "Late", "texts": {"en": "Sorry"}})
    team: dict[str, object] = {
        "key": "returns",
        "names": {"en": "Returns"},
        "reasons": [],
        "intents": [],
        "languages": [],
        "members": [],
    }
    added = await a_browser.post("/teams", {**team, "automatic": False, "fallback": False, "active": True})
    await put(a_browser, f"/teams/{added['id']}", {**team, "automatic": True, "fallback": False, "active": True}, 200)
    seen = (await a_browser.get("/trail"))["items"]
    assert [entry["deed"] for entry in seen] == ["team_changed", "team_added", "canned_added"]
    assert (seen[0]["actor"], seen[0]["detail"]) == ("Mei", {"team": "returns"})
    assert (await a_browser.get("/trail?deed=signed_in", 400))["code"] == "bad_request"
    assert "signed_in" in [entry["deed"] for entry in (await boss.get("/trail"))["items"]]


async def put(desk: Desk, path: str, body: dict[str, Any], status: int) -> dict[str, str]:
    headers = {"Origin": desk._address}
    async with desk._session.put(desk._api + path, json=body, headers=headers) as response:
        assert response.status == status, await response.text()
        found: dict[str, str] = await response.json()
        return found
