"""Files over real HTTP: what honest, careless and hostile senders upload, and who may see it afterwards."""

import asyncio
import gzip
import os
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from handoff import files as module
from handoff.db import Database
from handoff.errors import BadInput, NotFound
from handoff.files import ALLOWANCES, FORGET_EVERY, KEEP_FREE, MAX_AT_ONCE, MAX_BYTES, FileRefused, Files
from handoff.jobs import Leased
from handoff.values import FileView
from tests import builders as a
from tests import pictures
from tests.fakes import MovedClock

MB = 1024 * 1024
OWNER = "contact:widget:visitor-1"
JOB = Leased(1, module.FORGET, "", {}, 1)


@dataclass
class Cabinet:
    """Files behind a server that keeps whatever anybody posts, and hands out what it is asked for."""

    files: Files
    folder: Path
    database: Database
    clock: MovedClock
    session: aiohttp.ClientSession
    address: str = ""
    disk: dict[str, int] = field(default_factory=lambda: {"free": 10 * KEEP_FREE})

    async def keeps(self, data: Any, name: str = "photo.jpg", owner: str = OWNER) -> FileView:
        headers = {"X-File-Name": quote(name), "X-Owner": owner}
        async with self.session.post(f"{self.address}/take", data=_body(data), headers=headers) as response:
            told = await response.json()
            assert response.status == 201, told
            return FileView(**told)

    async def refuses(self, data: Any, name: str = "photo.jpg", owner: str = OWNER) -> str:
        """The code; nothing is left behind."""
        before = self.stored()
        headers = {"X-File-Name": quote(name), "X-Owner": owner}
        async with self.session.post(f"{self.address}/take", data=_body(data), headers=headers) as response:
            told = await response.json()
            assert response.status == 400, told
        assert self.stored() == before
        assert told["sentence"]
        code: str = told["code"]
        return code

    def stored(self) -> set[Path]:
        return {path for path in self.folder.rglob("*") if path.is_file()}

    def bytes_of(self, file: FileView) -> bytes:
        return self.files.path(file.key).read_bytes()

    def image(self, file: FileView) -> Image.Image:
        return Image.open(BytesIO(self.bytes_of(file)))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not is_so():
                await asyncio.sleep(0.005)


def _body(data: Any) -> Any:
    return BytesIO(data) if isinstance(data, bytes) else data


one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database decides."""


@pytest.fixture
async def cabinet(database: Database, clock: MovedClock, tmp_path: Path) -> AsyncIterator[Cabinet]:
    folder, disk = tmp_path / "files", {"free": 10 * KEEP_FREE}
    files = Files(database, folder, clock, "k" * 40, lambda _folder: disk["free"])

    async def take(request: web.Request) -> web.Response:
        try:
            kept = await files.take_request(request.headers["X-Owner"], request)
        except FileRefused as refused:
            return web.json_response({"code": refused.code, "sentence": str(refused)}, status=400)
        fields = ("key", "name", "kind", "type", "size", "width", "height")
        return web.json_response({name: getattr(kept, name) for name in fields}, status=201)

    async def show(request: web.Request) -> web.StreamResponse:
        try:
            return await files.serve(request.match_info["key"], request)
        except NotFound:
            raise web.HTTPNotFound from None

    # As in the program, and not as is usual in tests, a sender who goes away cancels nothing.
    app = web.Application(handler_args={"handler_cancellation": False, "lingering_time": 0.2})
    app.router.add_post("/take", take)
    app.router.add_get("/show/{key}", show)
    files.add_to(app)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Cabinet(files, folder, database, clock, session, str(server.make_url("")).rstrip("/"), disk)


# What is taken


async def test_a_photo_is_kept_upright_and_says_nothing_about_where_it_was_taken(cabinet: Cabinet) -> None:
    original = pictures.phone_photo()
    assert b"SecretCamera" in original and b"secret comment" in original
    kept = await cabinet.keeps(original, "IMG_0042.JPG")
    assert (kept.name, kept.kind, kept.type) == ("IMG_0042.jpg", "image", "image/jpeg")
    with cabinet.image(kept) as shown:
        assert (kept.width, kept.height) == shown.size == (40, 60)
        assert len(shown.getexif()) == 0 and "comment" not in shown.info
        top, bottom = shown.getpixel((20, 5)), shown.getpixel((20, 55))
    assert isinstance(top, tuple) and top[2] > 180, "the sky is on top"
    assert isinstance(bottom, tuple) and bottom[1] > 120
    assert b"Secret" not in cabinet.bytes_of(kept) and b"secret" not in cabinet.bytes_of(kept)
    assert kept.size == len(cabinet.bytes_of(kept))


@one_database
@pytest.mark.parametrize(
    ("mode", "kind", "becomes", "shown_as"),
    [
        ("CMYK", "JPEG", "image/jpeg", "RGB"),
        ("L", "JPEG", "image/jpeg", "L"),
        ("I;16", "PNG", "image/png", "L"),
        ("P", "PNG", "image/png", "RGB"),
        ("1", "PNG", "image/png", "1"),
        ("LA", "PNG", "image/png", "RGBA"),
        ("RGBA", "PNG", "image/png", "RGBA"),
        ("RGB", "GIF", "image/png", "RGB"),
        ("RGB", "WEBP", "image/jpeg", "RGB"),
    ],
)
async def test_pictures_of_every_make_can_be_shown(
    cabinet: Cabinet, mode: str, kind: str, becomes: str, shown_as: str
) -> None:
    kept = await cabinet.keeps(pictures.saved(Image.new(mode, (60, 40)), kind), "scan")
    assert kept.type == becomes
    assert kept.name == ("scan.jpg" if becomes == "image/jpeg" else "scan.png")
    with cabinet.image(kept) as shown:
        shown.load()
        assert (shown.mode, shown.size) == (shown_as, (60, 40))


@one_database
async def test_sixteen_bits_become_eight_of_the_same_brightness(cabinet: Cabinet) -> None:
    kept = await cabinet.keeps(pictures.saved(Image.new("I;16", (60, 40), 40_000), "PNG"))
    with cabinet.image(kept) as shown:
        assert shown.getpixel((0, 0)) == 40_000 // 256


@one_database
async def test_transparency_survives(cabinet: Cabinet) -> None:
    palette = Image.new("RGB", (60, 40), (200, 30, 30)).convert("P")
    kept = await cabinet.keeps(pictures.saved(palette, "PNG", transparency=palette.getpixel((0, 0))))
    with cabinet.image(kept) as shown:
        pixel = shown.convert("RGBA").getpixel((0, 0))
    assert isinstance(pixel, tuple) and pixel[3] == 0


@one_database
@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
async def test_a_moving_picture_keeps_moving_and_loses_the_rest(cabinet: Cabinet, kind: str) -> None:
    kept = await cabinet.keeps(pictures.moving(kind), "dance")
    assert (kept.kind, kept.width, kept.height) == ("image", 60, 40)
    assert not {b"secret", b"Secret", b"script"} & {w for w in (b"secret", b"Secret", b"script") if w in _all(cabinet)}
    with cabinet.image(kept) as shown:
        assert shown.n_frames == 8  # type: ignore[attr-defined]
        shown.seek(7)
        pixel = shown.convert("RGB").getpixel((30, 20))
    assert isinstance(pixel, tuple) and abs(pixel[0] - 140) < 10


def _all(cabinet: Cabinet) -> bytes:
    return b"".join(path.read_bytes() for path in cabinet.stored())


OTHERS = {
    "application/pdf": ("file", pictures.PDF),
    "video/mp4": ("video", pictures.MP4),
    "video/quicktime": ("video", b"\x00\x00\x00\x14ftypqt  " + bytes(100)),
    "video/webm": ("video", b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + bytes(80) + b"V_VP9" + bytes(100)),
    "audio/webm": ("voice", b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + bytes(80) + b"A_OPUS" + bytes(100)),
    "audio/mp4": ("voice", b"\x00\x00\x00\x1cftypM4A " + bytes(100)),
    "audio/mpeg": ("voice", b"\xff\xfb\x90\x64" + bytes(400)),
    "audio/ogg": ("voice", b"OggS\x00\x02" + bytes(22) + b"OpusHead" + bytes(100)),
    "audio/wav": ("voice", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100)),
    "image/heic": ("file", b"\x00\x00\x00\x18ftypheic" + bytes(100)),
    "text/plain": ("file", "訂單編號 XM1001\n還沒收到 <3\n".encode()),
}


@one_database
@pytest.mark.parametrize("type_", OTHERS)
async def test_other_files_are_kept_as_they_are_by_what_they_hold(cabinet: Cabinet, type_: str) -> None:
    kind, data = OTHERS[type_]
    kept = await cabinet.keeps(data, "thing")
    assert (kept.type, kept.kind, kept.size, kept.width) == (type_, kind, len(data), None)
    assert cabinet.bytes_of(kept) == data


@one_database
async def test_a_name_that_lies_is_mended(cabinet: Cabinet) -> None:
    assert (await cabinet.keeps(pictures.PDF, "photo.jpg")).name == "photo.pdf"
    assert (await cabinet.keeps(pictures.jpeg(), "invoice.exe")).name == "invoice.exe.jpg"
    assert (await cabinet.keeps(pictures.jpeg(), "photo.jpeg")).name == "photo.jpeg"


@one_database
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Windows\\photo.jpg", "photo.jpg"),
        ("a\x00b\r\nX-Evil: 1.jpg", "abX-Evil_ 1.jpg"),
        ("x" * 300 + ".jpg", "x" * 80 + ".jpg"),
        ("照片\u202egpj.exe", "照片gpj.exe.jpg"),
        ("", "image.jpg"),
        ("...", "image.jpg"),
        (".jpg", "image.jpg"),
        ("/", "image.jpg"),
        ("破損 的 包裹.JPG", "破損 的 包裹.jpg"),
        ('"><img src=x>.jpg', "___img src=x_.jpg"),
        ("{id}%2F..%2F.jpg", "{id}%2F..%2F.jpg"),
    ],
)
async def test_no_name_leads_anywhere_or_deceives(cabinet: Cabinet, sent: str, kept: str) -> None:
    view = await cabinet.keeps(pictures.jpeg(), sent)
    assert view.name == kept
    assert cabinet.stored() == {cabinet.files.path(view.key)}
    async with cabinet.session.get(cabinet.files.address(view, cabinet.address)) as response:
        assert response.status == 200
        assert f"filename*=UTF-8''{quote(kept, safe='')}" in response.headers["Content-Disposition"]


# What is not taken


def zip_bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(30 * MB))
    return out.getvalue()


REFUSED: dict[str, bytes] = {
    "an SVG with a script": pictures.SVG,
    "an SVG behind a comment": b"<!-- photo -->\n" + pictures.SVG,
    "HTML": pictures.HTML,
    "HTML behind words": b"Dear shop,\n\n<ScRiPt>alert(1)</script>",
    "HTML behind a byte-order mark": b"\xef\xbb\xbf \n" + pictures.HTML,
    "a program for Windows": pictures.EXE,
    "a program for Linux": b"\x7fELF\x02\x01\x01" + bytes(100),
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a zip bomb": zip_bomb(),
    "gzip": gzip.compress(bytes(MB)),
    "text in UTF-16": "hello".encode("utf-16"),
    "text with a NUL": b"hello\x00world",
    "text in Big5": "訂單".encode("big5"),
    "text that is cut within a letter": "訂單".encode()[:-1],
    "TIFF": b"II*\x00" + bytes(100),
    "Matroska": b"\x1aE\xdf\xa3\x9fB\x82\x88matroska" + bytes(100),
    "AVIF": b"\x00\x00\x00\x1cftypavif" + bytes(100),
    "AVI": b"RIFF\x24\x00\x00\x00AVI LIST" + bytes(100),
}


@one_database
@pytest.mark.parametrize("what", REFUSED)
async def test_what_could_run_or_cannot_be_shown_is_refused_whatever_its_name(cabinet: Cabinet, what: str) -> None:
    assert await cabinet.refuses(REFUSED[what], "photo.jpg") == "bad_type"


BAD_PICTURES: dict[str, Callable[[], bytes]] = {
    "10,000 pixels square": pictures.huge_png,
    "a JPEG cut in the middle": lambda: pictures.jpeg(600, 400)[:1500],
    "a PNG cut in the middle": lambda: pictures.png(600, 400)[:200],
    "a GIF cut in the middle": lambda: pictures.moving("GIF")[:400],
    "a WebP cut in the middle": lambda: pictures.moving("WEBP")[:600],
    "only the start of a JPEG": lambda: b"\xff\xd8\xff\xe0",
    "a PNG that is noise": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
    "a GIF that is a script": lambda: b"GIF89a/*" + b"*/=1;alert(1)//" * 20,
    "a JPEG of a thousand scans": lambda: pictures.jpeg() + b"\xff\xda" * 1000,
}


@one_database
@pytest.mark.parametrize("what", BAD_PICTURES)
async def test_a_picture_that_cannot_be_opened_is_refused_in_words(cabinet: Cabinet, what: str) -> None:
    data = BAD_PICTURES[what]()
    assert len(data) < 100_000
    assert await cabinet.refuses(data) == "bad_picture"


@one_database
async def test_a_picture_that_is_a_page_as_well_is_only_a_picture_afterwards(cabinet: Cabinet) -> None:
    kept = await cabinet.keeps(pictures.jpeg() + pictures.HTML + zip_bomb())
    assert b"<script" not in cabinet.bytes_of(kept)
    assert kept.size < 5000


@one_database
async def test_an_empty_file_is_refused(cabinet: Cabinet) -> None:
    assert await cabinet.refuses(b"") == "empty"


@one_database
async def test_a_file_of_200_mb_is_not_read_to_its_end(cabinet: Cabinet) -> None:
    pulled = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal pulled
        for _ in range(200):
            pulled += 1
            yield bytes(MB)

    with pytest.raises(FileRefused, match="20 MB"):
        await cabinet.files.take(OWNER, endless(), "film.mp4")
    assert pulled == 21
    assert cabinet.stored() == set()
    assert await cabinet.refuses(endless(), "film.mp4") == "too_large"


@one_database
async def test_a_file_that_says_it_is_too_large_is_not_read_at_all(cabinet: Cabinet) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("was read")
        yield b""

    with pytest.raises(FileRefused):
        await cabinet.files.take(OWNER, never(), "film.mp4", MAX_BYTES + 1)


async def test_the_largest_file_is_taken(cabinet: Cabinet) -> None:
    whole = pictures.MP4 + bytes(MAX_BYTES - len(pictures.MP4))
    assert (await cabinet.keeps(whole, "film.mp4")).size == MAX_BYTES
    assert await cabinet.refuses(whole + b"\0", "film.mp4") == "too_large"


@one_database
async def test_a_packed_upload_is_measured_unpacked(cabinet: Cabinet) -> None:
    headers = {"Content-Encoding": "gzip", "X-Owner": OWNER}
    bomb = gzip.compress(bytes(60 * MB))
    async with cabinet.session.post(f"{cabinet.address}/take", data=bomb, headers=headers) as response:
        assert (await response.json())["code"] in ("too_large", "unavailable")
    assert cabinet.stored() == set()


# Limits


async def test_an_owner_may_send_twenty_files_an_hour(cabinet: Cabinet) -> None:
    for _ in range(ALLOWANCES["contact"].files):
        await cabinet.keeps(pictures.PDF, "a.pdf")
    assert await cabinet.refuses(pictures.PDF) == "too_many"
    await cabinet.keeps(pictures.PDF, owner="contact:widget:visitor-2")
    await cabinet.keeps(pictures.PDF, owner="agent:1")
    cabinet.clock.move(3601)
    await cabinet.keeps(pictures.PDF)


async def test_an_owner_may_send_a_hundred_megabytes_an_hour(cabinet: Cabinet) -> None:
    film = pictures.MP4 + bytes(MAX_BYTES - len(pictures.MP4))
    for _ in range(5):
        await cabinet.keeps(film, "film.mp4")
    assert await cabinet.refuses(film, "film.mp4") == "too_many"


async def test_an_owner_may_send_only_so_many_at_the_same_time(cabinet: Cabinet) -> None:
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield pictures.PDF
        await go_on.wait()

    taking = [asyncio.create_task(cabinet.files.take(OWNER, slow(), "a.pdf")) for _ in range(MAX_AT_ONCE)]
    await cabinet.until(lambda: len(cabinet.stored()) == MAX_AT_ONCE)
    with pytest.raises(FileRefused) as refused:
        await cabinet.files.take(OWNER, slow(), "a.pdf")
    assert refused.value.code == "too_fast"
    go_on.set()
    await asyncio.gather(*taking)
    await cabinet.keeps(pictures.PDF)


@one_database
async def test_the_last_of_the_disk_is_left_to_the_database(cabinet: Cabinet) -> None:
    cabinet.disk["free"] = KEEP_FREE - 1
    assert await cabinet.refuses(pictures.PDF) == "unavailable"
    cabinet.disk["free"] = KEEP_FREE
    await cabinet.keeps(pictures.PDF)


@one_database
async def test_a_disk_that_fills_up_meanwhile_keeps_nothing_half(cabinet: Cabinet) -> None:
    async def fills_up() -> AsyncIterator[bytes]:
        yield pictures.MP4
        assert len(cabinet.stored()) == 1
        cabinet.disk["free"] = 0
        yield bytes(MB)

    with pytest.raises(FileRefused) as refused:
        await cabinet.files.take(OWNER, fills_up(), "film.mp4")
    assert refused.value.code == "unavailable"
    assert cabinet.stored() == set()


@one_database
async def test_a_folder_that_cannot_be_written_is_a_sentence_not_a_crash(cabinet: Cabinet) -> None:
    cabinet.folder.write_text("in the way")
    with pytest.raises(FileRefused) as refused:
        await cabinet.files.take(OWNER, _pieces(pictures.PDF), "a.pdf")
    assert refused.value.code == "unavailable"


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_a_sender_who_goes_away_leaves_nothing_behind(cabinet: Cabinet) -> None:
    host, port = cabinet.address.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /take HTTP/1.1\r\nHost: x\r\nX-Owner: {OWNER}\r\nContent-Length: 1000000\r\n\r\n"
    writer.write(head.encode() + pictures.MP4 + bytes(300_000))
    await writer.drain()
    await cabinet.until(lambda: bool(cabinet.stored()))
    writer.transport.abort()
    await cabinet.until(lambda: not cabinet.stored())
    assert await cabinet.database.read(module.count, OWNER, cabinet.clock.now()) == 0


# Who may see it


@one_database
async def test_an_address_is_good_for_an_hour(cabinet: Cabinet) -> None:
    kept = await cabinet.keeps(pictures.jpeg())
    address = cabinet.files.address(kept, cabinet.address)
    async with cabinet.session.get(address) as response:
        assert response.status == 200
        assert await response.read() == cabinet.bytes_of(kept)
        assert response.headers["Content-Type"] == "image/jpeg"
        assert response.headers["Content-Disposition"].startswith("inline")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.headers["Cache-Control"] == "private, max-age=3600"
    cabinet.clock.move(3599)
    assert await _status(cabinet, address) == 200
    cabinet.clock.move(1)
    assert await _status(cabinet, address) == 403


async def _status(cabinet: Cabinet, address: str) -> int:
    async with cabinet.session.get(address) as response:
        return response.status


@one_database
async def test_a_forged_or_borrowed_signature_opens_nothing(cabinet: Cabinet) -> None:
    mine, other = await cabinet.keeps(pictures.jpeg()), await cabinet.keeps(pictures.PDF)
    parts = urlsplit(cabinet.files.address(mine))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    foreign = Files(cabinet.database, cabinet.folder, cabinet.clock, "z" * 40).address(mine)
    for path, until, signature in (
        (parts.path, query["until"], "0" * 64),
        (parts.path, str(int(query["until"]) + 1), query["signature"]),
        (parts.path, "", ""),
        (parts.path, "x", "é\udcff".encode("utf-8", "replace").decode()),
        (f"/files/{other.key}/a.pdf", query["until"], query["signature"]),
        (parts.path, query["until"], parse_qs(urlsplit(foreign).query)["signature"][0]),
    ):
        url = f"{cabinet.address}{path}"
        async with cabinet.session.get(url, params={"until": until, "signature": signature}) as response:
            assert response.status == 403
    assert await _status(cabinet, f"{cabinet.address}{parts.path}") == 403
    assert await _status(cabinet, f"{cabinet.address}/files/..%2f..%2fbaton.db/x") == 404


@one_database
async def test_documents_are_saved_not_opened(cabinet: Cabinet) -> None:
    for data, type_ in ((pictures.PDF, "application/pdf"), ("好".encode(), "text/plain; charset=utf-8")):
        kept = await cabinet.keeps(data, "回條")
        async with cabinet.session.get(cabinet.files.address(kept, cabinet.address)) as response:
            assert response.headers["Content-Type"] == type_
            assert response.headers["Content-Disposition"].startswith('attachment; filename="__')


@one_database
async def test_players_may_ask_for_a_part(cabinet: Cabinet) -> None:
    kept = await cabinet.keeps(pictures.MP4, "film.mp4")
    address = cabinet.files.address(kept, cabinet.address)
    async with cabinet.session.get(address, headers={"Range": "bytes=4-7"}) as response:
        assert (response.status, await response.read()) == (206, b"ftyp")
    async with cabinet.session.head(address) as response:
        assert response.headers["Content-Length"] == str(kept.size)


async def test_agents_need_no_signature_but_a_key_that_exists(cabinet: Cabinet) -> None:
    kept = await cabinet.keeps(pictures.jpeg())
    async with cabinet.session.get(f"{cabinet.address}/show/{kept.key}") as response:
        assert response.status == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert await _status(cabinet, f"{cabinet.address}/show/{'x' * 32}") == 404
    assert await _status(cabinet, f"{cabinet.address}/show/..%2f..%2fbaton.db") == 404


# Messages


async def test_a_file_belongs_to_one_message_of_its_owner(cabinet: Cabinet) -> None:
    write, now = cabinet.database.write, cabinet.clock.now()
    first = (await write(a.write, now)).message_id
    second = (await write(a.write, now)).message_id
    one, two = await cabinet.keeps(pictures.jpeg()), await cabinet.keeps(pictures.PDF)
    await write(module.claim_for_message, first, [one.key, two.key], OWNER)
    await write(module.claim_for_message, first, [one.key, two.key], OWNER)
    with pytest.raises(BadInput):
        await write(module.claim_for_message, second, [one.key], OWNER)
    found = await cabinet.database.read(module.of_messages, [first, second])
    assert found.keys() == {first}
    assert set(found[first]) == {one, two}


async def test_foreign_and_unknown_files_cannot_be_sent_and_nothing_is_bound_by_halves(cabinet: Cabinet) -> None:
    message = (await cabinet.database.write(a.write, cabinet.clock.now())).message_id
    mine, foreign = await cabinet.keeps(pictures.PDF), await cabinet.keeps(pictures.PDF, owner="agent:7")
    for keys in ([mine.key, foreign.key], [mine.key, "x" * 32]):
        with pytest.raises(BadInput):
            await cabinet.database.write(module.claim_for_message, message, keys, OWNER)
    await cabinet.database.write(module.claim_for_message, message, [], OWNER)
    assert await cabinet.database.read(module.of_messages, [message]) == {}


async def test_of_two_messages_at_once_one_gets_the_file(cabinet: Cabinet) -> None:
    messages = [(await cabinet.database.write(a.write, cabinet.clock.now())).message_id for _ in range(2)]
    kept = await cabinet.keeps(pictures.PDF)
    told = await asyncio.gather(
        *(cabinet.database.write(module.claim_for_message, m, [kept.key], OWNER) for m in messages),
        return_exceptions=True,
    )
    assert {type(result) for result in told} == {BadInput, type(None)}


# Tidying up


async def test_what_was_never_sent_is_forgotten_after_a_day(cabinet: Cabinet) -> None:
    message = (await cabinet.database.write(a.write, cabinet.clock.now())).message_id
    sent, unsent = await cabinet.keeps(pictures.jpeg()), await cabinet.keeps(pictures.PDF)
    await cabinet.database.write(module.claim_for_message, message, [sent.key], OWNER)
    orphan, draft, fresh = (cabinet.files.path(sent.key).with_name(name) for name in ("x" * 32, "y.part", "z" * 32))
    for path in (orphan, draft, fresh):
        path.write_bytes(b"left over")
    _date(cabinet, orphan, draft, *map(cabinet.files.path, (sent.key, unsent.key)))
    cabinet.clock.move(24 * 3600 - 1)
    _date(cabinet, fresh)
    assert await cabinet.files.forget_unsent(JOB) == FORGET_EVERY
    assert cabinet.files.path(unsent.key).exists() and orphan.exists()
    cabinet.clock.move(2)
    await cabinet.files.forget_unsent(JOB)
    assert cabinet.stored() == {cabinet.files.path(sent.key), fresh}
    with pytest.raises(BadInput):
        await cabinet.database.write(module.claim_for_message, message, [unsent.key], OWNER)


def _date(cabinet: Cabinet, *paths: Path) -> None:
    """Stamp them with the moved clock's time."""
    for path in paths:
        os.utime(path, (cabinet.clock.now().timestamp(),) * 2)


async def test_an_allowance_that_is_used_up_meanwhile_leaves_no_bytes(cabinet: Cabinet) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield pictures.PDF
        for _ in range(ALLOWANCES["contact"].files):
            await cabinet.keeps(pictures.PDF)

    with pytest.raises(FileRefused) as refused:
        await cabinet.files.take(OWNER, slow(), "a.pdf")
    assert refused.value.code == "too_many"
    assert len(cabinet.stored()) == ALLOWANCES["contact"].files
