"""Which article answers: what its words are about, the surest reading's intent, and the product that is named.

Pure: an index is built from articles and asked; it is rebuilt when an article changes. Words of all three languages
lie in one space, because Chinese is folded to one script first.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.decisions import Hit
from bot.knowledge.article import Article
from bot.knowledge.bm25 import FieldedBm25, Rarity, Repeated, grams
from handoff.values import Language
from nlu import folding

TOP = 5
FIELDS = {"title": 2.0, "questions": 2.0, "products": 2.0, "body": 1.0}

# How likely an article of the surest intent is the right one: a logistic of these, fitted on nlu/calibration_set.
WORDS = 7.2
LEAD = 6.9
NAMED = 2.9
GENERAL = 5.6
ANOTHER_NAMED = -1.5
NOTHING_KNOWN = -3.4

OTHER_INTENT = 0.25
"""An article of another intent is a near miss, however well its words fit."""
REPEATED = 0.75
"""Who repeats so much of an article's question (0–1) means that article, whatever was read."""
BESIDE_REPEATED = 0.5


@dataclass(frozen=True, slots=True)
class _Entry:
    bodies: Mapping[Language, Article]
    general: bool
    intents: frozenset[str]
    products: re.Pattern[str] | None


class Index:
    """An immutable index over all articles that are valid today."""

    def __init__(self, articles: Sequence[Article], today: date) -> None:
        by_id: dict[str, dict[Language, Article]] = {}
        for article in articles:
            if article.is_valid(today):
                by_id.setdefault(article.id, {})[article.language] = article
        self._entries = [_entry(bodies) for bodies in by_id.values()]
        questions = [_questions(bodies.values()) for bodies in by_id.values()]
        documents = [_fields(*both) for both in zip(by_id.values(), questions, strict=True)]
        rarity = Rarity([[gram for field in document.values() for gram in field] for document in documents])
        self._about = FieldedBm25(documents, FIELDS, rarity)
        self._questions = Repeated(
            [(number, frozenset(question)) for number, some in enumerate(questions) for question in some], rarity
        )

    def search(self, text: str, language: Language, intents: Sequence[str]) -> tuple[Hit, ...]:
        """The best articles, surest first, each with a score of 0–1 and the body in `language` (or none of it).

        `intents` are the readings that count, surest first. Only articles of the first are more than near misses, and
        those whose question is repeated almost word by word; without intents the words alone count.
        An article without a body in `language` is left out: another language's words are no answer.
        """
        said, folded = frozenset(grams(text)), folding.fold(text)
        written = [number for number, entry in enumerate(self._entries) if language in entry.bodies]
        about = self._about.shares(said)
        scores = {number: OTHER_INTENT * about[number] if intents else about[number] for number in written}
        scores |= self._likely(written, about, folded, intents[:1])
        repeated = self._questions.owners(said, REPEATED)
        if not scores.keys().isdisjoint(repeated):
            scores = {number: _beside_repeated(score, repeated.get(number)) for number, score in scores.items()}
        best = sorted(scores, key=lambda number: -scores[number])[:TOP]
        return tuple(_hit(self._entries[number].bodies[language], scores[number]) for number in best)

    def by_id(self, article_id: str, language: Language) -> Article | None:
        return next(
            (e.bodies[language] for e in self._entries if language in e.bodies and e.bodies[language].id == article_id),
            None,
        )

    def _likely(
        self, written: Iterable[int], about: Sequence[float], folded: str, first: Sequence[str]
    ) -> dict[int, float]:
        """The articles of the surest intent.

        A product that is named speaks against the articles of all others, and so does one that fits the words better.
        """
        meant = [number for number in written if not self._entries[number].intents.isdisjoint(first)]
        named = {number for number in meant if _names(self._entries[number], folded)}
        return {
            number: _logistic(
                NOTHING_KNOWN
                + WORDS * about[number]
                + LEAD * (about[number] - max((about[rival] for rival in meant if rival != number), default=0.0))
                + NAMED * (number in named)
                + GENERAL * self._entries[number].general
                + ANOTHER_NAMED * bool(named - {number})
            )
            for number in meant
        }


def _entry(bodies: Mapping[Language, Article]) -> _Entry:
    articles = list(bodies.values())
    return _Entry(
        bodies=bodies,
        general=articles[0].general,
        intents=frozenset(intent for article in articles for intent in article.intents),
        products=_pattern({folding.fold(name) for article in articles for name in article.products}),
    )


def _pattern(products: Iterable[str]) -> re.Pattern[str] | None:
    """Finds any of the products: as a whole word in Latin script, anywhere in Chinese."""
    either = [
        rf"\b{re.escape(product)}(?:s|es)?\b" if product.isascii() else re.escape(product) for product in products
    ]
    return re.compile("|".join(sorted(either)), re.ASCII) if either else None


def _names(entry: _Entry, folded: str) -> bool:
    return entry.products is not None and entry.products.search(folded) is not None


def _questions(articles: Iterable[Article]) -> list[list[str]]:
    return [said for article in articles for question in article.questions if (said := grams(question))]


def _fields(bodies: Mapping[Language, Article], questions: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    articles = list(bodies.values())
    return {
        "title": [gram for article in articles for gram in grams(article.title)],
        "questions": [gram for question in questions for gram in question],
        "products": [gram for article in articles for product in article.products for gram in grams(product)],
        "body": [gram for article in articles for gram in grams(article.body)],
    }


def _beside_repeated(score: float, repeated: float | None) -> float:
    """What a score becomes when some article's question is repeated: this one's, or another's."""
    return BESIDE_REPEATED * score if repeated is None else max(score, (1 + repeated) / 2)


def _logistic(evidence: float) -> float:
    return 1 / (1 + math.exp(-evidence))


def _hit(article: Article, score: float) -> Hit:
    return Hit(article.id, article.title, article.body, article.next_step, round(min(score, 1.0), 4))
