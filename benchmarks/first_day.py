"""What a first-day agent needs for one customer, from the call to the end: clicks, keys and seconds in a real browser.

make bench NAME=first_day                 with the mouse alone and with the keys alone, in three languages
make bench NAME=first_day ARGS=--quick    one language, writes nothing
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated, Protocol

import typer
from playwright.async_api import Browser, Locator, Page, async_playwright, expect
from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.report import Metrics, rounded
from bot import settings, training
from bot.settings import ROOT
from handoff.values import Language
from tests.e2e.browser import ANSWER_MS, ARGUMENTS, CHROMIUM, Agent, a_customer, an_agent
from tests.e2e.conftest import with_model
from tests.e2e.program import Program, running

NAME = "first_day"
STEPS = ("called", "open", "claim", "understand", "answer", "send", "resolve")
QUESTIONS: dict[Language, str] = {
    "zh-TW": "吊牌剪掉了還可以退貨嗎",
    "zh-CN": "吊牌剪掉了还可以退货吗",
    "en": "can I still return it without the tag",
}

terminal = Console(stderr=True)


class Hand(Protocol):
    """How an agent does each step; `did` counts what it took."""

    did: int

    async def opens(self, row: Locator) -> None: ...
    async def claims(self) -> None: ...
    async def takes_suggestion(self) -> None: ...
    async def sends(self) -> None: ...
    async def resolves(self) -> None: ...


@dataclass(slots=True)
class Mouse:
    page: Page
    did: int = 0

    async def _click(self, target: Locator) -> None:
        self.did += 1
        await target.click()

    async def opens(self, row: Locator) -> None:
        await self._click(row)

    async def claims(self) -> None:
        await self._click(self.page.get_by_test_id("claim"))

    async def takes_suggestion(self) -> None:
        await self._click(self.page.get_by_test_id("suggestion").first)

    async def sends(self) -> None:
        await self._click(self.page.get_by_test_id("send"))

    async def resolves(self) -> None:
        await self._click(self.page.get_by_test_id("resolve"))


@dataclass(slots=True)
class Keys:
    page: Page
    did: int = 0

    async def _press(self, key: str) -> None:
        self.did += 1
        await self.page.keyboard.press(key)

    async def opens(self, row: Locator) -> None:
        await self._press("j")

    async def claims(self) -> None:
        await self._press("c")

    async def takes_suggestion(self) -> None:
        await self._press("1")

    async def sends(self) -> None:
        await self._press("Control+Shift+Enter")

    async def resolves(self) -> None:
        """Sent and resolved were one key."""


@dataclass(slots=True)
class Day:
    """What each step took, over all customers."""

    actions: dict[str, list[int]] = field(default_factory=lambda: {step: [] for step in STEPS})
    seconds: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})

    def note(self, step: str, actions: int, began: float) -> None:
        self.actions[step].append(actions)
        self.seconds[step].append(time.perf_counter() - began)


def main(quick: Annotated[bool, typer.Option("--quick", help="A short run that writes no result.")] = False) -> None:
    """Measure and write benchmarks/results/first_day.json."""
    languages: tuple[Language, ...] = ("en",) if quick else ("zh-TW", "zh-CN", "en")
    days = asyncio.run(_measured(languages))
    _show(days)
    if not quick:
        terminal.print(f"written to {report.write(NAME, flattened(days)).relative_to(ROOT)}")


def flattened(days: dict[str, Day]) -> Metrics:
    """Actions and median seconds of every step, by hand."""
    metrics: Metrics = {}
    for hand, day in days.items():
        name = "clicks" if hand == "mouse" else "keys"
        for step in STEPS:
            metrics[f"{hand}_{step}_{name}"] = max(day.actions[step])
            metrics[f"{hand}_{step}_s"] = rounded(median(day.seconds[step]))
        metrics[f"{hand}_{name}"] = sum(max(day.actions[step]) for step in STEPS)
    return metrics


async def _measured(languages: tuple[Language, ...]) -> dict[str, Day]:
    days = {"mouse": Day(), "keys": Day()}
    model = await training.ensure_model(ROOT, settings.read().data, lambda *_: None)
    with tempfile.TemporaryDirectory() as folder:
        async with running(with_model(Path(folder, "data"), model)) as program, _browser() as browser:
            for language in languages:
                for name, day in days.items():
                    async with an_agent(browser, program, language) as agent:
                        hand: Hand = Mouse(agent.page) if name == "mouse" else Keys(agent.page)
                        await _one_customer(browser, program, language, agent, hand, day)
    return days


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=ANSWER_MS)
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


async def _one_customer(
    browser: Browser, program: Program, language: Language, agent: Agent, hand: Hand, day: Day
) -> None:
    page = agent.page
    async with a_customer(browser, program, language) as customer:
        await customer.opens_chat()
        await customer.says(QUESTIONS[language])
        await expect(customer.by("bot").last).to_be_visible()
        known = await agent.queue()
        began = time.perf_counter()
        await customer.panel.get_by_test_id("person").click()
        row = await agent.newcomer(known)
        day.note("called", 0, began)
        await _step("open", hand, day, hand.opens(row), page.get_by_test_id("claim"))
        await _step("claim", hand, day, hand.claims(), page.get_by_test_id("reply-box"))
        await _step("understand", hand, day, asyncio.sleep(0), page.get_by_test_id("suggestion").first)
        await _step("answer", hand, day, hand.takes_suggestion(), page.locator('[data-testid="send"]:enabled'))
        await _step("send", hand, day, hand.sends(), customer.by("agent").last)
        before, began = hand.did, time.perf_counter()
        await hand.resolves()
        await expect(agent.owner).to_have_attribute("data-status", "resolved")
        day.note("resolve", hand.did - before, began)


async def _step(name: str, hand: Hand, day: Day, doing: Awaitable[None], seen: Locator) -> None:
    """One step, until what it is for is seen."""
    before, began = hand.did, time.perf_counter()
    await doing
    await expect(seen).to_be_visible()
    day.note(name, hand.did - before, began)


def _show(days: dict[str, Day]) -> None:
    table = Table("step", "clicks", "s", "keys", "s")
    for step in STEPS:
        cells = []
        for day in days.values():
            cells += [str(max(day.actions[step])), f"{median(day.seconds[step]):.2f}"]
        table.add_row(step, *cells)
    terminal.print(table)


if __name__ == "__main__":
    typer.run(main)
