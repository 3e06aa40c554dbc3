"""What the program says about itself: one event a line, as text for people or as JSON for machines.

A call names its event and its fields: `log.warning("nlu_failed conversation=%d error=%s", …)`. Only these are written.
What others say in their own words (an exception's message, a library's arguments) may hold what a customer wrote, so
of an error its type and its place are told, and of a library's line the part that is the same every time.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, Any, Literal

Style = Literal["json", "text"]
OURS = ("baton", "bot", "handoff", "nlu")
FRAMES = 12
_PLACE = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]")
_PLAIN = re.compile(r"[^\s\"=]+")

Fields = Mapping[str, Any]


def configure(style: Style, stream: IO[str] | None = None, *, least: int = logging.INFO) -> None:
    """From now on events go to `stream` (standard error): ours from `least` on, a library's from WARNING on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(least)
    if style == "json":
        sys.excepthook = _crashed


def default_style(stream: IO[str] | None = None) -> Style:
    """Text where a person looks on, JSON where a machine collects."""
    return "text" if (stream or sys.stderr).isatty() else "json"


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "event", …fields, "error", "trace"}`."""

    def format(self, record: logging.LogRecord) -> str:
        event, fields = read(record)
        line = {"time": _time(record), "level": record.levelname.lower(), "logger": record.name, "event": event}
        told = {key: value for key, value in {**fields, **_failure(record)}.items() if key not in line}
        return json.dumps({**line, **told}, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """`time LEVEL logger event key=value …`; where an error happened follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        event, fields = read(record)
        failure = dict(_failure(record))
        trace = failure.pop("trace", ())
        told = [f"{key}={_shown(value)}" for key, value in {**fields, **failure}.items()]
        line = " ".join([_time(record), record.levelname, record.name, event, *told])
        return "\n".join([line, *(f"    {place}" for place in trace)])


def read(record: logging.LogRecord) -> tuple[str, Fields]:
    """An event and its fields, from how the line was written and never from how its values look."""
    template = str(record.msg)
    if record.name.partition(".")[0] not in OURS:
        return "library", {"message": template.partition("\n")[0]}
    given = record.args if isinstance(record.args, tuple) else ()
    values = iter(given)
    event, *words = template.split() or [""]
    event = _filled(event, values)
    fields = {}
    for word in words:
        key, equals, place = word.partition("=")
        if not equals:
            continue
        fields[key] = _value(place, values)
    return event, fields


def _value(place: str, values: Iterator[object]) -> Any:
    """Numbers stay numbers; everything else is told as its words."""
    if not _PLACE.fullmatch(place):
        return _filled(place, values)
    value = next(values, None)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(place % value) if place[-1] in "fge" else value
    return place % (value,)


def _filled(words: str, values: Iterator[object]) -> str:
    return _PLACE.sub(lambda found: found.group() % (next(values, None),), words)


def _failure(record: logging.LogRecord) -> Fields:
    """The error's type, with those that led to it, and where it happened, innermost last."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return {}
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {
        "error": " < ".join(_name(cause) for cause in _causes(error)),
        "trace": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _name(error: BaseException) -> str:
    """The system's own words about a file or a socket are safe and say what to mend."""
    reason = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return f"{type(error).__module__}.{type(error).__qualname__}{reason}".removeprefix("builtins.")


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shown(value: object) -> str:
    return str(value) if _PLAIN.fullmatch(str(value)) else json.dumps(str(value), ensure_ascii=False)


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("baton").critical("crashed", exc_info=(kind, error, trace))
