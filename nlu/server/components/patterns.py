"""Details that have a shape: order numbers, tracking numbers, phones, e-mail addresses, amounts."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """`text[start:end]` is what was typed; `value` its normal form."""

    name: str
    value: str
    start: int
    end: int


# Full-width forms become narrow ones, one character for one, so that positions stay true.
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5, 0xFF0D: 0x2D}
_NARROW |= {ord(dash): 0x2D for dash in "‐‑–—−"}

_EMAIL = r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
_ORDER = r"(?<![A-Za-z0-9])XM[- ]?\d{5,10}(?![A-Za-z0-9])"
_LONG_NUMBER = r"(?<![A-Za-z0-9.+-])\d{12,16}(?![A-Za-z0-9]|\.\d)"
_CARRIER_CODE = (
    r"(?<![A-Za-z0-9])(?:SF\d{12,15}|JD[A-Z]{0,2}\d{10,15}|(?:YT|JT|ZT|ST|YD|DP|KY|CN|LP)\d{10,17}"
    r"|1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}[A-Z]{2})(?![A-Za-z0-9])"
)
# What stands before a bare number decides what it is; "訂單號" and "订单号" contain "單號" and "单号".
_SAYS_TRACKING = (
    r"(?:(?:(?<![訂订])(?:單號|单号)|(?:物流|快[遞递]|[運运貨货]|寄件|配送|宅配|包裹|追[蹤踪]|查[詢询貨货])[^\d,。;\n訂订]{0,4}"
    r"(?:單號|单号|號碼|号码|編號|编号|代[碼码])|tracking(?:\s(?:number|no\.?|code|id|#))?|waybill|consignment)"
    r"\s?(?:是|為|为|is|:|#)?\s?)"
)
_TRACKING_NUMBER = _SAYS_TRACKING + r"(?P<value>[A-Za-z]{0,4}\d{8,22}[A-Za-z]{0,2})(?![A-Za-z0-9])"
_PHONE = (
    r"(?<![A-Za-z0-9.-])(?:"
    r"(?:\+?886[- ]?|0)9\d{2}[- ]?\d{3}[- ]?\d{3}"  # Taiwan, mobile
    r"|(?:\+?886[- ]?|\(0?|0)[2-8]\d{0,2}\)?[- ]?\d{3,4}[- ]?\d{4}"  # Taiwan, landline
    r"|(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"  # mainland, mobile
    r"|0\d{2,3}-\d{7,8}"  # mainland, landline
    r"|\+\d{1,3}[- ]?(?:\(\d{1,4}\)[- ]?)?\d{2,5}(?:[- ]?\d{2,5}){1,3}"
    r"|(?:\(\d{3}\)\s?|\d{3}-)\d{3}-\d{4}"  # North America
    r")(?![A-Za-z0-9]|-\d)"
)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?"
_AMOUNT_SIGN_FIRST = (
    rf"(?<![A-Za-z])(?:NT\$?|NTD|TWD|US\$|USD|HK\$|RMB|CNY|[$¥€£])\s?(?P<value>{_NUMBER})(?![A-Za-z0-9])"
)
# "3塊肥皂" counts pieces of soap.
_AMOUNT_SIGN_LAST = (
    rf"(?<![A-Za-z0-9.,-])(?P<value>{_NUMBER})\s?(?:元|圓|圆|塊錢|块钱|(?:塊|块)(?=$|[^\u4e00-\u9fff]|[的多吧嗎吗啊耶而就都了還还是])"
    r"|[台臺]幣|台币|人民[幣币]|美[金元]|dollars?\b|bucks\b|NTD\b|TWD\b|USD\b|RMB\b|€)"
)


def _compact(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed).upper()


def _phone_number(typed: str) -> str:
    return re.sub(r"[^\d+]", "", typed)


def _plain_number(typed: str) -> str:
    return typed.replace(",", "")


# Earlier rules win where two claim the same characters.
_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.ASCII), normal)
    for name, pattern, normal in (
        ("email", _EMAIL, str.lower),
        ("order_id", _ORDER, _compact),
        ("tracking_number", _TRACKING_NUMBER, _compact),
        ("tracking_number", _CARRIER_CODE, _compact),
        ("amount", _AMOUNT_SIGN_FIRST, _plain_number),
        ("amount", _AMOUNT_SIGN_LAST, _plain_number),
        ("phone", _PHONE, _phone_number),
        ("order_id", _LONG_NUMBER, _compact),
    )
)


def find_details(text: str) -> list[Found]:
    """The details in a text, in text order, never overlapping."""
    narrow = text.translate(_NARROW)
    found: list[Found] = []
    for candidate in _candidates(narrow):
        if all(candidate.end <= other.start or other.end <= candidate.start for other in found):
            found.append(candidate)
    return sorted(found, key=lambda detail: detail.start)


def _candidates(narrow: str) -> Iterator[Found]:
    for name, pattern, normal in _RULES:
        for match in pattern.finditer(narrow):
            # An amount is typed with its sign, a tracking number without the words before it.
            part = "value" if name == "tracking_number" and "value" in pattern.groupindex else 0
            value = match["value"] if "value" in pattern.groupindex else match[0]
            yield Found(name, normal(value), match.start(part), match.end(part))
