"""The shipped model before another shop's customers: what `baton ask` would do, and whether that is what they meant."""

import asyncio
import json
import tempfile
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import yaml
from rich.console import Console

from benchmarks import report
from benchmarks.nlu import datasets
from benchmarks.nlu.datasets import Labelled
from benchmarks.nlu.shipped import installation, shipped_model
from benchmarks.nlu.stored import Stored
from benchmarks.report import Metrics
from benchmarks.systems import BATON
from bot import settings
from bot.settings import ROOT

LABELS = Path(__file__).with_name("jddc_labels.yml")
AUTOMATIC = ("answer", "skill", "ask")
PERSONS = {"talk_to_human", "complaint"}
"""Messages that are a person's whatever they say; nothing automatic can be right coverage of them."""
WRITE_EVERY = 500
QUICK_MESSAGES = 40
LONGEST_LINE = 1 << 20

Decided = tuple[Labelled, Mapping[str, object]]


async def measure(terminal: Console, stored: Stored, cache: Path) -> None:
    """Asks the shipped model every message of the data set; figures of what is done so far are written on the way."""
    accepted = _accepted()
    messages = [message for fold in datasets.jddc() for message in fold.test][: QUICK_MESSAGES if stored.dry else None]
    if unknown := {message.label for message in messages} - accepted.keys():
        raise RuntimeError(f"jddc_labels.yml says nothing of {', '.join(sorted(unknown))}")
    model = await shipped_model(terminal, settings.read().data)
    decided: list[Decided] = []
    with tempfile.TemporaryDirectory(dir=cache, prefix="mapped-") as folder:
        environment = installation(Path(folder), model)
        async for answer in _asked(messages, environment):
            decided.append((messages[len(decided)], answer))
            if len(decided) % WRITE_EVERY == 0:
                terminal.print(f"  {len(decided)} of {len(messages)} messages")
                stored.replace("mapped_baton", figures(decided, accepted) | {"model": model.id})
    if len(decided) != len(messages):
        raise RuntimeError(f"baton ask answered {len(decided)} of {len(messages)} messages")
    metrics = figures(decided, accepted)
    stored.replace("mapped_baton", metrics | {"model": model.id})
    report.show("JDDC's messages, the shipped model", ["figure", "value"], [[k, str(v)] for k, v in metrics.items()])


def figures(decided: Sequence[Decided], accepted: Mapping[str, Sequence[str]]) -> Metrics:
    """What was done, and whether the label accepts the intent on which it was."""
    automatic = [one for one in decided if one[1]["decision"] in AUTOMATIC]
    right = [(message, answer) for message, answer in automatic if _intent(answer) in accepted[message.label]]
    answerable = [
        message for message, _ in decided if accepted[message.label] and not _persons(accepted[message.label])
    ]
    covered = [message for message, _ in right if not _persons(accepted[message.label])]
    done = Counter(str(answer["decision"]) for _, answer in decided)
    return {
        "wrong_share": round(1 - len(right) / len(automatic), 4) if automatic else 0.0,
        "right_coverage_share": round(len(covered) / len(answerable), 4) if answerable else 0.0,
        "automatic_share": round(len(automatic) / len(decided), 4),
        "messages": len(decided),
        "answerable_messages": len(answerable),
        "automatic_messages": len(automatic),
        "wrong_messages": len(automatic) - len(right),
        **{f"decided_{name}_messages": count for name, count in sorted(done.items())},
    }


async def _asked(messages: Sequence[Labelled], environment: Mapping[str, str]) -> AsyncIterator[Mapping[str, object]]:
    """What `baton ask` would do with each, in their order; it ends early if the command does."""
    child = await asyncio.create_subprocess_exec(
        BATON, "ask", "--json", "-", cwd=ROOT, env=environment, stdin=PIPE, stdout=PIPE, limit=LONGEST_LINE
    )
    assert child.stdin is not None and child.stdout is not None
    typing = asyncio.create_task(_type(child.stdin, messages))
    try:
        async for line in child.stdout:
            yield json.loads(line)
        await typing
        if await child.wait():
            raise RuntimeError(f"baton ask ended with exit code {child.returncode}")
    finally:
        typing.cancel()
        if child.returncode is None:
            child.terminate()
            await child.wait()


async def _type(stream: asyncio.StreamWriter, messages: Sequence[Labelled]) -> None:
    for message in messages:
        stream.write(f"{json.dumps({'text': message.text})}\n".encode())
        await stream.drain()
    stream.close()


def _accepted() -> Mapping[str, Sequence[str]]:
    labels: Mapping[str, Sequence[str]] = yaml.safe_load(LABELS.read_text(encoding="utf-8"))
    return labels


def _persons(intents: Sequence[str]) -> bool:
    return set(intents) <= PERSONS


def _intent(answer: Mapping[str, object]) -> str | None:
    intent = answer["intent"]
    return str(intent["name"]) if isinstance(intent, dict) else None
