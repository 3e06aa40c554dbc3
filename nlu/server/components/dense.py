"""A small network on the vectors of a sentence encoder, learnt as the one on terms is.

What it weighs beside that, and how it was chosen, is in docs/adr/0019.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlu.server.components.learning import DECAYS, SMALL, Floats, error_of, hidden_mask, step_size

SEED = 0
BATCH = 128
STEP = 2e-3
PASSES = 15
VALUES_KEPT = 0.9
"""What a sentence keeps of its vector while learning."""
LEAST_SPREAD = 1e-3
"""A dimension that never changes says nothing, however little it takes to change it."""

Indices = npt.NDArray[np.int64]


class DenseHead:
    """Scores the vector of a text against every intent.

    `middle` and `spread` are of each dimension over the training sentences: some encoders point all texts into nearly
    the same direction, and what tells them apart is small.
    """

    def __init__(self, middle: Floats, spread: Floats, layers: Sequence[Floats]) -> None:
        self._middle, self._spread, self._layers = middle, spread, layers

    @classmethod
    def fit(
        cls,
        vectors: Floats,
        wanted: Indices,
        intents: int,
        *,
        hidden: int,
    ) -> "DenseHead":
        """Learns vectors, one a row, and the intent of each; the same rows give the same head, bit for bit."""
        middle, spread = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), np.float32(LEAST_SPREAD))
        layers = _learnt((vectors - middle) / spread, wanted, intents, hidden)
        # Half precision is what `arrays` keeps, so a head scores the same before and after.
        return cls(middle, spread, [layer.astype(np.float16).astype(np.float32) for layer in layers])

    def scores(self, vector: Floats) -> Floats:
        """One an intent."""
        first, first_bias, last, last_bias = self._layers
        hidden = np.maximum((vector - self._middle) / self._spread @ first + first_bias, 0)
        return np.asarray(hidden @ last + last_bias)

    def arrays(self) -> list[Floats]:
        """What `of_arrays` makes the same head from."""
        return [self._middle, self._spread, *(layer.astype(np.float16) for layer in self._layers)]

    @classmethod
    def of_arrays(cls, arrays: Sequence[Floats]) -> "DenseHead":
        middle, spread, *layers = arrays
        return cls(middle, spread, [layer.astype(np.float32) for layer in layers])


def _learnt(rows: Floats, wanted: Indices, intents: int, hidden: int) -> Sequence[Floats]:
    random = np.random.default_rng(SEED)
    layers: list[Floats] = []
    for inputs, outputs in ((rows.shape[1], hidden), (hidden, intents)):
        drawn = random.standard_normal((inputs, outputs), dtype=np.float32) * np.float32(inputs**-0.5)
        layers += [drawn, np.zeros(outputs, np.float32)]
    means, squares = ([np.zeros_like(layer) for layer in layers] for _ in range(2))
    batches = -(-len(rows) // BATCH)
    for done in range(PASSES):
        shuffled = random.permutation(len(rows))
        for at in range(batches):
            chosen = shuffled[at * BATCH : (at + 1) * BATCH]
            slopes = _slopes(layers, rows[chosen], wanted[chosen], random)
            step = step_size(STEP, done * batches + at + 1, PASSES * batches)
            for layer, slope in enumerate(slopes):
                means[layer] += (1 - DECAYS[0]) * (slope - means[layer])
                squares[layer] += (1 - DECAYS[1]) * (slope * slope - squares[layer])
                layers[layer] -= (step * means[layer] / (np.sqrt(squares[layer]) + SMALL)).astype(np.float32)
    return layers


def _slopes(layers: Sequence[Floats], rows: Floats, wanted: Indices, random: np.random.Generator) -> list[Floats]:
    first, first_bias, last, last_bias = layers
    kept = rows * ((random.random(rows.shape) < VALUES_KEPT) / VALUES_KEPT).astype(np.float32)
    before = kept @ first + first_bias
    mask = hidden_mask(random, before.shape)
    hidden = np.maximum(before, 0) * mask
    error = error_of(hidden @ last + last_bias, wanted)
    back = (error @ last.T) * mask * (before > 0)
    return [kept.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]
