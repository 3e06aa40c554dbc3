"""A pretrained sentence encoder, from a folder that `nlu/server/add_encoder.py` has checked and stored."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ABOUT, GRAPH, TOKENIZER = "encoder.json", "model.onnx", "tokenizer.json"
FILES = (ABOUT, GRAPH, TOKENIZER)
FOLDERS, WANTED = "BATON_ENCODERS", "BATON_ENCODER"
"""Environment variables: where encoders lie, and which of them a training shall use."""
POOLINGS = ("mean", "max", "cls")
ID_LENGTH = 12
SMALL = 1e-12

Vector = npt.NDArray[np.float32]


class BrokenEncoder(Exception):
    """This folder is no encoder that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class About:
    """What has to be known beside graph and tokenizer: how many tokens are read, how they become one vector.

    `prefix` stands before every text, as some encoders were taught.
    """

    name: str
    dimensions: int
    pooling: str
    max_tokens: int
    prefix: str = ""

    def save(self, folder: Path) -> None:
        (folder / ABOUT).write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "About":
        return cls(**json.loads((folder / ABOUT).read_text(encoding="utf-8")))


class Encoder:
    """Texts to vectors of length 1; the same text on the same machine gives the same vector, bit for bit."""

    def __init__(self, folder: Path, about: About) -> None:
        import onnxruntime  # noqa: PLC0415  only who has asked for an encoder has it
        import tokenizers  # noqa: PLC0415

        self.id = folder.name
        self.about = about
        options = onnxruntime.SessionOptions()
        # More threads would add in another order; and the cores are for more than this.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(folder / GRAPH), options, providers=["CPUExecutionProvider"])
        outputs = [output.name for output in self._session.get_outputs()]
        self._output = "last_hidden_state" if "last_hidden_state" in outputs else outputs[0]
        self._inputs = {given.name for given in self._session.get_inputs()}
        unknown = self._inputs - {"input_ids", "attention_mask", "token_type_ids"}
        if unknown:
            raise BrokenEncoder(f"the graph asks for {', '.join(sorted(unknown))}, which a sentence has not")
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(about.max_tokens)

    @classmethod
    def load(cls, folder: Path) -> "Encoder":
        """The encoder in a folder; raises `BrokenEncoder` where there is none."""
        try:
            return cls(folder, About.load(folder))
        except FileNotFoundError as error:
            raise BrokenEncoder(f"{error.filename} is missing: run `baton models add` again") from None

    @classmethod
    def wanted(cls) -> "Encoder | None":
        """The encoder that a training shall use."""
        wanted = os.environ.get(WANTED)
        return cls.named(wanted) if wanted else None

    @classmethod
    def named(cls, encoder_id: str) -> "Encoder":
        """The encoder that a trained model names."""
        return cls.load(Path(os.environ.get(FOLDERS, ""), encoder_id))

    def vectors(self, texts: Sequence[str]) -> Vector:
        """One row a text.

        Each is read alone: quantised activations are scaled over a whole batch, so company would change a vector.
        """
        found = np.zeros((len(texts), self.about.dimensions), np.float32)
        for row, text in enumerate(texts):
            found[row] = self.vector(text)
        return found

    def vector(self, text: str) -> Vector:
        """The vector of one text; of nothing at all it is zero."""
        # Half a surrogate pair is no text to the tokenizer.
        readable = (self.about.prefix + text).encode("utf-8", "replace").decode("utf-8")
        ids = np.array([self._tokenizer.encode(readable).ids], dtype=np.int64)
        if not ids.size:
            return np.zeros(self.about.dimensions, np.float32)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        [output] = self._session.run([self._output], {name: given[name] for name in self._inputs})
        pooled = self._pooled(np.asarray(output, np.float32)[0])
        return pooled / np.float32(max(float(np.linalg.norm(pooled)), SMALL))

    def _pooled(self, output: npt.NDArray[Any]) -> Vector:
        if output.ndim == 1:
            return output
        match self.about.pooling:
            case "cls":
                return output[0]
            case "max":
                return output.max(axis=0)
            case _:
                return output.mean(axis=0, dtype=np.float32)


def id_of(folder: Path) -> str:
    """Names a stored encoder by everything in it."""
    digest = hashlib.sha256()
    for name in FILES:
        content = (folder / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:ID_LENGTH]
