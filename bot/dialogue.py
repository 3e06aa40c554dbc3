"""What to do with what was understood: `decide`, pure. The first rule that knows an answer wins."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.decisions import (
    Answer,
    Ask,
    Clarify,
    Context,
    Decision,
    Decline,
    HandOff,
    Hit,
    Memory,
    Nothing,
    RunSkill,
    Social,
    Thresholds,
    Told,
)
from bot.details import DETAILS
from bot.shop import Understanding
from handoff.values import ADDRESS_FORM, Action, Content, Filled, Media, Priority, Reason, Text
from nlu import folding
from nlu.result import IntentScore, Reading

SOCIAL = frozenset({"greet", "thanks", "goodbye", "affirm", "deny", "bot_challenge", "chitchat"})
OUT_OF_SCOPE = "out_of_scope"
UNCLEAR = "unclear"
"""What nobody could answer without asking."""
NOT_ACTED_ON = frozenset({OUT_OF_SCOPE, UNCLEAR})
TIME_CRITICAL = frozenset({"cancel_order", "change_order"})
CALLS: dict[str, HandOff] = {
    "safety_issue": HandOff(Reason.SAFETY, Priority.URGENT, "safety"),
    "distress": HandOff(Reason.DISTRESS, Priority.HIGH, "distress"),
    "complaint": HandOff(Reason.COMPLAINT, Priority.HIGH, "complaint"),
    "talk_to_human": HandOff(Reason.CUSTOMER_REQUEST, Priority.NORMAL, "customer_request"),
}
"""Intents that call a person, gravest first."""

PERSON_WORDS = frozenset(
    folding.fold(word)
    for word in (
        "轉人工",
        "人工",
        "真人",
        "人工客服",
        "真人客服",
        "找真人",
        "找人工",
        "轉真人",
        "客服",
        "轉客服",
        "找客服",
        "我要真人",
        "我要人工",
        "接人工",
        "專人",
        "human",
        "agent",
        "person",
        "real person",
        "operator",
        "representative",
        "talk to a person",
        "talk to a human",
        "human please",
        "agent please",
    )
)
"""Commonplaces that need no model: a person is one message away even while no model answers."""

_PLEA_ZH = (
    r"(?:请|找|要|让|转|接|换|跟|和|由|有)(?:一?[个位名])?(?:真人|人工|专人)(?:客服|服务)?"
    r"(?:来|帮|处理|看|查|回|聊|说|谈|讲|对话|沟通|接|吗|[?？!！。,，]|$)"
)
_PLEA_EN = (
    r"\b(?:talk|speak|chat) (?:to|with) (?:an? |some |your |the )?(?:real |actual |live |human )*"
    r"(?:person|human|agent|representative|someone|somebody)\b"
)
PLEA = re.compile(f"{_PLEA_ZH}|{_PLEA_EN}")
"""A wish for a person within a sentence, folded. It calls nobody by itself: it may be quoted."""
REFUSAL = re.compile(
    rf"(?:(?<![要想用])不(?:要|用|想|必|需要|(?=要))|(?<![特个分])别|无需)(?:再|你们?|给我|帮我|去)*(?:{_PLEA_ZH})"
    r"|\b(?:(?:do|did|would)(?: not|n't|nt) (?:really |even )?(?:want|wish|need|like|have) to (?:have to )?"
    rf"|(?:no need|rather not|prefer not|not asking|not trying)(?: to)? )(?:{_PLEA_EN})"
)
"""The same with a no before it. "Why do you not transfer me" is none."""
PERSON_NAMED = re.compile(r"真人|人工|专人|\b(?:person|human|agent|representative|operator)\b")
PLEA_SHARE = 0.1
"""Beside such words a reading need not be surer than this."""
LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
LOOKS_LIKE_A_CODE = re.compile(r"(?=(?:.*\d){2})[\w #:.-]{2,24}", re.ASCII)
MAX_TRIES = 3
CLAUSE_ENDS = re.compile(
    r"[\n。！？!?；;]+|(?<=[a-z)])\.\s|"
    r"[，,]?\s*(?:另外|還有|还有|順便|顺便|對了|对了|\b(?:by the way|one more thing|and also)\b)[,，]?",
    re.IGNORECASE,
)
PHRASE_ENDS = re.compile(r"[\n，,。！？!?；;]+|(?<=[a-z)])\.\s|\s(?:and|but|so)\s", re.IGNORECASE)
MAX_PHRASES = 6
MAX_CLAUSES = 4
SHORTEST_CLAUSE = 3
"""Tokens; less is a courtesy or a name."""
SURE_CLAUSE = 0.6
LIKELY = 0.5
DOUBTED_DANGER = 0.02
"""Read as danger with this share, a message is answered by nobody but a person, see docs/adr/0024."""

Rule = Callable[["Situation"], Decision | None]


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision may rest on.

    `skills` names the skill of an intent that has one; `chosen` is the intent picked from a clarifying question.
    `dispatched`: the order that is named has left the house. `parts` are its clauses, read each by itself.
    `likelihood` (0–1) is that of an answer to the surest reading being right.
    """

    content: Content
    text: str
    reading: Reading | None
    hits: Sequence[Hit]
    context: Context
    rules: Understanding
    sure: Thresholds
    skills: Mapping[str, str]
    chosen: str | None = None
    dispatched: bool = False
    parts: Sequence[Reading] = ()
    likelihood: float = 0.0


def decide(situation: Situation) -> Decision:
    decision = next(decision for rule in RULES if (decision := rule(situation)) is not None)
    return _before_it_is_too_late(situation, decision)


def _before_it_is_too_late(s: Situation, decision: Decision) -> Decision:
    """A wish that counts only until the parcel leaves comes before the others. Source: feature E10."""
    hurried = TIME_CRITICAL.intersection((s.chosen, _first(s), s.context.memory.wish)) and not s.dispatched
    if not hurried or not isinstance(decision, HandOff) or decision.priority is not Priority.NORMAL:
        return decision
    return replace(decision, priority=Priority.HIGH)


def remember(memory: Memory, decision: Decision, text: str, wish: str = "") -> Memory:
    """What the bot knows of the episode after it said this to `text`, read as `wish`."""
    if isinstance(decision, Social | Nothing) or not text:
        text, wish = memory.question, memory.wish
    said = replace(memory, turns=memory.turns + 1, asking=None, question=text, wish=wish)
    match decision:
        case Answer(hit):
            return replace(said, topics=(*memory.topics, f"article:{hit.id}"), clarified=False)
        case Told(skill=skill, order=order):
            proved = (*memory.proved, order) if order and order not in memory.proved else memory.proved
            return replace(said, topics=(*memory.topics, f"skill:{skill}"), clarified=False, proved=proved)
        case Ask(tries=tries):
            return replace(said, asking=decision, failed_checks=tries)
        case Clarify():
            return replace(said, clarified=True)
        case HandOff(reason=Reason.SKILL_FAILED):
            return replace(said, failed_checks=memory.failed_checks + 1)
        case Nothing():
            return memory
        case _:
            return said


def clauses(text: str) -> list[str]:
    """The parts of a message that may be wishes of their own; none where it is one, or a long story."""
    found = [part.strip() for part in CLAUSE_ENDS.split(text)]
    some = [part for part in found if len(folding.tokens(part)) >= SHORTEST_CLAUSE]
    return some if 2 <= len(some) <= MAX_CLAUSES else []


def phrases(text: str) -> list[str]:
    """The parts of a message down to its commas, for telling a call from what it is about."""
    found = [part.strip() for part in PHRASE_ENDS.split(text) if part and part.strip()]
    return found[:MAX_PHRASES]


def beside_the_call(parts: Sequence[Reading], floor: float) -> list[str]:
    """The words of those parts that neither call a person nor are a courtesy."""
    return [
        part.text
        for part in parts
        if folding.tokens(part.text)
        and part.intent.name not in SOCIAL
        and not asks_for_person(Text(part.text))
        and not any(score.name == "talk_to_human" and score.confidence >= floor for score in part.ranking)
        and not pleads(part)
    ]


def wishes(parts: Sequence[Reading], sure: Thresholds) -> list[Reading]:
    """The clauses that surely ask for different things the shop answers, surest first; none where they ask for one."""
    by_intent: dict[str, Reading] = {}
    for part in sorted(parts, key=lambda part: -part.intent.confidence):
        name = part.intent.name
        if _is_sure(part, sure) and name not in SOCIAL | CALLS.keys() | NOT_ACTED_ON:
            by_intent.setdefault(name, part)
    return list(by_intent.values()) if len(by_intent) > 1 else []


def gives_asked_detail(memory: Memory, text: str, reading: Reading | None) -> bool:
    """Whether this answers the question a skill has asked, well or badly."""
    asking = memory.asking
    if asking is None:
        return False
    return DETAILS[asking.missing](text, reading, False) is not None or bool(LOOKS_LIKE_A_CODE.fullmatch(text.strip()))


def asks_for_person(content: Content) -> bool:
    """Whether this is a plain call for a person, button or commonplace, that needs no understanding."""
    match content:
        case Action(name="person"):
            return True
        case Text(text):
            return folding.fold(text).strip(" !?.,~。，！？") in PERSON_WORDS
        case _:
            return False


def pleads(reading: Reading) -> bool:
    """Whether a wish for a person stands in the words, and the reading half agrees."""
    likely = any(score.name == "talk_to_human" and score.confidence >= PLEA_SHARE for score in reading.ranking)
    return likely and PLEA.search(REFUSAL.sub(" ", folding.fold(reading.text))) is not None


def refuses_person(text: str) -> bool:
    """Whether they say that they want no person, and nothing else of one: then no reading calls one for the asking."""
    said, times = REFUSAL.subn(" ", folding.fold(text))
    return times > 0 and PERSON_NAMED.search(said) is None


def calls_person(reading: Reading, floor: float) -> bool:
    """Whether so likely a reading calls a person, or a plea beside it does."""
    likely = {score.name for score in reading.ranking if score.confidence >= floor} & CALLS.keys()
    if refuses_person(reading.text):
        likely -= {"talk_to_human"}
    return bool(likely) or pleads(reading)


def says_not_helpful(content: Content) -> bool:
    return isinstance(content, Action) and (content.name, content.value) == ("helpful", "no")


def relevant_intents(reading: Reading | None, chosen: str | None) -> list[str]:
    """The readings articles are searched for, surest first."""
    if chosen:
        return [chosen]
    return [score.name for score in reading.ranking[:3]] if reading else []


def _person(s: Situation) -> Decision | None:
    return CALLS["talk_to_human"] if asks_for_person(s.content) else None


def _helpful(s: Situation) -> Decision | None:
    if says_not_helpful(s.content):
        return HandOff(Reason.NOT_HELPFUL, Priority.NORMAL, "not_helpful")
    match s.content:
        case Action(name="helpful"):
            return Social("glad")
        case Action(name="start"):
            return Social("greet")
        case Action(name="cancel_wait"):
            return Nothing()  # pressed twice, or nobody was being waited for
        case _:
            return None


def _filled(s: Situation) -> Decision | None:
    """A form: a skill's details all at once, each checked like one that was written."""
    content = s.content
    if not isinstance(content, Filled):
        return None
    if content.name == ADDRESS_FORM:
        return Social("address_kept")
    asking = s.context.memory.asking
    if asking is None or asking.skill != content.name:
        return HandOff(Reason.SKILL_FAILED)
    wanted = asking.wanted or (asking.missing,)
    read = {name: DETAILS[name](content.values.get(name, ""), s.reading, False) for name in wanted}
    found = {name: value for name, value in read.items() if value}
    return RunSkill(asking.skill, {**asking.slots, **found}) if len(found) == len(read) else _asked_again(asking)


def _reopened(s: Situation) -> Decision | None:
    """Whoever comes back to what a person has just closed gets that person, but for a word of thanks."""
    if not s.context.reopened or s.reading is None:
        return None
    courtesy = s.reading.intent.name in ("thanks", "goodbye", "affirm") and _is_sure(s.reading, s.sure)
    return None if courtesy else HandOff(Reason.REOPENED, Priority.NORMAL, "reopened")


def _attachment(s: Situation) -> Decision | None:
    match s.content:
        case Media(kind="sticker"):
            return Nothing()
        case Media():
            return HandOff(Reason.ATTACHMENT, Priority.NORMAL, "attachment")
        case _:
            return None


def _wordless(s: Situation) -> Decision | None:
    said = LINK.sub("", s.text)
    return None if any(character.isalnum() for character in said) else _about_no_words(s.text)


def _about_no_words(text: str) -> Decision:
    """A 👍 wants nothing. "???", or a link alone, wants an answer, so a person."""
    return HandOff(Reason.LOW_CONFIDENCE) if set("?？") & set(text) or LINK.search(text) else Nothing()


def _call(s: Situation) -> Decision | None:
    """Danger, distress, a dispute or a wish for a person need less certainty than an answer."""
    if s.reading is None or s.chosen or _is_a_number(s.text):
        return None  # whatever it is read as
    sure = {score.name: score.confidence for score in s.reading.ranking}
    # A clause alone says less, so it has to be surer.
    in_parts = {part.intent.name for part in s.parts if part.intent.confidence >= SURE_CLAUSE}
    for intent, decision in CALLS.items():
        if intent == "talk_to_human" and refuses_person(s.text):
            continue
        if sure.get(intent, 0.0) >= s.rules.person_threshold or intent in in_parts:
            return decision
    return CALLS["talk_to_human"] if pleads(s.reading) else None


def is_danger(text: str, reading: Reading, parts: Sequence[Reading], rules: Understanding) -> bool:
    """Whether somebody or something may be harmed, by what `_call` goes by."""
    likely = any(s.name == "safety_issue" and s.confidence >= rules.person_threshold for s in reading.ranking)
    in_part = any(p.intent.name == "safety_issue" and p.intent.confidence >= SURE_CLAUSE for p in parts)
    return (likely or in_part) and not _is_a_number(text)


def _is_a_number(text: str) -> bool:
    """A number or a code with no word beside it: it calls nobody."""
    words = text.split()
    return bool(LOOKS_LIKE_A_CODE.fullmatch(" ".join(words))) and all(any(map(str.isdigit, word)) for word in words)


def _asked_detail(s: Situation) -> Decision | None:
    """A bare number answers the question the bot has just asked; so does one in a sentence."""
    asking = s.context.memory.asking
    if asking is None or not gives_asked_detail(s.context.memory, s.text, s.reading):
        return None
    wanted = asking.wanted or (asking.missing,)
    found = {name: value for name in wanted if (value := DETAILS[name](s.text, s.reading, name != asking.missing))}
    return RunSkill(asking.skill, {**asking.slots, **found}) if found else _asked_again(asking)


def _bare_number(s: Situation) -> Decision | None:
    """An order number and nothing else: where is it? Behind an article it is for a person to act on."""
    number = s.reading.entity("order_id") if s.reading is not None else None
    if number is None or folding.fold(number) != folding.fold(s.text).strip(" #.,:。，："):
        return None
    if s.context.memory.topics[-1:] and s.context.memory.topics[-1].startswith("article:"):
        return HandOff(Reason.LOW_CONFIDENCE)
    skill = s.skills.get("track_order")
    return RunSkill(skill, {"order_id": number.upper()}) if skill else None


def _all_given(s: Situation) -> Decision | None:
    """Who names an order and proves it is theirs asks about it: a likely reading is enough, and nothing can leak."""
    first = _first(s)
    if first is None or first not in s.skills or s.reading is None or s.reading.intent.confidence < LIKELY:
        return None
    given = all(read(s.text, s.reading, True) for read in DETAILS.values())
    return _skill(s, first) if given else None


def _asked_again(asking: Ask) -> Decision:
    """A number that is none of ours: asked once more, then a person."""
    if asking.tries + 1 >= MAX_TRIES:
        return HandOff(Reason.SKILL_FAILED)
    return replace(asking, tries=asking.tries + 1)


def _turn_limit(s: Situation) -> Decision | None:
    return HandOff(Reason.TURN_LIMIT) if s.context.memory.turns >= s.rules.max_bot_turns else None


def _perhaps_danger(s: Situation) -> Decision | None:
    """Too unlikely for a call, and too likely for an answer, or for asking back."""
    if s.reading is None or s.chosen or _is_a_number(s.text):
        return None
    share = next((score.confidence for score in s.reading.ranking if score.name == "safety_issue"), 0.0)
    return HandOff(Reason.LOW_CONFIDENCE) if share >= DOUBTED_DANGER else None


def _sure(s: Situation) -> Decision | None:
    intent = s.chosen or _top(s)
    if intent is None:
        return None
    if intent in SOCIAL:
        return Social(intent)
    return _skill(s, intent) or _article(s)


def _skill(s: Situation, intent: str) -> Decision | None:
    skill = s.skills.get(intent)
    if skill is None:
        return None
    if s.context.memory.topics[-1:] == (f"skill:{skill}",):
        return HandOff(Reason.REPEATED)
    found = {name: value for name, read in DETAILS.items() if (value := read(s.text, s.reading, True))}
    return RunSkill(skill, found)


def _article(s: Situation) -> Decision:
    best = s.hits[0] if s.hits else None
    if best is None or (s.chosen and best.score < s.sure.answer):
        return HandOff(Reason.NO_ARTICLE)
    if f"article:{best.id}" in s.context.memory.topics[-3:]:
        return HandOff(Reason.REPEATED)
    return Answer(best)


def _ambiguous(s: Situation) -> Decision | None:
    """Two close readings: asked back once, then a person."""
    if s.reading is None or len(s.reading.ranking) < 2:
        return None
    first, second = s.reading.ranking[:2]
    if not _may_be_asked(first, second, s.rules):
        return None
    if s.context.memory.clarified:
        return HandOff(Reason.AMBIGUOUS)
    return Clarify((first.name, second.name))


def _may_be_asked(first: IntentScore, second: IntentScore, rules: Understanding) -> bool:
    unaskable = SOCIAL | CALLS.keys() | NOT_ACTED_ON
    if first.name in unaskable or second.name in unaskable:
        return False
    close = first.confidence - second.confidence <= rules.clarify_gap
    return close and first.confidence + second.confidence >= rules.clarify_share


def _foreign(s: Situation) -> Decision | None:
    """Somebody else's business: an honest sentence, and the way to a person stands beside it."""
    top = s.reading.intent if s.reading is not None else None
    return Decline() if top and top.name == OUT_OF_SCOPE and top.confidence >= s.sure.decline else None


def _unsure(s: Situation) -> Decision:
    """What was read surely is told from what was not: there an article may be missing."""
    understood = s.reading is not None and _is_sure(s.reading, s.sure) and s.reading.intent.name not in NOT_ACTED_ON
    return HandOff(Reason.NO_ARTICLE if understood else Reason.LOW_CONFIDENCE)


RULES: tuple[Rule, ...] = (
    _person,
    _helpful,
    _call,
    _attachment,
    _wordless,
    _reopened,
    _turn_limit,
    _filled,
    _asked_detail,
    _bare_number,
    _all_given,
    _perhaps_danger,
    _sure,
    _ambiguous,
    _foreign,
    _unsure,
)


def _first(s: Situation) -> str | None:
    return s.reading.intent.name if s.reading is not None else None


def _top(s: Situation) -> str | None:
    """The surest reading, where an answer to it is likely enough to be right."""
    if s.reading is None or s.likelihood < s.sure.answer:
        return None
    name = s.reading.intent.name
    return None if name in NOT_ACTED_ON else name


def _is_sure(reading: Reading, sure: Thresholds) -> bool:
    return reading.intent.confidence >= sure.answer
