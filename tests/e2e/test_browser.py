"""The pages as people use them: a customer and an agent in a real Chromium, against the running program."""

import pytest
from playwright.async_api import Browser, Error, expect

from tests.e2e.browser import Scheme, Shoot, a_customer, an_agent, fits
from tests.e2e.program import Program

pytestmark = [pytest.mark.rasa, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>alert(1)</script> [x](javascript:alert(1))"


async def test_the_main_path_of_customer_and_agent(chromium: Browser, program: Program, shoot: Shoot) -> None:
    async with an_agent(chromium, program, "zh-TW") as mei, a_customer(chromium, program, "zh-TW") as customer:
        known = await mei.queue()
        await shoot(customer.page, "01-shop")
        await customer.opens_chat()
        await shoot(customer.page, "02-chat-opened")
        await customer.says("鋼化膜收到了,我要怎麼貼?")
        await expect(customer.by("bot").locator("ol > li").filter(has_text="除塵貼").first).to_be_visible()
        await expect(customer.page.get_by_test_id("quick-reply").first).to_be_visible()
        await shoot(customer.page, "03-steps")

        await customer.says("XM20261003 到哪了？手機末三碼 668")
        await expect(customer.by("bot").filter(has_text="XM20261003").filter(has_text="9 天")).to_be_visible()
        await shoot(customer.page, "04-order")

        await customer.says("轉人工")
        row = await mei.newcomer(known)
        await expect(customer.page.get_by_test_id("cancel-wait")).to_be_visible()
        await shoot(customer.page, "05-waiting")
        await shoot(mei.page, "06-console-queue")

        await mei.claims(row)
        await expect(customer.name).to_have_text("Mei")
        await expect(customer.activities.last).to_contain_text("Mei")
        await mei.replies("您好，我是小美，正在幫您查。")
        await expect(customer.by("agent").filter(has_text="我是小美")).to_contain_text("Mei")
        await shoot(customer.page, "07-person")
        await shoot(mei.page, "08-console-claimed")

        answers = await customer.by("bot").count()
        await customer.says("鋼化膜收到了,我要怎麼貼?")
        asked = mei.messages.last
        await expect(asked).to_contain_text("我要怎麼貼")
        await expect(asked.get_by_test_id("reading"), "the bot does not read what a person owns").to_have_count(0)
        await mei.replies("我把貼法再傳給您一次。")
        await expect(customer.by("agent").filter(has_text="再傳給您一次")).to_be_visible()
        await mei.hands_back()
        await expect(customer.page.get_by_test_id("person")).to_be_visible()
        await expect(customer.by("bot"), "the bot kept silent meanwhile").to_have_count(answers)
        await shoot(customer.page, "09-handed-back")

        await customer.says("退貨期限多久?")
        await expect(customer.by("bot").filter(has_text="7 天內").last).to_be_visible()
        await mei.queue()
        await customer.page.get_by_test_id("person").click()
        await mei.claims(await mei.newcomer(known))
        await expect(customer.name).to_have_text("Mei")
        await shoot(mei.page, "10-console-second-time")
        await mei.resolves()
        await expect(customer.panel.get_by_test_id("status")).to_contain_text("直接寫")
        await shoot(customer.page, "11-resolved")

        said = await customer.messages.count()
        await customer.page.reload()
        await customer.opens_chat()
        await expect(customer.messages).to_have_count(said)
        await customer.says("剛才那件事還是不行")
        await expect(customer.name, "who comes back so soon gets the person who had it").to_have_text("Mei")
        await shoot(customer.page, "12-returned")


@pytest.mark.parametrize(
    ("language", "question", "step", "scheme"),
    [
        ("zh-CN", "钢化膜收到了，我要怎么贴？", "除尘贴", "dark"),
        ("en", "How do I put the glass film on?", "1. ", "light"),
    ],
)
async def test_the_other_languages_on_a_phone(
    chromium: Browser, program: Program, shoot: Shoot, language: str, question: str, step: str, scheme: Scheme
) -> None:
    async with a_customer(chromium, program, language, phone=True, scheme=scheme) as customer:
        await shoot(customer.page, f"20-shop-{language}-{scheme}")
        await customer.opens_chat()
        await expect(customer.panel).to_have_attribute("lang", language)
        await shoot(customer.page, f"21-chat-{language}-{scheme}")
        await customer.says(question)
        await expect(customer.by("bot").locator("ol > li").first).to_be_visible()
        if step != "1. ":
            await expect(customer.by("bot").locator("ol")).to_contain_text(step)
        await expect(customer.page.get_by_test_id("quick-reply").first).to_be_visible()
        await shoot(customer.page, f"22-steps-{language}-{scheme}")


async def test_a_bubble_outlives_a_reload_while_the_server_is_away(
    chromium: Browser, program: Program, shoot: Shoot
) -> None:
    async with a_customer(chromium, program, "zh-TW", phone=True) as customer:
        await customer.opens_chat()
        await customer.says("您好")
        await expect(customer.by("bot")).to_have_count(1)
        await customer.page.context.set_offline(True)
        await customer.says("你們客服幾點下班?")
        await expect(customer.own("幾點下班")).to_have_attribute("data-state", "sending")
        await expect(customer.page.get_by_test_id("offline")).to_be_visible()
        await shoot(customer.page, "30-offline")
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            await customer.page.reload()
        await customer.page.context.set_offline(False)
        await customer.visits("zh-TW")
        await customer.opens_chat()
        await expect(customer.own("幾點下班")).to_have_attribute("data-state", "sent")
        await expect(customer.by("bot").filter(has_text="21:00")).to_be_visible()
        await expect(customer.own("幾點下班")).to_have_count(1)


async def test_hostile_markup_stays_text(chromium: Browser, program: Program, shoot: Shoot) -> None:
    async with an_agent(chromium, program, "en", scheme="dark") as mei, a_customer(chromium, program, "en") as customer:
        known = await mei.queue()
        await customer.opens_chat()
        await customer.page.get_by_test_id("person").click()
        row = await mei.newcomer(known)
        await customer.says(HOSTILE)
        await expect(customer.own(HOSTILE)).to_have_attribute("data-state", "sent")
        await mei.claims(row)
        await expect(mei.messages.filter(has_text=HOSTILE)).to_be_visible()
        await mei.replies(HOSTILE)
        await expect(customer.by("agent").filter(has_text=HOSTILE)).to_be_visible()
        await shoot(mei.page, "40-console-hostile-dark")
        for page in (customer.page, mei.page):
            await expect(page.locator(".bubble :is(img, script, a), .row :is(img, script)")).to_have_count(0)
            assert "taken" not in await page.title()
        await mei.resolves()


async def test_nothing_scrolls_sideways_on_a_phone(chromium: Browser, program: Program, shoot: Shoot) -> None:
    async with (
        a_customer(chromium, program, "zh-TW", phone=True, scheme="dark") as customer,
        an_agent(chromium, program, "zh-CN", phone=True) as mei,
    ):
        known = await mei.queue()
        await fits(customer.page)
        await customer.opens_chat()
        await customer.says("https://shop.example/" + "a" * 300)
        await expect(customer.own("a" * 300)).to_have_attribute("data-state", "sent")
        row = await mei.newcomer(known)  # a link alone is for a person
        await expect(customer.page.get_by_test_id("cancel-wait")).to_be_visible()
        await fits(customer.page)
        await shoot(customer.page, "50-phone-waiting-dark")
        await fits(mei.page)
        await shoot(mei.page, "51-phone-list")
        await mei.claims(row)
        await fits(mei.page)
        await shoot(mei.page, "52-phone-conversation")
        await mei.page.get_by_test_id("show-packet").click()
        await expect(mei.page.get_by_test_id("packet")).to_be_visible()
        await fits(mei.page)
        await shoot(mei.page, "53-phone-packet")
        await mei.page.get_by_test_id("hide-packet").click()
        await mei.resolves()
