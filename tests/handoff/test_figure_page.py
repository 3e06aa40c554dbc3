"""The page of figures over its route's own object: what may be asked for, and a table no spreadsheet runs."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from handoff import desk
from handoff.business_hours import BusinessHours
from handoff.console.figure_page import FigurePage, as_csv, ratings_as_csv
from handoff.db import Database
from handoff.errors import BadInput
from handoff.ports import NoOrderCounts, NoProductNames
from handoff.values import RATE, RATING_FIELD, RATING_FORM, Action, Filled
from tests import builders as a
from tests.fakes import MovedClock

HOURS = BusinessHours(ZoneInfo("Asia/Taipei"), {day: [(time(9), time(21))] for day in range(7)}, {})
PAGE = FigurePage(HOURS, timedelta(hours=72), NoOrderCounts(), NoProductNames())


@dataclass(frozen=True, slots=True)
class EverySpan:
    """A shop with as many orders in each span of time."""

    orders: int

    async def placed(self, spans: Sequence[tuple[datetime, datetime]]) -> Sequence[int] | None:
        return [self.orders] * len(spans)


async def test_without_a_wish_it_is_the_last_seven_days_of_the_shop(database: Database, clock: MovedClock) -> None:
    clock.move(14 * 3600)  # from 11:00 on the 20th in Taipei to 1:00 on the 21st
    found = await PAGE.report(database, {}, clock.now())
    assert (found.first, found.last, len(found.series)) == (date(2026, 11, 15), date(2026, 11, 21), 7)
    assert found.zone == "Asia/Taipei" and found.total.orders is None


async def test_no_day_is_named_that_has_not_come(database: Database, clock: MovedClock) -> None:
    found = await PAGE.report(database, {"from": "2025-12-01", "step": "month"}, clock.now())
    assert (found.periods[0], found.last, len(found.series)) == (date(2025, 12, 1), date(2026, 11, 20), 12)


WRONG: tuple[dict[str, str], ...] = (
    {"step": "hour"},
    {"by": "customer"},
    {"by": "product", "language": "fr"},
    {"from": "yesterday"},
    {"from": "2026-11-02", "to": "2026-11-01"},
    {"from": "2000-01-01"},
    {"from": "0001-01-01", "to": "0001-01-02"},
    {"from": "9999-12-30", "to": "9999-12-31"},
    {"from": "2026-01-01", "to": "2026-11-01", "step": "day"},
)


async def test_what_cannot_be_shown_is_refused_with_a_sentence(database: Database, clock: MovedClock) -> None:
    for query in WRONG:
        with pytest.raises(BadInput):
            await PAGE.report(database, query, clock.now())


async def test_orders_stand_beside_contacts(database: Database, clock: MovedClock) -> None:
    await database.write(a.write, clock.now())
    page = FigurePage(HOURS, timedelta(hours=72), EverySpan(50), NoProductNames())
    found = await page.report(database, {"from": "2026-11-19", "to": "2026-11-20"}, clock.now())
    assert (found.total.contacts, found.total.orders, found.before.orders) == (1, 100, 50)


class Kettles:
    """A shop that knows one product."""

    async def product_names(self, numbers: Collection[str], language: str | None) -> Mapping[str, str]:
        return {"kettle": f"Kettle ({language})"} if "kettle" in numbers else {}


async def test_products_are_called_as_the_shop_calls_them_or_by_their_number(
    database: Database, clock: MovedClock
) -> None:
    for contact, product in (("ann", "kettle"), ("bo", "=gone"), ("cat", None)):
        recorded = await database.write(a.write, clock.now(), contact=contact)
        if product:
            await database.write(desk.name_product, recorded.conversation_id, recorded.seq, product)
    page = FigurePage(HOURS, timedelta(hours=72), NoOrderCounts(), Kettles())
    found = await page.report(database, {"by": "product", "language": "en"}, clock.now())
    named = {group.key: (group.name, group.figures.contacts) for group in found.groups}
    assert named == {"kettle": ("Kettle (en)", 1), "=gone": ("=gone", 1), "": ("", 1)}
    rows = [row for row in csv.DictReader(io.StringIO(as_csv(found))) if row["part"] == "group"]
    assert sorted((row["name"], row["contacts"]) for row in rows) == [("", "1"), ("'=gone", "1"), ("Kettle (en)", "1")]


async def test_the_table_has_every_figure_and_no_formula(database: Database, clock: MovedClock) -> None:
    evil = await database.write(a.agent, clock.now(), '=HYPERLINK("http://evil.example")')
    conversation = (await database.write(a.write, clock.now())).conversation_id
    await database.write(a.hand_off, clock.now(), await database.read(a.fence, conversation))
    await database.write(desk.claim, conversation, evil, clock.now())
    clock.move(90)
    await database.write(desk.agent_reply, conversation, evil, "r1", "hello", clock.now())
    found = await PAGE.report(database, {"by": "agent"}, clock.now())
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert [row["part"] for row in rows] == ["all", "before", *["day"] * 7, "group"]
    assert (rows[0]["people_handoffs"], rows[0]["people_first_p50"], rows[1]["people_first_p50"]) == ("1", "90.0", "")
    assert rows[-1]["name"] == '\'=HYPERLINK("http://evil.example")'
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@" and cell]


async def test_what_customers_wrote_beside_their_stars_stands_in_a_table(database: Database, clock: MovedClock) -> None:
    mei = await database.write(a.agent, clock.now())
    for contact, score, comment in (("ann", "5", "=quick"), ("bo", "2", ""), ("cat", "", "")):
        recorded = await database.write(a.write, clock.now(), contact=contact)
        conversation = recorded.conversation_id
        await database.write(desk.name_product, conversation, 1, "kettle")
        await database.write(a.hand_off, clock.now(), await database.read(a.fence, conversation))
        await database.write(desk.claim, conversation, mei, clock.now())
        await database.write(desk.agent_reply, conversation, mei, f"r{contact}", "hello", clock.now())
        await database.write(desk.resolve, conversation, mei, 99, clock.now())
        clock.move(60)
        if score:
            given = a.inbound(contact=contact, content=Action(RATE, score, episode=1))
            await database.write(desk.rate, given, clock.now())
        if comment:
            form = Filled(RATING_FORM, {RATING_FIELD: comment}, "", episode=1)
            await database.write(desk.rate, a.inbound(contact=contact, content=form), clock.now())
    page = FigurePage(HOURS, timedelta(hours=72), NoOrderCounts(), Kettles())
    found = await page.ratings(database, {"language": "en"}, clock.now())
    rows = list(csv.DictReader(io.StringIO(ratings_as_csv(found))))
    assert [(row["score"], row["comment"], row["agent"], row["about"]) for row in rows] == [
        ("5", "'=quick", "Mei", "agent"),
        ("2", "", "Mei", "agent"),
    ]
    first = rows[0]
    assert (first["asked_at"], first["given_at"]) == ("2026-11-20T11:00:00+08:00", "2026-11-20T11:01:00+08:00")
    told = [first[name] for name in ("channel", "language", "team", "reason", "product")]
    assert told == ["widget", "en", "", "low_confidence", "Kettle (en)"]
    assert (await page.ratings(database, {"team": "returns"}, clock.now())).scores == []
    yesterday = {"from": "2026-11-19", "to": "2026-11-19"}
    assert (await page.ratings(database, yesterday, clock.now())).scores == []
