"""No violation of WCAG 2.2 A or AA that a machine can find, on every page, in light and dark, on phone and desktop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.settings import ROOT
from tests.e2e.browser import ANSWER_MS, Agent, Customer, Scheme, a_context
from tests.e2e.program import Program, running, sign_in_code

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: list[tuple[str, bool, Scheme]] = [
    ("zh-TW", False, "light"),
    ("zh-TW", True, "dark"),
    ("zh-CN", False, "dark"),
    ("en", True, "light"),
]


@asynccontextmanager
async def a_page(browser: Browser, look: tuple[str, bool, Scheme]) -> AsyncIterator[Page]:
    language, phone, scheme = look
    async with a_context(browser, language, phone=phone, scheme=scheme, checked=True) as context:
        yield await context.new_page()


async def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now."""
    await page.add_script_tag(path=AXE)
    found: dict[str, Any] = await page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", RULES
    )
    return [f"{v['id']}: {node['target']} {node['failureSummary']}" for v in found["violations"] for node in v["nodes"]]


async def assert_clean(page: Page, what: str) -> None:
    told = await violations(page)
    assert not told, f"{what}:\n" + "\n".join(told)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{'phone' if look[1] else 'desktop'}-{look[2]}")
async def test_shop_page_and_chat(chromium: Browser, program: Program, look: tuple[str, bool, Scheme]) -> None:
    async with a_page(chromium, look) as page:
        customer = Customer(page, program.address)
        await customer.visits(look[0])
        await expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=ANSWER_MS)
        await assert_clean(page, "the shop")
        await customer.opens_chat()
        await assert_clean(page, "the open chat")
        await customer.says("我的包裹到哪了")
        await expect(customer.by("bot").first).to_be_visible()
        await assert_clean(page, "a question for a detail")
        await customer.says("轉人工")
        await expect(page.get_by_test_id("cancel-wait")).to_be_visible()
        await assert_clean(page, "waiting for a person")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{'phone' if look[1] else 'desktop'}-{look[2]}")
async def test_console(chromium: Browser, program: Program, look: tuple[str, bool, Scheme]) -> None:
    async with a_page(chromium, look) as visitor_page, a_page(chromium, look) as page:
        await page.goto(f"{program.address}/console/")
        await expect(page.locator("form")).to_be_visible()
        await assert_clean(page, "signing in")
        agent, customer = Agent(page, program.address), Customer(visitor_page, program.address)
        await agent.signs_in(await sign_in_code(program))
        known = await agent.queue()
        await customer.visits(look[0])
        await customer.opens_chat()
        await customer.says("轉人工")
        row = await agent.newcomer(known)
        await assert_clean(page, "the queue")
        await agent.claims(row)
        await assert_clean(page, "a conversation")
        for place in ("canned", "figures", "install", "people", "teams", "trail", "account", "quality"):
            await page.goto(f"{program.address}/console/#p={place}")
            await expect(page.locator("main h1, main h2").first).to_be_visible()
            await assert_clean(page, place)


async def test_a_shop_without_goods(chromium: Browser, data: Path) -> None:
    async with running(data, "run") as program:
        assert f"start page {program.address}/\n" in program.log
        for look in LOOKS:
            async with a_page(chromium, look) as page:
                customer = Customer(page, program.address)
                await customer.visits(look[0])
                await expect(page.get_by_test_id("tag")).to_contain_text(f"{program.address}/widget.js")
                await assert_clean(page, "the page without goods")
                await page.get_by_test_id("open-chat").click()
                await expect(customer.panel).to_be_visible()
