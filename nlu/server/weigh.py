"""Fits what speaks for and against an automatic answer: a piecewise linear curve per number, a weight per word.

    python nlu/server/weigh.py --rows rows.json --out weights.json

`rows.json` is a list of {"evidence": {name: number or word}, "right": bool}; what a row does not name adds nothing. A
curve never falls, or never rises where the number's name begins with "against_": what speaks for an answer may not
speak against it because a few rare rows say so. Written is {"weights": {"bias", "curves", "words"}, "held_out": a
likelihood per row from weights fitted without it}, or null where there are too few rows of either kind. Equal rows give
equal weights.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import StratifiedKFold

KNOTS = 5
QUANTILES = (0.02, 0.98)
"""Where the outer knots lie: what lies beyond goes on level, so that a rare number cannot say much."""
HELD_BACK = 3.0
"""How strongly weights are drawn to nothing. Chosen, like `KNOTS`, by five folds of nlu/calibration_set."""
AGAINST = "against_"
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
    columns = np.hstack([*(_steps(rows, name, at) for name, at in knots.items()), *_marks(rows, words)])
    if not np.isfinite(columns).all():
        raise ValueError("some evidence is not a number")
    rises = sum(len(at) - 1 for at in knots.values())
    held_out = np.empty(len(rows))
    for learnt, left_out in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(columns, right):
        bias, weights = _fit(columns[learnt], right[learnt], rises)
        held_out[left_out] = expit(columns[left_out] @ weights + bias)
    bias, weights = _fit(columns, right, rises)
    told = {"bias": round(bias, 6), **_told(weights, knots, words)}
    return {"weights": told, "held_out": [round(float(one), 6) for one in held_out]}


def _fit(columns: np.ndarray, right: np.ndarray, rises: int) -> tuple[float, np.ndarray]:
    """Bias and weights that surprise least; the first `rises` weights are of steps along curves and not negative."""
    signs = np.where(right, 1.0, -1.0)

    def surprise(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        weights, margins = parameters[1:], signs * (columns @ parameters[1:] + parameters[0])
        slopes = -signs * expit(-margins)
        value = np.logaddexp(0, -margins).sum() + HELD_BACK / 2 * (weights @ weights)
        return value, np.concatenate(([slopes.sum()], columns.T @ slopes + HELD_BACK * weights))

    bounds = [(None, None), *[(0, None)] * rises, *[(None, None)] * (columns.shape[1] - rises)]
    found = minimize(surprise, np.zeros(columns.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return float(found.x[0]), found.x[1:]


def _knots(rows: Rows) -> dict[str, np.ndarray]:
    """Of each number where its curve may bend: as many rows lie between any two; a constant has no curve."""
    names = sorted({name for row in rows for name, value in row["evidence"].items() if not isinstance(value, str)})
    found = {name: np.array([row["evidence"][name] for row in rows if name in row["evidence"]]) for name in names}
    knots = {name: np.unique(np.quantile(seen, np.linspace(*QUANTILES, KNOTS))) for name, seen in found.items()}
    return {name: at for name, at in knots.items() if len(at) > 1}


def _words(rows: Rows) -> list[tuple[str, str]]:
    return sorted({(name, value) for row in rows for name, value in row["evidence"].items() if isinstance(value, str)})


def _steps(rows: Rows, name: str, knots: np.ndarray) -> np.ndarray:
    """How much of the way from each knot to the next a row has gone (0–1); downhill for what speaks against."""
    named = [number for number, row in enumerate(rows) if name in row["evidence"]]
    values = np.array([rows[number]["evidence"][name] for number in named])[:, None]
    columns = np.zeros((len(rows), len(knots) - 1))
    columns[named] = np.clip((values - knots[:-1]) / np.diff(knots), 0, 1)
    return -columns if name.startswith(AGAINST) else columns


def _marks(rows: Rows, words: list[tuple[str, str]]) -> list[np.ndarray]:
    return [np.array([[row["evidence"].get(name) == value] for row in rows], dtype=float) for name, value in words]


def _told(weights: np.ndarray, knots: dict[str, np.ndarray], words: list[tuple[str, str]]) -> dict[str, Any]:
    left = iter(float(one) for one in weights)
    curves = {}
    for name, at in knots.items():
        climbed = np.cumsum([0.0, *(next(left) for _ in at[1:])]) * (-1 if name.startswith(AGAINST) else 1)
        curves[name] = [[round(float(x), 6), round(float(y), 6)] for x, y in zip(at, climbed, strict=True)]
    weighing: dict[str, dict[str, float]] = {}
    for name, value in words:
        weighing.setdefault(name, {})[value] = round(next(left), 6)
    return {"curves": curves, "words": weighing}


if __name__ == "__main__":
    sys.exit(main())
