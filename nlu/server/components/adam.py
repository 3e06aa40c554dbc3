"""How layers learn: Adam, with a step that grows over the first batches and falls in a line to a share of itself.

Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

WARM_UP = 100
LAST_SHARE = 0.02
DECAYS = (0.9, 0.999)
SMALL = 1e-8

Floats = npt.NDArray[np.floating[Any]]
Indices = npt.NDArray[np.int32]


class Adam:
    """Moves layers in place."""

    def __init__(self, layers: Sequence[Floats], step: float) -> None:
        self.layers = layers
        self._step = step
        self._means = [np.zeros_like(layer) for layer in layers]
        self._squares = [np.zeros_like(layer) for layer in layers]

    def move(self, number: int, steps: int, slopes: Sequence[Floats], used: Indices | None = None) -> None:
        """Step `number` of `steps`, 1 being the first; with `used`, of the first layer only those rows move."""
        first, second = DECAYS
        step = self._step * min(1.0, number / WARM_UP) * max(LAST_SHARE, 1 - number / steps)
        step *= float(np.sqrt(1 - second**number) / (1 - first**number))
        for at, slope in enumerate(slopes):
            rows = used if at == 0 and used is not None else slice(None)
            mean = first * self._means[at][rows] + (1 - first) * slope
            square = second * self._squares[at][rows] + (1 - second) * slope * slope
            self._means[at][rows], self._squares[at][rows] = mean, square
            self.layers[at][rows] -= (step * mean / (np.sqrt(square) + SMALL)).astype(np.float32)


def slope_of(scores: Floats, wanted: Indices) -> Floats:
    """How cross-entropy changes with the scores of a batch."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = odds / odds.sum(axis=1, keepdims=True)
    error[np.arange(len(wanted)), wanted] -= 1
    error /= len(wanted)
    return error
