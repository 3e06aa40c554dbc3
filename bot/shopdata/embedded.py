"""Shop records in Baton's own database, for shops without a system of their own and for the demo."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import yaml
from sqlalchemy import JSON, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.shopdata.base import Order, OrderState, Progress, ShopUnavailable
from handoff.db import Base, Database, UtcDateTime
from handoff.errors import DatabaseTrouble
from handoff.ports import OrderSummary

DEMO = Path(__file__).parent / "demo.yml"


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


class EmbeddedRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_order(self, number: str) -> Order | None:
        found = await self.find_orders([number])
        return found[0] if found else None

    async def find_orders(self, numbers: Sequence[str]) -> Sequence[Order]:
        try:
            return await self._database.read(_find, [number.upper() for number in numbers])
        except DatabaseTrouble as error:
            raise ShopUnavailable from error

    async def orders(self, numbers: Sequence[str]) -> Sequence[OrderSummary]:
        """The same orders as the desk's port `CustomerRecords` wants them."""
        found = await self.find_orders(numbers)
        return [OrderSummary(o.number, o.state, o.placed_at, o.total, o.lines) for o in found]


def store_demo(session: Session, now: datetime, path: Path = DEMO) -> None:
    """Put the demo shop's orders in place, with times relative to `now`."""
    rows = [_from_demo(entry, now) for entry in yaml.safe_load(path.read_text("utf-8"))]
    session.execute(delete(OrderRow).where(OrderRow.number.in_([row.number for row in rows])))
    session.add_all(rows)


def _find(session: Session, numbers: Sequence[str]) -> list[Order]:
    return [_order(row) for row in session.scalars(select(OrderRow).where(OrderRow.number.in_(numbers)))]


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
    )


def _from_demo(entry: Mapping[str, Any], now: datetime) -> OrderRow:
    def at(hours: float) -> datetime:
        return now + timedelta(hours=hours)

    progress = [
        {"at": at(step["hours"]).isoformat(), "kind": step["kind"], "place": step.get("place", {})}
        for step in entry.get("progress", [])
    ]
    return OrderRow(
        number=entry["number"],
        state=entry["state"],
        phone=entry["phone"],
        placed_at=at(entry["placed_hours"]),
        expected_at=at(entry["expected_hours"]) if "expected_hours" in entry else None,
        total=entry["total"],
        tracking_number=entry.get("tracking_number"),
        details={"lines": entry["lines"], "carrier": entry.get("carrier", {}), "progress": progress},
    )
