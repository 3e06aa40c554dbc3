"""A conditional random field over the tokens of a text; the trained file is data, nothing in it is executed."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from zlib import crc32

from nlu.server.components.details import features, normal, pieces
from nlu.server.components.patterns import Found

OUTSIDE, BEGIN, INSIDE = "O", "B-", "I-"
# One text in so many is learnt without the list of things, or names that are not on it would never be found.
HIDDEN = 3
# Of the texts in which nothing is marked one in so many is learnt: enough to know what is none, in half the time.
PLAIN = 8
# (name, start, end) in the text.
Marked = tuple[str, int, int]
OnProgress = Callable[[str, int, int], None]


class Tagger:
    """Finds products, colours, sizes, carriers, dates, quantities and article numbers in texts."""

    def __init__(self, file: Path) -> None:
        import pycrfsuite  # noqa: PLC0415  only Rasa's environment has it

        self._tagger = pycrfsuite.Tagger()
        self._tagger.open(str(file))

    @staticmethod
    def fit(
        examples: Iterable[tuple[str, Sequence[Marked]]],
        file: Path,
        passes: int,
        on_progress: OnProgress = lambda step, done, total: None,
    ) -> None:
        """Learns from texts and what is marked in them, and writes the model; their order does not matter."""
        import pycrfsuite  # noqa: PLC0415  only Rasa's environment has it

        trainer = _trainer(pycrfsuite, passes, on_progress)
        for text, marked in sorted((text, sorted(marked)) for text, marked in examples):
            positions, number = pieces(text), crc32(text.encode())
            if positions and (marked or number % PLAIN == 0):
                known = number % HIDDEN != 0
                trainer.append(features(text, positions, things=known), labels(positions, marked))
        on_progress("entities", 0, passes)
        trainer.train(str(file))
        on_progress("entities", passes, passes)

    def find(self, text: str) -> list[Found]:
        """The details in a text, in text order, never overlapping."""
        positions = pieces(text)
        if not positions:
            return []
        return [
            Found(name, normal(name, text[start:end]), start, end)
            for name, start, end in spans_of(positions, self._tagger.tag(features(text, positions)))
        ]


def _trainer(pycrfsuite: object, passes: int, on_progress: OnProgress) -> object:
    class Trainer(pycrfsuite.Trainer):  # type: ignore[name-defined, misc]
        def on_iteration(self, log: str, info: dict[str, int]) -> None:
            on_progress("entities", min(info["num"], passes), passes)

    settings = {"c1": 0.05, "c2": 0.05, "feature.minfreq": 2, "max_iterations": passes}
    return Trainer(algorithm="lbfgs", params=settings, verbose=False)


def labels(positions: Sequence[tuple[int, int]], marked: Sequence[Marked]) -> list[str]:
    """The label of each token: begin or inside of what is marked there, else outside."""
    found = [OUTSIDE] * len(positions)
    for name, start, end in marked:
        inside = [at for at, (a, b) in enumerate(positions) if start <= a and b <= end]
        for at in inside:
            found[at] = (BEGIN if at == inside[0] else INSIDE) + name
    return found


def spans_of(positions: Sequence[tuple[int, int]], tags: Sequence[str]) -> list[Marked]:
    """What the labels mark, in text order."""
    found: list[Marked] = []
    before = OUTSIDE
    for (start, end), tag in zip(positions, tags, strict=True):
        name = tag[2:]
        if tag.startswith(INSIDE) and before[2:] == name:
            found[-1] = (name, found[-1][1], end)
        elif tag != OUTSIDE:
            found.append((name, start, end))
        before = tag
    return found
