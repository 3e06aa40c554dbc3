"""How long a customer will wait for a person, from how quickly people took conversations lately. Pure rules."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PRIOR = timedelta(minutes=3)
"""How long an agent needs until they take the next one, where nothing is known yet."""
PRIOR_COUNTS = 5
LONGEST_GAP = timedelta(minutes=20)
"""A longer gap was lunch, not work."""
STEPS = (2, 3, 5, 10, 15, 20, 30, 45, 60)
"""Minutes that are told; between them nobody knows better."""
EXACT_UP_TO = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """One conversation that an agent took from the queue."""

    agent_id: int
    queued_at: datetime
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """The queue as it stands: conversations in the order in which they are served, and who serves them.

    `ranks` are their priorities (0 first). `agents` are there, `staff` usually are. `pace` is how long one of
    them needs until they take the next. `moved_at` is when somebody was last taken from it, or the oldest in it came;
    None where it is empty.
    """

    ids: tuple[int, ...] = ()
    ranks: tuple[int, ...] = ()
    agents: int = 0
    staff: int = 1
    pace: timedelta = PRIOR
    moved_at: datetime | None = None

    def behind(self, rank: int) -> int:
        """The place of one who comes now with this priority; 1 is the next to be served."""
        return sum(1 for other in self.ranks if other <= rank) + 1


@dataclass(frozen=True, slots=True)
class Minutes:
    """A wait as it may be told. `least` None: about `most`; `most` None: longer than `least`."""

    least: int | None
    most: int | None


def pace(claims: Sequence[Claim]) -> timedelta:
    """The median time between an agent's taking one and the next, where the next was waiting already.

    Few of them are outweighed by what is usual.
    """
    gaps: list[timedelta] = [PRIOR] * PRIOR_COUNTS
    last: dict[int, datetime] = {}
    for claim in sorted(claims, key=lambda one: one.claimed_at):
        before = last.get(claim.agent_id)
        last[claim.agent_id] = claim.claimed_at
        if before is not None and claim.queued_at <= before and claim.claimed_at - before <= LONGEST_GAP:
            gaps.append(claim.claimed_at - before)
    return sorted(gaps)[len(gaps) // 2]


def staff(claims: Sequence[Claim]) -> int:
    """How many take conversations on the day on which the most did; at least one."""
    days = {(claim.claimed_at.date(), claim.agent_id) for claim in claims}
    return max(Counter(day for day, _ in days).values(), default=1)


def wait(line: Line, position: int, now: datetime) -> timedelta:
    """How long until the one at `position` is served, by who is there, or usually is.

    A line that stands still longer than usual may well do so for as long again; before anybody is there it must.
    """
    each = line.pace / (line.agents or line.staff)
    standing = now - line.moved_at if line.moved_at is not None and line.agents else timedelta(0)
    return max(each, min(standing, LONGEST_GAP)) + (position - 1) * each


def told(expected: timedelta) -> Minutes:
    """The wait in steps that promise no more than is known, rounded up."""
    minutes = expected.total_seconds() / 60
    for before, step in zip((0, *STEPS), STEPS, strict=False):
        if minutes <= step:
            return Minutes(None if step <= EXACT_UP_TO else before, step)
    return Minutes(STEPS[-1], None)
