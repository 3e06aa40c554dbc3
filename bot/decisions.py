"""What the bot can decide. Plain values: computed by pure functions, carried out by `bot.inbound`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from handoff.values import Language, Priority, Reason
from nlu.evidence import Evidence
from nlu.result import Reading


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that may answer. `score` is 0–1; below the threshold it is a near miss."""

    id: str
    title: str
    body: str
    next_step: str
    score: float
    needs_review: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Give the article's body."""

    hit: Hit


@dataclass(frozen=True, slots=True)
class RunSkill:
    """Let a skill look into the shop's records with what is known so far."""

    skill: str
    slots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A skill's answer, in the customer's language. `order` is the one the customer has proved to be theirs."""

    skill: str
    text: str
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A skill's question for a missing detail, remembered until it is answered.

    `key` names the words, `tries` counts what did not fit, `wanted` is everything that is missing.
    """

    skill: str
    missing: str
    key: str
    slots: Mapping[str, str]
    tries: int = 0
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clarify:
    """Two readings lie close: ask which, with buttons."""

    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOff:
    """Call a person. `key` names the words for the customer."""

    reason: Reason
    priority: Priority = Priority.NORMAL
    key: str = "default"


@dataclass(frozen=True, slots=True)
class Social:
    """Courtesy. `key` names the words."""

    key: str


@dataclass(frozen=True, slots=True)
class Decline:
    """Not the shop's business: one honest sentence and the way to a person."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to say."""


Decision = Answer | RunSkill | Told | Ask | Clarify | HandOff | Social | Decline | Nothing


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which likelihood on (0–1) the bot answers, and from which confidence on it declines."""

    answer: float
    decline: float


@dataclass(frozen=True, slots=True)
class Memory:
    """What the bot remembers of the running episode.

    `topics` are what it told, newest last ("article:router-setup"); `question` is what the customer last asked.
    `failed_checks` counts wrong answers to "who are you?" and outlives the episode: it must not begin anew.
    `proved` are the orders the customer has shown to be theirs; `wish` is the intent last read.
    """

    asking: Ask | None = None
    topics: tuple[str, ...] = ()
    turns: int = 0
    clarified: bool = False
    question: str = ""
    failed_checks: int = 0
    proved: tuple[str, ...] = ()
    wish: str = ""

    def stored(self) -> dict[str, Any]:
        return {
            "asking": asdict(self.asking) if self.asking else None,
            "topics": list(self.topics),
            "turns": self.turns,
            "clarified": self.clarified,
            "question": self.question,
            "proved": list(self.proved),
            "wish": self.wish,
            "kept": {"failed_checks": self.failed_checks},
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Memory":
        asking = stored.get("asking")
        return cls(
            asking=Ask(**{**asking, "wanted": tuple(asking.get("wanted", ()))}) if asking else None,
            topics=tuple(stored.get("topics", ())),
            turns=stored.get("turns", 0),
            clarified=stored.get("clarified", False),
            question=stored.get("question", ""),
            proved=tuple(stored.get("proved", ())),
            wish=stored.get("wish", ""),
            failed_checks=stored.get("kept", {}).get("failed_checks", 0),
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What the words alone do not tell: the language so far and the episode's memory.

    `reopened`: a person closed what came before, a short while ago.
    """

    language: Language
    memory: Memory = field(default_factory=Memory)
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """A decision with everything it rests on, as preview, evaluation and the agents see it.

    `also` is the intent of a second wish in the message, to be offered after the answer. `evidence` is what there was
    for answering by itself, whatever was decided, and `likelihood` (0–1) how likely that was right.
    """

    decision: Decision
    language: Language
    reading: Reading | None
    hits: tuple[Hit, ...]
    threshold: float
    also: str | None = None
    evidence: Evidence = field(default_factory=dict)
    likelihood: float = 0.0


RANKING_KEPT = 5

_NAMES: dict[type[Decision], str] = {
    Answer: "answer",
    RunSkill: "skill",
    Told: "skill",
    Ask: "ask",
    Clarify: "clarify",
    HandOff: "handoff",
    Social: "social",
    Decline: "decline",
    Nothing: "none",
}


def explained(understood: Understood) -> dict[str, Any]:
    """The decision and why, as stored with the message it answers, shown to agents and printed by `baton ask`."""
    decision, reading = understood.decision, understood.reading
    ranking = [{"name": s.name, "confidence": round(s.confidence, 4)} for s in reading.ranking] if reading else []
    hit = decision.hit if isinstance(decision, Answer) else None
    return {
        "decision": _NAMES[type(decision)],
        "intent": ranking[0] if ranking else None,
        "ranking": ranking[:RANKING_KEPT],
        "article": {"id": hit.id, "title": hit.title, "score": hit.score} if hit else None,
        "skill": decision.skill if isinstance(decision, RunSkill | Told | Ask) else None,
        "reason": decision.reason if isinstance(decision, HandOff) else None,
        "priority": decision.priority if isinstance(decision, HandOff) else None,
        "likelihood": round(understood.likelihood, 4),
        "threshold": understood.threshold,
    }
