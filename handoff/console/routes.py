"""The console's routes: one literal table that serving, permissions and the OpenAPI document are made from."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ValidationError

from handoff import desk, events, inbox
from handoff.console import figure_schemas, schemas, views
from handoff.console.auth import COOKIE, SignInLimit, set_cookie
from handoff.console.figure_page import DESK_ALONE, FigurePage, as_csv
from handoff.console.live import LiveFeed
from handoff.db import Database
from handoff.desk import canned, people, presence
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
from handoff.files import FileRefused, Files
from handoff.ports import Clock, CustomerRecords, Suggestions
from handoff.values import Channel, Priority

log = logging.getLogger("baton.console")

PREFIX = "/console/api"
MAX_BODY = 64 * 1024
MAX_SEARCHED = 200

_PROBLEMS: dict[type[DeskError], tuple[int, str]] = {
    AlreadyAssigned: (409, "already_assigned"),
    NewerMessage: (409, "newer_message"),
    NotYours: (409, "not_yours"),
    IllegalTransition: (409, "illegal_transition"),
    NotFound: (404, "not_found"),
    BadInput: (400, "bad_request"),
    DatabaseTrouble: (503, "unavailable"),
}


_FILE_PROBLEMS: dict[str, tuple[int, str]] = {
    "too_large": (413, "too_large"),
    "bad_type": (415, "bad_type"),
    "bad_picture": (415, "bad_type"),
    "empty": (400, "bad_request"),
    "too_fast": (429, "rate_limited"),
    "too_many": (429, "rate_limited"),
    "unavailable": (503, "unavailable"),
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
    files: Files
    installation: schemas.Installation
    figure_page: FigurePage = DESK_ALONE

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
    """One view, narrowed by `priority`, `language`, `channel`, `reason`, `tag` and the words in `q`."""
    view = _one_of(call, "view", inbox.View, "queue")
    wanted = inbox.Filter(
        priority=_one_of(call, "priority", schemas.Priority, ""),
        language=_one_of(call, "language", schemas.Locale, ""),
        channel=_one_of(call, "channel", Channel, ""),
        reason=call.request.query.get("reason", "")[:32],
        tag=call.request.query.get("tag", "")[:40],
        words=_searched(call.request.query.get("q", "")),
    )
    return views.listing(await console.database.read(inbox.listing, view, call.agent.id, wanted))


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
    return await console.feed.serve(call.request, cursor, call.agent.id)


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


async def snooze(console: Console, call: Call) -> schemas.Row:
    body = call.body
    assert isinstance(body, schemas.Snooze)
    return await _change(console, call, desk.snooze, body.seen_seq, body.until)


async def reopen(console: Console, call: Call) -> schemas.Row:
    """Take a resolved conversation up again: the undo of `resolve`."""
    return await _change(console, call, desk.reopen)


async def transfer(console: Console, call: Call) -> schemas.Row:
    body = call.body
    assert isinstance(body, schemas.Transfer)
    return await _change(console, call, desk.transfer, body.agent_id, body.note)


async def change_priority(console: Console, call: Call) -> schemas.Row:
    body = call.body
    assert isinstance(body, schemas.PriorityChange)
    return await _change(console, call, desk.change_priority, Priority(body.priority))


async def change_tags(console: Console, call: Call) -> schemas.Row:
    body = call.body
    assert isinstance(body, schemas.Tags)
    return await _change(console, call, desk.change_tags, body.tags)


async def here(console: Console, call: Call) -> web.StreamResponse:
    """Tell colleagues, and while writing the customer, that the agent is in this conversation."""
    body = call.body
    assert isinstance(body, schemas.Here)
    await console.database.write(
        presence.agent_is_here, call.conversation_id, call.agent.id, body.mode, body.seen_seq, console.clock.now()
    )
    return web.Response(status=204)


async def list_colleagues(console: Console, call: Call) -> schemas.Colleagues:
    return views.colleagues(await console.database.read(presence.colleagues, console.clock.now()))


async def change_availability(console: Console, call: Call) -> schemas.Me:
    body = call.body
    assert isinstance(body, schemas.AvailabilityChange)
    now = console.clock.now()
    return views.me(await console.database.write(people.set_availability, call.agent.id, body.availability, now))


async def list_canned(console: Console, call: Call) -> schemas.CannedResponses:
    return views.canned(await console.database.read(canned.listing))


async def add_canned(console: Console, call: Call) -> schemas.CannedResponse:
    return await _put_canned(console, call, None)


async def change_canned(console: Console, call: Call) -> schemas.CannedResponse:
    return await _put_canned(console, call, int(call.request.match_info["canned"]))


async def remove_canned(console: Console, call: Call) -> web.StreamResponse:
    await console.database.write(canned.remove, int(call.request.match_info["canned"]))
    return web.Response(status=204)


async def search_articles(console: Console, call: Call) -> schemas.Articles:
    """Articles that fit the words in `q`, with their body in `language`."""
    words = call.request.query.get("q", "")[:400].strip()
    language = _one_of(call, "language", schemas.Locale, "") or None
    found = await console.suggestions.find(words, language) if words else ()
    return views.articles(found)


async def upload(console: Console, call: Call) -> schemas.File:
    """Keep a file an agent wants to send; the raw bytes are the body, its name is in `X-File-Name`."""
    try:
        kept = await console.files.take_request(f"agent:{call.agent.id}", call.request)
    except FileRefused as refused:
        raise _Refused(*_FILE_PROBLEMS[refused.code], str(refused)) from None
    return views.file(kept)


async def download(console: Console, call: Call) -> web.StreamResponse:
    return await console.files.serve(call.request.match_info["key"], call.request)


async def installation(console: Console, call: Call) -> schemas.Installation:
    return console.installation


async def read_figures(console: Console, call: Call) -> figure_schemas.FigureReport:
    """How people and the bot did, `from` a day `to` another, by `step` and compared `by` agent, channel or the like."""
    return await console.figure_page.report(console.database, call.request.query, console.clock.now())


async def figures_as_table(console: Console, call: Call) -> web.StreamResponse:
    """The same for a spreadsheet."""
    report = await console.figure_page.report(console.database, call.request.query, console.clock.now())
    named = f'attachment; filename="figures-{report.first}-{report.last}.csv"'
    # Without the mark at its beginning some spreadsheets take UTF-8 for something else.
    body = as_csv(report).encode("utf-8-sig")
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers={"Content-Disposition": named})


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
    Route("POST", r"/conversations/{id:\d{1,15}}/snooze", snooze, schemas.Row, schemas.Snooze),
    Route("POST", r"/conversations/{id:\d{1,15}}/reopen", reopen, schemas.Row),
    Route("POST", r"/conversations/{id:\d{1,15}}/transfer", transfer, schemas.Row, schemas.Transfer),
    Route("POST", r"/conversations/{id:\d{1,15}}/priority", change_priority, schemas.Row, schemas.PriorityChange),
    Route("POST", r"/conversations/{id:\d{1,15}}/tags", change_tags, schemas.Row, schemas.Tags),
    Route("POST", r"/conversations/{id:\d{1,15}}/here", here, None, schemas.Here),
    Route("GET", "/colleagues", list_colleagues, schemas.Colleagues),
    Route("PUT", "/availability", change_availability, schemas.Me, schemas.AvailabilityChange),
    Route("GET", "/canned", list_canned, schemas.CannedResponses),
    Route("POST", "/canned", add_canned, schemas.CannedResponse, schemas.CannedDraft),
    Route("PUT", r"/canned/{canned:\d{1,9}}", change_canned, schemas.CannedResponse, schemas.CannedDraft),
    Route("DELETE", r"/canned/{canned:\d{1,9}}", remove_canned, None),
    Route("GET", "/articles", search_articles, schemas.Articles),
    Route("POST", "/files", upload, schemas.File),
    Route("GET", r"/files/{key:[\w-]{22,64}}", download, None),
    Route("GET", "/figures", read_figures, figure_schemas.FigureReport),
    Route("GET", "/figures.csv", figures_as_table, None),
    Route("GET", "/installation", installation, schemas.Installation),
)


def _searched(words: str) -> str:
    """What is looked for; a single letter would find everything."""
    words = words.replace("\x00", "").strip()[:MAX_SEARCHED]
    if len(words) == 1 and words.isascii():
        raise _Refused(400, "bad_request", "search for two characters or more")
    return words


async def _row(console: Console, call: Call) -> schemas.Row:
    return views.row(await console.database.read(inbox.conversation_view, call.conversation_id))


async def _compose(console: Console, call: Call, verb: Callable[..., int]) -> schemas.ConsoleMessage:
    body = call.body
    assert isinstance(body, schemas.Compose)
    message_id = await console.database.write(
        verb, call.conversation_id, call.agent.id, body.id, body.text, console.clock.now(), files=body.files
    )
    return views.message(await console.database.read(inbox.message, message_id))


async def _end(console: Console, call: Call, verb: Callable[..., None]) -> schemas.Row:
    body = call.body
    assert isinstance(body, schemas.Seen)
    return await _change(console, call, verb, body.seen_seq)


async def _change(console: Console, call: Call, verb: Callable[..., None], *details: object) -> schemas.Row:
    await console.database.write(verb, call.conversation_id, call.agent.id, *details, console.clock.now())
    return await _row(console, call)


async def _put_canned(console: Console, call: Call, canned_id: int | None) -> schemas.CannedResponse:
    body = call.body
    assert isinstance(body, schemas.CannedDraft)
    draft = canned.Canned(
        canned_id or 0, body.shortcut, body.title, {str(language): text for language, text in body.texts.items()}
    )
    return views.canned_response(await console.database.write(canned.put, draft))


def _one_of(call: Call, name: str, choices: Any, default: str) -> Any:
    """A query parameter that must be one of a `Literal`'s values; absent or empty, `default`."""
    value = call.request.query.get(name) or default
    if value != default and value not in get_args(choices):
        raise _Refused(400, "bad_request", f"{name} must be one of {', '.join(get_args(choices))}")
    return value


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
