"""The ONNX graph of a BERT encoder, from its weights alone.

Many encoders are published as `model.safetensors` of this family; writing the graph here saves its users PyTorch.
Source: Devlin et al., "BERT: Pre-training of deep bidirectional transformers", 2019.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 8
NUMBERS = (
    "hidden_size",
    "num_attention_heads",
    "num_hidden_layers",
    "max_position_embeddings",
    "intermediate_size",
    "vocab_size",
)
MOST = {"hidden_size": 4096, "num_hidden_layers": 48, "num_attention_heads": 64}

Array = npt.NDArray[Any]


class NotBert(Exception):
    """These weights are not those of a plain BERT encoder; the message says what differs."""


def graph(config: Mapping[str, Any], weights: Mapping[str, Array]) -> ModelProto:
    """Token ids to `last_hidden_state`; raises NotBert where weights are missing or of another shape."""
    _check(config)
    return _Graph(config, weights).built()


def _check(config: Mapping[str, Any]) -> None:
    wanted = {"model_type": "bert", "hidden_act": "gelu"}
    for name, value in wanted.items():
        if config.get(name) != value:
            raise NotBert(f"its {name} is {config.get(name)!r}, not {value!r}")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise NotBert("its positions are not absolute")
    for name in NUMBERS:
        value = config.get(name)
        if not isinstance(value, int) or not 1 <= value <= MOST.get(name, 10_000_000):
            raise NotBert(f"its {name} is {value!r}")
    if config["hidden_size"] % config["num_attention_heads"]:
        raise NotBert("its heads do not share the hidden size evenly")


class _Graph:
    def __init__(self, config: Mapping[str, Any], weights: Mapping[str, Array]) -> None:
        self._size, self._heads = config["hidden_size"], config["num_attention_heads"]
        self._layers, self._inner = config["num_hidden_layers"], config["intermediate_size"]
        self._words, self._positions = config["vocab_size"], config["max_position_embeddings"]
        self._epsilon = float(config.get("layer_norm_eps", 1e-12))
        self._weights = {name.removeprefix("bert."): value for name, value in weights.items()}
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def built(self) -> ModelProto:
        state = self._embedded()
        for number in range(self._layers):
            state = self._layer(f"encoder.layer.{number}", state)
        self._nodes.append(helper.make_node("Identity", [state], ["last_hidden_state"]))
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ]
        output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", self._size])
        made = helper.make_graph(self._nodes, "bert", inputs, [output], list(self._constants.values()))
        return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)

    def _embedded(self) -> str:
        size, place = self._size, "embeddings"
        tokens = self._node("Shape", "input_ids", start=1, end=2)
        positions = self._node(
            "Slice",
            self._weight(f"{place}.position_embeddings.weight", (self._positions, size)),
            self._whole([0]),
            tokens,
        )
        words = self._node("Gather", self._weight(f"{place}.word_embeddings.weight", (self._words, size)), "input_ids")
        kinds = self._node(
            "Gather", self._weight(f"{place}.token_type_embeddings.weight", (None, size)), "token_type_ids"
        )
        together = self._node("Add", self._node("Add", words, kinds), positions)
        # What a masked token gets beside its attention: so little that nobody looks at it.
        mask = self._node("Cast", "attention_mask", to=TensorProto.FLOAT)
        masked = self._node("Mul", self._node("Sub", mask, self._number(1.0)), self._number(1e9))
        self._mask = self._node("Unsqueeze", masked, self._whole([1, 2]))
        return self._normed(f"{place}.LayerNorm", together)

    def _layer(self, place: str, state: str) -> str:
        size, inner = self._size, self._inner
        query, key, value = (
            self._split(self._linear(f"{place}.attention.self.{name}", state, size, size))
            for name in ("query", "key", "value")
        )
        turned = self._node("Transpose", key, perm=[0, 1, 3, 2])
        scale = self._number((size // self._heads) ** -0.5)
        seen = self._node("Add", self._node("Mul", self._node("MatMul", query, turned), scale), self._mask)
        mixed = self._node("MatMul", self._node("Softmax", seen, axis=-1), value)
        joined = self._node("Reshape", self._node("Transpose", mixed, perm=[0, 2, 1, 3]), self._whole([0, 0, size]))
        attended = self._linear(f"{place}.attention.output.dense", joined, size, size)
        state = self._normed(f"{place}.attention.output.LayerNorm", self._node("Add", attended, state))
        wide = self._gelu(self._linear(f"{place}.intermediate.dense", state, size, inner))
        narrow = self._linear(f"{place}.output.dense", wide, inner, size)
        return self._normed(f"{place}.output.LayerNorm", self._node("Add", narrow, state))

    def _split(self, state: str) -> str:
        shape = self._whole([0, 0, self._heads, self._size // self._heads])
        return self._node("Transpose", self._node("Reshape", state, shape), perm=[0, 2, 1, 3])

    def _linear(self, place: str, state: str, rows: int, columns: int) -> str:
        # PyTorch keeps the transpose.
        weight = self._weight(f"{place}.weight", (columns, rows), turned=True)
        return self._node("Add", self._node("MatMul", state, weight), self._weight(f"{place}.bias", (columns,)))

    def _gelu(self, state: str) -> str:
        error = self._node("Erf", self._node("Div", state, self._number(2**0.5)))
        return self._node(
            "Mul", self._node("Mul", state, self._node("Add", error, self._number(1.0))), self._number(0.5)
        )

    def _normed(self, place: str, state: str) -> str:
        scale, bias = (self._weight(f"{place}.{name}", (self._size,)) for name in ("weight", "bias"))
        return self._node("LayerNormalization", state, scale, bias, axis=-1, epsilon=self._epsilon)

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def _weight(self, name: str, shape: tuple[int | None, ...], *, turned: bool = False) -> str:
        value = self._weights.get(name)
        if value is None:
            raise NotBert(f"it has no {name}")
        if len(value.shape) != len(shape) or any(a not in (None, b) for a, b in zip(shape, value.shape, strict=True)):
            raise NotBert(f"its {name} is {value.shape}, not {shape}")
        plain = value.astype(np.float32)
        return self._constant(name, np.ascontiguousarray(plain.T if turned else plain))

    def _number(self, value: float) -> str:
        return self._constant(f"number {value}", np.array(value, np.float32))

    def _whole(self, values: list[int]) -> str:
        return self._constant(f"whole {values}", np.array(values, np.int64))

    def _constant(self, name: str, value: Array) -> str:
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(value, name)
        return name
