"""The real program with the shipped model, trained once for the whole run and kept for the next."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot import training
from bot.settings import ROOT
from nlu import versions
from nlu.versions import Version
from tests.e2e.browser import ANSWER_MS, ARGUMENTS, CHROMIUM, Shoot
from tests.e2e.program import BATON, Program, running


@pytest.fixture(scope="session")
def model() -> Version:
    """The shipped model, trained and measured in the installation's data folder, so that no test has to wait for it."""
    version = asyncio.run(training.ensure_model(ROOT, ROOT / "data", lambda step, done, total: None))
    subprocess.run([BATON, "ask", "hello"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return version


def with_model(folder: Path, model: Version) -> Path:
    """A data folder of its own that has the model, measured and live."""
    (folder / "models").mkdir(parents=True)
    for file in model.path.parent.glob(f"{model.id}.*"):
        (folder / "models" / file.name).symlink_to(file)
    versions.go_live(folder, model, datetime.now(UTC))
    return folder


@pytest.fixture
def data(tmp_path: Path, model: Version) -> Path:
    return with_model(tmp_path / "data", model)


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory, model: Version) -> Path:
    return with_model(tmp_path_factory.mktemp("program") / "data", model)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def program(shared_data: Path) -> AsyncIterator[Program]:
    """One running demo for all tests that leave it as they found it."""
    async with running(shared_data) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"There is no Chromium at {CHROMIUM}: `apt install chromium`, or set BATON_CHROMIUM to one.")
    expect.set_options(timeout=ANSWER_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def shoot(tmp_path: Path) -> Shoot:
    """Keeps a picture of a page: for eyes, not for comparing."""
    folder = Path(os.environ.get("BATON_SCREENSHOTS", tmp_path))

    async def shoot(page: Page, name: str) -> None:
        await page.screenshot(path=folder / f"{name}.png")

    return shoot
