"""One file that holds an installation, and an installation out of one file.

A backup is a tar.gz of the database, the uploaded files, the signing key and the shop's rules. Its last member,
`manifest.json`, names every other one with its hash, so that a file that was cut off has none.

BackupError
├── NotABackup      damaged, cut off, or something else
├── NotNow          there is data already, and nobody said that it may be replaced
└── TooNew          made by a newer program
"""

import hashlib
import io
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from alembic.script import ScriptDirectory
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from bot import datafolder, dumps
from bot import settings as settings_of
from bot.datafolder import Move
from bot.dumps import Dumps, PostgresDumps, SqliteDumps
from bot.settings import BOT_MIGRATIONS, Settings
from handoff.db import MIGRATIONS
from nlu import encoders, versions

MANIFEST = "manifest.json"
SECRET = "secret"  # noqa: S105  a file's name
SHOP = "shop.yml"
SHOP_ASIDE = "shop.restored.yml"
FILES, MODELS, ENCODERS = "files", "models", encoders.FOLDER
POINTERS = (Path(MODELS, versions.LIVE), Path(ENCODERS, encoders.WANTED))
"""Which of the models answers, and with what the next one is made."""
UNFINISHED = ".part"
DATABASE: dict[dumps.Kind, str] = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
CHUNK = 1024 * 1024


class BackupError(Exception):
    """No backup, or no restore; nothing was changed. The sentence says why and what to do."""


class NotABackup(BackupError):
    """The file is damaged, cut off, or something else."""


class NotNow(BackupError):
    """There is data already, and nobody said that it may be replaced."""


class TooNew(BackupError):
    """The program that made it was newer than this one."""


class Member(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What is inside. `heads` are the newest migrations that the database had seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    version: str
    made_at: AwareDatetime
    database: dumps.Kind
    heads: tuple[str, ...]
    members: dict[str, Member]


@dataclass(frozen=True, slots=True)
class Restored:
    """`notes` are sentences about what is left for a person to do."""

    manifest: Manifest
    notes: tuple[str, ...]


def create(settings: Settings, file: Path, now: datetime, *, with_models: bool = False) -> Manifest:
    """Write the installation to a new `file` for its owner's eyes only, whole or not at all, while servers go on.

    Raises `BackupError`, `DumpError` and `FolderInUse`.
    """
    file = file.absolute()
    if file.exists():
        raise BackupError(f"{file} exists already; choose another name")
    try:
        with datafolder.in_use(settings.data), _beside(file.parent) as folder:
            manifest = _write(settings, folder, folder / "archive", now, with_models)
            (folder / "archive").replace(file)
            return manifest
    except OSError as error:
        raise BackupError(f"the backup cannot be written: {error}") from error


def restore(settings: Settings, file: Path, *, force: bool = False) -> Restored:
    """Put everything of a backup in place of what is there, or change nothing at all.

    Without `force` only where there is no data yet. Raises `BackupError`, `DumpError` and `FolderInUse`.
    """
    try:
        with datafolder.alone(settings.data):
            database = dumps.of(settings.database_url)
            if not force and _has_data(settings, database):
                raise NotNow("there is data already; --force replaces it")
            with _beside(settings.data) as folder:
                manifest = _unpack(file, folder)
                _require_fit(manifest, database, folder)
                database.require_alone()
                return Restored(manifest, _put(settings, database, folder))
    except OSError as error:
        raise BackupError(f"the backup cannot be restored: {error}") from error


def _write(settings: Settings, folder: Path, archive: Path, now: datetime, with_models: bool) -> Manifest:
    database = dumps.of(settings.database_url)
    dumped = folder / DATABASE[database.kind]
    # The database first: whatever file it speaks of lies there already.
    heads = database.dump(dumped)
    members: dict[str, Member] = {}
    with _private(archive) as raw, tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as tar:
        members[dumped.name] = _add(tar, dumped.name, dumped)
        members[SHOP] = _add(tar, SHOP, settings.shop_file)
        members[SECRET] = _add_bytes(tar, SECRET, settings_of.secret_key(settings.data).encode(), now)
        for name in [FILES, MODELS, ENCODERS] if with_models else [FILES]:
            for path in _content(settings.data / name):
                member = f"{name}/{path.relative_to(settings.data / name).as_posix()}"
                try:
                    members[member] = _add(tar, member, path)
                except FileNotFoundError:
                    continue  # erased since it was listed
        manifest = Manifest(
            version=metadata.version("baton"),
            made_at=now,
            database=database.kind,
            heads=tuple(heads),
            members=members,
        )
        _add_bytes(tar, MANIFEST, manifest.model_dump_json(indent=2).encode(), now)
    return manifest


def _content(folder: Path) -> Iterator[Path]:
    """Whole files only, not what is still being received or made."""
    for path in sorted(folder.rglob("*")):
        is_whole = not any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and is_whole and not path.name.endswith(UNFINISHED):
            yield path


def _add(tar: tarfile.TarFile, name: str, path: Path) -> Member:
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        return _added(tar, name, file, state.st_size, state.st_mtime)


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes, now: datetime) -> Member:
    return _added(tar, name, io.BytesIO(content), len(content), now.timestamp())


def _added(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int, changed_at: float) -> Member:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, int(changed_at), 0o600
    hashed = _Hashed(file)
    tar.addfile(entry, hashed)
    return Member(bytes=size, sha256=hashed.digest.hexdigest())


class _Hashed:
    """Hashes what is read from a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _has_data(settings: Settings, database: Dumps) -> bool:
    return not database.is_empty or any(_content(settings.data / FILES))


def _unpack(file: Path, folder: Path) -> Manifest:
    """Write every member into `folder` and hold it against the manifest. Raises `NotABackup`."""
    found: dict[str, Member] = {}
    try:
        with tarfile.open(file, "r:gz") as tar:
            for entry in tar:
                _require_ours(entry, file)
                if entry.name in found:
                    raise NotABackup(f"{file} holds {entry.name} twice")
                found[entry.name] = _extract(tar, entry, folder / entry.name)
            _read_to_the_end(tar)
    except (tarfile.TarError, EOFError, zlib.error, UnicodeError):
        raise NotABackup(f"{file} is no backup of Baton, or it is damaged or cut off") from None
    if found.pop(MANIFEST, None) is None:
        raise NotABackup(f"{file} is no backup of Baton, or it is cut off: it has no manifest")
    manifest = _read_manifest(folder / MANIFEST)
    different = sorted(
        name for name in found.keys() | manifest.members if found.get(name) != manifest.members.get(name)
    )
    if different:
        raise NotABackup(f"{file} is damaged: {', '.join(different[:3])} differ from the manifest")
    missing = {DATABASE[manifest.database], SECRET, SHOP} - found.keys()
    if missing:
        raise NotABackup(f"{file} lacks {', '.join(sorted(missing))}")
    return manifest


def _read_to_the_end(tar: tarfile.TarFile) -> None:
    """Behind the last member lies the checksum of the whole."""
    assert tar.fileobj is not None
    while tar.fileobj.read(CHUNK):
        pass


def _require_ours(entry: tarfile.TarInfo, file: Path) -> None:
    """A plain file with one of our names: nothing that leads out of the folder."""
    parts = PurePosixPath(entry.name).parts
    plain = entry.isreg() and entry.name == "/".join(parts) and ".." not in parts
    known = entry.name in {MANIFEST, SECRET, SHOP, *DATABASE.values()} or (
        len(parts) > 1 and parts[0] in (FILES, MODELS, ENCODERS)
    )
    if not (plain and known):
        raise NotABackup(f"{file} is no backup of Baton: it holds {entry.name[:80]!r}")


def _extract(tar: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> Member:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    inside = tar.extractfile(entry)
    assert inside is not None, "it is a plain file"
    source = _Hashed(inside)
    with _private(path) as target:
        shutil.copyfileobj(source, target, CHUNK)
    return Member(bytes=path.stat().st_size, sha256=source.digest.hexdigest())


def _read_manifest(path: Path) -> Manifest:
    content = path.read_bytes()
    try:
        return Manifest.model_validate_json(content)
    except ValidationError:
        raise TooNew("its manifest cannot be read: it was made by a newer Baton, or by something else") from None


def _require_fit(manifest: Manifest, database: Dumps, folder: Path) -> None:
    if manifest.database != database.kind:
        raise BackupError(
            f"the backup is of a {manifest.database} database, but DATABASE_URL names a {database.kind} one"
        )
    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS / "versions"), str(BOT_MIGRATIONS)])
    unknown = set(manifest.heads) - {script.revision for script in scripts.walk_revisions()}
    if unknown:
        raise TooNew(
            f"it was made by Baton {manifest.version}, whose database is newer than this program's "
            f"({', '.join(sorted(unknown))}); update Baton first"
        )
    database.check(folder / DATABASE[manifest.database])


def _put(settings: Settings, database: SqliteDumps | PostgresDumps, folder: Path) -> tuple[str, ...]:
    shop, notes = _shop_move(settings, folder / SHOP)
    files = folder / FILES
    moves = [
        Move(folder / SECRET, settings.data / SECRET),
        Move(files if files.exists() else None, settings.data / FILES),
        *shop,
    ]
    if (folder / MODELS).exists():
        moves += [_pointer_move(folder / file, settings.data / file) for file in POINTERS]
    key = (folder / SECRET).read_text()
    for name in (MODELS, ENCODERS):
        _add_models(folder / name, settings.data / name)
    dumped = folder / DATABASE[database.kind]
    match database:
        case SqliteDumps(path=path):
            logs = [Move(None, path.with_name(path.name + end)) for end in ("-wal", "-shm")]
            datafolder.replace(settings.data, [*moves, Move(dumped, path), *logs])
        case PostgresDumps():
            datafolder.replace(settings.data, moves, partial(database.put, dumped))
    if settings_of.secret_key(settings.data) != key:
        notes = (*notes, "BATON_SECRET is not the key of the backup: buttons and links made with that key are refused")
    return notes


def _shop_move(settings: Settings, fresh: Path) -> tuple[list[Move], tuple[str, ...]]:
    """Rules that are the same stay; where their place cannot be written, the backup's are laid aside."""
    place = settings.shop_file.absolute()
    if place.exists() and place.read_bytes() == fresh.read_bytes():
        return [], ()
    if _is_writable(place.parent) and not place.is_mount():
        return [Move(fresh, place)], ()
    aside = settings.data / SHOP_ASIDE
    return [Move(fresh, aside)], (f"{place} cannot be written; the backup's rules are in {aside}",)


def _is_writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _pointer_move(fresh: Path, place: Path) -> Move:
    place.parent.mkdir(parents=True, exist_ok=True)
    return Move(fresh if fresh.exists() else None, place)


def _add_models(fresh: Path, models: Path) -> None:
    """Models and encoders are named by what they are made from: one that is there is the same."""
    for path in fresh.rglob("*") if fresh.exists() else ():
        target = models / path.relative_to(fresh)
        if path.is_file() and path.relative_to(fresh.parent) not in POINTERS and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder for our eyes only that is gone afterwards, on the file system where its content is to stay."""
    with tempfile.TemporaryDirectory(prefix=".baton-", dir=folder) as made:
        yield Path(made)
