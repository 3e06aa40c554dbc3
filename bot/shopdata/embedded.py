"""Shop records in Baton's own database, for shops without a system of their own and for the demo."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import JSON, Integer, String, and_, case, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.shopdata.base import (
    Choice,
    Delivery,
    Department,
    Option,
    Order,
    OrderItem,
    OrderState,
    Product,
    Progress,
    ShopUnavailable,
)
from handoff.db import Base, Database, UtcDateTime
from handoff.errors import DatabaseTrouble
from handoff.ports import OrderSummary

T = TypeVar("T")


class OrderRow(Base):
    __tablename__ = "shop_orders"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    phone: Mapped[str] = mapped_column(String(40))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    total: Mapped[str] = mapped_column(String(40))
    tracking_number: Mapped[str | None] = mapped_column(String(60))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


class ProductRow(Base):
    __tablename__ = "shop_products"

    sku: Mapped[str] = mapped_column(String(60), primary_key=True)
    department: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(Integer)
    price: Mapped[int] = mapped_column(Integer)
    left: Mapped[int] = mapped_column(Integer)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


class EmbeddedRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_order(self, number: str) -> Order | None:
        found = await self.find_orders([number])
        return found[0] if found else None

    async def find_orders(self, numbers: Sequence[str]) -> Sequence[Order]:
        wanted = [number.upper() for number in numbers]
        return await self._read(lambda session: _find_orders(session, wanted))

    async def find_product(self, sku: str) -> Product | None:
        return await self._read(lambda session: _find_product(session, sku.lower()))

    async def products(self) -> Sequence[Product]:
        return await self._read(_products)

    async def orders(self, numbers: Sequence[str], language: str | None) -> Sequence[OrderSummary]:
        """The same orders as the desk's port `CustomerRecords` wants them."""
        return [_summary(order, language or "zh-TW") for order in await self.find_orders(numbers)]

    async def placed(self, spans: Sequence[tuple[datetime, datetime]]) -> Sequence[int] | None:
        """As the desk's port `OrderCounts` wants them; None where there are no orders at all."""
        try:
            return await self._read(lambda session: _placed(session, spans))
        except ShopUnavailable:
            return None

    async def product_names(self, numbers: Collection[str], language: str | None) -> Mapping[str, str]:
        """As the desk's port `ProductNames` wants them; none where the records do not answer."""
        try:
            found = await self._read(lambda session: _find_products(session, numbers))
        except ShopUnavailable:
            return {}
        return {product.sku: product.name[language or "zh-TW"] for product in found}

    async def _read(self, verb: Callable[[Session], T]) -> T:
        try:
            return await self._database.read(verb)
        except DatabaseTrouble as error:
            raise ShopUnavailable from error


def _summary(order: Order, language: str) -> OrderSummary:
    return OrderSummary(
        order.number,
        order.state,
        order.placed_at,
        order.total,
        order.lines_in(language),
        order.carrier.get(language),
        order.tracking_number,
        order.expected_at,
    )


def store(session: Session, products: Sequence[Product], orders: Sequence[Order]) -> None:
    """Put products and orders in place of those of the same sku or number."""
    session.execute(delete(ProductRow).where(ProductRow.sku.in_([product.sku for product in products])))
    session.execute(delete(OrderRow).where(OrderRow.number.in_([order.number for order in orders])))
    session.add_all(_product_row(product, position) for position, product in enumerate(products))
    session.add_all(map(_order_row, orders))


def _find_orders(session: Session, numbers: Sequence[str]) -> list[Order]:
    return [_order(row) for row in session.scalars(select(OrderRow).where(OrderRow.number.in_(numbers)))]


def _placed(session: Session, spans: Sequence[tuple[datetime, datetime]]) -> Sequence[int] | None:
    if session.scalar(select(OrderRow.number).limit(1)) is None:
        return None
    within = [and_(OrderRow.placed_at >= since, OrderRow.placed_at < until) for since, until in spans]
    counts = session.execute(select(*[func.count(case((inside, 1))) for inside in within])).one()
    return [int(count) for count in counts]


def _find_product(session: Session, sku: str) -> Product | None:
    row = session.get(ProductRow, sku)
    return _product(row) if row else None


def _find_products(session: Session, skus: Collection[str]) -> list[Product]:
    return [_product(row) for row in session.scalars(select(ProductRow).where(ProductRow.sku.in_(skus)))]


def _products(session: Session) -> list[Product]:
    return [_product(row) for row in session.scalars(select(ProductRow).order_by(ProductRow.position))]


def _order(row: OrderRow) -> Order:
    details: Mapping[str, Any] = row.details
    return Order(
        number=row.number,
        state=cast(OrderState, row.state),
        phone=row.phone,
        placed_at=row.placed_at,
        total=row.total,
        lines=tuple((name, count) for name, count in details["lines"]),
        carrier=details["carrier"],
        tracking_number=row.tracking_number,
        expected_at=row.expected_at,
        progress=tuple(
            Progress(datetime.fromisoformat(step["at"]), step["kind"], step["place"]) for step in details["progress"]
        ),
        delivery=cast(Delivery, details.get("delivery", "home")),
        tracking_url=details.get("tracking_url"),
        items=tuple(OrderItem(**item) for item in details.get("items", ())),
    )


def _order_row(order: Order) -> OrderRow:
    progress = [{"at": step.at.isoformat(), "kind": step.kind, "place": dict(step.place)} for step in order.progress]
    items = [{"sku": i.sku, "name": dict(i.name), "quantity": i.quantity, "each": i.each} for i in order.items]
    details = {
        "lines": [list(line) for line in order.lines],
        "carrier": dict(order.carrier),
        "progress": progress,
        "delivery": order.delivery,
        "tracking_url": order.tracking_url,
        "items": items,
    }
    return OrderRow(
        number=order.number,
        state=order.state,
        phone=order.phone,
        placed_at=order.placed_at,
        expected_at=order.expected_at,
        total=order.total,
        tracking_number=order.tracking_number,
        details=details,
    )


def _product(row: ProductRow) -> Product:
    details: Mapping[str, Any] = row.details
    return Product(
        sku=row.sku,
        department=cast(Department, row.department),
        name=details["name"],
        about=details["about"],
        price=row.price,
        left=row.left,
        options=tuple(
            Option(option["kind"], tuple(Choice(choice["id"], choice["name"]) for choice in option["choices"]))
            for option in details["options"]
        ),
        articles=tuple(details["articles"]),
    )


def _product_row(product: Product, position: int) -> ProductRow:
    options = [
        {"kind": option.kind, "choices": [{"id": choice.id, "name": dict(choice.name)} for choice in option.choices]}
        for option in product.options
    ]
    details = {
        "name": dict(product.name),
        "about": dict(product.about),
        "options": options,
        "articles": list(product.articles),
    }
    return ProductRow(
        sku=product.sku,
        department=product.department,
        position=position,
        price=product.price,
        left=product.left,
        details=details,
    )
