"""Who is served: an agent blocks a customer and lets them in again; the trail says who did."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from handoff.console.table import ROUTES
from handoff.db import Database
from handoff.desk import contacts, people
from handoff.models import AuditEntry, Contact
from handoff.ports import LocalWakeups
from tests import builders as a
from tests.e2e.program import Desk
from tests.fakes import MovedClock
from tests.handoff.offices import a_console


@dataclass
class Floor:
    """A desk with an agent, and a maintainer who only reads."""

    database: Database
    address: str
    mei: aiohttp.ClientSession
    sam: aiohttp.ClientSession

    async def blocks(self, who: aiohttp.ClientSession, contact: int, method: str = "PUT") -> int:
        url, headers = f"{self.address}/console/api/contacts/{contact}/block", {"Origin": self.address}
        async with who.request(method, url, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def floor(database: Database, clock: MovedClock, tmp_path: Path) -> AsyncIterator[Floor]:
    console, app = a_console(database, LocalWakeups(), clock, tmp_path), web.Application()
    console.add_to(app, ROUTES)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(app))
        address, sessions = str(server.make_url("")).rstrip("/"), []
        for name, role in (("mei", "agent"), ("sam", "maintainer")):
            await database.write(people.add_agent, f"{name}@shop.example", name, role, clock.now())
            jar = aiohttp.CookieJar(unsafe=True)
            sessions.append(await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)))
            code = await database.write(people.issue_link, f"{name}@shop.example", clock.now())
            await Desk(address, sessions[-1]).sign_in(code)
        yield Floor(database, address, *sessions)


async def test_an_agent_blocks_and_lets_in_again_and_the_trail_has_both_once(floor: Floor, clock: MovedClock) -> None:
    await floor.database.write(a.write, clock.now(), contact="77", channel="telegram")
    [contact] = await floor.database.read(lambda s: list(s.scalars(select(Contact.id))))
    assert await floor.blocks(floor.sam, contact) == 403
    assert [await floor.blocks(floor.mei, contact) for _ in range(2)] == [204, 204]
    assert (await floor.database.read(contacts.who, "telegram", "77")).blocked
    assert [await floor.blocks(floor.mei, contact, "DELETE") for _ in range(2)] == [204, 204]
    assert not (await floor.database.read(contacts.who, "telegram", "77")).blocked
    deeds = await floor.database.read(lambda s: list(s.scalars(select(AuditEntry.kind).order_by(AuditEntry.id))))
    assert [deed for deed in deeds if "block" in deed] == ["contact_blocked", "contact_unblocked"]
    assert await floor.blocks(floor.mei, 999) == 404
