"""How people and the bot did, in sums the database makes. Every definition stands in docs/metrics.md.

The clocks of people run from the handoff, whatever the bot did before; what the bot did is counted by episode. A figure
belongs to the period in which its clock began.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from handoff.errors import NotFound
from handoff.figures import counted
from handoff.figures.rows import Slice
from handoff.figures.soon import soon_of
from handoff.figures.values import (
    NOTHING,
    Bot,
    By,
    Figures,
    Group,
    People,
    Report,
    Reviewed,
    Scores,
    Share,
    Wait,
    Wanted,
)
from handoff.models import Agent, Handoff, Team
from handoff.periods import Period

MOST_GROUPS = 200


def report(session: Session, wanted: Wanted, now: datetime) -> Report:
    """Everything the page shows, counted anew. Raises `NotFound` for a team that there is not."""
    team_id = _team_id(session, wanted.team)
    whole = Period(wanted.shown[0].first, wanted.shown[0].since, wanted.shown[-1].until)
    each = Slice((wanted.before, *wanted.shown), team_id=team_id)
    total = Slice((wanted.before, whole), team_id=team_id)
    found = _gather(session, wanted, each, now)
    waits = counted.waits(session, total)
    before, *series = (found.get(str(n), NOTHING) for n in range(len(each.periods)))
    return Report(
        _with_waits(_added(series), waits, "1"),
        before,
        tuple(series),
        _groups(session, wanted, replace(total, periods=(whole,), by=wanted.by), now) if wanted.by else (),
        _reasons(session, wanted.before, whole, team_id),
    )


def _team_id(session: Session, key: str) -> int | None:
    if not key:
        return None
    team_id = session.scalar(select(Team.id).where(Team.key == key))
    if team_id is None:
        raise NotFound("team")
    return team_id


def _groups(session: Session, wanted: Wanted, part: Slice, now: datetime) -> tuple[Group, ...]:
    found = _gather(session, wanted, part, now)
    names = _names(session, part.by)
    groups = [Group(key, names.get(key, key), figures) for key, figures in found.items()]
    if part.by in ("agent", "team", "reason"):
        # The bot has none of them; its episodes would be a row of nobody's.
        groups = [group for group in groups if group.figures.people != People()]
    return tuple(sorted(groups, key=_busiest)[:MOST_GROUPS])


def _busiest(group: Group) -> tuple[int, str]:
    return -(group.figures.contacts + group.figures.people.handoffs + group.figures.bot.answered), group.name


def _names(session: Session, by: By | None) -> dict[str, str]:
    """Of agents their names, of teams the keys by which the console names them."""
    match by:
        case "agent":
            rows = session.execute(select(Agent.id, Agent.name))
        case "team":
            rows = session.execute(select(Team.id, Team.key))
        case _:
            return {}
    return {str(one): name for one, name in rows}


def _reasons(session: Session, before: Period, whole: Period, team_id: int | None) -> dict[str, tuple[int, int]]:
    then = func.sum(case((Handoff.queued_at < whole.since, 1), else_=0))
    query = select(Handoff.reason, func.count(), then).where(
        Handoff.queued_at >= before.since, Handoff.queued_at < whole.until
    )
    if team_id is not None:
        query = query.where(Handoff.team_id == team_id)
    rows = session.execute(query.group_by(Handoff.reason))
    found = sorted((-(count - earlier), -earlier, reason) for reason, count, earlier in rows)
    return {reason: (-count, -earlier) for count, earlier, reason in found}


def _gather(session: Session, wanted: Wanted, part: Slice, now: datetime) -> dict[str, Figures]:
    counts = counted.counts(session, part, now)
    soon = soon_of(session, wanted, part, now)
    promises = counted.promises(session, part, now)
    waits = counted.waits(session, part)
    scores = counted.scores(session, part)
    reviews = counted.reviews(session, part)
    outcomes = counted.outcomes(session, wanted, part)
    contacts = counted.contacts(session, part)
    found = {name for some in (counts, reviews, outcomes, contacts) for name in some}
    found |= {name for name, _ in waits} | {name for name, _ in scores}
    return {
        name: _with_waits(
            Figures(
                People(
                    **counts.get(name, {}),
                    soon=soon.get(name, Share()),
                    promises=promises.get(name, Share()),
                    scores=scores.get((name, "agent"), Scores()),
                    reviews=reviews.get(name, Reviewed()),
                ),
                Bot(**outcomes.get(name, {}), scores=scores.get((name, "bot"), Scores())),
                contacts.get(name, 0),
            ),
            waits,
            name,
        )
        for name in found
    }


def _with_waits(found: Figures, waits: Mapping[tuple[str, str], Wait], name: str) -> Figures:
    first, again, asked, resolution = (waits.get((name, measure)) for measure in counted.MEASURES)
    return replace(found, people=replace(found.people, first=first, next=again, asked=asked, resolution=resolution))


def _added(series: Sequence[Figures]) -> Figures:
    """All together; what half of them waited for cannot be added."""
    return Figures(
        _sum(People(), [one.people for one in series]),
        _sum(Bot(), [one.bot for one in series]),
        sum(one.contacts for one in series),
    )


def _sum(nothing: Any, parts: Sequence[Any]) -> Any:
    """Field by field; a `Wait` stays None."""
    added: dict[str, Any] = {}
    for each in fields(nothing):
        start, found = getattr(nothing, each.name), [getattr(part, each.name) for part in parts]
        if isinstance(start, int):
            added[each.name] = sum(found)
        elif start is not None:
            added[each.name] = _sum(start, found)
    return replace(nothing, **added)
