"""How fast Telegram may be written to: what goes beyond is answered with 429, and the longer for it."""

from dataclasses import dataclass, field

PER_CHAT_S = 1.0
"""One message a second to a customer; a short burst is let through."""
BURST = 3
OVERALL_S = 1 / 30
FORGET_AFTER_S = 60.0


@dataclass(slots=True)
class Budget:
    """When the next message may go. Times are seconds of any one clock that does not go back."""

    _chats: dict[str, float] = field(default_factory=dict)
    _overall: float = 0.0
    _closed_until: float = 0.0

    def reserve(self, chat: str, now: float, patience: float) -> float:
        """Seconds to wait before this message may be sent; it counts from now on, unless that is past `patience`."""
        free = max(self._chats.get(chat, 0.0), now - (BURST - 1) * PER_CHAT_S)
        at = max(now, free, self._overall, self._closed_until)
        if at - now > patience:
            return at - now
        self._chats[chat] = max(free, at - (BURST - 1) * PER_CHAT_S) + PER_CHAT_S
        self._overall = max(self._overall, now, self._closed_until) + OVERALL_S
        if len(self._chats) > 10_000:
            self._chats = {each: until for each, until in self._chats.items() if until > now - FORGET_AFTER_S}
        return at - now

    def refused(self, retry_after: float, now: float) -> None:
        """Telegram wants no message at all for so long."""
        self._closed_until = max(self._closed_until, now + retry_after)
