"""Who writes faster than anybody can: by the widget's measure, and by Telegram's own times of what they sent."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from bot.channels.widget import FRAMES_PER_WINDOW, WINDOW_S

MOST_KNOWN = 10_000


@dataclass(slots=True)
class Floods:
    """Counts what each customer sent within the window. What waited for us while we were away is no flood."""

    _sent: dict[int, deque[tuple[float, int]]] = field(default_factory=dict)
    _told: dict[int, float] = field(default_factory=dict)

    def judge(self, user: int, update: int, at: float) -> Literal["fine", "tell", "over"]:
        """`at` in seconds. `tell`: the first that is too much; the same update that comes again counts once."""
        sent = self._sent.setdefault(user, deque(maxlen=FRAMES_PER_WINDOW + 1))
        while sent and sent[0][0] < at - WINDOW_S:
            sent.popleft()
        if all(known != update for _, known in sent):
            sent.append((at, update))
        if len(self._sent) > MOST_KNOWN:
            self._forget(at)
        if len(sent) <= FRAMES_PER_WINDOW:
            return "fine"
        told, self._told[user] = self._told.get(user), at
        return "over" if told is not None and told >= at - WINDOW_S else "tell"

    def _forget(self, at: float) -> None:
        self._sent = {user: sent for user, sent in self._sent.items() if sent and sent[-1][0] >= at - WINDOW_S}
        self._told = {user: told for user, told in self._told.items() if told >= at - WINDOW_S}
