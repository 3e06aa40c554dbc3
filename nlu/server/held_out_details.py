"""Marks every training sentence with an extractor that has not seen it: how well learnt details are found.

    python nlu/server/held_out_details.py --data nlu/data [--folds 5] [--passes 40]

Prints one JSON object a line: {"name", "source" (the file's name), "marked", "found", "right"}, the last three numbers
of details; right is what was found from its first sign to its last.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from nlu.folding import fold  # noqa: E402  the path has to be set first
from nlu.server.components.tagger import Tagger  # noqa: E402
from nlu.server.training_data import MARKS, Example, read_examples  # noqa: E402


def main() -> int:
    """Reads the arguments and prints the counts."""
    parser = argparse.ArgumentParser(description="Mark every training sentence by a model that has not seen it.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--passes", type=int, default=40)
    arguments = parser.parse_args()
    examples = [example for file in sorted(arguments.data.glob("*.yml")) for example in read_examples(file, None)]
    groups = fold_of(examples, arguments.folds)
    counts: Counter[tuple[str, str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.folds):
            learnt = [one for one, group in zip(examples, groups, strict=True) if group != number]
            Tagger.fit([(one.text, one.marked) for one in learnt], Path(folder, "model.crf"), arguments.passes)
            tagger = Tagger(Path(folder, "model.crf"))
            for example, group in zip(examples, groups, strict=True):
                if group == number:
                    found = {(one.name, one.start, one.end) for one in tagger.find(example.text)}
                    _count(counts, example.file.stem, set(example.marked), found)
    for source in sorted({source for source, _, _ in counts}):
        for name in MARKS:
            line = {what: counts[source, name, what] for what in ("marked", "found", "right")}
            print(json.dumps({"name": name, "source": source, **line}))
    return 0


def fold_of(examples: list[Example], folds: int) -> list[int]:
    """The fold of each example: intents spread evenly, and equal texts kept together, in both scripts."""
    together: dict[str, int] = {}
    seen: dict[str, int] = {}
    for example in examples:
        key = fold(example.text)
        if key not in together:
            seen[example.intent] = seen.get(example.intent, -1) + 1
            together[key] = seen[example.intent] % folds
    return [together[fold(example.text)] for example in examples]


def _count(counts: Counter[tuple[str, str, str]], source: str, marked: set[object], found: set[object]) -> None:
    for what, details in (("marked", marked), ("found", found), ("right", marked & found)):
        counts.update((source, detail[0], what) for detail in details)  # type: ignore[index]


if __name__ == "__main__":
    sys.exit(main())
