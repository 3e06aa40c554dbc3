"""Trains models in Rasa's environment and measures them; who shows the progress is somebody else's business."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bot import reference
from bot.dialogue import CALLS, OUT_OF_SCOPE, SOCIAL, UNCLEAR
from bot.evaluation import AtAnyConfidence, Case, CaseFileError, Remembered, judged, read_cases, trials
from bot.replies import shipped
from bot.shop import Shop
from bot.understand import BrainOf, Measured, Nlu
from nlu import calibration, encoders, versions
from nlu.calibration import Calibration
from nlu.client import Endpoint, NluClient
from nlu.errors import SetupError, TrainingFailed
from nlu.evidence import Evidence
from nlu.launching import OnProgress, followed, rotated
from nlu.result import Reading
from nlu.versions import Version
from nlu.weighing import Weighed

Weigh = Callable[[Sequence[tuple[Evidence, bool]]], Awaitable[Weighed | None]]

AT_ONCE = 4
DEADLINE_S = 30.0


def known_intents() -> frozenset[str]:
    """What a sentence may mean: whatever can be offered to a customer by name, and what is acted on otherwise."""
    return frozenset({*shipped().section("intent", "en"), *SOCIAL, *CALLS, OUT_OF_SCOPE, UNCLEAR})


async def ensure_model(
    root: Path, data: Path, on_progress: OnProgress, intents: Collection[str] | None = None
) -> Version:
    """The version that is live, else the one that the sources under `root` ask for, trained if it is not there.

    The first one goes live without being compared: there is nothing it could be worse than.
    """
    live = versions.live(root, data)
    if live is not None:
        return live
    version = versions.find(root, data) or await train(root, data, on_progress, intents)
    # The id of what the sources ask for names their code too, so a model that was copied here without a note has one.
    versions.note_maker(root, version)
    versions.go_live(data, version, datetime.now(UTC), "the first model that this program can read")
    return version


async def train(
    root: Path,
    data: Path,
    on_progress: OnProgress,
    intents: Collection[str] | None = None,
    encoder: str | None = None,
) -> Version:
    """Trains the wanted version, calling `on_progress(step, done, total)` on the way.

    The steps are check, prepare, features, learn, entities and write. With `intents`, any other intent in the data is
    an error. `encoder` is one to use instead of the wanted one; an empty one is none.
    The file appears whole or not at all, so what is served stays. Raises SetupError, or TrainingFailed naming file
    and line where the data is at fault.
    """
    server, used = root / "nlu" / "server", encoders.wanted(data) if encoder is None else encoder
    version = versions.wanted(root, data, used)
    if used:
        encoders.require(server, data, used)
    sources = {"--config": root / "config.yml", "--data": root / "nlu" / "data", "--out": version.path}
    arguments = [word for option, path in sources.items() for word in (option, str(path.absolute()))]
    if intents is not None:
        arguments += ["--intents", ",".join(intents)]
    log = data / "rasa" / "train.log"
    with rotated(log) as output:
        ended = await followed(server, "train.py", arguments, encoders.surroundings(data, used), output, on_progress)
    if ended.exit_code != 0:
        problem = ended.told.get("error") or f"training ended with exit code {ended.exit_code}; see {log}"
        raise TrainingFailed(str(problem))
    versions.note_encoder(version, used)
    versions.note_maker(root, version)
    return version


def _untold(_step: str, _done: int, _total: int) -> None:
    """For nobody."""


@dataclass(slots=True)
class Calibrator:
    """Measures a model on the calibration set, once; what it found lies beside the model.

    Judged is by `brain_of`, as `bot.reference` makes them; `weigh` fits what speaks for an answer being right.
    """

    root: Path
    shop: Shop
    brain_of: BrainOf
    weigh: Weigh
    _on_progress: OnProgress = field(default=_untold, init=False)

    @contextmanager
    def shown_to(self, on_progress: OnProgress) -> Iterator[None]:
        """Whoever waits for a model looks on, and then no longer."""
        self._on_progress = on_progress
        try:
            yield
        finally:
            self._on_progress = _untold

    async def __call__(self, version: Version, endpoint: Callable[[], Endpoint | None]) -> Calibration:
        """The version's calibration, as `nlu.live.LiveModel` asks for one. Raises `NluError`."""
        files = sorted((self.root / "nlu" / "calibration_set").glob("*.jsonl"))
        basis = await asyncio.to_thread(reference.basis, self.shop, files)
        file = versions.beside(version, "calibration.json")
        known = calibration.load(file)
        if known is not None and known.basis == basis:
            return known
        if not files:
            raise SetupError(
                f"there is nothing in {self.root / 'nlu' / 'calibration_set'}: check the project out again"
            )
        try:
            cases = [case for one in files for case in read_cases(one)]
        except CaseFileError as error:
            raise SetupError(str(error)) from None
        async with aiohttp.ClientSession() as session:
            nlu = Remembered(NluClient(session, endpoint, DEADLINE_S))
            found = await self._measured(version, basis, nlu, cases)
        found.save(file)
        return found

    async def _measured(self, version: Version, basis: str, nlu: Nlu, cases: Sequence[Case]) -> Calibration:
        readings = await self._readings(nlu, cases)
        meant = [(readings[case.text], _meant(case)) for case in cases]
        softened = Calibration(version.id, basis, calibration.fitted_temperature(meant))
        sureness = Measured(lambda: softened, self.shop.understanding.wrong_answer_budget)
        found = await judged(self.brain_of(nlu, AtAnyConfidence(sureness)), cases, self._on_progress)
        said, others = [one for one in found if one.is_weighed], [one for one in found if not one.is_weighed]
        rows = [(one.evidence, not one.is_wrong) for one in said]
        weighed = await self.weigh(rows)
        if weighed is None:
            return replace(softened, trials=trials(others))
        # Weights are too sure of what they were fitted on: a threshold rests on what was said without them.
        held_out = [replace(one, likelihood=likely) for one, likely in zip(said, weighed.held_out, strict=True)]
        return replace(softened, weights=weighed.weights, trials=trials([*held_out, *others]))

    async def _readings(self, nlu: Nlu, cases: Sequence[Case]) -> dict[str, Reading]:
        """Several at once; the server has cores to spare."""
        found: dict[str, Reading] = {}
        waiting = iter(cases)

        async def reads() -> None:
            for case in waiting:
                found[case.text] = await nlu.parse(case.text)
                self._on_progress("calibrate", len(found), len(cases))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(reads())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return found


def _meant(case: Case) -> frozenset[str]:
    return frozenset(case.accept) if case.accept else frozenset({UNCLEAR})
