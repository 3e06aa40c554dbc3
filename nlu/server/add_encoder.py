"""Checks a sentence-transformers folder, converts it and stores it; runs inside Rasa's environment.

    python nlu/server/add_encoder.py --folder FOLDER --encoders data/encoders --name NAME [--prefix "query: "]

Standard output carries JSON lines only: {"step", "done", "total"} on the way, at the end {"encoder", "bytes",
"precision"}, or {"error"}. Exit code 2: the folder is at fault, and the error says what to do. 1: anything else.
Nothing in a folder is executed, and what is stored appears whole or not at all.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[2])

from nlu.server import environment, progress  # noqa: E402  the path has to be set first
from nlu.server.components.encoder import (  # noqa: E402
    GRAPH,
    POOLINGS,
    TOKENIZER,
    About,
    BrokenEncoder,
    Encoder,
    id_of,
)

MB = 1_000_000
MOST_BYTES = {"model": 2_000 * MB, TOKENIZER: 100 * MB, "json": MB}
MOST_MEMORY_BYTES, MOST_CPU_S = 16_000 * MB, 1800
MOST_TOKENS = 256
"""A customer's message says early what it is about; a longer one would only take longer."""
MOST_DIMENSIONS = 4096
GRAPHS = ("onnx/model.onnx", "model.onnx")
WEIGHTS = "model.safetensors"
ALLOWED_MODULES = {"Transformer", "Pooling", "Normalize"}
SAMPLES = (
    "where is my order",
    "我想退货",
    "訂單什麼時候到",
    "how do i get my money back",
    "今天天氣如何",
    "i waited " * 40,
)
CLOSE = 0.97
"""How alike (cosine) the vectors before and after quantising have to be, for a quantised graph to be kept."""
REGISTER, LOADS = 16, 3
ALIKE = 0.9999
"""Sentences about different things that are as like as this have not been read."""


def main() -> int:
    """Reads the arguments, adds the encoder, and turns what goes wrong into an exit code."""
    arguments = _arguments()
    # Libraries print to standard output, which belongs to the progress.
    progress.use(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    environment.die_with_parent()
    _limit(resource.RLIMIT_AS, MOST_MEMORY_BYTES)
    _limit(resource.RLIMIT_CPU, MOST_CPU_S)
    try:
        progress.write(**add(arguments.folder, arguments.encoders, arguments.name, arguments.prefix))
    except BrokenEncoder as error:
        progress.write(error=str(error))
        return 2
    return 0


def _limit(what: int, most: int) -> None:
    _, allowed = resource.getrlimit(what)
    most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
    resource.setrlimit(what, (most, most))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Add a sentence encoder.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--encoders", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--prefix")
    return parser.parse_args()


def add(folder: Path, encoders: Path, name: str, prefix: str | None) -> dict[str, str | int]:
    """Stores the encoder under its id, and tells of it; raises BrokenEncoder."""
    progress.report("encoder-check", 0, 1)
    about = _about(folder, name, prefix)
    tokenizer = _file(folder, TOKENIZER, MOST_BYTES[TOKENIZER])
    encoders.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".adding-", dir=encoders) as unfinished:
        whole, small = Path(unfinished, "whole"), Path(unfinished, "small")
        for place in (whole, small):
            place.mkdir()
            about.save(place)
            shutil.copyfile(tokenizer, place / TOKENIZER)
        progress.report("encoder-convert", 0, 1)
        quantised = _write_graph(folder, whole)
        progress.report("encoder-try", 0, 1)
        wanted = tried(whole)
        if not _is_steady(whole, wanted):
            raise BrokenEncoder("it gives another vector each time it is loaded; export it without quantising it")
        if not quantised:
            progress.report("encoder-quantise", 0, 1)
            _quantise(whole / GRAPH, small / GRAPH)
            found = tried(small)
            quantised = _is_steady(small, found) and float((found * wanted).sum(axis=1).min()) >= CLOSE
            whole = small if quantised else whole
        place = encoders / id_of(whole)
        if not place.is_dir():
            whole.rename(place)
    size = sum(file.stat().st_size for file in place.iterdir())
    return {"encoder": place.name, "bytes": size, "precision": "int8" if quantised else "fp32"}


def _about(folder: Path, name: str, prefix: str | None) -> About:
    pooling_folder = _pooling_folder(_json(folder, "modules.json"))
    pooling = _json(folder, f"{pooling_folder}/config.json")
    config, sentences, prompts = (
        _json(folder, file, required=False)
        for file in ("config.json", "sentence_bert_config.json", "config_sentence_transformers.json")
    )
    dimensions = pooling.get("word_embedding_dimension", pooling.get("embedding_dimension"))
    if not isinstance(dimensions, int) or not 1 <= dimensions <= MOST_DIMENSIONS:
        raise BrokenEncoder(f"{pooling_folder}/config.json gives {dimensions!r} dimensions")
    limits = [sentences.get("max_seq_length"), config.get("max_position_embeddings"), MOST_TOKENS]
    tokens = min(limit for limit in limits if isinstance(limit, int) and limit > 0)
    return About(name, dimensions, _pooling(pooling), tokens, _prompt(prompts) if prefix is None else prefix)


def _pooling_folder(modules: Any) -> str:
    """Which folder says how tokens become a sentence; raises where more is done than this program can do."""
    if not isinstance(modules, list) or not all(isinstance(one, dict) for one in modules):
        raise BrokenEncoder("modules.json is not a list of modules")
    kinds = [str(one.get("type", "")).rpartition(".")[2] for one in modules]
    foreign = sorted(set(kinds) - ALLOWED_MODULES)
    if foreign:
        raise BrokenEncoder(f"it has a module {foreign[0]!r}, which is not supported; choose another encoder")
    path = str(modules[kinds.index("Pooling")].get("path", "")) if "Pooling" in kinds else ""
    if not path or path != Path(path).name:
        raise BrokenEncoder("modules.json names no folder for the pooling")
    return path


def _pooling(config: Any) -> str:
    chosen = [kind for kind, key in _POOLING_KEYS.items() if config.get(key)]
    if isinstance(config.get("pooling_mode"), str):
        chosen = [config["pooling_mode"]]
    others = [key for key, value in config.items() if key.startswith("pooling_mode_") and value]
    if len(chosen) != 1 or chosen[0] not in POOLINGS or len(others) > 1:
        raise BrokenEncoder(f"its pooling is not one of {', '.join(POOLINGS)}; choose another encoder")
    return str(chosen[0])


_POOLING_KEYS = {
    "mean": "pooling_mode_mean_tokens",
    "max": "pooling_mode_max_tokens",
    "cls": "pooling_mode_cls_token",
}


def _prompt(prompts: Any) -> str:
    known, name = prompts.get("prompts"), prompts.get("default_prompt_name")
    return str(known.get(name, "")) if isinstance(known, dict) and isinstance(name, str) else ""


def _write_graph(folder: Path, place: Path) -> bool:
    """Writes the graph, and says whether it is quantised already."""
    for name in GRAPHS:
        if (folder / name).exists():
            return _copy_graph(_file(folder, name, MOST_BYTES["model"]), place / GRAPH)
    if (folder / WEIGHTS).exists():
        _build_graph(folder, place / GRAPH)
        return False
    if (folder / "pytorch_model.bin").exists():
        raise BrokenEncoder(
            "it has only pytorch_model.bin, which could run anything; save it as model.safetensors or as model.onnx"
        )
    raise BrokenEncoder(f"there is neither {GRAPHS[0]} nor {GRAPHS[1]} nor {WEIGHTS}")


def _copy_graph(source: Path, target: Path) -> bool:
    import onnx  # noqa: PLC0415  slow

    try:
        model = onnx.load(str(source), load_external_data=False)
    except Exception as error:  # protobuf's own kinds
        raise BrokenEncoder(f"{source.name} is no ONNX graph, or not all of it: fetch it again") from error
    if any(one.external_data for one in model.graph.initializer):
        raise BrokenEncoder(f"{source.name} keeps its weights in another file; export it as one file")
    if any(
        attribute.HasField("t") and attribute.t.external_data
        for node in model.graph.node
        for attribute in node.attribute
    ):
        raise BrokenEncoder(f"{source.name} keeps its weights in another file; export it as one file")
    shutil.copyfile(source, target)
    return any("Quantize" in node.op_type or "Integer" in node.op_type for node in model.graph.node)


def _build_graph(folder: Path, target: Path) -> None:
    import onnx  # noqa: PLC0415  slow
    from safetensors.numpy import load_file  # noqa: PLC0415

    from nlu.server import bert  # noqa: PLC0415  it needs onnx

    file = _file(folder, WEIGHTS, MOST_BYTES["model"])
    try:
        weights = load_file(file)
    except Exception as error:  # safetensors has its own kind, numpy another for what it cannot hold
        raise BrokenEncoder(f"{WEIGHTS} cannot be read ({error}): fetch it again") from error
    try:
        onnx.save(bert.graph(_json(folder, "config.json"), weights), str(target))
    except bert.NotBert as error:
        raise BrokenEncoder(f"{WEIGHTS} is no plain BERT encoder ({error}); export it as model.onnx") from None


def _quantise(whole: Path, small: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415  slow

    # Seven bits: eight can overflow on processors without instructions for them, and score otherwise there.
    quantize_dynamic(
        whole,
        small,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        nodes_to_exclude=_uneven(whole),
    )


def _uneven(graph: Path) -> list[str]:
    """The products whose columns do not fill registers.

    On processors with AMX onnxruntime 1.23 computes some of them wrongly from 32 tokens on, and each time otherwise.
    """
    import onnx  # noqa: PLC0415  slow

    model = onnx.load(str(graph)).graph
    columns = {weight.name: weight.dims[1] for weight in model.initializer if len(weight.dims) == 2}
    return [
        node.name
        for node in model.node
        if node.op_type == "MatMul" and any(columns.get(name, 0) % REGISTER for name in node.input)
    ]


def _is_steady(folder: Path, vectors: Any) -> bool:
    """Whether the encoder gives the same vectors, bit for bit, when it is loaded again, somewhere else in memory."""
    # The one before stays where it is.
    loaded = [_opened(folder) for _ in range(LOADS)]
    return all(one.vectors(SAMPLES).tobytes() == vectors.tobytes() for one in loaded)


def tried(folder: Path) -> Any:
    """The vectors of a few sentences; raises BrokenEncoder where they are none."""
    import numpy as np  # noqa: PLC0415

    encoder = _opened(folder)
    try:
        vectors = encoder.vectors(SAMPLES)
    except BaseException as error:  # onnxruntime's own kinds, a shape that does not fit, a panic of the tokenizer's
        raise BrokenEncoder(f"it cannot read a sentence: {_first_line(error)}") from error
    if not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
        raise BrokenEncoder("it gives no finite vector for a sentence; its weights are damaged")
    if float((vectors @ vectors.T).min()) > ALIKE:
        raise BrokenEncoder("it gives every sentence the same vector; its weights are damaged")
    return vectors


def _opened(folder: Path) -> Encoder:
    try:
        return Encoder.load(folder)
    except BrokenEncoder:
        raise
    except BaseException as error:
        what = TOKENIZER if type(error).__module__ == "builtins" or "Panic" in type(error).__name__ else GRAPH
        raise BrokenEncoder(f"{what} cannot be used: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def _json(folder: Path, name: str, *, required: bool = True) -> Any:
    if not required and not (folder / name).exists():
        return {}
    file = _file(folder, name, MOST_BYTES["json"])
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise BrokenEncoder(f"{name} is not JSON: fetch it again") from None
    if name != "modules.json" and not isinstance(found, dict):
        raise BrokenEncoder(f"{name} is not what it should be: fetch it again")
    return found


def _file(folder: Path, name: str, most_bytes: int) -> Path:
    file = folder / name
    if not file.is_file():
        raise BrokenEncoder(f"{name} is missing in {folder}: a folder that sentence-transformers saved has it")
    if file.stat().st_size > most_bytes:
        raise BrokenEncoder(f"{name} is larger than {most_bytes // MB} MB")
    return file


if __name__ == "__main__":
    sys.exit(main())
