"""Where is my parcel? Asks for the order number, checks the phone number's last digits, tells the timeline."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.decisions import Ask, HandOff, Told
from bot.replies import Replies, day
from bot.shopdata.base import Order, Progress, ShopRecords
from bot.skills.base import Outcome
from handoff.values import Language, Reason

MAX_TRIES = 3
STUCK_AFTER = timedelta(days=3)
STEPS_TOLD = 4
UNDER_WAY = ("shipped", "out_for_delivery", "delayed")
EXPECTED = ("paid", "packing", "shipped", "delayed")
NAME = "tracking"
QUESTIONS = {"order_id": "tracking.ask_order_id", "phone_tail": "tracking.ask_phone"}
"""What is needed, in the order in which it is asked for."""


class Tracking:
    max_tries = MAX_TRIES

    def missing(self, slots: Mapping[str, str]) -> Ask | None:
        lacking = tuple(detail for detail in QUESTIONS if detail not in slots)
        return Ask(NAME, lacking[0], QUESTIONS[lacking[0]], slots, wanted=lacking) if lacking else None

    async def look_up(self, slots: Mapping[str, str], records: ShopRecords) -> Order | None:
        return await records.find_order(slots["order_id"])

    def conclude(
        self,
        slots: Mapping[str, str],
        order: Order | None,
        tries: int,
        replies: Replies,
        language: Language,
        now: datetime,
    ) -> Outcome:
        """An unknown number and a wrong digit are answered alike: nobody learns which orders exist."""
        if order is None or not order.phone.endswith(slots["phone_tail"]):
            if tries + 1 >= MAX_TRIES:
                return HandOff(Reason.SKILL_FAILED)
            known = {"order_id": slots["order_id"]}
            return Ask(NAME, "phone_tail", "tracking.again_phone", known, tries + 1, tuple(QUESTIONS))
        return Told(NAME, _story(order, replies, language, now), order.number)


def _story(order: Order, replies: Replies, language: Language, now: datetime) -> str:
    state = replies.say(f"tracking.state.{order.state}", language)
    lines = [replies.say("tracking.headline", language, number=order.number, state=state)]
    lines.append(_contents(order, language))
    stuck = _days_without_progress(order, now)
    carrier = order.carrier.get(language, "")
    if stuck is not None:
        lines.append(replies.say("tracking.stuck", language, days=stuck, carrier=carrier))
    elif order.expected_at is not None and order.state in EXPECTED and order.expected_at > now:
        lines.append(
            replies.say("tracking.eta", language, date=day(order.expected_at.astimezone(now.tzinfo), language))
        )
    if order.tracking_number:
        lines.append(replies.say("tracking.carrier", language, carrier=carrier, tracking=order.tracking_number))
    return "\n\n".join(lines + _steps(order, replies, language, now))


def _contents(order: Order, language: Language) -> str:
    between = ", " if language == "en" else "、"
    return between.join(f"{name} × {quantity}" for name, quantity in order.lines_in(language))


def _days_without_progress(order: Order, now: datetime) -> int | None:
    if order.state not in UNDER_WAY or not order.progress or now - order.progress[-1].at < STUCK_AFTER:
        return None
    return (now - order.progress[-1].at).days


def _steps(order: Order, replies: Replies, language: Language, now: datetime) -> list[str]:
    if not order.progress:
        return []
    newest_first = reversed(order.progress[-STEPS_TOLD:])
    steps = [f"- {_step(step, replies, language, now)}" for step in newest_first]
    return [replies.say("tracking.steps", language), "\n".join(steps)]


def _step(step: Progress, replies: Replies, language: Language, now: datetime) -> str:
    when, what = _moment(step.at.astimezone(now.tzinfo), language), replies.say(f"tracking.event.{step.kind}", language)
    where = step.place.get(language)
    if not where:
        return f"{when} {what}"
    return f"{when} {what} ({where})" if language == "en" else f"{when} {what}（{where}）"


def _moment(at: datetime, language: Language) -> str:
    return f"{day(at, language)}, {at:%H:%M}" if language == "en" else f"{day(at, language)} {at:%H:%M}"
