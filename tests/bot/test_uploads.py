"""The widget's uploads over real HTTP: visitors, foreign pages, and phones that come by a link."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels import frames
from bot.channels.entrance import Entrance
from bot.channels.uploads import LINK_S, PHOTOS_PER_LINK, Uploads
from bot.channels.visitors import Origins, hashed, language_asked_for, visitor_key
from bot.replies import shipped
from bot.settings import SettingsError, read
from handoff import desk
from handoff import files as kept
from handoff.db import Database
from handoff.errors import DatabaseBusy
from handoff.files import Files
from handoff.models import Contact, VisitorAlias
from handoff.values import InboundMessage, Media, Recorded
from tests import builders as a
from tests import pictures
from tests.bot.conftest import SHOP
from tests.fakes import MovedClock

TOKEN = "t" * 43
OTHER = "o" * 43
SHOP_PAGE = "https://www.shop.example"
STATUS_OF_CODE = {"too_large": 413, "bad_type": 415, "bad_picture": 422, "empty": 400, "too_many": 429}


@dataclass
class Counter:
    """The widget's uploads, served. Messages are stored, and can be looked at; while `busy` none is."""

    database: Database
    clock: MovedClock
    session: aiohttp.ClientSession
    address: str
    folder: Path
    received: list[InboundMessage] = field(default_factory=list)
    busy: bool = False

    async def on_message(self, message: InboundMessage) -> Recorded:
        if self.busy:
            raise DatabaseBusy("locked")
        recorded = await self.database.write(desk.record_inbound, message, self.clock.now())
        self.received.append(message)
        return recorded

    async def posts(
        self, path: str, data: Any = b"", *, token: str | None = TOKEN, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(self.address + path, data=data, headers=sent) as response:
            return response.status, await response.json()

    async def link(self, token: str = TOKEN) -> str:
        """A photo token, as the phone takes it from the address."""
        status, told = await self.posts("/widget/photo-link", token=token)
        assert status == 201, told
        return urlsplit(frames.PhotoLink.model_validate(told).url).fragment

    async def logs_in(self, token: str = TOKEN) -> str:
        """The customer's key."""
        until = self.clock.now() + timedelta(minutes=10)
        word = jwt.encode({"sub": "ann", "exp": until}, "s" * 40, algorithm="HS256")
        hello = frames.Hello(type="hello", v=1, token=token, identity=word)
        return (await Entrance(self.database, self.clock, "k" * 40, "s" * 40).enter(hello, "en")).key

    async def key(self, token: str = TOKEN) -> str:
        return await self.database.read(visitor_key, token, self.clock.now())


@asynccontextmanager
async def served(
    database: Database, clock: MovedClock, folder: Path, public_url: str | None = None
) -> AsyncIterator[Counter]:
    files, page = Files(database, folder / "files", clock, "k" * 40), folder / "photo.html"
    app = web.Application(handler_args={"handler_cancellation": False, "lingering_time": 0.2})
    files.add_to(app)
    async with aiohttp.ClientSession() as session:
        found = Counter(database, clock, session, "", folder)
        Uploads(
            database,
            files,
            found.on_message,
            shipped(),
            SHOP,
            clock,
            Origins({SHOP_PAGE}),
            "k" * 40,
            public_url,
            page,
        ).add_to(app)
        async with TestServer(app) as server:
            found.address = str(server.make_url("")).rstrip("/")
            yield found


@pytest.fixture
async def counter(database: Database, clock: MovedClock, tmp_path: Path) -> AsyncIterator[Counter]:
    async with served(database, clock, tmp_path) as found:
        yield found


one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database decides."""


async def test_a_visitor_uploads_and_may_send_it_and_see_it(counter: Counter) -> None:
    status, told = await counter.posts("/widget/files", pictures.phone_photo(), X_File_Name=quote("破損.jpg"))
    assert status == 201
    uploaded = frames.Uploaded.model_validate(told)
    assert (uploaded.file.name, uploaded.file.kind, uploaded.file.width) == ("破損.jpg", "image", 40)
    assert uploaded.file.url.startswith(f"{counter.address}/files/")
    async with counter.session.get(uploaded.file.url) as response:
        assert response.status == 200
        assert len(await response.read()) == uploaded.file.size
    message = (await counter.database.write(a.write, counter.clock.now())).message_id
    owner = f"contact:widget:{await counter.key()}"
    await counter.database.write(kept.claim_for_message, message, [uploaded.key], owner)


async def test_a_further_token_of_a_visitor_is_the_same_visitor(counter: Counter) -> None:
    recorded = await counter.database.write(a.write, counter.clock.now(), contact=await counter.key())

    def alias(session: Any) -> None:
        contact = session.query(Contact).one()
        session.add(VisitorAlias(token_hash=hashed(OTHER), contact_id=contact.id, created_at=counter.clock.now()))

    await counter.database.write(alias)
    assert await counter.key(OTHER) == await counter.key()
    _, told = await counter.posts("/widget/files", pictures.PDF, token=OTHER)
    owner = f"contact:widget:{await counter.key()}"
    await counter.database.write(kept.claim_for_message, recorded.message_id, [told["key"]], owner)


@one_database
@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("bad_type", pictures.SVG),
        ("bad_type", pictures.HTML),
        ("bad_type", pictures.EXE),
        ("bad_picture", pictures.huge_png()),
        ("bad_picture", pictures.jpeg(600, 400)[:1500]),
        ("empty", b""),
    ],
)
@pytest.mark.parametrize("language", ["zh-TW", "zh-CN", "en"])
async def test_what_is_not_taken_is_said_in_the_customers_language(
    counter: Counter, code: str, data: bytes, language: Any
) -> None:
    status, told = await counter.posts("/widget/files", data, Accept_Language=language, X_File_Name="photo.jpg")
    assert status == STATUS_OF_CODE[code]
    assert told == {"code": code, "text": shipped().say(f"upload.{code}", language, mb=20)}


@one_database
async def test_too_large_is_said_before_it_is_read(counter: Counter) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield bytes(1024 * 1024)

    status, told = await counter.posts("/widget/files", endless(), Accept_Language="en-GB,en;q=0.9")
    assert (status, told["code"]) == (413, "too_large")
    assert "20 MB" in told["text"]
    assert list(counter.folder.rglob("*.part")) == []


@one_database
async def test_too_many_in_an_hour_is_said(counter: Counter) -> None:
    for _ in range(kept.ALLOWANCES["contact"].files):
        assert (await counter.posts("/widget/files", pictures.PDF))[0] == 201
    status, told = await counter.posts("/widget/files", pictures.PDF)
    assert (status, told["code"]) == (429, "too_many")
    assert (await counter.posts("/widget/files", pictures.PDF, token=OTHER))[0] == 201


@one_database
@pytest.mark.parametrize("path", ["/widget/files", "/widget/photo-link", "/widget/photo"])
@pytest.mark.parametrize("token", [None, "", "short", "t" * 44, "t" * 42 + "/", "x" * 4000])
async def test_without_a_good_token_nothing_is_taken(counter: Counter, path: str, token: str | None) -> None:
    status, told = await counter.posts(path, pictures.PDF, token=token)
    assert (status, told["code"]) == (401, "unauthorized")
    assert told["text"]
    assert counter.received == []


@one_database
async def test_a_database_that_does_not_answer_is_said(counter: Counter) -> None:
    photo = await counter.link()
    counter.busy = True
    status, told = await counter.posts("/widget/photo", pictures.jpeg(), token=photo)
    assert (status, told["code"]) == (503, "unavailable")


# Pages


@one_database
async def test_the_shops_page_may_upload_from_elsewhere(counter: Counter) -> None:
    headers = {
        "Origin": SHOP_PAGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-file-name",
    }
    async with counter.session.options(f"{counter.address}/widget/files", headers=headers) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == SHOP_PAGE
        assert {"authorization", "x-file-name"} <= set(
            re.split(", *", response.headers["Access-Control-Allow-Headers"].lower())
        )
    for data, status in ((pictures.PDF, 201), (pictures.EXE, 415)):
        sent = {"Origin": SHOP_PAGE, "Authorization": f"Bearer {TOKEN}"}
        async with counter.session.post(f"{counter.address}/widget/files", data=data, headers=sent) as response:
            assert response.status == status
            assert response.headers["Access-Control-Allow-Origin"] == SHOP_PAGE
            assert response.headers["Vary"] == "Origin"


@one_database
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://www.shop.example.evil.example"])
async def test_a_foreign_page_may_not(counter: Counter, origin: str) -> None:
    headers = {"Origin": origin, "Authorization": f"Bearer {TOKEN}"}
    for method in ("OPTIONS", "POST"):
        url = f"{counter.address}/widget/files"
        async with counter.session.request(method, url, data=b"", headers=headers) as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers
    assert (await counter.posts("/widget/photo-link", Origin=origin))[0] == 403


@one_database
async def test_our_own_page_may(counter: Counter) -> None:
    assert (await counter.posts("/widget/files", pictures.PDF, Origin=counter.address))[0] == 201


# Photos from the phone


async def test_a_phone_sends_a_photo_into_the_conversation(counter: Counter) -> None:
    photo = await counter.link()
    status, told = await counter.posts("/widget/photo", pictures.phone_photo(), token=photo, Accept_Language="zh-CN")
    assert status == 201
    (message,) = counter.received
    assert (message.channel, message.contact_key, message.locale) == ("widget", await counter.key(), "zh-CN")
    assert message.content == Media("image", files=(told["key"],))


async def test_the_same_photo_again_is_the_same_message(counter: Counter) -> None:
    photo, original = await counter.link(), pictures.phone_photo()
    for _ in range(2):
        assert (await counter.posts("/widget/photo", original, token=photo))[0] == 201
    await counter.posts("/widget/photo", pictures.jpeg(), token=photo)
    first, again, other = (message.source_id for message in counter.received)
    assert first == again != other


async def test_a_link_takes_ten_photos(counter: Counter) -> None:
    counter.clock.move(1)
    photo = await counter.link()
    for width in range(PHOTOS_PER_LINK):
        assert (await counter.posts("/widget/photo", pictures.jpeg(50 + width), token=photo))[0] == 201
    status, told = await counter.posts("/widget/photo", pictures.jpeg(90), token=photo, Accept_Language="en")
    assert (status, told["code"]) == (429, "too_many")
    assert "up to 10 photos" in told["text"]
    counter.clock.move(1)
    assert (await counter.posts("/widget/photo", pictures.jpeg(90), token=await counter.link()))[0] == 201


@one_database
async def test_a_link_is_good_for_ten_minutes(counter: Counter) -> None:
    photo = await counter.link()
    counter.clock.move(LINK_S)
    assert (await counter.posts("/widget/photo", pictures.jpeg(), token=photo))[0] == 201
    counter.clock.move(1)
    status, told = await counter.posts("/widget/photo", pictures.jpeg(), token=photo, Accept_Language="en")
    assert (status, told["code"]) == (401, "unauthorized")
    assert "Open a new one" in told["text"]


async def test_a_link_from_before_the_first_login_does_not_reach_the_chat(counter: Counter) -> None:
    photo = await counter.link()
    assert (await counter.posts("/widget/photo", pictures.jpeg(), token=photo))[0] == 201
    await counter.logs_in()
    status, told = await counter.posts("/widget/photo", pictures.jpeg(90), token=photo, Accept_Language="en")
    assert (status, told["code"]) == (401, "unauthorized")
    assert "Open a new one" in told["text"]
    assert len(counter.received) == 1


async def test_a_link_from_before_the_first_message_does_not_outlive_a_login_either(counter: Counter) -> None:
    photo = await counter.link()
    await counter.logs_in()
    assert (await counter.posts("/widget/photo", pictures.jpeg(), token=photo))[0] == 401
    assert counter.received == []


@pytest.mark.parametrize("times", [1, 2], ids=["first login", "a login of a known customer"])
async def test_what_was_uploaded_just_before_a_login_can_be_sent_after_it(counter: Counter, times: int) -> None:
    for _ in range(times - 1):
        await counter.logs_in(OTHER)
    _, told = await counter.posts("/widget/files", pictures.PDF)
    key = await counter.logs_in()
    await counter.on_message(a.inbound(contact=key, content=Media("file", files=(told["key"],))))


@one_database
async def test_a_changed_link_opens_nothing(counter: Counter) -> None:
    photo = await counter.link()
    link, key, made_at, signature = photo.split(".")
    for forged in (
        f"{link}.{await counter.key(OTHER)}.{made_at}.{signature}",
        f"{link}.{key}.{made_at}.{signature[:-2]}xx",
        f"{link}.{key}.{made_at}",
        key,
    ):
        assert (await counter.posts("/widget/photo", pictures.jpeg(), token=forged))[0] == 401
    assert counter.received == []
    assert (await counter.posts("/widget/files", pictures.jpeg(), token=photo))[0] == 401, "it only takes photos"


@one_database
async def test_a_program_from_the_phone_is_refused_and_no_message(counter: Counter) -> None:
    assert (await counter.posts("/widget/photo", pictures.EXE, token=await counter.link()))[0] == 415
    assert counter.received == []


@one_database
async def test_the_code_shows_the_link(counter: Counter) -> None:
    _, told = await counter.posts("/widget/photo-link")
    shown = frames.PhotoLink.model_validate(told)
    assert shown.url.startswith(f"{counter.address}/photo#")
    assert shown.seconds == LINK_S
    drawn = _modules(shown.qr_path, shown.qr_size)
    assert {row[:4] for row in drawn} == {(False,) * 4}, "a quiet zone"
    assert drawn[4][4:11] == (True,) * 7, "a finder"
    assert drawn[5][4:11] == (True, *(False,) * 5, True)


def _modules(path: str, size: int) -> list[tuple[bool, ...]]:
    dark = {
        (int(y), x)
        for start, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H\d+z", path)
        for x in range(int(start), int(start) + int(width))
    }
    return [tuple((y, x) in dark for x in range(size)) for y in range(size)]


@one_database
async def test_behind_a_proxy_links_lead_to_the_public_address(
    database: Database, clock: MovedClock, tmp_path: Path
) -> None:
    async with served(database, clock, tmp_path, "https://chat.shop.example") as counter:
        _, told = await counter.posts("/widget/photo-link")
        assert told["url"].startswith("https://chat.shop.example/photo#")
        _, told = await counter.posts("/widget/files", pictures.PDF)
        assert told["file"]["url"].startswith("https://chat.shop.example/files/")


@one_database
async def test_the_phones_page_is_served_where_it_is_built(counter: Counter) -> None:
    async with counter.session.get(f"{counter.address}/photo", headers={"Accept-Language": "en"}) as response:
        assert response.status == 404
        assert "in the chat" in await response.text()
    await asyncio.to_thread((counter.folder / "photo.html").write_text, "<title>Photo</title>")
    async with counter.session.get(f"{counter.address}/photo") as response:
        assert response.status == 200
        assert response.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-TW"),
        ("zh-Hant-HK", "zh-TW"),
        ("zh-CN", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-Hans-SG, en", "zh-CN"),
        ("fr-FR, en;q=0.5", "en"),
        ("fr", None),
        ("*", None),
        ("", None),
        (None, None),
        ("zh-TW\x7f;;;,,,", "zh-TW"),
    ],
)
def test_the_first_language_we_speak_is_chosen(header: str | None, language: str | None) -> None:
    assert language_asked_for(header) == language


@pytest.mark.parametrize("url", ["chat.shop.example", "ftp://shop.example", "https://", "https://x.example/?a=1"])
def test_a_public_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match="BATON_PUBLIC_URL"):
        read({"BATON_PUBLIC_URL": url})


def test_a_public_address_loses_its_last_slash() -> None:
    assert read({"BATON_PUBLIC_URL": "https://chat.shop.example/"}).public_url == "https://chat.shop.example"
    assert read({}).public_url is None
