"""A backup holds everything of one moment, and a restore is everything or nothing."""

import asyncio
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import backup, datafolder
from bot.backup import BackupError, NotABackup, NotNow, TooNew
from bot.datafolder import FolderInUse
from bot.dumps import DumpError, SchemaError
from bot.settings import BOT_MIGRATIONS, ROOT, Settings, secret_key
from handoff import db, desk, inbox
from handoff.db import Database
from handoff.ports import LocalWakeups
from handoff.values import Reason
from nlu import encoders, versions
from nlu.versions import Version
from tests import builders as a
from tests import servers
from tests.handoff.ownership import check_everything

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
WRITERS = 4
SAID_EACH = 40


@pytest.fixture(autouse=True)
def postgres_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client programs that belong to the test's server come first."""
    monkeypatch.setenv("PATH", f"{servers._postgres_binaries()}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("BATON_SECRET", raising=False)


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Settings:
    """Once on SQLite and once on PostgreSQL."""
    return _settings(tmp_path / "data", database_url)


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """On SQLite, with something of every kind."""
    settings = _settings(tmp_path / "data", f"sqlite:///{tmp_path}/data/baton.db")
    asyncio.run(_said(settings, "hello"))
    _write(settings.data / "files" / "ab" / "abcdef", "a picture")
    _write(settings.data / "models" / "0123.tar.gz", "a model")
    secret_key(settings.data)
    return settings


async def test_a_backup_made_under_writes_holds_one_moment_and_comes_back(installation: Settings) -> None:
    file = installation.data / "backup.tar.gz"
    async with _opened(installation) as database:
        recorded = await database.write(a.write, NOW, "Where is my parcel?")
        at = await database.read(a.fence, recorded.conversation_id)
        await database.write(a.hand_off, NOW, at, Reason.CUSTOMER_REQUEST)
        writers = asyncio.gather(*(_write_on(database, number) for number in range(WRITERS)))
        manifest = await asyncio.to_thread(backup.create, installation, file, NOW)
        await writers
        await database.write(a.write, NOW, "said after the backup")
    assert manifest.heads and manifest.made_at == NOW

    await asyncio.to_thread(backup.restore, installation, file, force=True)

    async with _opened(installation) as database:
        told = await database.read(inbox.transcript, recorded.conversation_id)
        assert [m.text for m in told.messages] == ["Where is my parcel?", "A colleague takes over."]
        assert told.conversation.reason is Reason.CUSTOMER_REQUEST
        await database.read(check_everything)
        mei = await database.write(a.agent, NOW)
        await database.write(desk.claim, recorded.conversation_id, mei, NOW)
        await database.write(desk.agent_reply, recorded.conversation_id, mei, "1", "here I am", NOW)


def test_files_key_and_rules_are_inside_for_the_owner_alone(small: Settings, tmp_path: Path) -> None:
    file, key = tmp_path / "backup.tar.gz", secret_key(small.data)
    _write(small.data / "files" / "ab" / "abc.part", "half a picture")
    manifest = backup.create(small, file, NOW)
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(manifest.members) == {"database.sqlite", "secret", "shop.yml", "files/ab/abcdef"}

    moved = _settings(tmp_path / "new", f"sqlite:///{tmp_path}/new/baton.db", rules="other rules")
    done = backup.restore(moved, file)
    assert done.notes == ()
    assert _content(moved) == (("hello",), ("abcdef",), key)
    assert secret_key(moved.data) == key
    assert (moved.data / "files" / "ab" / "abcdef").read_text() == "a picture"
    assert moved.shop_file.read_text() == small.shop_file.read_text()
    assert (moved.data / "secret").stat().st_mode & 0o777 == 0o600
    assert not any("restore" in path.name for path in moved.data.rglob("*")), "nothing is left lying about"


def test_models_and_their_encoders_are_inside_only_when_asked_for(small: Settings, tmp_path: Path) -> None:
    encoder = small.data / "encoders" / "e1" / "model.onnx"
    fetched = small.data / "encoders" / ".fetched-org--name" / "model.onnx"
    for file in (encoder, fetched):
        file.parent.mkdir(parents=True)
        file.write_text("an encoder")
    encoders.want(small.data, "e1")
    manifest = backup.create(small, tmp_path / "backup.tar.gz", NOW, with_models=True)
    assert "models/0123.tar.gz" in manifest.members
    moved = _settings(tmp_path / "new", f"sqlite:///{tmp_path}/new/baton.db")
    backup.restore(moved, tmp_path / "backup.tar.gz")
    assert (moved.data / "models" / "0123.tar.gz").read_text() == "a model"
    assert (moved.data / "encoders" / "e1" / "model.onnx").read_text() == "an encoder"
    assert encoders.wanted(moved.data) == "e1"
    assert sorted(path.name for path in (moved.data / "encoders").iterdir()) == ["e1", "wanted.json"]


def test_the_model_that_answered_comes_back_with_the_models_and_stays_without_them(
    small: Settings, tmp_path: Path
) -> None:
    old, new = (Version(name, small.data / "models" / f"{name}.tar.gz") for name in ("0123", "4567"))
    versions.go_live(small.data, old, NOW)
    backup.create(small, tmp_path / "with.tar.gz", NOW, with_models=True)
    backup.create(small, tmp_path / "without.tar.gz", NOW)
    versions.go_live(small.data, new, NOW)
    encoders.want(small.data, "e1")
    backup.restore(small, tmp_path / "without.tar.gz", force=True)
    assert versions.history(small.data)[-1].model == "4567" and encoders.wanted(small.data) == "e1"
    backup.restore(small, tmp_path / "with.tar.gz", force=True)
    assert versions.history(small.data)[-1].model == "0123" and encoders.wanted(small.data) == ""


def test_a_key_from_the_environment_is_noted_where_it_differs(
    small: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.create(small, tmp_path / "backup.tar.gz", NOW)
    monkeypatch.setenv("BATON_SECRET", "s" * 40)
    (note,) = backup.restore(small, tmp_path / "backup.tar.gz", force=True).notes
    assert "BATON_SECRET" in note


def test_rules_that_cannot_be_replaced_are_laid_aside(small: Settings, tmp_path: Path) -> None:
    backup.create(small, tmp_path / "backup.tar.gz", NOW)
    elsewhere = replace(small, shop_file=Path("/proc/shop.yml"))
    (note,) = backup.restore(elsewhere, tmp_path / "backup.tar.gz", force=True).notes
    assert "/proc/shop.yml" in note
    assert (small.data / "shop.restored.yml").read_text() == small.shop_file.read_text()


def test_data_is_replaced_only_by_force(small: Settings, tmp_path: Path) -> None:
    backup.create(small, tmp_path / "backup.tar.gz", NOW)
    before = _everything(small)
    with pytest.raises(NotNow, match="--force"):
        backup.restore(small, tmp_path / "backup.tar.gz")
    assert _everything(small) == before


def test_a_file_that_is_there_is_not_written_over(small: Settings, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        backup.create(small, tmp_path / "precious", NOW)
    assert (tmp_path / "precious").read_text() == "mine"


@pytest.mark.parametrize("where", ["nowhere/backup.tar.gz", "data/baton.db/backup.tar.gz"])
def test_a_place_that_cannot_be_written_is_named(small: Settings, tmp_path: Path, where: str) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        backup.create(small, tmp_path / where, NOW)


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no database"):
        backup.create(_settings(tmp_path / "d", f"sqlite:///{tmp_path}/d/baton.db"), tmp_path / "b", NOW)
    assert not (tmp_path / "b").exists()


def cut_off(good: bytes) -> bytes:
    return good[: len(good) * 3 // 4]


def cut_at_the_end(good: bytes) -> bytes:
    return good[:-20]


def flipped(good: bytes) -> bytes:
    content = gzip.decompress(good)
    at = content.index(b"a picture")
    return gzip.compress(content[:at] + b"another p" + content[at + 9 :])


def text_file(_good: bytes) -> bytes:
    return b"dear diary"


def foreign(_good: bytes) -> bytes:
    return _archive({"holiday.jpg": b"sun"})


def empty(_good: bytes) -> bytes:
    return _archive({})


def climbing(good: bytes) -> bytes:
    return _archive({"files/../../outside": b"owned", **_members(good)})


def absolute(good: bytes) -> bytes:
    return _archive({"/tmp/outside": b"owned", **_members(good)})


def linked(good: bytes) -> bytes:
    link = tarfile.TarInfo("files/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return _archive(_members(good), link)


def with_a_stranger(good: bytes) -> bytes:
    return _archive({"files/stranger": b"not in the manifest", **_members(good)})


def without_its_key(good: bytes) -> bytes:
    members = _members(good)
    del members["secret"]
    return _archive(_manifested(members, lambda manifest: manifest["members"].pop("secret")))


def of_a_newer_schema(good: bytes) -> bytes:
    return _archive(_manifested(_members(good), lambda manifest: manifest.update(heads=["0999_desk"], version="9.0")))


def of_a_newer_form(good: bytes) -> bytes:
    return _archive(_manifested(_members(good), lambda manifest: manifest.update(format=2)))


def of_another_kind(good: bytes) -> bytes:
    members = _members(good)
    members["database.dump"] = members.pop("database.sqlite")

    def change(manifest: dict[str, dict[str, object]]) -> None:
        manifest["members"]["database.dump"] = manifest["members"].pop("database.sqlite")
        manifest.update(database="postgresql")  # type: ignore[call-overload]

    return _archive(_manifested(members, change))


def with_a_damaged_database(good: bytes) -> bytes:
    members = {**_members(good), "database.sqlite": b"SQLite format 3\0" + b"\xff" * 5000}
    member = {"bytes": 5016, "sha256": hashlib.sha256(members["database.sqlite"]).hexdigest()}
    return _archive(_manifested(members, lambda manifest: manifest["members"].update({"database.sqlite": member})))


@pytest.mark.parametrize(
    ("spoilt", "error", "words"),
    [
        (cut_off, NotABackup, "cut off"),
        (cut_at_the_end, NotABackup, "cut off"),
        (flipped, NotABackup, "files/ab/abcdef"),
        (text_file, NotABackup, "no backup"),
        (foreign, NotABackup, "holiday.jpg"),
        (empty, NotABackup, "no manifest"),
        (climbing, NotABackup, "outside"),
        (absolute, NotABackup, "outside"),
        (linked, NotABackup, "files/link"),
        (with_a_stranger, NotABackup, "files/stranger"),
        (without_its_key, NotABackup, "secret"),
        (of_a_newer_schema, TooNew, "update Baton first"),
        (of_a_newer_form, TooNew, "newer"),
        (of_another_kind, BackupError, "DATABASE_URL"),
        (with_a_damaged_database, DumpError, "cannot be read"),
    ],
)
def test_a_bad_archive_is_refused_and_changes_nothing(
    small: Settings, tmp_path: Path, spoilt: Callable[[bytes], bytes], error: type[Exception], words: str
) -> None:
    file = tmp_path / "backup.tar.gz"
    backup.create(small, file, NOW)
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(spoilt(file.read_bytes()))
    before = _everything(small)
    with pytest.raises(error, match=words):
        backup.restore(small, bad, force=True)
    assert _everything(small) == before
    assert not (tmp_path / "outside").exists() and not Path("/tmp/outside").exists()


def test_a_missing_archive_is_named(small: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="missing"):
        backup.restore(small, tmp_path / "missing.tar.gz", force=True)


def test_a_program_that_uses_the_data_is_not_robbed_of_it(small: Settings, tmp_path: Path) -> None:
    backup.create(small, tmp_path / "backup.tar.gz", NOW)
    with datafolder.in_use(small.data), pytest.raises(FolderInUse, match="stop it first"):
        backup.restore(small, tmp_path / "backup.tar.gz", force=True)


def test_nothing_starts_on_data_that_is_being_replaced(small: Settings) -> None:
    with datafolder.alone(small.data), pytest.raises(FolderInUse, match="restore is running"):  # noqa: SIM117
        with datafolder.in_use(small.data):
            pass


async def test_a_database_in_use_from_another_folder_is_left_alone(installation: Settings, tmp_path: Path) -> None:
    await _said(installation, "hello")
    await asyncio.to_thread(backup.create, installation, tmp_path / "backup.tar.gz", NOW)
    async with _opened(installation) as database:
        await database.read(inbox.listing, "all", 0)
        with pytest.raises(DumpError, match=r"open|connections"):
            await asyncio.to_thread(backup.restore, installation, tmp_path / "backup.tar.gz", force=True)
        assert (await database.read(inbox.transcript, 1)).messages[0].text == "hello"


def test_missing_tools_of_postgres_are_named(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DumpError, match=r"psql is not installed; install PostgreSQL's client programs"):
        backup.create(_settings(tmp_path / "data", postgres_url), tmp_path / "backup.tar.gz", NOW)


async def test_tables_of_a_later_migration_do_not_survive_a_restore(postgres_url: str, tmp_path: Path) -> None:
    """They would be in the way when that migration comes again."""
    settings = _settings(tmp_path / "data", postgres_url)
    await _said(settings, "hello")
    await asyncio.to_thread(backup.create, settings, tmp_path / "backup.tar.gz", NOW)
    async with _opened(settings) as database:
        await database.write(lambda session: session.connection().exec_driver_sql("CREATE TABLE later (id int)"))
    await asyncio.to_thread(backup.restore, settings, tmp_path / "backup.tar.gz", force=True)
    async with _opened(settings) as database:
        query = "SELECT count(*) FROM pg_tables WHERE tablename = 'later'"
        assert await database.read(lambda session: session.connection().exec_driver_sql(query).scalar()) == 0


DIES = """
import json, os, sys
from pathlib import Path
from bot import datafolder
from bot.datafolder import Move

CHANGES = {"os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "shutil.move"}
root = Path(sys.argv[1])
LEFT = {datafolder.LOCK, datafolder.NOTE + ".unfinished"}
left = None

def hook(event, arguments):
    global left
    if left is not None and event in CHANGES:
        left -= 1
        if left < 0:
            os._exit(9)

def dying(after, work):
    global left
    pid = os.fork()
    if pid == 0:
        left = after
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def put(name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

def begin():
    for name in ("files", "new"):
        datafolder._remove(root / name)
    for name in ("baton.db", "files/1", "baton.db-wal", "new/only-new"):
        put(name, "old")
    (root / "only-new").unlink(missing_ok=True)
    for name in ("new/baton.db", "new/files/2", "new/only-new"):
        put(name, "new")

def restore():
    names = ("baton.db", "files", "only-new")
    moves = [Move(root / "new" / name, root / name) for name in names] + [Move(None, root / "baton.db-wal")]
    with datafolder.alone(root):
        datafolder.replace(root, moves)

def come_back():
    with datafolder.in_use(root):
        pass

sys.addaudithook(hook)
for again in range(6):
    for step in range(200):
        begin()
        code = dying(step, restore)
        dying(again, come_back)
        come_back()
        paths = [path for path in root.rglob("*") if path.is_file() and "new" not in path.relative_to(root).parts]
        found = {str(path.relative_to(root)): path.read_text() for path in paths if path.name not in LEFT}
        print(json.dumps([step, code, found]))
        if code == 0:
            break
"""
OLD = {"baton.db": "old", "baton.db-wal": "old", "files/1": "old"}
NEW = {"baton.db": "new", "files/2": "new", "only-new": "new"}


def test_wherever_a_restore_dies_everything_is_old_or_everything_is_new(tmp_path: Path) -> None:
    """At every change on disk, and once more while the next start puts things back."""
    done = subprocess.run(
        [sys.executable, "-c", DIES, str(tmp_path)], check=True, cwd=ROOT, capture_output=True, text=True
    )
    deaths = [json.loads(line) for line in done.stdout.splitlines()]
    for step, code, found in deaths:
        assert found in ([NEW] if code == 0 else [OLD, NEW]), f"half a restore after step {step}"
    assert sum(code == 0 for _, code, _ in deaths) == 6
    assert sum(found == OLD for _, _, found in deaths) > 40


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    settings.data.mkdir(exist_ok=True)
    database = db.connect(settings.database_url, LocalWakeups())
    await database.migrate([BOT_MIGRATIONS])
    yield database
    await database.close()


async def _said(settings: Settings, text: str) -> None:
    async with _opened(settings) as database:
        await database.write(a.write, NOW, text)


async def _write_on(database: Database, number: int) -> None:
    for _ in range(SAID_EACH):
        await database.write(a.write, NOW, f"customer {number} again", f"writer-{number}")


def _settings(data: Path, url: str, rules: str = "rules") -> Settings:
    data.mkdir(exist_ok=True)
    _write(data / "shop.yml", rules)
    return Settings(data, url, None, "127.0.0.1", None, frozenset(), data / "shop.yml")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _everything(settings: Settings) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(settings.data.rglob("*")) if path.is_file()}


def _content(settings: Settings) -> tuple[object, ...]:
    """What was said, the uploaded files and the key."""

    async def said() -> tuple[str, ...]:
        async with _opened(settings) as database:
            return tuple(m.text for m in (await database.read(inbox.transcript, 1)).messages)

    files = tuple(sorted(path.name for path in (settings.data / "files").rglob("*") if path.is_file()))
    return asyncio.run(said()), files, (settings.data / "secret").read_text()


def _members(archive: bytes) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for entry in tar:
            inside = tar.extractfile(entry)
            assert inside is not None
            found[entry.name] = inside.read()
    return found


def _manifested(members: dict[str, bytes], change: Callable[..., object]) -> dict[str, bytes]:
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    return {**members, "manifest.json": json.dumps(manifest).encode()}


def _archive(members: dict[str, bytes], *more: tarfile.TarInfo) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as tar:
        for entry in more:
            tar.addfile(entry)
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return written.getvalue()
