"""A first-day agent with the keys alone: from the call to the end, told in time what would better be said otherwise."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import a_customer, an_agent
from tests.e2e.program import Program

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_keys_alone_lead_from_the_call_to_the_end_and_better_words_are_one_key_away(
    program: Program, chromium: Browser
) -> None:
    async with a_customer(chromium, program, "en") as customer, an_agent(chromium, program, "en") as agent:
        press, box = agent.page.keyboard.press, agent.page.get_by_test_id("reply-box")
        tone = agent.page.get_by_test_id("tone")
        await customer.opens_chat()
        await customer.says("can I still return it without the tag")
        await expect(customer.by("bot").last).to_be_visible()
        known = await agent.queue()
        await customer.panel.get_by_test_id("person").click()
        row = await agent.newcomer(known)
        await row.focus()
        await press("Enter")
        await expect(agent.page.get_by_test_id("claim")).to_be_visible()
        await press("c")
        await expect(agent.page.get_by_test_id("suggestion").first).to_be_visible()
        await press("1")
        await agent.page.keyboard.type("\n\nYou must log in. You must ask me!!!")
        await expect(tone).to_contain_text("“You must” could be “Please”")
        await press("Alt+Enter")
        await expect(box).to_have_value(re.compile(r"Please log in\. Please ask me!!!$"))
        await expect(tone).to_contain_text("!!!")
        await press("Alt+Shift+Enter")
        await expect(tone).to_be_empty()
        await press("Control+Shift+Enter")
        await expect(agent.owner).to_have_attribute("data-status", "resolved")
        await expect(customer.by("agent").last).to_contain_text("Please ask me!!!")
