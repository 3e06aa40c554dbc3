import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import training
from nlu import encoders, versions
from nlu.errors import SetupError
from nlu.versions import Promotion, Version

FILES = {
    "config.yml": "pipeline: []",
    "nlu/data/en.yml": "nlu: []",
    "nlu/data/zh-TW.yml": "nlu: []",
    "nlu/folding.py": "",
    "nlu/folding_table.py": "",
    "nlu/server/requirements.txt": "raqm==1\nrasa==3.6.21 \\\n    --hash=sha256:0\n",
    "nlu/server/components/classifier.py": "",
    "nlu/server/components/lexicon.txt": "",
}
NOW = datetime(2026, 11, 20, 3, 0, 59, 123, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "project"


def made(data: Path, name: str, root: Path | None = None) -> Version:
    """A model, made by the code under `root` or by nobody knows what."""
    version = Version(name, data / "models" / f"{name}.tar.gz")
    version.path.parent.mkdir(exist_ok=True)
    version.path.touch()
    if root is not None:
        versions.note_maker(root, version)
    return version


def test_equal_sources_have_equal_ids_wherever_they_lie(root: Path, tmp_path: Path) -> None:
    before = versions.wanted(root, tmp_path)
    moved = root.rename(tmp_path / "elsewhere")
    assert versions.wanted(moved, tmp_path) == before
    assert before.path == tmp_path / "models" / f"{before.id}.tar.gz"


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"nlu/server/requirements.txt"}))
def test_any_changed_source_asks_for_another_model(root: Path, tmp_path: Path, name: str) -> None:
    before = versions.wanted(root, tmp_path)
    path = root / name
    path.write_text(path.read_text() + "# more")
    assert versions.wanted(root, tmp_path) != before


def test_another_rasa_asks_for_another_model(root: Path, tmp_path: Path) -> None:
    before = versions.wanted(root, tmp_path)
    (root / "nlu/server/requirements.txt").write_text("rasa==3.6.22")
    assert versions.wanted(root, tmp_path) != before


def test_a_sentence_moved_to_another_file_asks_for_another_model(root: Path, tmp_path: Path) -> None:
    before = versions.wanted(root, tmp_path)
    (root / "nlu/data/en.yml").rename(root / "nlu/data/fr.yml")
    assert versions.wanted(root, tmp_path) != before


def test_another_encoder_asks_for_another_model_and_none_for_the_first_again(root: Path, tmp_path: Path) -> None:
    before = versions.wanted(root, tmp_path)
    encoders.want(tmp_path, "e1")
    first = versions.wanted(root, tmp_path)
    encoders.want(tmp_path, "e2")
    assert len({before, first, versions.wanted(root, tmp_path)}) == 3
    assert versions.wanted(root, tmp_path, "e1") == first
    assert versions.wanted(root, tmp_path, "") == before
    encoders.want(tmp_path, "")
    assert versions.wanted(root, tmp_path) == before


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"[]", b"{}", b'{"encoder": 7}', b'{"encoder": "../x"}', b"\xff"]
)
def test_a_broken_note_of_the_wanted_encoder_is_named(root: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "encoders").mkdir()
    (tmp_path / "encoders" / "wanted.json").write_bytes(content)
    with pytest.raises(SetupError, match=r"wanted\.json is broken: remove it, or run `baton models add` again"):
        versions.wanted(root, tmp_path)


def test_a_model_is_found_once_its_file_is_there(root: Path, tmp_path: Path) -> None:
    assert versions.find(root, tmp_path) is None
    wanted = versions.wanted(root, tmp_path)
    assert not wanted.exists
    wanted.path.parent.mkdir()
    wanted.path.touch()
    assert versions.find(root, tmp_path) == wanted
    assert wanted.exists


@pytest.mark.parametrize("name", ["config.yml", "nlu/folding.py", "nlu/server/requirements.txt"])
def test_a_missing_source_is_named(root: Path, tmp_path: Path, name: str) -> None:
    (root / name).unlink()
    with pytest.raises(SetupError, match=Path(name).name):
        versions.wanted(root, tmp_path)


def test_missing_training_data_is_named(root: Path, tmp_path: Path) -> None:
    for path in (root / "nlu/data").iterdir():
        path.unlink()
    with pytest.raises(SetupError, match="training data"):
        versions.wanted(root, tmp_path)


def test_an_unpinned_rasa_is_an_error_that_says_what_to_do(root: Path, tmp_path: Path) -> None:
    (root / "nlu/server/requirements.txt").write_text("rasa\n")
    with pytest.raises(SetupError, match="make lock"):
        versions.wanted(root, tmp_path)


@pytest.mark.parametrize("name", sorted(name for name in FILES if name.startswith(("nlu/folding", "nlu/server"))))
def test_what_reads_models_is_code_of_its_own(root: Path, name: str) -> None:
    before = versions.code(root)
    path = root / name
    path.write_text(path.read_text().replace("3.6.21", "3.6.22") + "# more")
    assert versions.code(root) != before


@pytest.mark.parametrize("name", ["config.yml", "nlu/data/en.yml"])
def test_what_models_are_made_from_is_no_code_that_reads_them(root: Path, name: str) -> None:
    before = versions.code(root)
    (root / name).write_text("something else")
    assert versions.code(root) == before


def test_the_model_that_went_live_last_answers(root: Path, tmp_path: Path) -> None:
    assert versions.live(root, tmp_path) is None
    assert versions.history(tmp_path) == []
    first, second = made(tmp_path, "m1", root), made(tmp_path, "m2", root)
    versions.go_live(tmp_path, first, NOW, "更好的句子")
    assert versions.live(root, tmp_path) == first
    versions.go_live(tmp_path, second, NOW + timedelta(days=1))
    assert versions.live(root, tmp_path) == second
    versions.go_live(tmp_path, first, NOW + timedelta(days=2), "back")
    assert versions.live(root, tmp_path) == first
    assert versions.history(tmp_path) == [
        Promotion("m1", "2026-11-20T03:00:59+00:00", "更好的句子"),
        Promotion("m2", "2026-11-21T03:00:59+00:00"),
        Promotion("m1", "2026-11-22T03:00:59+00:00", "back"),
    ]
    assert not [path for path in (tmp_path / "models").iterdir() if path.name.startswith(".")]


def test_a_model_that_other_code_made_does_not_answer(root: Path, tmp_path: Path) -> None:
    version = made(tmp_path, "m1", root)
    versions.go_live(tmp_path, version, NOW)
    (root / "nlu/folding.py").write_text("# other code")
    assert versions.live(root, tmp_path) is None
    (root / "nlu/folding.py").write_text("")
    assert versions.live(root, tmp_path) == version


def test_a_model_of_unknown_making_or_a_lost_one_does_not_answer(root: Path, tmp_path: Path) -> None:
    unknown, lost = made(tmp_path, "m1"), made(tmp_path, "m2", root)
    versions.go_live(tmp_path, unknown, NOW)
    assert versions.live(root, tmp_path) is None
    versions.go_live(tmp_path, lost, NOW)
    lost.path.unlink()
    assert versions.live(root, tmp_path) is None


def test_changed_sentences_leave_the_live_model_where_it_is(root: Path, tmp_path: Path) -> None:
    version = versions.wanted(root, tmp_path)
    made(tmp_path, version.id, root)
    versions.go_live(tmp_path, version, NOW)
    (root / "nlu/data/en.yml").write_text("nlu: [more]")
    assert versions.find(root, tmp_path) is None
    assert versions.live(root, tmp_path) == version


@pytest.mark.parametrize("content", [b"", b"nonsense", b"null", b'["m1"]', b'[{"model": "m1"}]', b"[{}]", b"\xff"])
def test_a_broken_list_of_live_models_is_named_and_stays_as_it_is(root: Path, tmp_path: Path, content: bytes) -> None:
    version, file = made(tmp_path, "m1", root), tmp_path / "models" / "live.json"
    file.write_bytes(content)
    for use in (
        lambda: versions.live(root, tmp_path),
        lambda: versions.history(tmp_path),
        lambda: versions.go_live(tmp_path, version, NOW),
    ):
        with pytest.raises(SetupError, match=r"live\.json is broken: remove it and run `baton train`"):
            use()
    assert file.read_bytes() == content


def test_models_are_listed_newest_first_and_nothing_else_is(root: Path, tmp_path: Path) -> None:
    assert versions.trained(tmp_path) == []
    old, new = made(tmp_path, "m1", root), made(tmp_path, "m2", root)
    os.utime(old.path, (1, 1))
    made(tmp_path, ".unfinished")
    versions.go_live(tmp_path, old, NOW)
    assert versions.trained(tmp_path) == [new, old]


async def test_a_model_that_was_copied_here_without_a_note_goes_live_once(root: Path, tmp_path: Path) -> None:
    version = versions.wanted(root, tmp_path)
    made(tmp_path, version.id)
    for _ in range(2):
        assert await training.ensure_model(root, tmp_path, lambda step, done, total: None) == version
    assert versions.live(root, tmp_path) == version
    assert [turn.model for turn in versions.history(tmp_path)] == [version.id]
