"""The customers' chat on other shops' pages: a real Chromium, foreign origins, files, forms, what both sides see."""

import asyncio
import base64
import gzip
import html
import io
import json
import mimetypes
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import jwt
import pytest
import pytest_asyncio
from aiohttp import web
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from bot.settings import ROOT
from nlu.versions import Version
from tests.e2e.browser import ANSWER_MS, Customer, Scheme, an_agent, fits
from tests.e2e.conftest import with_model
from tests.e2e.program import Desk, Program, running, signed_in
from tests.servers import free_port

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SECRET = "a-secret-of-the-shop-for-tests-only"
BUDGET = 10 * 1024
ORDER = "Where is my parcel XM20261003?"
PHONE = (375, 812)
SMALLEST = (320, 568)
ACCENTS = ("#0f766e", "#ffffff", "#000000", "#ffe600", "#00ff00", "#ff0000", "#0000ff", "#777777", "#f5a3c7", "#8ab4f8")
READABLE = 4.5

Shoot = Callable[[Page, str], Any]


class Shops:
    """Pages of shops that embed the chat, on an origin of their own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.pages: dict[str, tuple[str, str]] = {}

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(
        self, program: Program, *, rtl: bool = False, policy: bool = False, charset: bool = True, **attributes: str
    ) -> str:
        """The address of a page with the one script tag. With `policy` it allows the chat's server and nothing else."""
        told = " ".join(f'data-{name.replace("_", "-")}="{html.escape(value)}"' for name, value in attributes.items())
        path = f"/{len(self.pages)}"
        declared = '<meta charset="utf-8">' if charset else ""
        body = (
            f'<!doctype html><html lang="en" dir="{"rtl" if rtl else "ltr"}">{declared}'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>'
            f"<h1>Shop</h1><p>{'word ' * 400}</p>"
            f'<script src="{program.address}/widget.js" {told} defer></script></html>'
        )
        server, socket = program.address, program.address.replace("http", "ws", 1)
        rules = (
            f"default-src 'none'; script-src {server}; connect-src {server} {socket}; img-src {server}; "
            f"media-src {server}; style-src {server}"
        )
        self.pages[path] = (body, rules if policy else "")
        return self.origin + path

    async def serve(self, request: web.Request) -> web.Response:
        body, rules = self.pages[request.path]
        headers = {"Content-Type": "text/html", **({"Content-Security-Policy": rules} if rules else {})}
        return web.Response(body=body.encode(), headers=headers)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shops() -> AsyncIterator[Shops]:
    shops = Shops()
    app = web.Application()
    app.router.add_get(r"/{page:\d+}", shops.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", shops.port).start()
    yield shops
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def program(shops: Shops, model: Version, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    """A program that lets the other origin in and knows the shop's secret."""
    data = with_model(tmp_path_factory.mktemp("widget") / "data", model)
    async with running(data, BATON_ORIGINS=shops.origin, BATON_IDENTITY_SECRET=SECRET) as started:
        yield started


class Visitor(Customer):
    """A customer on a shop's page, and what the browser complained about meanwhile."""

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page, address)
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.add("/".join(request.url.split("/", 3)[:3])))
        self.launcher = page.get_by_test_id("launcher")
        self.notice = page.get_by_test_id("notice")
        self.uploads = page.get_by_test_id("upload")

    async def comes(self, address: str) -> None:
        await self.page.goto(address)
        await self.opens_chat()
        await expect(self.page.get_by_test_id("attach")).to_be_enabled()

    async def chooses(self, *files: tuple[str, bytes]) -> None:
        chosen = [{"name": name, "mimeType": mimetypes.guess_type(name)[0], "buffer": it} for name, it in files]
        await self.page.get_by_test_id("attach-input").set_input_files(chosen)  # type: ignore[arg-type]

    async def pastes(self, name: str, content: bytes) -> None:
        await self._hands_over("paste", name, content)

    async def drops(self, name: str, content: bytes) -> None:
        await self._hands_over("drop", name, content)

    async def _hands_over(self, way: str, name: str, content: bytes) -> None:
        await self.composer.evaluate(
            """(box, [way, name, content]) => {
                const data = new DataTransfer();
                const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
                data.items.add(new File([bytes], name, { type: "image/png" }));
                const more = { bubbles: true, composed: true, cancelable: true };
                if (way === "paste") box.dispatchEvent(new ClipboardEvent(way, { ...more, clipboardData: data }));
                else for (const event of ["dragover", way])
                    box.dispatchEvent(new DragEvent(event, { ...more, dataTransfer: data }));
            }""",
            [way, name, base64.b64encode(content).decode()],
        )

    async def waits_for_a_person(self) -> None:
        await self.page.get_by_test_id("person").click()
        await expect(self.page.get_by_test_id("cancel-wait")).to_be_visible()


@asynccontextmanager
async def a_visitor(
    browser: Browser,
    program: Program,
    *,
    size: tuple[int, int] = (1280, 800),
    touch: bool = False,
    scheme: Scheme = "light",
    context: BrowserContext | None = None,
) -> AsyncIterator[Visitor]:
    own = context or await browser.new_context(
        locale="en",
        viewport={"width": size[0], "height": size[1]},
        has_touch=touch,
        is_mobile=touch,
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    try:
        yield Visitor(await own.new_page(), program.address)
    finally:
        if context is None:
            await own.close()


def a_picture(colour: str, kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (640, 400), colour).save(made, kind)
    return made.getvalue()


async def is_drawn(picture: Locator) -> bool:
    await picture.scroll_into_view_if_needed()
    return bool(await picture.evaluate("async (it) => { await it.decode(); return it.naturalWidth > 0; }"))


def word(sub: str, minutes: float = 10, **claims: str) -> str:
    """The shop's on who is logged in."""
    return jwt.encode({"sub": sub, "exp": int(time.time() + minutes * 60), **claims}, SECRET, algorithm="HS256")


async def newest(desk: Desk) -> int:
    """The conversation that began last among those that wait."""
    return max(int(row["id"]) for row in await desk.queue())


async def until(desk: Desk, conversation: int, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(ANSWER_MS / 1000):
        while not is_so(found := await desk.get(f"/conversations/{conversation}")):
            await asyncio.sleep(0.1)
    return found


async def test_what_a_page_loads_stays_small() -> None:
    assets = ROOT / "bot" / "assets"
    sizes = {name: len(gzip.compress((assets / name).read_bytes(), 9)) for name in ("widget.js", "widget-panel.js")}
    assert sizes["widget.js"] <= BUDGET, sizes
    assert sizes["widget-panel.js"] <= 12 * 1024, sizes
    assert len(gzip.compress((assets / "widget-rating.js").read_bytes(), 9)) <= 3 * 1024


async def test_pictures_by_picker_clipboard_and_drop_and_a_refused_file(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    async with signed_in(program) as mei, a_visitor(chromium, program) as visitor:
        await visitor.comes(shops.page(program))
        await visitor.chooses(("scratch.png", a_picture("teal")), ("setup.exe", b"MZ" + bytes(600)))
        refused = visitor.uploads.filter(has_text="setup.exe")
        await expect(refused).to_have_attribute("data-state", "failed")
        await expect(refused).to_contain_text("PDF")
        await visitor.pastes("pasted.png", a_picture("orange"))
        await visitor.drops("dropped.png", a_picture("purple"))
        await expect(visitor.page.locator('[data-testid="upload"][data-state="done"]')).to_have_count(3)
        await shoot(visitor.page, "60-tray")
        await refused.get_by_test_id("upload-remove").click()
        await visitor.uploads.filter(has_text="dropped.png").get_by_test_id("upload-remove").click()
        await visitor.says("Look at this")
        await expect(visitor.uploads).to_have_count(0)
        pictures = visitor.by("contact").get_by_test_id("picture")
        await expect(pictures).to_have_count(2)
        for picture in await pictures.all():
            assert await is_drawn(picture)
        await expect(visitor.page.get_by_test_id("cancel-wait"), "a picture is for a person").to_be_visible()
        await shoot(visitor.page, "61-pictures")
        found = await mei.get(f"/conversations/{await newest(mei)}")
        sent = [m for m in found["messages"] if m["files"]]
        assert [file["name"] for message in sent for file in message["files"]] == ["scratch.png", "pasted.png"]
        assert sent[0]["text"] == "Look at this"

        async with visitor.page.expect_popup() as opened:
            await pictures.first.click()
        assert "/files/" in (await opened.value).url


async def test_an_upload_that_broke_is_tried_again_and_too_many_are_told(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    async with a_visitor(chromium, program) as visitor:
        await visitor.comes(shops.page(program))
        await visitor.page.route("**/widget/files", lambda route: route.abort())
        await visitor.chooses(("a.png", a_picture("teal")))
        await expect(visitor.uploads).to_have_attribute("data-state", "failed")
        await expect(visitor.page.get_by_test_id("send")).to_be_disabled()
        await visitor.page.unroute("**/widget/files")
        await visitor.page.get_by_test_id("upload-retry").click()
        await expect(visitor.uploads).to_have_attribute("data-state", "done")
        await visitor.chooses(*[(f"{n}.png", a_picture("teal")) for n in range(6)])
        await expect(visitor.notice).to_contain_text("5")
        await expect(visitor.uploads).to_have_count(5)
        await expect(visitor.page.locator('[data-testid="upload"][data-state="done"]')).to_have_count(5)
        await shoot(visitor.page, "62-five-files")
        await visitor.page.get_by_test_id("send").click()
        await expect(visitor.by("contact").get_by_test_id("picture")).to_have_count(5)


async def test_a_message_waits_for_its_files_and_goes_by_itself(
    chromium: Browser, program: Program, shops: Shops
) -> None:
    async with a_visitor(chromium, program) as visitor:
        await visitor.comes(shops.page(program))
        let_go = asyncio.Event()

        async def slowly(route: Any) -> None:
            await let_go.wait()
            await route.continue_()

        await visitor.page.route("**/widget/files", slowly)
        await visitor.chooses(("late.png", a_picture("teal")))
        await visitor.says("Here it comes")
        await expect(visitor.uploads).to_have_attribute("data-state", "running")
        await expect(visitor.composer).to_have_value("Here it comes")
        let_go.set()
        await expect(visitor.own("Here it comes").get_by_test_id("picture")).to_be_visible()
        await expect(visitor.composer).to_have_value("")


async def test_a_form_is_filled_in_and_goes_away(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    async with a_visitor(chromium, program) as visitor:
        await visitor.comes(shops.page(program))
        await visitor.says(ORDER)
        form = visitor.page.get_by_test_id("form")
        await expect(form).to_be_visible()
        fields = form.get_by_test_id("form-field")
        await form.get_by_test_id("form-submit").click()
        await expect(fields.first).to_have_attribute("aria-invalid", "true")
        await expect(fields.first).to_be_focused()
        await shoot(visitor.page, "63-form-empty")
        await form.get_by_label("Last three digits").fill("668")
        await form.get_by_test_id("form-submit").click()
        await expect(visitor.own("668")).to_be_visible()
        await expect(visitor.by("bot").filter(has_text="XM20261003").first).to_be_visible()
        await expect(form).to_have_count(0)
        await shoot(visitor.page, "64-form-answered")

        await visitor.page.reload()
        await visitor.opens_chat()
        await expect(visitor.own("668")).to_be_visible()
        await expect(form).to_have_count(0)


async def test_writing_instead_of_the_form_works_too(chromium: Browser, program: Program, shops: Shops) -> None:
    async with a_visitor(chromium, program) as visitor:
        await visitor.comes(shops.page(program))
        await visitor.says(ORDER)
        await expect(visitor.page.get_by_test_id("form")).to_be_visible()
        await visitor.says("668")
        await expect(visitor.by("bot").filter(has_text="XM20261003").first).to_be_visible()
        await expect(visitor.page.get_by_test_id("form")).to_have_count(0)


async def test_both_sides_see_who_writes_and_what_was_read(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    async with signed_in(program) as mei, a_visitor(chromium, program) as visitor:
        await visitor.comes(shops.page(program))
        await visitor.waits_for_a_person()
        conversation = await newest(mei)
        await visitor.says("The lamp is broken")
        own = visitor.own("The lamp is broken")
        await expect(own).to_have_attribute("data-state", "sent")
        await mei.post(f"/conversations/{conversation}/claim")
        await expect(visitor.name).to_have_text("Mei")
        seq = (await mei.get(f"/conversations/{conversation}"))["row"]["last_seq"]
        await mei.post(f"/conversations/{conversation}/here", {"mode": "typing", "seen_seq": seq}, 204)
        await expect(own).to_have_attribute("data-seen", "true")
        typing = visitor.page.get_by_test_id("typing")
        await expect(typing).to_contain_text("Mei")
        await shoot(visitor.page, "65-seen-and-typing")

        async with mei.feed() as feed:
            await visitor.composer.press_sequentially("Could you", delay=20)
            async with asyncio.timeout(ANSWER_MS / 1000):
                while True:
                    frame = json.loads((await feed.receive()).data)
                    here = frame.get("here", ()) if frame["type"] == "presence" else ()
                    if any(who["agent_id"] is None and who["mode"] == "typing" for who in here):
                        break
        await visitor.composer.fill("")

        await mei.say(conversation, "I am sending you a new one.")
        await expect(visitor.by("agent").filter(has_text="new one")).to_be_visible()
        await expect(typing).to_be_hidden()
        said = (await mei.get(f"/conversations/{conversation}"))["row"]["last_seq"]
        await until(mei, conversation, lambda found: bool(found["row"]["seen_seq"] >= said))

        await visitor.launcher.click()
        await mei.say(conversation, "It leaves today.")
        await expect(visitor.page.get_by_test_id("unread")).to_have_text("1")
        assert (await mei.get(f"/conversations/{conversation}"))["row"]["seen_seq"] == said, "behind a closed panel"
        await visitor.opens_chat()
        await until(mei, conversation, lambda found: bool(found["row"]["seen_seq"] > said))
        await mei.end(conversation, "resolve")


async def test_the_outbox_outlives_the_page_and_two_tabs_stay_in_step(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    context = await chromium.new_context(locale="en", viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = shops.page(program)
    async with (
        a_visitor(chromium, program, context=context) as one,
        a_visitor(chromium, program, context=context) as other,
    ):
        await one.comes(page)
        await one.waits_for_a_person()
        await other.comes(page)
        await context.set_offline(True)
        await one.says("first")
        await one.says("second")
        offline = one.page.get_by_test_id("offline")
        await expect(offline).to_contain_text("2")
        await expect(one.own("second")).to_have_attribute("data-state", "sending")
        await shoot(one.page, "66-offline")
        await one.page.close()
        await context.set_offline(False)
        for words in ("first", "second"):
            await expect(other.own(words)).to_have_count(1)
            await expect(other.own(words)).to_have_attribute("data-state", "sent")
        async with a_visitor(chromium, program, context=context) as third:
            await third.comes(page)
            await expect(third.messages).to_have_count(await other.messages.count())
            await third.says("third")
            await expect(other.own("third")).to_be_visible()
    await context.close()


async def test_a_page_that_reads_from_right_to_left(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    async with a_visitor(chromium, program) as visitor:
        await visitor.comes(shops.page(program, rtl=True, locale="en"))
        await visitor.says("How long does delivery take?")
        await expect(visitor.by("bot").first).to_be_visible()
        launcher, panel = await visitor.launcher.bounding_box(), await visitor.panel.bounding_box()
        assert launcher and panel
        assert launcher["x"] < 100 and panel["x"] < 100, "at the end of the line, which is left"
        composer, send = await visitor.composer.bounding_box(), await visitor.page.get_by_test_id("send").bounding_box()
        assert composer and send and composer["x"] < send["x"], "the chat itself reads from left to right"
        await fits(visitor.page)
        await shoot(visitor.page, "67-rtl")


async def test_a_strict_page_of_another_origin_needs_to_allow_nothing_but_the_server(
    chromium: Browser, program: Program, shops: Shops
) -> None:
    async with a_visitor(chromium, program) as visitor:
        await visitor.comes(shops.page(program, policy=True, accent="#b3005e", theme="dark", offset="24 40"))
        await visitor.chooses(("scratch.png", a_picture("teal")))
        await expect(visitor.uploads.locator("canvas")).to_be_visible()
        await visitor.says("Look at this")
        assert await is_drawn(visitor.by("contact").get_by_test_id("picture"))
        await visitor.page.get_by_test_id("phone").click()
        await expect(visitor.page.get_by_test_id("qr").locator("svg")).to_be_visible()
        assert visitor.complaints == []
        assert visitor.asked == {shops.origin, program.address}, "nobody else is asked anything"
        assert await visitor.page.context.cookies() == []
        assert await visitor.page.evaluate("document.cookie") == ""
        box = await visitor.launcher.bounding_box()
        assert box and (round(1280 - box["x"] - box["width"]), round(800 - box["y"] - box["height"])) == (24, 40)


async def test_a_page_that_is_not_let_in_says_so_to_the_customer_and_why_to_its_maker(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    foreign = shops.origin.replace("127.0.0.1", "localhost")
    async with a_visitor(chromium, program) as visitor:
        page = shops.page(program, charset=False, locale="zh-TW")
        await visitor.page.goto(page.replace(shops.origin, foreign))
        await visitor.opens_chat()
        told = visitor.page.get_by_test_id("offline")
        await expect(told, "readable, although the page does not say how it is written").to_have_text("暫時無法使用")
        await expect(visitor.composer).to_have_attribute("placeholder", "輸入訊息…")
        await shoot(visitor.page, "69-not-let-in")
        assert f"BATON_ORIGINS lacks {foreign}" in visitor.complaints
        assert program.log.count(f"origin={foreign}") == 1


async def test_a_long_answer_begins_below_its_question_and_nothing_covers_it(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    async with a_visitor(chromium, program, size=PHONE, touch=True) as visitor:
        await visitor.comes(shops.page(program))
        await visitor.says("How do I put on the screen protector?")
        more = visitor.page.get_by_test_id("new-message")
        await expect(more).to_have_text("More below")
        await shoot(visitor.page, "68-long-answer")
        [log, question, answer, lead] = [
            await node.bounding_box() or {"y": 0.0, "height": 0.0}
            for node in (
                visitor.page.locator(".scroll"),
                visitor.by("contact").first,
                visitor.by("bot").first.locator(".bubble"),
                more,
            )
        ]
        assert log["y"] <= question["y"] < answer["y"] < log["y"] + log["height"]
        assert log["y"] + log["height"] <= lead["y"], "what leads on stands below the words"
        await more.click()
        await expect(more).to_be_hidden()


async def test_whose_clock_the_hours_are_by_is_said_where_it_is_another(
    chromium: Browser, program: Program, shops: Shops
) -> None:
    for language, zone, told in (
        ("zh-TW", "Asia/Taipei", ""),
        ("zh-CN", "Asia/Shanghai", ""),
        ("zh-CN", "Europe/Berlin", " · 台北标准时间"),
        ("en", "Europe/Berlin", " · Taiwan Standard Time"),
    ):
        context = await chromium.new_context(locale=language, timezone_id=zone)
        async with a_visitor(chromium, program, context=context) as visitor:
            await visitor.comes(shops.page(program, locale=language))
            hours = visitor.page.get_by_test_id("hours")
            await expect(hours, f"{language} in {zone}").to_have_text(re.compile(rf"\d:\d\d[^·]*{told}$"))
        await context.close()


async def test_the_shops_page_drives_the_chat(chromium: Browser, program: Program, shops: Shops) -> None:
    async with a_visitor(chromium, program) as visitor:
        page = visitor.page
        await page.goto(shops.page(program, launcher_text="Need a hand?") + "#top&baton-resume=stale-word&x=1")
        await expect(visitor.panel, "a link of ours opens the chat").to_be_visible()
        assert await page.evaluate("location.hash") == "#top&x=1", "and its word leaves the address bar"
        await page.evaluate(
            """() => {
                window.heard = [];
                for (const event of ["open", "close", "unread"]) Baton.on(event, (it) => heard.push([event, it]));
            }"""
        )
        await page.evaluate("Baton.close()")
        await expect(visitor.panel).to_be_hidden()
        await expect(visitor.launcher).to_have_accessible_name("Need a hand?")
        await expect(visitor.launcher).to_contain_text("Need a hand?")
        await page.evaluate("Baton.open('How long?')")
        await expect(visitor.composer).to_have_value("How long?")
        assert [event for event, _ in await page.evaluate("heard")] == ["close", "open"]


async def test_a_login_leads_to_the_same_conversation_and_a_logout_leaves_nothing(
    chromium: Browser, program: Program, shops: Shops
) -> None:
    async with a_visitor(chromium, program) as phone, a_visitor(chromium, program) as desk:
        await phone.comes(shops.page(program, identity=word("lin")))
        await phone.says("I want to talk to a person")
        await expect(phone.own("talk to a person")).to_have_attribute("data-state", "sent")
        await desk.comes(shops.page(program))
        await desk.says("hello")
        await expect(desk.own("hello")).to_have_attribute("data-state", "sent")
        await desk.page.evaluate("word => Baton.identify(word)", word("lin"))
        await expect(desk.own("talk to a person")).to_be_visible()
        await desk.page.evaluate("word => Baton.identify(word)", word("wang"))
        await expect(desk.own("talk to a person")).to_have_count(0)
        await phone.page.evaluate("Baton.identify('')")
        await expect(phone.messages).to_have_count(0)
        await phone.page.reload()
        await phone.opens_chat()


async def test_the_console_calls_a_customer_by_name_and_who_gave_none_a_visitor(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    async with (
        an_agent(chromium, program, "en") as mei,
        a_visitor(chromium, program) as emma,
        a_visitor(chromium, program) as nameless,
        a_visitor(chromium, program) as stranger,
    ):
        await mei.page.add_init_script(
            """window.told = [];
            Document.prototype.hasFocus = () => false;
            window.Notification = class {
                static permission = "granted";
                constructor(_, { body }) { told.push(body); }
                close() {}
            };"""
        )
        await mei.page.reload()
        for visitor, login, called in (
            (emma, word("emma", name="EMMA"), "EMMA"),
            (nameless, word("no-name"), r"Visitor \w{4}"),
            (stranger, "", r"Visitor \w{4}"),
        ):
            name = re.compile(f"^{called}$")
            known = await mei.queue()
            await visitor.comes(shops.page(program, identity=login) if login else shops.page(program))
            await visitor.waits_for_a_person()
            row = await mei.newcomer(known)
            await expect(row.locator("b").first).to_have_text(name)
            assert re.match(f"{called} · ", (await mei.page.evaluate("told")).pop()), "the notification"
            await mei.claims(row)
            await expect(mei.page.get_by_test_id("conversation").locator("h2")).to_have_text(name)
            card = mei.page.get_by_test_id("customer")
            await expect(card.locator("h2")).to_have_text(name)
            await expect(card.get_by_test_id("identified")).to_have_attribute("data-value", str(bool(login)).lower())
            await shoot(mei.page, f"75-called-{'EMMA' if visitor is emma else 'visitor'}")
            await mei.resolves()
            await expect(mei.page.get_by_test_id("toast")).to_contain_text(re.compile(f"Resolved: {called}"))


async def test_two_tabs_with_and_without_a_login_leave_each_other_alone(
    chromium: Browser, program: Program, shops: Shops
) -> None:
    context = await chromium.new_context(locale="en", viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    async with (
        a_visitor(chromium, program, context=context) as customer,
        a_visitor(chromium, program, context=context) as stranger,
        a_visitor(chromium, program, context=context) as late,
    ):
        sockets: list[str] = []
        for visitor in (customer, stranger, late):
            visitor.page.on("websocket", lambda socket: sockets.append(socket.url))
        await customer.comes(shops.page(program, identity=word("chen")))
        await customer.says("the customer's words")
        await expect(customer.own("the customer's words")).to_have_attribute("data-state", "sent")
        await stranger.comes(shops.page(program))
        await stranger.says("a stranger's words")
        await expect(stranger.own("a stranger's words")).to_have_attribute("data-state", "sent")
        await late.comes(shops.page(program, identity=word("chen", minutes=-60)))
        await expect(late.own("a stranger's words"), "a word of yesterday is none").to_be_visible()
        for visitor in (customer, stranger):
            await visitor.page.reload()
            await visitor.opens_chat()
        await expect(customer.own("the customer's words")).to_be_visible()
        await expect(customer.own("a stranger's words")).to_have_count(0)
        await expect(stranger.own("a stranger's words")).to_be_visible()
        await expect(stranger.own("the customer's words")).to_have_count(0)
        assert len(sockets) <= 12, "nobody sends the others back to the door"
        await late.page.evaluate("word => Baton.identify(word)", word("chen"))
        await expect(late.own("the customer's words")).to_be_visible()
    await context.close()


async def test_a_page_whose_chat_a_login_took_along_starts_afresh_and_shows_the_answers(
    chromium: Browser, program: Program, shops: Shops
) -> None:
    context = await chromium.new_context(locale="en", viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    async with (
        a_visitor(chromium, program, context=context) as one,
        a_visitor(chromium, program, context=context) as other,
    ):
        await one.comes(shops.page(program))
        await one.says("before the login")
        await other.comes(shops.page(program))
        await expect(other.own("before the login")).to_be_visible()
        await one.page.evaluate("word => Baton.identify(word)", word("zhou"))
        await expect(other.own("before the login")).to_have_count(0)
        await expect(one.own("before the login")).to_be_visible()
        await other.says("How long does delivery take?")
        await expect(other.by("bot").first).to_be_visible()
        await expect(one.own("How long does delivery take?")).to_have_count(0)
    await context.close()


async def test_a_photo_from_the_phone_lands_in_the_conversation(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    async with a_visitor(chromium, program) as visitor, a_visitor(chromium, program, size=PHONE, touch=True) as phone:
        await visitor.comes(shops.page(program))
        async with visitor.page.expect_response("**/widget/photo-link") as answered:
            await visitor.page.get_by_test_id("phone").click()
        link = (await (await answered.value).json())["url"]
        sheet = visitor.page.get_by_test_id("phone-sheet")
        await expect(sheet.get_by_test_id("phone-left")).to_contain_text(":")
        await shoot(visitor.page, "68-qr")
        await visitor.page.keyboard.press("Escape")
        await expect(sheet).to_be_hidden()
        await expect(visitor.panel, "Escape closes one thing at a time").to_be_visible()
        await expect(visitor.page.get_by_test_id("phone")).to_be_focused()
        await visitor.page.get_by_test_id("phone").click()
        await expect(sheet.get_by_test_id("qr").locator("svg")).to_be_visible()

        await phone.page.goto(link)
        await shoot(phone.page, "69-phone")
        photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": a_picture("salmon", "JPEG")}
        await phone.page.get_by_test_id("camera").set_input_files(photo)  # type: ignore[arg-type]
        await expect(phone.page.get_by_test_id("preview")).to_be_visible()
        await shoot(phone.page, "70-phone-preview")
        await phone.page.get_by_test_id("send").click()
        await expect(phone.page.get_by_role("status")).to_contain_text("Sent")
        await shoot(phone.page, "71-phone-done")
        assert await is_drawn(visitor.by("contact").get_by_test_id("picture"))
        await expect(sheet, "it has done what it was for").to_be_hidden()
        assert phone.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_any_accent_stays_readable(chromium: Browser, program: Program, shops: Shops, theme: str) -> None:
    async with a_visitor(chromium, program, scheme="dark" if theme == "light" else "light") as visitor:
        await visitor.comes(shops.page(program, theme=theme))
        await visitor.says("hello")
        await expect(visitor.by("bot").first).to_be_visible()
        poor = await visitor.page.evaluate(
            """([accents, readable]) => {
                const host = document.querySelector("baton-chat"), root = host.shadowRoot;
                const paper = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
                const rgb = (colour) => {
                    paper.clearRect(0, 0, 1, 1);
                    paper.fillStyle = colour;
                    paper.fillRect(0, 0, 1, 1);
                    return [...paper.getImageData(0, 0, 1, 1).data];
                };
                const light = (colour) => rgb(colour).slice(0, 3)
                    .map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
                const ground = (node) => {
                    for (; node; node = node.parentElement) {
                        const colour = getComputedStyle(node).backgroundColor;
                        if (rgb(colour)[3] === 255) return colour;
                    }
                };
                const poor = [];
                for (const accent of accents) {
                    host.style.setProperty("--accent", accent);
                    for (const name of [".launcher", ".contact .bubble", ".bot .bubble", ".person", ".intro", "h2",
                                        ".top p", ".foot", ".head b"]) {
                        const node = root.querySelector(name);
                        if (!node || (name !== ".launcher" && !node.offsetParent && name !== "h2")) continue;
                        const pair = [getComputedStyle(node).color, ground(node)];
                        const [low, high] = pair.map(light).sort((one, other) => one - other);
                        const contrast = (high + 0.05) / (low + 0.05);
                        if (contrast < readable) poor.push(`${name} on ${accent}: ${contrast.toFixed(2)} ${pair}`);
                    }
                }
                return poor;
            }""",
            [list(ACCENTS), READABLE],
        )
        assert poor == []
        shown = await visitor.panel.evaluate("it => getComputedStyle(it).backgroundColor")
        assert (shown == "rgb(248, 246, 242)") == (theme == "light"), "the shop's word counts, not the device's"


async def test_the_smallest_phone_has_everything_and_the_keyboard_leaves_the_composer(
    chromium: Browser, program: Program, shops: Shops, shoot: Shoot
) -> None:
    async with a_visitor(chromium, program, size=SMALLEST, touch=True, scheme="dark") as visitor:
        await visitor.comes(shops.page(program))
        await expect(visitor.page.get_by_test_id("camera")).to_be_visible()
        assert await visitor.page.get_by_test_id("camera-input").get_attribute("capture") == "environment"
        await visitor.says(ORDER)
        await expect(visitor.page.get_by_test_id("form")).to_be_visible()
        await visitor.chooses(("a-very-long-name-" * 8 + ".png", a_picture("teal")))
        await expect(visitor.uploads).to_have_attribute("data-state", "done")
        await fits(visitor.page)
        await shoot(visitor.page, "72-smallest")
        await visitor.page.set_viewport_size({"width": SMALLEST[0], "height": 300})
        await visitor.composer.focus()
        box = await visitor.composer.bounding_box()
        assert box and box["y"] + box["height"] <= 300, "above the keyboard"
        await shoot(visitor.page, "73-smallest-keyboard")
        small = await visitor.page.evaluate(
            """() => [...document.querySelector("baton-chat").shadowRoot.querySelectorAll("dialog :is(button, input)")]
                .filter((it) => it.offsetParent && !it.hidden && Math.min(it.offsetHeight, 44) < 32)
                .map((it) => it.className)"""
        )
        assert small == []


async def test_everything_by_keyboard(chromium: Browser, program: Program, shops: Shops) -> None:
    async with a_visitor(chromium, program) as visitor:
        page = visitor.page
        await page.goto(shops.page(program))
        await page.keyboard.press("Tab")
        await expect(visitor.launcher).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(visitor.composer).to_be_focused()
        await expect(page.get_by_test_id("attach")).to_be_enabled()
        reached = []
        for _ in range(12):
            await page.keyboard.press("Shift+Tab")
            focused = await page.evaluate(
                "document.querySelector('baton-chat').shadowRoot.activeElement?.dataset.testid ?? 'page'"
            )
            reached.append(focused)
        assert {"attach", "phone", "person", "close"} <= set(reached)
        assert "page" in reached, "the chat is no trap"
        await visitor.composer.focus()
        await page.keyboard.press("Escape")
        await expect(visitor.panel).to_be_hidden()
        await expect(visitor.launcher).to_be_focused()
        regions = visitor.page.locator('baton-chat [role="log"]')
        assert await regions.count() == 1
