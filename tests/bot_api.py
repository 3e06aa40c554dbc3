"""What Telegram's Bot API takes and gives, as JSON schema: made from `@grammyjs/types` when a test first needs it."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource

from bot.settings import ROOT
from web.build_hook import npm

WEB = ROOT / "web"
SCRIPT = WEB / "scripts" / "bot-api.mjs"
CACHE = ROOT / ".pytest_cache"
DOCUMENT = "urn:bot-api"


class BotApiTypes:
    """Each check yields what is wrong, in words; nothing where all is well."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._definitions: dict[str, Any] = document["definitions"]
        resource: Resource[Any] = Resource.from_contents(document)
        self._registry: Registry[Any] = Registry().with_resource(DOCUMENT, resource)
        self._validators: dict[str, Draft7Validator] = {}

    def knows(self, method: str) -> bool:
        return method in self._requests

    def request(self, method: str, given: dict[str, Any]) -> Iterator[str]:
        return self._wrong(f"Requests/properties/{method}", method, given)

    def result(self, method: str, result: Any) -> Iterator[str]:
        return self._wrong(f"Results/properties/{method}", f"result of {method}", result)

    def update(self, update: dict[str, Any]) -> Iterator[str]:
        return self._wrong("Update", f"update {update.get('update_id')}", update)

    def refusal(self, body: dict[str, Any]) -> Iterator[str]:
        return self._wrong("ApiError", "refusal", body)

    def takes(self, method: str, name: str) -> bool:
        return name in self._requests.get(method, {}).get("properties", {})

    def is_text(self, method: str, name: str) -> bool:
        """Whether the parameter may be plain text; in a form everything else stands as JSON."""
        found = self._requests.get(method, {}).get("properties", {}).get(name, {})
        if "$ref" in found:
            found = self._definitions.get(found["$ref"].rpartition("/")[2], {})
        kinds = [found, *found.get("anyOf", ())]
        return any("string" in kind.get("type", ()) for kind in kinds)

    @property
    def _requests(self) -> dict[str, Any]:
        requests: dict[str, Any] = self._definitions["Requests"]["properties"]
        return requests

    def _wrong(self, path: str, what: str, value: Any) -> Iterator[str]:
        validator = self._validators.get(path)
        if validator is None:
            schema = {"$ref": f"{DOCUMENT}#/definitions/{path}"}
            validator = self._validators[path] = Draft7Validator(schema, registry=self._registry)
        for error in validator.iter_errors(value):
            yield f"{what}, {error.json_path}: {error.message[:300]}"


@cache
def types() -> BotApiTypes:
    """Kept on disk until the types or the script change: making them takes seconds."""
    digest = hashlib.sha256((WEB / "package-lock.json").read_bytes() + SCRIPT.read_bytes()).hexdigest()
    kept = CACHE / f"bot-api-{digest[:16]}.json"
    if not kept.exists():
        _make(kept)
    return BotApiTypes(json.loads(kept.read_text()))


def _make(kept: Path) -> None:
    """Whoever else makes it at the same time makes the same."""
    kept.parent.mkdir(exist_ok=True)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    [node, _], environment = npm()
    subprocess.run([node, str(SCRIPT), str(unfinished)], cwd=WEB, env=environment, check=True)
    unfinished.replace(kept)
