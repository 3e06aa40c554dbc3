"""The console in a real Chromium: how soon its list can be used, what it fetches for that, what axe finds."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from playwright.async_api import Browser, Page, async_playwright, expect

from handoff.console.auth import COOKIE
from tests.e2e.browser import ARGUMENTS, CHROMIUM, Scheme, a_context
from tests.e2e.test_accessibility import LOOKS, violations

PATIENCE_MS = 60_000
PLACES = ("canned", "figures", "install", "people", "teams", "trail", "account")
FIRST_ROW = """
window.operable = new Promise((done) => {
    const look = () => requestAnimationFrame(() =>
        document.querySelector('[data-testid="row"]') ? done(performance.now()) : look());
    look();
});
"""
"""The frame in which the list has rows: preact gives them their handlers as it makes them."""
FETCHED = "() => performance.getEntriesByType('resource').map((entry) => entry.name)"


@dataclass(frozen=True, slots=True)
class Load:
    """A cold load: `ms` from the navigation to a list that can be used, and what was fetched by then."""

    ms: float
    files: Sequence[str]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def cold_load(browser: Browser, address: str, secret: str) -> Load:
    """With nothing in the browser's cache, signed in. The list's first row is then really opened."""
    async with _page(browser, address, secret, ("zh-TW", False, "light")) as page:
        await page.add_init_script(FIRST_ROW)
        await page.goto(f"{address}/console/", wait_until="commit")
        ms: float = await page.evaluate("() => window.operable")
        fetched: list[str] = await page.evaluate(FETCHED)
        await page.get_by_test_id("row").first.click()
        await expect(page.get_by_test_id("owner")).to_be_visible()
    files = [url for url in fetched if url.startswith(f"{address}/console/") and "/api/" not in url]
    return Load(ms, [f"{address}/console/", *dict.fromkeys(files)])


async def gzipped_bytes(files: Sequence[str]) -> int:
    """What these files weigh on their way to a browser that takes gzip."""
    async with aiohttp.ClientSession(auto_decompress=False, headers={"Accept-Encoding": "gzip"}) as session:
        return sum([await _weight(session, file) for file in files])


async def axe_violations(browser: Browser, address: str, secret: str) -> list[str]:
    """On the console's pages, in every language, light and dark, on phone and desktop."""
    found = []
    for look in LOOKS:
        async with _page(browser, address, secret, look) as page:
            await page.goto(f"{address}/console/")
            await expect(page.get_by_test_id("row").first).to_be_visible()
            found += await violations(page)
            await page.get_by_test_id("row").first.click()
            await expect(page.get_by_test_id("owner")).to_be_visible()
            found += await violations(page)
            for place in PLACES:
                await page.goto(f"{address}/console/#p={place}")
                await expect(page.locator("main h1, main h2").first).to_be_visible()
                found += await violations(page)
    return found


async def _weight(session: aiohttp.ClientSession, file: str) -> int:
    async with session.get(file) as response:
        response.raise_for_status()
        return len(await response.read())


@asynccontextmanager
async def _page(browser: Browser, address: str, secret: str, look: tuple[str, bool, Scheme]) -> AsyncIterator[Page]:
    language, phone, scheme = look
    async with a_context(browser, language, phone=phone, scheme=scheme, checked=True) as context:
        await context.add_cookies([{"name": COOKIE, "value": secret, "domain": "127.0.0.1", "path": "/console"}])
        yield await context.new_page()
