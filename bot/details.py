"""Details a skill may need, read from what the customer wrote. Patterns only; nothing here is learnt."""

import re
from collections.abc import Callable

from nlu import folding
from nlu.result import Reading

DetailReader = Callable[[str, Reading | None, bool], str | None]

_TAIL = re.compile(r"(?<!\d)(\d{3})(?!\d)")
_TAIL_SAID = re.compile(r"(?:末|后|尾|last|ending|ends).{0,14}?(?<!\d)(\d{3})(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?\d[\d -]{6,14}\d)(?!\d)")


def order_id(text: str, reading: Reading | None, in_passing: bool) -> str | None:
    """An order number in upper case, wherever it stands."""
    found = reading.entity("order_id") if reading else None
    return found.upper() if found else None


def phone_tail(text: str, reading: Reading | None, in_passing: bool) -> str | None:
    """The last three digits of a phone number: said to be that, or, where they were asked for, any three digits."""
    folded = folding.fold(_without_codes(text, reading))
    if said := _TAIL_SAID.search(folded):
        return said.group(1)
    if in_passing:
        return None
    if bare := _TAIL.search(folded):
        return bare.group(1)
    number = _PHONE.search(folded)
    return re.sub(r"\D", "", number.group())[-3:] if number else None


def _without_codes(text: str, reading: Reading | None) -> str:
    """The digits of an order or tracking number are nobody's phone."""
    for entity in reading.entities if reading else ():
        if entity.name in ("order_id", "tracking_number"):
            text = text.replace(entity.value, " ")
    return text


DETAILS: dict[str, DetailReader] = {"order_id": order_id, "phone_tail": phone_tail}
