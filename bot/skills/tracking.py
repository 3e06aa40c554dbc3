"""Where is my parcel? Asks for the order number, checks the phone number's last digits, tells the timeline."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.decisions import Ask, HandOff, Told
from bot.replies import Replies
from bot.shopdata.base import Order, Progress, ShopRecords
from bot.skills.base import Outcome
from handoff.values import Language, Reason

MAX_TRIES = 3
STUCK_AFTER = timedelta(days=3)
STEPS_TOLD = 4
NAME = "tracking"


class Tracking:
    max_tries = MAX_TRIES

    def missing(self, slots: Mapping[str, str]) -> Ask | None:
        for detail, key in (("order_id", "tracking.ask_order_id"), ("phone_tail", "tracking.ask_phone")):
            if detail not in slots:
                return Ask(NAME, detail, key, slots)
        return None

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
            return Ask(NAME, "phone_tail", "tracking.again_phone", {"order_id": slots["order_id"]}, tries + 1)
        return Told(NAME, _story(order, replies, language, now))


def _story(order: Order, replies: Replies, language: Language, now: datetime) -> str:
    state = replies.say(f"tracking.state.{order.state}", language)
    lines = [replies.say("tracking.headline", language, number=order.number, state=state)]
    stuck = _days_without_progress(order, now)
    carrier = order.carrier.get(language, "")
    if stuck is not None:
        lines.append(replies.say("tracking.stuck", language, days=stuck, carrier=carrier))
    elif order.expected_at is not None and order.state in ("paid", "shipped"):
        lines.append(
            replies.say("tracking.eta", language, date=_day(order.expected_at.astimezone(now.tzinfo), language))
        )
    if order.tracking_number:
        lines.append(replies.say("tracking.carrier", language, carrier=carrier, tracking=order.tracking_number))
    return "\n\n".join(lines + _steps(order, replies, language, now))


def _days_without_progress(order: Order, now: datetime) -> int | None:
    if order.state != "shipped" or not order.progress or now - order.progress[-1].at < STUCK_AFTER:
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


def _day(at: datetime, language: Language) -> str:
    return f"{at.day} {at:%b}" if language == "en" else f"{at.month} 月 {at.day} 日"


def _moment(at: datetime, language: Language) -> str:
    return f"{_day(at, language)}, {at:%H:%M}" if language == "en" else f"{_day(at, language)} {at:%H:%M}"
