"""A crowd on Telegram: who asked what and when, what came back, and what should have."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.questions import CONVERSATIONS
from bot.channels.telegram import markup
from bot.channels.telegram.cards import LEAVE, STAR
from handoff.delivery import WAITING
from handoff.models import Contact, Conversation, Delivery, Message
from tests.telegram import BOT, BotApi, Customer

FIRST_CHAT = 10_000
CALL_EVERY = 10
"""One customer of so many wants a person."""
PERSON = ("轉人工", "人工客服", "talk to a human")


@dataclass(frozen=True, slots=True)
class Outage:
    """From a kill to readiness; seconds of `time.monotonic`."""

    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Stored:
    """One of our messages: its parts as Telegram gets them."""

    chat: int
    parts: tuple[str, ...]
    may_be_twice: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What went wrong, counted, and what each customer's first reply took, in seconds."""

    lost: int
    doubled: int
    unmarked: int
    reordered: int
    replies_s: tuple[float, ...]
    marked: int


def name_of(chat: int) -> str:
    """So that a topic tells whose it is."""
    return f"Customer {chat}"


async def crowd(api: BotApi, customers: int, seconds: float, first: int = FIRST_CHAT) -> dict[int, float]:
    """Each asks one thing, evenly spread; when they did, by chat."""
    asked: dict[int, float] = {}
    began, telling = time.monotonic(), set[asyncio.Task[object]]()
    for number, (one, *_rest) in zip(range(customers), cycle(CONVERSATIONS), strict=False):
        await asyncio.sleep(began + number * seconds / customers - time.monotonic())
        customer = Customer(api, first + number, name_of(first + number))
        asked[customer.number] = time.monotonic()
        text = PERSON[number % len(PERSON)] if number % CALL_EVERY == 0 else one
        telling.add(asyncio.create_task(customer.says(text)))  # A webhook is answered when it is.
    await asyncio.gather(*telling)
    return asked


def stored(session: Session) -> tuple[list[Stored], Counter[int], int]:
    """Our messages in their order, how many of each customer's are here, and how many of ours wait to be sent."""
    ours = session.execute(
        select(Contact.key, Message.text, Message.format, Delivery.maybe_twice)
        .join(Conversation, Conversation.contact_id == Contact.id)
        .join(Message, Message.conversation_id == Conversation.id)
        .join(Delivery, Delivery.message_id == Message.id)
        .where(Delivery.state != "cancelled")
        .order_by(Message.conversation_id, Message.seq)
    ).all()
    theirs = session.scalars(
        select(Contact.key)
        .join(Conversation, Conversation.contact_id == Contact.id)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Conversation.channel == "telegram", Message.author == "contact")
    )
    waiting = session.scalars(select(Delivery.id).where(Delivery.state.in_(WAITING))).all()
    told = [
        Stored(
            int(key), tuple(p.text for p in markup.shown(text, "markdown" if form == "markdown" else "plain")), twice
        )
        for key, text, form, twice in ours
    ]
    return told, Counter(map(int, theirs)), len(waiting)


def arrived(api: BotApi) -> list[tuple[float, int, str]]:
    """What customers got, and when: the conversation's messages, not the cards beside it."""
    shown = {
        chat: iter([message for message in place.messages.values() if message["from"] is BOT])
        for chat, place in api.chats.items()
    }
    return [each for each in api.sent if not _is_card(next(shown[each[1]]))]


def _is_card(message: dict[str, Any]) -> bool:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return any(button["callback_data"].startswith((f"{LEAVE}:", f"{STAR}:")) for row in rows for button in row)


def judged(
    asked: dict[int, float],
    sent: Sequence[tuple[float, int, str]],
    ours: Sequence[Stored],
    theirs: Counter[int],
    outages: Sequence[Outage],
) -> Outcome:
    """A reply that an outage fell into counts from the outage's end; one that never came as lost."""
    came: dict[int, list[tuple[float, str]]] = {chat: [] for chat in asked}
    for at, chat, text in sent:
        came.setdefault(chat, []).append((at, text))
    lost = doubled = unmarked = reordered = 0
    for chat, arrived in came.items():
        should = [(part, message.may_be_twice) for message in ours if message.chat == chat for part in message.parts]
        seen, due = Counter(text for _, text in arrived), Counter(part for part, _ in should)
        lost += (due - seen).total() + (chat in asked and not (theirs[chat] and arrived))
        more = seen - due
        doubled += more.total() + max(0, theirs[chat] - 1)
        unmarked += sum(count for text, count in more.items() if (text, True) not in should)
        first_seen = list(dict.fromkeys(text for _, text in arrived))
        reordered += first_seen != [part for part in dict.fromkeys(part for part, _ in should) if part in seen]
    replies = tuple(waited(at, came[chat][0][0], outages) for chat, at in asked.items() if came[chat])
    return Outcome(lost, doubled, unmarked, reordered, replies, sum(message.may_be_twice for message in ours))


def waited(asked: float, answered: float, outages: Sequence[Outage]) -> float:
    """Seconds; where an outage fell into it, from its end."""
    began = max([asked, *(each.ended for each in outages if each.began <= answered and asked <= each.ended)])
    return max(0.0, answered - began)
