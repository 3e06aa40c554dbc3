"""Fits what speaks for and against an automatic answer: a piecewise linear curve per number, a weight per word.

    python nlu/server/weigh.py --rows rows.json --out weights.json

`rows.json` is a list of {"evidence": {name: number or word}, "right": bool}; what a row does not name adds nothing.
Written is {"weights": {"bias", "curves", "words"}, "held_out": a likelihood per row from weights fitted without it}, or
null where there are too few rows of either kind. Equal rows give equal weights.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import SplineTransformer

KNOTS = 5
QUANTILES = (0.02, 0.98)
"""Where the outer knots lie: what lies beyond goes on level, so that a rare number cannot say much."""
STRENGTH = 0.3
"""The inverse of how much weights are held back. Chosen, like `KNOTS`, by five folds of nlu/calibration_set."""
FOLDS = 5
FEWEST = 50

Rows = list[dict[str, Any]]


def main() -> int:
    """Reads the arguments and writes the weights."""
    parser = argparse.ArgumentParser(description="Fit how likely an automatic answer is right.")
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    rows: Rows = json.loads(arguments.rows.read_text(encoding="utf-8"))
    arguments.out.write_text(json.dumps(fitted(rows)), encoding="utf-8")
    return 0


def fitted(rows: Rows) -> dict[str, Any] | None:
    """The weights and what they say of each row while it is held out."""
    right = np.array([row["right"] for row in rows], dtype=bool)
    if min(right.sum(), (~right).sum()) < FEWEST:
        return None
    knots, words = _knots(rows), _words(rows)
    columns = np.hstack([*(_curve(rows, name, at) for name, at in knots.items()), *_marks(rows, words)])
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    held_out = cross_val_predict(model, columns, right, cv=folds, method="predict_proba")[:, 1]
    model.fit(columns, right)
    return {"weights": _told(model, knots, words), "held_out": [round(float(one), 6) for one in held_out]}


def _knots(rows: Rows) -> dict[str, np.ndarray]:
    """Of each number where its curve may bend: as many rows lie between any two; a constant has no curve."""
    names = sorted({name for row in rows for name, value in row["evidence"].items() if not isinstance(value, str)})
    found = {name: np.array([row["evidence"][name] for row in rows if name in row["evidence"]]) for name in names}
    knots = {name: np.unique(np.quantile(seen, np.linspace(*QUANTILES, KNOTS))) for name, seen in found.items()}
    return {name: at for name, at in knots.items() if len(at) > 1}


def _words(rows: Rows) -> list[tuple[str, str]]:
    return sorted({(name, value) for row in rows for name, value in row["evidence"].items() if isinstance(value, str)})


def _curve(rows: Rows, name: str, knots: np.ndarray) -> np.ndarray:
    spline = SplineTransformer(degree=1, knots=knots[:, None], extrapolation="constant").fit(knots[:, None])
    named = [number for number, row in enumerate(rows) if name in row["evidence"]]
    columns = np.zeros((len(rows), len(knots)))
    columns[named] = spline.transform(np.array([[rows[number]["evidence"][name]] for number in named]))
    return columns


def _marks(rows: Rows, words: list[tuple[str, str]]) -> list[np.ndarray]:
    return [np.array([[row["evidence"].get(name) == value] for row in rows], dtype=float) for name, value in words]


def _told(model: LogisticRegression, knots: dict[str, np.ndarray], words: list[tuple[str, str]]) -> dict[str, Any]:
    heights = iter(round(float(one), 6) for one in model.coef_[0])
    curves = {name: [[round(float(x), 6), next(heights)] for x in at] for name, at in knots.items()}
    weighing: dict[str, dict[str, float]] = {}
    for name, value in words:
        weighing.setdefault(name, {})[value] = next(heights)
    return {"bias": round(float(model.intercept_[0]), 6), "curves": curves, "words": weighing}


if __name__ == "__main__":
    sys.exit(main())
