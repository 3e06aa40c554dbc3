"""Tokens of mixed Chinese and English for whatever Rasa does with tokens; offsets are those of the original text."""

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from nlu.folding import fold, spans


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MixedTokenizer(Tokenizer):
    """Words, numbers and codes whole, Chinese one character a token; token texts are folded."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's options for tokenizers; intents are never split."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute of a message."""
        text = message.get(attribute)
        pieces = ((fold(text[start:end]), start, end) for start, end in spans(text))
        return [Token(piece, start, end) for piece, start, end in pieces if piece]
