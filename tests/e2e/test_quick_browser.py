"""The quick hand of an agent in a real Chromium: rows selected by key, a colleague called, a filter by name."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import Agent, Shoot, a_context, a_customer
from tests.e2e.program import Program
from tests.e2e.test_console_browser import JUN, MEI, an_agent, someone_waits

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FILTER = "急件 <b>VIP</b>"


async def test_an_agent_selects_by_key_calls_a_colleague_and_keeps_a_filter(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with (
        an_agent(chromium, program, "en", MEI) as mei,
        an_agent(chromium, program, "zh-TW", JUN) as jun,
        a_customer(chromium, program, "en") as customer,
    ):
        row = await someone_waits(customer, mei)
        await row.click()
        await expect(mei.owner).to_be_visible()
        await claims_what_is_selected(mei)
        await calls(mei, "Jun", "please look at this")
        await expect(jun.page.get_by_test_id("toast")).to_contain_text("Mei")
        await reads_the_mention(jun)
        await shoot(jun.page, "90-mention")
        await leaves_the_mentions(jun)

        await resolves_and_takes_it_back(mei)
        await keeps_a_filter(mei)
        await shoot(mei.page, "91-quick")
        await deletes_the_filter(mei)
        await expect(customer.page.get_by_text("please look at this")).to_have_count(0)
        await mei.resolves()


async def test_words_that_do_not_come_leave_no_blank_page(chromium: Browser, program: Program, shoot: Shoot) -> None:
    async with a_context(chromium, "en") as context:
        page = await context.new_page()
        await page.route("**/console/assets/en-*.js", lambda route: route.abort())
        await page.goto(f"{program.address}/console/")
        await expect(page.get_by_role("alert")).to_contain_text("請重新載入")
        await shoot(page, "92-late")
        await page.unroute_all()
        await page.get_by_test_id("reload").click()
        await expect(page.get_by_test_id("email")).to_be_visible()
        await expect(page.get_by_test_id("reload")).to_be_hidden()


async def claims_what_is_selected(agent: Agent) -> None:
    page = agent.page
    await page.keyboard.press("x")
    await expect(page.get_by_test_id("bulk-count")).to_contain_text("1")
    await page.keyboard.press("c")
    await expect(agent.owner).to_contain_text("With you")
    await expect(page.get_by_test_id("bulk")).to_have_count(0)


async def calls(agent: Agent, name: str, words: str) -> None:
    page = agent.page
    await page.keyboard.press("n")
    await page.keyboard.type(f"@{name[:2].lower()}")
    await expect(page.get_by_test_id("calling-option")).to_contain_text(name)
    await page.keyboard.press("Enter")
    await page.keyboard.type(words)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_test_id("called")).to_have_text(f"@{name}")
    await page.keyboard.press("Escape")


async def reads_the_mention(agent: Agent) -> None:
    page = agent.page
    await page.get_by_test_id("mentions-open").click()
    mention = page.get_by_test_id("mention").first
    await expect(mention).to_have_attribute("data-read", "false")
    await mention.click()
    await expect(page.get_by_test_id("called")).to_have_text("@Jun")
    await expect(mention).to_have_attribute("data-read", "true")
    await page.reload()
    await page.get_by_test_id("mentions-open").click()
    await expect(page.get_by_test_id("mention").first).to_have_attribute("data-read", "true")


async def leaves_the_mentions(agent: Agent) -> None:
    """By Esc, which leaves the conversation open, and by asking for a view, also the one that is there."""
    page = agent.page
    mentions = page.get_by_test_id("mentions")
    await page.keyboard.press("Escape")
    await expect(mentions).to_have_count(0)
    await expect(agent.owner).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("n")
    await expect(mentions).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("q")
    await expect(mentions).to_have_count(0)


async def resolves_and_takes_it_back(agent: Agent) -> None:
    page = agent.page
    await page.get_by_test_id("view-mine").click()
    # Others of theirs may stand above it: the program is shared.
    mine = page.get_by_role("listitem").filter(has=page.locator('[data-testid="row"][aria-current="true"]'))
    await mine.hover()
    await mine.get_by_test_id("pick").click()
    await page.keyboard.press("e")
    await expect(page.get_by_test_id("bulk-ask"), "nobody has answered").to_contain_text("1")
    await page.keyboard.press("e")
    await expect(agent.owner).to_have_attribute("data-status", "resolved")
    await page.keyboard.press("z")
    await expect(agent.owner).to_contain_text("With you")


async def keeps_a_filter(agent: Agent) -> None:
    page = agent.page
    await page.get_by_test_id("filters").click()
    await page.get_by_test_id("filter-language").select_option("en")
    await page.get_by_test_id("keep-filter").click()
    await page.get_by_test_id("filter-name").fill(FILTER)
    await page.get_by_test_id("filter-save").click()
    await page.get_by_test_id("clear-filters").click()
    await page.get_by_test_id("saved-filter").filter(has_text=FILTER).click()
    await expect(page.get_by_test_id("filter-language")).to_have_value("en")
    await page.keyboard.press("Control+k")
    await page.get_by_test_id("picker-box").fill("VIP")
    await expect(page.get_by_test_id("option").first).to_contain_text(FILTER)
    await page.keyboard.press("Escape")


async def deletes_the_filter(agent: Agent) -> None:
    page = agent.page
    await page.get_by_test_id("arrange-filters").click()
    await page.get_by_test_id("filter-remove").click()
    await expect(page.get_by_test_id("arrange-line")).to_have_count(0)
    await page.get_by_test_id("arrange-undo").click()
    await expect(page.get_by_test_id("arrange-line")).to_have_count(1)
    await page.get_by_test_id("filter-remove").click()
    await expect(page.get_by_test_id("arrange-line")).to_have_count(0)
    await page.get_by_test_id("arrange-done").click()
    await expect(page.get_by_test_id("saved-filter")).to_have_count(0)
