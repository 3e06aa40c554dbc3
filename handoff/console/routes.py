"""The console's routes: literal tables that serving, permissions and the OpenAPI document are made from."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ValidationError

from handoff import desk, events, inbox
from handoff.console import schemas, views
from handoff.console.auth import COOKIE, SignInLimit, set_cookie
from handoff.console.figure_page import DESK_ALONE, FigurePage
from handoff.console.live import LiveFeed
from handoff.db import Database
from handoff.desk import canned, guesses, people, presence
from handoff.desk.people import Person
from handoff.errors import (
    AlreadyAssigned,
    BadInput,
    DatabaseTrouble,
    DeskError,
    IllegalTransition,
    LastAdmin,
    LockedOut,
    NewerMessage,
    NotFound,
    NotYours,
    Taken,
    WrongPassword,
)
from handoff.files import FileRefused, Files
from handoff.ports import (
    Clock,
    CustomerRecords,
    Farewell,
    Invitations,
    NoInvitations,
    Spellings,
    Suggestions,
    as_written,
    nothing_said,
)
from handoff.quality import Checklist
from handoff.roles import Permission, permissions
from handoff.sla import NO_SLA, Sla
from handoff.tone import NO_TONE, Tone
from handoff.values import Channel, Mention, Priority

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
    Taken: (409, "taken"),
    WrongPassword: (403, "wrong_password"),
    LockedOut: (429, "locked_out"),
    LastAdmin: (409, "last_admin"),
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
    def secret(self) -> str:
        """Of the session that asks."""
        return self.request.cookies.get(COOKIE, "")

    @property
    def conversation_id(self) -> int:
        return int(self.request.match_info["id"])


Handler = Callable[["Console", Call], Awaitable[BaseModel | web.StreamResponse]]
ANYBODY: Literal["anybody"] = "anybody"


@dataclass(frozen=True, slots=True)
class Route:
    """`may` is what the agent must be allowed to; only for `ANYBODY` no sign-in is needed."""

    method: str
    path: str
    handler: Handler
    answers: type[BaseModel] | None
    takes: type[BaseModel] | None = None
    may: Permission | Literal["anybody"] = field(kw_only=True)

    @property
    def public(self) -> bool:
        return self.may == ANYBODY


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
    sla: Sla = NO_SLA
    figure_page: FigurePage = DESK_ALONE
    invitations: Invitations = field(default_factory=NoInvitations)
    tone: Tone = NO_TONE
    checklists: tuple[Checklist, ...] = ()
    spellings: Spellings = as_written
    given_back: Farewell = nothing_said
    has_telegram_groups: bool = False

    def add_to(self, app: web.Application, table: Iterable[Route]) -> None:
        for route in table:
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
        """Origin, sign-in, permission and body, in this order, for every route alike."""
        if request.method not in ("GET", "HEAD") and not _is_same_origin(request):
            raise _Refused(403, "forbidden", "requests that change something must come from the console's own pages")
        person = await self._person(request)
        if person is None and not route.public:
            raise _Refused(401, "unauthorized", "please sign in")
        if not route.public and (person is None or route.may not in permissions(person.role)):
            raise _Refused(403, "forbidden", "your role does not include this; ask an admin")
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
    await console.database.write(guesses.begin_try, body.email, console.clock.now())
    agent_id, password_hash = await console.database.read(people.password_hash_of, body.email)
    right = await console.limit.verify(password_hash, body.password)
    if agent_id is None or not right:
        await console.database.write(guesses.note_failure, body.email, console.clock.now())
        raise _Refused(401, "unauthorized", "e-mail address or password is not right")
    person, secret = await console.database.write(people.open_session, agent_id, console.clock.now())
    return signed_in(call.request, person, secret)


async def sign_in_by_link(console: Console, call: Call) -> web.StreamResponse:
    body = call.body
    assert isinstance(body, schemas.LinkSignIn)
    redeemed = await console.database.write(people.redeem_link, body.code, console.clock.now())
    if redeemed is None:
        raise _Refused(401, "unauthorized", "this link was used already or is too old; ask for a new one")
    return signed_in(call.request, *redeemed)


async def who_am_i(console: Console, call: Call) -> schemas.Me:
    return views.me(call.agent)


async def sign_out(console: Console, call: Call) -> web.StreamResponse:
    await console.database.write(people.close_session, call.secret, console.clock.now())
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/console")
    return response


async def list_conversations(console: Console, call: Call) -> schemas.ConversationList:
    """One view, narrowed by `priority`, `language`, `channel`, `reason`, `tag`, `team`, `due` and the words in `q`.

    `sort=due` puts first what is due first, within a priority.
    """
    view = _one_of(call, "view", inbox.View, "queue")
    words = _searched(call.request.query.get("q", ""))
    wanted = inbox.Filter(
        priority=_one_of(call, "priority", schemas.Priority, ""),
        language=_one_of(call, "language", schemas.Locale, ""),
        channel=_one_of(call, "channel", Channel, ""),
        reason=call.request.query.get("reason", "")[:32],
        tag=call.request.query.get("tag", "")[:40],
        team=call.request.query.get("team", "")[:40],
        words=words,
        spellings=tuple(console.spellings(words)),
        near=console.clock.now() if _one_of(call, "due", Literal["near"], "") else None,
        due_first=bool(_one_of(call, "sort", Literal["due"], "")),
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
    return await console.feed.serve(call.request, cursor, call.agent.id, call.secret)


async def claim(console: Console, call: Call) -> schemas.Row:
    await console.database.write(desk.claim, call.conversation_id, call.agent.id, console.clock.now())
    return await _row(console, call)


async def reply(console: Console, call: Call) -> schemas.ConsoleMessage:
    return await _compose(console, call, desk.agent_reply)


async def note(console: Console, call: Call) -> schemas.ConsoleMessage:
    body = call.body
    assert isinstance(body, schemas.Note)
    mentions = [Mention(mention.agent_id, mention.name) for mention in body.mentions]
    return await _compose(console, call, partial(desk.note, mentions=mentions))


async def hand_back(console: Console, call: Call) -> schemas.Row:
    return await _end(console, call, partial(desk.hand_back, words=console.given_back))


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
    anybodys = Permission.ASSIGN in permissions(call.agent.role)
    verb = partial(desk.transfer, team_id=body.team_id, anybodys=anybodys, sla=console.sla)
    return await _change(console, call, verb, body.agent_id, body.note)


async def change_priority(console: Console, call: Call) -> schemas.Row:
    body = call.body
    assert isinstance(body, schemas.PriorityChange)
    verb = partial(desk.change_priority, sla=console.sla)
    return await _change(console, call, verb, Priority(body.priority))


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
    return views.me(await console.database.write(desk.set_availability, call.agent.id, body.availability, now))


async def list_canned(console: Console, call: Call) -> schemas.CannedResponses:
    return views.canned(await console.database.read(canned.listing))


async def add_canned(console: Console, call: Call) -> schemas.CannedResponse:
    return await _put_canned(console, call, None)


async def change_canned(console: Console, call: Call) -> schemas.CannedResponse:
    return await _put_canned(console, call, int(call.request.match_info["canned"]))


async def remove_canned(console: Console, call: Call) -> web.StreamResponse:
    canned_id, now = int(call.request.match_info["canned"]), console.clock.now()
    await console.database.write(canned.remove, canned_id, call.agent.id, now)
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


READ, WORK, CANNED, INSTALL = Permission.READ, Permission.WORK, Permission.CANNED, Permission.INSTALL

ROUTES: tuple[Route, ...] = (
    Route("POST", "/session/link", sign_in_by_link, schemas.Me, schemas.LinkSignIn, may=ANYBODY),
    Route("POST", "/session", sign_in_by_password, schemas.Me, schemas.PasswordSignIn, may=ANYBODY),
    Route("GET", "/session", who_am_i, schemas.Me, may=READ),
    Route("DELETE", "/session", sign_out, None, may=READ),
    Route("GET", "/conversations", list_conversations, schemas.ConversationList, may=READ),
    Route("GET", r"/conversations/{id:\d{1,15}}", read_conversation, schemas.Conversation, may=READ),
    Route("GET", "/live", live, None, may=READ),
    Route("POST", r"/conversations/{id:\d{1,15}}/claim", claim, schemas.Row, may=WORK),
    Route("POST", r"/conversations/{id:\d{1,15}}/reply", reply, schemas.ConsoleMessage, schemas.Compose, may=WORK),
    Route("POST", r"/conversations/{id:\d{1,15}}/note", note, schemas.ConsoleMessage, schemas.Note, may=WORK),
    Route("POST", r"/conversations/{id:\d{1,15}}/hand_back", hand_back, schemas.Row, schemas.Seen, may=WORK),
    Route("POST", r"/conversations/{id:\d{1,15}}/resolve", resolve, schemas.Row, schemas.Seen, may=WORK),
    Route("POST", r"/conversations/{id:\d{1,15}}/snooze", snooze, schemas.Row, schemas.Snooze, may=WORK),
    Route("POST", r"/conversations/{id:\d{1,15}}/reopen", reopen, schemas.Row, may=WORK),
    Route("POST", r"/conversations/{id:\d{1,15}}/transfer", transfer, schemas.Row, schemas.Transfer, may=WORK),
    Route(
        "POST", r"/conversations/{id:\d{1,15}}/priority", change_priority, schemas.Row, schemas.PriorityChange, may=WORK
    ),
    Route("POST", r"/conversations/{id:\d{1,15}}/tags", change_tags, schemas.Row, schemas.Tags, may=WORK),
    Route("POST", r"/conversations/{id:\d{1,15}}/here", here, None, schemas.Here, may=READ),
    Route("GET", "/colleagues", list_colleagues, schemas.Colleagues, may=READ),
    Route("PUT", "/availability", change_availability, schemas.Me, schemas.AvailabilityChange, may=WORK),
    Route("GET", "/canned", list_canned, schemas.CannedResponses, may=READ),
    Route("POST", "/canned", add_canned, schemas.CannedResponse, schemas.CannedDraft, may=CANNED),
    Route("PUT", r"/canned/{canned:\d{1,9}}", change_canned, schemas.CannedResponse, schemas.CannedDraft, may=CANNED),
    Route("DELETE", r"/canned/{canned:\d{1,9}}", remove_canned, None, may=CANNED),
    Route("GET", "/articles", search_articles, schemas.Articles, may=READ),
    Route("POST", "/files", upload, schemas.File, may=WORK),
    Route("GET", r"/files/{key:[\w-]{22,64}}", download, None, may=READ),
    Route("GET", "/installation", installation, schemas.Installation, may=INSTALL),
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
    return views.canned_response(await console.database.write(canned.edit, draft, call.agent.id, console.clock.now()))


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


def signed_in(request: web.Request, person: Person, secret: str) -> web.Response:
    response = web.json_response(text=views.me(person).model_dump_json())
    set_cookie(response, secret, secure=request.headers.get("Origin", "").startswith("https://"))
    return response


def code_of(error: DeskError) -> tuple[int, str]:
    """The HTTP status and the code of a `Problem`."""
    return next((found for kind, found in _PROBLEMS.items() if isinstance(error, kind)), (400, "bad_request"))


def _problem_of(error: DeskError) -> web.Response:
    status, code = code_of(error)
    by = error.by if isinstance(error, AlreadyAssigned) else None
    return _problem(status, code, str(error), by, error.retry_after if isinstance(error, LockedOut) else None)


def _problem(status: int, code: str, message: str, by: str | None = None, wait: int | None = None) -> web.Response:
    problem = schemas.Problem.model_validate({"code": code, "message": message, "by": by, "retry_after": wait})
    headers = {"Retry-After": str(wait)} if wait is not None else None
    return web.json_response(text=problem.model_dump_json(), status=status, headers=headers)
