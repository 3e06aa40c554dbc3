"""Fetches an encoder from a model hub: only the files that are needed, going on where it broke off."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientResponse, ClientSession, ClientTimeout

from nlu.errors import SetupError, TrainingFailed

ENDPOINT = "HF_ENDPOINT"
USUAL_ENDPOINT = "https://huggingface.co"
NAME = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95})(?:@(?P<revision>[\w.-]{1,100}))?", re.ASCII
)
MB = 1_000_000
REQUIRED = ("modules.json", "1_Pooling/config.json", "tokenizer.json")
OPTIONAL = ("config.json", "sentence_bert_config.json", "config_sentence_transformers.json")
MODELS = ("onnx/model.onnx", "model.onnx", "model.safetensors")
"""The first of them that there is."""
MOST_BYTES = {"tokenizer.json": 100 * MB} | dict.fromkeys(MODELS, 2_000 * MB)
MOST_BYTES_OF_OTHERS = MB
CHUNK = 1 << 20
TIMEOUT = ClientTimeout(total=None, sock_connect=15, sock_read=60)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
UNFINISHED, MARK = ".part", ".etag"

OnBytes = Callable[[str, int, int], None]
"""File, bytes that are here, bytes in all (0 where nobody knows)."""


def is_name(text: str) -> bool:
    """Whether this is a name such as `org/name`, or `org/name@revision`."""
    return NAME.fullmatch(text) is not None


async def fetch(name: str, into: Path, on_bytes: OnBytes, environment: Mapping[str, str] = os.environ) -> None:
    """Brings the files of an encoder into a folder; what lies there already is not fetched again.

    Raises SetupError where the hub cannot be reached, TrainingFailed where it has no such encoder. What was received
    stays, so that the next call goes on from there.
    """
    match = NAME.fullmatch(name)
    assert match is not None
    into.mkdir(parents=True, exist_ok=True)
    base = f"{_endpoint(environment)}/{match['name']}/resolve/{match['revision'] or 'main'}"
    # With trust_env it goes by HTTPS_PROXY, as other programs do.
    async with ClientSession(timeout=TIMEOUT, trust_env=True) as session:
        hub = _Hub(session, base, into, on_bytes)
        for file in REQUIRED:
            if not await hub.bring(file):
                raise TrainingFailed(
                    f"{base.removesuffix('/resolve/main')} has no {file}: check the name; it must be public and made "
                    "for sentence-transformers"
                )
        for file in OPTIONAL:
            await hub.bring(file)
        for file in MODELS:
            if await hub.bring(file):
                return
    raise TrainingFailed(f"{name} has none of {', '.join(MODELS)}; choose another encoder")


def _endpoint(environment: Mapping[str, str]) -> str:
    endpoint = (environment.get(ENDPOINT) or USUAL_ENDPOINT).rstrip("/")
    parts = urlsplit(endpoint)
    if not parts.hostname or not _is_safe(parts.scheme, parts.hostname):
        raise SetupError(f"{ENDPOINT} must look like {USUAL_ENDPOINT}, not {endpoint!r}")
    return endpoint


def _is_safe(scheme: str, host: str) -> bool:
    """Nobody may change on the way what is fetched; on this machine nobody is on the way."""
    return scheme == "https" or (scheme == "http" and host in LOOPBACK)


@dataclass(frozen=True, slots=True)
class _Hub:
    session: ClientSession
    base: str
    into: Path
    on_bytes: OnBytes

    async def bring(self, file: str) -> bool:
        """Whether the file is here now; False where the hub has none."""
        target = self.into / file
        if target.exists():
            return True
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(target.name + UNFINISHED)
        mark = target.with_name(target.name + MARK)
        headers = {"Accept-Encoding": "identity"}
        if unfinished.exists() and mark.exists():
            # Where the file has changed since, the hub sends all of it.
            headers |= {"Range": f"bytes={unfinished.stat().st_size}-", "If-Range": mark.read_text()}
        try:
            async with self.session.get(f"{self.base}/{file}", headers=headers) as response:
                if response.status == 416:
                    unfinished.unlink()
                    return await self.bring(file)
                if not self._has(response, file):
                    return False
                await self._receive(response, file, unfinished, mark)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SetupError(
                f"{file} could not be fetched from {urlsplit(self.base).netloc} ({_told(error)}); try again, it goes "
                f"on where it broke off. Without a connection to it, fetch the folder elsewhere and name it instead"
            ) from None
        unfinished.replace(target)
        mark.unlink(missing_ok=True)
        return True

    def _has(self, response: ClientResponse, file: str) -> bool:
        if not _is_safe(response.url.scheme, response.url.host or ""):
            raise TrainingFailed(f"{file} would come from {response.url.host} without https; it was not fetched")
        if response.status in (401, 403, 404):
            return False  # the usual hub says 401 for names that do not exist
        response.raise_for_status()
        return True

    async def _receive(self, response: ClientResponse, file: str, unfinished: Path, mark: Path) -> None:
        goes_on = response.status == 206
        here = unfinished.stat().st_size if goes_on else 0
        whole, most = here + (response.content_length or 0), MOST_BYTES.get(file, MOST_BYTES_OF_OTHERS)
        if etag := response.headers.get("ETag"):
            mark.write_text(etag)
        else:
            mark.unlink(missing_ok=True)
        # A disk is slower than a hop is long; nothing else runs in this command.
        with unfinished.open("ab" if goes_on else "wb") as output:
            async for chunk in response.content.iter_chunked(CHUNK):
                here += len(chunk)
                if max(here, whole) > most:
                    raise TrainingFailed(f"{file} is larger than {most // MB} MB; choose a smaller encoder")
                output.write(chunk)
                self.on_bytes(file, here, whole)


def _told(error: BaseException) -> str:
    return f"HTTP {error.status}" if isinstance(error, aiohttp.ClientResponseError) else type(error).__name__
