"""The tone check of what an agent is writing, over real HTTP, and the rule behind it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from handoff.console.table import ROUTES
from handoff.db import Database
from handoff.desk import people
from handoff.ports import LocalWakeups
from handoff.tone import MOST, NO_TONE, Rule, Script, Tone
from handoff.values import Language
from tests.e2e.program import Desk
from tests.fakes import MovedClock
from tests.handoff.offices import a_console

WHY: dict[Language, str] = {"zh-TW": "太大聲", "zh-CN": "太大声", "en": "loud"}
LOUD = Rule("shouting", re.compile("!{3,}"), WHY, "!")
REFUSAL = Rule("refusal", re.compile("cannot"), WHY, hint="What I can do", unless=re.compile("but"))
SCRIPT = Script(re.compile("[订单发]+"), re.compile("[訂單發]+"), {"订": "訂", "单": "單"}, WHY)
TONE = Tone({"en": (LOUD, REFUSAL), "zh-TW": (LOUD,)}, {"zh-TW": SCRIPT}, ("Wow!!!",))


@pytest.fixture
async def mei(database: Database, clock: MovedClock, tmp_path: Path) -> AsyncIterator[Desk]:
    console = replace(a_console(database, LocalWakeups(), clock, tmp_path), tone=TONE)
    app = web.Application()
    console.add_to(app, ROUTES)
    await database.write(people.add_agent, "mei@shop.example", "Mei", "agent", clock.now())
    code = await database.write(people.issue_link, "mei@shop.example", clock.now())
    jar = aiohttp.CookieJar(unsafe=True)
    async with TestServer(app) as server, aiohttp.ClientSession(cookie_jar=jar) as session:
        desk = Desk(str(server.make_url("")).rstrip("/"), session)
        await desk.sign_in(code)
        yield desk


async def test_an_agent_is_told_in_their_own_language_where_and_why(mei: Desk) -> None:
    body = {"text": "好😀!!!", "reader": "zh-TW", "writer": "en"}
    [found] = (await mei.post("/tone", body))["items"]
    assert (found["kind"], found["words"], found["say"], found["why"]) == ("shouting", "!!!", "!", "loud")
    assert (found["start"], found["end"]) == (3, 6), "a browser counts an emoji twice"
    assert (await mei.post("/tone", body | {"writer": "zh-CN"}))["items"][0]["why"] == "太大声"


async def test_what_may_hurt_is_told_first(mei: Desk) -> None:
    items = (await mei.post("/tone", {"text": "Hi!!! You cannot return it", "reader": "en", "writer": "en"}))["items"]
    assert [found["kind"] for found in items] == ["refusal", "shouting"]


@pytest.mark.parametrize("wrong", [{"text": "x" * 8001}, {"reader": "fr"}, {"writer": None}, {"secret": 1}])
async def test_what_is_no_draft_is_refused(mei: Desk, wrong: dict[str, object]) -> None:
    await mei.post("/tone", {"text": "hi", "reader": "en", "writer": "en"} | wrong, 400)


def test_without_rules_nothing_is_found() -> None:
    assert NO_TONE.judge("STOP!!! 订单", "zh-TW") == ()


def test_a_no_is_all_right_with_a_way_on() -> None:
    assert [finding.hint for finding in TONE.judge("I cannot", "en")] == ["What I can do"]
    assert TONE.judge("I cannot, but we can", "en") == ()
    assert TONE.judge("But yes: I cannot. but", "en") == ()


@pytest.mark.parametrize(
    "text", ['You wrote "no!!!"', "> no!!!", "`no!!!`", "「no!!!」", "https://x.example/!!!", "{no}", "Wow!!!"]
)
def test_what_is_not_ours_to_word_is_left_alone(text: str) -> None:
    assert TONE.judge(text, "en") == ()
    assert TONE.judge(f"{text}\nyes!!!", "en"), "but what stands beside it is not"


def test_letters_of_the_other_script_are_one_slip_each_or_one_in_all() -> None:
    assert [(f.say, f.start) for f in TONE.judge("您的订單", "zh-TW")] == [("訂", 2)]
    assert [f.say for f in TONE.judge("发了", "zh-TW")] == [None], "two spellings: only the sentence can tell"
    assert [(f.start, f.end) for f in TONE.judge("订,单,订,单", "zh-TW")] == [(0, 7)]


def test_findings_stand_in_order_apart_and_are_not_too_many() -> None:
    found = TONE.judge("a!!! " * 50, "en")
    assert len(found) == MOST
    assert all(one.end <= other.start for one, other in pairwise(found))
