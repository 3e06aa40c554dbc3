"""A lead draws and scores a conversation by keys in a real Chromium; who was reviewed reads it without a reload."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import Agent, Shoot, a_context, a_customer, fits
from tests.e2e.program import Program, sign_in_code

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOSTILE = "Well asked. <img src=x onerror=alert(1)>"


async def test_a_lead_scores_by_keys_and_the_agent_reads_it_at_once(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with (
        a_context(chromium, "zh-TW", phone=True) as pocket,
        a_context(chromium, "en") as office,
        a_customer(chromium, program, "en") as customer,
    ):
        jun, mei = Agent(await pocket.new_page(), program.address), Agent(await office.new_page(), program.address)
        codes = await asyncio.gather(sign_in_code(program, "jun@xiaoman.example"), sign_in_code(program))
        await asyncio.gather(jun.signs_in(codes[0]), mei.signs_in(codes[1]))
        known = await jun.queue()
        await customer.opens_chat()
        await customer.page.get_by_test_id("person").click()
        await jun.claims(await jun.newcomer(known))
        await jun.replies("Hello, what happened?")
        await jun.resolves()
        await jun.page.goto(f"{program.address}/console/#p=quality")
        await expect(jun.page.get_by_text("還沒有人評過您的對話")).to_be_visible()
        await fits(jun.page)

        page, form = mei.page, mei.page.get_by_test_id("review-form")
        await page.get_by_test_id("page-quality").click()
        await page.get_by_test_id("draw-agent").select_option(label="Jun")
        await page.get_by_test_id("draw-do").click()
        await expect(page.get_by_test_id("transcript").get_by_test_id("message").first).to_be_visible()
        await page.keyboard.type("543")
        await page.get_by_test_id("review-comment").fill(HOSTILE)
        await page.reload()
        await page.get_by_test_id("review-row").first.click()
        await expect(form.get_by_test_id("score-attitude").get_by_role("radio", name="5")).to_be_checked()
        await expect(page.get_by_test_id("review-comment")).to_have_value(HOSTILE)
        await page.keyboard.type("1" * await form.get_by_test_id("point").count())
        await expect(page.get_by_test_id("review-comment"), "the last digit leads there").to_be_focused()
        await shoot(page, "85-review")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_test_id("toast")).to_contain_text("Saved")

        await jun.page.get_by_test_id("review-row").first.click()
        await expect(jun.page.get_by_test_id("findings")).to_contain_text(HOSTILE)
        await fits(jun.page)
        await shoot(jun.page, "86-reviewed")
