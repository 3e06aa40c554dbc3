"""Runs in Rasa's environment: reads {"train", "validation", "texts", "hidden", "passes"} and perhaps {"encoder"}, a
folder; prints what it took to learn and to read one text, and then the likeliest intent in scope of each text, at the
temperature that fits the validation part.
"""

import json
import statistics
import sys
import time
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from nlu.calibration import fitted_temperature, softened  # noqa: E402  the path has to be set first
from nlu.result import IntentScore, Reading  # noqa: E402
from nlu.server.components.encoder import Encoder  # noqa: E402
from nlu.server.components.mixed import Mixed  # noqa: E402

OUT_OF_SCOPE = "out_of_scope"


def main() -> None:
    task = json.load(sys.stdin)
    texts, labels = zip(*task["train"], strict=True)
    began = time.perf_counter()
    encoder = Encoder.load(Path(task["encoder"])) if "encoder" in task else None
    network = Mixed.fit(texts, labels, hidden=task["hidden"], passes=task["passes"], encoder=encoder, on_progress=_tell)
    told = {"train_s": time.perf_counter() - began}
    meant = [(_reading(network, text), frozenset({label})) for text, label in task["validation"]]
    temperature = fitted_temperature(meant)
    took_ms, readings = [], []
    for text in task["texts"]:
        began = time.perf_counter()
        readings.append(_reading(network, text))
        took_ms.append((time.perf_counter() - began) * 1000)
    print(json.dumps(told | {"temperature": temperature, "read_p50_ms": statistics.median(took_ms)}))
    for reading in readings:
        ranking = softened(reading, temperature).ranking
        best = next(score for score in ranking if score.name != OUT_OF_SCOPE)
        print(json.dumps([best.name, best.confidence]))


def _reading(network: Mixed, text: str) -> Reading:
    return Reading(text, tuple(IntentScore(name, score) for name, score in network.ranking(text)), (), "")


def _tell(step: str, done: int, total: int) -> None:
    if step == "learn":
        print(f"    Baton learns: {done / total:.0%}", file=sys.stderr)


main()
