"""What agents are told about their words: what must be found, and at least as much that must be left alone."""

import time
from typing import Any

import pytest
import yaml

from bot import proofreading, wording
from bot import shop as shops
from bot.knowledge import articles
from bot.settings import ROOT
from bot.shop import LANGUAGES, Shop
from bot.shopdata import demo
from handoff.db import Database
from handoff.desk import canned
from handoff.desk.canned import Canned
from handoff.tone import Finding
from handoff.values import Language

CASES: dict[Language, dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "cases" / "tone.yml").read_text("utf-8"))
FOUND = [(lang, kind, *case) for lang in LANGUAGES for kind, cases in CASES[lang]["found"].items() for case in cases]
ALONE = [(language, text) for language in LANGUAGES for text in CASES[language]["alone"]]
SHOP = shops.load(ROOT / "shop.yml")
TONE = wording.tone_of(SHOP)


def a_shop(**voice: object) -> Shop:
    return Shop.model_validate({**SHOP.model_dump(mode="json", exclude={"voice"}), "voice": voice})


def taken(text: str, findings: tuple[Finding, ...]) -> str:
    """The text once every offer is taken."""
    for finding in reversed(findings):
        if finding.say is not None:
            text = text[: finding.start] + finding.say + text[finding.end :]
    return text


@pytest.mark.parametrize("case", FOUND, ids=lambda case: str(case[2]))
def test_what_customers_should_not_read_is_found_and_said_better(case: tuple[Any, ...]) -> None:
    language, kind, text, *better = case
    findings = TONE.judge(text, language)
    assert {finding.kind for finding in findings} == {kind}
    assert all(set(finding.why) == set(LANGUAGES) for finding in findings)
    if better:
        assert taken(text, findings) == better[0]
        assert TONE.judge(better[0], language) == (), "what is offered must be all right itself"


@pytest.mark.parametrize(("language", "text"), ALONE, ids=str)
def test_what_is_all_right_is_left_alone(language: Language, text: str) -> None:
    assert TONE.judge(text, language) == ()


def test_what_the_shop_ships_keeps_its_own_tone() -> None:
    passages = [*proofreading.of_shop(SHOP), *proofreading.shipped(articles.STARTER)]
    assert len(passages) > 700
    assert [str(remark) for remark in proofreading.remarks(SHOP, passages)] == []


async def test_what_the_shops_people_have_written_is_checked_too(database: Database) -> None:
    answer = Canned(0, "wait", "Wait", {"en": "Calm down.", "zh-TW": "請稍等。"})
    await database.write(canned.put, answer)
    [remark] = proofreading.remarks(SHOP, await database.read(proofreading.stored))
    assert str(remark).startswith("prepared answer /wait en, line 1: command: Calm down → ")


def test_names_of_things_for_sale_are_left_alone() -> None:
    names = [(language, product.name[language]) for product in demo.products() for language in LANGUAGES]
    assert names and [name for language, name in names if TONE.judge(name, language)] == []


def test_the_shops_own_words_come_before_anybodys() -> None:
    tone = wording.tone_of(a_shop(say_instead={"zh-TW": {"視頻": "短片"}, "en": {"sale": "offer"}}))
    assert [finding.say for finding in tone.judge("這段視頻", "zh-TW")] == ["短片"]
    assert [finding.say for finding in tone.judge("Sale! Our wholesale", "en")] == ["Offer"]


def test_a_shop_may_say_you_as_it_likes_or_not_care() -> None:
    warm = wording.tone_of(a_shop(address={"zh-CN": "你"}))
    assert taken("您好，您的订单到了", warm.judge("您好，您的订单到了", "zh-CN")) == "你好，你的订单到了"
    assert wording.tone_of(a_shop()).judge("你好，您好", "zh-CN") == ()


def test_a_set_closing_becomes_the_shops_own() -> None:
    tone = wording.tone_of(a_shop(sign_off={"en": "Take care, {agent}", "zh-TW": "小滿 {agent}"}))
    closings: tuple[tuple[Language, str, str], ...] = (
        ("en", "It's on its way.\nBest regards,\nJun", "It's on its way.\nTake care, {agent}"),
        ("zh-TW", "已經寄出了。敬祝商祺", "已經寄出了。小滿 {agent}"),
    )
    for language, text, better in closings:
        assert taken(text, tone.judge(text, language)) == better
    assert tone.judge("Best wishes for your move! The parcel waits for you.", "en") == ()


def test_kinds_and_names_that_do_not_matter_here_are_left_alone() -> None:
    assert TONE.judge("NEVER STOP IN THE RAIN 質量", "zh-TW")
    assert wording.tone_of(a_shop(unchecked=["region", "script"])).judge("质量和質量", "zh-TW") == ()
    assert wording.tone_of(a_shop(names=["READ ME AGAIN"])).judge("The READ ME AGAIN notebook", "en") == ()


def test_a_text_in_another_language_than_the_readers_is_judged_by_its_own() -> None:
    assert [finding.kind for finding in TONE.judge("You must log in", "zh-TW")] == ["command"]
    assert [finding.kind for finding in TONE.judge("您必須登入", "en")] == ["command"]
    assert [finding.kind for finding in TONE.judge("您必须登录", "en")] == ["command"]


@pytest.mark.parametrize(
    "piece", ["A", "AA ", "AND ", "a", "「", '"', "!?", "您", "您没有", "a@", "http://", "not ", "`", "订單"]
)
def test_no_text_however_odd_takes_long(piece: str) -> None:
    begun = time.perf_counter()
    for language in LANGUAGES:
        TONE.judge((piece * 8000)[:8000], language)
    assert time.perf_counter() - begun < 2
