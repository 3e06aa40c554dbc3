"""Who is not served: an agent blocks a customer, and lets them in again."""

from aiohttp import web

from handoff.console.routes import Call, Console, Route
from handoff.desk import contacts
from handoff.roles import Permission


async def block(console: Console, call: Call) -> web.StreamResponse:
    await console.database.write(contacts.block, _whom(call), call.agent.id, console.clock.now())
    return web.Response(status=204)


async def unblock(console: Console, call: Call) -> web.StreamResponse:
    await console.database.write(contacts.unblock, _whom(call), call.agent.id, console.clock.now())
    return web.Response(status=204)


def _whom(call: Call) -> int:
    return int(call.request.match_info["contact"])


ROUTES: tuple[Route, ...] = (
    Route("PUT", r"/contacts/{contact:\d{1,15}}/block", block, None, may=Permission.WORK),
    Route("DELETE", r"/contacts/{contact:\d{1,15}}/block", unblock, None, may=Permission.WORK),
)
