"""Real browsers: a customer on the shop's page and an agent in the console, as they use them."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.program import Program, sign_in_code

CHROMIUM = Path(os.environ.get("BATON_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ANSWER_MS = 45_000

Shoot = Callable[[Page, str], Awaitable[None]]
Scheme = Literal["light", "dark"]


class Customer:
    """The shop's page with the chat on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self._address = page, address
        self.panel = page.get_by_test_id("panel")
        self.composer = page.get_by_test_id("composer")
        self.messages = page.get_by_test_id("message")
        self.name = self.panel.locator("h2")
        self.activities = page.locator(".item.activity")

    async def visits(self, language: str) -> None:
        await self.page.goto(f"{self._address}/?lang={language}")

    async def opens_chat(self) -> None:
        await self.page.get_by_test_id("launcher").click()
        await expect(self.panel).to_be_visible()

    async def says(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    def by(self, author: str) -> Locator:
        return self.page.locator(f'[data-testid="message"][data-author="{author}"]')

    def own(self, text: str) -> Locator:
        return self.by("contact").filter(has_text=text)


class Agent:
    """The console, signed in."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self._address = page, address
        self.owner = page.get_by_test_id("owner")
        self.messages = page.get_by_test_id("transcript").get_by_test_id("message")

    async def signs_in(self, code: str) -> None:
        await self.page.goto(f"{self._address}/console/#login={code}")
        await expect(self.page.get_by_test_id("connection")).to_have_attribute("data-state", "up")

    async def queue(self) -> list[str]:
        await self.page.get_by_test_id("view-queue").click()
        await expect(self.page.locator(".list-pane .rows, .list-pane .blank").first).to_be_visible()
        rows = await self.page.get_by_test_id("row").all()
        return [await row.get_attribute("data-id") or "" for row in rows]

    async def newcomer(self, known: list[str], milliseconds: float = ANSWER_MS) -> Locator:
        """The row that was not in the list before, as soon as the page shows it."""
        found = await self.page.wait_for_function(
            "known => [...document.querySelectorAll('[data-testid=row]')].map(r => r.dataset.id)"
            ".find(id => !known.includes(id))",
            arg=known,
            timeout=milliseconds,
        )
        return self.page.locator(f'[data-testid="row"][data-id="{await found.json_value()}"]')

    async def claims(self, row: Locator) -> None:
        await row.click()
        await self.page.get_by_test_id("claim").click()
        await expect(self.page.get_by_test_id("reply-box")).to_be_visible()

    async def replies(self, text: str) -> None:
        await self.page.get_by_test_id("reply-box").fill(text)
        await self.page.get_by_test_id("send").click()
        await expect(self.page.get_by_test_id("outgoing")).to_have_count(0)

    async def hands_back(self) -> None:
        await self.page.get_by_test_id("hand-back").click()
        await expect(self.owner).to_have_attribute("data-status", "pending")

    async def resolves(self) -> None:
        await self.page.get_by_test_id("resolve").click()
        await expect(self.owner).to_have_attribute("data-status", "resolved")


@asynccontextmanager
async def a_context(
    browser: Browser, language: str, *, phone: bool = False, scheme: Scheme = "light", checked: bool = False
) -> AsyncIterator[BrowserContext]:
    """A browser of its own. `checked`: lets a checker into the pages although their policy forbids foreign scripts."""
    width, height = (375, 812) if phone else (1440, 900)
    context = await browser.new_context(
        locale=language,
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        has_touch=phone,
        is_mobile=phone,
        reduced_motion="reduce",
        bypass_csp=checked,
    )
    try:
        yield context
    finally:
        await context.close()


@asynccontextmanager
async def a_customer(
    browser: Browser, program: Program, language: str, *, phone: bool = False, scheme: Scheme = "light"
) -> AsyncIterator[Customer]:
    async with a_context(browser, language, phone=phone, scheme=scheme) as context:
        customer = Customer(await context.new_page(), program.address)
        await customer.visits(language)
        yield customer


@asynccontextmanager
async def an_agent(
    browser: Browser, program: Program, language: str, *, phone: bool = False, scheme: Scheme = "light"
) -> AsyncIterator[Agent]:
    async with a_context(browser, language, phone=phone, scheme=scheme) as context:
        agent = Agent(await context.new_page(), program.address)
        await agent.signs_in(await sign_in_code(program))
        yield agent


async def fits(page: Page) -> None:
    """Neither the page nor the chat's log is wider than what is seen of it."""
    wider = await page.evaluate(
        """() => {
            const chat = document.querySelector("baton-chat")?.shadowRoot;
            const boxes = [
                document.documentElement,
                ...(chat?.querySelectorAll("dialog, .scroll") ?? []),
                ...document.querySelectorAll(".list-body, .transcript, .packet-body"),
            ];
            return boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.className || box.tagName);
        }"""
    )
    assert wider == []
