"""The network on terms, and with a sentence encoder a second one on its vectors; their scores are added.

Added scores are a weighted product of probabilities: what both hold likely is likely. Compared in docs/adr/0019.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlu.server.components.dense import DenseHead
from nlu.server.components.encoder import Encoder
from nlu.server.components.network import Network, ranked

SHARE = 0.6
"""What the scores from the encoder weigh; those from the terms weigh the rest."""
ABOUT, ARRAYS = "dense.json", "dense.npz"

OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Dense:
    """An encoder, and what was learnt on its vectors."""

    encoder: Encoder
    head: DenseHead


class Mixed:
    """Scores a text against every intent; without an encoder it is the network on terms and nothing else."""

    def __init__(self, network: Network, dense: Dense | None) -> None:
        self._network, self._dense = network, dense

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        intents: Sequence[str],
        *,
        hidden: int,
        passes: int,
        encoder: Encoder | None,
        on_progress: OnProgress = lambda step, done, total: None,
    ) -> "Mixed":
        """Learns sentences and the intent of each; the same data in any order gives the same model, bit for bit."""

        def halved(step: str, done: int, total: int) -> None:
            # Reading all sentences with an encoder takes about as long as learning them.
            on_progress(step, done, 2 * total if encoder is not None and step == "learn" else total)

        network = Network.fit(texts, intents, hidden=hidden, passes=passes, on_progress=halved)
        if encoder is None:
            return cls(network, None)
        ordered = sorted(zip(intents, texts, strict=True))
        vectors = _encoded(encoder, [text for _, text in ordered], on_progress)
        wanted = np.array([network.intents.index(intent) for intent, _ in ordered])
        return cls(network, Dense(encoder, DenseHead.fit(vectors, wanted, len(network.intents), hidden=hidden)))

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its probability (they sum to 1), likeliest first."""
        if self._dense is None:
            return self._network.ranking(text)
        dense = self._dense.head.scores(self._dense.encoder.vector(text))
        return ranked(self._network.intents, (1 - SHARE) * self._network.scores(text) + SHARE * dense)

    def save(self, folder: Path) -> None:
        """Writes the network's files, and with an encoder its name and two files more; nothing in them is executed."""
        self._network.save(folder)
        if self._dense is not None:
            (folder / ABOUT).write_text(json.dumps({"encoder": self._dense.encoder.id}), encoding="utf-8")
            np.savez(folder / ARRAYS, *self._dense.head.arrays())

    @classmethod
    def load(cls, folder: Path) -> "Mixed":
        """Reads what `save` wrote; raises `BrokenEncoder` where the encoder is missing."""
        return cls(Network.load(folder), _dense(folder) if (folder / ABOUT).exists() else None)


def _dense(folder: Path) -> Dense:
    encoder_id = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["encoder"]
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        return Dense(Encoder.named(encoder_id), DenseHead.of_arrays([arrays[name] for name in arrays.files]))


def _encoded(encoder: Encoder, texts: list[str], on_progress: OnProgress) -> np.ndarray:
    """Tells how far it is as the second half of the learning."""
    found = []
    for done, text in enumerate(texts):
        if done % 500 == 0:
            on_progress("learn", len(texts) + done, 2 * len(texts))
        found.append(encoder.vector(text))
    on_progress("learn", 1, 1)
    return np.array(found)
