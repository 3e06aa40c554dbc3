"""Multinomial logistic regression on TF-IDF terms, kept as plain arrays."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from nlu.server.components.features import BLOCK_WEIGHTS, terms

# Beyond this many passes nothing changes in the third digit.
PASSES = 30
SEED = 0
BLOCKS = "".join(BLOCK_WEIGHTS)


class LinearModel:
    """Scores a text against every intent; `weights` is terms × intents (float32)."""

    def __init__(
        self, intents: list[str], index: dict[str, int], idf: np.ndarray, weights: np.ndarray, bias: np.ndarray
    ) -> None:
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
        on_progress: Callable[[str, int, int], None] = lambda step, done, total: None,
    ) -> "LinearModel":
        """Trains on sentences and the intent of each; the same data in any order of files gives the same model."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  serving does without these two
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

        order = sorted(range(len(texts)), key=lambda at: (intents[at], texts[at]))
        counted: list[Counter[str]] = []
        for done, at in enumerate(order):
            counted.append(terms(texts[at]))
            if done % 500 == 0:
                on_progress("features", done, len(order))
        index, idf = _vocabulary(counted)
        rows = [_vector(counts, index, idf) for counts in counted]
        ends = np.cumsum([0] + [len(columns) for columns, _ in rows])
        matrix = csr_matrix(
            (np.concatenate([values for _, values in rows]), np.concatenate([columns for columns, _ in rows]), ends),
            shape=(len(rows), len(index)),
        )
        on_progress("learn", 0, 1)
        regression = LogisticRegression(
            C=regularisation_c, solver="sag", multi_class="multinomial", max_iter=PASSES, tol=1e-3, random_state=SEED
        )
        regression.fit(matrix, [intents[at] for at in order])
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


def _vocabulary(counted: Sequence[Counter[str]]) -> tuple[dict[str, int], np.ndarray]:
    documents: Counter[str] = Counter()
    for counts in counted:
        documents.update(counts.keys())
    index = {term: at for at, term in enumerate(sorted(documents))}
    frequency = np.array([documents[term] for term in index], dtype=np.float64)
    return index, (np.log((1 + len(counted)) / (1 + frequency)) + 1).astype(np.float32)


def _vector(counts: Counter[str], index: dict[str, int], idf: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Known terms as (columns, values): sublinear TF-IDF, every block brought to the length of its weight."""
    known = sorted((index[term], BLOCKS.index(term[0]), count) for term, count in counts.items() if term in index)
    columns = np.array([column for column, _, _ in known], dtype=np.int32)
    blocks = np.array([block for _, block, _ in known], dtype=np.int32)
    values = (1 + np.log(np.array([count for _, _, count in known], dtype=np.float64))) * idf[columns]
    squares = np.bincount(blocks, weights=values**2, minlength=len(BLOCKS))
    scale = np.array(list(BLOCK_WEIGHTS.values())) / np.sqrt(np.maximum(squares, 1e-12))
    return columns, values * scale[blocks]


def _one_row_per_intent(regression: "object") -> tuple[list[str], np.ndarray, np.ndarray]:
    names = [str(name) for name in regression.classes_]  # type: ignore[attr-defined]
    weights, bias = regression.coef_, regression.intercept_  # type: ignore[attr-defined]
    if len(names) == 2:
        # scikit-learn keeps one row for two classes; its softmax is over (-x, x).
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return names, np.ascontiguousarray(weights.T, dtype=np.float32), bias.astype(np.float32)
