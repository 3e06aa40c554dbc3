"""Models are named by what they were made from, so that equal sources never train twice and old ones never serve."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from nlu import encoders, whole
from nlu.errors import SetupError

ID_LENGTH = 12
LIVE = "live.json"
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


@dataclass(frozen=True, slots=True)
class Promotion:
    """A model's going live: which, when, and why (ISO 8601; `reason` is a person's words, or none)."""

    model: str
    at: str
    reason: str = ""


def wanted(project_root: Path, data_dir: Path, encoder: str | None = None) -> Version:
    """The version that the project's sources ask for with the wanted encoder; raises SetupError where they cannot.

    `encoder` is one to use instead; an empty one is none.
    """
    content = [_required(project_root / "config.yml"), *_training_data(project_root)]
    used = encoders.wanted(data_dir) if encoder is None else encoder
    made_with = _rasa_version(project_root) + (f" encoder {used}" if used else "")
    return _version(data_dir, _digest(project_root, [*content, *_code(project_root)], made_with))


def code(project_root: Path) -> str:
    """Names what reads models: one made by other code cannot be trusted to load."""
    return _digest(project_root, _code(project_root), _rasa_version(project_root))


def live(project_root: Path, data_dir: Path) -> Version | None:
    """The version that answers customers, if there is one that the present code can read."""
    turns = history(data_dir)
    if not turns:
        return None
    version = _version(data_dir, turns[-1].model)
    return version if version.exists and made_by(version) == code(project_root) else None


def history(data_dir: Path) -> list[Promotion]:
    """Every going live, oldest first; raises SetupError where the file is broken."""
    file = data_dir / "models" / LIVE
    try:
        return [Promotion(**turn) for turn in json.loads(file.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        raise SetupError(f"{file} is broken: remove it and run `baton train`") from None


def go_live(data_dir: Path, version: Version, now: datetime, reason: str = "") -> None:
    """From now on this version answers; running servers change over by themselves."""
    turns = [*history(data_dir), Promotion(version.id, now.isoformat(timespec="seconds"), reason)]
    told = json.dumps([asdict(turn) for turn in turns], ensure_ascii=False, indent=1)
    whole.write(data_dir / "models" / LIVE, told)


def note_maker(project_root: Path, version: Version) -> None:
    """Remembers beside a fresh model what code made it."""
    beside(version, "code").write_text(code(project_root), encoding="utf-8")


def made_by(version: Version) -> str | None:
    """What `note_maker` remembered."""
    file = beside(version, "code")
    return file.read_text(encoding="utf-8") if file.is_file() else None


def note_encoder(version: Version, encoder: str) -> None:
    """Remembers beside a fresh model which encoder it reads with; an empty one is none."""
    note = beside(version, "encoder")
    if encoder:
        note.write_text(encoder, encoding="utf-8")
    else:
        note.unlink(missing_ok=True)


def encoder_of(version: Version) -> str:
    """What `note_encoder` remembered."""
    note = beside(version, "encoder")
    return note.read_text(encoding="utf-8") if note.is_file() else ""


def beside(version: Version, kind: str) -> Path:
    """Where something that belongs to a model lies."""
    return version.path.with_name(f"{version.id}.{kind}")


def trained(data_dir: Path) -> list[Version]:
    """Every model there is, newest first."""
    files = sorted((data_dir / "models").glob("*.tar.gz"), key=lambda file: -file.stat().st_mtime)
    return [Version(file.name.removesuffix(".tar.gz"), file) for file in files if not file.name.startswith(".")]


def find(project_root: Path, data_dir: Path) -> Version | None:
    """The wanted version if it has been trained."""
    version = wanted(project_root, data_dir)
    return version if version.exists else None


def _version(data_dir: Path, version_id: str) -> Version:
    return Version(version_id, data_dir / "models" / f"{version_id}.tar.gz")


def _digest(project_root: Path, files: Iterable[Path], made_with: str) -> str:
    digest = hashlib.sha256()
    for path in files:
        # Name and length first: no two sets of files may look alike in a row.
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project_root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    digest.update(made_with.encode())
    return digest.hexdigest()[:ID_LENGTH]


def _training_data(project_root: Path) -> list[Path]:
    found = sorted((project_root / "nlu" / "data").glob("*.yml"))
    if not found:
        raise SetupError(f"there is no training data in {project_root / 'nlu' / 'data'}: check the project out again")
    return found


def _code(project_root: Path) -> Iterator[Path]:
    nlu = project_root / "nlu"
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
