"""What is stored of groups that were upgraded: Telegram gave them another id, and topics there are new."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from handoff.db import Base, UtcDateTime


class GroupMove(Base):
    """A group is known by another id since then."""

    __tablename__ = "group_moves"

    group_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    to: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def keep(session: Session, group_id: int, to: int, now: datetime) -> None:
    """From now on, after a restart as well; the same again changes nothing."""
    if session.get(GroupMove, group_id) is None:
        session.add(GroupMove(group_id=group_id, to=to, at=now))


def known(session: Session) -> Mapping[int, int]:
    """Where each group went, oldest first."""
    rows = session.scalars(select(GroupMove).order_by(GroupMove.at))
    return {row.group_id: row.to for row in rows}
