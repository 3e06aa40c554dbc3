"""A lead makes a team in a real Chromium, and gives it a conversation that comes back to somebody by itself."""

import asyncio
import os

import pytest
from playwright.async_api import Browser, Page, expect

from bot.settings import ROOT
from tests.e2e.browser import Agent, Shoot, a_context, a_customer
from tests.e2e.program import BATON, Program, sign_in_code, signed_in

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RAE = "rae@shop.example"


async def test_a_lead_makes_a_team_and_what_is_passed_to_it_is_given_to_a_member(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    await add_lead(program)
    async with a_context(chromium, "en") as context, a_customer(chromium, program, "en") as customer:
        rae = Agent(await context.new_page(), program.address)
        await rae.signs_in(await sign_in_code(program, RAE))
        page = rae.page
        await page.get_by_test_id("page-teams").click()
        await page.get_by_test_id("team-add").click()
        await page.get_by_test_id("team-name-en").fill("Repairs")
        await page.get_by_test_id("team-members").get_by_role("button", name="Rae").click()
        await page.get_by_test_id("team-save").click()
        await expect(page.get_by_test_id("team-row").filter(has_text="Repairs")).to_contain_text("Members: 1")
        await gives_it_hours(page)
        await shoot(page, "80-teams")

        await page.locator("a.home").click()
        known = await rae.queue()
        await customer.opens_chat()
        await customer.page.get_by_test_id("person").click()
        await (await rae.newcomer(known)).click()
        await page.get_by_test_id("transfer").click()
        await page.get_by_test_id("option").filter(has_text="Repairs").click()
        await page.get_by_test_id("transfer-send").click()
        await expect(page.get_by_test_id("activity").filter(has_text="Assigned to Rae")).to_be_visible()
        await expect(rae.owner).to_contain_text("With you")
        await expect(customer.name, "nobody has said anything yet").not_to_have_text("Rae")
        await rae.replies("Hello, I am looking into it.")
        await expect(customer.name).to_have_text("Rae")
        await rae.resolves()
    await dissolve_all(program)


async def gives_it_hours(page: Page) -> None:
    """Of its own; what cannot be right cannot be saved."""
    row = page.get_by_test_id("team-row").filter(has_text="Repairs")
    await page.get_by_test_id("team-own-hours").click()
    monday = page.get_by_test_id("hours-mon")
    until = monday.get_by_label("Until")
    await monday.get_by_label("From").fill("09:00")
    await until.fill("08:00")
    await expect(monday.get_by_role("alert")).to_contain_text("later than the start")
    await expect(page.get_by_test_id("team-save")).to_be_disabled()
    await until.fill("18:00")
    await page.get_by_test_id("hours-copy").click()
    await expect(page.get_by_test_id("hours-fri").get_by_label("Until")).to_have_value("18:00")
    await page.get_by_test_id("hours-dates").fill("2027/2/6 ~ 2027/2/8\n2027-02-05 09:00-13:00\nsome day")
    await page.get_by_test_id("hours-add-days").click()
    await expect(page.get_by_test_id("exception").filter(has_text="2027")).to_have_count(4)
    await expect(page.get_by_test_id("hours-dates")).to_have_value("some day")
    await page.get_by_test_id("team-save").click()
    await expect(page.get_by_test_id("team-form")).to_contain_text("couldn't be read")
    await expect(row).to_contain_text("not saved")
    await page.get_by_test_id("hours-dates").fill("2027-05-01")
    await page.get_by_test_id("team-save").click()
    await expect(row).to_contain_text("Hours of its own")
    await expect(page.get_by_test_id("exception").filter(has_text="2027")).to_have_count(5)


async def add_lead(program: Program) -> None:
    process = await asyncio.create_subprocess_exec(
        *(BATON, "agents", "add", RAE, "--name", "Rae", "--role", "lead"),
        cwd=ROOT,
        env={**os.environ, "BATON_DATA": str(program.data), **program.environment},
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0


async def dissolve_all(program: Program) -> None:
    """Other tests share the program."""
    async with signed_in(program, RAE) as desk:
        for team in (await desk.get("/teams"))["teams"]:
            await desk.put(f"/teams/{team.pop('id')}", {**team, "active": False})
