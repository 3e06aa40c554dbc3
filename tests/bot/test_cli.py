"""`baton …` as somebody types it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.knowledge.articles import STARTER
from bot.settings import ADDRESS_NOTE, ROOT

SLOW_TO_LOAD = ("sqlalchemy", "alembic", "aiohttp", "redis")


@pytest.fixture
def data(migrated_sqlite: Path, tmp_path: Path) -> Path:
    """A data folder that need not be migrated first."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(migrated_sqlite, folder / "baton.db")
    return folder


def _baton(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={**os.environ, "BATON_DATA": str(data), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["agents", "--help"], ["nonsense"], ["ask"]])
def test_help_and_a_slip_load_nothing_that_is_slow(arguments: list[str]) -> None:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    loaded = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines() if line.startswith("import time")}
    assert "typer" in loaded
    assert loaded.isdisjoint(SLOW_TO_LOAD)


def test_an_agent_is_added_and_listed_and_the_link_is_a_whole_address(tmp_path: Path) -> None:
    added = _baton(tmp_path, "agents", "add", "mei@shop.example", "--name", "Mei")
    assert added.returncode == 0, added.stderr
    assert added.stdout.startswith("/console/#login=") and "behind your server's address" in added.stderr
    (tmp_path / ADDRESS_NOTE).write_text("http://127.0.0.1:8099")
    known = _baton(tmp_path, "agents", "link", "mei@shop.example")
    assert known.stdout.startswith("http://127.0.0.1:8099/console/#login=") and not known.stderr
    public = _baton(tmp_path, "agents", "link", "mei@shop.example", BATON_PUBLIC_URL="https://chat.shop.example")
    assert public.stdout.startswith("https://chat.shop.example/console/#login=")
    assert _baton(tmp_path, "agents", "list").stdout == "mei@shop.example  Mei  agent  online\n"


def test_the_last_admin_stays_one_and_who_is_not_there_cannot_be_taken_off(data: Path) -> None:
    _baton(data, "agents", "add", "mei@shop.example", "--name", "Mei", "--role", "admin")
    refused = _baton(data, "agents", "role", "mei@shop.example", "lead")
    assert (refused.returncode, refused.stderr) == (1, "error: make somebody else an admin first\n")
    unknown = _baton(data, "agents", "deactivate", "jun@shop.example")
    assert (unknown.returncode, unknown.stderr) == (1, "error: an agent jun@shop.example does not exist\n")


def test_a_slip_in_an_address_is_said_in_a_sentence(data: Path) -> None:
    refused = _baton(data, "agents", "add", "mei", "--name", "Mei")
    assert (refused.returncode, refused.stderr) == (1, "error: 'mei' is not an e-mail address\n")


def test_a_folder_without_articles_is_an_error_that_says_what_it_should_look_like(data: Path, tmp_path: Path) -> None:
    article = tmp_path / "articles" / "mine"
    shutil.copytree(next(path for path in sorted(STARTER.iterdir()) if path.is_dir()), article)
    too_deep = _baton(data, "import-articles", str(article))
    assert too_deep.returncode == 1 and f"import {article.parent}" in too_deep.stderr
    too_high = _baton(data, "import-articles", str(tmp_path))
    assert too_high.returncode == 1 and f"Did you mean {article.parent}?" in too_high.stderr
    right = _baton(data, "import-articles", str(article.parent))
    assert (right.returncode, right.stderr) == (0, "1 article imported\n")


def test_texts_are_checked_and_the_exit_code_tells(data: Path, tmp_path: Path) -> None:
    shutil.copytree(STARTER / "return-policy", tmp_path / "articles" / "return-policy")
    page = tmp_path / "articles" / "return-policy" / "en.md"
    page.write_text(page.read_text("utf-8") + "\nYou should have read this.\n", "utf-8")
    told = _baton(data, "check-texts", str(tmp_path / "articles"))
    assert told.returncode == 1 and "1 remark" in told.stderr
    assert told.stdout.startswith("article return-policy/en body, line ")
    assert ": blame: You should have read → " in told.stdout
