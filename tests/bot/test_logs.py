"""One event a line, with the fields its call names and no word that anybody else chose."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from bot import logs
from bot.settings import SettingsError, log_style

SECRET = "call me on 0912345678"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What has been logged; everything is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


def _line(written: io.StringIO) -> dict[str, Any]:
    (line,) = written.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_call_becomes_an_event_with_its_fields(written: io.StringIO) -> None:
    logs.configure("json", written)
    logging.getLogger("baton.inbound").warning("nlu_failed conversation=%d error=%s", 7, "NluTimeout")
    line = _line(written)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "baton.inbound",
        "event": "nlu_failed",
        "conversation": 7,
        "error": "NluTimeout",
    }


def test_fields_are_those_of_the_call_however_their_values_look(written: io.StringIO) -> None:
    logs.configure("json", written)
    log = logging.getLogger("nlu.supervisor")
    log.info("nlu.child.%s pid=%d model=%s seconds=%.1f left=%s", "adopted", 12, 'a b="c" level=x\nd', 1.26, None)
    line = _line(written)
    assert (line["event"], line["pid"], line["seconds"], line["left"]) == ("nlu.child.adopted", 12, 1.3, None)
    assert line["model"] == 'a b="c" level=x\nd' and line["level"] == "info"


def test_text_stays_on_one_line_whatever_a_value_holds(written: io.StringIO) -> None:
    logs.configure("text", written)
    logging.getLogger("baton.cli").info("serving address=%s model=%s", "http://127.0.0.1:8080", "a\nb c")
    (line,) = written.getvalue().splitlines()
    assert line.endswith(r'INFO baton.cli serving address=http://127.0.0.1:8080 model="a\nb c"')


@pytest.mark.parametrize("style", ["json", "text"])
def test_an_error_tells_its_kind_and_place_and_not_its_words(written: io.StringIO, style: logs.Style) -> None:
    logs.configure(style, written)
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as cause:
            raise OSError(28, "No space left on device", SECRET) from cause
    except OSError:
        logging.getLogger("baton.inbound").exception("answer_failed conversation=%d", 7)
    told = written.getvalue()
    assert "0912345678" not in told
    assert "OSError (No space left on device) < ValueError" in told
    assert "test_logs.py" in told and "answer_failed" in told


def test_a_library_tells_only_what_is_the_same_every_time(written: io.StringIO) -> None:
    logs.configure("json", written)
    logging.getLogger("aiohttp.server").error("Error handling request from %s", SECRET)
    already_filled = "Task exception was never retrieved\nfuture: " + SECRET
    logging.getLogger("asyncio").error(already_filled)
    logging.getLogger("alembic").info("chatter")
    assert "0912345678" not in written.getvalue()
    events = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [event["message"] for event in events] == [
        "Error handling request from %s",
        "Task exception was never retrieved",
    ]


def test_a_person_gets_text_and_a_machine_gets_json() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert logs.default_style(Screen()) == "text"
    assert logs.default_style(io.StringIO()) == "json"


def test_the_style_can_be_chosen_and_a_wrong_one_is_named() -> None:
    assert log_style({}) is None and log_style({"BATON_LOG": "text"}) == "text"
    with pytest.raises(SettingsError, match="BATON_LOG must be json or text, not 'xml'"):
        log_style({"BATON_LOG": "xml"})
