"""Two customers and two agents at the same time, each in a browser of their own, on one running program."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import Agent, a_context, a_customer
from tests.e2e.program import Program, sign_in_code

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_two_customers_and_two_agents_do_not_get_into_each_others_way(
    chromium: Browser, program: Program
) -> None:
    async with AsyncExitStack() as stack:
        ann, bo = [await stack.enter_async_context(a_customer(chromium, program, code)) for code in ("zh-TW", "en")]
        mei, jun = [
            await a_console(stack, chromium, program, address)
            for address in ("mei@xiaoman.example", "jun@xiaoman.example")
        ]
        known_to_mei, known_to_jun = await mei.queue(), await jun.queue()
        await asyncio.gather(ann.opens_chat(), bo.opens_chat())
        await asyncio.gather(ann.says("轉人工"), bo.says("talk to a person"))
        await asyncio.gather(*(expect(c.page.get_by_test_id("cancel-wait")).to_be_visible() for c in (ann, bo)))

        first = await mei.newcomer(known_to_mei)
        first_id = await first.get_attribute("data-id") or ""
        await mei.claims(first)
        second = await jun.newcomer([*known_to_jun, first_id])
        await jun.claims(second)
        await asyncio.gather(mei.replies("這裡是 Mei"), jun.replies("Jun here"))

        names = {await customer.name.text_content() for customer in (ann, bo)}
        assert names == {"Mei", "Jun"}
        served_by = {await customer.name.text_content() or "": customer for customer in (ann, bo)}
        await expect(served_by["Mei"].by("agent").filter(has_text="這裡是 Mei")).to_have_count(1)
        await expect(served_by["Jun"].by("agent").filter(has_text="Jun here")).to_have_count(1)
        for name, customer in served_by.items():
            await expect(customer.by("agent")).to_have_count(1)
            await customer.says(f"for {name} alone")
        await expect(mei.messages.filter(has_text="for Mei alone")).to_have_count(1)
        await expect(jun.messages.filter(has_text="for Jun alone")).to_have_count(1)
        await expect(mei.messages.filter(has_text="for Jun alone")).to_have_count(0)

        await asyncio.gather(mei.resolves(), jun.hands_back())
        await served_by["Jun"].says("How do I put on the screen protector?")
        await expect(served_by["Jun"].by("bot").locator("ol > li").first).to_be_visible()


async def a_console(stack: AsyncExitStack, browser: Browser, program: Program, email: str) -> Agent:
    context = await stack.enter_async_context(a_context(browser, "zh-TW"))
    agent = Agent(await context.new_page(), program.address)
    await agent.signs_in(await sign_in_code(program, email))
    return agent
