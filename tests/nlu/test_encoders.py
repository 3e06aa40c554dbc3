"""Sentence encoders: what is taken for one, how it reads, and that a network with one is as dependable as without.

The encoder is made here. What is about arrays runs in Rasa's Python, where they are.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import training
from nlu import encoders, versions
from nlu.client import NluClient
from nlu.errors import SetupError, TrainingFailed
from nlu.supervisor import RasaChild
from tests.nlu.conftest import ROOT
from tests.nlu.test_network import ODD, PAIRS
from tests.nlu.test_rasa import READY_S, quiet, root

__all__ = ["root"]

SERVER = ROOT / "nlu" / "server"
PYTHON = SERVER / ".venv" / "bin" / "python"


def _missing() -> str:
    try:
        encoders.require_packages(SERVER)
    except SetupError as error:
        return str(error)
    return ""


pytestmark = [pytest.mark.rasa, pytest.mark.skipif(bool(_missing()), reason=_missing())]

BEGINNING = """
import json, sys
from pathlib import Path
import numpy as np
from nlu.server import add_encoder
from nlu.server.components.encoder import About, BrokenEncoder, Encoder
from nlu.server.components.mixed import Mixed
from tests.nlu import tiny_encoder
given = json.load(sys.stdin)
tiny, pairs, odd = Path(given["tiny"]), [tuple(pair) for pair in given["pairs"]], given["odd"]
def stored(folder=tiny, prefix=None):
    told = add_encoder.add(folder, Path("encoders"), "tiny", prefix)
    return Path("encoders", told["encoder"])
def fitted(encoder, pairs=pairs):
    texts, intents = zip(*pairs, strict=True)
    return Mixed.fit(texts, intents, hidden=16, passes=10, encoder=encoder)
"""
BROKEN: dict[str, tuple[str, str]] = {
    "no tokenizer": ("(folder / 'tokenizer.json').unlink()", "tokenizer.json is missing"),
    "a tokenizer of nonsense": ("(folder / 'tokenizer.json').write_text('{}')", "tokenizer.json cannot be used"),
    "a tokenizer that is a folder": (
        "(folder / 'tokenizer.json').unlink(); (folder / 'tokenizer.json').mkdir()",
        "tokenizer.json is missing",
    ),
    "tokens without a vector": (
        "shrink('embeddings.word_embeddings.weight', 10); config(vocab_size=10)",
        "it cannot read a sentence",
    ),
    "no modules": ("(folder / 'modules.json').unlink()", "modules.json is missing"),
    "modules of nonsense": ("(folder / 'modules.json').write_text('[' * 9000)", "modules.json is not JSON"),
    "modules without a list": ("(folder / 'modules.json').write_text('7')", "is not a list of modules"),
    "another module": ("modules('x.Dense', '2_Dense')", "a module 'Dense', which is not supported"),
    "a way out of the folder": ("modules('x.Pooling', '../../etc')", "names no folder for the pooling"),
    "no pooling": ("(folder / '1_Pooling/config.json').unlink()", "1_Pooling/config.json is missing"),
    "another pooling": (
        "pooling(pooling_mode_mean_tokens=False, pooling_mode_weightedmean_tokens=True)",
        "its pooling",
    ),
    "two poolings": ("pooling(pooling_mode_cls_token=True)", "its pooling is not one of"),
    "wrong dimensions": ("pooling(word_embedding_dimension=8)", "it cannot read a sentence"),
    "no number of dimensions": ("pooling(word_embedding_dimension='8')", "gives '8' dimensions"),
    "cut off weights": ("cut('model.safetensors')", "model.safetensors cannot be read"),
    "weights of another shape": ("shrink('encoder.layer.0.output.dense.bias', 3)", "no plain BERT encoder"),
    "a weight too few": ("lose('encoder.layer.0.output.dense.bias')", "it has no encoder.layer.0.output.dense.bias"),
    "weights that are no numbers": ("spoil(np.nan)", "no finite vector"),
    "weights that say nothing": ("spoil(0)", "the same vector|no finite vector"),
    "another architecture": ("config(model_type='deberta')", "its model_type is 'deberta'"),
    "more layers than there may be": ("config(num_hidden_layers=10**9)", "its num_hidden_layers is 1000000000"),
    "only what could run anything": ("pickle()", "only pytorch_model.bin"),
    "neither graph nor weights": ("(folder / 'model.safetensors').unlink()", "there is neither"),
    "a cut off graph": ("graph(); cut('model.onnx')", "model.onnx"),
    "a graph of nonsense": ("(folder / 'model.onnx').write_bytes(b'nonsense')", "model.onnx"),
    "a graph that reads other files": ("graph(outside=True)", "keeps its weights in another file"),
    "a graph that asks for more": ("graph(more='pixel_values')", "the graph asks for pixel_values"),
    "a file too large": ("large('config.json')", "config.json is larger than 1 MB"),
}
BREAKING = """
import os, shutil, onnx
from safetensors.numpy import load_file, save_file
folder = None
def changed(name, change):
    content = json.loads((folder / name).read_text())
    change(content)
    (folder / name).write_text(json.dumps(content))
def config(**fields): changed("config.json", lambda content: content.update(fields))
def pooling(**fields): changed("1_Pooling/config.json", lambda content: content.update(fields))
def modules(kind, path): changed("modules.json", lambda content: content[1].update(type=kind, path=path))
def weights(change):
    found = load_file(folder / "model.safetensors")
    change(found)
    save_file(found, str(folder / "model.safetensors"))
def shrink(name, rows): weights(lambda found: found.update({name: np.ascontiguousarray(found[name][:rows])}))
def lose(name): weights(lambda found: found.pop(name))
def spoil(value): weights(lambda found: [one.fill(value) for one in found.values()])
def cut(name): os.truncate(folder / name, (folder / name).stat().st_size * 2 // 3)
def large(name): os.truncate(folder / name, 2_000_000)
def pickle():
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"cos\\nsystem\\n(S'false'\\ntR.")
def graph(outside=False, more=None):
    from nlu.server import bert
    model = bert.graph(tiny_encoder.CONFIG, tiny_encoder.weights())
    if more:
        model.graph.input.append(onnx.helper.make_tensor_value_info(more, onnx.TensorProto.FLOAT, [1]))
    if outside:
        entry = model.graph.initializer[0]
        entry.ClearField("raw_data")
        entry.data_location = onnx.TensorProto.EXTERNAL
        entry.external_data.add(key="location", value="/etc/passwd")
    (folder / "model.onnx").write_bytes(model.SerializeToString())
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an encoder as sentence-transformers saves it."""
    folder = tmp_path_factory.mktemp("hub") / "tiny"
    subprocess.run([PYTHON, "-m", "tests.nlu.tiny_encoder", folder], check=True, cwd=ROOT)
    return folder


Run = Callable[..., Any]


@pytest.fixture
def run(tiny: Path, tmp_path: Path) -> Run:
    """Runs a script after the beginning; what it prints last, as JSON."""

    def ran(script: str, **given: Any) -> Any:
        done = subprocess.run(
            [PYTHON, "-c", BEGINNING + script],
            input=json.dumps({"tiny": str(tiny), "pairs": PAIRS, "odd": ODD} | given),
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "BATON_ENCODERS": str(tmp_path / "encoders")},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return ran


def test_the_graph_made_from_weights_computes_what_the_family_is_defined_to(run: Run) -> None:
    difference = run(
        """
import onnxruntime
from nlu.server import bert
session = onnxruntime.InferenceSession(bert.graph(tiny_encoder.CONFIG, tiny_encoder.weights()).SerializeToString())
ids = tiny_encoder.tokenizer().encode("我要退貨 now").ids
given = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), int),
         "token_type_ids": np.zeros((1, len(ids)), int)}
[[found]] = session.run(None, given)
padded = {name: np.pad(value, ((0, 0), (0, 5))) for name, value in given.items()}
[[company]] = session.run(None, padded)
wanted = tiny_encoder.states(ids)
print(json.dumps([float(abs(found - wanted).max()), float(abs(company[: len(ids)] - wanted).max()), len(ids)]))
"""
    )
    assert difference[:2] == pytest.approx([0, 0], abs=1e-5)
    assert difference[2] == 10


@pytest.mark.parametrize("kind", ["mean", "max", "cls"])
def test_tokens_become_one_vector_as_the_folder_says(run: Run, tiny: Path, tmp_path: Path, kind: str) -> None:
    other = shutil.copytree(tiny, tmp_path / "other")
    keys = {"mean": "pooling_mode_mean_tokens", "max": "pooling_mode_max_tokens", "cls": "pooling_mode_cls_token"}
    chosen = {key: name == kind for name, key in keys.items()} | {"word_embedding_dimension": 64}
    (other / "1_Pooling" / "config.json").write_text(json.dumps(chosen))
    likeness = run(
        """
vector = Encoder.load(stored(Path("other"))).vector("where is my order")
states = tiny_encoder.states(tiny_encoder.tokenizer().encode("where is my order").ids)
wanted = {"mean": states.mean(0), "max": states.max(0), "cls": states[0]}
print(json.dumps({name: float(vector @ (one / np.linalg.norm(one))) for name, one in wanted.items()}))
"""
    )
    # Quantised, so not quite.
    assert likeness[kind] > 0.97
    assert max(likeness, key=likeness.__getitem__) == kind


def test_a_text_has_the_same_vector_each_time_alone_and_in_company(run: Run) -> None:
    told = run(
        """
place = stored()
one, other = Encoder.load(place), Encoder.load(place)
texts = [text for text, _ in pairs] + odd
together = one.vectors(texts)
alone = [other.vector(text) for text in reversed(texts)][::-1]
lengths = [float(np.linalg.norm(row)) for row in together]
print(json.dumps([together.tobytes() == np.array(alone).tobytes(), lengths, str(together.dtype)]))
"""
    )
    assert told[0] is True and told[2] == "float32"
    assert told[1] == pytest.approx([1] * (len(PAIRS) + len(ODD)))


def test_a_prefix_stands_before_every_text_and_long_texts_are_cut(run: Run) -> None:
    told = run(
        """
plain, prefixed = Encoder.load(stored()), Encoder.load(stored(prefix="query "))
same = [
    prefixed.vector("abc").tobytes() == plain.vector("query abc").tobytes(),
    plain.vector("a" * 100).tobytes() == plain.vector("a" * 20_000).tobytes(),
    plain.vector("abc").tobytes() == prefixed.vector("abc").tobytes(),
]
print(json.dumps(same))
"""
    )
    assert told == [True, True, False]


def test_a_network_with_an_encoder_is_the_same_in_any_order_and_after_it_was_saved(run: Run) -> None:
    told = run(
        """
import hashlib, random
def digests(network, name):
    Path(name).mkdir()
    network.save(Path(name))
    found = []
    for file in ("model.npz", "dense.npz"):
        with np.load(Path(name, file)) as arrays:
            found += [hashlib.sha256(arrays[one].tobytes()).hexdigest() for one in arrays.files]
    return found
place = stored()
encoder = Encoder.load(place)
network, without = fitted(encoder), fitted(None)
first = digests(network, "first")
second = digests(fitted(Encoder.load(place), random.Random(1).sample(pairs, len(pairs))), "second")
again = Mixed.load(Path("first"))
texts = [text for text, _ in pairs] + odd
scored = [[one.ranking(text) for text in texts] for one in (network, again, without)]
Path("without").mkdir()
without.save(Path("without"))
files = sorted(file.name for file in Path("without").iterdir())
print(json.dumps([first == second, scored[0] == scored[1], scored[0] == scored[2], files]))
"""
    )
    assert told == [True, True, False, ["model.json", "model.npz"]]


def test_a_network_whose_encoder_is_gone_says_so(run: Run) -> None:
    told = run(
        """
import shutil
fitted(Encoder.load(stored())).save(Path("."))
shutil.rmtree("encoders")
try:
    Mixed.load(Path("."))
except BrokenEncoder as error:
    print(json.dumps(str(error)))
"""
    )
    assert "encoder.json is missing: run `baton models add` again" in told


def test_what_cannot_be_an_encoder_is_refused_in_a_sentence_and_nothing_is_stored(run: Run) -> None:
    script = """
found = {}
for name, how in given["broken"].items():
    folder = Path("broken")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(tiny, folder)
    exec(how)
    try:
        add_encoder.add(folder, Path("encoders"), "tiny", None)
        found[name] = "it was taken"
    except BrokenEncoder as error:
        found[name] = str(error)
found[""] = [file.name for file in Path("encoders").iterdir()]
print(json.dumps(found))
"""
    told = run(BREAKING + script, broken={name: how for name, (how, _) in BROKEN.items()})
    assert told.pop("") == []
    for name, (_, sentence) in BROKEN.items():
        assert any(part in told[name] for part in sentence.split("|")), f"{name}: {told[name]}"
        assert "\n" not in told[name]


def test_products_that_onnxruntime_would_not_compute_the_same_twice_stay_as_they_are(run: Run) -> None:
    told = run(
        """
import onnx
tiny_encoder.INNER = 24
tiny_encoder.CONFIG["intermediate_size"] = 24
other = Path("other")
tiny_encoder.make(other)
place = stored(other)
kinds = [node.op_type for node in onnx.load(str(place / "model.onnx")).graph.node]
vectors = {Encoder.load(place).vectors([text for text, _ in pairs]).tobytes() for _ in range(8)}
print(json.dumps([kinds.count("MatMulInteger"), kinds.count("MatMul"), len(vectors)]))
"""
    )
    # Of six with weights the one from 64 to 24; two more have none.
    assert told == [5, 3, 1]


def test_a_graph_that_is_there_is_taken_before_weights_and_one_that_is_quantised_stays_as_it_is(run: Run) -> None:
    told = run(
        BREAKING
        + """
folder = Path("other")
shutil.copytree(tiny, folder)
graph()
(folder / "model.safetensors").unlink()
first = stored(folder)
shutil.copy(first / "model.onnx", folder / "model.onnx")
second = stored(folder)
print(json.dumps([first == stored(), first == second]))
"""
    )
    assert told == [True, True]


async def test_a_folder_is_added_once_and_stored_whole(tiny: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    added = await encoders.add(ROOT, tmp_path, tiny, "tiny", None, lambda step, done, total: steps.append(step))
    again = await encoders.add(ROOT, tmp_path, tiny, "tiny", None, quiet)
    assert again == added and added.precision == "int8"
    assert steps == ["encoder-check", "encoder-convert", "encoder-try", "encoder-quantise"]
    assert [folder.name for folder in encoders.folder_of(tmp_path).iterdir()] == [added.id]
    files = sorted(encoders.folder_of(tmp_path).joinpath(added.id).iterdir())
    assert [file.name for file in files] == ["encoder.json", "model.onnx", "tokenizer.json"]
    assert sum(file.stat().st_size for file in files) == added.size_bytes
    # Another prefix makes other vectors, so it is another encoder.
    assert (await encoders.add(ROOT, tmp_path, tiny, "tiny", "query: ", quiet)).id != added.id


async def test_a_folder_that_cannot_be_used_is_told_of_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingFailed, match=r"some/name cannot be used: modules\.json is missing"):
        await encoders.add(ROOT, tmp_path, tmp_path / "empty", "some/name", None, quiet)
    assert not encoders.folder_of(tmp_path).exists()


async def test_a_model_is_trained_with_an_encoder_served_with_it_and_not_without(
    root: Path, tiny: Path, tmp_path: Path
) -> None:
    added = await encoders.add(ROOT, tmp_path, tiny, "tiny", None, quiet)
    plain = versions.wanted(root, tmp_path)
    encoders.want(tmp_path, added.id)
    version = await training.train(root, tmp_path, quiet)
    assert version.id != plain.id and versions.wanted(root, tmp_path) == version
    assert versions.encoder_of(version) == added.id
    child = RasaChild(tmp_path, root / "nlu" / "server", version, announce=False)
    async with aiohttp.ClientSession() as session:
        await child.start()
        try:
            await child.wait_ready(READY_S)
            read = await NluClient(session, child.endpoint).parse("我要退貨")
        finally:
            await child.stop()
    assert read.ranking[0].name == "request_return"
    shutil.rmtree(encoders.folder_of(tmp_path) / added.id)
    with pytest.raises(SetupError, match=f"the encoder {added.id} is not in .*baton models remove-encoder"):
        await RasaChild(tmp_path, root / "nlu" / "server", version, announce=False).start()
    with pytest.raises(SetupError, match="run `baton models add`"):
        await training.train(root, tmp_path, quiet)
    encoders.want(tmp_path, "")
    assert versions.wanted(root, tmp_path) == plain
