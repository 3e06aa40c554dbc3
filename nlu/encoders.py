"""Sentence encoders of an installation: where they lie, which one is wanted, how a folder becomes one.

data/encoders/<id>/          a checked and converted encoder, named by what is in it; never changed
data/encoders/wanted.json    {"encoder": id}: what the next training uses; absent by default
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nlu import whole
from nlu.errors import SetupError, TrainingFailed
from nlu.launching import OnProgress, followed, rotated

FOLDER, WANTED = "encoders", "wanted.json"
PACKAGES = ("onnx", "onnxruntime", "tokenizers")
INSTALL = "run `requirements/setup.sh dense`"


@dataclass(frozen=True, slots=True)
class Added:
    """An encoder that was stored; `precision` is int8 or, where that would change too much, fp32."""

    id: str
    size_bytes: int
    precision: str


def folder_of(data: Path) -> Path:
    """Where the encoders lie."""
    return data / FOLDER


def wanted(data: Path) -> str:
    """The encoder that the next training uses; empty where it uses none. Raises SetupError where the note is broken."""
    note = folder_of(data) / WANTED
    try:
        found = json.loads(note.read_text(encoding="utf-8"))["encoder"]
    except FileNotFoundError:
        return ""
    except (ValueError, TypeError, KeyError):
        found = None
    if not isinstance(found, str) or not found.isalnum():
        raise SetupError(f"{note} is broken: remove it, or run `baton models add` again")
    return found


def want(data: Path, encoder: str) -> None:
    """From now on trainings use this encoder; with an empty one, none."""
    note = folder_of(data) / WANTED
    if not encoder:
        note.unlink(missing_ok=True)
        return
    note.parent.mkdir(parents=True, exist_ok=True)
    whole.write(note, json.dumps({"encoder": encoder}))


def require(server_dir: Path, data: Path, encoder: str) -> None:
    """Raises SetupError where this encoder or what runs it is not here."""
    require_packages(server_dir)
    if not (folder_of(data) / encoder).is_dir():
        raise SetupError(
            f"the encoder {encoder} is not in {folder_of(data)}: run `baton models add` with the same encoder again, "
            "or `baton models remove-encoder` to do without"
        )


def require_packages(server_dir: Path) -> None:
    """Raises SetupError where the packages that encoders need are not installed."""
    libraries = server_dir / ".venv" / "lib"
    if not all(any(libraries.glob(f"python*/site-packages/{name}")) for name in PACKAGES):
        raise SetupError(f"sentence encoders need packages that are not installed: {INSTALL}")


def surroundings(data: Path, encoder: str = "") -> dict[str, str]:
    """The environment variables by which a child finds encoders, and by which a training uses one."""
    where = {"BATON_ENCODERS": str(folder_of(data).absolute())}
    return where | {"BATON_ENCODER": encoder} if encoder else where


async def add(root: Path, data: Path, source: Path, name: str, prefix: str | None, on_progress: OnProgress) -> Added:
    """Checks, converts and stores a folder that sentence-transformers saved, in Rasa's environment.

    Raises SetupError where packages are missing, and TrainingFailed where the folder is at fault; it says why.
    """
    server, log = root / "nlu" / "server", data / "rasa" / "encoder.log"
    require_packages(server)
    arguments = _absolute({"--folder": source, "--encoders": folder_of(data)})
    given = [f"--name={name}", *([] if prefix is None else [f"--prefix={prefix}"])]
    with rotated(log) as output:
        ended = await followed(server, "add_encoder.py", [*arguments, *given], {}, output, on_progress)
    if ended.exit_code != 0:
        problem = ended.told.get("error") or f"its checker ended with exit code {ended.exit_code}; see {log}"
        raise TrainingFailed(f"{name} cannot be used: {problem}")
    return Added(str(ended.told["encoder"]), int(ended.told["bytes"]), str(ended.told["precision"]))


def _absolute(folders: Mapping[str, Path]) -> list[str]:
    return [word for option, folder in folders.items() for word in (option, str(folder.absolute()))]
