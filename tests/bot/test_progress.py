"""What somebody who waits for a training is told."""

import asyncio
import io

import pytest
from rich.console import Console

from bot.progress import EXPECTED_S, LINE_EVERY_S, STEPS, Course, shown


def test_a_silent_step_moves_on_by_the_clock_but_never_past_its_end() -> None:
    course = Course()
    course.report("prepare", 0, 1, 1.0)
    assert course.words() == "step 2 of 6: starting Rasa"
    early, late, much_later = (course.fraction(at) for at in (10.0, 20.0, 10 * EXPECTED_S))
    assert early < late < much_later < 0.3


def test_what_is_measured_on_the_way_corrects_what_is_expected() -> None:
    course = Course()
    assert course.times(5.0) == "0:05 of about 3:20"
    course.report("learn", 0, 1, 60.0)
    assert course.times(60.0) == "1:00 of about 2:26"


def test_every_step_to_its_end_is_the_whole() -> None:
    course, seen = Course(), [0.0]
    for number, step in enumerate(STEPS, 1):
        course.report(step, 1, 1, number * 20.0)
        seen.append(course.fraction(number * 20.0))
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1.0)


def test_a_measurement_is_told_by_its_own_figures() -> None:
    course = Course()
    course.report("calibrate", 30, 120, 4.0)
    assert course.fraction(100.0) == 0.25 and course.times(4.0) == "0:04"


async def test_without_a_terminal_there_is_a_line_at_the_start_on_the_way_and_at_the_end() -> None:
    written = io.StringIO()
    async with asyncio.timeout(LINE_EVERY_S), shown(Console(file=written, highlight=False)) as on_progress:
        on_progress("check", 3, 3)
        on_progress("learn", 1, 2)
        while written.getvalue().count("\n") < 2:
            await asyncio.sleep(0.001)
    first, middle, last = written.getvalue().splitlines()
    assert first == "training the model, three to four minutes on 2 cores …"
    assert " %, step 4 of 6: learning what customers mean, 0:00 of about " in middle
    assert last == "the model is trained, in 0:00"


async def test_where_nothing_is_trained_nothing_is_said() -> None:
    written = io.StringIO()
    async with shown(Console(file=written)):
        pass
    assert written.getvalue() == ""
