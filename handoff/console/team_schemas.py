"""What crosses the wire about teams and what people can take on."""

from typing import Annotated

from pydantic import Field

from handoff.console.hours_schemas import Hours, HoursDraft
from handoff.console.schemas import Locale, Schema

TeamKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
TeamName = Annotated[str, Field(min_length=1, max_length=60)]
Words = Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]], Field(max_length=100)]
Languages = Annotated[list[Locale], Field(max_length=3)]


class TeamDraft(Schema):
    """A team as written or changed. Its matters: one of `reasons` or `intents`, in one of `languages`; empty is any.

    `automatic`: its conversations are given out. `fallback`: it has what no other team has, and helps out. `hours` are
    its own; None is the shop's.
    """

    key: TeamKey
    names: Annotated[dict[Locale, TeamName], Field(min_length=1)]
    reasons: Words
    intents: Words
    languages: Languages
    members: Annotated[list[Annotated[int, Field(ge=1, lt=2**31)]], Field(max_length=1000)]
    automatic: bool
    fallback: bool
    active: bool
    hours: HoursDraft | None = None


class Team(Schema):
    id: int
    key: str
    names: dict[Locale, str]
    reasons: list[str]
    intents: list[str]
    languages: list[Locale]
    members: list[int]
    automatic: bool
    fallback: bool
    active: bool
    hours: Hours | None


class SeatDraft(Schema):
    """What an agent can take on. No languages are any, `skills` are intents, `capacity` None is the shop's."""

    languages: Languages
    skills: Words
    capacity: Annotated[int, Field(ge=1, le=100)] | None


class Seat(Schema):
    agent_id: int
    name: str
    languages: list[Locale]
    skills: list[str]
    capacity: int | None


class Teams(Schema):
    """Every team, what every agent can take on, and how many conversations at once where nothing else is said.

    `automatic`: conversations of no team are given out as well. `hours` are the shop's.
    """

    teams: list[Team]
    seats: list[Seat]
    capacity: int
    automatic: bool
    hours: Hours
