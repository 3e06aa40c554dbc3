"""When a customer is asked how it was, and how long they may say so. Pure rules."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from handoff.values import Reason

SCORES = range(1, 6)
GIVEN_WITHIN = timedelta(days=7)
CHANGED_WITHIN = timedelta(days=1)
NOT_AFTER = frozenset({Reason.SAFETY, Reason.DISTRESS})
"""Who was in danger or in need is not asked for stars."""


def may_ask(episode: int, asked_before: int | None, reasons: Iterable[str]) -> bool:
    """Never in two episodes in a row, nor after a call of grave reason in this episode or the one before."""
    in_a_row = asked_before is not None and asked_before >= episode - 1
    return not in_a_row and NOT_AFTER.isdisjoint(reasons)


def is_open(asked_at: datetime, given_at: datetime | None, now: datetime) -> bool:
    """Whether a score may still be given, or once given, changed."""
    return now - asked_at <= GIVEN_WITHIN if given_at is None else now - given_at <= CHANGED_WITHIN
