"""Which deadlines the shop has set itself for its people, counted in business hours. Pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from handoff.business_hours import BusinessHours
from handoff.values import Priority

Target = Literal["first_response", "next_response", "resolution"]
AT_HANDOFF: tuple[Target, ...] = ("first_response", "resolution")
"""The clocks that begin with the call for a person."""
WARNED_AFTER = 0.8
"""The share of its time after which a deadline is near."""


@dataclass(frozen=True, slots=True)
class Deadline:
    at: datetime
    warn_at: datetime


@dataclass(frozen=True, slots=True)
class Sla:
    """The shop's policies. What is not named for a priority has no deadline."""

    hours: BusinessHours
    policies: Mapping[Priority, Mapping[Target, timedelta]]

    def deadline(self, target: Target, priority: Priority, started_at: datetime) -> Deadline | None:
        """By when, and from when on it is near; None where no policy asks for it, or nobody ever comes."""
        allowed = self.policies.get(priority, {}).get(target)
        if allowed is None:
            return None
        at = self.hours.add_working_time(started_at, allowed)
        warn_at = self.hours.add_working_time(started_at, allowed * WARNED_AFTER)
        return Deadline(at, warn_at) if at is not None and warn_at is not None else None

    def adjusted(
        self, target: Target, before: Priority, after: Priority, at: datetime, now: datetime
    ) -> Deadline | None:
        """What a deadline of one priority becomes for another: as much more or less time left as it allows.

        None where nothing would be left, or either has no deadline.
        """
        was, allowed = (self.policies.get(priority, {}).get(target) for priority in (before, after))
        if was is None or allowed is None or at <= now:
            return None
        left = self.hours.working_time_between(now, at) + allowed - was
        if left <= timedelta(0):
            return None
        later = self.hours.add_working_time(now, left)
        warn_left = max(left - allowed * (1 - WARNED_AFTER), timedelta(0))
        warn_at = self.hours.add_working_time(now, warn_left)
        return Deadline(later, warn_at) if later is not None and warn_at is not None else None


def target_of(kind: str) -> Target:
    """A stored kind of clock."""
    match kind:
        case "first_response" | "next_response" | "resolution":
            return kind
        case _:
            raise ValueError(f"unknown kind of deadline {kind!r}")


NO_SLA = Sla(BusinessHours(ZoneInfo("UTC"), {}, {}), {})
