"""The page of figures: what was asked for, checked; the answer as JSON, and as a table for a spreadsheet."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, get_args
from zoneinfo import ZoneInfo

from handoff.business_hours import BusinessHours
from handoff.console import figure_schemas as schemas
from handoff.console.spreadsheet import table
from handoff.db import Database
from handoff.desk import timetable
from handoff.errors import BadInput
from handoff.figures import report, satisfaction
from handoff.figures.satisfaction import Score
from handoff.figures.values import By, Figures, Report, Wanted
from handoff.periods import Period, Step, before, day_after, open_spans, periods
from handoff.ports import NoOrderCounts, NoProductNames, OrderCounts, ProductNames
from handoff.quality import TELLING
from handoff.values import Language

LAST_DAYS = 7
YEARS = range(2000, 2200)
"""Days far outside of them cannot be reckoned with in every zone."""


RATING_COLUMNS = (
    *("asked_at", "given_at", "about", "agent", "score", "comment"),
    *("conversation", "channel", "language", "team", "reason", "product"),
)


@dataclass(frozen=True, slots=True)
class Rated:
    """Scores with customers' words, asked from the day `first` on; `products` are names by number."""

    zone: ZoneInfo
    first: date
    scores: Sequence[Score]
    products: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FigurePage:
    """What it needs to know of the shop. `back_within` is how soon a return counts as one."""

    hours: BusinessHours
    back_within: timedelta
    orders: OrderCounts
    products: ProductNames

    async def report(
        self, database: Database, query: Mapping[str, str], now: datetime, *, reviews_by_agent: bool = False
    ) -> schemas.FigureReport:
        """For `from`, `to`, `step`, `by`, `team` and `language` of the address.

        Raises `BadInput`, or `NotFound` for the team.
        """
        zone, today = self.hours.zone, now.astimezone(self.hours.zone).date()
        by: By | None = _one_of(query, "by", By)
        step, shown, earlier = self._asked_for(query, today)
        spans = partial(open_spans, since=earlier.since, until=min(shown[-1].until, now))
        others = (await database.read(timetable.read, self.hours)).others()
        wanted = Wanted(
            shown,
            earlier,
            spans(self.hours),
            self.back_within,
            by,
            await asyncio.to_thread(lambda: {team_id: spans(hours) for team_id, hours in others.items()}),
            _team(query),
        )
        found = await database.read(report.report, wanted, now)
        if by == "product":
            found = await self._named(found, _language(query))
        placed = await self.orders.placed([(p.since, p.until) for p in (*shown, earlier)])
        with_reviews = reviews_by_agent or by != "agent"
        return _report(found, shown, step, zone, placed, today, with_reviews=with_reviews)

    async def ratings(self, database: Database, query: Mapping[str, str], now: datetime) -> Rated:
        """What customers said, asked in the days that `from`, `to` and `step` name. Raises `BadInput`."""
        zone = self.hours.zone
        _, shown, _ = self._asked_for(query, now.astimezone(zone).date())
        whole = Period(shown[0].first, shown[0].since, shown[-1].until)
        scores = await database.read(satisfaction.given_in, whole, _team(query))
        products = {one.product for one in scores if one.product}
        names = await self.products.product_names(products, _language(query))
        return Rated(zone, shown[0].first, scores, names)

    def _asked_for(self, query: Mapping[str, str], today: date) -> tuple[Step, tuple[Period, ...], Period]:
        """The step, the periods that are shown, and the time before."""
        zone = self.hours.zone
        step: Step = _one_of(query, "step", Step) or "day"
        last = _day(query, "to", today)
        first = _day(query, "from", last - timedelta(days=LAST_DAYS - 1))
        try:
            shown = periods(zone, first, last, step)
            return step, shown, before(zone, shown, day_after(shown, step))
        except ValueError as error:
            raise BadInput(str(error)) from None

    async def _named(self, found: Report, language: Language | None) -> Report:
        names = await self.products.product_names([group.key for group in found.groups if group.key], language)
        groups = tuple(replace(group, name=names.get(group.key, group.name)) for group in found.groups)
        return replace(found, groups=groups)


DESK_ALONE = FigurePage(BusinessHours(ZoneInfo("UTC"), {}, {}), timedelta(hours=72), NoOrderCounts(), NoProductNames())
"""For a desk that knows no shop."""


def as_csv(report: schemas.FigureReport) -> str:
    """A line for all, one for the time before, one for each period and each group; waits in seconds."""
    header = list(_cells(report.total))
    lines: list[list[object]] = [["part", "name", *header]]
    for part, name, found in _lines(report):
        cells = _cells(found)
        lines.append([part, name, *(cells.get(name, "") for name in header)])
    return table(lines)


def ratings_as_csv(rated: Rated) -> str:
    """A line for each score that was given, times in the shop's zone, oldest first."""
    lines: list[Sequence[object]] = [RATING_COLUMNS]
    for one in rated.scores:
        about = rated.products.get(one.product, one.product)
        when = [at.astimezone(rated.zone).isoformat(timespec="seconds") for at in (one.asked_at, one.given_at)]
        where = [one.reference, one.channel, one.language, one.team, one.reason, about]
        lines.append([*when, one.by, one.agent, one.score, one.comment, *where])
    return table(lines)


def _lines(report: schemas.FigureReport) -> Iterator[tuple[str, str, schemas.Figures]]:
    yield "all", f"{report.first} {report.last}", report.total
    yield "before", "", report.before
    for first, found in zip(report.periods, report.series, strict=True):
        yield report.step, str(first), found
    for group in report.groups:
        yield "group", group.name, group.figures


def _cells(found: schemas.Figures) -> dict[str, Any]:
    """Figures by a name of one level: `people_first_p50`."""
    cells: dict[str, Any] = {}
    for side in ("people", "bot"):
        for name, value in getattr(found, side).model_dump().items():
            cells |= _flat(f"{side}_{name}", value)
    return cells | {"contacts": found.contacts, "orders": "" if found.orders is None else found.orders}


def _flat(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {f"{name}_{part}": "" for part in schemas.Wait.model_fields}
    if isinstance(value, dict):
        return {f"{name}_{part}": number for part, number in value.items()}
    return {name: value}


def _report(
    found: Report,
    shown: Sequence[Period],
    step: Step,
    zone: ZoneInfo,
    placed: Sequence[int] | None,
    today: date,
    *,
    with_reviews: bool,
) -> schemas.FigureReport:
    orders: Sequence[int | None] = placed if placed is not None else [None] * (len(shown) + 1)
    end = shown[-1].until.astimezone(zone).date() - timedelta(days=1)
    last = min(end, max(today, shown[-1].first))  # a month that goes on has not come to its end
    return schemas.FigureReport(
        zone=zone.key,
        step=step,
        first=shown[0].first,
        last=last,
        periods=[period.first for period in shown],
        total=_figures(found.total, sum(placed[:-1]) if placed is not None else None),
        before=_figures(found.before, orders[-1]),
        series=[_figures(one, count) for one, count in zip(found.series, orders, strict=False)],
        groups=[
            schemas.FigureGroup(key=group.key, name=group.name, figures=_figures(group.figures, None, with_reviews))
            for group in found.groups
        ],
        reasons=[schemas.ReasonCount(reason=reason, n=n, before=b) for reason, (n, b) in found.reasons.items()],
    )


def _figures(found: Figures, orders: int | None, with_reviews: bool = True) -> schemas.Figures:
    n, total = astuple(found.people.reviews)
    reviews = {"n": n, "total": total if n >= TELLING else None} if with_reviews else None
    whole = asdict(found)
    return schemas.Figures.model_validate(
        {**whole, "people": {**whole["people"], "reviews": reviews}, "orders": orders}
    )


def _team(query: Mapping[str, str]) -> str:
    return query.get("team", "").replace("\x00", "")[:40]


def _language(query: Mapping[str, str]) -> Language | None:
    language: Language | None = _one_of(query, "language", Language)
    return language


def _one_of(query: Mapping[str, str], name: str, choices: Any) -> Any:
    value = query.get(name)
    if value and value not in get_args(choices):
        raise BadInput(f"{name} must be one of {', '.join(get_args(choices))}")
    return value or None


def _day(query: Mapping[str, str], name: str, default: date) -> date:
    value = query.get(name)
    if not value:
        return default
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadInput(f"{name} must be a day such as 2026-11-30") from None
    if day.year not in YEARS:
        raise BadInput(f"{name} must lie between the years {YEARS.start} and {YEARS.stop}")
    return day
