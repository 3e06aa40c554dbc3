"""Files that customers and agents send: taken in by content, kept on disk, given out by short-lived addresses.

A row is written after its bytes and removed before them: what the database names can be opened.
"""

import asyncio
import hashlib
import hmac
import logging
import os
import secrets
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BufferedWriter
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar
from urllib.parse import quote, unquote, urlencode

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from handoff import filetypes, pictures
from handoff.db import Database
from handoff.errors import BadInput, NotFound
from handoff.filetypes import FileType
from handoff.jobs import Leased
from handoff.models import StoredFile
from handoff.ports import Clock
from handoff.values import FileKind, FileView

log = logging.getLogger("baton.files")

P = ParamSpec("P")
T = TypeVar("T")

MAX_BYTES = 20 * 1024 * 1024
"""Of one file."""
MAX_AT_ONCE = 5
"""Uploads of one owner at the same time."""
MAX_NAME_HEADER = 3000
KEEP_FREE = 512 * 1024 * 1024
"""Bytes of the disk that are left to the database; below that no file is taken."""
SILENCE_S = 30.0
"""An upload that brings nothing for so long has broken off."""
ADDRESS_S = 3600
UNSENT_FOR = timedelta(hours=24)
FORGET = "forget_unsent_files"
FORGET_EVERY = timedelta(hours=1)
DRAFT = ".part"
LOOKED_UP_AT_ONCE = 500

Refusal = Literal["too_large", "bad_type", "bad_picture", "empty", "too_fast", "too_many", "unavailable"]


class FileRefused(Exception):
    """A file is not taken; the sentence says why and what would be."""

    def __init__(self, code: Refusal, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def claim_for_message(session: Session, message_id: int, keys: Sequence[str], owner: str) -> None:
    """Bind an owner's uploads to a message; again for the same message is harmless.

    Raises `BadInput` for a key that is unknown, somebody else's, or of another message.
    """
    if not keys:
        return
    free = or_(StoredFile.message_id.is_(None), StoredFile.message_id == message_id)
    claimed = session.scalars(
        update(StoredFile)
        .where(StoredFile.key.in_(keys), StoredFile.owner == owner, free)
        .values(message_id=message_id)
        .returning(StoredFile.key)
    ).all()
    if len(claimed) != len(set(keys)):
        raise BadInput("one of the files is not there any more; please choose it again")


def of_messages(session: Session, ids: Sequence[int]) -> dict[int, tuple[FileView, ...]]:
    """The files of each of these messages that has any, in the order in which they were uploaded."""
    found: dict[int, tuple[FileView, ...]] = {}
    if not ids:
        return found
    rows = session.scalars(
        select(StoredFile).where(StoredFile.message_id.in_(ids)).order_by(StoredFile.created_at, StoredFile.key)
    )
    for row in rows:
        assert row.message_id is not None, "chosen by it"
        found[row.message_id] = (*found.get(row.message_id, ()), _view(row))
    return found


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one owner may upload in an hour."""

    files: int
    bytes: int


ALLOWANCES = {"contact": Allowance(20, 100 * 1024 * 1024), "agent": Allowance(200, 1000 * 1024 * 1024)}


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def count(session: Session, owner: str, since: datetime) -> int:
    """How many files an owner has uploaded since then."""
    uploaded = select(func.count()).where(StoredFile.created_at >= since, StoredFile.owner == owner)
    return session.scalar(uploaded) or 0


class Files:
    """Keeps files under random keys in `folder`. `free` tells how many bytes are left there."""

    def __init__(
        self, database: Database, folder: Path, clock: Clock, key: str, free: Callable[[Path], int] = _free_bytes
    ) -> None:
        self._database, self._folder, self._clock, self._free = database, folder, clock, free
        self._key = hashlib.sha256(b"files:" + key.encode()).digest()
        self._drawing = asyncio.Lock()
        self._underway: Counter[str] = Counter()

    async def take(self, owner: str, body: AsyncIterator[bytes], name: str, length: int | None = None) -> FileView:
        """Read `body` to the end and keep it for `owner`; `length` is how long it claims to be, where it does.

        An owner is `agent:<id>` or `contact:<channel>:<key>`. Raises `FileRefused` and `DatabaseTrouble`; nothing is
        kept then.
        """
        if length is not None and length > MAX_BYTES:
            raise _too_large()
        with self._one_more_of(owner):
            await self._database.read(_require_allowance, owner, length or 0, self._clock.now())
            key = secrets.token_urlsafe(24)
            with self._drafted(key) as draft:
                await self._receive(body, draft)
                found, width, height = await self._cleaned(draft)
                file = FileView(
                    key,
                    filetypes.fitting_name(name, found),
                    found.kind,
                    found.type,
                    draft.stat().st_size,
                    width,
                    height,
                )
                await _finished(_settle, draft, self.path(key))
            await self._registered(file, owner)
        log.info("file_taken type=%s size=%d", file.type, file.size)
        return file

    async def take_request(self, owner: str, request: web.Request) -> FileView:
        """`take` a request's body; its name is in `X-File-Name`, percent-encoded."""
        name = unquote(request.headers.get("X-File-Name", "")[:MAX_NAME_HEADER])
        return await self.take(owner, _body_of(request), name, request.content_length)

    def path(self, key: str) -> Path:
        """Where the bytes of a kept file lie."""
        return self._folder / key[:2] / key

    def address(self, file: FileView, prefix: str = "") -> str:
        """A signed address below `prefix` that anybody may open for an hour."""
        until = int(self._clock.now().timestamp()) + ADDRESS_S
        query = urlencode({"until": until, "signature": self._signature(file.key, str(until))})
        return f"{prefix}/files/{file.key}/{quote(file.name, safe='')}?{query}"

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(r"/files/{key:[\w-]{22,64}}/{name:[^/]+}", self._serve_by_address)

    async def serve(self, key: str, request: web.Request) -> web.StreamResponse:
        """The file, to somebody who may see it; ranges and `HEAD` included. Raises `NotFound`."""
        file = await self._database.read(_find, key)
        if file is None:
            raise NotFound("this file")
        return web.FileResponse(self.path(key), headers=_headers_of(file))

    async def _serve_by_address(self, request: web.Request) -> web.StreamResponse:
        key, query = request.match_info["key"], request.query
        if not self._is_good(key, query.get("until", ""), query.get("signature", "")):
            raise web.HTTPForbidden(
                text="This link is not good any more. Open the conversation again to get a new one."
            )
        try:
            return await self.serve(key, request)
        except NotFound:
            raise web.HTTPNotFound(text="This file is not there any more.") from None

    def _is_good(self, key: str, until: str, signature: str) -> bool:
        genuine = hmac.compare_digest(self._signature(key, until).encode(), signature.encode(errors="replace"))
        return genuine and int(until) > self._clock.now().timestamp()

    def _signature(self, key: str, until: str) -> str:
        return hmac.new(self._key, f"{key}:{until}".encode(errors="replace"), hashlib.sha256).hexdigest()

    @contextmanager
    def _one_more_of(self, owner: str) -> Iterator[None]:
        if self._underway[owner] >= MAX_AT_ONCE:
            raise FileRefused("too_fast", f"send at most {MAX_AT_ONCE} files at the same time")
        self._underway[owner] += 1
        try:
            yield
        finally:
            self._underway[owner] -= 1
            if not self._underway[owner]:
                del self._underway[owner]

    @contextmanager
    def _drafted(self, key: str) -> Iterator[Path]:
        """A path beside the target for what is not complete yet; gone afterwards, whatever happens."""
        draft = self.path(key).with_name(f"{key}{DRAFT}")
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            try:
                yield draft
            finally:
                for leftover in (draft, _redrawn(draft)):
                    leftover.unlink(missing_ok=True)
        except OSError as error:
            log.error("file_not_stored error=%s", error.strerror)
            raise _unavailable() from error

    async def _receive(self, body: AsyncIterator[bytes], draft: Path) -> None:
        size = 0
        with await _finished(draft.open, "wb") as file:
            async for chunk in body:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise _too_large()
                await _finished(self._append, file, chunk)
        if not size:
            raise FileRefused("empty", "the file is empty")

    def _append(self, file: BufferedWriter, chunk: bytes) -> None:
        if self._free(self._folder) < KEEP_FREE:
            log.error("disk_nearly_full")
            raise _unavailable()
        file.write(chunk)

    async def _cleaned(self, draft: Path) -> tuple[FileType, int | None, int | None]:
        """Type and sides of what is in `draft`, with pictures drawn anew."""
        found = await _finished(_type_of, draft)
        if found is None:
            raise FileRefused("bad_type", "send a picture, a video, a voice message, a PDF or a text file (UTF-8)")
        if found not in filetypes.PICTURES:
            return found, None, None
        try:
            async with self._drawing:
                picture = await _finished(pictures.redraw, draft, _redrawn(draft), found)
        except pictures.BadPicture as error:
            raise FileRefused("bad_picture", str(error)) from None
        _redrawn(draft).replace(draft)
        return picture.type, picture.width, picture.height

    async def _registered(self, file: FileView, owner: str) -> None:
        try:
            await self._database.write(_register, file, owner, self._clock.now())
        except BaseException:
            self.path(file.key).unlink(missing_ok=True)
            raise

    async def forget_unsent(self, _job: Leased) -> timedelta:
        """Remove uploads that were never sent, and bytes that no row names: a day old, both."""
        before = self._clock.now() - UNSENT_FOR
        for key in await self._database.write(_delete_unsent, before):
            self.path(key).unlink(missing_ok=True)
        old = await asyncio.to_thread(self._stored_before, before)
        for start in range(0, len(old), LOOKED_UP_AT_ONCE):
            some = {path.name: path for path in old[start : start + LOOKED_UP_AT_ONCE]}
            for name in some.keys() - await self._database.read(_named, list(some)):
                some[name].unlink(missing_ok=True)
        return FORGET_EVERY

    def _stored_before(self, before: datetime) -> list[Path]:
        found = []
        for path in self._folder.glob("??/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    found.append(path)
        return found


async def _body_of(request: web.Request) -> AsyncIterator[bytes]:
    """A request's body, piece by piece. A client that goes away or falls silent is a `FileRefused`, too."""
    while True:
        try:
            async with asyncio.timeout(SILENCE_S):
                chunk = await request.content.readany()
        except (OSError, aiohttp.ClientError, HttpProcessingError, web.RequestPayloadError) as error:
            raise FileRefused("unavailable", "the upload broke off; try again") from error
        if not chunk:
            return
        yield chunk


async def _finished(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do blocking work in a thread, to its end even for a cancelled caller: nobody tidies up under its hands."""
    thread = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        raise


def _type_of(draft: Path) -> FileType | None:
    with draft.open("rb") as file:
        found = filetypes.recognise(file.read(filetypes.HEAD))
        if found is not None:
            return found
        file.seek(0)
        return filetypes.TEXT if filetypes.is_plain_text(iter(lambda: file.read(64 * 1024), b"")) else None


def _redrawn(draft: Path) -> Path:
    return draft.with_suffix(".drawn")


def _settle(draft: Path, target: Path) -> None:
    """Give the finished file its name; on disk for good before a row may name it."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _require_allowance(session: Session, owner: str, more: int, now: datetime) -> None:
    query = select(func.count(), func.coalesce(func.sum(StoredFile.size), 0)).where(
        StoredFile.created_at > now - timedelta(hours=1), StoredFile.owner == owner
    )
    files, size = session.execute(query).one()
    allowed = ALLOWANCES[owner.partition(":")[0]]
    if files >= allowed.files or size + more > allowed.bytes:
        raise FileRefused("too_many", "that is a lot of files for one hour; wait a little before you send more")


def _register(session: Session, file: FileView, owner: str, now: datetime) -> None:
    _require_allowance(session, owner, file.size, now)
    session.add(
        StoredFile(
            key=file.key,
            owner=owner,
            name=file.name,
            kind=file.kind,
            type=file.type,
            size=file.size,
            width=file.width,
            height=file.height,
            created_at=now,
        )
    )


def _find(session: Session, key: str) -> FileView | None:
    row = session.get(StoredFile, key)
    return _view(row) if row is not None else None


def _delete_unsent(session: Session, before: datetime) -> Sequence[str]:
    unsent = (StoredFile.message_id.is_(None), StoredFile.created_at < before)
    return session.scalars(delete(StoredFile).where(*unsent).returning(StoredFile.key)).all()


def _named(session: Session, keys: Sequence[str]) -> set[str]:
    return set(session.scalars(select(StoredFile.key).where(StoredFile.key.in_(keys))))


def _view(row: StoredFile) -> FileView:
    kind: FileKind = row.kind  # type: ignore[assignment]
    return FileView(row.key, row.name, kind, row.type, row.size, row.width, row.height)


def _headers_of(file: FileView) -> dict[str, str]:
    """What is looked at opens in place; the rest is saved. Nothing of it may run, whatever it is taken for."""
    where = "attachment" if file.kind == "file" else "inline"
    plain = "".join(c if c.isascii() and c not in '"\\%' else "_" for c in file.name)
    return {
        "Content-Type": "text/plain; charset=utf-8" if file.type == "text/plain" else file.type,
        "Content-Disposition": f"{where}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": f"private, max-age={ADDRESS_S}",
    }


def _too_large() -> FileRefused:
    return FileRefused("too_large", f"a file may have up to {MAX_BYTES // 1024 // 1024} MB")


def _unavailable() -> FileRefused:
    return FileRefused("unavailable", "files cannot be kept at the moment; try again later")
