"""Filters that agents keep: their own, and what a lead shares with all."""

from collections.abc import Sequence
from dataclasses import asdict

from aiohttp import web

from handoff.console.filter_schemas import FilterDraft, FilterOrder, SavedFilter, SavedFilters
from handoff.console.routes import Call, Console, Route
from handoff.desk import filters
from handoff.desk.filters import FilterView
from handoff.roles import Permission, permissions


async def list_filters(console: Console, call: Call) -> SavedFilters:
    return _listed(await console.database.read(filters.listing, call.agent.id))


async def add_filter(console: Console, call: Call) -> SavedFilter:
    return await _put_filter(console, call, 0)


async def change_filter(console: Console, call: Call) -> SavedFilter:
    return await _put_filter(console, call, _which(call))


async def remove_filter(console: Console, call: Call) -> web.StreamResponse:
    await console.database.write(filters.remove, _which(call), call.agent.id, may_share=_may_share(call))
    return web.Response(status=204)


async def arrange_filters(console: Console, call: Call) -> SavedFilters:
    body = call.body
    assert isinstance(body, FilterOrder)
    return _listed(await console.database.write(filters.arrange, body.ids, call.agent.id))


async def _put_filter(console: Console, call: Call, filter_id: int) -> SavedFilter:
    body = call.body
    assert isinstance(body, FilterDraft)
    wanted = FilterView(filter_id, body.name, body.view, body.wanted.model_dump(exclude_defaults=True), body.shared)
    now = console.clock.now()
    return _shown(await console.database.write(filters.put, wanted, call.agent.id, now, may_share=_may_share(call)))


def _which(call: Call) -> int:
    return int(call.request.match_info["filter"])


def _may_share(call: Call) -> bool:
    return Permission.ASSIGN in permissions(call.agent.role)


def _listed(found: Sequence[FilterView]) -> SavedFilters:
    return SavedFilters(items=[_shown(one) for one in found])


def _shown(one: FilterView) -> SavedFilter:
    return SavedFilter.model_validate(asdict(one))


READ = Permission.READ

ROUTES: tuple[Route, ...] = (
    Route("GET", "/filters", list_filters, SavedFilters, may=READ),
    Route("POST", "/filters", add_filter, SavedFilter, FilterDraft, may=READ),
    Route("PUT", "/filters/order", arrange_filters, SavedFilters, FilterOrder, may=READ),
    Route("PUT", r"/filters/{filter:\d{1,9}}", change_filter, SavedFilter, FilterDraft, may=READ),
    Route("DELETE", r"/filters/{filter:\d{1,9}}", remove_filter, None, may=READ),
)
