"""Which team a conversation belongs to, and who of it is given it. Pure rules; everything they need is passed in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

NEVER = datetime.min.replace(tzinfo=UTC)

Step = Literal["wait", "remind", "reassign"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The shop's. `automatic`: also conversations of no team are given out; else agents claim those.

    `capacity` is how many open conversations an agent has at once, unless something else is agreed with them. Who
    does not write is reminded `remind_after` being given a conversation, and loses it after `reassign_after`.
    """

    automatic: bool = False
    capacity: int = 6
    remind_after: tuple[timedelta, ...] = (timedelta(seconds=60), timedelta(seconds=120))
    reassign_after: timedelta = timedelta(seconds=180)


@dataclass(frozen=True, slots=True)
class TeamRules:
    """A team as routing sees it. Its matters: one of `reasons` or `intents`, in one of `languages`; empty is any.

    With none of the three it has no matters of its own. `fallback` has what nobody else has, and helps out where
    nobody of the right team is there.
    """

    id: int
    members: frozenset[int] = frozenset()
    reasons: frozenset[str] = frozenset()
    intents: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    automatic: bool = False
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who may be given a conversation. No `languages` said means any; `skills` are intents."""

    id: int
    online: bool
    open: int
    capacity: int
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    last_assigned_at: datetime | None = None

    @property
    def is_free(self) -> bool:
        return self.online and self.open < self.capacity


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known of a conversation. `passed_by` gave it away, `silent` did not answer it, both in this episode."""

    language: str | None = None
    intent: str | None = None
    passed_by: frozenset[int] = frozenset()
    silent: frozenset[int] = frozenset()


def route(reason: str | None, intent: str | None, language: str | None, teams: Sequence[TeamRules]) -> int | None:
    """The team whose matter this is: the one that says most about it, then the oldest; else the fallback, if any."""
    fitting = [team for team in teams if _is_its_matter(team, reason, intent, language)]
    if fitting:
        return min(fitting, key=lambda team: (-_said(team), team.id)).id
    return next((team.id for team in teams if team.fallback), None)


def responsible(
    team_id: int | None, teams: Mapping[int, TeamRules], candidates: Collection[Candidate]
) -> list[Candidate]:
    """Those of the team; the fallback's people where nobody of it is there. Of no team: everybody."""
    if team_id is None:
        return list(candidates)
    own = _of(teams[team_id], candidates)
    if any(candidate.online for candidate in own):
        return own
    helping = next((team for team in teams.values() if team.fallback), None)
    return _of(helping, candidates) if helping is not None else own


def choose(matter: Matter, candidates: Collection[Candidate]) -> int | None:
    """Who is given the conversation: there, with room for one more. None where nobody is.

    Whoever speaks the language comes first, then whoever has the skill, then whoever has least of what they can take,
    then whoever was given one longest ago. It never comes back to who passed it on, and to who was silent only where
    nobody else is there.
    """
    here = [candidate for candidate in candidates if candidate.online and candidate.id not in matter.passed_by]
    others = [candidate for candidate in here if candidate.id not in matter.silent]
    free = [candidate for candidate in others or here if candidate.is_free]
    if not free:
        return None
    return min(free, key=lambda candidate: _rank(matter, candidate)).id


def step(elapsed: timedelta, reminded: int, rules: Rules) -> tuple[Step, timedelta]:
    """What is due for an agent who has said nothing since, after so many reminders; and in how long to look again."""
    if elapsed >= rules.reassign_after:
        return "reassign", timedelta(0)
    due = sum(elapsed >= after for after in rules.remind_after)
    later = [after for after in (*rules.remind_after, rules.reassign_after) if after > elapsed]
    return "remind" if due > reminded else "wait", min(later) - elapsed


def first_look(rules: Rules) -> timedelta:
    """How long after being given a conversation somebody looks for the first time."""
    return min((*rules.remind_after, rules.reassign_after))


def _is_its_matter(team: TeamRules, reason: str | None, intent: str | None, language: str | None) -> bool:
    if not (team.reasons or team.intents or team.languages):
        return False
    if team.languages and language not in team.languages:
        return False
    return not (team.reasons or team.intents) or reason in team.reasons or intent in team.intents


def _said(team: TeamRules) -> int:
    """A topic says more than a language, both say more than one."""
    return 2 * bool(team.reasons or team.intents) + bool(team.languages)


def _of(team: TeamRules, candidates: Collection[Candidate]) -> list[Candidate]:
    return [candidate for candidate in candidates if candidate.id in team.members]


def _rank(matter: Matter, candidate: Candidate) -> tuple[bool, bool, float, datetime, int]:
    speaks = not candidate.languages or matter.language is None or matter.language in candidate.languages
    return (
        not speaks,
        matter.intent not in candidate.skills,
        candidate.open / candidate.capacity,
        candidate.last_assigned_at or NEVER,
        candidate.id,
    )
