"""What the customer meant, as far as a text alone can tell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntentScore:
    """One reading of a text; `confidence` is raw (0–1) and says nothing about the rate of errors until calibrated."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Entity:
    """A detail found in the text; `text[start:end]` is what the customer typed, `value` its normal form."""

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was understood of `text`: every intent, surest first (never empty), and the entities in text order."""

    text: str
    ranking: tuple[IntentScore, ...]
    entities: tuple[Entity, ...]
    model: str

    @property
    def intent(self) -> IntentScore:
        """The surest reading."""
        return self.ranking[0]

    def entity(self, name: str) -> str | None:
        """The value of the first entity of that name, if any."""
        return next((entity.value for entity in self.entities if entity.name == name), None)
