"""One spelling for what customers type in many; loaded by both Pythons (3.10 and newer), standard library only."""

import re
import unicodedata
from typing import Literal

from nlu.folding_table import ONLY_SIMPLIFIED, ONLY_TRADITIONAL, SIMPLIFIED, TRADITIONAL

Language = Literal["zh-TW", "zh-CN", "en"]

_TO_SIMPLIFIED = str.maketrans(TRADITIONAL, SIMPLIFIED) | str.maketrans("’‘`“”", "'''\"\"")
# Spelled out instead of taken from unicodedata, whose categories differ between the two Pythons:
# controls, soft hyphen, fillers, zero-width and bidi marks, variation selectors, surrogates, tags, skin tones.
_INVISIBLE = re.compile(
    "[\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f"
    "\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb"
    "\\ud800-\\udfff\\U0001f3fb-\\U0001f3ff\\U000e0000-\\U000e0fff]"
)
_WHITESPACE = re.compile(r"\s+")
# Three of a letter are a size (XXXL) or a battery (AAA) before they are a drawl.
_DRAWN_OUT = re.compile(r"([a-z])\1{3,}")
_REPEATED = re.compile(r"([^\da-z\s])\1{2,}")
_REPEATED_SYLLABLE = re.compile(r"([^\d\s]{2,4}?)\1{2,}")

_HAN = "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\U00020000-\\U0003ffff"
_KANA_HANGUL = "\\u3040-\\u30ff\\uac00-\\ud7af"
_BOPOMOFO = "\\u3105-\\u312f\\u31a0-\\u31bf"
_SYMBOLS = "\\u2600-\\u27bf\\U0001f000-\\U0001faff"
_SINGLE = f"[{_HAN}{_KANA_HANGUL}{_BOPOMOFO}{_SYMBOLS}]"
_LETTER = f"(?:(?!{_SINGLE})[^\\W_])"
_TOKEN = re.compile(f"{_SINGLE}|{_LETTER}+(?:['’]{_LETTER}+|[-.](?={_LETTER}*\\d){_LETTER}+)*")

_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_OTHER_SCRIPT = re.compile(f"[{_KANA_HANGUL}]")
_ENGLISH_WORD = re.compile(f"(?<![^\\W_])[A-Za-z]{{2,}}(?:['’][A-Za-z]+)*(?!{_LETTER})")
_TAIWAN = re.compile(f"[{_BOPOMOFO}{ONLY_TRADITIONAL}]")
_MAINLAND = re.compile(f"[{ONLY_SIMPLIFIED}]")
# Pasted as an answer, whatever language the answer is for.
_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)[!-~]+")
# Words that people type whatever their language is.
_SHARED_WORDS = (
    "ok okay hi hello hey bye thx yes no app vip line wifi usb led iphone ipad mac pro max mini plus ultra se air "
    "sf dhl ups ems fedex atm id qr sms xd lol www http https com tw cn xs xl xxl xxxl"
)
_SHARED = frozenset(_SHARED_WORDS.split())


def fold(text: str) -> str:
    """The text in lower case, simplified script and NFKC, without invisible characters, drawls and spare whitespace.

    Folding twice changes nothing; simplified script stays as it is.
    """
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).lower()
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", folded)).translate(_TO_SIMPLIFIED)
    return _WHITESPACE.sub(" ", _shortened(folded)).strip()


def _shortened(text: str) -> str:
    before = ""
    while text != before:
        before = text
        text = _REPEATED.sub(r"\1\1", _DRAWN_OUT.sub(r"\1\1\1", text))
        text = _REPEATED_SYLLABLE.sub(r"\1\1", text)
    return text


def spans(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text lie, as (start, end), whether it is folded or not."""
    return [match.span() for match in _TOKEN.finditer(text)]


def tokens(text: str) -> list[str]:
    """The folded text in pieces: words, codes and numbers whole, one piece per Chinese character or emoji."""
    folded = fold(text)
    return [folded[start:end] for start, end in spans(folded)]


def language(text: str) -> Language | None:
    """The language a text is clearly in; None where only shared characters, digits, emoji or codes are there."""
    plain = _ADDRESS.sub(" ", unicodedata.normalize("NFKC", text))
    if _OTHER_SCRIPT.search(plain):
        return None
    words = [word for word in _ENGLISH_WORD.findall(plain) if word.lower() not in _SHARED]
    han = len(_HAN_CHARACTER.findall(plain))
    if not han or len(words) > max(2, 2 * han):
        return "en" if words else None
    taiwan, mainland = len(_TAIWAN.findall(plain)), len(_MAINLAND.findall(plain))
    if taiwan > 2 * mainland:
        return "zh-TW"
    return "zh-CN" if mainland > 2 * taiwan else None
