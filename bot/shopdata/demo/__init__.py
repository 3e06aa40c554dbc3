"""The demo shop's records: a catalogue, orders that are told about elsewhere, and many more made from the catalogue."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.shopdata.base import Choice, Option, Order, OrderItem, Product, Progress
from bot.shopdata.demo import made

FOLDER = Path(__file__).parent


def products() -> list[Product]:
    """The catalogue of products.yml, in its order."""
    content = yaml.safe_load((FOLDER / "products.yml").read_text("utf-8"))
    return [_product(entry, content["choices"]) for entry in content["products"]]


def orders(catalogue: Sequence[Product], now: datetime) -> list[Order]:
    """Two hundred orders with times relative to `now`: those of orders.yml, then made ones."""
    known = {product.sku: product for product in catalogue}
    entries = yaml.safe_load((FOLDER / "orders.yml").read_text("utf-8"))
    told = [_order(entry, known, now) for entry in entries]
    return [*told, *made.orders(catalogue, now)]


def canned() -> list[dict[str, Any]]:
    """The agents' prepared answers of canned.yml."""
    entries: list[dict[str, Any]] = yaml.safe_load((FOLDER / "canned.yml").read_text("utf-8"))
    return entries


def _product(entry: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]]) -> Product:
    options = tuple(
        Option(kind, tuple(Choice(choice, names[kind][choice]) for choice in choices))
        for kind, choices in entry.get("options", {}).items()
    )
    return Product(
        sku=entry["sku"],
        department=entry["department"],
        name=entry["name"],
        about=entry["about"],
        price=entry["price"],
        left=entry["left"],
        options=options,
        articles=tuple(entry["articles"]),
    )


def _order(entry: Mapping[str, Any], known: Mapping[str, Product], now: datetime) -> Order:
    def at(hours: float) -> datetime:
        return now + timedelta(hours=hours)

    items = tuple(_item(known[sku], quantity, *price) for sku, quantity, *price in entry["lines"])
    return Order(
        number=entry["number"],
        state=entry["state"],
        phone=entry["phone"],
        placed_at=at(entry["placed_hours"]),
        total=entry["total"],
        lines=tuple((item.name["zh-TW"], item.quantity) for item in items),
        carrier=entry.get("carrier", {}),
        tracking_number=entry.get("tracking_number"),
        expected_at=at(entry["expected_hours"]) if "expected_hours" in entry else None,
        progress=tuple(
            Progress(at(step["hours"]), step["kind"], step.get("place", {})) for step in entry.get("progress", ())
        ),
        delivery=entry.get("delivery", "home"),
        tracking_url=f"{made.TRACKING_PAGE}{entry['tracking_number']}" if "tracking_number" in entry else None,
        items=items,
    )


def _item(product: Product, quantity: int, price: int | None = None) -> OrderItem:
    return OrderItem(product.sku, product.name, quantity, price or product.price)
