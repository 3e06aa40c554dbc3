"""A small network on TF-IDF terms, one hidden layer, kept as plain arrays.

A line from terms to intents cannot say "cancel, but not the order"; a hidden layer can. Measured in docs/adr/0017.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nlu.server.components.features import BLOCK_WEIGHTS, terms
from nlu.server.components.learning import DECAYS, SMALL, Floats, error_of, hidden_mask, step_size

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SEED = 0
BATCH = 256
STEP = 1e-2
FEWEST_STEPS = 1000
"""A handful of sentences is gone through more often than asked for, or next to nothing would be learnt from it."""
TERMS_KEPT = 0.7
"""What a sentence keeps of its terms while learning, so that nothing hangs on one of them."""
ROWS_AT_ONCE = 256
FEWEST = 4
"""A term of one or two sentences teaches little about others; leaving those out makes the model a third as large."""

Indices = npt.NDArray[np.int32]
OnProgress = Callable[[str, int, int], None]
BLOCKS = "".join(BLOCK_WEIGHTS)


class Network:
    """Scores a text against every intent.

    `embeddings` is terms × hidden, `out` hidden × intents; float32 in memory, half of that on disk.
    """

    def __init__(self, intents: list[str], vocabulary: "_Vocabulary", layers: Sequence[Floats]) -> None:
        self.intents = intents
        self._vocabulary = vocabulary
        self._embeddings, self._hidden_bias, self._out, self._bias = layers

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        intents: Sequence[str],
        *,
        hidden: int,
        passes: int,
        on_progress: OnProgress = lambda step, done, total: None,
    ) -> "Network":
        """Learns sentences and the intent of each; the same data in any order gives the same model, bit for bit."""
        order = sorted(range(len(texts)), key=lambda at: (intents[at], texts[at]))
        counted = _Counted([texts[at] for at in order], on_progress)
        vocabulary = _Vocabulary.of(counted)
        names = sorted(set(intents))
        wanted = np.array([names.index(intents[at]) for at in order])
        learning = _Learning(len(vocabulary.index), hidden, len(names))
        layers = learning.learn(vocabulary.matrix(counted), wanted, passes, on_progress)
        # Half precision is what `save` keeps, so a model scores the same before and after.
        return cls(names, vocabulary, [layer.astype(np.float16).astype(np.float32) for layer in layers])

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its probability (they sum to 1), likeliest first."""
        return ranked(self.intents, self.scores(text))

    def scores(self, text: str) -> Floats:
        """One an intent, in their order: what the probabilities are made of."""
        columns, values = self._vocabulary.vector(terms(text))
        hidden = np.maximum(values.astype(np.float32) @ self._embeddings[columns] + self._hidden_bias, 0)
        return np.asarray((hidden @ self._out + self._bias).astype(np.float64))

    def save(self, folder: Path) -> None:
        """Writes `model.json` and `model.npz`; nothing in them is executed on loading."""
        names = {"intents": self.intents, "terms": list(self._vocabulary.index)}
        (folder / "model.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
        layers = (self._embeddings, self._hidden_bias, self._out, self._bias)
        np.savez(folder / "model.npz", self._vocabulary.idf, *(layer.astype(np.float16) for layer in layers))

    @classmethod
    def load(cls, folder: Path) -> "Network":
        """Reads what `save` wrote."""
        names = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        index = {term: at for at, term in enumerate(names["terms"])}
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            idf, *layers = (arrays[name] for name in arrays.files)
        return cls(names["intents"], _Vocabulary(index, idf), [layer.astype(np.float32) for layer in layers])


def ranked(intents: Sequence[str], scores: Floats) -> list[tuple[str, float]]:
    """Every intent with its probability, likeliest first."""
    odds = np.exp(scores - scores.max())
    probabilities = odds / odds.sum()
    return [(intents[at], float(probabilities[at])) for at in np.argsort(-probabilities, kind="stable")]


class _Learning:
    """Cross-entropy by Adam; of the embeddings only the rows of a batch's terms move."""

    def __init__(self, terms_in_all: int, hidden: int, intents: int) -> None:
        self._random = np.random.default_rng(SEED)
        self._embeddings = self._drawn(terms_in_all, hidden, 0.05)
        self._small = [np.zeros(hidden, np.float32), self._drawn(hidden, intents, hidden**-0.5)]
        self._small.append(np.zeros(intents, np.float32))
        self._means = [np.zeros_like(layer) for layer in (self._embeddings, *self._small)]
        self._squares = [np.zeros_like(layer) for layer in (self._embeddings, *self._small)]
        self._hands = ThreadPoolExecutor(os.cpu_count() or 1)

    def _drawn(self, rows: int, columns: int, spread: float) -> Floats:
        return self._random.standard_normal((rows, columns), dtype=np.float32) * np.float32(spread)

    def learn(self, sentences: "csr_matrix", wanted: Indices, passes: int, on_progress: OnProgress) -> list[Floats]:
        """The layers after so many passes over the sentences."""
        batches = -(-sentences.shape[0] // BATCH)
        passes = max(passes, -(-FEWEST_STEPS // batches))
        for done in range(passes):
            on_progress("learn", done, passes)
            shuffled = self._random.permutation(sentences.shape[0])
            for at in range(batches):
                rows = shuffled[at * BATCH : (at + 1) * BATCH]
                self._step(sentences[rows], wanted[rows], done * batches + at + 1, passes * batches)
        on_progress("learn", passes, passes)
        return [self._embeddings, *self._small]

    def _step(self, batch: "csr_matrix", wanted: Indices, number: int, steps: int) -> None:
        from scipy.sparse import csr_matrix  # noqa: PLC0415  serving does without it

        kept = batch.data * (self._random.random(len(batch.data)) < TERMS_KEPT) / np.sqrt(TERMS_KEPT)
        used, columns = np.unique(batch.indices, return_inverse=True)
        rows = csr_matrix((kept.astype(np.float32), columns, batch.indptr), shape=(len(wanted), len(used)))
        bias, out, last_bias = self._small
        before = rows @ self._embeddings[used] + bias
        mask = hidden_mask(self._random, before.shape)
        hidden = np.maximum(before, 0) * mask
        error = error_of(hidden @ out + last_bias, wanted)
        back = (error @ out.T) * mask * (before > 0)
        self._move(number, steps, [rows.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)], used)

    def _move(self, number: int, steps: int, slopes: list[Floats], used: Indices) -> None:
        step = step_size(STEP, number, steps)
        layers = [self._embeddings, *self._small]
        for at, slope in enumerate(slopes):
            rows = used if at == 0 else np.arange(len(slope))
            # What fits into the processor's cache, and a share for each of its cores: this is most of the time.
            pieces = [slice(start, start + ROWS_AT_ONCE) for start in range(0, len(rows), ROWS_AT_ONCE)]
            some = (self._means[at], self._squares[at], layers[at])
            list(self._hands.map(partial(_moved, some, rows, slope, step), pieces))


def _moved(some: tuple[Floats, Floats, Floats], rows: Indices, slope: Floats, step: float, piece: slice) -> None:
    """Moves a piece of the rows of one layer; no two pieces share a row."""
    (means, squares, layer), (first, second) = some, DECAYS
    here, slope = rows[piece], slope[piece]
    mean = first * means[here] + (1 - first) * slope
    square = second * squares[here] + (1 - second) * slope * slope
    means[here], squares[here] = mean, square
    layer[here] -= (step * mean / (np.sqrt(square) + SMALL)).astype(np.float32)


class _Counted:
    """The terms of each text and how often each stands there, as numbers: strings of them would take gigabytes."""

    def __init__(self, texts: Sequence[str], on_progress: OnProgress) -> None:
        self.numbers: dict[str, int] = {}
        self.texts: list[tuple[Indices, Indices]] = []
        for done, text in enumerate(texts):
            if done % 500 == 0:
                on_progress("features", done, len(texts))
            self.texts.append(self._numbered(terms(text)))
        on_progress("features", len(texts), len(texts))

    def _numbered(self, counts: Counter[str]) -> tuple[Indices, Indices]:
        numbers = [self.numbers.setdefault(term, len(self.numbers)) for term in counts]
        return np.array(numbers, dtype=np.int32), np.array(list(counts.values()), dtype=np.int32)


class _Vocabulary:
    """The terms that are known, what each weighs, and which block it is of."""

    def __init__(self, index: dict[str, int], idf: Floats) -> None:
        self.index, self.idf = index, idf
        self._blocks = np.array([BLOCKS.index(term[0]) for term in index], dtype=np.int32)

    @classmethod
    def of(cls, counted: _Counted) -> "_Vocabulary":
        documents = np.bincount(np.concatenate([numbers for numbers, _ in counted.texts]))
        known = sorted(term for term, number in counted.numbers.items() if documents[number] >= FEWEST)
        frequency = np.array([documents[counted.numbers[term]] for term in known], dtype=np.float64)
        idf = (np.log((1 + len(counted.texts)) / (1 + frequency)) + 1).astype(np.float32)
        return cls({term: at for at, term in enumerate(known)}, idf)

    def vector(self, counts: Counter[str]) -> tuple[Indices, Floats]:
        """Known terms as (columns, values): sublinear TF-IDF, every block brought to the length of its weight."""
        index = self.index
        known = sorted((index[term], count) for term, count in counts.items() if term in index)
        columns = np.array([column for column, _ in known], dtype=np.int32)
        return columns, self._weighed(columns, np.array([count for _, count in known], dtype=np.int32))

    def matrix(self, counted: _Counted) -> "csr_matrix":
        """Texts × terms."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  serving does without it

        column_of = np.array([self.index.get(term, -1) for term in counted.numbers], dtype=np.int32)
        rows = []
        for numbers, counts in counted.texts:
            columns = column_of[numbers]
            order = np.argsort(columns)[np.count_nonzero(columns < 0) :]
            rows.append((columns[order], self._weighed(columns[order], counts[order]).astype(np.float32)))
        columns, values = (np.concatenate([row[part] for row in rows]) for part in (0, 1))
        ends = np.cumsum([0] + [len(row[0]) for row in rows])
        return csr_matrix((values, columns, ends), shape=(len(rows), len(self.index)))

    def _weighed(self, columns: Indices, counts: Indices) -> Floats:
        blocks = self._blocks[columns]
        values = (1 + np.log(counts.astype(np.float64))) * self.idf[columns]
        squares = np.bincount(blocks, weights=values**2, minlength=len(BLOCKS))
        scale = np.array(list(BLOCK_WEIGHTS.values())) / np.sqrt(np.maximum(squares, 1e-12))
        return np.asarray(values * scale[blocks])
