"""The shop page as a customer uses it, in a real Chromium: search, choose, buy, and ask about it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.browser import Scheme, Shoot, a_context, fits
from tests.e2e.program import Program

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


class Visitor:
    """A customer in the shop. `troubles` are errors of the page and requests that left the server."""

    def __init__(self, page: Page, program: Program) -> None:
        self.page, self.address = page, program.address
        self.heading = page.locator("main h1")
        self.cards = page.get_by_test_id("card")
        self.composer = page.get_by_test_id("composer")
        self.troubles: list[str] = []
        page.on("console", lambda said: self.troubles.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", lambda request: self._same_host(request.url))

    def _same_host(self, url: str) -> None:
        if urlsplit(url).netloc != urlsplit(self.address).netloc and not url.startswith("data:"):
            self.troubles.append(url)

    async def visits(self, language: str, place: str = "") -> None:
        await self.page.goto(f"{self.address}/?lang={language}{place}")
        await expect(self.heading).to_be_visible()

    async def searches(self, words: str) -> None:
        await self.page.get_by_test_id("search").fill(words)

    def card(self, sku: str) -> Locator:
        return self.page.locator(f'[data-testid="card"][data-sku="{sku}"] a')

    async def chooses(self, *choices: str) -> None:
        for choice in choices:
            await self.page.get_by_test_id(f"choose-{choice}").check()


@asynccontextmanager
async def a_visitor(
    browser: Browser, program: Program, language: str, *, phone: bool = False, scheme: Scheme = "light"
) -> AsyncIterator[Visitor]:
    async with a_context(browser, language, phone=phone, scheme=scheme) as context:
        yield Visitor(await context.new_page(), program)


async def test_somebody_shops(chromium: Browser, program: Program, shoot: Shoot) -> None:
    async with a_visitor(chromium, program, "zh-TW") as visitor:
        page = visitor.page
        await visitor.visits("zh-TW")
        await shoot(page, "60-shop-home")
        await visitor.searches("t 恤")
        await expect(visitor.cards).to_have_count(1)
        await visitor.card("tee").click()
        await expect(visitor.heading).to_be_focused()
        await visitor.chooses("teal", "l")
        await page.get_by_test_id("add").click()
        await page.get_by_test_id("add").click()
        await expect(page.get_by_test_id("cart-count")).to_have_text("2")
        await shoot(page, "61-shop-product")

        await page.get_by_test_id("cart-link").click()
        await expect(page.get_by_test_id("line")).to_contain_text("湖綠 · L")
        await expect(page.get_by_test_id("sums")).to_contain_text("NT$860")
        await page.get_by_test_id("more").press("Enter")
        await expect(page.get_by_test_id("more")).to_be_focused()
        await expect(page.get_by_test_id("sums")).to_contain_text("NT$1,170")
        await shoot(page, "62-shop-cart")
        await page.reload()
        await expect(page.get_by_test_id("quantity")).to_have_text("3")

        await page.locator(".languages a[lang=en]").click()
        await expect(visitor.heading).to_have_text("Your cart")
        await expect(page.get_by_test_id("line")).to_contain_text("Lake teal · L")
        await page.get_by_test_id("remove").click()
        await expect(visitor.heading).to_have_text("Your cart is empty")
        await page.get_by_test_id("undo").click()
        await expect(page.get_by_test_id("quantity")).to_have_text("3")

        await page.get_by_test_id("checkout").click()
        await expect(visitor.heading).to_have_text("Thank you, your order is in")
        await expect(page.get_by_test_id("cart-count")).to_have_text("")
        number = await page.get_by_test_id("order-number").inner_text()
        digits = await page.get_by_test_id("order-digits").inner_text()
        await shoot(page, "63-shop-done")
        await page.get_by_test_id("order").get_by_test_id("ask").click()
        await expect(visitor.composer).to_have_value(f"Where is my parcel {number}? My phone ends in {digits}")
        await visitor.composer.press("Enter")
        told = page.locator('[data-testid="message"][data-author="bot"]').filter(has_text=number)
        await expect(told).to_contain_text("9H glass screen film × 2")
        assert visitor.troubles == []


@pytest.mark.parametrize(
    ("language", "scheme", "ground"),
    [("zh-TW", "dark", "rgb(22, 21, 19)"), ("zh-CN", "light", "rgb(248, 246, 242)"), ("en", "dark", "rgb(22, 21, 19)")],
)
async def test_every_page_fits_a_phone(
    chromium: Browser, program: Program, shoot: Shoot, language: str, scheme: Scheme, ground: str
) -> None:
    places = ("", "#/d/books", "#/p/phrasebook-english", "#/p/jeans", "#/search/xyzzy", "#/cart", "#/done", "#/orders")
    async with a_visitor(chromium, program, language, phone=True, scheme=scheme) as visitor:
        for number, place in enumerate((*places, "#/nowhere")):
            await visitor.visits(language, place)
            await fits(visitor.page)
            await shoot(visitor.page, f"7{number}-shop-{language}-{scheme}")
        assert await visitor.page.locator("html").get_attribute("lang") == language
        assert await visitor.page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
        assert visitor.troubles == []


async def test_a_spoilt_cart_is_mended(chromium: Browser, program: Program) -> None:
    kept = [
        {"sku": "mug", "chosen": {"colour": "plaid"}, "quantity": 70},
        {"sku": "yacht", "chosen": {}, "quantity": 1},
        {"sku": "strawberry-jam", "chosen": {}, "quantity": 5},
        {"sku": "tee"},
        None,
    ]
    async with a_visitor(chromium, program, "en") as visitor:
        page = visitor.page
        for content, lines in ((json.dumps(kept), 2), ("{", 0), ('"x"', 0)):
            await visitor.visits("en")
            await page.evaluate("content => localStorage.setItem('baton.shop.cart', content)", content)
            await page.goto("about:blank")
            await visitor.visits("en", "#/cart")
            await expect(page.get_by_test_id("line")).to_have_count(lines)
            if lines:
                await expect(page.get_by_test_id("quantity")).to_have_text(["9", "1"])
                await expect(page.get_by_test_id("more").nth(1)).to_be_disabled()
        assert visitor.troubles == []


async def test_the_shop_says_so_when_its_records_are_away(chromium: Browser, program: Program, shoot: Shoot) -> None:
    async with a_visitor(chromium, program, "en") as visitor:
        await visitor.page.route("**/shop/products.json", lambda route: route.fulfill(status=503, body="{}"))
        await visitor.visits("en")
        await expect(visitor.heading).to_have_text("We can't show the products right now")
        await shoot(visitor.page, "79-shop-away")
        await visitor.page.unroute("**/shop/products.json")
        await visitor.page.get_by_test_id("retry").click()
        await expect(visitor.cards.first).to_be_visible()


async def test_going_back_returns_to_the_same_place(chromium: Browser, program: Program) -> None:
    async with a_visitor(chromium, program, "zh-CN", phone=True) as visitor:
        page = visitor.page
        await visitor.visits("zh-CN", "#/d/food")
        await visitor.card("rice-2kg").scroll_into_view_if_needed()
        read = await page.evaluate("scrollY")
        assert read > 0
        await visitor.card("rice-2kg").click()
        await expect(visitor.heading).to_have_text("新米 2 kg")
        assert await page.evaluate("scrollY") == 0
        await page.go_back()
        await expect(visitor.cards).to_have_count(12)
        assert await page.evaluate("scrollY") == read
