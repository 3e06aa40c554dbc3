"""Fetching an encoder, from a hub on this machine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from nlu import hub
from nlu.errors import SetupError, TrainingFailed

FILES = {
    "modules.json": b"[]",
    "1_Pooling/config.json": b"{}",
    "tokenizer.json": b"{}" * 100,
    "config.json": b"{}",
    "model.safetensors": bytes(range(256)) * 1000,
}
NAME = "shop/encoder"


class Hub:
    """Serves `files` of one encoder; a connection that sends `breaks_after` bytes of a model breaks off."""

    def __init__(self) -> None:
        self.files = dict(FILES)
        self.etag = '"one"'
        self.breaks_after: int | None = None
        self.asked: list[tuple[str, str | None]] = []
        self.environment: dict[str, str] = {}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        file, ranged = request.match_info["file"], request.headers.get("Range")
        self.asked.append((file, ranged))
        if file not in self.files or request.match_info["name"] != "encoder":
            raise web.HTTPNotFound
        content, first = self.files[file], 0
        if ranged and request.headers.get("If-Range") == self.etag:
            first = int(ranged.removeprefix("bytes=").removesuffix("-"))
        response = web.StreamResponse(status=206 if first else 200, headers={"ETag": self.etag})
        response.content_length = len(content) - first
        await response.prepare(request)
        if self.breaks_after is not None and file == "model.safetensors":
            await response.write(content[first : first + self.breaks_after])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(content[first:])
        return response


@pytest.fixture
async def served() -> AsyncIterator[Hub]:
    served = Hub()
    app = web.Application()
    app.router.add_get("/shop/{name}/resolve/{revision}/{file:.*}", served.serve)
    server = TestServer(app)
    await server.start_server()
    served.environment = {"HF_ENDPOINT": str(server.make_url("")).rstrip("/")}
    yield served
    await server.close()


def nothing(file: str, here: int, whole: int) -> None:
    pass


def lying(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


async def test_what_an_encoder_needs_is_fetched_and_nothing_else(served: Hub, tmp_path: Path) -> None:
    served.files["pytorch_model.bin"] = served.files["README.md"] = b"not wanted"
    told: list[tuple[str, int, int]] = []
    await hub.fetch(NAME, tmp_path, lambda *one: told.append(one), served.environment)
    assert lying(tmp_path) == FILES
    assert told[-1] == ("model.safetensors", 256_000, 256_000)


async def test_a_graph_is_fetched_instead_of_weights(served: Hub, tmp_path: Path) -> None:
    served.files["onnx/model.onnx"] = b"graph"
    await hub.fetch(NAME, tmp_path, nothing, served.environment)
    assert lying(tmp_path) == {name: text for name, text in served.files.items() if name != "model.safetensors"}


async def test_a_fetch_that_broke_off_goes_on_where_it_was(served: Hub, tmp_path: Path) -> None:
    served.breaks_after = 100_000
    with pytest.raises(SetupError, match=r"model\.safetensors could not be fetched .* it goes on where it broke off"):
        await hub.fetch(NAME, tmp_path, nothing, served.environment)
    assert not (tmp_path / "model.safetensors").exists()
    here = (tmp_path / "model.safetensors.part").stat().st_size
    assert 0 < here <= 100_000
    served.breaks_after, served.asked = None, []
    await hub.fetch(NAME, tmp_path, nothing, served.environment)
    assert lying(tmp_path) == FILES
    assert ("model.safetensors", f"bytes={here}-") in served.asked
    assert "tokenizer.json" not in {file for file, _ in served.asked}


async def test_a_file_that_has_changed_meanwhile_is_fetched_anew(served: Hub, tmp_path: Path) -> None:
    served.breaks_after = 100_000
    with pytest.raises(SetupError):
        await hub.fetch(NAME, tmp_path, nothing, served.environment)
    served.breaks_after, served.etag = None, '"two"'
    served.files["model.safetensors"] = b"other" * 40_000
    await hub.fetch(NAME, tmp_path, nothing, served.environment)
    assert lying(tmp_path) == served.files


async def test_a_name_that_the_hub_does_not_know_is_told_of(served: Hub, tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match=r"shop/nonesuch has no modules\.json: check the name"):
        await hub.fetch("shop/nonesuch", tmp_path, nothing, served.environment)
    del served.files["model.safetensors"]
    with pytest.raises(TrainingFailed, match=r"shop/encoder has none of onnx/model\.onnx"):
        await hub.fetch(NAME, tmp_path, nothing, served.environment)


async def test_a_file_too_large_is_not_fetched(served: Hub, tmp_path: Path) -> None:
    served.files["config.json"] = b" " * 1_000_001
    with pytest.raises(TrainingFailed, match=r"config\.json is larger than 1 MB"):
        await hub.fetch(NAME, tmp_path, nothing, served.environment)
    assert not (tmp_path / "config.json").exists()


async def test_without_a_connection_it_says_what_else_can_be_done(
    served: Hub, tmp_path: Path, unused_tcp_port: int
) -> None:
    closed = {"HF_ENDPOINT": f"http://127.0.0.1:{unused_tcp_port}"}
    with pytest.raises(SetupError, match="fetch the folder elsewhere and name it instead"):
        await hub.fetch(NAME, tmp_path, nothing, closed)


@pytest.mark.parametrize("endpoint", ["http://hub.example", "hub.example", "ftp://127.0.0.1", "file:///etc"])
async def test_only_https_or_this_machine_is_trusted(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(SetupError, match="HF_ENDPOINT must look like"):
        await hub.fetch(NAME, tmp_path, nothing, {"HF_ENDPOINT": endpoint})


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("intfloat/multilingual-e5-small", True),
        ("org/name@a1b2", True),
        ("name", False),
        ("../name", False),
        ("org/..", False),
        ("org/name/more", False),
        ("org/name?x", False),
        ("/etc/passwd", False),
    ],
)
def test_names_are_told_from_anything_else(text: str, is_one: bool) -> None:
    assert hub.is_name(text) == is_one
