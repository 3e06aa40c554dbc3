from pathlib import Path

import pytest

from nlu import versions
from nlu.errors import SetupError

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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "project"


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
