"""After the end, in a real Chromium: stars by keyboard, the conversation as a file, and both in the agent's figures."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import Agent, Shoot, a_context, a_customer
from tests.e2e.program import Program, sign_in_code, signed_in
from tests.e2e.test_accessibility import assert_clean

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_customer_rates_by_keyboard_takes_the_file_and_the_agent_sees_it(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with (
        signed_in(program) as desk,
        a_customer(chromium, program, "zh-TW") as customer,
        a_context(chromium, "zh-TW", checked=True) as context,
    ):
        known = {row["id"] for row in await desk.queue()}
        page = customer.page
        await customer.opens_chat()
        await page.get_by_test_id("person").click()
        await expect(page.get_by_test_id("cancel-wait")).to_be_visible()
        [conversation] = [row["id"] for row in await desk.queue() if row["id"] not in known]
        await desk.post(f"/conversations/{conversation}/claim")
        await desk.say(conversation, "\n".join(["明天會到。"] * 60))
        await desk.end(conversation, "resolve")
        await page.get_by_test_id("rating").get_by_role("radio").first.focus()
        assert await customer.panel.evaluate("it => it.scrollTop") == 0, "the chat stays in its frame"
        for _ in range(3):
            await page.keyboard.press("ArrowRight")
        await page.get_by_test_id("rating-comment").fill("很親切")
        await page.get_by_test_id("rating-send").click()
        await expect(page.get_by_test_id("rating-send")).to_be_disabled()
        await expect(page.get_by_test_id("rating-thanks")).not_to_be_empty()
        async with page.expect_download() as downloading:
            await page.get_by_test_id("download").click()
        text = (await (await downloading.value).path()).read_text("utf-8")
        assert "明天會到。" in text and "很親切" not in text
        await shoot(page, "rated")

        agent = Agent(await context.new_page(), program.address)
        await agent.signs_in(await sign_in_code(program))
        await agent.page.goto(f"{program.address}/console/#c={conversation}")
        await expect(agent.page.locator('[data-activity="rated"]')).to_contain_text("4／5：很親切")
        await expect(agent.page.get_by_test_id("rating-comment")).to_have_text("很親切")
        await agent.page.goto(f"{program.address}/console/#p=figures")
        await expect(agent.page.get_by_test_id("figure-scores").get_by_test_id("value")).to_have_text("100%")
        await agent.page.get_by_test_id("figures-by").select_option("agent")
        await expect(agent.page.get_by_test_id("figure-groups")).to_contain_text("Mei")
        await assert_clean(agent.page, "figures")
        await shoot(agent.page, "figures")
