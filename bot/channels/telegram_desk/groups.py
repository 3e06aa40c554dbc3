"""Agents' groups: what each has to do, and whether it is a forum in which the bot may make topics and pin messages."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import ChatMemberAdministrator, ChatMemberOwner

from bot.channels.telegram_desk.plan import Urgency

log = logging.getLogger("baton.telegram_desk")

TOLD_MOST = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """A line for an agent who did something in a group. Of many, the oldest are dropped."""

    thread_id: int | None
    below: int
    text: str


@dataclass(slots=True)
class Group:
    """One group of agents. `wants` are conversations to be seen to: how urgently, and since when.

    `unfit` is what is known; before it was looked at, a group is neither.
    """

    id: int
    fit: bool = False
    unfit: bool = False
    aside_until: float = 0.0
    wants: dict[int, tuple[Urgency, int]] = field(default_factory=dict)
    answers: deque[Answer] = field(default_factory=lambda: deque(maxlen=TOLD_MOST))
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def next(self, *, has_post: bool) -> tuple[Urgency, int | None] | None:
        """What is most urgent; with no conversation, an answer. Without the post there are only answers."""
        best = min(self.wants.items(), key=lambda want: want[1], default=None) if has_post else None
        if self.answers and (best is None or best[1][0] > Urgency.TOLD):
            return Urgency.TOLD, None
        return (best[1][0], best[0]) if best is not None else None


async def is_fit(bot: Bot, group: int) -> bool:
    """Whether it can be used; what is to be mended is said in the log. Raises `AiogramError` where nobody knows."""
    try:
        chat = await bot.get_chat(group)
        if not chat.is_forum:
            return _unfit(group, "turn Topics on in the group's settings")
        member = await bot.get_chat_member(group, bot.id)
    except TelegramMigrateToChat as moved:
        return _unfit(group, f"it is now {moved.migrate_to_chat_id}; put that into BATON_TELEGRAM_GROUPS")
    except (TelegramBadRequest, TelegramForbiddenError):
        return _unfit(group, "add the bot to the group, or mend its id in BATON_TELEGRAM_GROUPS")
    if isinstance(member, ChatMemberOwner):
        return True
    if not isinstance(member, ChatMemberAdministrator):
        return _unfit(group, "make the bot an admin of the group")
    if not (member.can_manage_topics and member.can_pin_messages):
        return _unfit(group, "let the bot manage topics and pin messages")
    log.info("telegram_group_ready group=%d", group)
    return True


def _unfit(group: int, what_to_do: str) -> bool:
    log.error("telegram_group_unfit group=%d: %s", group, what_to_do)
    return False
