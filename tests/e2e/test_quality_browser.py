"""A lead draws and scores a conversation by keys in a real Chromium; who was reviewed reads it without a reload."""

import asyncio
import os

import pytest
from playwright.async_api import Browser, expect

from bot.settings import ROOT
from tests.e2e.browser import Agent, Shoot, a_context, a_customer, an_agent, fits
from tests.e2e.program import BATON, Program, sign_in_code

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

IDA = "ida@shop.example"
HOSTILE = "Well asked. <img src=x onerror=alert(1)>"


async def test_a_lead_scores_by_keys_and_the_agent_reads_it_at_once(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    await add_lead(program)
    async with an_agent(chromium, program, "zh-TW", phone=True) as mei, a_context(chromium, "en") as context:
        async with a_customer(chromium, program, "en") as customer:
            known = await mei.queue()
            await customer.opens_chat()
            await customer.page.get_by_test_id("person").click()
            await mei.claims(await mei.newcomer(known))
            await mei.replies("Hello, what happened?")
            await mei.resolves()
        await mei.page.goto(f"{program.address}/console/#p=quality")
        await mei.page.get_by_test_id("reviews-mine").click()
        await expect(mei.page.get_by_text("還沒有人評過您的對話")).to_be_visible()
        await fits(mei.page)

        ida = Agent(await context.new_page(), program.address)
        await ida.signs_in(await sign_in_code(program, IDA))
        page = ida.page
        await page.get_by_test_id("page-quality").click()
        await page.get_by_test_id("draw-agent").select_option(label="Mei")
        await page.get_by_test_id("draw-do").click()
        form = page.get_by_test_id("review-form")
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

        await mei.page.get_by_test_id("review-row").first.click()
        await expect(mei.page.get_by_test_id("findings")).to_contain_text(HOSTILE)
        await fits(mei.page)
        await shoot(mei.page, "86-reviewed")


async def add_lead(program: Program) -> None:
    process = await asyncio.create_subprocess_exec(
        *(BATON, "agents", "add", IDA, "--name", "Ida", "--role", "lead"),
        cwd=ROOT,
        env={**os.environ, "BATON_DATA": str(program.data), **program.environment},
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
