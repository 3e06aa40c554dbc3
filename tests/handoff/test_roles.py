"""Who may do what: every route of the console, asked over real HTTP by every role and by nobody."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from handoff import db
from handoff.console.auth import COOKIE
from handoff.console.routes import PREFIX
from handoff.console.table import ROUTES
from handoff.db import Database
from handoff.desk import people
from handoff.ports import LocalWakeups
from handoff.roles import ROLES
from tests.fakes import MovedClock
from tests.handoff.offices import a_console

ANYBODY = {"nobody", *ROLES}
ALL = set(ROLES)
WORKERS = {"agent", "lead", "admin"}
LEADS = {"lead", "admin"}
FIGURES = {"lead", "admin", "maintainer"}
ADMINS = {"admin"}

MAY = {
    "POST /session/link": ANYBODY,
    "POST /session": ANYBODY,
    "GET /session": ALL,
    "DELETE /session": ALL,
    "GET /conversations": ALL,
    "GET /conversations/1": ALL,
    "GET /live": ALL,
    "POST /conversations/1/claim": WORKERS,
    "POST /conversations/1/reply": WORKERS,
    "POST /conversations/1/note": WORKERS,
    "POST /conversations/1/hand_back": WORKERS,
    "POST /conversations/1/resolve": WORKERS,
    "POST /conversations/1/snooze": WORKERS,
    "POST /conversations/1/reopen": WORKERS,
    "POST /conversations/1/transfer": WORKERS,
    "POST /conversations/1/priority": WORKERS,
    "POST /conversations/1/tags": WORKERS,
    "POST /conversations/1/here": ALL,
    "GET /colleagues": ALL,
    "PUT /availability": WORKERS,
    "GET /canned": ALL,
    "POST /canned": LEADS,
    "PUT /canned/1": LEADS,
    "DELETE /canned/1": LEADS,
    "GET /figures": FIGURES,
    "GET /figures.csv": FIGURES,
    "GET /ratings.csv": FIGURES,
    "GET /teams": ALL,
    "POST /teams": LEADS,
    "PUT /teams/1": LEADS,
    "PUT /seats/1": LEADS,
    "GET /articles": ALL,
    "POST /files": WORKERS,
    "GET /files/1111111111111111111111": ALL,
    "GET /installation": ADMINS,
    "GET /people": ADMINS,
    "POST /people": ADMINS,
    "PUT /people/99": ADMINS,
    "POST /people/99/deactivate": ADMINS,
    "POST /people/99/reactivate": ADMINS,
    "POST /people/99/invitation": ADMINS,
    "DELETE /people/99/sessions": ADMINS,
    "DELETE /people/99/lock": ADMINS,
    "POST /invitation": ANYBODY,
    "POST /session/invitation": ANYBODY,
    "PUT /password": ALL,
    "GET /trail": LEADS,
    "GET /trail.csv": ADMINS,
    "POST /tone": WORKERS,
    "GET /reviews": LEADS,
    "POST /reviews": LEADS,
    "PUT /reviews/1": LEADS,
    "DELETE /reviews/1": LEADS,
    "GET /reviews/mine": WORKERS,
    "GET /mentions": ALL,
    "POST /conversations/1/mentions/read": ALL,
    "POST /conversations/bulk": WORKERS,
    "GET /filters": ALL,
    "POST /filters": ALL,
    "PUT /filters/order": ALL,
    "PUT /filters/1": ALL,
    "DELETE /filters/1": ALL,
    "GET /telegram": WORKERS,
    "POST /telegram/code": WORKERS,
    "DELETE /telegram": WORKERS,
    "PUT /contacts/1/block": WORKERS,
    "DELETE /contacts/1/block": WORKERS,
}
FILLED = {"person": "99", "key": "1" * 22}
"""What stands for a part of an address, where it is not 1."""


def addressed(path: str) -> str:
    return re.sub(r"\{(\w+):[^{}]*(?:\{[^}]*\})?\}", lambda found: FILLED.get(found[1], "1"), path)


@pytest.fixture
async def opened(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """Who may do what is no matter of the kind of database."""
    shutil.copy(migrated_sqlite, tmp_path / "baton.db")
    database = db.connect(f"sqlite:///{tmp_path}/baton.db", LocalWakeups())
    yield database
    await database.close()


def test_every_route_says_who_may_call_it() -> None:
    assert {f"{route.method} {addressed(route.path)}" for route in ROUTES} == set(MAY)
    assert len(ROUTES) == len(MAY)


@pytest.mark.parametrize("role", ["nobody", *ROLES])
async def test_a_role_may_call_what_the_table_says_and_nothing_else(
    opened: Database, clock: MovedClock, tmp_path: Path, role: str
) -> None:
    app, console = web.Application(), a_console(opened, LocalWakeups(), clock, tmp_path)
    console.add_to(app, ROUTES)
    await opened.write(people.add_agent, "boss@shop.example", "Boss", "admin", clock.now())
    me = 0 if role == "nobody" else (await opened.write(people.add_agent, "me@x.example", "Me", role, clock.now())).id
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        said = {}
        for asked in MAY:
            method, _, path = asked.partition(" ")
            headers = {"Origin": str(server.make_url("")).rstrip("/")}
            if me:
                headers["Cookie"] = f"{COOKIE}={(await opened.write(people.open_session, me, clock.now()))[1]}"
            async with session.request(method, server.make_url(PREFIX + path), json={}, headers=headers) as response:
                said[asked] = response.status
    refused = 401 if role == "nobody" else 403
    assert {asked for asked, status in said.items() if status == refused} == {
        asked for asked, may in MAY.items() if role not in may
    }
    assert all(status not in (401, 403, 500) for asked, status in said.items() if role in MAY[asked])
