"""Fits the weights of evidence in Rasa's environment, where SciPy is."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlu.errors import NluError
from nlu.evidence import Evidence, Weights
from nlu.launching import followed, rotated


@dataclass(frozen=True, slots=True)
class Weighed:
    """`held_out` says of each row how likely it was right (0–1), by weights that were fitted without it."""

    weights: Weights
    held_out: Sequence[float]


async def weighed(root: Path, data: Path, rows: Sequence[tuple[Evidence, bool]]) -> Weighed | None:
    """Weights from rows of evidence and whether it was right; None where too few of either kind prove anything.

    Raises `SetupError` where Rasa's environment is missing, `NluError` where fitting fails.
    """
    told = [{"evidence": dict(evidence), "right": right} for evidence, right in rows]
    log = data / "rasa" / "weigh.log"
    with tempfile.TemporaryDirectory() as folder, rotated(log) as output:
        asked, found = Path(folder, "rows.json"), Path(folder, "weights.json")
        await asyncio.to_thread(asked.write_text, json.dumps(told), encoding="utf-8")
        arguments = ["--rows", str(asked), "--out", str(found)]
        ended = await followed(root / "nlu" / "server", "weigh.py", arguments, {}, output, lambda *_: None)
        if ended.exit_code != 0:
            raise NluError(f"weighing the evidence ended with exit code {ended.exit_code}; see {log}")
        content = json.loads(await asyncio.to_thread(found.read_text, encoding="utf-8"))
    if content is None:
        return None
    return Weighed(Weights.read(content["weights"]), tuple(content["held_out"]))
