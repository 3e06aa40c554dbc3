"""The intent classifier as a component of Rasa's graph."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.server import progress
from nlu.server.components.encoder import Encoder
from nlu.server.components.mixed import Mixed


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NgramClassifier(GraphComponent, IntentClassifier):
    """A small network on pieces of spelling, words and concepts; always gives the full ranking.

    Which sentence encoder it reads with, if any, is the installation's choice and comes by the environment.
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: Mixed | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`hidden`: how many units the hidden layer has; `passes`: how often the training data is gone through."""
        return {"hidden": 128, "passes": 5}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NgramClassifier":
        """An untrained classifier, as Rasa asks for one."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NgramClassifier":
        """A trained classifier; raises ValueError where none was stored, so that no empty model is ever served."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = Mixed.load(folder)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every sentence that has an intent, and stores the result."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._model = Mixed.fit(
            [example.get(TEXT) for example in examples],
            [example.get(INTENT) for example in examples],
            hidden=int(self._config["hidden"]),
            passes=int(self._config["passes"]),
            encoder=Encoder.wanted(),
            on_progress=progress.report,
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds `intent` and `intent_ranking` to each message."""
        if self._model is None:
            raise RuntimeError("the classifier is not trained")
        for message in messages:
            ranking = [{"name": name, "confidence": value} for name, value in self._model.ranking(message.get(TEXT))]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages
