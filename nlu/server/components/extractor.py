"""Details with a shape, as a component of Rasa's graph."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.server.components.patterns import find_details


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PatternEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds order numbers, tracking numbers, phones, e-mail addresses and amounts; learns nothing."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "PatternEntityExtractor":
        """As Rasa asks for one."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the details found to the entities of each message."""
        for message in messages:
            details = [
                {"entity": detail.name, "value": detail.value, "start": detail.start, "end": detail.end}
                for detail in find_details(message.get(TEXT))
            ]
            known = message.get(ENTITIES, [])
            message.set(ENTITIES, known + self.add_extractor_name(details), add_to_output=True)
        return messages
