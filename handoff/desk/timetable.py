"""Whose hours count: those of the team that has a conversation, else the shop's. Asked wherever hours are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.business_hours import DAYS, BusinessHours, write_span, written_hours
from handoff.desk.assign import team_for
from handoff.models import Conversation, Team
from handoff.sla import Sla


@dataclass(frozen=True, slots=True)
class WrittenHours:
    """Hours as they are arranged: by `DAYS` spans such as "09:00-18:00", and days that are different."""

    zone: str
    week: Mapping[str, tuple[str, ...]]
    exceptions: Mapping[date, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Timetable:
    """The shop's hours, and those of every team that has others, dissolved ones too: conversations may be theirs."""

    shop: BusinessHours
    teams: Mapping[int, BusinessHours]

    def of(self, team_id: int | None) -> BusinessHours:
        return self.teams.get(team_id, self.shop) if team_id is not None else self.shop

    def others(self) -> Mapping[int, BusinessHours]:
        """Of teams that are not there when the shop is."""
        return {team_id: hours for team_id, hours in self.teams.items() if hours != self.shop}


def read(session: Session, shop: BusinessHours) -> Timetable:
    """Everybody's hours in one query. What a dissolved team had is the fallback's, in its hours."""
    rows = session.execute(select(Team.id, Team.active, Team.fallback, Team.hours)).all()
    own = {row.id: replace(_hours(row.hours), home=shop.zone) for row in rows if row.active and row.hours is not None}
    fallback = next((own[row.id] for row in rows if row.active and row.fallback and row.id in own), shop)
    return Timetable(shop, own | {row.id: fallback for row in rows if not row.active})


def hours_of(session: Session, team_id: int | None, shop: BusinessHours) -> BusinessHours:
    """When somebody is there for a conversation of this team."""
    return read(session, shop).of(team_id) if team_id is not None else shop


def hours_of_conversation(session: Session, conversation_id: int, shop: BusinessHours) -> BusinessHours:
    """When somebody is there for this conversation."""
    team_id = session.scalar(select(Conversation.team_id).where(Conversation.id == conversation_id))
    return hours_of(session, team_id, shop)


def hours_of_matter(
    session: Session, reason: str | None, intent: str | None, language: str | None, shop: BusinessHours
) -> BusinessHours:
    """When somebody would be there if a person were called for this now."""
    return hours_of(session, team_for(session, reason, intent, language), shop)


def in_its_hours(session: Session, conversation: Conversation, sla: Sla) -> Sla:
    """The shop's deadlines, counted in the hours of this conversation."""
    return replace(sla, hours=hours_of(session, conversation.team_id, sla.hours)) if sla.policies else sla


def as_written(hours: BusinessHours) -> WrittenHours:
    """As somebody would write them; a day without spans is one, too."""
    week = {name: tuple(write_span(span) for span in hours.week.get(n, ())) for n, name in enumerate(DAYS)}
    exceptions = {day: tuple(map(write_span, spans)) for day, spans in hours.exceptions.items()}
    return WrittenHours(hours.zone.key, week, exceptions)


def stored(hours: WrittenHours | None) -> dict[str, Any] | None:
    if hours is None:
        return None
    return {
        "zone": hours.zone,
        "week": {day: list(spans) for day, spans in hours.week.items()},
        "exceptions": {day.isoformat(): list(spans) for day, spans in sorted(hours.exceptions.items())},
    }


def written(stored: Mapping[str, Any] | None) -> WrittenHours | None:
    """What was stored."""
    if stored is None:
        return None
    week = {day: tuple(spans) for day, spans in stored["week"].items()}
    exceptions = {date.fromisoformat(day): tuple(spans) for day, spans in stored["exceptions"].items()}
    return WrittenHours(stored["zone"], week, exceptions)


def _hours(stored: Mapping[str, Any]) -> BusinessHours:
    found = written(stored)
    assert found is not None, "the caller has looked"
    return written_hours(ZoneInfo(found.zone), found.week, found.exceptions)
