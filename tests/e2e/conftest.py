"""The real program with the shipped model, trained once for the whole run and kept for the next."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot import training
from bot.settings import ROOT
from nlu.versions import Version
from tests.e2e.program import Program, running


@pytest.fixture(scope="session")
def model() -> Version:
    """The shipped model; trained where the installation's data folder has none yet."""
    return asyncio.run(training.ensure_model(ROOT, ROOT / "data", lambda step, done, total: None))


def with_model(folder: Path, model: Version) -> Path:
    """A data folder of its own that has the model."""
    (folder / "models").mkdir(parents=True)
    (folder / "models" / model.path.name).symlink_to(model.path)
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
