"""Reads the training files strictly, so that a mistake in them is named by file and line before Rasa sees it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

# What may be marked; the other details are known by their shape.
MARKS = ("product", "sku", "date", "quantity", "color", "size", "carrier")
# Rasa knows more ways to mark; this one is enough, and the others would be a slip here.
_MARK = re.compile(r"\[([^\[\]]+)\](?:\(([^()]*)\)|(?=[{\[]))")


class BrokenTrainingData(Exception):
    """The message is `<file>:<line>: <what is wrong>`, lines counted from 1."""

    def __init__(self, file: Path, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")


@dataclass(frozen=True)
class Example:
    """One sentence, what it means, and what is marked in it as (name, start, end)."""

    text: str
    intent: str
    file: Path
    line: int
    marked: tuple[tuple[str, int, int], ...] = ()


def read_examples(file: Path, known_intents: frozenset[str] | None) -> list[Example]:
    """Every example of a training file; `known_intents` is None where any intent may be used."""
    return [example for block in _blocks(file) for example in _examples_of(file, block, known_intents)]


def _blocks(file: Path) -> Iterator[dict[str, Node]]:
    root = _fields(file, _compose(file))
    blocks = root.get("nlu")
    if not isinstance(blocks, SequenceNode):
        raise BrokenTrainingData(file, 1, "there is no list named 'nlu' at the top level")
    for block in blocks.value:
        fields = _fields(file, block)
        if "intent" in fields:
            yield fields
        elif not {"synonym", "regex", "lookup"} & fields.keys():
            raise BrokenTrainingData(file, _line(block), "an entry of 'nlu' needs 'intent' and 'examples'")


def _compose(file: Path) -> Node | None:
    try:
        root: Node | None = YAML(typ="rt").compose(file.read_text(encoding="utf-8"))
        return root
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenTrainingData(file, mark.line + 1 if mark else 1, f"not YAML: {error.problem}") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise BrokenTrainingData(file, 1, f"not a text in UTF-8: {error}") from error


def _fields(file: Path, node: Node | None) -> dict[str, Node]:
    if not isinstance(node, MappingNode):
        raise BrokenTrainingData(file, _line(node), "expected 'name: value' here")
    fields: dict[str, Node] = {}
    for key, value in node.value:
        if str(key.value) in fields:
            raise BrokenTrainingData(file, _line(key), f"'{key.value}' is given twice")
        fields[str(key.value)] = value
    return fields


def _examples_of(file: Path, block: dict[str, Node], known_intents: frozenset[str] | None) -> Iterator[Example]:
    intent, examples = block["intent"], block.get("examples")
    if not isinstance(intent, ScalarNode) or not intent.value:
        raise BrokenTrainingData(file, _line(intent), "the intent has no name")
    if known_intents is not None and intent.value not in known_intents:
        raise BrokenTrainingData(
            file, _line(intent), f"unknown intent '{intent.value}'; how to add one is in CONTRIBUTING.md"
        )
    if not isinstance(examples, ScalarNode) or examples.style != "|":
        raise BrokenTrainingData(file, _line(intent), f"'{intent.value}' needs 'examples: |' with a '- ' line for each")
    found = False
    for line, text in enumerate(examples.value.splitlines(), start=_line(examples) + 1):
        if not text.strip():
            continue
        if not text.startswith("- ") or not text[2:].strip():
            raise BrokenTrainingData(file, line, f"an example of '{intent.value}' must start with '- ' and have words")
        found = True
        plain, marked = _unmarked(file, line, text[2:].strip())
        yield Example(plain, intent.value, file, line, marked)
    if not found:
        raise BrokenTrainingData(file, _line(intent), f"'{intent.value}' has no examples")


def _unmarked(file: Path, line: int, typed: str) -> tuple[str, tuple[tuple[str, int, int], ...]]:
    """The sentence without its marks, as Rasa reads it, and where they were."""
    plain, at = "", 0
    marked: list[tuple[str, int, int]] = []
    for match in _MARK.finditer(typed):
        if match[2] not in MARKS:
            raise BrokenTrainingData(file, line, f"'{match[0]}' needs one of {', '.join(MARKS)} in brackets after it")
        plain += typed[at : match.start()]
        marked.append((match[2], len(plain), len(plain) + len(match[1])))
        plain, at = plain + match[1], match.end()
    return plain + typed[at:], tuple(marked)


def _line(node: Node | None) -> int:
    return 1 if node is None else int(node.start_mark.line) + 1
