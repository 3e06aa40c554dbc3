"""The tone that words for customers are checked for: the rules of `bot/texts/tone`, and the shop's own voice."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.shop import LANGUAGES, Shop, Voice
from handoff.tone import Rule, Script, Tone
from handoff.values import Language
from nlu.folding_table import ONLY_SIMPLIFIED, ONLY_TRADITIONAL, SIMPLIFIED, TRADITIONAL

FOLDER = Path(__file__).parent / "texts" / "tone"
Why = Mapping[Language, str]

# Who is spoken to; not several of them, not a small one (迷你), not two people in general (你我).
_ADDRESS = {"您": r"(?<!迷)[你妳](?![們们我])", "你": r"您(?![們们])"}
_CLOSINGS: Mapping[Language, str] = {
    "zh-TW": r"(?:此致|謹此)?[，,\s]*(?:敬禮|順頌\s*(?:商祺|時祺)|敬祝\s*(?:商祺|時祺)|敬上)[。！!]?\s*\Z",
    "zh-CN": r"(?:此致|谨此)?[，,\s]*(?:敬礼|顺颂\s*(?:商祺|时祺)|敬祝\s*(?:商祺|时祺)|敬上)[。！!]?\s*\Z",
    "en": r"^(?:(?:best|kind|warm)(?:est)? (?:regards|wishes)|regards|yours (?:sincerely|faithfully|truly)|sincerely)"
    r"[,.]?(?:\n.{0,60})?\s*\Z",
}


def tone_of(shop: Shop) -> Tone:
    """What is good manners anywhere, and the shop's own voice, but for the kinds it does not want checked."""
    why = _read("why.yml")
    rules = {
        language: tuple(rule for rule in _rules(shop.voice, language, why) if rule.kind not in shop.voice.unchecked)
        for language in LANGUAGES
    }
    scripts = {} if "script" in shop.voice.unchecked else _scripts(why)
    return Tone(rules, scripts, tuple(filter(None, (*shop.name.values(), *shop.voice.names))))


def _rules(voice: Voice, language: Language, why: Mapping[str, Why]) -> Iterator[Rule]:
    """The shop's words first: where both have something to say, its own is said. Last how it addresses people."""
    yield from _words(voice, language, why)
    yield from _shipped(language, why)
    yield from _manner(voice, language, why)


def _words(voice: Voice, language: Language, why: Mapping[str, Why]) -> Iterator[Rule]:
    for avoided, said in voice.say_instead.get(language, {}).items():
        yield Rule("voice", _literal(avoided, language), why["shops_words"], _as_template(said))


def _manner(voice: Voice, language: Language, why: Mapping[str, Why]) -> Iterator[Rule]:
    if language != "en" and (word := voice.address.get(language)):
        yield Rule("address", re.compile(_ADDRESS[word]), why["shops_address"], word)
    if said := voice.sign_off.get(language):
        closing = re.compile(_CLOSINGS[language], re.IGNORECASE | re.MULTILINE)
        yield Rule("sign_off", closing, why["shops_sign_off"], _as_template(said))


def _as_template(said: str) -> str:
    return said.replace("\\", r"\\")


def _literal(words: str, language: Language) -> re.Pattern[str]:
    """English words whole: "sale" is not in "wholesale"."""
    edges = (r"\b" if words[:1].isalnum() else "", r"\b" if words[-1:].isalnum() else "")
    around = edges if language == "en" else ("", "")
    return re.compile(f"{around[0]}{re.escape(words)}{around[1]}", re.IGNORECASE)


def _shipped(language: Language, why: Mapping[str, Why]) -> Iterator[Rule]:
    for group in _read(f"{language}.yml"):
        unless = _pattern(group["unless"], language) if "unless" in group else None
        for found, said in group["find"].items():
            yield Rule(group["kind"], _pattern(found, language), why[group["why"]], said, group.get("hint"), unless)


def _pattern(expression: str, language: Language) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE if language == "en" else 0)


def _scripts(why: Mapping[str, Why]) -> dict[Language, Script]:
    pairs = list(zip(TRADITIONAL, SIMPLIFIED, strict=True))
    spellings = Counter(SIMPLIFIED)
    to_traditional = {one: other for other, one in pairs if spellings[one] == 1}
    only_simplified, only_traditional = re.compile(f"[{ONLY_SIMPLIFIED}]+"), re.compile(f"[{ONLY_TRADITIONAL}]+")
    return {
        "zh-TW": Script(only_simplified, only_traditional, to_traditional, why["simplified_letters"]),
        "zh-CN": Script(only_traditional, only_simplified, dict(pairs), why["traditional_letters"]),
    }


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))
