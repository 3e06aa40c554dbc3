"""A small network on TF-IDF terms, one hidden layer, kept as plain arrays.

A line from terms to intents cannot say "cancel, but not the order"; a hidden layer can. Measured in docs/adr/0017.
With a sentence encoder its scores are mixed with those of a second small network: docs/adr/0019.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlu.server.components.adam import Adam, Floats, Indices, slope_of
from nlu.server.components.dense import SHARE, DenseHead
from nlu.server.components.encoder import Encoder
from nlu.server.components.features import BLOCK_WEIGHTS, terms

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SEED = 0
BATCH = 128
STEP = 8e-3
TERMS_KEPT, HIDDEN_KEPT = 0.7, 0.5
"""What a sentence keeps of its terms and of the hidden layer while learning, so that nothing hangs on one of them."""
FEWEST = 3
"""A term of one or two sentences teaches little about others; leaving those out makes the model a third as large."""

OnProgress = Callable[[str, int, int], None]
BLOCKS = "".join(BLOCK_WEIGHTS)


class Network:
    """Scores a text against every intent.

    `embeddings` is terms × hidden, `out` hidden × intents; float32 in memory, half of that on disk.
    """

    def __init__(
        self,
        intents: list[str],
        index: dict[str, int],
        idf: Floats,
        layers: Sequence[Floats],
        dense: tuple[Encoder, DenseHead] | None = None,
    ) -> None:
        self.intents = intents
        self._dense = dense
        self._index = index
        self._idf = idf
        self._embeddings, self._hidden_bias, self._out, self._bias = layers

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        intents: Sequence[str],
        *,
        hidden: int,
        passes: int,
        encoder: Encoder | None = None,
        on_progress: OnProgress = lambda step, done, total: None,
    ) -> "Network":
        """Learns sentences and the intent of each; the same data in any order gives the same model, bit for bit."""
        order = sorted(range(len(texts)), key=lambda at: (intents[at], texts[at]))
        counted = _counted([texts[at] for at in order], on_progress)
        index, idf = _vocabulary(counted)
        names = sorted(set(intents))
        wanted = np.array([names.index(intents[at]) for at in order])
        # Reading all sentences with an encoder takes about as long as learning them.
        parts = passes if encoder is None else 2 * passes
        layers = _Learning(len(index), hidden, len(names)).learn(
            _matrix(counted, index, idf), wanted, passes, lambda done: on_progress("learn", done, parts)
        )
        dense = None
        if encoder is not None:
            vectors = _encoded(encoder, [texts[at] for at in order], passes, on_progress)
            dense = (encoder, DenseHead.fit(encoder.id, vectors, wanted, len(names), hidden=hidden))
        # Half precision is what `save` keeps, so a model scores the same before and after.
        return cls(names, index, idf, [layer.astype(np.float16).astype(np.float32) for layer in layers], dense)

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its probability (they sum to 1), likeliest first."""
        columns, values = _vector(terms(text), self._index, self._idf)
        hidden = np.maximum(values.astype(np.float32) @ self._embeddings[columns] + self._hidden_bias, 0)
        scores = (hidden @ self._out + self._bias).astype(np.float64)
        if self._dense is not None:
            encoder, head = self._dense
            scores = (1 - SHARE) * scores + SHARE * head.scores(encoder.vector(text))
        odds = np.exp(scores - scores.max())
        probabilities = odds / odds.sum()
        return [(self.intents[at], float(probabilities[at])) for at in np.argsort(-probabilities, kind="stable")]

    def save(self, folder: Path) -> None:
        """Writes `model.json` and `model.npz`, with an encoder `dense.…` too; nothing is executed on loading."""
        names = {"intents": self.intents, "terms": list(self._index)}
        (folder / "model.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
        layers = (self._embeddings, self._hidden_bias, self._out, self._bias)
        np.savez(folder / "model.npz", self._idf, *(layer.astype(np.float16) for layer in layers))
        if self._dense is not None:
            _, head = self._dense
            (folder / "dense.json").write_text(json.dumps({"encoder": head.encoder_id}), encoding="utf-8")
            np.savez(folder / "dense.npz", *head.arrays())

    @classmethod
    def load(cls, folder: Path) -> "Network":
        """Reads what `save` wrote; raises `BrokenEncoder` where the encoder it was trained with is missing."""
        names = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        index = {term: at for at, term in enumerate(names["terms"])}
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            idf, *layers = (arrays[name] for name in arrays.files)
        dense = _dense(folder) if (folder / "dense.json").exists() else None
        return cls(names["intents"], index, idf, [layer.astype(np.float32) for layer in layers], dense)


class _Learning:
    """Cross-entropy by Adam; of the embeddings only the rows of a batch's terms move."""

    def __init__(self, terms_in_all: int, hidden: int, intents: int) -> None:
        self._random = np.random.default_rng(SEED)
        self._embeddings = self._drawn(terms_in_all, hidden, 0.05)
        self._small = [np.zeros(hidden, np.float32), self._drawn(hidden, intents, hidden**-0.5)]
        self._small.append(np.zeros(intents, np.float32))
        self._adam = Adam([self._embeddings, *self._small], STEP)

    def _drawn(self, rows: int, columns: int, spread: float) -> Floats:
        return self._random.standard_normal((rows, columns), dtype=np.float32) * np.float32(spread)

    def learn(
        self, sentences: "csr_matrix", wanted: Indices, passes: int, on_pass: Callable[[int], None]
    ) -> list[Floats]:
        """The layers after so many passes over the sentences."""
        batches = -(-sentences.shape[0] // BATCH)
        for done in range(passes):
            on_pass(done)
            shuffled = self._random.permutation(sentences.shape[0])
            for at in range(batches):
                rows = shuffled[at * BATCH : (at + 1) * BATCH]
                self._step(sentences[rows], wanted[rows], done * batches + at + 1, passes * batches)
        on_pass(passes)
        return [self._embeddings, *self._small]

    def _step(self, batch: "csr_matrix", wanted: Indices, number: int, steps: int) -> None:
        from scipy.sparse import csr_matrix  # noqa: PLC0415  serving does without it

        kept = batch.data * (self._random.random(len(batch.data)) < TERMS_KEPT) / np.sqrt(TERMS_KEPT)
        used, columns = np.unique(batch.indices, return_inverse=True)
        rows = csr_matrix((kept.astype(np.float32), columns, batch.indptr), shape=(len(wanted), len(used)))
        bias, out, last_bias = self._small
        before = rows @ self._embeddings[used] + bias
        mask = ((self._random.random(before.shape) < HIDDEN_KEPT) / HIDDEN_KEPT).astype(np.float32)
        hidden = np.maximum(before, 0) * mask
        error = slope_of(hidden @ out + last_bias, wanted)
        back = (error @ out.T) * mask * (before > 0)
        slopes = [rows.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]
        self._adam.move(number, steps, slopes, used)


def _counted(texts: list[str], on_progress: OnProgress) -> list[Counter[str]]:
    counted = []
    for done, text in enumerate(texts):
        if done % 500 == 0:
            on_progress("features", done, len(texts))
        counted.append(terms(text))
    on_progress("features", len(texts), len(texts))
    return counted


def _encoded(encoder: Encoder, texts: list[str], passes: int, on_progress: OnProgress) -> Floats:
    """Tells how far it is as if it were as many passes more."""
    vectors = []
    for done, text in enumerate(texts):
        if done % 500 == 0:
            on_progress("learn", passes + passes * done // len(texts), 2 * passes)
        vectors.append(encoder.vector(text))
    on_progress("learn", 2 * passes, 2 * passes)
    return np.array(vectors)


def _dense(folder: Path) -> tuple[Encoder, DenseHead]:
    encoder_id = json.loads((folder / "dense.json").read_text(encoding="utf-8"))["encoder"]
    with np.load(folder / "dense.npz", allow_pickle=False) as arrays:
        head = DenseHead.of_arrays(encoder_id, [arrays[name] for name in arrays.files])
    return Encoder.named(encoder_id), head


def _matrix(counted: Sequence[Counter[str]], index: dict[str, int], idf: Floats) -> "csr_matrix":
    from scipy.sparse import csr_matrix  # noqa: PLC0415  serving does without it

    rows = [_vector(counts, index, idf) for counts in counted]
    columns, values = (np.concatenate([row[part] for row in rows]) for part in (0, 1))
    ends = np.cumsum([0] + [len(row[0]) for row in rows])
    return csr_matrix((values.astype(np.float32), columns, ends), shape=(len(rows), len(index)))


def _vocabulary(counted: Sequence[Counter[str]]) -> tuple[dict[str, int], Floats]:
    documents: Counter[str] = Counter()
    for counts in counted:
        documents.update(counts.keys())
    index = {term: at for at, term in enumerate(sorted(term for term, n in documents.items() if n >= FEWEST))}
    frequency = np.array([documents[term] for term in index], dtype=np.float64)
    return index, (np.log((1 + len(counted)) / (1 + frequency)) + 1).astype(np.float32)


def _vector(counts: Counter[str], index: dict[str, int], idf: Floats) -> tuple[Indices, Floats]:
    """Known terms as (columns, values): sublinear TF-IDF, every block brought to the length of its weight."""
    known = sorted((index[term], BLOCKS.index(term[0]), count) for term, count in counts.items() if term in index)
    columns = np.array([column for column, _, _ in known], dtype=np.int32)
    blocks = np.array([block for _, block, _ in known], dtype=np.int32)
    values = (1 + np.log(np.array([count for _, _, count in known], dtype=np.float64))) * idf[columns]
    squares = np.bincount(blocks, weights=values**2, minlength=len(BLOCKS))
    scale = np.array(list(BLOCK_WEIGHTS.values())) / np.sqrt(np.maximum(squares, 1e-12))
    return columns, values * scale[blocks]
