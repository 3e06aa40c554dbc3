"""What the classifier sees of a text: pieces of its spelling, its words and their neighbours, what it is about."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from nlu.folding import fold, spans

CHARACTERS, WORDS, STEMS, PAIRS, SKIPS, TRIPLES, CONCEPTS = "c", "w", "s", "p", "g", "t", "k"
# Measured on messages by other hands: without skips and triples English loses three points, and without concepts
# phrasings that are new lose two to seven (docs/adr/0017).
BLOCK_WEIGHTS = {CHARACTERS: 1.0, WORDS: 0.6, STEMS: 0.6, PAIRS: 0.7, SKIPS: 0.4, TRIPLES: 0.3, CONCEPTS: 0.55}
CHARACTER_SIZES = range(1, 5)
LONGEST_PHRASE = 3

# An order number says that there is one; which one it is must not be learnt.
_CODE = re.compile(r"[a-z]{0,4}\d{5,}|\d+(?:-\d+){2,}")
_ENDINGS = ("ing", "ied", "ies", "ed", "es", "s")


def terms(text: str) -> Counter[str]:
    """Every term of a text with its count; a term starts with the letter of its block."""
    folded = _CODE.sub("0", fold(text))
    positions = spans(folded)
    words = [folded[start:end] for start, end in positions]
    found = Counter(f"{WORDS} {word}" for word in words)
    stems = [stem(word) if word.isascii() else word for word in words]
    found.update(f"{STEMS} {one}" for one in stems)
    framed = ["^", *stems, "$"]
    found.update(f"{PAIRS} {first} {second}" for first, second in pairwise(framed))
    found.update(f"{SKIPS} {first} {third}" for first, third in zip(framed, framed[2:], strict=False))
    threes = zip(framed, framed[1:], framed[2:], strict=False)
    found.update(f"{TRIPLES} {first} {second} {third}" for first, second, third in threes)
    padded = f" {folded} "
    for size in CHARACTER_SIZES:
        found.update(f"{CHARACTERS} {padded[at : at + size]}" for at in range(len(padded) - size + 1))
    found.update(f"{CONCEPTS} {name}" for name in concepts(folded, positions))
    return found


def concepts(folded: str, positions: list[tuple[int, int]]) -> list[str]:
    """The concepts of the lexicon that a folded text mentions, in text order; `positions` are its tokens."""
    found = [(at, name) for at, word in _chinese_words(folded) for name in _CHINESE[word]]
    stems = [stem(folded[start:end]) for start, end in positions]
    at = 0
    while at < len(stems):
        length = _phrase_at(stems, at)
        if length:
            found += [(positions[at][0], name) for name in _ENGLISH[tuple(stems[at : at + length])]]
        at += max(length, 1)
    return [name for _, name in sorted(found, key=lambda pair: pair[0])]


def _chinese_words(folded: str) -> Iterator[tuple[int, str]]:
    """The lexicon's Chinese words in a text and where they begin; the longest at a place, and none within another."""
    at = 0
    while at < len(folded):
        word = next((word for word in _BY_FIRST.get(folded[at], ()) if folded.startswith(word, at)), None)
        if word:
            yield at, word
        at += len(word or " ")


def _phrase_at(stems: list[str], at: int) -> int:
    for length in range(LONGEST_PHRASE, 0, -1):
        if tuple(stems[at : at + length]) in _ENGLISH:
            return min(length, len(stems) - at)
    return 0


def stem(word: str) -> str:
    """A rough English stem, enough to bring `shipped`, `ships` and `shipping` together."""
    word = word.replace("'", "")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + ("y" if ending in ("ied", "ies") else "")
            break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word


def _read_lexicon() -> tuple[dict[str, list[str]], dict[tuple[str, ...], list[str]]]:
    chinese: dict[str, list[str]] = {}
    english: dict[tuple[str, ...], list[str]] = {}
    for line in Path(__file__).with_name("lexicon.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, words = line.split(": ", 1)
        chinese_words, english_words = words.split("|")
        for word in chinese_words.split():
            chinese.setdefault(word, []).append(name)
        for phrase in english_words.split():
            english.setdefault(tuple(stem(part) for part in phrase.split("-")), []).append(name)
    return chinese, english


_CHINESE, _ENGLISH = _read_lexicon()
_BY_FIRST: dict[str, list[str]] = {}
for _word in sorted(_CHINESE, key=len, reverse=True):
    _BY_FIRST.setdefault(_word[0], []).append(_word)
