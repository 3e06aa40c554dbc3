"""The model of the sources as they are, and an installation that has nothing but it."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bot import training
from bot.settings import ROOT
from nlu import versions
from nlu.versions import Version


async def shipped_model(terminal: Console, data: Path) -> Version:
    """The version that the sources ask for, whatever is live; trained where it is missing."""
    found = versions.find(ROOT, data)
    if found is not None:
        return found
    terminal.print("  the shipped model is not trained yet: three to four minutes on 2 cores")
    return await training.train(ROOT, data, told(terminal))


def told(terminal: Console) -> Callable[[str, int, int], None]:
    """A line for each step of a training."""
    steps = set[str]()

    def tell(step: str, done: int, total: int) -> None:
        if step not in steps:
            steps.add(step)
            terminal.print(f"    training: {step}")

    return tell


def installation(folder: Path, model: Version) -> dict[str, str]:
    """The environment of a `baton` that knows this model, the demo shop and the starter articles, and nothing else."""
    own = Version(model.id, folder / "models" / model.path.name)
    own.path.parent.mkdir()
    own.path.hardlink_to(model.path)
    versions.note_maker(ROOT, own)
    # Live by name: sources that change meanwhile must not make it train another one.
    versions.go_live(folder, own, datetime.now(UTC), "the model that is measured")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BATON_")}
    kept.pop("REDIS_URL", None)
    return kept | {"BATON_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'baton.db'}"}
