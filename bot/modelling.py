"""`baton train`, `baton evaluate` and `baton models`: how a model is made, judged and put in service."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot import demo as demo_shop
from bot import evaluation, gate, reference, report
from bot import progress as showing
from bot import shop as shops
from bot.app import Parts, opened
from bot.asking import with_articles
from bot.evaluation import AtAnyConfidence, Evaluation, Remembered
from bot.settings import ROOT, Settings
from bot.shop import LANGUAGES
from nlu import calibration, encoders, hub, versions
from nlu.errors import NluError, TrainingFailed
from nlu.launching import OnProgress
from nlu.versions import Version

FROZEN = ROOT / "nlu" / "frozen"


class NotBetter(NluError):
    """A model breaks a promise that the live one keeps; it stays out of service."""


async def train(settings: Settings, terminal: Console, reason: str | None, encoder: str | None = None) -> None:
    """A new model, measured and compared with the live one; it goes live where no promise is broken, or for `reason`.

    `encoder` is one to use from now on, if the model goes live.
    Raises `NotBetter`, or `TrainingFailed` where the data is at fault; the live model stays in both cases.
    """
    before = versions.live(ROOT, settings.data)
    version = await showing.trained(ROOT, settings.data, terminal, always=True, encoder=encoder)
    async with showing.shown(terminal) as on_progress:
        candidate = await _evaluated(settings, version, on_progress)
        problems: list[str] = []
        if before is not None and before.id != version.id:
            problems = gate.broken(await _evaluated(settings, before, on_progress), candidate)
    terminal.print(
        report.table(evaluation.everyday(candidate.sets), title=f"model {version.id}, frozen everyday messages")
    )
    for problem in problems:
        terminal.print(f"[yellow]worse than {before.id if before else ''}:[/] {problem}", soft_wrap=True)
    if problems and reason is None:
        raise NotBetter(
            f"model {version.id} stays out of service; mend the sentences, or take it with --force and a reason"
        )
    if encoder is not None:
        encoders.want(settings.data, encoder)
    versions.go_live(settings.data, version, datetime.now(UTC), reason or "")
    terminal.print(f"model {version.id} is live; running servers change over by themselves")


async def add_encoder(
    settings: Settings, terminal: Console, source: str, prefix: str | None, reason: str | None
) -> None:
    """From a folder or a hub's `org/name` to a live model that reads with it; the gate is that of `train`.

    Raises `TrainingFailed` where it cannot be used, `SetupError` where something is missing here, `NotBetter` where
    the model is worse. In each case nothing has changed but that the encoder may lie in `data/encoders`.
    """
    given = Path(source).expanduser()
    if not given.is_dir() and not hub.is_name(source):
        raise TrainingFailed(f"{source} is neither a folder here nor a name such as intfloat/multilingual-e5-small")
    encoders.require_packages(ROOT / "nlu" / "server")
    if given.is_dir():
        name = given.resolve().name
        added = await encoders.add(ROOT, settings.data, given, name, prefix, _steps_told(terminal))
    else:
        name, fetched = source, encoders.folder_of(settings.data) / f".fetched-{source.replace('/', '--')}"
        await hub.fetch(source, fetched, _bytes_told(terminal))
        try:
            added = await encoders.add(ROOT, settings.data, fetched, name, prefix, _steps_told(terminal))
        finally:
            shutil.rmtree(fetched)  # it is whole: were it kept, what the hub mends would never be seen
    terminal.print(f"encoder {added.id}: {name}, {added.precision}, {added.size_bytes / 1e6:.0f} MB", soft_wrap=True)
    await train(settings, terminal, reason, added.id)


async def remove_encoder(settings: Settings, terminal: Console) -> None:
    """Back to a model without an encoder, whatever the live one is; trained where it is missing."""
    version = versions.wanted(ROOT, settings.data, "")
    if not version.exists or versions.made_by(version) != versions.code(ROOT):
        version = await showing.trained(ROOT, settings.data, terminal, always=True, encoder="")
    encoders.want(settings.data, "")
    versions.go_live(settings.data, version, datetime.now(UTC), "without an encoder")
    terminal.print(f"model {version.id} is live; running servers change over by themselves")
    terminal.print(f"encoders stay in {encoders.folder_of(settings.data)} for earlier models", soft_wrap=True)


_ENCODER_STEPS = {
    "encoder-check": "checking the folder …",
    "encoder-convert": "reading the weights …",
    "encoder-try": "reading a few sentences …",
    "encoder-quantise": "making it small and quick …",
}


def _steps_told(terminal: Console) -> OnProgress:
    return lambda step, done, total: terminal.print(_ENCODER_STEPS[step])


def _bytes_told(terminal: Console) -> hub.OnBytes:
    """A line for each file, and of a large one for each tenth."""
    told: dict[str, int] = {}

    def tell(file: str, here: int, whole: int) -> None:
        tenths = 10 * here // max(whole, 1)
        if tenths > told.get(file, -1):
            told[file] = tenths if whole > 10_000_000 else 10
            terminal.print(f"fetching {file}: {here / 1e6:.1f} of {whole / 1e6:.1f} MB", soft_wrap=True)

    return tell


async def evaluate(
    settings: Settings, terminal: Console, file: Path | None, html: Path | None, *, as_json: bool
) -> None:
    """The live model on a file of cases, or on the frozen sets. Raises `CaseFileError`."""
    version = await showing.trained(ROOT, settings.data, terminal, always=False)
    sets = {file.stem: evaluation.read_cases(file)} if file is not None else evaluation.frozen_cases(FROZEN)
    found, free = {}, {}
    async with showing.shown(terminal) as on_progress, _loaded(settings, version, on_progress) as parts:
        # The frozen messages' labels name the starter articles; a shop's own file is about what the shop has.
        brain_of, nlu = parts.brain_of if file is not None else parts.calibrator.brain_of, Remembered(parts.nlu)
        brain, free_brain = brain_of(nlu, parts.sureness), brain_of(nlu, AtAnyConfidence(parts.sureness))
        for name, cases in sets.items():
            found[name] = await evaluation.judged(brain, cases, on_progress)
            free[name] = await evaluation.judged(free_brain, cases, on_progress)
    model, budget = version.id, parts.shop.understanding.wrong_answer_budget
    if html is not None:
        some, at_any = (found[file.stem], free[file.stem]) if file else map(evaluation.everyday, (found, free))
        html.write_text(report.page(some, model=model, budget=budget, at_any=at_any), encoding="utf-8")
        terminal.print(f"written to {html}", soft_wrap=True)
    if as_json:
        told = {name: report.told(some, model=model, budget=budget, at_any=free[name]) for name, some in found.items()}
        print(json.dumps(told[file.stem] if file else told, ensure_ascii=False))
        return
    for name, some in found.items():
        terminal.print(report.table(some, title=f"model {version.id}, {name}"))


async def models(settings: Settings, terminal: Console) -> None:
    """Every model, newest first, with what is measured of it."""
    budget = shops.load(settings.shop_file).understanding.wrong_answer_budget
    live, went = versions.live(ROOT, settings.data), versions.history(settings.data)
    code = versions.code(ROOT)
    table = Table("model", "", "answers from", "of answers wrong", "last went live", "because")
    for version in versions.trained(settings.data):
        last = next((one for one in reversed(went) if one.model == version.id), None)
        usable = versions.made_by(version) == code
        state = "live" if live and version.id == live.id else "" if usable else "made by another version of Baton"
        if encoder := versions.encoder_of(version):
            state = f"{state}, encoder {encoder}".removeprefix(", ")
        known = calibration.load(versions.beside(version, "calibration.json"))
        choices = [known.choice(language, "answer", budget) for language in LANGUAGES] if known else []
        starts = "  ".join(f"{choice.threshold:.2f}" if choice.possible else "never" for choice in choices)
        share = "  ".join(f"{choice.wrong}/{choice.answered}" for choice in choices)
        table.add_row(version.id, state, starts, share, last.at if last else "", last.reason if last else "")
    terminal.print(table)
    terminal.print(f"answers from, of answers wrong: on the calibration set, {', '.join(LANGUAGES)}")


async def use(settings: Settings, terminal: Console, model: str, reason: str) -> None:
    """An earlier model goes live again. Raises `TrainingFailed` where it cannot."""
    found = [version for version in versions.trained(settings.data) if version.id.startswith(model)]
    if len(found) != 1:
        raise TrainingFailed(
            f"{'several models begin' if found else 'no model begins'} with {model}: see `baton models`"
        )
    if versions.made_by(found[0]) != versions.code(ROOT):
        raise TrainingFailed(f"model {found[0].id} was made by another version of Baton: run `baton train`")
    versions.go_live(settings.data, found[0], datetime.now(UTC), reason)
    terminal.print(f"model {found[0].id} is live; running servers change over by themselves")


async def _evaluated(settings: Settings, version: Version, on_progress: OnProgress) -> Evaluation:
    """A version's judgement on the frozen sets; made once for each state of what it rests on."""
    shop = shops.load(settings.shop_file)
    basis = reference.basis(shop, sorted(FROZEN.glob("*.jsonl")), budget=shop.understanding.wrong_answer_budget)
    file, sets = versions.beside(version, "evaluation.json"), evaluation.frozen_cases(FROZEN)
    if known := evaluation.load(file, basis, sets):
        return known
    async with _loaded(settings, version, on_progress) as parts:
        brain = parts.calibrator.brain_of(parts.nlu, parts.sureness)
        judged = {name: tuple(await evaluation.judged(brain, cases, on_progress)) for name, cases in sets.items()}
    made = Evaluation(basis, judged)
    made.save(file)
    return made


@asynccontextmanager
async def _loaded(settings: Settings, version: Version, on_progress: OnProgress) -> AsyncIterator[Parts]:
    """This version, loaded and calibrated."""
    async with with_articles(settings) as (usable, is_new), opened(usable, version, owner=False) as parts:
        if is_new:
            await parts.database.write(demo_shop.seed, parts.clock.now())
        with parts.calibrator.shown_to(on_progress):
            await parts.live.wait_ready(showing.READY_S)
        yield parts
