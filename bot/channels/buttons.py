"""Buttons a customer gets and sends back: signed, for one conversation and episode."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from handoff.values import RATE, Action, Button

COURTESIES = frozenset({("helpful", "yes")})
"""Buttons that want nothing more: after the end of a conversation they do not open it again."""


def pressed(button: Button, episode: int) -> Action:
    """What a customer says by a button that was shown in `episode`."""
    reopens = button.name != RATE and (button.name, button.value) not in COURTESIES
    return Action(button.name, button.value, button.label, episode, reopens)


@dataclass(frozen=True, slots=True)
class Buttons:
    """Signs buttons and reads pressed ones."""

    key: str

    def token(self, button: Button, conversation_id: int, episode: int) -> str:
        return self._serializer().dumps([button.name, button.value, button.label, conversation_id, episode])

    def read(self, token: str) -> tuple[Action, int] | None:
        """The action and its conversation; None for anything we did not sign."""
        try:
            name, value, label, conversation_id, episode = self._serializer().loads(token)
        except (BadSignature, ValueError):
            return None
        return pressed(Button(label, name, value), episode), conversation_id

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.key, salt="button")
