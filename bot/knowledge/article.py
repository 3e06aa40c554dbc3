"""Articles: what the shop knows, a body per language."""

from dataclasses import dataclass
from datetime import date

from handoff.values import Language


@dataclass(frozen=True, slots=True)
class Article:
    """One article in one language.

    `general` articles answer every question of their intents; the others only those about their `products`.
    """

    id: str
    language: Language
    title: str
    intents: tuple[str, ...]
    general: bool
    products: tuple[str, ...]
    questions: tuple[str, ...]
    next_step: str
    body: str
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, today: date) -> bool:
        return (self.valid_from is None or self.valid_from <= today) and (
            self.valid_to is None or today <= self.valid_to
        )
