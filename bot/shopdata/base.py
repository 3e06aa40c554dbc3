"""The shop's records behind one interface, whatever system keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

OrderState = Literal[
    "paid",
    "packing",
    "shipped",
    "out_for_delivery",
    "ready",
    "delivered",
    "delayed",
    "cancelled",
    "return_requested",
    "returned",
    "refunded",
]
BEFORE_DISPATCH: frozenset[OrderState] = frozenset({"paid", "packing"})
"""An order in one of these can still be changed or cancelled."""
Delivery = Literal["home", "pickup"]
Department = Literal["electronics", "home", "clothes", "books", "food"]
Stock = Literal["in_stock", "low", "out"]

LOW_STOCK = 5


class ShopUnavailable(Exception):
    """The shop's records do not answer now; the customer gets a person."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an option. `name` has every language."""

    id: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """What is chosen before buying: a colour, a size."""

    kind: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """One thing for sale. `price` is in whole NT$, `left` how many there are, `articles` are ids that help with it."""

    sku: str
    department: Department
    name: Mapping[str, str]
    about: Mapping[str, str]
    price: int
    left: int
    options: tuple[Option, ...]
    articles: tuple[str, ...]

    @property
    def stock(self) -> Stock:
        if self.left <= 0:
            return "out"
        return "low" if self.left <= LOW_STOCK else "in_stock"


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a parcel. `kind` names the words, `place` is where."""

    at: datetime
    kind: str
    place: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OrderItem:
    """What was bought, with what was chosen in its name; `each` is the price of one in the order's currency."""

    sku: str
    name: Mapping[str, str]
    quantity: int
    each: int


@dataclass(frozen=True, slots=True)
class Order:
    """`lines` are in the shop's own language; `items`, where the records know them, are the same in every language."""

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
    delivery: Delivery = "home"
    tracking_url: str | None = None
    items: tuple[OrderItem, ...] = ()

    def lines_in(self, language: str) -> tuple[tuple[str, int], ...]:
        """Names and quantities for a reader of `language`."""
        return tuple((item.name[language], item.quantity) for item in self.items) or self.lines


class ShopRecords(Protocol):
    """Raises `ShopUnavailable` where the records cannot be read."""

    async def find_order(self, number: str) -> Order | None: ...

    async def find_orders(self, numbers: Sequence[str]) -> Sequence[Order]: ...

    async def find_product(self, sku: str) -> Product | None: ...

    async def products(self) -> Sequence[Product]:
        """Everything for sale, in the shop's order."""
