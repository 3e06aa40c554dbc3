"""Makes a small sentence encoder with random weights, as sentence-transformers would save it; runs in Rasa's Python.

python -m tests.nlu.tiny_encoder FOLDER
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from scipy.special import erf, softmax
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

SIZE, INNER, LAYERS, HEADS, TOKENS = 64, 64, 1, 2, 48
SIGNS = "abcdefghijklmnopqrstuvwxyz我要退貨货錢钱訂订單单到哪了人工天氣气"
CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": SIZE,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "intermediate_size": INNER,
    "max_position_embeddings": TOKENS,
    "vocab_size": len(SIGNS) + 3,
}
POOLING = {"word_embedding_dimension": SIZE, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]


def make(folder: Path) -> None:
    """A whole folder with weights that are always the same."""
    (folder / "1_Pooling").mkdir(parents=True)
    files = {
        "config.json": CONFIG,
        "modules.json": MODULES,
        "1_Pooling/config.json": POOLING,
        "sentence_bert_config.json": {"max_seq_length": TOKENS},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    tokenizer().save(str(folder / "tokenizer.json"))
    save_file(weights(), str(folder / "model.safetensors"))


def tokenizer() -> Any:
    """One token a sign."""
    known = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2} | {sign: at for at, sign in enumerate(SIGNS, start=3)}
    made = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    made.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    return made


def weights() -> dict[str, Any]:
    """By the names that the family uses."""
    random = np.random.default_rng(0)

    def drawn(*shape: int) -> Any:
        return random.standard_normal(shape, dtype=np.float32) * np.float32(0.3)

    found = {
        "embeddings.word_embeddings.weight": drawn(CONFIG["vocab_size"], SIZE),
        "embeddings.position_embeddings.weight": drawn(TOKENS, SIZE),
        "embeddings.token_type_embeddings.weight": drawn(2, SIZE),
    }
    norms = ["embeddings.LayerNorm"]
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        shapes = {f"attention.self.{name}": (SIZE, SIZE) for name in ("query", "key", "value")}
        shapes |= {"attention.output.dense": (SIZE, SIZE), "intermediate.dense": (INNER, SIZE)}
        for name, shape in (shapes | {"output.dense": (SIZE, INNER)}).items():
            found |= {f"{layer}.{name}.weight": drawn(*shape), f"{layer}.{name}.bias": drawn(shape[0])}
    for norm in norms:
        found |= {f"{norm}.weight": 1 + drawn(SIZE), f"{norm}.bias": drawn(SIZE)}
    return found


def states(ids: list[int]) -> Any:
    """What the encoder should make of token ids, computed in the plainest way: the yardstick of the graph."""
    known = weights()

    def normed(rows: Any, name: str) -> Any:
        centred = rows - rows.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)
        return centred / spread * known[f"{name}.weight"] + known[f"{name}.bias"]

    def linear(rows: Any, name: str) -> Any:
        return rows @ known[f"{name}.weight"].T + known[f"{name}.bias"]

    place = "embeddings"
    rows = known[f"{place}.word_embeddings.weight"][ids] + known[f"{place}.position_embeddings.weight"][: len(ids)]
    rows = normed(rows + known[f"{place}.token_type_embeddings.weight"][0], f"{place}.LayerNorm")
    for number in range(LAYERS):
        layer, width = f"encoder.layer.{number}", SIZE // HEADS
        query, key, value = (linear(rows, f"{layer}.attention.self.{name}") for name in ("query", "key", "value"))
        heads = [slice(at * width, (at + 1) * width) for at in range(HEADS)]
        mixed = [softmax(query[:, one] @ key[:, one].T / width**0.5, axis=1) @ value[:, one] for one in heads]
        attended = linear(np.concatenate(mixed, axis=1), f"{layer}.attention.output.dense")
        rows = normed(rows + attended, f"{layer}.attention.output.LayerNorm")
        wide = linear(rows, f"{layer}.intermediate.dense")
        wide = wide * (1 + erf(wide / 2**0.5)) / 2
        rows = normed(rows + linear(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return rows


if __name__ == "__main__":
    make(Path(sys.argv[1]))
