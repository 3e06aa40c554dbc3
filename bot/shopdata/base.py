"""The shop's records behind one interface, whatever system keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

OrderState = Literal["paid", "shipped", "ready", "delivered", "cancelled"]


class ShopUnavailable(Exception):
    """The shop's records do not answer now; the customer gets a person."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a parcel. `kind` names the words, `place` is where."""

    at: datetime
    kind: str
    place: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    number: str
    state: OrderState
    phone: str
    placed_at: datetime
    total: str
    lines: tuple[tuple[str, int], ...]
    carrier: Mapping[str, str]
    tracking_number: str | None
    expected_at: datetime | None
    progress: tuple[Progress, ...]


class ShopRecords(Protocol):
    """Raises `ShopUnavailable` where the records cannot be read."""

    async def find_order(self, number: str) -> Order | None: ...

    async def find_orders(self, numbers: Sequence[str]) -> Sequence[Order]: ...
