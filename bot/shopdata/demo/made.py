"""Orders as a shop of this size has them, in every state; the same ones each time, only their times move with `now`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.shopdata.base import Delivery, Order, OrderItem, OrderState, Product, Progress

SEED = 20261007
FIRST_NUMBER = 20261007
CUSTOMERS = 120
DAYS_TO_ARRIVE = 3
TRACKING_PAGE = "https://parcel.xiaoman.example/"

Words = Mapping[str, str]
Step = tuple[str, int]
"""What happened, and how many hours after the order was placed."""

TO_THE_DOOR: tuple[Step, ...] = (("packing", 3), ("packed", 6), ("handed_over", 12), ("hub", 26), ("out", 38))
TO_A_STORE: tuple[Step, ...] = (("packing", 3), ("packed", 6), ("handed_over", 12), ("hub", 26), ("at_shop", 40))
ARRIVED: Mapping[Delivery, Step] = {"home": ("delivered", 43), "pickup": ("picked_up", 58)}
BACK: tuple[Step, ...] = (
    ("return_requested", 100),
    ("return_collected", 128),
    ("return_received", 170),
    ("refunded", 200),
)
DELAYED: Step = ("delayed", 50)


@dataclass(frozen=True, slots=True)
class Kind:
    """So many orders whose last step was `last`, between so many hours ago; without a step they were placed then."""

    count: int
    state: OrderState
    last: str | None
    hours: tuple[int, int]
    ways: tuple[Delivery, ...] = ("home", "pickup")


KINDS = (
    Kind(14, "paid", None, (1, 18)),
    Kind(12, "packing", "packing", (1, 9)),
    Kind(12, "shipped", "handed_over", (2, 12)),
    Kind(14, "shipped", "hub", (2, 16)),
    Kind(10, "out_for_delivery", "out", (1, 5), ways=("home",)),
    Kind(12, "ready", "at_shop", (2, 90), ways=("pickup",)),
    Kind(70, "delivered", "delivered", (8, 900)),
    Kind(10, "delayed", "delayed", (80, 190)),
    Kind(10, "cancelled", None, (12, 600)),
    Kind(10, "return_requested", "return_requested", (3, 40)),
    Kind(8, "returned", "return_received", (4, 28)),
    Kind(12, "refunded", "refunded", (10, 400)),
)

CARRIERS: Mapping[Delivery, tuple[Words, ...]] = {
    "home": (
        {"zh-TW": "小滿宅配", "zh-CN": "小满快递", "en": "Xiaoman Express"},
        {"zh-TW": "山風物流", "zh-CN": "山风物流", "en": "Hillwind Logistics"},
    ),
    "pickup": ({"zh-TW": "超商取貨", "zh-CN": "便利店自提", "en": "store pick-up"},),
}
WAREHOUSE: Words = {"zh-TW": "桃園倉", "zh-CN": "桃园仓", "en": "Taoyuan warehouse"}
HUBS: tuple[Words, ...] = (
    {"zh-TW": "新竹", "zh-CN": "新竹", "en": "Hsinchu"},
    {"zh-TW": "台中", "zh-CN": "台中", "en": "Taichung"},
    {"zh-TW": "嘉義", "zh-CN": "嘉义", "en": "Chiayi"},
    {"zh-TW": "高雄", "zh-CN": "高雄", "en": "Kaohsiung"},
    {"zh-TW": "花蓮", "zh-CN": "花莲", "en": "Hualien"},
)
STORES: tuple[Words, ...] = (
    {"zh-TW": "民生門市", "zh-CN": "民生门店", "en": "Minsheng store"},
    {"zh-TW": "公園門市", "zh-CN": "公园门店", "en": "Park store"},
    {"zh-TW": "站前門市", "zh-CN": "站前门店", "en": "Station store"},
    {"zh-TW": "河堤門市", "zh-CN": "河堤门店", "en": "Riverside store"},
)


def orders(catalogue: Sequence[Product], now: datetime) -> list[Order]:
    chance = Random(SEED)  # noqa: S311 (nothing is kept secret with it)
    phones = [f"0900000{digits}" for digits in chance.sample(range(100, 1000), CUSTOMERS)]
    kinds = [kind for kind in KINDS for _ in range(kind.count)]
    chance.shuffle(kinds)
    return [
        _order(FIRST_NUMBER + index, kind, chance.choice(phones), catalogue, chance, now)
        for index, kind in enumerate(kinds)
    ]


def _order(number: int, kind: Kind, phone: str, catalogue: Sequence[Product], chance: Random, now: datetime) -> Order:
    way = chance.choice(kind.ways)
    steps = _steps(kind, way)
    last_at = now - timedelta(hours=chance.randint(*kind.hours), minutes=chance.randrange(60))
    placed_at = last_at - timedelta(hours=steps[-1][1] if steps else 0)
    items = _items(catalogue, chance)
    sent = any(name == "handed_over" for name, _ in steps)
    tracking_number = f"XE{number - FIRST_NUMBER + 88020001}" if sent else None
    return Order(
        number=f"XM{number}",
        state=kind.state,
        phone=phone,
        placed_at=placed_at,
        total=f"NT${sum(item.each * item.quantity for item in items):,}",
        lines=tuple((item.name["zh-TW"], item.quantity) for item in items),
        carrier=chance.choice(CARRIERS[way]) if sent else {},
        tracking_number=tracking_number,
        expected_at=None if kind.state == "cancelled" else placed_at + timedelta(days=DAYS_TO_ARRIVE),
        progress=_progress(steps, placed_at, chance),
        delivery=way,
        tracking_url=f"{TRACKING_PAGE}{tracking_number}" if tracking_number else None,
        items=items,
    )


def _steps(kind: Kind, way: Delivery) -> tuple[Step, ...]:
    """The way of a parcel up to the last step of its kind."""
    if kind.last is None:
        return ()
    there = TO_THE_DOOR if way == "home" else TO_A_STORE
    if kind.last == "delayed":
        return (*there[:-1], DELAYED)
    whole = (*there, ARRIVED[way], *BACK)
    last = ARRIVED[way][0] if kind.last == "delivered" else kind.last
    return whole[: [name for name, _ in whole].index(last) + 1]


def _items(catalogue: Sequence[Product], chance: Random) -> tuple[OrderItem, ...]:
    bought = chance.sample(catalogue, chance.choice((1, 1, 1, 2, 2, 3)))
    return tuple(
        OrderItem(product.sku, _chosen(product, chance), chance.choice((1, 1, 1, 2)), product.price)
        for product in bought
    )


def _chosen(product: Product, chance: Random) -> Words:
    """The product's name with the colour and size that were taken."""
    taken = [chance.choice(option.choices).name for option in product.options]
    if not taken:
        return product.name
    name, en = product.name, ", ".join(choice["en"] for choice in taken)
    chinese = {lang: f"{name[lang]}（{'、'.join(c[lang] for c in taken)}）" for lang in ("zh-TW", "zh-CN")}
    return {**chinese, "en": f"{name['en']} ({en})"}


def _progress(steps: Sequence[Step], placed_at: datetime, chance: Random) -> tuple[Progress, ...]:
    hub, store = chance.choice(HUBS), chance.choice(STORES)
    places = {"packing": WAREHOUSE, "packed": WAREHOUSE, "at_shop": store, "picked_up": store}
    places |= dict.fromkeys(("hub", "out", "delivered", "delayed"), hub)
    return tuple(Progress(placed_at + timedelta(hours=hours), name, places.get(name, {})) for name, hours in steps)
