"""Multinomial logistic regression on TF-IDF terms, kept as plain arrays."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.server.components.features import BLOCK_WEIGHTS, terms

# Beyond this many passes nothing changes in the third digit.
PASSES = 30
SEED = 0
BLOCKS = "".join(BLOCK_WEIGHTS)

Floats = npt.NDArray[np.floating[Any]]
Indices = npt.NDArray[np.int32]
OnProgress = Callable[[str, int, int], None]


class LinearModel:
    """Scores a text against every intent; `weights` is terms × intents (float32)."""

    def __init__(self, intents: list[str], index: dict[str, int], idf: Floats, weights: Floats, bias: Floats) -> None:
        self.intents = intents
        self._index = index
        self._idf = idf
        self._weights = weights
        self._bias = bias

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        intents: Sequence[str],
        regularisation_c: float,
        on_progress: OnProgress = lambda step, done, total: None,
    ) -> "LinearModel":
        """Trains on sentences and the intent of each; the same data in any order gives the same model."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  serving does without it

        order = sorted(range(len(texts)), key=lambda at: (intents[at], texts[at]))
        counted = _counted([texts[at] for at in order], on_progress)
        index, idf = _vocabulary(counted)
        on_progress("learn", 0, 1)
        regression = LogisticRegression(
            C=regularisation_c, solver="sag", multi_class="multinomial", max_iter=PASSES, tol=1e-3, random_state=SEED
        )
        regression.fit(_matrix(counted, index, idf), [intents[at] for at in order])
        on_progress("learn", 1, 1)
        names, weights, bias = _one_row_per_intent(regression)
        # Half precision is what `save` keeps, so a model scores the same before and after.
        return cls(names, index, idf, weights.astype(np.float16).astype(np.float32), bias)

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its probability (they sum to 1), likeliest first."""
        columns, values = _vector(terms(text), self._index, self._idf)
        scores = values.astype(np.float32) @ self._weights[columns] + self._bias
        odds = np.exp(scores - scores.max())
        probabilities = odds / odds.sum()
        return [(self.intents[at], float(probabilities[at])) for at in np.argsort(-probabilities, kind="stable")]

    def save(self, folder: Path) -> None:
        """Writes `model.json` and `model.npz`; nothing in them is executed on loading."""
        names = {"intents": self.intents, "terms": list(self._index)}
        (folder / "model.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
        np.savez(folder / "model.npz", idf=self._idf, weights=self._weights.astype(np.float16), bias=self._bias)

    @classmethod
    def load(cls, folder: Path) -> "LinearModel":
        """Reads what `save` wrote."""
        names = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        index = {term: at for at, term in enumerate(names["terms"])}
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            return cls(names["intents"], index, arrays["idf"], arrays["weights"].astype(np.float32), arrays["bias"])


def _counted(texts: list[str], on_progress: OnProgress) -> list[Counter[str]]:
    counted = []
    for done, text in enumerate(texts):
        if done % 500 == 0:
            on_progress("features", done, len(texts))
        counted.append(terms(text))
    on_progress("features", len(texts), len(texts))
    return counted


def _matrix(counted: Sequence[Counter[str]], index: dict[str, int], idf: Floats) -> object:
    from scipy.sparse import csr_matrix  # noqa: PLC0415  serving does without it

    rows = [_vector(counts, index, idf) for counts in counted]
    columns, values = (np.concatenate([row[part] for row in rows]) for part in (0, 1))
    ends = np.cumsum([0] + [len(row[0]) for row in rows])
    return csr_matrix((values, columns, ends), shape=(len(rows), len(index)))


def _vocabulary(counted: Sequence[Counter[str]]) -> tuple[dict[str, int], Floats]:
    documents: Counter[str] = Counter()
    for counts in counted:
        documents.update(counts.keys())
    index = {term: at for at, term in enumerate(sorted(documents))}
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


def _one_row_per_intent(regression: "object") -> tuple[list[str], Floats, Floats]:
    names = [str(name) for name in regression.classes_]  # type: ignore[attr-defined]
    weights, bias = regression.coef_, regression.intercept_  # type: ignore[attr-defined]
    if len(names) == 2:
        # scikit-learn keeps one row for two classes; its softmax is over (-x, x).
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return names, np.ascontiguousarray(weights.T, dtype=np.float32), bias.astype(np.float32)
