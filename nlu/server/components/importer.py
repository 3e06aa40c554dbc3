"""How Rasa gets the training data: read by our own reader, and without its fingerprints of everything.

Rasa's file importer reads every file twice and fingerprints each sentence many times over: with fifty thousand of them
that took longer than learning did.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_model_configuration

from nlu.server.training_data import Example, read_examples


class Sentence(Message):
    """A sentence with its intent and marks, which is known by them."""

    def fingerprint(self) -> str:
        """Names the sentence; what components add in a training does not change which one it is."""
        if self._cached_fingerprint is None:
            told = (self.data.get(name) for name in ("text", "intent", "entities"))
            self._cached_fingerprint = sha256(repr(tuple(told)).encode("utf-8", "surrogatepass")).hexdigest()
        return self._cached_fingerprint

    def __deepcopy__(self, memo: dict[int, Any]) -> "Sentence":
        """A copy that nothing is shared with; made before any component has added to it."""
        marks = [dict(mark) for mark in self.data.get("entities", ())]
        return type(self)({**self.data, "entities": marks} if marks else dict(self.data))


class TrainingFiles(TrainingDataImporter):
    """The YAML files of a folder. Raises `BrokenTrainingData`."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        self._config_file = config_file
        paths = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths or []
        self._files = [file for path in map(Path, paths) for file in sorted(path.glob("*.yml"))]

    def get_config(self) -> dict[str, Any]:
        """The configuration, as Rasa reads it."""
        return dict(read_model_configuration(self._config_file)) if self._config_file else {}

    def get_config_file_for_auto_config(self) -> str | None:
        """Where the configuration lies."""
        return self._config_file

    def get_domain(self) -> Domain:
        """None: the dialogue is Baton's own."""
        return Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """None: the dialogue is Baton's own."""
        return StoryGraph([])

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Every sentence of every file."""
        return TrainingData([_sentence(example) for file in self._files for example in read_examples(file, None)])


def _sentence(example: Example) -> Sentence:
    marks = [
        {"entity": name, "start": start, "end": end, "value": example.text[start:end]}
        for name, start, end in example.marked
    ]
    return Sentence({"text": example.text, "intent": example.intent, **({"entities": marks} if marks else {})})
