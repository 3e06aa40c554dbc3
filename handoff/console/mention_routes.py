"""The notes in which the caller was called by name."""

from dataclasses import asdict

from aiohttp import web

from handoff import mentions
from handoff.console import mention_schemas
from handoff.console.routes import Call, Console, Route
from handoff.desk import mentions as called
from handoff.roles import Permission


async def list_mentions(console: Console, call: Call) -> mention_schemas.Mentions:
    found = await console.database.read(mentions.listing, call.agent.id)
    return mention_schemas.Mentions.model_validate(asdict(found))


async def read_mentions(console: Console, call: Call) -> web.StreamResponse:
    """The caller has the conversation before their eyes."""
    await console.database.write(called.read, call.conversation_id, call.agent.id, console.clock.now())
    return web.Response(status=204)


READ = Permission.READ

ROUTES: tuple[Route, ...] = (
    Route("GET", "/mentions", list_mentions, mention_schemas.Mentions, may=READ),
    Route("POST", r"/conversations/{id:\d{1,15}}/mentions/read", read_mentions, None, may=READ),
)
