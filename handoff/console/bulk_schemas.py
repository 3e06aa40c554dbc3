"""What crosses the wire for one step on many conversations."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from handoff.console.schemas import MAX_TEXT, Known, Priority, Schema, Seq

MOST = 100


class Chosen(Schema):
    """A conversation, and the newest message of it the agent had on screen."""

    id: Annotated[int, Field(ge=1, lt=10**15)]
    seen_seq: Seq


class PlainStep(Schema):
    do: Literal["claim", "resolve", "reopen"]


class SnoozeStep(Schema):
    do: Literal["snooze"]
    until: AwareDatetime


class TransferStep(Schema):
    """As `Transfer`: with neither agent nor team back to the queue."""

    do: Literal["transfer"]
    agent_id: Known | None
    team_id: Known | None
    note: Annotated[str, Field(max_length=MAX_TEXT)] | None = None


class PriorityStep(Schema):
    do: Literal["priority"]
    priority: Priority


class TagStep(Schema):
    """One tag more."""

    do: Literal["tag"]
    tag: Annotated[str, Field(min_length=1, max_length=40, pattern=r"\S")]


class Bulk(Schema):
    """One step on each of at most 100 conversations."""

    items: Annotated[list[Chosen], Field(min_length=1, max_length=MOST)]
    step: Annotated[PlainStep | SnoozeStep | TransferStep | PriorityStep | TagStep, Field(discriminator="do")]


class Outcome(Schema):
    """`code` None: done. Otherwise why not, as in a `Problem`, and `by` who has it."""

    id: int
    code: str | None
    by: str | None = None


class Outcomes(Schema):
    """One for each conversation, in the order in which they were asked for."""

    items: list[Outcome]
