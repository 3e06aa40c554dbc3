"""The bot's words, by key and language, from `bot/texts/`."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from bot.decisions import Answer, Ask, Clarify, Decision, Decline, HandOff, Nothing, RunSkill, Social, Told
from bot.shop import LANGUAGES
from handoff.values import Button, Language, Outgoing

FOLDER = Path(__file__).parent / "texts"


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

    def has(self, key: str) -> bool:
        return key in self._texts["en"]

    def words(self, decision: Decision, language: Language) -> tuple[Outgoing, ...]:
        """A decision in the customer's language."""
        match decision:
            case Answer(hit):
                body = f"{hit.body}\n\n{hit.next_step}" if hit.next_step else hit.body
                return (Outgoing(body, format="markdown"), self._helpful(language))
            case Told(text=text):
                return (Outgoing(text, format="markdown"), self._helpful(language))
            case Ask(key=key):
                return (Outgoing(self.say(key, language)),)
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

    def _helpful(self, language: Language) -> Outgoing:
        answers = [Button(self.say(f"helpful.{value}", language), "helpful", value) for value in ("yes", "no")]
        return Outgoing(self.say("helpful.question", language), buttons=tuple(answers))

    def _choices(self, intents: Sequence[str], language: Language) -> tuple[Button, ...]:
        choices = [Button(self.say(f"intent.{intent}", language), "clarify", intent) for intent in intents]
        return (*choices, Button(self.say("clarify_person", language), "person"))


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
