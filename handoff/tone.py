"""What in words for a customer would better be said otherwise. Pure: the rules and the shop's voice come as values."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from handoff.values import Language

ToneKind = Literal[
    "blame",
    "refusal",
    "command",
    "shouting",
    "filler",
    "promise",
    "jargon",
    "region",
    "script",
    "voice",
    "address",
    "sign_off",
]
MOST = 20
"""Findings in one text; more help nobody."""
RUNS = 3
"""More pieces in the other script than this are one finding: then it is no slip."""
CALM = "{calm}"
"""In a rule's `say`: what was found, without its capitals."""

_HAN = re.compile("[\u3400-\u9fff]")
# What customers said, names, places to fill in, addresses and code are not ours to word.
_ALONE = re.compile(
    r"^>.*$|`[^`\n]{0,300}`|\{\w{1,40}\}|(?:https?://|www\.)[^\s，。！？、；）」]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.]+"
    r'|「[^」\n]{0,300}」|『[^』\n]{0,300}』|“[^”\n]{0,300}”|"[^"\n]{0,300}"|《[^》\n]{0,100}》|(?a:(?<![\w-])[A-Za-z]{1,20}-?\d[\w-]*)',
    re.MULTILINE,
)
_BLANK = "\ufffc"
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?\n]\s*)$")


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that are found, why they are no good, and what goes in their place or, as a `hint`, leads to better ones.

    Nothing is found where `unless` stands anywhere else in the text.
    """

    kind: ToneKind
    pattern: re.Pattern[str]
    why: Mapping[Language, str]
    say: str | None = None
    hint: str | None = None
    unless: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """Characters that are `foreign` to a language, and how they are `spelled` there; none of two spellings is in it."""

    foreign: re.Pattern[str]
    own: re.Pattern[str]
    spelled: Mapping[str, str]
    why: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """`text[start:end]`; `say` can be put in its place as it is ("" leaves it out), `hint` is an example to go by."""

    kind: ToneKind
    start: int
    end: int
    why: Mapping[Language, str]
    say: str | None
    hint: str | None


@dataclass(frozen=True, slots=True)
class Tone:
    """A shop's tone. `names` are left alone wherever they stand."""

    rules: Mapping[Language, Sequence[Rule]] = field(default_factory=dict)
    scripts: Mapping[Language, Script] = field(default_factory=dict)
    names: Sequence[str] = ()

    def judge(self, text: str, reader: Language) -> tuple[Finding, ...]:
        """What would better be said otherwise to who reads `reader`, in the order in which it stands."""
        ours = self._ours(text)
        language = self._language(ours, reader)
        found = [*self._script(ours, language), *_ruled(self.rules.get(language, ()), ours)]
        return tuple(sorted(_apart(found), key=lambda finding: finding.start)[:MOST])

    def _ours(self, text: str) -> str:
        """The text with all that is left alone blanked out, each character in its place."""
        for name in self.names:
            text = text.replace(name, _BLANK * len(name))
        return _ALONE.sub(lambda match: _BLANK * len(match[0]), text)

    def _language(self, text: str, reader: Language) -> Language:
        """Which rules fit: the reader's where the text is Chinese as they are, else those of what it is written in."""
        if not _HAN.search(text):
            return "en" if re.search("[A-Za-z]", text) else reader
        if reader != "en":
            return reader
        taiwan = self.scripts.get("zh-TW")
        simplified = taiwan is not None and len(taiwan.foreign.findall(text)) > len(taiwan.own.findall(text))
        return "zh-CN" if simplified else "zh-TW"

    def _script(self, text: str, language: Language) -> Iterator[Finding]:
        script = self.scripts.get(language)
        runs = [match.span() for match in script.foreign.finditer(text)] if script else []
        if script is None or not runs:
            return
        for start, end in runs if len(runs) <= RUNS else [(runs[0][0], runs[-1][1])]:
            yield Finding("script", start, end, script.why, _spelled(script, text[start:end]), None)


NO_TONE = Tone()
"""For a desk that knows no rules."""


def _ruled(rules: Iterable[Rule], text: str) -> Iterator[Finding]:
    """Of each rule the first few: a text that is nothing else must not take for ever."""
    for rule in rules:
        matches = list(islice((match for match in rule.pattern.finditer(text) if match[0].strip()), MOST))
        ways_on = _ways_on(rule, text) if matches else ()
        for match in matches:
            if all(start < match.end() and match.start() < end for start, end in ways_on):
                yield Finding(rule.kind, match.start(), match.end(), rule.why, _said(rule, match), rule.hint)


def _ways_on(rule: Rule, text: str) -> Sequence[tuple[int, int]]:
    """What takes a finding back, unless it is part of it."""
    if rule.unless is None:
        return ()
    return [match.span() for match in islice(rule.unless.finditer(text), 2 * MOST + 1)]


def _said(rule: Rule, match: re.Match[str]) -> str | None:
    """What goes there; a capital where what it replaces began with one."""
    if rule.say is None:
        return None
    if rule.say == CALM:
        return _calm(match)
    said = match.expand(rule.say)
    begins = match[0][:1].isupper() and not match[0][:2].isupper()
    return said[:1].upper() + said[1:] if begins else said


def _calm(match: re.Match[str]) -> str:
    calm = re.sub(r"\bi\b", "I", match[0].lower())
    begins = _SENTENCE_BEGINS.search(match.string[: match.start()]) is not None
    return calm[:1].upper() + calm[1:] if begins else calm


def _spelled(script: Script, text: str) -> str | None:
    """The same in the right script, or None where a character has two spellings and only the sentence can tell."""
    if any(char not in script.spelled for char in "".join(script.foreign.findall(text))):
        return None
    return "".join(script.spelled.get(char, char) for char in text) if _BLANK not in text else None


def _apart(found: Iterable[Finding]) -> Iterator[Finding]:
    """Of findings that overlap the first."""
    taken: list[tuple[int, int]] = []
    for finding in found:
        if all(finding.end <= start or end <= finding.start for start, end in taken):
            taken.append((finding.start, finding.end))
            yield finding
        if len(taken) == MOST:
            return
