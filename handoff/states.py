"""Who owns a conversation, and which changes of owner are legal. Pure rules; the one table everybody asks."""

from enum import StrEnum


class Status(StrEnum):
    PENDING = "pending"
    """The bot owns it."""
    OPEN = "open"
    """People own it; in the queue while nobody is assigned."""
    SNOOZED = "snoozed"
    """Put aside by an agent until a time, or until the customer writes."""
    RESOLVED = "resolved"
    """Nobody has to act."""


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.OPEN, Status.RESOLVED}),
    Status.OPEN: frozenset({Status.OPEN, Status.PENDING, Status.SNOOZED, Status.RESOLVED}),
    Status.SNOOZED: frozenset({Status.OPEN, Status.RESOLVED}),
    Status.RESOLVED: frozenset({Status.PENDING, Status.OPEN}),
}
"""`OPEN → OPEN` is a change of assignee: queue to agent, or agent to agent."""


def is_legal(before: Status, after: Status) -> bool:
    return after in TRANSITIONS[before]
