"""Which models there are, and an earlier one put in service again."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot import modelling, settings
from bot.settings import ROOT, Settings
from nlu import encoders, versions
from nlu.calibration import Calibration, Trial
from nlu.errors import NluError, TrainingFailed
from nlu.versions import Version

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    (tmp_path / "models").mkdir()
    return settings.read({"BATON_DATA": str(tmp_path)})


@pytest.fixture
def terminal() -> Console:
    return Console(file=StringIO(), width=200, force_terminal=False)


def made(own: Settings, name: str, *, usable: bool = True) -> Version:
    version = Version(name, own.data / "models" / f"{name}.tar.gz")
    version.path.touch()
    if usable:
        versions.note_maker(ROOT, version)
    return version


def said(terminal: Console) -> str:
    assert isinstance(terminal.file, StringIO)
    return terminal.file.getvalue()


async def test_an_earlier_model_goes_live_again_by_the_beginning_of_its_name(own: Settings, terminal: Console) -> None:
    first, second = made(own, "aa11"), made(own, "ab22")
    versions.go_live(own.data, first, NOW)
    versions.go_live(own.data, second, NOW + timedelta(hours=1))
    await modelling.use(own, terminal, "aa", "the new one mistakes returns")
    assert versions.live(ROOT, own.data) == first
    assert versions.history(own.data)[-1].reason == "the new one mistakes returns"
    assert "model aa11 is live" in said(terminal)


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        ("a", "several models begin with a: see `baton models`"),
        ("zz", "no model begins with zz: see `baton models`"),
        ("old", "model old33 was made by another version of Baton: run `baton train`"),
    ],
)
async def test_a_model_that_cannot_go_live_is_refused_and_nothing_changes(
    own: Settings, terminal: Console, named: str, problem: str
) -> None:
    for name in ("aa11", "ab22"):
        made(own, name)
    made(own, "old33", usable=False)
    with pytest.raises(TrainingFailed, match=problem):
        await modelling.use(own, terminal, named, "why not")
    assert versions.history(own.data) == []


async def test_the_way_back_from_an_encoder_needs_no_training_and_no_encoder(own: Settings, terminal: Console) -> None:
    plain = versions.wanted(ROOT, own.data)
    made(own, plain.id)
    dense = made(own, "dd44")
    versions.note_encoder(dense, "e1")
    encoders.want(own.data, "e1")
    versions.go_live(own.data, dense, NOW)
    await modelling.remove_encoder(own, terminal)
    assert versions.live(ROOT, own.data) == plain == versions.wanted(ROOT, own.data)
    assert versions.history(own.data)[-1].reason == "without an encoder"
    assert f"model {plain.id} is live" in said(terminal)


async def test_an_encoder_is_a_folder_or_a_name(own: Settings, terminal: Console) -> None:
    with pytest.raises(TrainingFailed, match="no-such-folder is neither a folder here nor a name such as"):
        await modelling.add_encoder(own, terminal, "no-such-folder", None, None)
    assert encoders.wanted(own.data) == ""
    (own.data / "some-folder").mkdir()
    with pytest.raises(NluError, match=r"some-folder cannot be used: modules\.json is missing|setup\.sh dense"):
        await modelling.add_encoder(own, terminal, str(own.data / "some-folder"), None, None)
    assert (own.data / "some-folder").is_dir()
    assert versions.history(own.data) == []


async def test_a_stored_encoder_that_is_named_as_a_folder_survives_the_refusal(
    own: Settings, terminal: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "require_packages", lambda server: None)
    stored = own.data / "encoders" / "e1"
    stored.mkdir(parents=True)
    with pytest.raises(NluError, match="e1 cannot be used"):
        await modelling.add_encoder(own, terminal, str(stored), None, None)
    assert stored.is_dir()


async def test_every_model_is_listed_with_what_was_measured_and_when_and_why_it_went_live(
    own: Settings, terminal: Console
) -> None:
    live, other = made(own, "aa11"), made(own, "ab22")
    made(own, "old33", usable=False)
    versions.go_live(own.data, other, NOW, "a first try")
    versions.go_live(own.data, live, NOW + timedelta(days=1), "better at returns")
    trials = {"en": {"answer": (*[Trial(0.625, True)] * 299, Trial(0.625, False))}}
    Calibration("aa11", "b1", 1.2, trials).save(versions.beside(live, "calibration.json"))  # type: ignore[arg-type]
    await modelling.models(own, terminal)
    rows = {
        name: next(line for line in said(terminal).splitlines() if name in line) for name in ("aa11", "ab22", "old33")
    }
    assert (
        "live" in rows["aa11"] and "2026-11-21T03:00:00+00:00" in rows["aa11"] and "better at returns" in rows["aa11"]
    )
    assert "never  never  0.62" in rows["aa11"] and "0/0  0/0  1/300" in rows["aa11"]
    assert "a first try" in rows["ab22"] and "live" not in rows["ab22"]
    assert "made by another version of Baton" in rows["old33"]
