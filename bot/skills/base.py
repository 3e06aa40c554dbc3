"""What a skill is: it says what it needs, looks it up, and concludes. Only the look-up is an effect."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.decisions import Ask, HandOff, Told
from bot.replies import Replies
from bot.shopdata.base import Order, ShopRecords
from handoff.values import Language

Outcome = Told | Ask | HandOff


class Skill(Protocol):
    @property
    def max_tries(self) -> int:
        """After so many wrong details it goes to a person, in this episode and in later ones."""

    def missing(self, slots: Mapping[str, str]) -> Ask | None:
        """The next question, or None once everything is there."""

    async def look_up(self, slots: Mapping[str, str], records: ShopRecords) -> Order | None:
        """Raises `ShopUnavailable`."""

    def conclude(
        self,
        slots: Mapping[str, str],
        order: Order | None,
        tries: int,
        replies: Replies,
        language: Language,
        now: datetime,
    ) -> Outcome:
        """What to tell. `tries` counts what did not fit before."""
