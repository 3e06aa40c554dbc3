"""The console's routes: one literal table that serving, permissions and the OpenAPI document are made from."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import get_args
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ValidationError

from handoff import desk, events, inbox
from handoff.console import schemas, views
from handoff.console.auth import COOKIE, SignInLimit, set_cookie
from handoff.console.live import LiveFeed
from handoff.db import Database
from handoff.desk import people
from handoff.desk.people import Person
from handoff.errors import (
    AlreadyAssigned,
    BadInput,
    DatabaseTrouble,
    DeskError,
    IllegalTransition,
    NewerMessage,
    NotFound,
    NotYours,
)
from handoff.ports import Clock, CustomerRecords, Suggestions

log = logging.getLogger("baton.console")

PREFIX = "/console/api"
MAX_BODY = 64 * 1024

_PROBLEMS: dict[type[DeskError], tuple[int, str]] = {
    AlreadyAssigned: (409, "already_assigned"),
    NewerMessage: (409, "newer_message"),
    NotYours: (409, "not_yours"),
    IllegalTransition: (409, "illegal_transition"),
    NotFound: (404, "not_found"),
    BadInput: (400, "bad_request"),
    DatabaseTrouble: (503, "unavailable"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: who asks, with what."""

    request: web.Request
    person: Person | None
    body: BaseModel | None

    @property
    def agent(self) -> Person:
        assert self.person is not None, "the table says that this route needs a sign-in"
        return self.person

    @property
    def conversation_id(self) -> int:
        return int(self.request.match_info["id"])


Handler = Callable[["Console", Call], Awaitable[BaseModel | web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """`public` routes need no sign-in; everything else does."""

    method: str
    path: str
    handler: Handler
    answers: type[BaseModel] | None
    takes: type[BaseModel] | None = None
    public: bool = False


@dataclass(frozen=True, slots=True)
class Console:
    """What the routes need."""

    database: Database
    clock: Clock
    suggestions: Suggestions
    records: CustomerRecords
    limit: SignInLimit
    feed: LiveFeed

    def add_to(self, app: web.Application) -> None:
        for route in ROUTES:
            app.router.add_route(route.method, PREFIX + route.path, self._serve(route))

    def _serve(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            try:
                call = await self._checked(route, request)
                answer = await route.handler(self, call)
            except _Refused as refused:
                return _problem(refused.status, refused.code, str(refused))
            except DeskError as error:
                return _problem_of(error)
            if isinstance(answer, web.StreamResponse):
                return answer
            return web.json_response(text=answer.model_dump_json())

        return serve

    async def _checked(self, route: Route, request: web.Request) -> Call:
        """Origin, sign-in and body, in this order, for every route alike."""
        if request.method not in ("GET", "HEAD") and not _is_same_origin(request):
            raise _Refused(403, "forbidden", "requests that change something must come from the console's own pages")
        person = await self._person(request)
        if person is None and not route.public:
            raise _Refused(401, "unauthorized", "please sign in")
        return Call(request, person, await _body(request, route.takes) if route.takes else None)

    async def _person(self, request: web.Request) -> Person | None:
        secret = request.cookies.get(COOKIE)
        if not secret or len(secret) > 100:
            return None
        return await self.database.read(people.session_owner, secret, self.clock.now())


class _Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


async def sign_in_by_password(console: Console, call: Call) -> web.StreamResponse:
    body = call.body
    assert isinstance(body, schemas.PasswordSignIn)
    if not console.limit.allows(body.email.lower(), console.clock.now()):
        raise _Refused(429, "rate_limited", "too many tries; wait a few minutes")
    agent_id, password_hash = await console.database.read(people.password_hash_of, body.email)
    right = await console.limit.verify(password_hash, body.password)
    if agent_id is None or not right:
        raise _Refused(401, "unauthorized", "e-mail address or password is not right")
    person, secret = await console.database.write(people.open_session, agent_id, console.clock.now())
    return _signed_in(call.request, person, secret)


async def sign_in_by_link(console: Console, call: Call) -> web.StreamResponse:
    body = call.body
    assert isinstance(body, schemas.LinkSignIn)
    redeemed = await console.database.write(people.redeem_link, body.code, console.clock.now())
    if redeemed is None:
        raise _Refused(401, "unauthorized", "this link was used already or is too old; ask for a new one")
    return _signed_in(call.request, *redeemed)


async def who_am_i(console: Console, call: Call) -> schemas.Me:
    return views.me(call.agent)


async def sign_out(console: Console, call: Call) -> web.StreamResponse:
    await console.database.write(people.close_session, call.request.cookies.get(COOKIE, ""))
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/console")
    return response


async def list_conversations(console: Console, call: Call) -> schemas.ConversationList:
    wanted = call.request.query.get("view", "queue")
    view = next((name for name in get_args(inbox.View) if name == wanted), None)
    if view is None:
        raise _Refused(400, "bad_request", f"view must be one of {', '.join(get_args(inbox.View))}")
    return views.listing(await console.database.read(inbox.listing, view, call.agent.id))


async def read_conversation(console: Console, call: Call) -> schemas.Conversation:
    after = call.request.query.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        raise _Refused(400, "bad_request", "after must be a rev you were given")
    found = await console.database.read(inbox.transcript, call.conversation_id, int(after))
    return await views.conversation(found, console.suggestions, console.records)


async def live(console: Console, call: Call) -> web.StreamResponse:
    """A browser sends cookies to any site's sockets, so the page's origin is checked here, too."""
    if not _is_same_origin(call.request):
        raise _Refused(403, "forbidden", "the feed may only be opened from the console's own pages")
    cursor = call.request.query.get("cursor", events.START)
    try:
        await console.database.read(events.after, cursor, 1)
    except ValueError as error:
        raise _Refused(400, "bad_request", str(error)) from None
    return await console.feed.serve(call.request, cursor)


async def claim(console: Console, call: Call) -> schemas.Row:
    await console.database.write(desk.claim, call.conversation_id, call.agent.id, console.clock.now())
    return await _row(console, call)


async def reply(console: Console, call: Call) -> schemas.ConsoleMessage:
    return await _compose(console, call, desk.agent_reply)


async def note(console: Console, call: Call) -> schemas.ConsoleMessage:
    return await _compose(console, call, desk.note)


async def hand_back(console: Console, call: Call) -> schemas.Row:
    return await _end(console, call, desk.hand_back)


async def resolve(console: Console, call: Call) -> schemas.Row:
    return await _end(console, call, desk.resolve)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/session/link", sign_in_by_link, schemas.Me, schemas.LinkSignIn, public=True),
    Route("POST", "/session", sign_in_by_password, schemas.Me, schemas.PasswordSignIn, public=True),
    Route("GET", "/session", who_am_i, schemas.Me),
    Route("DELETE", "/session", sign_out, None),
    Route("GET", "/conversations", list_conversations, schemas.ConversationList),
    Route("GET", r"/conversations/{id:\d{1,15}}", read_conversation, schemas.Conversation),
    Route("GET", "/live", live, None),
    Route("POST", r"/conversations/{id:\d{1,15}}/claim", claim, schemas.Row),
    Route("POST", r"/conversations/{id:\d{1,15}}/reply", reply, schemas.ConsoleMessage, schemas.Compose),
    Route("POST", r"/conversations/{id:\d{1,15}}/note", note, schemas.ConsoleMessage, schemas.Compose),
    Route("POST", r"/conversations/{id:\d{1,15}}/hand_back", hand_back, schemas.Row, schemas.Seen),
    Route("POST", r"/conversations/{id:\d{1,15}}/resolve", resolve, schemas.Row, schemas.Seen),
)


async def _row(console: Console, call: Call) -> schemas.Row:
    return views.row(await console.database.read(inbox.conversation_view, call.conversation_id))


async def _compose(console: Console, call: Call, verb: Callable[..., int]) -> schemas.ConsoleMessage:
    body = call.body
    assert isinstance(body, schemas.Compose)
    message_id = await console.database.write(
        verb, call.conversation_id, call.agent.id, body.id, body.text, console.clock.now()
    )
    return views.message(await console.database.read(inbox.message, message_id))


async def _end(console: Console, call: Call, verb: Callable[..., None]) -> schemas.Row:
    body = call.body
    assert isinstance(body, schemas.Seen)
    await console.database.write(verb, call.conversation_id, call.agent.id, body.seen_seq, console.clock.now())
    return await _row(console, call)


async def _body(request: web.Request, shape: type[BaseModel]) -> BaseModel:
    if request.content_type != "application/json":
        raise _Refused(400, "bad_request", "the body must be application/json")
    raw = await request.content.read(MAX_BODY + 1)
    if len(raw) > MAX_BODY:
        raise _Refused(413, "too_large", f"the body must not be larger than {MAX_BODY} bytes")
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
        raise _Refused(400, "bad_request", wrong) from None


def _is_same_origin(request: web.Request) -> bool:
    """By host alone: behind a proxy that ends TLS our own scheme is not the browser's."""
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def _signed_in(request: web.Request, person: Person, secret: str) -> web.Response:
    response = web.json_response(text=views.me(person).model_dump_json())
    set_cookie(response, secret, secure=request.headers.get("Origin", "").startswith("https://"))
    return response


def _problem_of(error: DeskError) -> web.Response:
    status, code = next((found for kind, found in _PROBLEMS.items() if isinstance(error, kind)), (400, "bad_request"))
    return _problem(status, code, str(error), error.by if isinstance(error, AlreadyAssigned) else None)


def _problem(status: int, code: str, message: str, by: str | None = None) -> web.Response:
    problem = schemas.Problem.model_validate({"code": code, "message": message, "by": by})
    return web.json_response(text=problem.model_dump_json(), status=status)
