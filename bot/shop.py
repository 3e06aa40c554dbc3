"""One shop's rules, read from `shop.yml` and checked once."""

from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from handoff.business_hours import BusinessHours, Span
from handoff.values import Language

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
LANGUAGES: tuple[Language, ...] = ("zh-TW", "zh-CN", "en")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


T = TypeVar("T")


def _in_every_language(texts: dict[Language, T]) -> dict[Language, T]:
    missing = [language for language in LANGUAGES if language not in texts]
    if missing:
        raise ValueError(f"lacks {', '.join(missing)}")
    return texts


class ShopFileError(Exception):
    """`shop.yml` cannot be used; the message names each key and what is wrong with it."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Understanding(_Section):
    """Shares and confidences from 0 to 1; see `bot.dialogue` for what each decides."""

    wrong_answer_budget: Annotated[float, Field(ge=0.001, le=0.5)]
    person_threshold: Share
    clarify_share: Share
    clarify_gap: Share
    max_bot_turns: Annotated[int, Field(ge=1, le=100)]


class Waiting(_Section):
    fragment_s: Seconds
    burst_s: Seconds
    sweep_after_s: Seconds
    rerun_window_s: Seconds


def _spans(entries: list[str]) -> tuple[Span, ...]:
    return tuple(_span(entry) for entry in entries)


def _span(entry: str) -> Span:
    start, dash, end = entry.partition("-")
    try:
        span = time.fromisoformat(start.strip()), time.fromisoformat(end.strip().replace("24:00", "00:00"))
    except ValueError:
        dash = ""
    if not dash or (span[1] != time(0) and span[1] <= span[0]):
        raise ValueError(f'{entry!r} must be a span of one day such as "09:00-18:00"; 24:00 is its end')
    return span


Spans = Annotated[list[str], Field(max_length=6)]


class Hours(_Section):
    """When people are there, in the shop's time zone. A date under `exceptions` has those hours instead; [] is none."""

    week: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], Spans]
    exceptions: dict[date, Spans] = {}

    @field_validator("week", "exceptions")
    @classmethod
    def _are_spans(cls, days: dict[Any, list[str]]) -> dict[Any, list[str]]:
        for entries in days.values():
            _spans(entries)
        return days

    def in_zone(self, zone: ZoneInfo) -> BusinessHours:
        week = {DAYS.index(day): _spans(entries) for day, entries in self.week.items()}
        return BusinessHours(zone, week, {day: _spans(entries) for day, entries in self.exceptions.items()})


class Shop(_Section):
    name: Annotated[dict[Language, str], AfterValidator(_in_every_language)]
    language: Language
    timezone: str
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    hours: Hours
    reopen_hours: Annotated[float, Field(ge=0, le=24 * 90)]
    close_silent_hours: Annotated[float, Field(ge=0, le=24 * 90)] = 48
    understanding: Understanding
    waiting: Waiting

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("must be a time zone such as Asia/Taipei")
        return name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def business_hours(self) -> BusinessHours:
        return self.hours.in_zone(self.zone)


def load(path: Path) -> Shop:
    """Raises `ShopFileError` for a missing file, broken YAML, or a key that is unknown, missing or out of range."""
    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Shop.model_validate(content)
    except FileNotFoundError:
        raise ShopFileError(f"{path} is missing") from None
    except yaml.YAMLError as error:
        raise ShopFileError(f"{path}: {error}") from None
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors()]
        raise ShopFileError(f"{path} cannot be used:\n" + "\n".join(lines)) from None
