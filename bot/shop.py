"""One shop's rules, read from `shop.yml` and checked once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from handoff.assignment import Rules
from handoff.business_hours import BusinessHours, find_zone, read_spans, read_zone, require_written_date, written_hours
from handoff.quality import Checklist, Point
from handoff.sla import NO_SLA, Sla, Target
from handoff.tone import ToneKind
from handoff.values import Language, Priority, Reason

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
LANGUAGES: tuple[Language, ...] = ("zh-TW", "zh-CN", "en")


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


class Assignment(_Section):
    """How conversations come to agents where no team says otherwise, and what becomes of who says nothing."""

    mode: Literal["queue", "automatic"] = "queue"
    capacity: Annotated[int, Field(ge=1, le=100)] = 6
    remind_after_s: Annotated[list[Annotated[float, Field(ge=10, le=3600)]], Field(max_length=10)] = [60, 120]
    reassign_after_s: Annotated[float, Field(ge=10, le=3600)] = 180

    @model_validator(mode="after")
    def _reminds_before(self) -> "Assignment":
        if any(after >= self.reassign_after_s for after in self.remind_after_s):
            raise ValueError("every remind_after_s must be less than reassign_after_s")
        return self

    @property
    def rules(self) -> Rules:
        return Rules(
            automatic=self.mode == "automatic",
            capacity=self.capacity,
            remind_after=tuple(timedelta(seconds=after) for after in sorted(self.remind_after_s)),
            reassign_after=timedelta(seconds=self.reassign_after_s),
        )


def _separate(entries: list[str]) -> list[str]:
    """Spans that can be read and do not overlap."""
    read_spans(entries)
    return entries


Spans = Annotated[list[str], Field(max_length=6), AfterValidator(_separate)]
Day = Annotated[date, BeforeValidator(require_written_date)]


class Hours(_Section):
    """When people are there, in the shop's time zone. A date under `exceptions` has those hours instead; [] is none."""

    week: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], Spans]
    exceptions: dict[Day, Spans] = {}

    def in_zone(self, zone: ZoneInfo) -> BusinessHours:
        week = {str(day): entries for day, entries in self.week.items()}
        return written_hours(zone, week, self.exceptions)


BusinessMinutes = Annotated[float, Field(gt=0, le=60 * 24 * 60)]


class SlaPolicy(_Section):
    """Business minutes people have for a priority; what is not named has no deadline."""

    first_response: BusinessMinutes | None = None
    next_response: BusinessMinutes | None = None
    resolution: BusinessMinutes | None = None

    def targets(self) -> dict[Target, timedelta]:
        named: dict[Target, float | None] = {
            "first_response": self.first_response,
            "next_response": self.next_response,
            "resolution": self.resolution,
        }
        return {target: timedelta(minutes=minutes) for target, minutes in named.items() if minutes is not None}


Phrase = Annotated[str, Field(min_length=1, max_length=200)]


class Voice(_Section):
    """How the shop speaks, beside what is good manners anywhere; see `bot.wording`. What is not named is free."""

    address: dict[Literal["zh-TW", "zh-CN"], Literal["您", "你"]] = {}
    say_instead: dict[Language, dict[Phrase, Annotated[str, Field(max_length=200)]]] = {}
    sign_off: dict[Language, Phrase] = {}
    names: list[Phrase] = []
    unchecked: list[ToneKind] = []


Words = Annotated[
    dict[Language, Annotated[str, Field(min_length=1, max_length=200)]], AfterValidator(_in_every_language)
]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class QualityPoint(_Section):
    key: Key
    text: Words


class QualityChecklist(_Section):
    """What a review looks for where one of `reasons` or `intents` holds; with neither, where no other list does."""

    key: Key
    title: Words
    reasons: list[Reason] = []
    intents: list[Key] = []
    points: Annotated[list[QualityPoint], Field(min_length=1, max_length=20)]

    @field_validator("points")
    @classmethod
    def _are_told_apart(cls, points: list[QualityPoint]) -> list[QualityPoint]:
        return _each_once(points)

    @property
    def rules(self) -> Checklist:
        points = tuple(Point(point.key, _by_name(point.text)) for point in self.points)
        reasons = frozenset(str(reason) for reason in self.reasons)
        return Checklist(self.key, _by_name(self.title), points, reasons, frozenset(self.intents))


class Quality(_Section):
    """What quality reviews look at besides their three scores."""

    checklists: Annotated[list[QualityChecklist], Field(max_length=20)] = []

    @field_validator("checklists")
    @classmethod
    def _are_told_apart(cls, checklists: list[QualityChecklist]) -> list[QualityChecklist]:
        return _each_once(checklists)

    @property
    def rules(self) -> tuple[Checklist, ...]:
        return tuple(checklist.rules for checklist in self.checklists)


def _by_name(words: dict[Language, str]) -> dict[str, str]:
    return {str(language): text for language, text in words.items()}


Keyed = TypeVar("Keyed", QualityPoint, QualityChecklist)


def _each_once(found: list[Keyed]) -> list[Keyed]:
    keys = [one.key for one in found]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise ValueError(f"the key {twice[0]} is there twice")
    return found


HOMES: Mapping[Language, ZoneInfo] = {"zh-TW": ZoneInfo("Asia/Taipei"), "zh-CN": ZoneInfo("Asia/Shanghai")}
ANYWHERE = ZoneInfo("UTC")
"""English is read everywhere: only an English-speaking shop's customers are taken to be near it."""


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
    assignment: Assignment = Assignment()
    sla: dict[Priority, SlaPolicy] = {}
    voice: Voice = Voice()
    quality: Quality = Quality()

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        return read_zone(name).key

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def business_hours(self) -> BusinessHours:
        return self.hours.in_zone(self.zone)

    def read_by(self, hours: BusinessHours, language: Language, zone: str | None = None) -> BusinessHours:
        """The same hours for a reader: told with their zone where that reader's clock differs.

        Whose `zone` is not known, to us or to this machine, may have another one, by their language.
        """
        if zone is not None and (theirs := find_zone(zone)) is not None:
            return replace(hours, home=theirs)
        home = HOMES.get(language)
        if home is None and self.language == language:
            return hours
        return replace(hours, home=home or ANYWHERE)

    @cached_property
    def service_levels(self) -> Sla:
        """The deadlines people have, in the shop's hours."""
        policies = {priority: targets for priority, policy in self.sla.items() if (targets := policy.targets())}
        return Sla(self.business_hours, policies) if policies else NO_SLA


class _Plain(yaml.SafeLoader):
    """Dates stay words, so that a wrong one is told with its path; a key written twice is an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as in the base class
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if keys.count(key.value) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} is there twice", key.start_mark)
        return super().construct_mapping(node, deep)


def load(path: Path) -> Shop:
    """Raises `ShopFileError` for a missing file, broken YAML, or a key that is unknown, missing or out of range."""
    try:
        content: object = yaml.load(path.read_text(encoding="utf-8"), _Plain)  # noqa: S506 - a safe loader
        return Shop.model_validate(content)
    except FileNotFoundError:
        raise ShopFileError(f"{path} is missing") from None
    except yaml.YAMLError as error:
        raise ShopFileError(f"{path}: {error}") from None
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors()]
        raise ShopFileError(f"{path} cannot be used:\n" + "\n".join(lines)) from None
