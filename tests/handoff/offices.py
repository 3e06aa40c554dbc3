"""A console on a database, as the program serves it, with a shop that has no articles and no orders."""

from pathlib import Path

from handoff.console.auth import SignInLimit
from handoff.console.live import LiveFeed
from handoff.console.routes import Console
from handoff.console.schemas import Installation
from handoff.db import Database
from handoff.files import Files
from handoff.ports import LocalWakeups, NoRecords, NoSuggestions
from tests.fakes import MovedClock

SHOP = Installation(address="", origins=[], shop={"zh-TW": "小滿", "zh-CN": "小满", "en": "Xiaoman"}, accent="#0f766e")


def a_console(database: Database, wakeups: LocalWakeups, clock: MovedClock, folder: Path) -> Console:
    database._wakeups = wakeups
    feed, files = LiveFeed(database, wakeups, clock), Files(database, folder / "files", clock, "k" * 40)
    return Console(database, clock, NoSuggestions(), NoRecords(), SignInLimit(), feed, files, SHOP)
