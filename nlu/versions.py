"""Models are named by what they were made from, so that equal sources never train twice and old ones never serve."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlu.errors import SetupError

ID_LENGTH = 12
_RASA = re.compile(r"^rasa==(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Version:
    """A model's id and the file where it lies, or will lie once trained."""

    id: str
    path: Path

    @property
    def exists(self) -> bool:
        """Whether it has been trained."""
        return self.path.is_file()


def wanted(project_root: Path, data_dir: Path) -> Version:
    """The version that the project's sources ask for; raises SetupError where they are incomplete."""
    digest = hashlib.sha256()
    for path in _sources(project_root):
        # Name and length first: no two sets of files may look alike in a row.
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project_root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    digest.update(_rasa_version(project_root).encode())
    version_id = digest.hexdigest()[:ID_LENGTH]
    return Version(version_id, data_dir / "models" / f"{version_id}.tar.gz")


def find(project_root: Path, data_dir: Path) -> Version | None:
    """The wanted version if it has been trained."""
    version = wanted(project_root, data_dir)
    return version if version.exists else None


def _sources(project_root: Path) -> Iterator[Path]:
    nlu = project_root / "nlu"
    yield _required(project_root / "config.yml")
    training_data = sorted((nlu / "data").glob("*.yml"))
    if not training_data:
        raise SetupError(f"there is no training data in {nlu / 'data'}: check the project out again")
    yield from training_data
    yield from sorted(path for path in (nlu / "server" / "components").iterdir() if path.suffix in (".py", ".txt"))
    yield _required(nlu / "folding.py")
    yield _required(nlu / "folding_table.py")


def _rasa_version(project_root: Path) -> str:
    requirements = _required(project_root / "nlu" / "server" / "requirements.txt")
    found = _RASA.search(requirements.read_text(encoding="utf-8"))
    if found is None:
        raise SetupError(f"{requirements} pins no version of Rasa: run `make lock`")
    return found[1]


def _required(path: Path) -> Path:
    if not path.is_file():
        raise SetupError(f"{path} is missing: check the project out again")
    return path
