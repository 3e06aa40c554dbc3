"""Leads review what colleagues resolved; agents read what was found of them, and nothing else."""

import asyncio
import csv
import io
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from handoff import audit, desk, events, inbox, reviews
from handoff.audit import Deed
from handoff.business_hours import BusinessHours
from handoff.console.auth import COOKIE
from handoff.console.figure_page import FigurePage, as_csv
from handoff.console.figure_schemas import Reviewed
from handoff.console.table import ROUTES
from handoff.db import Database, table
from handoff.desk import people, review, staff
from handoff.desk.review import MOST_TO_DO, Scored, Wish
from handoff.errors import BadInput, NotFound
from handoff.models import AuditEntry, Handoff
from handoff.ports import LocalWakeups, NoOrderCounts, NoProductNames
from handoff.quality import Checklist, Point
from handoff.reviews import ReviewView
from handoff.values import CallForPerson, Outgoing, Priority, Reason
from tests import builders as a
from tests.e2e.program import Desk
from tests.fakes import MovedClock
from tests.handoff.offices import a_console

WORDS = {"zh-TW": "核對訂單", "zh-CN": "核对订单", "en": "Checked the order"}
RETURNS = Checklist(
    "returns", {"en": "Returns"}, (Point("order", WORDS), Point("when", WORDS)), intents=frozenset({"request_return"})
)
GENERAL = Checklist("general", {"en": "Everything else"}, (Point("clear", WORDS),))
HOURS = BusinessHours(ZoneInfo("Asia/Taipei"), {day: [(time(9), time(21))] for day in range(7)}, {})
PAGE = FigurePage(HOURS, timedelta(hours=72), NoOrderCounts(), NoProductNames())
ALL = Wish(count=20, days=30)
FINE = Scored(5, 4, 3, {"clear": "kept"}, "  Well asked.\x00 ")


class Office:
    """Mei and Jun work, Rae and Lou lead; conversations are resolved at a word."""

    def __init__(self, database: Database, clock: MovedClock) -> None:
        self.database, self.clock = database, clock
        self.mei = self.jun = self.rae = self.lou = 0

    async def open(self) -> None:
        for name, role in (("Mei", "agent"), ("Jun", "agent"), ("Rae", "lead"), ("Lou", "lead")):
            email = f"{name.lower()}@shop.example"
            person = await self.database.write(people.add_agent, email, name, role, self.clock.now())
            setattr(self, name.lower(), person.id)

    async def resolved(self, contact: str, agent: int, *, intent: str | None = None) -> int:
        conversation = await self.begun(contact, agent, intent=intent)
        await self.ends(conversation, agent)
        return conversation

    async def begun(self, contact: str, agent: int, *, intent: str | None = None) -> int:
        self.clock.move(1)
        recorded = await self.database.write(a.write, self.clock.now(), "?", contact)
        fence = await self.database.read(a.fence, recorded.conversation_id)
        notice = (Outgoing("One moment.", author="system"),)
        call = CallForPerson(Reason.LOW_CONFIDENCE, Priority.NORMAL, notice, {}, intent=intent)
        await self.database.write(desk.hand_off, fence, call, self.clock.now(), decision=None, language="en")
        await self.database.write(desk.claim, recorded.conversation_id, agent, self.clock.now())
        await self.database.write(desk.agent_reply, recorded.conversation_id, agent, "r", "Hello", self.clock.now())
        return recorded.conversation_id

    async def ends(self, conversation: int, agent: int) -> None:
        seen = (await self.database.read(inbox.conversation_view, conversation)).last_seq
        await self.database.write(desk.resolve, conversation, agent, seen, self.clock.now())

    async def draws(self, lead: int, wish: Wish = ALL, *lists: Checklist) -> tuple[int, ...]:
        known = lists or (RETURNS, GENERAL)
        return await self.database.write(review.draw, lead, wish, known, 1, self.clock.now())

    async def scores(self, lead: int, its_id: int, scored: Scored = FINE) -> ReviewView:
        await self.database.write(review.save, its_id, lead, scored, self.clock.now())
        return await self.database.read(reviews.view, its_id)

    async def to_do(self, lead: int) -> list[int]:
        return [one.conversation_id for one in await self.database.read(reviews.to_do, lead)]


@pytest.fixture
async def office(database: Database, clock: MovedClock) -> Office:
    office = Office(database, clock)
    await office.open()
    return office


async def test_what_is_drawn_is_scored_changed_and_taken_back(office: Office) -> None:
    conversation = await office.resolved("ann", office.mei)
    (its_id,) = await office.draws(office.rae)
    assert await office.to_do(office.rae) == [conversation]
    kept = await office.scores(office.rae, its_id)
    assert (kept.agent, kept.reviewer, kept.iqs, kept.comment, kept.went_on) == ("Mei", "Rae", 81, "Well asked.", False)
    assert kept.created_at == office.clock.now() and kept.changed_at is None and await office.to_do(office.rae) == []
    office.clock.move(60)
    changed = await office.scores(office.rae, its_id, Scored(1, 1, 1, {"clear": "missed"}, ""))
    assert (changed.iqs, changed.created_at, changed.changed_at) == (0, kept.created_at, office.clock.now())
    await office.database.write(review.take_back, its_id, office.rae, office.clock.now())
    assert await office.database.read(reviews.done, office.mei) == () and await office.to_do(office.rae) == [
        conversation
    ]
    await office.database.write(review.take_back, its_id, office.rae, office.clock.now())
    assert await office.to_do(office.rae) == []
    assert len(await office.draws(office.rae)) == 1, "what was put back may come again"


async def test_only_what_an_agent_answered_and_resolved_lately_is_drawn(office: Office) -> None:
    await office.resolved("old", office.mei)
    office.clock.move(31 * 86_400)
    silent = await office.begun("silent", office.jun)
    office.clock.move(2)
    await office.database.write(desk.close_silent, office.clock.now(), timedelta(seconds=1))
    assert (await office.database.read(inbox.conversation_view, silent)).status == "resolved"
    await office.begun("open", office.mei)
    again = await office.resolved("taken-up-again", office.jun)
    await office.database.write(desk.reopen, again, office.jun, office.clock.now())
    await office.resolved("own", office.rae)
    wanted = await office.resolved("wanted", office.mei)
    await office.draws(office.rae)
    assert await office.to_do(office.rae) == [wanted]
    await office.database.write(desk.reopen, silent, office.jun, office.clock.now())
    await office.ends(silent, office.jun)
    await office.draws(office.rae)
    assert set(await office.to_do(office.rae)) == {wanted, silent}, "what an agent ends after all is theirs"


async def test_a_sample_can_be_of_one_agent_and_one_kind_of_case(office: Office) -> None:
    for n in range(3):
        await office.resolved(f"mei-{n}", office.mei)
    hers = await office.resolved("ann", office.mei, intent="request_return")
    await office.resolved("bo", office.jun, intent="request_return")
    await office.draws(office.rae, Wish(20, 30, office.mei, "returns"))
    assert await office.to_do(office.rae) == [hers]
    (drawn,) = await office.database.read(reviews.to_do, office.rae)
    assert drawn.checklist is not None and drawn.checklist["key"] == "returns" and drawn.intent == "request_return"


async def test_two_leads_review_the_same_one_each_for_themselves_and_once(office: Office) -> None:
    conversation = await office.resolved("ann", office.mei)
    (of_rae,), (of_lou,) = await office.draws(office.rae), await office.draws(office.lou)
    await office.scores(office.rae, of_rae)
    await office.scores(office.lou, of_lou, Scored(1, 1, 1, {"clear": "none"}, ""))
    assert await office.draws(office.rae) == () == await office.draws(office.lou)
    assert [one.reviewer for one in await office.database.read(reviews.done, office.mei)].count("Rae") == 1
    with pytest.raises(NotFound):
        await office.scores(office.rae, of_lou)
    with pytest.raises(NotFound):
        await office.database.write(review.take_back, of_lou, office.rae, office.clock.now())
    assert {one.conversation_id for one in await office.database.read(reviews.done)} == {conversation}


async def test_a_review_keeps_the_words_and_the_agent_it_was_drawn_with(office: Office) -> None:
    conversation = await office.resolved("ann", office.mei)
    (its_id,) = await office.draws(office.rae, ALL, GENERAL)
    await office.draws(office.lou, ALL, Checklist("general", {"en": "New"}, (Point("other", WORDS),)))
    await office.database.write(desk.reopen, conversation, office.jun, office.clock.now())
    await office.database.write(staff.deactivate, office.mei, office.rae, office.clock.now())
    kept = await office.scores(office.rae, its_id)
    assert (kept.agent, kept.went_on) == ("Mei", True)
    assert kept.checklist == {
        "key": "general",
        "title": {"en": "Everything else"},
        "points": [{"key": "clear", "text": WORDS}],
    }
    with pytest.raises(BadInput, match="clear"):
        await office.scores(office.rae, its_id, Scored(5, 5, 5, {"other": "kept"}, ""))


async def test_who_was_taken_off_is_drawn_no_more_and_what_comes_next_is_another_matter(office: Office) -> None:
    await office.resolved("ann", office.mei)
    (its_id,) = await office.draws(office.rae)
    office.clock.move(60)
    await office.database.write(a.write, office.clock.now(), "Something else", "ann")
    assert not (await office.scores(office.rae, its_id)).went_on
    await office.resolved("bo", office.mei)
    await office.database.write(staff.deactivate, office.mei, office.rae, office.clock.now())
    assert await office.draws(office.rae) == ()
    averages = await office.database.read(reviews.averages, office.clock.now() - timedelta(days=30))
    assert [(one.agent, one.n) for one in averages] == [("Jun", 0), ("Lou", 0), ("Mei", 1), ("Rae", 0)]


HALF = (
    Scored(0, 3, 3, {"clear": "kept"}, ""),
    Scored(3, 6, 3, {"clear": "kept"}, ""),
    Scored(3, 3, 3, {}, ""),
    Scored(3, 3, 3, {"clear": "maybe"}, ""),
    Scored(3, 3, 3, {"clear": "kept", "more": "kept"}, ""),
    Scored(3, 3, 3, {"clear": "kept"}, "x" * 2001),
)


async def test_half_a_review_is_none(office: Office) -> None:
    await office.resolved("ann", office.mei)
    (its_id,) = await office.draws(office.rae)
    for wrong in HALF:
        with pytest.raises(BadInput):
            await office.scores(office.rae, its_id, wrong)
    assert await office.database.read(reviews.done) == ()


async def test_a_lead_who_draws_twice_at_once_gets_nothing_twice(office: Office) -> None:
    wanted = [await office.resolved(f"ann-{n}", office.mei) for n in range(4)]
    once, again = await asyncio.gather(office.draws(office.rae), office.draws(office.rae))
    assert len(once) + len(again) == 4 and sorted(await office.to_do(office.rae)) == wanted


async def test_five_reviews_make_a_mean_and_the_figures_have_them_by_agent(office: Office) -> None:
    for n in range(5):
        await office.resolved(f"ann-{n}", office.mei)
        await office.resolved(f"bo-{n}", office.jun)
    drawn = await office.draws(office.rae)
    assert len(drawn) == 10
    for its_id in drawn:
        of = (await office.database.read(reviews.view, its_id)).agent
        if of == "Mei" or len(await office.database.read(reviews.done, office.jun)) < 4:
            await office.scores(office.rae, its_id)
    averages = {
        one.agent: one for one in await office.database.read(reviews.averages, office.clock.now() - timedelta(1))
    }
    assert (averages["Mei"].n, averages["Mei"].iqs, averages["Mei"].attitude) == (5, 81.0, 5.0)
    assert (averages["Jun"].n, averages["Jun"].iqs, averages["Jun"].attitude) == (4, None, None)
    found = await PAGE.report(office.database, {"by": "agent"}, office.clock.now(), reviews_by_agent=True)
    assert found.total.people.reviews == Reviewed(n=9, total=9 * 81)
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(as_csv(found)))}
    assert (rows["Jun"]["people_reviews_n"], rows["Jun"]["people_reviews_total"]) == ("4", "")
    assert (rows["Mei"]["people_reviews_n"], rows["Mei"]["people_reviews_total"]) == ("5", "405")
    kept = as_csv(await PAGE.report(office.database, {"by": "agent"}, office.clock.now()))
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(kept))}
    assert (rows["Mei"]["people_reviews_n"], rows["Mei"]["people_reviews_total"]) == ("", "")


async def test_the_trail_and_the_feed_learn_of_it_without_its_words(office: Office) -> None:
    conversation = await office.resolved("ann", office.mei)
    cursor = await office.database.read(events.newest)
    (its_id,) = await office.draws(office.rae)
    await office.scores(office.rae, its_id)
    await office.scores(office.rae, its_id)
    await office.database.write(review.take_back, its_id, office.rae, office.clock.now())
    happened, _ = await office.database.read(events.after, cursor)
    assert [(one.kind, one.conversation_id) for one in happened] == [("review", conversation)] * 3

    def trail(session: Session) -> list[tuple[str, int | None, dict[str, Any]]]:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.actor_id == office.rae).order_by(AuditEntry.id))
        return [(row.kind, row.about_id, row.detail) for row in rows]

    assert await office.database.read(trail) == [
        ("reviews_drawn", None, {"conversations": 1, "days": 30, "seed": 1}),
        ("review_saved", office.mei, {"review": its_id}),
        ("review_changed", office.mei, {"review": its_id}),
        ("review_taken_back", office.mei, {"review": its_id}),
    ]
    assert Deed.REVIEWED not in audit.ON_THE_DESK


async def test_of_ten_thousand_a_sample_is_fair_and_nothing_comes_twice(office: Office) -> None:
    conversation = await office.resolved("ann", office.mei)
    await office.database.write(many_more, conversation, (office.mei, office.jun), 10_000)
    drawn = await office.draws(office.rae) + await office.draws(office.rae) + await office.draws(office.rae)
    assert len(set(drawn)) == MOST_TO_DO, "a list that is full takes no more"
    found = [(one.agent, one.episode) for one in await office.database.read(reviews.to_do, office.rae)]
    assert len(set(found)) == MOST_TO_DO
    assert Counter(agent for agent, _ in found) == {"Mei": MOST_TO_DO // 2, "Jun": MOST_TO_DO // 2}


def many_more(session: Session, conversation: int, agents: tuple[int, int], count: int) -> None:
    """Later episodes of a conversation, each called for, answered and resolved like the first, by turns."""
    first = session.scalars(select(Handoff).where(Handoff.conversation_id == conversation)).one()
    alike = {column.key: getattr(first, column.key) for column in table(Handoff).columns if column.key != "id"}
    rows = [{**alike, "episode": 2 + n, "agent_id": agents[n % 2]} for n in range(count)]
    session.execute(insert(Handoff), rows)


@pytest.fixture
async def address(office: Office, tmp_path: Path) -> AsyncIterator[str]:
    app, console = web.Application(), a_console(office.database, LocalWakeups(), office.clock, tmp_path)
    replace(console, checklists=(RETURNS, GENERAL)).add_to(app, ROUTES)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
        await console.feed.close()


@asynccontextmanager
async def signed_in(office: Office, address: str, agent: int) -> AsyncIterator[Desk]:
    _, secret = await office.database.write(people.open_session, agent, office.clock.now())
    async with aiohttp.ClientSession(cookies={COOKIE: secret}) as session:
        yield Desk(address, session)


HOSTILE = "<img src=x onerror=alert(1)> <b>bold</b>"


async def test_an_agent_reads_what_was_found_of_them_and_of_nobody_else(office: Office, address: str) -> None:
    await office.resolved("ann", office.mei)
    await office.resolved("bo", office.jun)
    async with signed_in(office, address, office.rae) as rae, signed_in(office, address, office.mei) as mei:
        ids = (await rae.post("/reviews", {"count": 20, "days": 7}))["ids"]
        shown = await rae.get("/reviews?days=7")
        assert [one["id"] for one in shown["to_do"]] == ids and [one["key"] for one in shown["kinds"]] == [
            "returns",
            "general",
        ]
        assert (await mei.get("/reviews/mine"))["items"] == [], "what is not scored is nobody's business yet"
        for its_id in ids:
            body = {"attitude": 4, "skill": 4, "solution": 4, "answers": {"clear": "none"}, "comment": HOSTILE}
            assert (await rae.put(f"/reviews/{its_id}", body))["iqs"] == 75
            await rae.put(f"/reviews/{its_id}", {**body, "attitude": 6}, 400)
        mine = await mei.get("/reviews/mine")
        assert [(one["agent"], one["reviewer"], one["comment"]) for one in mine["items"]] == [("Mei", "Rae", HOSTILE)]
        assert mine["items"][0]["checklist"]["points"] == [{"key": "clear", "text": WORDS, "answer": "none"}]
        assert (mine["average"]["n"], mine["average"]["iqs"]) == (1, None)
        assert (await mei.get("/reviews", 403))["code"] == "forbidden"
        await mei.put(f"/reviews/{ids[0]}", body, 403)
        for days in ("0", "1000", "-1", "soon", "९", "0" * 9 + "9" * 20):
            await rae.get(f"/reviews?days={days}", 400)


async def test_only_those_who_review_see_reviews_by_agent_in_the_figures(office: Office, address: str) -> None:
    for n in range(5):
        await office.resolved(f"ann-{n}", office.mei)
    await office.resolved("bo", office.jun)
    for its_id in await office.draws(office.rae):
        await office.scores(office.rae, its_id)
    await office.database.write(staff.change, office.lou, None, "maintainer", office.rae, office.clock.now())
    async with signed_in(office, address, office.rae) as rae, signed_in(office, address, office.lou) as lou:
        assert reviews_of(await rae.get("/figures?by=agent")) == {
            "Mei": {"n": 5, "total": 5 * 81},
            "Jun": {"n": 1, "total": None},
        }
        kept = await lou.get("/figures?by=agent")
        assert reviews_of(kept) == {"Mei": None, "Jun": None}
        assert kept["total"]["people"]["reviews"] == {"n": 6, "total": 6 * 81}


def reviews_of(report: dict[str, Any]) -> dict[str, Any]:
    return {group["name"]: group["figures"]["people"]["reviews"] for group in report["groups"]}


async def test_who_lost_the_role_meanwhile_saves_nothing_more(office: Office, address: str) -> None:
    await office.resolved("ann", office.mei)
    async with signed_in(office, address, office.rae) as rae:
        (its_id,) = (await rae.post("/reviews", {"count": 1, "days": 7}))["ids"]
        await office.database.write(staff.change, office.rae, None, "agent", office.lou, office.clock.now())
        body = {"attitude": 4, "skill": 4, "solution": 4, "answers": {"clear": "kept"}, "comment": ""}
        assert (await rae.put(f"/reviews/{its_id}", body, 403))["code"] == "forbidden"
        assert (await rae.get("/reviews/mine"))["items"] == []
    assert await office.database.read(reviews.done) == ()
