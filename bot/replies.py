"""The bot's words, by key and language, from `bot/texts/`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import yaml

from bot.decisions import Answer, Ask, Clarify, Decision, Decline, HandOff, Nothing, RunSkill, Social, Told
from bot.shop import LANGUAGES
from handoff.business_hours import BusinessHours
from handoff.expected import Minutes
from handoff.values import (
    ADDRESS_FIELD,
    ADDRESS_FORM,
    Button,
    FieldType,
    Form,
    FormField,
    Language,
    Outgoing,
    PromisedTime,
    Telling,
)

FOLDER = Path(__file__).parent / "texts"
DETAIL_TYPES: Mapping[str, FieldType] = {"order_id": "text", "phone_tail": "number"}


class Replies:
    """One catalogue. A key that is missing in any language fails at start, not in front of a customer."""

    def __init__(self, texts: Mapping[Language, Mapping[str, str]]) -> None:
        keys = {language: set(texts[language]) for language in LANGUAGES}
        for language in LANGUAGES:
            missing = set().union(*keys.values()) - keys[language]
            if missing:
                raise ValueError(f"texts in {language} lack {', '.join(sorted(missing))}")
        self._texts = texts

    def say(self, key: str, language: Language, **details: object) -> str:
        return self._texts[language][key].format(**details)

    def section(self, prefix: str, language: Language) -> dict[str, str]:
        """Every text whose key begins with `prefix.`, without it."""
        start = f"{prefix}."
        return {key.removeprefix(start): text for key, text in self._texts[language].items() if key.startswith(start)}

    def every(self, language: Language) -> Mapping[str, str]:
        return self._texts[language]

    def has(self, key: str) -> bool:
        return key in self._texts["en"]

    def words(self, decision: Decision, language: Language, also: str | None = None) -> tuple[Outgoing, ...]:
        """A decision in the customer's language. `also`, a second wish, takes the place of asking whether it helped.

        One message for each turn: a phone that buzzes twice for one answer is a nuisance.
        """
        match decision:
            case Answer(hit):
                body = f"{hit.body}\n\n{hit.next_step}" if hit.next_step else hit.body
                return (self._and_then(body, language, also),)
            case Told(text=text):
                return (self._and_then(text, language, also),)
            case Ask(key=key):
                return (Outgoing(self.say(key, language), form=self._form(decision, language)),)
            case Clarify(intents):
                return (Outgoing(self.say("clarify", language), buttons=self._choices(intents, language)),)
            case HandOff(key=key):
                return (Outgoing(self.say(f"handoff.{key}", language), author="system"),)
            case Social(key):
                return (Outgoing(self.say(f"social.{key}", language)),)
            case Decline():
                button = Button(self.say("person_button", language), "person")
                return (Outgoing(self.say("decline", language), buttons=(button,)),)
            case Nothing() | RunSkill():
                return ()

    def call(
        self,
        decision: HandOff,
        language: Language,
        hours: BusinessHours,
        now: datetime,
        promise: PromisedTime | None = None,
    ) -> tuple[Outgoing, ...]:
        """The words of a call for a person: what happens now, and by when somebody answers."""
        by = self._by("made", promise.due_at, language, hours, now) if promise else ""
        if hours.is_open(now):
            first = self.say(f"handoff.{decision.key}", language)
            return (Outgoing("\n\n".join(filter(None, (first, by))), author="system"),)
        closed = f"handoff.closed_{decision.key}"
        first = self.say(closed if self.has(closed) else f"handoff.{decision.key}", language)
        opening = self._opening("handoff", language, hours, now)
        space = " " if language == "en" and by else ""
        return (Outgoing(f"{first}\n\n{opening}{space}{by}", author="system"),)

    def later(
        self, promise: PromisedTime, language: Language, hours: BusinessHours, now: datetime, why: Telling
    ) -> Outgoing:
        """A new time for an answer that was promised for an earlier one, or by somebody who has left."""
        return Outgoing(self._by(why, promise.due_at, language, hours, now, named=now), author="system")

    def wait(self, minutes: Minutes, language: Language) -> str:
        """How long somebody may have to wait, within a sentence."""
        if minutes.most is None:
            return self.say("wait.long", language)
        key = "wait.about" if minutes.least is None else "wait.between"
        return self.say(key, language, least=minutes.least, most=minutes.most)

    def hours(self, language: Language, hours: BusinessHours, now: datetime) -> str:
        """One line on when people are there."""
        closes = hours.closes_at(now)
        if closes is None:
            return self._opening("hours", language, hours, now)
        if closes - now > timedelta(days=1):
            return self.say("hours.always", language)
        return self.say("hours.open", language, time=f"{closes.astimezone(hours.zone):%H:%M}")

    def address_form(self, language: Language) -> Outgoing:
        """Asks where a customer can be written to once they have gone."""
        field = FormField(ADDRESS_FIELD, self.say("form.address.email", language), "email")
        form = Form(ADDRESS_FORM, (field,), self.say("form.send", language))
        return Outgoing(self.say("handoff.address", language), author="system", form=form)

    def _by(
        self,
        key: str,
        due: datetime,
        language: Language,
        hours: BusinessHours,
        now: datetime,
        named: datetime | None = None,
    ) -> str:
        """By when; its day only where that is not `named`, by default the next opening, which has just been told."""
        due, named = due.astimezone(hours.zone), named or hours.next_opening(now) or now
        if due.date() == named.astimezone(hours.zone).date():
            return self.say(f"promise.{key}", language, time=_clock(due, hours))
        day = self._day(due, now, language, hours)
        return self.say(f"promise.{key}_day", language, day=day, time=_clock(due, hours))

    def _opening(self, section: str, language: Language, hours: BusinessHours, now: datetime) -> str:
        opens = hours.next_opening(now)
        if opens is None:
            return self.say(f"{section}.closed_long", language)
        day = self._day(opens, now, language, hours)
        # The line beside the chat has its zone named by the page, which knows the customer's clock.
        time = f"{opens:%H:%M}" if section == "hours" else _clock(opens, hours)
        return self.say(f"{section}.closed", language, day=day, time=time)

    def _day(self, at: datetime, now: datetime, language: Language, hours: BusinessHours) -> str:
        """Where clocks show another time than the shop's, "today" may be another day than the customer's."""
        ahead = (at.date() - now.astimezone(hours.zone).date()).days
        if ahead < 2 and not hours.is_foreign(at):
            return self.say("hours.tomorrow" if ahead else "hours.today", language)
        return self.say("hours.date", language, date=day(at, language))

    def _form(self, ask: Ask, language: Language) -> Form:
        """Everything the skill still needs at once: writing it bit by bit works as well."""
        fields = tuple(
            FormField(
                name, self.say(f"form.{name}", language), DETAIL_TYPES[name], self.say(f"form.{name}_hint", language)
            )
            for name in ask.wanted
        )
        return Form(ask.skill, fields, self.say("form.send", language))

    def _and_then(self, answer: str, language: Language, also: str | None) -> Outgoing:
        """The answer, and below it what is asked next."""
        if also:
            asked, buttons = "also", [Button(self.say(f"intent.{also}", language), "clarify", also)]
        else:
            said = ((value, self.say(f"helpful.{value}", language)) for value in ("yes", "no"))
            asked, buttons = "helpful.question", [Button(label, "helpful", value) for value, label in said]
        return Outgoing(f"{answer}\n\n{self.say(asked, language)}", format="markdown", buttons=tuple(buttons))

    def _choices(self, intents: Sequence[str], language: Language) -> tuple[Button, ...]:
        choices = [Button(self.say(f"intent.{intent}", language), "clarify", intent) for intent in intents]
        return (*choices, Button(self.say("clarify_person", language), "person"))


def day(at: datetime, language: Language) -> str:
    """A date without its year, as it is written in the language."""
    return f"{at.day} {at:%b}" if language == "en" else f"{at.month} 月 {at.day} 日"


def _clock(at: datetime, hours: BusinessHours) -> str:
    """A time as the clocks there show it, and by whose clock where that is not the shop's."""
    time = f"{at:%H:%M}"
    if not hours.is_foreign(at):
        return time
    offset = f"{at:%z}"
    minutes = f":{offset[3:]}" if offset[3:] != "00" else ""
    return f"{time} UTC{offset[0]}{int(offset[1:3])}{minutes}"


@cache
def shipped() -> Replies:
    """The catalogue that comes with Baton."""
    return Replies({language: _flat(yaml.safe_load(_file(language).read_text("utf-8"))) for language in LANGUAGES})


def _file(language: Language) -> Path:
    return FOLDER / f"{language}.yml"


def _flat(tree: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + str(key)] = str(value).strip()
    return flat
