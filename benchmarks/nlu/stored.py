"""The result file of this benchmark, written piece by piece: a piece replaces what an earlier run knew of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks import report

NAME = "nlu"


@dataclass(frozen=True, slots=True)
class Stored:
    """`results/nlu.json`; a run that is `dry` writes nothing."""

    dry: bool

    def replace(self, prefix: str, figures: Mapping[str, float | int | str]) -> None:
        """Everything known under `prefix_` is now this; what other runs have written meanwhile stays."""
        if self.dry:
            return
        kept = {key: value for key, value in report.known(NAME).items() if not key.startswith(f"{prefix}_")}
        now = kept | {f"{prefix}_{key}": value for key, value in figures.items()}
        report.write(NAME, dict(sorted(now.items())))
