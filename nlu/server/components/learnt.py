"""Details that have no shape, learnt from the training data, as a component of Rasa's graph."""

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.server import progress
from nlu.server.components.tagger import Tagger

FILE = "details.crf"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LearntEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds what the training data marks as [words](name); what earlier extractors found is left alone."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._tagger: Tagger | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`passes`: how often the training data is gone through at most."""
        return {"passes": 40}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LearntEntityExtractor":
        """An untrained extractor, as Rasa asks for one."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "LearntEntityExtractor":
        """A trained extractor; raises ValueError where none was stored."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._tagger = _read(folder)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every sentence, for those without marks say what is none; stores the result."""
        examples = [
            (example.get(TEXT), [(one["entity"], one["start"], one["end"]) for one in example.get(ENTITIES, [])])
            for example in training_data.intent_examples
            if example.get(TEXT)
        ]
        with self._model_storage.write_to(self._resource) as folder:
            if any(marked for _, marked in examples):
                Tagger.fit(examples, folder / FILE, int(self._config["passes"]), progress.report)
            self._tagger = _read(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what is found to the entities of each message."""
        for message in messages:
            known = message.get(ENTITIES, [])
            found = self._tagger.find(message.get(TEXT)) if self._tagger else []
            details = [
                {"entity": detail.name, "value": detail.value, "start": detail.start, "end": detail.end}
                for detail in found
                if all(detail.end <= other["start"] or other["end"] <= detail.start for other in known)
            ]
            message.set(ENTITIES, known + self.add_extractor_name(details), add_to_output=True)
        return messages


def _read(folder: Path) -> Tagger | None:
    """None where nothing was marked, so that there was nothing to learn."""
    return Tagger(folder / FILE) if (folder / FILE).exists() else None
