"""Words compared: fielded BM25 for what a text is about, and which question it repeats almost word by word.

Pure. Grams are words, Chinese characters and their pairs, and pieces of words, so that a typo or an ending does little.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from nlu import folding

SATURATION = 1.2
LENGTH_SHARE = 0.5
"""How much a long field counts for less: 0 not at all, 1 by its full length."""
PIECE = 4
"""Letters in a piece of a word, its edges included."""

Field = Sequence[str]
Postings = Mapping[str, Sequence[tuple[int, float]]]


class Rarity:
    """How much a gram tells: the fewer documents have it, the more."""

    def __init__(self, documents: Sequence[Collection[str]]) -> None:
        count = len(documents)
        frequency = Counter(gram for document in documents for gram in set(document))
        self._known = {gram: math.log(1 + (count - n + 0.5) / (n + 0.5)) for gram, n in frequency.items()}
        self._unknown = math.log(1 + (count + 0.5) / 0.5)

    def of(self, gram: str) -> float:
        return self._known.get(gram, self._unknown)

    def total(self, grams: Collection[str]) -> float:
        return sum(map(self.of, grams))


class FieldedBm25:
    """BM25 over documents whose fields weigh differently (BM25F). Each gram's share of a score is known beforehand."""

    def __init__(self, documents: Sequence[Mapping[str, Field]], weights: Mapping[str, float], rarity: Rarity) -> None:
        self._rarity = rarity
        usual = {field: _mean([len(document[field]) for document in documents]) for field in weights}
        postings: dict[str, list[tuple[int, float]]] = {}
        for number, document in enumerate(documents):
            found: dict[str, float] = {}
            for field, weight in weights.items():
                lengthy = 1 - LENGTH_SHARE + LENGTH_SHARE * len(document[field]) / (usual[field] or 1)
                for gram, times in Counter(document[field]).items():
                    found[gram] = found.get(gram, 0.0) + weight * times / lengthy
            for gram, often in found.items():
                postings.setdefault(gram, []).append((number, rarity.of(gram) * often / (SATURATION + often)))
        self._postings: Postings = postings
        self._count = len(documents)

    def shares(self, grams: Collection[str]) -> list[float]:
        """By document, its score as a share (0–1) of the best that any document could have for these grams."""
        scores = [0.0] * self._count
        for gram in grams:
            for number, score in self._postings.get(gram, ()):
                scores[number] += score
        best = self._rarity.total(grams)
        return [score / best for score in scores] if best else scores


class Repeated:
    """Which of the owners' sentences a text repeats: the weight of the grams both have, by that of all they have."""

    def __init__(self, sentences: Sequence[tuple[int, frozenset[str]]], rarity: Rarity) -> None:
        self._sentences, self._rarity = sentences, rarity
        self._weights = [rarity.total(grams) for _, grams in sentences]
        self._having: dict[str, list[int]] = {}
        for number, (_, grams) in enumerate(sentences):
            for gram in grams:
                self._having.setdefault(gram, []).append(number)

    def owners(self, grams: frozenset[str], least: float) -> dict[int, float]:
        """The owners of sentences that are repeated to `least` (0–1) or more, and how much."""
        weight = self._rarity.total(grams)
        found: dict[int, float] = {}
        for number in self._within_reach(grams, (1 - least) * weight):
            owner, sentence = self._sentences[number]
            shared = self._rarity.total(grams & sentence)
            share = shared / (weight + self._weights[number] - shared)
            if share >= least:
                found[owner] = max(found.get(owner, 0.0), share)
        return found

    def _within_reach(self, grams: frozenset[str], spare: float) -> set[int]:
        """The sentences with one of the rarest grams: who has none of them lacks more than the `spare` weight."""
        found: set[int] = set()
        for gram in sorted(grams, key=self._rarity.of, reverse=True):
            found.update(self._having.get(gram, ()))
            spare -= self._rarity.of(gram)
            if spare < 0:
                break
        return found


def grams(text: str) -> list[str]:
    tokens = folding.tokens(text)
    pairs = [f"{one}{other}" for one, other in pairwise(tokens) if not (one.isascii() and other.isascii())]
    return [*tokens, *pairs, *(piece for token in tokens for piece in _pieces(token))]


def _pieces(word: str) -> Iterator[str]:
    """Marked, so that no piece is taken for a word. Short words are their own piece already."""
    if not word.isascii() or len(word) < PIECE:
        return
    edged = f"<{word}>"
    for start in range(len(edged) - PIECE + 1):
        yield f"#{edged[start : start + PIECE]}"


def _mean(numbers: Sequence[int]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
