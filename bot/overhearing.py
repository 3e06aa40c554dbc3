"""What is written to people, read for what nobody must overlook: danger, an order, a product. The bot keeps silent."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from bot.replies import Replies
from bot.shop import Shop
from bot.shopdata.base import ShopUnavailable
from bot.understand import Brain
from handoff import desk, inbox, jobs
from handoff.db import Database
from handoff.errors import DatabaseTrouble
from handoff.ports import Clock
from handoff.states import Status
from handoff.values import Language, Outgoing
from nlu import folding
from nlu.errors import NluError

log = logging.getLogger("baton.overhearing")

AT_ONCE = 2
"""What is written to people is read behind those who wait for an answer."""
LISTENED_FOR = timedelta(minutes=30)
"""A model that is away comes back; what nobody has read for so long, people have."""
SOONEST, LATEST = timedelta(seconds=2), timedelta(minutes=2)

Begin = Callable[[Coroutine[Any, Any, None], int], None]
"""Lets work about a conversation go on in a task of its own."""


class Ears:
    """Reads each message at once; its job (`desk.LISTEN`) sees to it again, in any process, until that is done."""

    def __init__(
        self, database: Database, brain: Brain, replies: Replies, shop: Shop, clock: Clock, begin: Begin
    ) -> None:
        self._database, self._brain, self._replies = database, brain, replies
        self._shop, self._clock, self._begin = shop, clock, begin
        self._room = asyncio.Semaphore(AT_ONCE)
        self._hearing: set[tuple[int, int]] = set()

    async def hear_late(self, conversation_id: int, seq: int, text: str, locale: Language | None) -> None:
        """People got it before the bot had read this: a call passed it, or an agent was quicker."""
        view = await self._database.read(inbox.conversation_view, conversation_id)
        if text and view.status is not Status.PENDING:
            await self.hear(conversation_id, seq, text, locale)

    async def hear(self, conversation_id: int, seq: int, text: str, locale: Language | None) -> None:
        """Read it, and do what follows from it. Where that fails the message's job is left for a later time."""
        which = conversation_id, seq
        self._hearing.add(which)
        try:
            async with self._room:
                heard = await self._brain.overhear(text)
            if heard.danger:
                await self._raise_alarm(conversation_id, text, locale)
            await self._database.write(desk.heard, conversation_id, seq)
            if order := heard.details.get("order_id"):
                await self._database.write(desk.name_order, conversation_id, order, self._clock.now())
            await self.note_product(conversation_id, seq, heard.details)
        except (NluError, DatabaseTrouble) as error:
            log.warning("danger_unread conversation=%d error=%s", conversation_id, type(error).__name__)
        finally:
            self._hearing.discard(which)

    async def take_up(self, job: jobs.Leased) -> timedelta | None:
        """The job of a message: who was to read it died, or no model answered. The reading itself is not waited for."""
        conversation_id, seq = which = job.payload["id"], job.payload["seq"]
        if which in self._hearing:
            return SOONEST
        words = await self._database.read(desk.unheard, conversation_id, seq)
        if words is None:
            return None
        age = self._clock.now() - words.said_at
        if age > LISTENED_FOR:
            log.error("danger_never_read conversation=%d", conversation_id)
            return None
        self._begin(self.hear(conversation_id, seq, words.text, words.language), conversation_id)
        return min(max(age, SOONEST), LATEST)

    async def note_product(self, conversation_id: int, seq: int, details: Mapping[str, str]) -> None:
        """What it is about, for the figures. What the shop does not tell now is not known."""
        try:
            product = await self._brain.product(details)
        except ShopUnavailable:
            log.warning("product_unknown conversation=%d", conversation_id)
            return
        if product is not None:
            await self._database.write(desk.name_product, conversation_id, seq, product)

    async def _raise_alarm(self, conversation_id: int, text: str, locale: Language | None) -> None:
        chosen, spoken = await self._database.read(inbox.languages, conversation_id)
        language = chosen or folding.language(text) or spoken or locale or self._shop.language
        words = (Outgoing(self._replies.say("danger_heard", language), author="system"),)
        now = self._clock.now()
        if await self._database.write(desk.raise_alarm, conversation_id, words, now, sla=self._shop.service_levels):
            log.info("danger conversation=%d", conversation_id)
