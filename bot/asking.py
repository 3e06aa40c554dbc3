"""`baton ask`: the decision that a customer's first message would get, and why."""

import json
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from bot import demo as demo_shop
from bot.app import Parts, opened
from bot.decisions import Context, explained
from bot.progress import trained, until_ready
from bot.settings import ROOT, Settings
from handoff.values import Language, Text
from nlu import folding


async def ask(settings: Settings, terminal: Console, lines: Iterable[str], as_json: bool) -> None:
    """Each line's decision on standard output. Nothing is stored."""
    version = await trained(ROOT, settings.data, terminal, always=False)
    async with with_articles(settings) as (usable, is_new), opened(usable, version, owner=False) as parts:
        if is_new:
            await parts.database.write(demo_shop.seed, parts.clock.now())
        await until_ready(parts.live, parts.calibrator, terminal)
        for line in lines:
            told = await _decided(parts, line)
            print(json.dumps(told, ensure_ascii=False) if as_json else _readable(told), flush=True)


async def _decided(parts: Parts, text: str) -> dict[str, Any]:
    language: Language = folding.language(text) or parts.shop.language
    understood = await parts.brain.understand(Text(text), Context(language))
    told, reading = explained(understood), understood.reading
    words = parts.replies.words(understood.decision, language, understood.also)
    return {
        "text": text,
        "language": language,
        **{key: told[key] for key in ("decision", "intent", "ranking")},
        "entities": [{"name": e.name, "value": e.value} for e in reading.entities] if reading else [],
        **{key: told[key] for key in ("article", "skill", "reason", "priority", "likelihood", "threshold")},
        "reply": [outgoing.text for outgoing in words],
    }


def _readable(told: dict[str, Any]) -> str:
    intent = told["intent"]
    why = f"{intent['name']} {intent['confidence']:.2f}" if intent else "no reading"
    detail = told["reason"] or told["skill"] or (told["article"] or {}).get("id") or ""
    enough = f"{told['likelihood']:.2f} likely, needs {told['threshold']:.2f}"
    lines = [f"{told['decision']} {detail} [{why}, {enough}, {told['language']}]"]
    return "\n".join(lines + [f"  {line}" for reply in told["reply"] for line in reply.splitlines()])


def messages(stream: Iterable[str]) -> Iterator[str]:
    """One message a line, plain or as {"text": …}."""
    for line in stream:
        stripped = line.strip()
        if not stripped:
            continue
        try:
            parsed = json.loads(stripped)
        except ValueError:
            parsed = None
        found = parsed.get("text") if isinstance(parsed, dict) else None
        yield found if isinstance(found, str) else stripped


@asynccontextmanager
async def with_articles(settings: Settings) -> AsyncIterator[tuple[Settings, bool]]:
    """This installation's articles; before the first start, a database that is new and thrown away afterwards."""
    file = settings.database_url.removeprefix("sqlite:///")
    if file == settings.database_url or Path(file).exists():
        yield settings, False
        return
    with tempfile.TemporaryDirectory() as folder:
        yield replace(settings, database_url=f"sqlite:///{folder}/baton.db"), True
