"""What the learnt extractor sees of a text, and the normal forms of what it finds; standard library only."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from nlu.folding import fold, spans
from nlu.server.components.features import stem

# In a longer text the details stand at the beginning, or are pasted from elsewhere.
MOST_TOKENS = 400
LONGEST_TOKEN = 40
_SIGNS = (
    ("d", re.compile(r"\d+")),
    ("h", re.compile("[\\u3400-\\u9fff\\uf900-\\ufaff]")),
    ("l", re.compile(r"[a-z]+")),
    ("m", re.compile(r"(?=.*\d)[a-z\d.-]+")),
)
# Word, shape, kind of signs, kind of word.
Token = tuple[str, str, str, str]
_EDGE: Token = ("", "", "", "")
THING = "thing"

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SMALL = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_NUMBERS = {word: number for number, word in enumerate(f"{_SMALL} eighteen nineteen twenty".split(), start=1)}
_NUMBERS |= {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "eighty": 80, "hundred": 100, "dozen": 12}


def pieces(text: str) -> list[tuple[int, int]]:
    """Where the tokens lie that are looked at: not more than MOST_TOKENS, none longer than LONGEST_TOKEN."""
    return [(start, end) for start, end in spans(text) if end - start <= LONGEST_TOKEN][:MOST_TOKENS]


def features(text: str, positions: list[tuple[int, int]], *, things: bool = True) -> list[list[str]]:
    """The features of each token: its spelling and kind, its neighbours', and what stands between them.

    Without `things` the words for sale are not known as such.
    """
    typed = [_token(text[start:end]) for start, end in positions]
    kinds = _kinds([word for word, _, _ in typed], things)
    seen = [(word, shape, signs, kind) for (word, shape, signs), kind in zip(typed, kinds, strict=True)]
    gaps = ["^", *(_gap(text[a:b]) for (_, a), (b, _) in pairwise(positions)), "$"]
    around = [_EDGE, _EDGE, *seen, _EDGE, _EDGE]
    return [_features(around[at : at + 5], gaps[at], gaps[at + 1]) for at in range(len(seen))]


def _features(window: list[Token], before: str, after: str) -> list[str]:
    (a, _, _, ka), (b, sb, gb, kb), (word, shape, signs, kind), (d, sd, gd, kd), (e, _, _, ke) = window
    found = [
        f"0={word}", f"-1={b}", f"+1={d}", f"-2={a}", f"+2={e}",
        f"-1,0={b}|{word}", f"0,1={word}|{d}", f"-2,-1={a}|{b}", f"1,2={d}|{e}", f"-1,1={b}|{d}",
        f"s={shape}", f"s-1={sb}", f"s+1={sd}", f"s3={gb}{signs}{gd}", f"g={before}", f"h={after}",
        f"k={kind}", f"k-1={kb}", f"k+1={kd}", f"k3={kb},{kind},{kd}", f"k-3={ka},{kb},{kind}", f"k+3={kind},{kd},{ke}",
        f"b,k={b}|{kind}", f"k,d={kind}|{d}", f"gk={before}{kind}", f"sk={shape}{kd}",
    ]  # fmt: skip
    if signs in "lm":
        found += [f"p={word[:3]}", f"q={word[-3:]}", f"r={word[-2:]}"]
    return found


@lru_cache(maxsize=20_000)
def _token(typed: str) -> tuple[str, str, str]:
    """The folded token, its shape and the kind of its signs."""
    word = fold(typed)
    signs = next((name for name, pattern in _SIGNS if pattern.fullmatch(word)), "o")
    case = "A" if typed.isupper() else "a"
    if signs == "d":
        return word, f"d{len(word)}", signs
    if signs == "m":
        return word, case + re.sub(r"\d+", "9", re.sub(r"[a-z]+", "x", word)), signs
    return word, f"{case}{min(len(word), 4)}" if signs == "l" else signs, signs


def _kinds(words: list[str], things: bool) -> list[str]:
    """The kind of each token by the words it is part of, the longest first: `B` where they begin, `I` inside."""
    stems = [stem(word) for word in words]
    kinds = [""] * len(words)
    at = 0
    while at < len(words):
        length, kind = _longest(stems, at, things)
        for inside in range(at, at + length):
            kinds[inside] = ("B" if inside == at else "I") + kind
        at += max(length, 1)
    return kinds


def _longest(stems: list[str], at: int, things: bool) -> tuple[int, str]:
    for length in range(min(_LONGEST, len(stems) - at), 0, -1):
        kind = _WORDS.get(tuple(stems[at : at + length]), "")
        if kind and (things or kind != THING):
            return length, kind
    return 0, ""


def _read_words() -> dict[tuple[str, ...], str]:
    words: dict[tuple[str, ...], str] = {}
    for line in Path(__file__).with_name("words.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, listed = line.split(": ", 1)
            chinese, english = listed.split("|")
            phrases = [*chinese.split(), *(phrase.replace("-", " ") for phrase in english.split())]
            for phrase in phrases:
                key = tuple(stem(phrase[start:end]) for start, end in spans(phrase))
                words[key] = words.get(key, "") + kind if key in words and words[key] != kind else kind
    return words


_WORDS = _read_words()
_LONGEST = max(map(len, _WORDS))


def _gap(between: str) -> str:
    return "_" if between.isspace() else between[:2]


def normal(name: str, typed: str) -> str:
    """The normal form of a detail: quantities in digits, sizes and codes in capitals, else as it was typed."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    match name:
        case "quantity":
            return _number(plain)
        case "size" | "sku":
            return plain.upper() if plain.isascii() and " " not in plain else plain
        case _:
            return plain


def _number(typed: str) -> str:
    folded = fold(typed).removesuffix(" of")
    if folded.isdecimal():
        return str(int(folded))
    if folded in _NUMBERS:
        return str(_NUMBERS[folded])
    if not folded or any(sign not in _DIGITS and sign not in _UNITS for sign in folded):
        return typed
    total, digit = 0, 0
    for sign in folded:
        if sign in _UNITS:
            total += max(digit, 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return str(total + digit)
