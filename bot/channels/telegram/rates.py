"""How fast Telegram may be written to: what goes beyond is answered with 429, and the longer for it.

One budget for everything a process sends. Customers' messages book their place ahead (`reserve`); what goes to agents'
groups takes what is free at the moment (`room`, `spend`), so that it never keeps a customer waiting.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

PER_CHAT_S = 1.0
"""One message a second to a customer; a short burst is let through."""
BURST = 3
OVERALL_S = 1 / 25
"""Telegram takes thirty a second; what is sent evenly arrives less evenly, and at thirty some of it was refused."""
FORGET_AFTER_S = 60.0
PER_GROUP = 20
"""Calls that write into one group, within `PER_GROUP_S`: a minute, and a second for what was long on its way."""
PER_GROUP_S = 61.0


@dataclass(slots=True)
class Budget:
    """When the next message may go. Times are seconds of any one clock that does not go back."""

    _chats: dict[str, float] = field(default_factory=dict)
    _overall: float = 0.0
    _closed_until: float = 0.0
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _shut_until: dict[int, float] = field(default_factory=dict)

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

    def room(self, group: int, now: float, kept: int = 0) -> float:
        """Seconds until a call may go to an agents' group, leaving `kept` places of its minute to what is more urgent.

        Nothing is booked: ask again then, for customers' messages may have come in between.
        """
        used = self._used(group, now)
        most = PER_GROUP - kept
        free = used[len(used) - most] + PER_GROUP_S if len(used) >= most else now
        if kept and len(used) >= PER_GROUP // 2:
            # Evenly from then on: a minute used up at once is silence for the rest of it.
            free = max(free, used[-1] + PER_GROUP_S / PER_GROUP)
        return max(now, free, self._overall, self._closed_until, self._shut_until.get(group, 0.0)) - now

    def spend(self, group: int, now: float) -> None:
        """A call goes to the group now."""
        self._used(group, now).append(now)
        self._overall = max(self._overall, now, self._closed_until) + OVERALL_S

    def remember(self, group: int, spent: Iterable[float]) -> None:
        """Calls that another process, or an earlier run, has made."""
        self._groups[group] = deque(sorted({*self._groups.get(group, ()), *spent}))

    def used(self, group: int, now: float) -> int:
        """How many places of the group's minute are taken."""
        return len(self._used(group, now))

    def refused(self, retry_after: float, now: float) -> None:
        """Telegram wants no message at all for so long."""
        self._closed_until = max(self._closed_until, now + retry_after)

    def refused_by(self, group: int, retry_after: float, now: float) -> None:
        """A group takes nothing for so long; others do."""
        self._shut_until[group] = max(self._shut_until.get(group, 0.0), now + retry_after)

    def _used(self, group: int, now: float) -> deque[float]:
        used = self._groups.setdefault(group, deque())
        while used and used[0] <= now - PER_GROUP_S:
            used.popleft()
        return used
