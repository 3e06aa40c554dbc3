"""Rasa's own assistant on Baton's understanding: the same pipeline and data, one rule and one text an intent."""

import asyncio
import hashlib
import re
import tempfile
from pathlib import Path

import yaml

from bot.settings import ROOT
from nlu import launching, versions

NLU_SERVER = ROOT / "nlu" / "server"
ENTITIES = ("order_id", "tracking_number", "phone", "email", "amount")
# As the understanding is served in Baton, see nlu/server/environment.py.
SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "WARNING",
    "PYTHONWARNINGS": "ignore",
    "PYTHONPATH": str(ROOT),
}


async def trained(cache: Path) -> Path:
    """The assistant's model file; made once for each state of the understanding's sources and of this module."""
    version = versions.wanted(ROOT, cache).id
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:6]
    file = cache / f"assistant-{version}-{recipe}.tar.gz"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            await _train(Path(folder))
            Path(folder, "assistant.tar.gz").replace(file)
    return file


async def _train(project: Path) -> None:
    intents = _intents()
    _write(project / "config.yml", {**_read(ROOT / "config.yml"), "policies": [{"name": "RulePolicy"}]})
    _write(project / "domain.yml", _domain(intents))
    _write(project / "rules.yml", {"version": "3.1", "rules": [_rule(intent) for intent in intents]})
    await rasa_train(
        project,
        "--config",
        "config.yml",
        "--domain",
        "domain.yml",
        "--data",
        "rules.yml",
        str(ROOT / "nlu" / "data"),
        "--out",
        str(project),
        "--fixed-model-name",
        "assistant",
        "--skip-validation",
    )


async def rasa_train(home: Path, *arguments: str) -> None:
    """`rasa train …` in `home`. Raises RuntimeError with what Rasa wrote."""
    log = home / "train.log"
    child = await rasa(home, log, "train", *arguments)
    if await child.wait():
        raise RuntimeError(f"Rasa could not train:\n{log.read_text()}")


async def rasa(home: Path, log: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Rasa's command line in Rasa's environment, working in `home`, silent towards the network."""
    with log.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            launching.require_python(NLU_SERVER).absolute(),
            "-m",
            "rasa",
            *arguments,
            cwd=home,
            env={**launching.surroundings(SETTINGS), "HOME": str(home)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def rasa_version() -> str:
    """What Rasa's environment is pinned to."""
    found = re.search(r"^rasa==(\S+)", (NLU_SERVER / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, "nlu/server/requirements.txt pins Rasa"
    return found[1]


def answer_to(intent: str) -> str:
    """What the assistant says; shorter than any article, which only helps it."""
    return f"This is about {intent}."


def _domain(intents: list[str]) -> dict[str, object]:
    return {
        "version": "3.1",
        "intents": intents,
        "entities": list(ENTITIES),
        "responses": {f"utter_{intent}": [{"text": answer_to(intent)}] for intent in intents},
    }


def _rule(intent: str) -> dict[str, object]:
    return {"rule": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}


def _intents() -> list[str]:
    texts = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "nlu" / "data").glob("*.yml"))]
    return sorted({found for text in texts for found in re.findall(r"^\s*- intent: (\w+)", text, re.MULTILINE)})


def _read(file: Path) -> dict[str, object]:
    content: dict[str, object] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _write(file: Path, content: dict[str, object]) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
