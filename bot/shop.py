"""One shop's rules, read from `shop.yml` and checked once."""

from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from handoff.values import Language

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
    """Confidences from 0 to 1; see `bot.dialogue` for what each decides."""

    threshold: Annotated[dict[Language, Share], AfterValidator(_in_every_language)]
    person_threshold: Share
    clarify_share: Share
    clarify_gap: Share
    article_floor: Share
    max_bot_turns: Annotated[int, Field(ge=1, le=100)]


class Waiting(_Section):
    fragment_s: Seconds
    burst_s: Seconds
    sweep_after_s: Seconds
    rerun_window_s: Seconds


class Shop(_Section):
    name: Annotated[dict[Language, str], AfterValidator(_in_every_language)]
    language: Language
    timezone: str
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
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
