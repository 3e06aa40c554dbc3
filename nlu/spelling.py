"""How a text may be written in either Chinese script, for searching in what nobody has folded."""

import itertools

from nlu.folding_table import ONLY_SIMPLIFIED, SIMPLIFIED, TRADITIONAL

MOST = 6

_TO_SIMPLIFIED = str.maketrans(TRADITIONAL, SIMPLIFIED)


def _traditional_of() -> dict[str, str]:
    found: dict[str, str] = {}
    for one, other in zip(TRADITIONAL, SIMPLIFIED, strict=True):
        found[other] = found.get(other, "") + one
    return found


_TRADITIONAL_OF = _traditional_of()


def spellings(text: str) -> tuple[str, ...]:
    """The text itself, in simplified script, and in traditional; at most six.

    A simplified character may stand for several traditional ones.
    """
    simplified = text.translate(_TO_SIMPLIFIED)
    letters = [_TRADITIONAL_OF.get(char, "") + ("" if char in ONLY_SIMPLIFIED else char) or char for char in simplified]
    traditional = map("".join, itertools.islice(itertools.product(*letters), MOST))
    return tuple(dict.fromkeys((text, simplified, *traditional)))[:MOST]
