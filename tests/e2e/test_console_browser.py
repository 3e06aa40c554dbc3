"""The agents' console as people use it: by keyboard and by hand, alone and with a colleague, in a real Chromium."""

import asyncio
import base64
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Locator, Page, Route, expect

from tests.e2e.browser import Agent, Customer, Scheme, Shoot, a_context, a_customer, fits
from tests.e2e.program import Program, sign_in_code, signed_in

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MEI, JUN = "mei@xiaoman.example", "jun@xiaoman.example"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mPgL8vDihiGlgQApWE8wYpLEGkAAAAASUVORK5CYII="
)
CANNED = {
    "shortcut": "sorry-late",
    "title": "Late parcel",
    "texts": {
        "zh-TW": "{name} 您好，我是 {agent}，包裹晚到讓您久等了。",
        "en": "Hello {name}, this is {agent}. Sorry your parcel is late.",
    },
}


@asynccontextmanager
async def an_agent(
    browser: Browser,
    program: Program,
    language: str,
    email: str = MEI,
    *,
    phone: bool = False,
    scheme: Scheme = "light",
) -> AsyncIterator[Agent]:
    async with a_context(browser, language, phone=phone, scheme=scheme) as context:
        agent = Agent(await context.new_page(), program.address)
        await agent.signs_in(await sign_in_code(program, email))
        yield agent


@asynccontextmanager
async def a_prepared_answer(program: Program) -> AsyncIterator[dict[str, Any]]:
    async with signed_in(program) as desk:
        known = {response["shortcut"]: response for response in (await desk.get("/canned"))["items"]}
        yield known.get(str(CANNED["shortcut"])) or await desk.post("/canned", CANNED)


async def someone_waits(customer: Customer, agent: Agent, *words: str) -> Locator:
    """A customer has asked for a person; their row in the agent's queue."""
    known = await agent.queue()
    await customer.opens_chat()
    await customer.page.get_by_test_id("person").click()
    row = await agent.newcomer(known)
    for text in words:
        await customer.says(text)
        await expect(customer.own(text)).to_have_attribute("data-state", "sent")
    return row


async def id_of(row: Locator) -> str:
    return await row.get_attribute("data-id") or ""


def row_of(agent: Agent, conversation: str) -> Locator:
    return agent.page.locator(f'[data-testid="row"][data-id="{conversation}"]')


def option(page: Page, text: str) -> Locator:
    return page.get_by_test_id("option").filter(has_text=text)


async def test_two_agents_see_each_other_and_of_two_claims_one_wins(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with (
        an_agent(chromium, program, "zh-TW") as mei,
        an_agent(chromium, program, "en", JUN) as jun,
        a_customer(chromium, program, "zh-TW") as customer,
    ):
        await jun.queue()
        row = await someone_waits(customer, mei)
        with_jun = row_of(jun, await id_of(row))
        await row.click()
        await with_jun.click()
        await expect(mei.page.get_by_test_id("here")).to_contain_text("Jun")
        await expect(row.get_by_test_id("company")).to_contain_text("Jun")
        await expect(jun.page.get_by_test_id("here")).to_contain_text("Mei")

        held: asyncio.Queue[Route] = asyncio.Queue()
        await jun.page.route("**/claim", held.put_nowait)
        await jun.page.get_by_test_id("claim").click()
        late = await held.get()
        await mei.page.get_by_test_id("claim").click()
        await expect(mei.page.get_by_test_id("reply-box")).to_be_visible()
        await late.continue_()
        await expect(jun.page.get_by_test_id("notice")).to_contain_text("Mei")
        await expect(jun.page.get_by_test_id("whose")).to_contain_text("Mei")
        await expect(jun.page.get_by_test_id("reply-box"), "who has it not may leave notes only").to_have_count(0)
        await shoot(jun.page, "60-claim-lost")

        await mei.page.get_by_test_id("reply-box").press_sequentially("您好")
        await expect(jun.page.get_by_test_id("here").locator("[data-mode=typing]")).to_contain_text("Mei")
        await jun.page.get_by_test_id("note-box").fill("She wrote yesterday, too.")
        await jun.page.get_by_test_id("send").click()
        await expect(mei.messages.filter(has_text="She wrote yesterday")).to_have_attribute("data-private", "true")
        await shoot(mei.page, "61-colleague-and-note")
        await mei.resolves()


async def test_a_transfer_takes_the_note_along_and_a_draft_begun_before_is_warned(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with (
        an_agent(chromium, program, "zh-CN") as mei,
        an_agent(chromium, program, "en", JUN) as jun,
        a_customer(chromium, program, "en") as customer,
    ):
        row = await someone_waits(customer, mei)
        conversation = await id_of(row)
        await mei.claims(row)
        await mei.page.get_by_test_id("reply-box").fill("I'll look into the")
        await hands_over(mei, "Jun", "约好今天回电")
        await expect(mei.page.get_by_test_id("toast")).to_contain_text("Jun")
        await expect(mei.page.get_by_test_id("note-box")).to_be_visible()

        await jun.page.get_by_test_id("view-mine").click()
        await row_of(jun, conversation).click()
        await expect(jun.messages.filter(has_text="约好今天回电")).to_have_attribute("data-private", "true")
        await expect(customer.name).to_have_text("Jun")
        await jun.replies("I have booked the call.")
        await hands_over(jun, "Mei")
        await expect(mei.page.get_by_test_id("reply-box")).to_have_value("I'll look into the")
        await expect(mei.page.get_by_test_id("overtaken")).to_contain_text("Jun")
        await shoot(mei.page, "62-overtaken")
        await mei.page.get_by_test_id("acknowledge").click()
        await expect(mei.page.get_by_test_id("overtaken")).to_have_count(0)
        await mei.resolves()


async def hands_over(agent: Agent, to: str, note: str = "") -> None:
    await agent.page.get_by_test_id("transfer").click()
    await option(agent.page, to).click()
    await agent.page.get_by_test_id("transfer-note").fill(note)
    await agent.page.get_by_test_id("transfer-send").click()


async def test_a_conversation_is_found_by_its_words_and_by_its_marks(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with an_agent(chromium, program, "zh-TW") as mei, a_customer(chromium, program, "zh-TW") as customer:
        colour = f"琥珀{uuid.uuid4().hex[:8]}"
        row = await someone_waits(customer, mei, f"想問{colour}檯燈的燈罩", "還有一件事")
        rows, page = mei.page.get_by_test_id("row"), mei.page
        await page.keyboard.press("f")
        await page.keyboard.type(colour)
        await expect(rows).to_have_count(1)
        await expect(row.get_by_test_id("found").locator("mark")).to_have_text(colour)
        await shoot(page, "63-found")
        await page.keyboard.type("x")
        await expect(page.locator(".list-pane .blank-title")).to_be_visible()
        await page.get_by_test_id("widen").click()
        await expect(page.get_by_test_id("search")).to_have_value("")

        await page.get_by_test_id("view-queue").click()
        await mei.claims(row)
        await page.keyboard.press("l")
        await expect(page.get_by_test_id("picker")).to_be_visible()
        await page.keyboard.type("燈罩")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("tag").filter(has_text="燈罩")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("picker")).to_have_count(0)
        await page.keyboard.press("p")
        await expect(page.get_by_test_id("picker")).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("picker")).to_have_count(0)
        await expect(row, "it is in Mine since the claim").to_have_attribute("data-priority", "urgent")
        await page.get_by_test_id("filters").click()
        await page.get_by_test_id("filter-tag").select_option("燈罩")
        await page.get_by_test_id("filter-priority").select_option("low")
        await expect(row).to_have_count(0)
        await page.get_by_test_id("filter-priority").select_option("urgent")
        await expect(row).to_be_visible()
        await shoot(page, "64-filtered")
        await page.get_by_test_id("clear-filters").click()
        await mei.resolves()


async def test_a_conversation_from_claim_to_undo_by_keyboard_alone(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with (
        a_prepared_answer(program),
        an_agent(chromium, program, "en") as mei,
        a_customer(chromium, program, "zh-TW") as customer,
    ):
        row = await someone_waits(customer, mei)
        keyboard = mei.page.keyboard
        await row.focus()
        await keyboard.press("Enter")
        await expect(mei.page.get_by_test_id("claim")).to_be_visible()
        await keyboard.press("c")
        await expect(mei.owner).to_have_attribute("data-status", "open")
        await expect(mei.page.get_by_test_id("reply-box")).to_be_visible()
        await expect(mei.page.get_by_test_id("view-mine"), "the list goes along").to_have_attribute(
            "aria-current", "true"
        )
        await expect(mei.page.locator('[data-testid="row"][aria-current="true"]')).to_be_visible()
        await keyboard.press("/")
        await keyboard.type("sorry-late")
        await expect(mei.page.get_by_test_id("canned-option").first).to_contain_text("Late parcel")
        await shoot(mei.page, "65-canned")
        await keyboard.press("Enter")
        reply = mei.page.get_by_test_id("reply-box")
        await expect(reply, "in the customer's language, with the agent's name").to_have_value(
            re.compile("我是 Mei，包裹晚到")
        )
        await keyboard.press("Control+Enter")
        await expect(customer.by("agent").filter(has_text="我是 Mei")).to_be_visible()
        await keyboard.press("Escape")
        await keyboard.press("e")
        await expect(mei.owner).to_have_attribute("data-status", "resolved")
        await expect(mei.page.get_by_test_id("toast")).to_be_visible()
        await keyboard.press("z")
        await expect(mei.owner).to_have_attribute("data-status", "open")
        await expect(mei.page.get_by_test_id("reply-box")).to_be_visible()

        await keyboard.press("s")
        await expect(mei.page.get_by_test_id("picker")).to_be_visible()
        await keyboard.type("tomorrow")
        await keyboard.press("Enter")
        await expect(mei.owner).to_have_attribute("data-status", "snoozed")
        await keyboard.press("g")
        await keyboard.press("s")
        await expect(mei.page.locator('[data-testid="row"][data-status="snoozed"]').first).to_be_visible()
        await keyboard.press("z")
        await expect(mei.owner).to_have_attribute("data-status", "open")

        await keyboard.press("Control+k")
        await expect(mei.page.get_by_test_id("picker")).to_be_visible()
        await keyboard.type("hand back")
        await keyboard.press("Enter")
        await expect(mei.owner).to_have_attribute("data-status", "pending")


async def test_the_last_words_are_sent_and_the_conversation_resolved_in_one_go(
    chromium: Browser, program: Program
) -> None:
    async with an_agent(chromium, program, "en") as mei, a_customer(chromium, program, "en") as customer:
        await mei.claims(await someone_waits(customer, mei))
        reply = mei.page.get_by_test_id("reply-box")
        await reply.press("Control+Shift+Enter")
        await expect(mei.owner, "without words nothing happens").to_have_attribute("data-status", "open")
        await reply.fill("All settled. Bye!")
        await reply.press("Control+Shift+Enter")
        await expect(customer.by("agent").filter(has_text="All settled")).to_be_visible()
        await expect(mei.owner).to_have_attribute("data-status", "resolved")
        await mei.page.keyboard.press("z")
        await expect(mei.owner, "the keys count again at once").to_have_attribute("data-status", "open")
        await mei.resolves()


async def test_files_go_to_the_customer_and_outlive_a_reload(chromium: Browser, program: Program, shoot: Shoot) -> None:
    async with an_agent(chromium, program, "en") as mei, a_customer(chromium, program, "en") as customer:
        row = await someone_waits(customer, mei)
        await mei.claims(row)
        attachments = mei.page.get_by_test_id("attachment")
        await mei.page.get_by_test_id("file-input").set_input_files(
            [
                FilePayload(name="膜 1.png", mimeType="image/png", buffer=PIXEL),
                FilePayload(name="setup.exe", mimeType="application/octet-stream", buffer=b"MZ" + bytes(200)),
            ]
        )
        refused = attachments.and_(mei.page.locator("[data-state=failed]"))
        await expect(refused).to_contain_text("setup.exe")
        await refused.get_by_test_id("drop-upload").click()
        await expect(attachments).to_have_attribute("data-state", "ready")
        await mei.page.get_by_test_id("reply-box").fill("Like this:")
        await mei.page.reload()
        await expect(attachments).to_contain_text("膜 1.png")
        await expect(mei.page.get_by_test_id("reply-box")).to_have_value("Like this:")
        await shoot(mei.page, "66-attachment")
        await mei.page.get_by_test_id("send").click()
        picture = mei.messages.filter(has_text="Like this:").get_by_test_id("file").locator("img")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("async picture => (await picture.decode(), picture.naturalWidth)") > 0
        await shoot(mei.page, "67-picture-sent")
        await mei.resolves()


async def test_how_far_the_customer_is_and_that_they_type_is_seen(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with an_agent(chromium, program, "en") as mei, a_customer(chromium, program, "en") as customer:
        row = await someone_waits(customer, mei)
        await mei.claims(row)
        await mei.replies("Hello!")
        await expect(mei.page.get_by_test_id("read-state")).to_have_attribute("data-state", "seen")
        await customer.composer.press_sequentially("Well")
        await expect(mei.page.get_by_test_id("customer-typing")).to_be_visible()
        await shoot(mei.page, "68-seen-and-typing")
        await mei.resolves()


async def test_prepared_answers_are_written_in_three_languages_and_deleting_is_undone(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with an_agent(chromium, program, "zh-CN") as mei:
        page = mei.page
        await page.get_by_test_id("page-canned").click()
        await page.get_by_test_id("canned-add").click()
        await page.get_by_test_id("canned-title").fill("营业时间")
        await page.get_by_test_id("canned-shortcut").fill("hours-test")
        await page.get_by_test_id("canned-text-zh-TW").fill("我們每天 9:00 到 21:00 都在。")
        await page.get_by_test_id("canned-text-zh-CN").fill("我们每天 9:00 到 21:00 都在。")
        await page.get_by_test_id("canned-text-en").fill("We're here every day, 9 to 21.")
        await page.get_by_test_id("canned-save").click()
        await expect(page.get_by_test_id("canned-row").filter(has_text="/hours-test")).to_be_visible()
        await shoot(page, "69-canned-page")
        await page.get_by_test_id("canned-delete").click()
        await expect(page.get_by_test_id("canned-row").filter(has_text="/hours-test")).to_have_count(0)
        await page.get_by_test_id("undo").click()
        await page.get_by_test_id("canned-row").filter(has_text="/hours-test").click()
        await expect(page.get_by_test_id("canned-text-en")).to_have_value("We're here every day, 9 to 21.")
        await page.get_by_test_id("canned-delete").click()
        await expect(page.get_by_test_id("canned-row").filter(has_text="/hours-test")).to_have_count(0)


async def test_the_script_tag_follows_the_choices_and_a_foreign_origin_is_told(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with an_agent(chromium, program, "en") as mei:
        page = mei.page
        await page.keyboard.press("g")
        await page.keyboard.press("i")
        await page.get_by_test_id("accent").fill("#ffd400")
        await page.get_by_test_id("position").select_option("left")
        await page.get_by_test_id("install-theme").select_option("dark")
        await page.get_by_test_id("install-locale").select_option("zh-TW")
        await expect(page.get_by_test_id("snippet")).to_have_text(
            f'<script src="{program.address}/widget.js" defer '
            'data-accent="#ffd400" data-position="left" data-theme="dark" data-locale="zh-TW"></script>'
        )
        await expect(page.get_by_test_id("contrast")).to_contain_text("contrast")
        await page.get_by_test_id("origin").fill("elsewhere.example/shop")
        await expect(page.get_by_test_id("origin-said")).to_have_attribute("data-allowed", "false")
        await expect(page.get_by_test_id("origins-hint")).to_contain_text("https://elsewhere.example")
        await page.get_by_test_id("origin").fill(program.address)
        await expect(page.get_by_test_id("origin-said")).to_have_attribute("data-allowed", "true")
        await shoot(page, "70-install")


async def test_dark_is_a_choice_and_availability_is_told_to_colleagues(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with (
        an_agent(chromium, program, "zh-TW") as mei,
        an_agent(chromium, program, "en", JUN) as jun,
    ):
        page = mei.page
        bright = await ground(page)
        await page.get_by_test_id("settings").click()
        await page.get_by_test_id("theme-dark").check(force=True)
        assert await ground(page) != bright
        await shoot(page, "71-dark-settings")
        await page.get_by_test_id("theme-auto").check(force=True)
        assert await ground(page) == bright
        await page.keyboard.press("Escape")
        await page.get_by_test_id("team").click()
        await page.get_by_test_id("availability-away").check(force=True)
        await jun.page.get_by_test_id("team").click()
        colleague = jun.page.get_by_test_id("colleague").filter(has_text="Mei")
        await expect(colleague).to_have_attribute("data-availability", "away")
        await page.get_by_test_id("availability-online").check(force=True)
        await expect(colleague).to_have_attribute("data-availability", "online")


async def test_nothing_is_ended_over_words_of_the_customer_that_were_not_read(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with an_agent(chromium, program, "en") as mei, a_customer(chromium, program, "en") as customer:
        page, row = mei.page, await someone_waits(customer, mei)
        await mei.claims(row)
        await mei.replies("\n".join(["Please read this first."] * 60))
        await page.get_by_test_id("reply-box").fill("All done then.")
        await page.get_by_test_id("transcript").evaluate("it => it.scrollTo({ top: 0 })")
        await customer.says("and a child is hurt")
        await expect(page.get_by_test_id("overtaken")).to_contain_text("and a child is hurt")
        await page.get_by_test_id("reply-box").press("Control+Shift+Enter")
        await expect(page.get_by_test_id("acknowledge"), "the next key is for what came in").to_be_focused()
        await page.get_by_test_id("tab-note").click()
        await expect(page.get_by_test_id("overtaken"), "it holds the verbs up on this tab as well").to_be_visible()
        await page.get_by_test_id("tab-reply").click()
        await page.get_by_test_id("acknowledge").focus()
        await expect(page.get_by_test_id("new-message")).to_have_count(0)
        await expect(page.get_by_test_id("reply-box")).to_have_value("All done then.")
        await shoot(page, "76-written-meanwhile")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("reply-box")).to_be_focused()
        await page.keyboard.press("Control+Enter")
        await expect(mei.messages.filter(has_text="All done then.")).to_be_visible()

        await page.get_by_test_id("transcript").evaluate("it => it.scrollTo({ top: 0 })")
        await customer.says("Wait!")
        await expect(page.get_by_test_id("new-message")).to_be_visible()
        await page.get_by_test_id("resolve").click()
        await expect(page.get_by_test_id("notice")).to_contain_text("read it first")
        await expect(page.get_by_test_id("new-message"), "what is new is shown").to_have_count(0)
        await mei.resolves()


async def test_what_the_customer_writes_while_the_last_words_are_on_their_way_keeps_it_open(
    chromium: Browser, program: Program
) -> None:
    async with an_agent(chromium, program, "en") as mei, a_customer(chromium, program, "en") as customer:
        page, row = mei.page, await someone_waits(customer, mei)
        await mei.claims(row)
        let_go = asyncio.Event()

        async def held(route: Route) -> None:
            await let_go.wait()
            await route.continue_()

        await page.route("**/reply", held)
        await page.get_by_test_id("reply-box").fill("All done. Bye!")
        await page.get_by_test_id("reply-box").press("Control+Shift+Enter")
        await customer.says("no, it smokes")
        await expect(mei.messages.filter(has_text="it smokes"), "it was in sight before the end").to_be_visible()
        let_go.set()
        await expect(customer.by("agent").filter(has_text="All done")).to_be_visible()
        await expect(page.get_by_test_id("notice")).to_contain_text("read it first")
        await expect(mei.owner).to_have_attribute("data-status", "open")
        await mei.resolves()


async def test_words_begun_before_the_customer_wrote_again_know_nothing_of_it_after_a_reload_either(
    chromium: Browser, program: Program
) -> None:
    async with an_agent(chromium, program, "en") as mei, a_customer(chromium, program, "en") as customer:
        page, row = mei.page, await someone_waits(customer, mei)
        await mei.claims(row)
        await page.get_by_test_id("reply-box").fill("All done then.")
        await customer.says("and it is broken")
        await expect(page.get_by_test_id("overtaken")).to_contain_text("and it is broken")
        await page.reload()
        await expect(page.get_by_test_id("reply-box")).to_have_value("All done then.")
        await expect(mei.messages.filter(has_text="and it is broken")).to_be_visible()
        await page.get_by_test_id("resolve").click()
        await expect(page.get_by_test_id("notice")).to_contain_text("read it first")
        await expect(mei.owner).to_have_attribute("data-status", "open")
        await page.get_by_test_id("acknowledge").click()
        await page.get_by_test_id("reply-box").press("Control+Shift+Enter")
        await expect(customer.by("agent").filter(has_text="All done then.")).to_be_visible()
        await expect(mei.owner).to_have_attribute("data-status", "resolved")


async def test_what_is_due_stands_on_the_row_and_is_gone_with_the_answer(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with an_agent(chromium, program, "en") as mei, a_customer(chromium, program, "en") as customer:
        row = await someone_waits(customer, mei)
        await expect(customer.by("system").last).to_contain_text("You'll hear from us by")
        await expect(row.get_by_test_id("due")).to_have_attribute("data-state", re.compile("ahead|near"))
        await mei.page.get_by_test_id("filters").click()
        await mei.page.get_by_test_id("filter-sort").select_option("due")
        await expect(row).to_be_visible()
        await shoot(mei.page, "75-due")
        await mei.page.get_by_test_id("clear-filters").click()
        await mei.claims(row)
        await expect(mei.page.get_by_test_id("clocks")).to_contain_text("Promised reply in")
        await mei.replies("Here I am.")
        for place in (row, mei.page.get_by_test_id("clocks")):
            await expect(place.locator('[data-testid="due"][data-kind=promise]')).to_have_count(0)
        await mei.resolves()


async def ground(page: Page) -> str:
    return str(await page.evaluate("getComputedStyle(document.body).backgroundColor"))


async def test_on_a_phone_every_pane_fits_and_the_verbs_are_at_hand(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with (
        an_agent(chromium, program, "zh-TW", phone=True, scheme="dark") as mei,
        a_customer(chromium, program, "zh-CN") as customer,
    ):
        row = await someone_waits(customer, mei)
        await fits(mei.page)
        await mei.claims(row)
        await fits(mei.page)
        await mei.page.get_by_test_id("more").click()
        await fits(mei.page)
        await shoot(mei.page, "72-phone-more")
        await option(mei.page, "延後").click()
        await shoot(mei.page, "73-phone-snooze")
        await option(mei.page, "一小時後").click()
        await expect(mei.owner).to_have_attribute("data-status", "snoozed")
        await fits(mei.page)
        await mei.page.get_by_test_id("undo").click()
        await expect(mei.owner).to_have_attribute("data-status", "open")
        await mei.resolves()
        await mei.page.get_by_test_id("back").click()
        await expect(mei.page.get_by_test_id("view-queue")).to_be_visible()
        for name in ("settings", "team"):
            await mei.page.get_by_test_id(name).click()
            await fits(mei.page)
            await shoot(mei.page, f"74-phone-{name}")
            await mei.page.keyboard.press("Escape")
