"""Reads every training sentence with a model that has not seen it: what thresholds are chosen from.

    python nlu/server/held_out.py --data nlu/data [--folds 5] [--passes 8]

Prints one JSON object a line: {"text", "intent", "source" (the file's name), "ranking": [[name, confidence]…]}.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from nlu.folding import fold  # noqa: E402  the path has to be set first
from nlu.server.components.network import Network  # noqa: E402
from nlu.server.training_data import Example, read_examples  # noqa: E402


def main() -> int:
    """Reads the arguments and prints the readings."""
    parser = argparse.ArgumentParser(description="Read every training sentence by a model that has not seen it.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--passes", type=int, default=8)
    arguments = parser.parse_args()
    examples = [example for file in sorted(arguments.data.glob("*.yml")) for example in read_examples(file, None)]
    groups = fold_of(examples, arguments.folds)
    for number in range(arguments.folds):
        learnt = [example for example, group in zip(examples, groups, strict=True) if group != number]
        model = Network.fit(
            [one.text for one in learnt], [one.intent for one in learnt], hidden=256, passes=arguments.passes
        )
        for example, group in zip(examples, groups, strict=True):
            if group == number:
                _print(example, model)
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


def _print(example: Example, model: Network) -> None:
    line = {
        "text": example.text,
        "intent": example.intent,
        "source": example.file.stem,
        "ranking": [[name, round(confidence, 5)] for name, confidence in model.ranking(example.text)],
    }
    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
