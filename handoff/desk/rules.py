"""The shop's rules that verbs go by. They stand in the database, so that all processes go by the same."""

from datetime import timedelta

from sqlalchemy.orm import Session

from handoff.assignment import Rules
from handoff.models import DeskRule

ROUTING = "routing"


def rules_of(session: Session) -> Rules:
    """What was put there last; before that what holds where a shop says nothing."""
    stored = session.get(DeskRule, ROUTING)
    if stored is None:
        return Rules()
    value = stored.value
    return Rules(
        automatic=value["automatic"],
        capacity=value["capacity"],
        remind_after=tuple(timedelta(seconds=seconds) for seconds in value["remind_after_s"]),
        reassign_after=timedelta(seconds=value["reassign_after_s"]),
    )


def put_rules(session: Session, rules: Rules) -> None:
    session.merge(
        DeskRule(
            name=ROUTING,
            value={
                "automatic": rules.automatic,
                "capacity": rules.capacity,
                "remind_after_s": [after.total_seconds() for after in rules.remind_after],
                "reassign_after_s": rules.reassign_after.total_seconds(),
            },
        )
    )
