"""People in a real Chromium: invited, in, and out again."""

import uuid

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import Agent, Shoot, a_context, fits
from tests.e2e.program import Program, sign_in_code

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_admin_invites_somebody_who_comes_in_by_phone_and_is_taken_off_again(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with a_context(chromium, "zh-TW") as office, a_context(chromium, "en", phone=True) as pocket:
        mei = Agent(await office.new_page(), program.address)
        await mei.signs_in(await sign_in_code(program))
        page, phone = mei.page, await pocket.new_page()
        await page.get_by_test_id("page-people").click()
        await page.get_by_test_id("invite").click()
        await page.get_by_test_id("invite-email").fill(f"{uuid.uuid4().hex}@xiaoman.example")
        await page.get_by_test_id("invite-name").fill("歐陽曉玲")
        await page.get_by_test_id("invite-do").click()
        link = await page.get_by_test_id("link").inner_text()

        await phone.goto(link)
        assert "invite" not in phone.url, "the secret does not stay in the address bar"
        await phone.get_by_test_id("password-new").fill("a long enough one")
        await phone.get_by_test_id("password-again").fill("a long enough one")
        await fits(phone)
        await shoot(phone, "90-welcome")
        await phone.get_by_test_id("enter").click()
        await expect(phone.get_by_test_id("connection")).to_have_attribute("data-state", "up")
        await phone.goto(f"{program.address}/console/#p=people")
        await expect(phone.get_by_text("outside your role")).to_be_visible()
        await phone.goto(f"{program.address}/console/#")

        await page.get_by_test_id("deactivate").click()
        await expect(phone.get_by_test_id("sign-in")).to_be_visible()
        await expect(page.get_by_test_id("reactivate")).to_be_visible()
        await shoot(page, "91-taken-off")
