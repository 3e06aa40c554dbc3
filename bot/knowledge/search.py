"""Which article answers: similarity of the words, the reading's intents, and the product that is named.

Pure: an index is built from articles and asked; it is rebuilt when an article changes. Words of all three languages
lie in one space, because Chinese is folded to one script first.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.decisions import Hit
from bot.knowledge.article import Article
from handoff.values import Language
from nlu import folding

TOP = 5
GENERAL_SHARE = 0.6
"""What a general article of the surest intent has before its words are looked at."""
PRODUCT_SHARE = 0.4
OTHER_INTENT = 0.5
"""An article of another intent is a near miss, however well its words fit."""

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Entry:
    bodies: Mapping[Language, Article]
    general: bool
    intents: frozenset[str]
    products: frozenset[str]


class Index:
    """An immutable index over all articles that are valid today."""

    def __init__(self, articles: Sequence[Article], today: date) -> None:
        by_id: dict[str, dict[Language, Article]] = {}
        for article in articles:
            if article.is_valid(today):
                by_id.setdefault(article.id, {})[article.language] = article
        documents = [_grams(text) for bodies in by_id.values() for text in _texts(bodies.values())]
        frequency = Counter(gram for document in documents for gram in document)
        self._idf = {gram: math.log(1 + len(documents) / count) for gram, count in frequency.items()}
        self._unknown = math.log(1 + len(documents)) if documents else 1.0
        self._entries = [_entry(bodies) for bodies in by_id.values()]
        self._postings, self._owners = self._posted(by_id.values())

    def search(self, text: str, language: Language, intents: Sequence[str]) -> tuple[Hit, ...]:
        """The best articles, surest first, each with a score of 0–1 and the body in `language` (or none of it).

        `intents` are the readings that count, surest first; only articles of the first are more than near misses.
        An article without a body in `language` is left out: another language's words are no answer.
        """
        similar, folded = self._similarities(text), folding.fold(text)
        hits = [
            _hit(entry.bodies[language], _score(entry, similar[number], folded, intents[:1]))
            for number, entry in enumerate(self._entries)
            if language in entry.bodies
        ]
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:TOP])

    def by_id(self, article_id: str, language: Language) -> Article | None:
        return next(
            (e.bodies[language] for e in self._entries if language in e.bodies and e.bodies[language].id == article_id),
            None,
        )

    def _similarities(self, text: str) -> list[float]:
        """The cosine of the text with the nearest variant of each entry; only variants that share a gram are met."""
        cosines: dict[int, float] = {}
        for gram, weight in self._vector(_grams(text)).items():
            for variant, other in self._postings.get(gram, ()):
                cosines[variant] = cosines.get(variant, 0.0) + weight * other
        nearest = [0.0] * len(self._entries)
        for variant, cosine in cosines.items():
            owner = self._owners[variant]
            nearest[owner] = max(nearest[owner], cosine)
        return nearest

    def _posted(
        self, entries: Iterable[Mapping[Language, Article]]
    ) -> tuple[dict[str, list[tuple[int, float]]], list[int]]:
        """By gram, the variants it is in and its weight there; by variant, the entry it belongs to."""
        postings: dict[str, list[tuple[int, float]]] = {}
        owners: list[int] = []
        for number, bodies in enumerate(entries):
            for text in _texts(bodies.values()):
                for gram, weight in self._vector(_grams(text)).items():
                    postings.setdefault(gram, []).append((len(owners), weight))
                owners.append(number)
        return postings, owners

    def _vector(self, grams: Counter[str]) -> Vector:
        raw = {gram: (1 + math.log(n)) * self._idf.get(gram, self._unknown) for gram, n in grams.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values()))
        return {gram: weight / length for gram, weight in raw.items()} if length else {}


def _entry(bodies: Mapping[Language, Article]) -> _Entry:
    articles = list(bodies.values())
    return _Entry(
        bodies=bodies,
        general=articles[0].general,
        intents=frozenset(intent for article in articles for intent in article.intents),
        products=frozenset(folding.fold(name) for article in articles for name in article.products),
    )


def _score(entry: _Entry, similar: float, folded: str, first: Sequence[str]) -> float:
    if not entry.intents.intersection(first):
        return OTHER_INTENT * similar
    if entry.general:
        return GENERAL_SHARE + (1 - GENERAL_SHARE) * similar
    named = any(_names(product, folded) for product in entry.products)
    return PRODUCT_SHARE * named + (1 - PRODUCT_SHARE) * similar


def _names(product: str, folded: str) -> bool:
    """Whether a product is named: as a whole word in Latin script, anywhere in Chinese."""
    if product.isascii():
        return re.search(rf"\b{re.escape(product)}(?:s|es)?\b", folded, re.ASCII) is not None
    return product in folded


def _texts(articles: Iterable[Article]) -> list[str]:
    return [text for article in articles for text in (article.title, *article.questions)]


def _grams(text: str) -> Counter[str]:
    """Words, and pairs of neighbours: in Chinese a pair is what a word is elsewhere."""
    tokens = folding.tokens(text)
    words = [token for token in tokens if token.isascii()]
    pairs = [f"{one}{other}" for one, other in pairwise(tokens) if not one.isascii()]
    return Counter(words + pairs)


def _hit(article: Article, score: float) -> Hit:
    return Hit(article.id, article.title, article.body, article.next_step, round(min(score, 1.0), 4))
