"""By when a customer is promised an answer, and when a promise has to be told anew. Pure rules."""

from datetime import UTC, datetime, timedelta

from handoff.business_hours import BusinessHours
from handoff.values import PromisedTime

MARGIN = timedelta(minutes=5)
"""Promised on top of what is expected, or as much again where that is more."""
AFTER_OPENING = timedelta(minutes=30)
"""Who comes in the morning finds more than one waiting."""
NOBODY_THERE = timedelta(minutes=20)
"""In hours and nobody has opened the console: somebody will."""
ROUNDED_TO = timedelta(minutes=5)
LEAD_SHARE = 0.2
SHORTEST_LEAD, LONGEST_LEAD = timedelta(minutes=2), timedelta(minutes=15)


def promised(
    hours: BusinessHours, expected: timedelta, now: datetime, *, staffed: bool, deadline: datetime | None = None
) -> PromisedTime | None:
    """A time that can be kept, in working hours; None where nobody comes in the foreseeable future.

    `expected` is the wait once people are there, `staffed` whether some are already. No time behind a `deadline` of
    one's own is named.
    """
    found = _keepable(hours, expected, now, staffed=staffed)
    if found is None or deadline is None or found.due_at <= deadline:
        return found
    return PromisedTime(found.kind, max(deadline.replace(second=0, microsecond=0), _next_minute(now)))


def _keepable(hours: BusinessHours, expected: timedelta, now: datetime, *, staffed: bool) -> PromisedTime | None:
    needed = max(expected * 2, expected + MARGIN)
    if hours.is_open(now):
        due = hours.add_working_time(now, needed if staffed else needed + NOBODY_THERE)
        return PromisedTime("wait", rounded_up(due)) if due is not None else None
    opening = hours.next_opening(now)
    due = hours.add_working_time(opening, max(AFTER_OPENING, needed)) if opening is not None else None
    return PromisedTime("opening", rounded_up(due)) if due is not None else None


def retold_at(made_at: datetime, due_at: datetime) -> datetime:
    """When a promise that is not kept yet is told anew: before it slips, and not long before."""
    lead = min(max((due_at - made_at) * LEAD_SHARE, SHORTEST_LEAD), LONGEST_LEAD)
    return max(made_at, due_at - lead)


def near_at(made_at: datetime, due_at: datetime) -> datetime:
    """From when on an agent is warned: well before the customer has to be told."""
    lead = min(max((due_at - made_at) * (2 * LEAD_SHARE), 2 * SHORTEST_LEAD), 2 * LONGEST_LEAD)
    return max(made_at, due_at - lead)


def is_kept(first_due_at: datetime, answered_at: datetime) -> bool:
    """Judged against the first time that was given: a later one was our trouble, not the customer's."""
    return answered_at <= first_due_at


def _next_minute(now: datetime) -> datetime:
    """The first full minute that is a whole one ahead."""
    return (now + timedelta(minutes=2, microseconds=-1)).replace(second=0, microsecond=0)


def rounded_up(moment: datetime) -> datetime:
    """To the next five minutes: nobody promises 14:37."""
    moment = moment.astimezone(UTC)
    past = timedelta(
        minutes=moment.minute % (ROUNDED_TO.seconds // 60), seconds=moment.second, microseconds=moment.microsecond
    )
    return moment + (ROUNDED_TO - past) if past else moment
