"""Agents' groups: what each has to do, and whether it is a forum in which the bot may make topics and pin messages."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import ChatMemberAdministrator, ChatMemberOwner

from bot.channels.telegram_desk import moves
from bot.channels.telegram_desk.plan import Urgency
from handoff.db import Database
from handoff.errors import DatabaseTrouble
from handoff.ports import Clock

log = logging.getLogger("baton.telegram_desk")

TOLD_MOST = 100
PAUSE_S = 3.0


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


class Groups:
    """The agents' groups, by the ids they have by now: an upgraded one has another, here and after a restart."""

    def __init__(self, database: Database, clock: Clock, groups: Iterable[int]) -> None:
        self._database, self._clock = database, clock
        self.by_id = {group: Group(group) for group in groups}

    async def learn(self) -> None:
        """What was known before a restart. Tried until the database is there."""
        while True:
            try:
                return await self._read_moves()
            except DatabaseTrouble as error:
                log.warning("groups_not_known error=%s", type(error).__name__)
                await self._clock.sleep(PAUSE_S)

    async def is_ours(self, chat: int) -> bool:
        """Another process may have heard of a move. Raises `DatabaseTrouble`."""
        if chat not in self.by_id:
            await self._read_moves()
        return chat in self.by_id

    async def follow(self, group_id: int, to: int) -> None:
        """Telegram has given a group another id. Raises `DatabaseTrouble`."""
        await self._database.write(moves.keep, group_id, to, self._clock.now())
        self._rename(group_id, to)

    async def _read_moves(self) -> None:
        for group_id, to in (await self._database.read(moves.known)).items():
            self._rename(group_id, to)

    def _rename(self, group_id: int, to: int) -> None:
        """Its topics stay behind: conversations that people have get new ones once the group is found to be fit."""
        group = self.by_id.pop(group_id, None)
        if group is None:
            return
        log.warning("telegram_group_moved group=%d to=%d: put the new id into BATON_TELEGRAM_GROUPS", group_id, to)
        group.answers.clear()
        if self.by_id.setdefault(to, group) is group:
            group.id, group.fit, group.unfit, group.aside_until = to, False, False, 0.0
            group.woken.set()


async def is_fit(bot: Bot, group: int) -> bool:
    """Whether it can be used; what is to be mended is said in the log.

    Raises `TelegramMigrateToChat` where it has another id now, and other `AiogramError` where nobody knows.
    """
    try:
        chat = await bot.get_chat(group)
        if not chat.is_forum:
            return _unfit(group, "turn Topics on in the group's settings")
        member = await bot.get_chat_member(group, bot.id)
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
