"""What customers are told about when somebody answers, and what the shop file says about it."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import shop as shops
from bot.decisions import HandOff
from bot.replies import shipped
from bot.settings import ROOT
from bot.shop import Shop, ShopFileError
from handoff.desk import presence
from handoff.expected import Minutes
from handoff.models import Promise
from handoff.values import Language, Priority, PromisedTime, Reason, Telling
from tests import builders as a
from tests.bot.conftest import SHOP, Counter

TAIPEI = ZoneInfo("Asia/Taipei")
HOURS = SHOP.hours.in_zone(SHOP.zone)
CALLED = HandOff(Reason.CUSTOMER_REQUEST, key="customer_request")


def taipei(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026; people are there from 9 to 21."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("language", "now", "due", "told"),
    [
        ("zh-TW", taipei(20, 11), taipei(20, 11, 10), "最晚 11:10 回覆您。"),
        ("zh-CN", taipei(20, 11), taipei(20, 11, 10), "最晚 11:10 回复您。"),
        ("en", taipei(20, 11), taipei(20, 11, 10), "by 11:10 at the latest."),
        ("zh-TW", taipei(20, 20, 50), taipei(21, 9, 20), "最晚明天 09:20 回覆您。"),
        ("en", taipei(20, 20, 50), taipei(21, 9, 20), "by 09:20 tomorrow at the latest."),
        ("zh-TW", taipei(20, 22), taipei(21, 9, 30), "客服人員明天 09:00 上班，您的問題已經排好。最晚 09:30 回覆您。"),
        ("zh-CN", taipei(20, 7), taipei(20, 9, 30), "人工客服今天 09:00 上班，您的问题已经排好。最晚 09:30 回复您。"),
        ("en", taipei(20, 22), taipei(21, 9, 30), "is in line. You'll hear from us by 09:30 at the latest."),
    ],
)
def test_the_first_words_name_the_time(language: Language, now: datetime, due: datetime, told: str) -> None:
    [words] = shipped().call(CALLED, language, HOURS, now, PromisedTime("wait", due))
    assert words.text.endswith(told)
    assert words.author == "system"


@pytest.mark.parametrize(
    ("shop_language", "zone", "language", "told"),
    [
        ("zh-TW", "Asia/Taipei", "zh-CN", "最晚 11:10 回复您。"),  # one clock
        ("zh-TW", "Asia/Taipei", "en", "by 11:10 UTC+8 at the latest."),
        ("zh-TW", "America/New_York", "zh-TW", "最晚 11:10 UTC-5 回覆您。"),
        ("en", "America/New_York", "en", "by 11:10 at the latest."),
        ("en", "America/New_York", "zh-CN", "最晚 11:10 UTC-5 回复您。"),
    ],
)
def test_a_promise_names_its_zone_to_whose_clock_may_be_another(
    shop_language: Language, zone: str, language: Language, told: str
) -> None:
    shop = SHOP.model_copy(update={"language": shop_language})
    hours = replace(HOURS, zone=ZoneInfo(zone))
    now = datetime(2026, 11, 20, 11, tzinfo=hours.zone)
    promise = PromisedTime("wait", now + timedelta(minutes=10))
    [words] = shipped().call(CALLED, language, shop.read_by(hours, language), now, promise)
    assert words.text.endswith(told)


@pytest.mark.parametrize(
    ("language", "reads_in", "told"),
    [
        (
            "zh-TW",
            "America/Los_Angeles",
            "客服人員11 月 21 日 09:00 UTC+8 上班，您的問題已經排好。最晚 09:30 UTC+8 回覆您。",
        ),
        ("zh-TW", "Asia/Kathmandu", "最晚 09:30 UTC+8 回覆您。"),
        ("zh-TW", "Asia/Shanghai", "客服人員明天 09:00 上班，您的問題已經排好。最晚 09:30 回覆您。"),
        ("en", "Asia/Taipei", "You'll hear from us by 09:30 at the latest."),
        ("en", "Europe/Berlin", "You'll hear from us by 09:30 UTC+8 at the latest."),
    ],
)
def test_whose_clock_is_known_reads_the_zone_only_where_theirs_shows_another_time(
    language: Language, reads_in: str, told: str
) -> None:
    now = taipei(20, 22)
    read = SHOP.read_by(HOURS, language, reads_in)
    [words] = shipped().call(CALLED, language, read, now, PromisedTime("opening", taipei(21, 9, 30)))
    assert words.text.endswith(told)


async def test_the_morning_is_promised_by_whose_clock_to_who_is_abroad(counter: Counter) -> None:
    counter.clock.move(11 * 3600)
    conversation = await counter.sends(replace(a.press("person"), zone="Europe/Berlin"))
    _, messages = await counter.handed_off(conversation)
    assert "09:00 UTC+8" in messages[-1].text and "最晚 09:30 UTC+8" in messages[-1].text


@pytest.mark.parametrize("language", shops.LANGUAGES)
@pytest.mark.parametrize("why", get_args(Telling))
def test_a_later_time_is_told_with_its_day_where_that_is_another_one(language: Language, why: Telling) -> None:
    today, tomorrow = (PromisedTime("wait", taipei(day, 9, 20)) for day in (20, 21))
    soon, far = (shipped().later(promise, language, HOURS, taipei(20, 9), why).text for promise in (today, tomorrow))
    assert "09:20" in soon and "09:20" in far
    assert shipped().say("hours.tomorrow", language) in far and shipped().say("hours.tomorrow", language) not in soon


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(Minutes(None, 3), "約 3 分鐘"), (Minutes(5, 10), "約 5–10 分鐘"), (Minutes(60, None), "超過一小時")],
)
def test_a_wait_is_said_as_people_say_it(minutes: Minutes, told: str) -> None:
    assert shipped().wait(minutes, "zh-TW") == told


def the_promise(session: Session) -> Promise:
    return session.scalars(select(Promise)).one()


async def test_what_the_words_name_is_the_stored_promise(counter: Counter) -> None:
    agent = await counter.database.write(a.agent, counter.clock.now())
    await counter.database.write(presence.console_is_open, agent, counter.clock.now())
    conversation = await counter.presses("person")
    _, messages = await counter.handed_off(conversation)
    promise = await counter.database.read(the_promise)
    assert promise.due_at == promise.first_due_at == counter.clock.now() + timedelta(minutes=10)
    assert messages[-1].text.endswith("最晚 11:10 回覆您。")


async def test_out_of_hours_the_morning_is_promised(counter: Counter) -> None:
    counter.clock.move(11 * 3600)
    conversation = await counter.presses("person")
    _, messages = await counter.handed_off(conversation)
    promise = await counter.database.read(the_promise)
    assert promise.due_at == taipei(21, 9, 30)
    assert "明天 09:00" in messages[-1].text and "最晚 09:30" in messages[-1].text


def a_shop(folder: Path, *lines: str, holidays: str = "{}") -> Shop:
    text = (ROOT / "shop.yml").read_text("utf-8").partition("\nsla:")[0]
    path = folder / "shop.yml"
    path.write_text("\n".join([text.replace("exceptions: {}", f"exceptions: {holidays}"), *lines]), "utf-8")
    return shops.load(path)


@pytest.mark.parametrize(
    ("holidays", "named"),
    [
        ("{2026-02-30: []}", "hours.exceptions.2026-02-30"),
        ("{20270206: []}", "hours.exceptions.20270206"),
        ("{Christmas: []}", "hours.exceptions.Christmas"),
        ("[2027-02-06]", "hours.exceptions"),
        ("{2027-02-06: closed}", "hours.exceptions.2027-02-06"),
        ('{2027-02-06: ["18:00-09:00"]}', "hours.exceptions.2027-02-06"),
        ('{2027-02-06: ["09:00-13:00", "12:00-18:00"]}', "hours.exceptions.2027-02-06.*overlap"),
        ("{2027-02-06: [], 2027-02-06: []}", "2027-02-06 is there twice"),
    ],
)
def test_nonsense_among_the_holidays_is_named_with_its_path(tmp_path: Path, holidays: str, named: str) -> None:
    with pytest.raises(ShopFileError, match=named):
        a_shop(tmp_path, holidays=holidays)


@pytest.mark.parametrize(
    ("policy", "named"),
    [
        ("sla: {asap: {first_response: 5}}", "sla.asap"),
        ("sla: {high: {resolution: 0}}", "sla.high.resolution"),
        ("sla: {high: {answer: 5}}", "sla.high.answer"),
    ],
)
def test_nonsense_among_the_deadlines_is_named_with_its_path(tmp_path: Path, policy: str, named: str) -> None:
    with pytest.raises(ShopFileError, match=named):
        a_shop(tmp_path, policy)


def test_what_the_shop_does_not_ask_for_has_no_deadline(tmp_path: Path) -> None:
    assert a_shop(tmp_path).service_levels.policies == {}
    shop = a_shop(tmp_path, "sla: {high: {first_response: 15}, low: {}}")
    assert shop.service_levels.policies == {Priority.HIGH: {"first_response": timedelta(minutes=15)}}
