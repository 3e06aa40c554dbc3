"""What the networks have in common while they learn: Adam's step and the error of their scores.

Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

DECAYS = (0.9, 0.999)
SMALL = 1e-8
WARM_UP = 100
LAST_SHARE = 0.02
"""The step grows over the first batches and falls in a line to this share of itself."""
HIDDEN_KEPT = 0.5
"""What is kept of a hidden layer, so that nothing hangs on one of its cells."""

Floats = npt.NDArray[np.floating[Any]]


def step_size(most: float, number: int, steps: int) -> float:
    """The step of batch `number`, from 1 to `steps`, with Adam's correction of the first ones."""
    first, second = DECAYS
    share = min(1.0, number / WARM_UP) * max(LAST_SHARE, 1 - number / steps)
    return most * share * float(np.sqrt(1 - second**number) / (1 - first**number))


def hidden_mask(random: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """What is kept of a hidden layer this time, scaled so that its sum stays."""
    return ((random.random(shape) < HIDDEN_KEPT) / HIDDEN_KEPT).astype(np.float32)


def error_of(scores: Floats, wanted: npt.NDArray[np.integer[Any]]) -> Floats:
    """The slope of the mean cross-entropy by the scores, one row a sentence."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    error: Floats = odds / odds.sum(axis=1, keepdims=True)
    error[np.arange(len(wanted)), wanted] -= 1
    error /= len(wanted)
    return error
