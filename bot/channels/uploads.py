"""Files from the widget over HTTP, and photos from a visitor's phone by a link that the widget shows as a QR code.

The link carries its token behind the `#`, so it reaches no server's log; it lets the phone add to one conversation and
read nothing.
"""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import segno
from aiohttp import web
from itsdangerous import BadSignature, TimestampSigner

from bot.channels import frames
from bot.channels.base import OnMessage
from bot.channels.entrance import is_known, known_key
from bot.channels.visitors import TOKEN, Origins, language_asked_for, owner_of, visitor_key
from bot.replies import Replies
from bot.shop import Shop
from handoff import files as kept
from handoff.db import Database
from handoff.errors import DeskError
from handoff.files import FileRefused, Files
from handoff.ports import Clock
from handoff.values import FileView, InboundMessage, Language, Media

log = logging.getLogger("baton.uploads")

LINK_S = 600
PHOTOS_PER_LINK = 10
PREFLIGHT_S = 600
QUIET_ZONE = 4
"""Modules of white around a QR code; readers need them."""

_STATUSES: dict[str, int] = {
    "too_large": 413,
    "bad_type": 415,
    "bad_picture": 422,
    "empty": 400,
    "too_fast": 429,
    "too_many": 429,
    "unauthorized": 401,
    "unavailable": 503,
}

Handler = Callable[[web.Request], Awaitable[frames.Frame]]


class _Refused(Exception):
    """Not done; `key` names the sentence, `code` the kind of trouble, `status` another status than the usual one."""

    def __init__(self, code: str, key: str | None = None, status: int | None = None) -> None:
        super().__init__(code)
        self.code, self.key, self.status = code, key or code, status or _STATUSES[code]


@dataclass(frozen=True, slots=True)
class Uploads:
    """Serves `POST /widget/files`, `/widget/photo-link` and `/widget/photo`, and the phone's page `GET /photo`.

    `origins` are foreign pages that may embed the widget. Without a `public_url` links lead to where the request went.
    """

    database: Database
    files: Files
    on_message: OnMessage
    replies: Replies
    shop: Shop
    clock: Clock
    origins: Origins
    key: str
    public_url: str | None
    page: Path

    def add_to(self, app: web.Application) -> None:
        for path, handler in (
            ("/widget/files", self._upload),
            ("/widget/photo-link", self._link),
            ("/widget/photo", self._photo),
        ):
            app.router.add_post(path, self._answering(handler))
            app.router.add_options(path, self._preflight)
        app.router.add_get("/photo", self._page)

    async def _upload(self, request: web.Request) -> frames.Uploaded:
        return self._uploaded(await self._taken(await self._visitor(request), request), request)

    async def _link(self, request: web.Request) -> frames.PhotoLink:
        locale = language_asked_for(request.headers.get("Accept-Language"))
        key = await self.database.write(known_key, _token_of(request), locale, self.clock.now())
        token = self._signer().sign(f"{secrets.token_urlsafe(6)}.{key}").decode()
        url = f"{self._base(request)}/photo#{token}"
        path, size = _qr(url)
        return frames.PhotoLink(url=url, qr_path=path, qr_size=size, seconds=LINK_S)

    async def _photo(self, request: web.Request) -> frames.Uploaded:
        """Take the photo and write it into the conversation; the same photo by the same link is one message."""
        link, key, since = self._opened(_bearer(request))
        if not await self.database.read(is_known, key):
            raise _Refused("unauthorized", "link_over")
        if await self.database.read(kept.count, owner_of(key), since) >= PHOTOS_PER_LINK:
            raise _Refused("too_many", "too_many_photos")
        file = await self._taken(key, request)
        digest = await asyncio.to_thread(_digest, self.files.path(file.key))
        content = Media(file.kind, files=(file.key,))
        locale = language_asked_for(request.headers.get("Accept-Language"))
        await self.on_message(InboundMessage("widget", key, f"photo-{link}-{digest}", content, locale))
        return self._uploaded(file, request)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if not self.page.exists():
            raise web.HTTPNotFound(text=self.replies.say("upload.no_page", self._language(request)))
        return web.FileResponse(self.page, headers={"Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"})

    async def _visitor(self, request: web.Request) -> str:
        return await self.database.read(visitor_key, _token_of(request), self.clock.now())

    async def _taken(self, key: str, request: web.Request) -> FileView:
        try:
            return await self.files.take_request(owner_of(key), request)
        except FileRefused as refused:
            raise _Refused(refused.code) from None

    def _opened(self, token: str) -> tuple[str, str, datetime]:
        """A link's own name, the visitor's key and when it was made."""
        try:
            value, made_at = self._signer().unsign(token, max_age=LINK_S, return_timestamp=True)
        except BadSignature:
            raise _Refused("unauthorized", "link_over") from None
        link, _, key = value.decode().partition(".")
        return link, key, made_at.astimezone(UTC)

    def _signer(self) -> TimestampSigner:
        return _Signer(self.key, self.clock)

    def _uploaded(self, file: FileView, request: web.Request) -> frames.Uploaded:
        url = self.files.address(file, self._base(request))
        shown = frames.File(
            url=url,
            name=file.name,
            kind=file.kind,
            type=file.type,
            size=file.size,
            width=file.width,
            height=file.height,
        )
        return frames.Uploaded(key=file.key, file=shown)

    def _base(self, request: web.Request) -> str:
        return self.public_url or f"{request.scheme}://{request.host}"

    def _language(self, request: web.Request) -> Language:
        return language_asked_for(request.headers.get("Accept-Language")) or self.shop.language

    def _answering(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            status = 201
            try:
                if not self.origins.admit(request):
                    raise _Refused("unauthorized", "foreign_page", 403)
                told = await handler(request)
            except _Refused as refused:
                status, told = refused.status, self._trouble(refused.code, refused.key, request)
            except DeskError as error:
                log.warning("upload_postponed error=%s", type(error).__name__)
                status, told = 503, self._trouble("unavailable", "unavailable", request)
            return web.json_response(text=told.model_dump_json(), status=status, headers=self._cors(request))

        return answer

    def _trouble(self, code: str, key: str, request: web.Request) -> frames.UploadTrouble:
        limits = {"mb": kept.MAX_BYTES // 1024 // 1024, "n": kept.MAX_AT_ONCE, "photos": PHOTOS_PER_LINK}
        text = self.replies.say(f"upload.{key}", self._language(request), **limits)
        return frames.UploadTrouble.model_validate({"code": code, "text": text})

    async def _preflight(self, request: web.Request) -> web.Response:
        return web.Response(status=204 if self.origins.admit(request) else 403, headers=self._cors(request))

    def _cors(self, request: web.Request) -> dict[str, str]:
        origin = request.headers.get("Origin")
        if origin is None or not self.origins.admit(request):
            return {"Vary": "Origin", "Cache-Control": "no-store"}
        return {
            "Vary": "Origin",
            "Cache-Control": "no-store",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, X-File-Name, Accept-Language",
            "Access-Control-Max-Age": str(PREFLIGHT_S),
        }


class _Signer(TimestampSigner):
    """Tells the time by our clock."""

    def __init__(self, key: str, clock: Clock) -> None:
        super().__init__(key, salt="photo")
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock.now().timestamp())


def _token_of(request: web.Request) -> str:
    token = _bearer(request)
    if not TOKEN.fullmatch(token):
        raise _Refused("unauthorized")
    return token


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _qr(words: str) -> tuple[str, int]:
    """A QR code as the path of an SVG, one stroke for each run of dark modules, and its side, quiet zone included."""
    code = segno.make_qr(words, error="m")
    runs = []
    for y, row in enumerate(code.matrix_iter(border=QUIET_ZONE)):
        cells = [*row, 0]
        start = 0
        for x in range(1, len(cells)):
            if cells[x] != cells[x - 1]:
                if cells[x - 1]:
                    runs.append(f"M{start} {y}h{x - start}v1H{start}z")
                start = x
    return "".join(runs), int(code.symbol_size(border=QUIET_ZONE)[0])
