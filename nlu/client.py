"""The only place that speaks to the NLU server; what comes back is checked here once and typed from then on."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import aiohttp

from nlu.errors import NluBadReply, NluError, NluTimeout, NluUnavailable
from nlu.result import Entity, IntentScore, Reading


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a loaded model answers: `url` without a trailing slash, the server's token, the id of its model."""

    url: str
    token: str
    model: str


class NluClient:
    """Reads texts through whichever endpoint is current; `endpoint` returns None while there is none.

    `deadline_s` covers one whole request. The session is shared and stays the caller's.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        endpoint: Callable[[], Endpoint | None],
        deadline_s: float = 2.0,
    ) -> None:
        self._session = session
        self._endpoint = endpoint
        self._deadline_s = deadline_s

    async def parse(self, text: str) -> Reading:
        """What `text` means; raises NluUnavailable, NluTimeout or NluBadReply."""
        endpoint = self._endpoint()
        if endpoint is None:
            raise NluUnavailable("no model is loaded yet")
        # Half a surrogate pair, as browsers sometimes send, is no text in UTF-8; a "?" keeps the positions.
        sendable = text.encode("utf-8", "replace").decode()
        reply = await self._request(endpoint, "POST", "/model/parse", {"text": sendable})
        return _reading(text, reply, endpoint.model)

    async def ready(self) -> bool:
        """Whether a model answers now; never raises an NluError."""
        endpoint = self._endpoint()
        if endpoint is None:
            return False
        try:
            status = await self._request(endpoint, "GET", "/status", None)
        except NluError:
            return False
        return isinstance(status, dict)

    async def _request(self, endpoint: Endpoint, method: str, path: str, body: object) -> object:
        try:
            async with asyncio.timeout(self._deadline_s):
                async with self._session.request(
                    method, endpoint.url + path, params={"token": endpoint.token}, json=body
                ) as response:
                    return _decoded(response.status, await response.read())
        except TimeoutError as error:
            raise NluTimeout(f"no answer within {self._deadline_s:g} s") from error
        except aiohttp.ClientError as error:
            # The error's own text may carry the address with its token.
            raise NluUnavailable(f"no connection to the NLU server ({type(error).__name__})") from None


def _decoded(status: int, body: bytes) -> object:
    # 409 is how Rasa says that it runs without a model.
    if status >= 500 or status == 409:
        raise NluUnavailable(f"the NLU server answered {status}")
    if status != 200:
        raise NluBadReply(f"the NLU server answered {status}")
    try:
        return cast(object, json.loads(body))
    except ValueError as error:
        raise NluBadReply("the NLU server's answer is not JSON") from error


def _reading(text: str, reply: object, model: str) -> Reading:
    fields = _fields(reply)
    ranking = tuple(
        IntentScore(_string(item, "name"), _confidence(item)) for item in map(_fields, _items(fields, "intent_ranking"))
    )
    if not ranking:
        raise NluBadReply("the NLU server ranked no intent")
    entities = tuple(_entity(_fields(item), len(text)) for item in _items(fields, "entities"))
    return Reading(
        text=text,
        ranking=tuple(sorted(ranking, key=lambda score: -score.confidence)),
        entities=tuple(sorted(entities, key=lambda entity: (entity.start, entity.end))),
        model=model,
    )


def _entity(item: dict[str, object], length: int) -> Entity:
    start, end = _position(item, "start"), _position(item, "end")
    if not 0 <= start < end <= length:
        raise NluBadReply("an entity lies outside the text")
    return Entity(_string(item, "entity"), _string(item, "value"), start, end)


def _fields(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise NluBadReply("expected an object")
    return cast(dict[str, object], value)


def _items(fields: dict[str, object], name: str) -> list[object]:
    value = fields.get(name)
    if not isinstance(value, list):
        raise NluBadReply(f"{name} is not a list")
    return cast(list[object], value)


def _string(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise NluBadReply(f"{name} is not a string")
    return value


def _position(fields: dict[str, object], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NluBadReply(f"{name} is not a whole number")
    return value


def _confidence(fields: dict[str, object]) -> float:
    value = fields.get("confidence")
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise NluBadReply("confidence is not a number from 0 to 1")
    return float(value)
