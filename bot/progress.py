"""How far a training or a measurement is: a bar where somebody looks on, elsewhere a line now and then."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from bot import training
from bot.training import Calibrator
from nlu.launching import OnProgress
from nlu.live import LiveModel
from nlu.versions import Version

log = logging.getLogger("baton.training")

STEPS: Mapping[str, tuple[str, int]] = {
    "check": ("checking the sentences", 2),
    "prepare": ("starting Rasa", 19),
    "features": ("taking the sentences apart", 20),
    "learn": ("learning what customers mean", 27),
    "entities": ("learning details in sentences", 25),
    "write": ("writing the model", 7),
}
"""The steps of a training in their order, in words, and what each takes of 100 parts of the time."""
MEASURES: Mapping[str, str] = {
    "calibrate": "measuring how sure the model may be",
    "judge": "judging labelled messages",
}
"""What may be measured of a trained model, in words; it is over when it is over."""
EXPECTED_S = 200.0
"""On two cores; what is measured on the way corrects it."""
BEGINS = "training the model, three to four minutes on 2 cores …"
TELLING = 0.2
"""From this part on, the time that has passed says how long the whole will take."""
LINE_EVERY_S = 15.0
LINE_EVERY_PERCENT = 10
TICK_S = 0.5
READY_S = 240.0
"""For a model to be loaded and, the first time, measured."""


async def trained(root: Path, data: Path, terminal: Console, *, always: bool, encoder: str | None = None) -> Version:
    """The wanted model, trained where it is missing (or `always`), with its progress on the terminal.

    A quiet terminal leaves the lines to the log. `encoder` and errors as `training.train` has them.
    """
    async with shown(terminal) as on_progress:
        if always:
            return await training.train(root, data, on_progress, training.known_intents(), encoder)
        return await training.ensure_model(root, data, on_progress, training.known_intents())


async def until_ready(live: LiveModel, calibrator: Calibrator, terminal: Console) -> None:
    """Returns once the model answers; where it has to be measured first, that is shown. Raises `NluError`."""
    async with shown(terminal) as on_progress:
        with calibrator.shown_to(on_progress):
            await live.wait_ready(READY_S)


class Course:
    """Where a training or a measurement stands; times are seconds since it began."""

    def __init__(self) -> None:
        self.expected_s = EXPECTED_S
        self._step = next(iter(STEPS))
        self._reached = 0.0

    @property
    def is_training(self) -> bool:
        return self._step in STEPS

    def report(self, step: str, done: int, total: int, at: float) -> None:
        part = done / max(total, 1)
        if step in STEPS:
            before, parts = _place(step)
            self._reached = max(self._reached, before + parts * part)
            if self._reached >= TELLING:
                self.expected_s = at / self._reached
        else:
            self._reached = part
        self._step = step

    def fraction(self, at: float) -> float:
        """0–1. A step of a training that tells nothing moves on by the clock, but never past its end."""
        if not self.is_training:
            return self._reached
        before, parts = _place(self._step)
        return max(self._reached, min(at / self.expected_s, before + parts))

    def words(self) -> str:
        if not self.is_training:
            return MEASURES.get(self._step, self._step)
        number = list(STEPS).index(self._step) + 1
        return f"step {number} of {len(STEPS)}: {STEPS[self._step][0]}"

    def times(self, at: float) -> str:
        return f"{_clock(at)} of about {_clock(max(self.expected_s, at))}" if self.is_training else _clock(at)


def _place(step: str) -> tuple[float, float]:
    """How much of the whole lies before a step, and how much it is itself."""
    at = list(STEPS).index(step)
    parts = [share for _, share in STEPS.values()]
    return sum(parts[:at]) / sum(parts), parts[at] / sum(parts)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


@asynccontextmanager
async def shown(terminal: Console) -> AsyncIterator[OnProgress]:
    """Takes reports and shows them until left; where none comes there is nothing to see."""
    course, began = Course(), time.monotonic()
    showing: list[asyncio.Task[None]] = []

    def on_progress(step: str, done: int, total: int) -> None:
        course.report(step, done, total, time.monotonic() - began)
        if not showing:
            _say(terminal, BEGINS if course.is_training else "measuring the model …")
            show = _bar if terminal.is_terminal else _lines
            showing.append(asyncio.create_task(show(terminal, course, began)))

    try:
        yield on_progress
        if showing:
            done = "trained" if course.is_training else "measured"
            _say(terminal, f"the model is {done}, in {_clock(time.monotonic() - began)}")
    finally:
        for task in showing:
            task.cancel()
        await asyncio.gather(*showing, return_exceptions=True)


async def _bar(terminal: Console, course: Course, began: float) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %  {task.fields[times]}"),
    )
    with Progress(*columns, console=terminal, transient=True) as progress:
        bar = progress.add_task("", total=1.0, times="")
        while True:
            at = time.monotonic() - began
            progress.update(bar, description=course.words(), completed=course.fraction(at), times=course.times(at))
            await asyncio.sleep(TICK_S)


async def _lines(terminal: Console, course: Course, began: float) -> None:
    told_at, told_percent = 0.0, 0
    while True:
        await asyncio.sleep(TICK_S)
        at = time.monotonic() - began
        percent = int(course.fraction(at) * 100)
        if at - told_at < LINE_EVERY_S and abs(percent - told_percent) < LINE_EVERY_PERCENT:
            continue
        told_at, told_percent = at, percent
        _say(terminal, f"{percent} %, {course.words()}, {course.times(at)}")


def _say(terminal: Console, line: str) -> None:
    terminal.print(line, soft_wrap=True)
    if terminal.quiet:
        log.info("progress told=%s", line)
