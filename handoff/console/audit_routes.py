"""Routes of the trail: who did what to whom, as pages and as CSV."""

import json

from aiohttp import web

from handoff import audit
from handoff.audit import ON_THE_DESK, PAGE, Deed, Entry, Wanted
from handoff.console import people_schemas, views
from handoff.console.routes import Call, Console, Route
from handoff.console.spreadsheet import BOM, table
from handoff.errors import BadInput
from handoff.roles import Permission, permissions

AT_ONCE = 1000
COLUMNS = ("id", "at", "deed", "actor_id", "actor", "about", "about_id", "about_name", "detail")


async def read_trail(console: Console, call: Call) -> people_schemas.Trail:
    """The newest first, narrowed by `deed` and `agent`, continued by `before`."""
    found = await console.database.read(audit.entries, _wanted(call), _number(call, "before"), PAGE + 1)
    return views.trail(found[:PAGE], len(found) > PAGE, [deed for deed in Deed if deed in _readable(call)])


async def export_trail(console: Console, call: Call) -> web.StreamResponse:
    """All of it as CSV, narrowed as `read_trail`; that it was taken is an entry, too."""
    wanted, before = _wanted(call), None
    await console.database.write(audit.note_export, call.agent.id, console.clock.now())
    response = web.StreamResponse(headers={"Content-Disposition": 'attachment; filename="baton-trail.csv"'})
    response.content_type, response.charset = "text/csv", "utf-8"
    await response.prepare(call.request)
    await response.write(BOM + table([COLUMNS]).encode())
    while found := await console.database.read(audit.entries, wanted, before, AT_ONCE):
        await response.write(table(map(_line, found)).encode())
        before = found[-1].id
    await response.write_eof()
    return response


ROUTES: tuple[Route, ...] = (
    Route("GET", "/trail", read_trail, people_schemas.Trail, may=Permission.TRAIL),
    Route("GET", "/trail.csv", export_trail, None, may=Permission.PEOPLE),
)


def _readable(call: Call) -> frozenset[Deed]:
    """A lead reads what was done to the desk; what people did to people is an admin's business."""
    return frozenset(Deed) if Permission.PEOPLE in permissions(call.agent.role) else ON_THE_DESK


def _wanted(call: Call) -> Wanted:
    readable, deed = _readable(call), call.request.query.get("deed", "")
    if deed and deed not in readable:
        raise BadInput("deed must be one of those you may read")
    return Wanted(frozenset({Deed(deed)}) if deed else readable, _number(call, "agent"))


def _number(call: Call, name: str) -> int | None:
    value = call.request.query.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise BadInput(f"{name} must be a number")
    return int(value)


def _line(entry: Entry) -> tuple[object, ...]:
    return (
        entry.id,
        entry.at.isoformat(),
        entry.deed,
        entry.actor_id,
        entry.actor or "",
        entry.about,
        entry.about_id,
        entry.about_name or "",
        json.dumps(entry.detail, ensure_ascii=False, sort_keys=True),
    )
