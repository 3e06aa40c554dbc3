"""nlp.js, the usual choice where a bot runs in Node: pinned in `node/`, installed into the cache."""

import asyncio
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.nlu.datasets import Labelled, Split
from benchmarks.nlu.scores import Answers, said_by
from web.build_hook import npm

SOURCES = Path(__file__).with_name("node")
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
SEALED = ("--permission", "--allow-fs-read=*")
"""It may read files; it may not write any or start anything."""


async def installed(cache: Path) -> Path:
    """The folder of the packages and the script; needs npm's registry once for each state of the lock file."""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(SOURCES.iterdir()))).hexdigest()[:12]
    folder = cache / f"nlpjs-{digest}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as unfinished:
            shutil.copytree(SOURCES, Path(unfinished, "nlpjs"))
            await _install(Path(unfinished, "nlpjs"))
            Path(unfinished, "nlpjs").replace(folder)
    return folder


def version() -> str:
    """Of nlp.js itself; the other packages are in the lock file."""
    return str(json.loads((SOURCES / "package.json").read_text())["dependencies"]["@nlpjs/nlp"])


async def scored(folder: Path, task: Split, messages: Sequence[Labelled], language: str) -> Answers:
    """Learns the task anew, then says something of each message."""
    node = npm()[0][0]
    train = [(one.text, one.label) for one in task.train]
    return await said_by([node, *SEALED, str(folder / "score.cjs")], {"language": language, "train": train}, messages)


async def _install(folder: Path) -> None:
    command, environment = npm()
    child = await asyncio.create_subprocess_exec(
        *command,
        *INSTALL,
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await child.communicate()
    if child.returncode:
        raise RuntimeError(f"nlp.js could not be installed:\n{output.decode()[-2000:]}")
