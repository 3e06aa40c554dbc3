"""One skill per customer question. The registry is a literal: which intent runs which skill."""

from collections.abc import Mapping

from bot.skills.base import Skill
from bot.skills.tracking import Tracking

SKILL_OF_INTENT: Mapping[str, str] = {"track_order": "tracking"}

SKILLS: Mapping[str, Skill] = {"tracking": Tracking()}
