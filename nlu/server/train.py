"""Trains one model; runs inside Rasa's environment with the project root as working directory.

    python nlu/server/train.py --config config.yml --data nlu/data --out model.tar.gz [--intents a,b,c]

Standard output carries JSON lines only: {"step", "done", "total"} on the way, {"error"} at the end if it fails.
Exit code 2: the training data or the configuration is at fault, and the error names file and line. 1: anything else.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from nlu.server import environment, progress  # noqa: E402  the path has to be set first
from nlu.server.training_data import BrokenTrainingData, Example, read_examples  # noqa: E402


def main() -> int:
    """Reads the arguments, trains, and turns what goes wrong into an exit code."""
    arguments = _arguments()
    # Rasa prints to standard output, which belongs to the progress.
    progress.use(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    environment.die_with_parent()
    try:
        known = frozenset(arguments.intents.split(",")) if arguments.intents else None
        check(sorted(arguments.data.glob("*.yml")), known)
        train(arguments.config, arguments.data, arguments.out)
    except BrokenTrainingData as error:
        progress.write(error=str(error))
        return 2
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train a model.")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--intents", help="comma-separated; any other intent in the data is an error")
    return parser.parse_args()


def check(files: list[Path], known_intents: frozenset[str] | None) -> list[Example]:
    """Every example of the files; raises BrokenTrainingData."""
    examples: list[Example] = []
    for done, file in enumerate(files):
        progress.report("check", done, len(files))
        examples += read_examples(file, known_intents)
    if len({example.intent for example in examples}) < 2:
        where = files[0] if files else Path("nlu/data")
        raise BrokenTrainingData(where, 1, "at least two intents with examples are needed")
    progress.report("check", len(files), len(files))
    return examples


def train(config: Path, data: Path, out: Path) -> None:
    """Has Rasa train and store the model; `out` appears only when it is complete."""
    progress.report("prepare", 0, 1)
    with tempfile.TemporaryDirectory(prefix="baton-train-") as folder:
        environment.seal(Path(folder))
        # Rasa may write its guesses into a configuration; the project's own stays as it is.
        shutil.copy(config, Path(folder, "config.yml"))
        from rasa.model_training import train_nlu  # noqa: PLC0415  slow, and it reads the settings made before

        model = train_nlu(str(Path(folder, "config.yml")), str(data), folder, fixed_model_name="model")
        if model is None:
            raise RuntimeError("Rasa trained nothing")
        progress.report("write", 0, 1)
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = out.with_name(f".{out.name}.{os.getpid()}")
        shutil.copy(model, unfinished)
        unfinished.replace(out)
        progress.report("write", 1, 1)


if __name__ == "__main__":
    sys.exit(main())
