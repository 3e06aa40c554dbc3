"""The brain: a message in, a decision out, nothing stored.

The customer's path, `baton ask`, the maintainers' preview and evaluation all come through here, so what is measured
is what ships.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot import dialogue
from bot.decisions import Answer, Context, Decision, HandOff, Hit, RunSkill, Thresholds, Told, Understood
from bot.details import DETAILS
from bot.dialogue import Situation
from bot.evidence import Way, evidence
from bot.replies import Replies
from bot.shop import Shop
from bot.shopdata.base import BEFORE_DISPATCH, ShopRecords, ShopUnavailable
from bot.shopdata.meant import product_meant
from bot.skills import SKILL_OF_INTENT, SKILLS
from handoff.ports import Clock
from handoff.values import Action, Content, Filled, Language, Media, Reason, Text, Turn
from nlu import folding
from nlu.calibration import NEVER, Calibration
from nlu.evidence import Evidence
from nlu.result import Reading

MAX_PARSED = 2000
"""Characters of a message that are read; nobody explains what they want any later."""
NAMES_PRODUCT = frozenset({"product", "sku", "order_id"})
"""Details from which it may be known what a conversation is about."""


class Nlu(Protocol):
    """Reads one text. Raises `NluError`."""

    async def parse(self, text: str) -> Reading: ...


class Articles(Protocol):
    """Finds what may answer, best first, for the readings given, surest first."""

    async def search(self, text: str, language: Language, intents: Sequence[str]) -> tuple[Hit, ...]: ...


class Sureness(Protocol):
    """How sure a reading is, how likely an answer is right, and how likely is enough."""

    def read(self, reading: Reading) -> Reading: ...

    def likelihood(self, evidence: Evidence) -> float: ...

    def thresholds(self, language: Language) -> Thresholds: ...


class Measured:
    """What was measured of the model that answers, for a budget of wrong answers; unmeasured, nothing is sure.

    `calibration` is asked anew each time, because models change while the program runs.
    """

    def __init__(self, calibration: Callable[[], Calibration | None], budget: float) -> None:
        self._calibration, self._budget = calibration, budget
        self._known: tuple[Calibration | None, dict[Language, Thresholds]] = (None, {})

    def read(self, reading: Reading) -> Reading:
        calibration = self._calibration()
        return calibration.read(reading) if calibration is not None else reading

    def likelihood(self, evidence: Evidence) -> float:
        calibration = self._calibration()
        return calibration.likelihood(evidence) if calibration is not None else 0.0

    def thresholds(self, language: Language) -> Thresholds:
        calibration = self._calibration()
        if calibration is None:
            return Thresholds(NEVER, NEVER)
        if self._known[0] is not calibration:
            self._known = (calibration, {})
        if language not in self._known[1]:
            self._known[1][language] = Thresholds(
                calibration.choice(language, "answer", self._budget).threshold,
                calibration.choice(language, "decline", self._budget).threshold,
            )
        return self._known[1][language]


@dataclass(frozen=True, slots=True)
class Overheard:
    """What words to a person tell the desk: danger, and the details they name."""

    danger: bool
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Matter:
    """What a call for a person is about: the words that say so, how they are read, and what may answer them."""

    text: str
    reading: Reading
    hits: tuple[Hit, ...]


class Brain:
    """Reads and decides. Asks the NLU server, the articles and the shop's records; writes nowhere."""

    def __init__(
        self,
        nlu: Nlu,
        sureness: Sureness,
        library: Articles,
        records: ShopRecords,
        replies: Replies,
        shop: Shop,
        clock: Clock,
    ) -> None:
        self._nlu, self._sureness, self._library, self._records = nlu, sureness, library, records
        self._replies, self._shop, self._clock = replies, shop, clock

    async def read(self, text: str) -> Reading:
        """One text as the NLU reads it, as sure as was measured. Raises `NluError`."""
        return self._sureness.read(await self._nlu.parse(text[:MAX_PARSED]))

    async def overhear(self, text: str) -> Overheard:
        """What nobody must overlook in words to a person. Raises `NluError`."""
        reading = await self.read(text)
        parts = await self._parts(Text(text), text, reading)
        danger = dialogue.is_danger(text, reading, parts, self._shop.understanding)
        return Overheard(danger, details_named(text, reading))

    async def product(self, details: Mapping[str, str]) -> str | None:
        """The sku of what these details name, themselves or by an order; None where they do not tell.

        Raises `ShopUnavailable`.
        """
        number = details.get("order_id")
        order = await self._records.find_order(number) if number else None
        catalogue = await self._records.products() if details.keys() & {"product", "sku"} else ()
        return product_meant(details, catalogue, {item.sku for item in order.items} if order else ())

    async def matter(self, content: Content, context: Context) -> Matter | None:
        """What it is about for whoever calls a person: their other words, else what they asked before.

        None where neither tells. Raises `NluError`.
        """
        text = (await self._beside_the_call(content) or context.memory.question)[:MAX_PARSED]
        if not text:
            return None
        reading = await self.read(text)
        hits = await self._library.search(text, context.language, dialogue.relevant_intents(reading, None))
        return Matter(text, reading, hits)

    async def _beside_the_call(self, content: Content) -> str:
        if not isinstance(content, Text):
            return ""
        parts = dialogue.phrases(content.text[:MAX_PARSED])
        readings = await asyncio.gather(*map(self.read, parts))
        floor = self._shop.understanding.person_threshold
        return "\n".join(dialogue.beside_the_call(readings, floor))

    async def understand(self, content: Content, context: Context, known: Reading | None = None) -> Understood:
        """What to do about `content`. Raises `NluError` or `ShopUnavailable`.

        `known` spares the NLU a text it has read already.
        """
        text, chosen = _words(content, context), _chosen(content)
        reading, sure = await self._reading(content, text, known), self._sureness.thresholds(context.language)
        parts = await self._parts(content, text, reading)
        wishes = dialogue.wishes(parts, sure)
        if wishes and reading is not None and reading.intent.confidence < sure.answer:
            # Two wishes at once make neither of them sure; each by itself is.
            reading, text = wishes[0], wishes[0].text
        hits = await self._hits(content, text, reading, chosen, context)
        speaks = _evidence(reading, hits, context.language)
        likelihood = self._sureness.likelihood(speaks) if speaks else reading.intent.confidence if reading else 0.0
        situation = Situation(
            content,
            text,
            reading,
            hits,
            context,
            self._shop.understanding,
            sure,
            SKILL_OF_INTENT,
            chosen,
            await self._is_dispatched(text, reading),
            parts,
            likelihood,
        )
        decision = dialogue.decide(situation)
        if isinstance(decision, RunSkill):
            decision = await self._run(decision, context)
        also = None
        if isinstance(decision, Answer | Told) and reading is not None:
            also = next((wish.intent.name for wish in wishes if wish.intent.name != reading.intent.name), None)
        return Understood(decision, context.language, reading, hits, sure.answer, also, speaks, likelihood)

    def threshold(self, language: Language) -> float:
        return self._sureness.thresholds(language).answer

    async def _reading(self, content: Content, text: str, known: Reading | None) -> Reading | None:
        if dialogue.asks_for_person(content) or not folding.tokens(text):
            return None
        if known is not None and known.text == text[:MAX_PARSED]:
            return known
        return await self.read(text)

    async def _parts(self, content: Content, text: str, reading: Reading | None) -> tuple[Reading, ...]:
        if reading is None or not isinstance(content, Text):
            return ()
        return tuple(await asyncio.gather(*map(self.read, dialogue.clauses(text[:MAX_PARSED]))))

    async def _hits(
        self, content: Content, text: str, reading: Reading | None, chosen: str | None, context: Context
    ) -> tuple[Hit, ...]:
        """Who asks for a person is not searched for by these words but by what they asked before."""
        wanted, intents = text, dialogue.relevant_intents(reading, chosen)
        if dialogue.asks_for_person(content):
            wanted, intents = context.memory.question, [context.memory.wish]
        if not wanted:
            return ()
        return await self._library.search(wanted[:MAX_PARSED], context.language, intents)

    async def _is_dispatched(self, text: str, reading: Reading | None) -> bool:
        """Whether the order named in a time-critical wish has left the house. Not knowing must not slow it down."""
        number = details_named(text, reading).get("order_id")
        if number is None or reading is None or reading.intent.name not in dialogue.TIME_CRITICAL:
            return False
        try:
            order = await self._records.find_order(number)
        except ShopUnavailable:
            return False
        return order is not None and order.state not in BEFORE_DISPATCH

    async def _run(self, decision: RunSkill, context: Context) -> Decision:
        skill, failed = SKILLS[decision.skill], context.memory.failed_checks
        if failed >= skill.max_tries:
            return HandOff(Reason.SKILL_FAILED)
        question = skill.missing(decision.slots)
        if question is not None:
            return replace(question, tries=failed)
        order = await skill.look_up(decision.slots, self._records)
        now = self._clock.now().astimezone(self._shop.zone)
        return skill.conclude(decision.slots, order, failed, self._replies, context.language, now)


BrainOf = Callable[[Nlu, Sureness], Brain]
"""A shop's brain on this understanding."""


def content_of(turn: Turn) -> Content:
    """A burst read as one utterance.

    A call for a person stands for the whole burst, then a file with all that was written around it, then "not
    helpful", then a form, then a choice made last. Words come before any other button: a question is never swallowed
    by a courtesy.
    """
    contents = [bubble.content for bubble in turn.bubbles]
    words = "\n".join(text for content in contents if (text := written(content)))
    if called := next((content for content in contents if dialogue.asks_for_person(content)), None):
        return called
    if file := next((content for content in contents if isinstance(content, Media)), None):
        return replace(file, note=words)
    for weighty in (dialogue.says_not_helpful, _is_form):
        if found := next((content for content in contents if weighty(content)), None):
            return found
    last = contents[-1] if contents else None
    if isinstance(last, Action) and (not words or last.name == "clarify"):
        return last
    return Text(words)


def written(content: Content) -> str:
    """What a customer wrote themselves; nothing for a button."""
    match content:
        case Text(text):
            return text
        case Media(note=note):
            return note
        case _:
            return ""


def _is_form(content: Content) -> bool:
    return isinstance(content, Filled)


def language_of(turn: Turn, default: Language) -> Language:
    """What they asked for, then the last clear message's, the conversation's so far, the browser's, the shop's."""
    if turn.chosen:
        return turn.chosen
    for bubble in reversed(turn.bubbles):
        if isinstance(bubble.content, Text) and (clear := folding.language(bubble.content.text)):
            return clear
    return turn.language or turn.locale or default


def details_named(text: str, reading: Reading | None) -> dict[str, str]:
    """What a message names outright, for the agent's packet."""
    found = {name: value for name, detail in DETAILS.items() if (value := detail(text, reading, True))}
    entities = {entity.name: entity.value for entity in reading.entities} if reading else {}
    return {**entities, **found}


def _evidence(reading: Reading | None, hits: Sequence[Hit], language: Language) -> Evidence:
    """Of the answer that the surest reading leads to; none where it leads to none, or to a courtesy.

    Courtesies are wrong too rarely to be learnt from: they rest on their reading.
    """
    if reading is None or reading.intent.name in dialogue.NOT_ACTED_ON | dialogue.SOCIAL:
        return {}
    way: Way = "skill" if reading.intent.name in SKILL_OF_INTENT else "article"
    return evidence(reading, way, hits, language)


def _words(content: Content, context: Context) -> str:
    match content:
        case Text(text):
            return text
        case Action(name="clarify"):
            return context.memory.question
        case Action(label=label) | Filled(label=label):
            return label
        case Media(note=note):
            return note


def _chosen(content: Content) -> str | None:
    return content.value if isinstance(content, Action) and content.name in ("ask", "clarify") else None
