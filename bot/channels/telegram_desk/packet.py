"""The story an agent starts from, as a message that stays pinned: what the console shows beside a conversation."""

from collections.abc import Iterator
from datetime import datetime

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram import markup
from bot.channels.telegram.markup import Words
from bot.channels.telegram_desk.lines import Reader, cut, one_line, written
from handoff.console.schemas import Conversation, Order, Packet

LIKELY = 0.05
LONGEST = 3900
"""Of a message that holds 4096."""
LONGEST_SUMMARY, LONGEST_DRAFT, LONGEST_WISH = 700, 900, 120
RANKED, LABELS, LISTED = 3, 3, 4
PRESSED = "t"
"""How the data of a button begins: `t:DEED`, `t:label:INDEX` or `t:other`. What it means is looked up."""
DEEDS = ("claim", "snooze", "back", "resolve")
Said = Iterator[tuple[str, bool]]


def story(told: Conversation, reader: Reader, now: datetime, address: str | None) -> Words:
    """`address` is the console's, where it has one."""
    lines = [*_who(told, reader, now)]
    if told.packet is None:
        lines.append((f"\n{reader.say('packet.no_story')}\n", False))
    else:
        lines += _story(told.packet, reader, now)
    if address is not None:
        lines.append((f"\n{reader.say('packet.console')}: {address}/console/#c={told.row.id}", False))
    return _fitting(written(lines))


def buttons(told: Conversation, reader: Reader) -> InlineKeyboardMarkup:
    """What can be done with one press; below it what it may really have been about."""
    deeds = [InlineKeyboardButton(text=reader.say(f"button.{d}"), callback_data=f"{PRESSED}:{d}") for d in DEEDS]
    labels = [
        [InlineKeyboardButton(text=f"🏷 {name}", callback_data=f"{PRESSED}:label:{index}")]
        for index, name in enumerate(labels_of(told, reader))
    ]
    other = InlineKeyboardButton(text=f"🏷 {reader.say('button.other_tag')}", callback_data=f"{PRESSED}:other")
    return InlineKeyboardMarkup(inline_keyboard=[deeds[:2], deeds[2:], *labels, [other]])


def labels_of(told: Conversation, reader: Reader) -> list[str]:
    """What the assistant thought it could be about, in words; the same for the same conversation."""
    ranking = told.packet.ranking if told.packet else []
    return [reader.intent(score.name) for score in ranking if reader.has_intent(score.name)][:LABELS]


def _who(told: Conversation, reader: Reader, now: datetime) -> Said:
    row = told.row
    if told.packet is not None:
        yield f"{reader.say(f'priority.{row.priority}')} · {reader.say(f'reason.{told.packet.reason}')}\n", True
    name = one_line(told.contact.name) if told.contact.named else f"#{row.reference}"
    spoken = [reader.say(f"packet.language_{row.language}")] if row.language else []
    yield " · ".join([name, reader.say(f"packet.channel_{row.channel}"), *spoken, f"#{row.reference}"]) + "\n", False
    if told.packet is not None:
        yield reader.say("packet.asked", time=reader.moment(told.packet.asked_at, now)), False
        due = next((clock.due_at for clock in row.clocks if clock.kind == "promise"), None)
        yield (f" · {reader.say('packet.due', time=reader.moment(due, now))}" if due else "") + "\n", False


def _story(packet: Packet, reader: Reader, now: datetime) -> Said:
    if packet.summary:
        yield from _part("summary", cut(packet.summary, LONGEST_SUMMARY), reader)
    understood = [*_ranked(packet, reader), *(f"{_entity(k, reader)}: {v}" for k, v in packet.entities.items())]
    yield from _list("understood", understood, reader)
    tried = [reader.say("packet.looked_up") if step.startswith("skill:") else step for step in packet.tried]
    yield from _list("tried", tried, reader)
    yield from _list("orders", [_order(order, reader) for order in packet.orders], reader)
    yield from _list("near", [near.title for near in packet.near_misses], reader)
    if packet.draft:
        draft = "\n".join(words.text for words in markup.shown(packet.draft, "markdown"))
        yield from _part("draft", cut(draft, LONGEST_DRAFT), reader)
    past = [
        f"{reader.moment(one.asked_at, now)} {reader.say(f'reason.{one.reason}')}"
        + (f" · {one.agent}" if one.agent else "")
        for one in packet.history
    ]
    yield from _list("past", past, reader)


def _part(key: str, text: str, reader: Reader) -> Said:
    yield f"\n{reader.say(f'packet.{key}')}\n", True
    yield f"{text}\n", False


def _list(key: str, entries: list[str], reader: Reader) -> Said:
    if entries:
        yield from _part(key, "\n".join(f"• {cut(entry, 300)}" for entry in entries[:LISTED]), reader)


def _ranked(packet: Packet, reader: Reader) -> list[str]:
    likely = [one for one in packet.ranking if one.confidence >= LIKELY and reader.has_intent(one.name)][:RANKED]
    return [f"{reader.intent(score.name)} {score.confidence:.0%}" for score in likely]


def _entity(name: str, reader: Reader) -> str:
    return reader.find(f"entity.{name}") or name.replace("_", " ")


def _order(order: Order, reader: Reader) -> str:
    goods = ", ".join(f"{line.name} × {line.quantity}" for line in order.lines)
    by = " ".join(filter(None, (order.carrier, order.tracking_number)))
    return " · ".join(filter(None, (order.number, reader.order_state(order.state), order.total, goods, by)))


def _fitting(words: Words) -> Words:
    text = cut(words.text, LONGEST).rstrip()
    return Words(text, tuple(each for each in words.entities if each.offset + each.length <= markup.units(text)))
