"""Judges decisions on labelled messages: what counts is what a customer would have been told.

An automatic answer (an article, a skill, a skill's question) is wrong where it acts on a reading, or gives an article,
that the case does not accept; a courtesy or a refusal is wrong where the message asks something the shop answers, or
must go to a person.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.decisions import Answer, Context, Decline, Thresholds, Understood, explained
from bot.dialogue import CALLS, OUT_OF_SCOPE, SOCIAL
from bot.shop import LANGUAGES
from bot.understand import Brain, Nlu, Sureness
from handoff.values import Language, Text
from nlu import whole
from nlu.calibration import Kind, Trial
from nlu.evidence import Evidence
from nlu.launching import OnProgress
from nlu.result import Reading

AUTOMATIC = ("answer", "skill", "ask")
CALLED = frozenset(decision.reason.value for decision in CALLS.values())
Must = Literal["answer", "handoff", "abstain", "any"]


class CaseFileError(Exception):
    """A file of cases cannot be used; the message names file and line."""


class Case(BaseModel):
    """A message, and what may be done about it. `accept_articles` None: any article of an accepted intent."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    lang: Language
    accept: tuple[str, ...]
    must: Must
    accept_articles: tuple[str, ...] | None = None

    @property
    def asks_something(self) -> bool:
        """Whether it asks what the shop answers."""
        return self.must in ("answer", "any") and bool(set(self.accept) - SOCIAL - CALLS.keys() - {OUT_OF_SCOPE})


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and what was decided: for an answer its article and score, for a handoff its reason.

    `confidence` is that of the surest reading; `likelihood` that of an answer to it being right, by all the `evidence`.
    """

    case: Case
    decision: str
    intent: str | None
    confidence: float
    reason: str | None = None
    article: str | None = None
    article_score: float = 0.0
    likelihood: float = 0.0
    evidence: Evidence = field(default_factory=dict, compare=False)

    @property
    def is_automatic(self) -> bool:
        return self.decision in AUTOMATIC

    @property
    def is_said(self) -> bool:
        """Whether it falls under the threshold for answers: an automatic one, or a courtesy."""
        return self.is_automatic or self.decision == "social"

    @property
    def is_weighed(self) -> bool:
        """Whether it was said because of what speaks for it, and not of its reading alone."""
        return self.is_said and bool(self.evidence)

    @property
    def sureness(self) -> float:
        """How sure it was (0–1): what was said by all its evidence, a refusal by its reading."""
        return self.likelihood if self.is_said else self.confidence

    @property
    def is_accepted(self) -> bool:
        """Whether the reading that was acted on, and the article if one was given, are among the accepted."""
        if self.article is not None and self.case.accept_articles is not None:
            return self.article in self.case.accept_articles
        return self.intent in self.case.accept

    @property
    def is_wrong(self) -> bool:
        if self.is_automatic:
            return not self.is_accepted
        wants = self.case.asks_something or self.case.must == "handoff"
        return self.decision in ("social", "decline") and wants and not self.is_accepted

    @property
    def is_right_answer(self) -> bool:
        return self.is_automatic and self.is_accepted

    @property
    def is_false_call(self) -> bool:
        """Whether a person was called as if asked for, or for danger, anger or distress, and nothing called for it."""
        return self.decision == "handoff" and self.case.must != "handoff" and self.reason in CALLED


def read_cases(file: Path) -> list[Case]:
    """The cases of a JSON Lines file. Raises `CaseFileError`."""
    try:
        # Not `splitlines`: a message may hold a line separator of another kind.
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise CaseFileError(f"{file}: {error}") from None
    return [_case(file, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _case(file: Path, number: int, line: str) -> Case:
    try:
        return Case.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CaseFileError(f"{file}:{number}: {where + ': ' if where else ''}{first['msg']}") from None


async def judged(brain: Brain, cases: Sequence[Case], on_progress: OnProgress) -> list[Judged]:
    """What the brain decides about each case as the first message of a conversation. Raises `NluError`."""
    found = []
    for done, case in enumerate(cases):
        if done % 20 == 0:
            on_progress("judge", done, len(cases))
        found.append(_judged(case, await brain.understand(Text(case.text), Context(case.lang))))
    on_progress("judge", len(cases), len(cases))
    return found


def _judged(case: Case, understood: Understood) -> Judged:
    told, reading, decision = explained(understood), understood.reading, understood.decision
    hit = decision.hit if isinstance(decision, Answer) else None
    top = reading.intent if reading is not None else None
    name = OUT_OF_SCOPE if isinstance(decision, Decline) else top.name if top else None
    return Judged(
        case,
        told["decision"],
        name,
        top.confidence if top else 0.0,
        told["reason"],
        hit.id if hit else None,
        hit.score if hit else 0.0,
        understood.likelihood,
        understood.evidence,
    )


@dataclass(frozen=True, slots=True)
class AtAnyConfidence:
    """A `Sureness` under which everything is said that could be said, as sure as another one, `of`, takes it to be."""

    of: Sureness

    def read(self, reading: Reading) -> Reading:
        return self.of.read(reading)

    def likelihood(self, evidence: Evidence) -> float:
        return self.of.likelihood(evidence)

    def thresholds(self, language: Language) -> Thresholds:
        return Thresholds(0, 0)


class Remembered:
    """An understanding that reads each text once."""

    def __init__(self, nlu: Nlu) -> None:
        self._nlu = nlu
        self._read: dict[str, Reading] = {}

    async def parse(self, text: str) -> Reading:
        if text not in self._read:
            self._read[text] = await self._nlu.parse(text)
        return self._read[text]


def trials(found: Iterable[Judged]) -> dict[str, dict[Kind, tuple[Trial, ...]]]:
    """By language, what would be answered and declined, for choosing from when on."""
    told: dict[str, dict[Kind, list[Trial]]] = {language: {"answer": [], "decline": []} for language in LANGUAGES}
    for one in found:
        if one.decision == "decline":
            told[one.case.lang]["decline"].append(Trial(one.sureness, not one.is_wrong))
        elif one.is_said:
            told[one.case.lang]["answer"].append(Trial(one.sureness, not one.is_wrong))
    return {language: {kind: tuple(some) for kind, some in kinds.items()} for language, kinds in told.items()}


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over some judged cases; shares (0–1) of them.

    `coverage`: of the messages that ask what the shop answers, how many got a right answer. `needless`: of the messages
    a good bot answers, how many went to a person. `called`: of those that must go to a person, how many did.
    """

    messages: int
    automatic: int
    wrong: int
    asking: int
    right: int
    handed_off: int
    answerable: int
    needless: int
    for_people: int
    called: int
    false_calls: int


def figures(found: Collection[Judged]) -> Figures:
    answerable = [one for one in found if one.case.must == "answer"]
    for_people = [one for one in found if one.case.must == "handoff"]
    return Figures(
        messages=len(found),
        automatic=sum(one.is_automatic for one in found),
        wrong=sum(one.is_wrong for one in found),
        asking=sum(one.case.asks_something for one in found),
        right=sum(one.is_right_answer and one.case.asks_something for one in found),
        handed_off=sum(one.decision == "handoff" for one in found),
        answerable=len(answerable),
        needless=sum(one.decision == "handoff" for one in answerable),
        for_people=len(for_people),
        called=sum(one.decision == "handoff" for one in for_people),
        false_calls=sum(one.is_false_call for one in found),
    )


def everyday(sets: Mapping[str, Iterable[Judged]]) -> tuple[Judged, ...]:
    """The mix that the share of wrong answers is promised for."""
    return tuple(one for name, found in sets.items() if name.startswith("everyday") for one in found)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a model decided on the frozen sets, by set; `basis` names what that rests on beside the model."""

    basis: str
    sets: Mapping[str, tuple[Judged, ...]]

    def save(self, file: Path) -> None:
        """The file appears whole or not at all; the cases themselves stay where they are."""
        told = {
            name: [
                [o.decision, o.intent, round(o.confidence, 4), o.reason, o.article, o.article_score, o.likelihood]
                for o in found
            ]
            for name, found in self.sets.items()
        }
        whole.write(file, json.dumps({"basis": self.basis, "sets": told}))


def frozen_cases(folder: Path) -> dict[str, list[Case]]:
    """Every frozen set by its name. Raises `CaseFileError`."""
    return {file.stem: read_cases(file) for file in sorted(folder.glob("*.jsonl"))}


def load(file: Path, basis: str, sets: Mapping[str, Sequence[Case]]) -> Evaluation | None:
    """What `save` wrote, if it was made on this basis; None otherwise."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["basis"] != basis:
            return None
        found = {
            name: tuple(Judged(case, *told) for case, told in zip(cases, content["sets"][name], strict=True))
            for name, cases in sets.items()
        }
        return Evaluation(basis, found)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # made anew
