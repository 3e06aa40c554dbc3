"""Keeps topics as conversations are. Each topic has a cursor: what waits is read again whenever a group has room."""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramMigrateToChat, TelegramRetryAfter
from aiogram.types import ReplyParameters
from sqlalchemy.orm import Session

from bot.channels.telegram.rates import Budget
from bot.channels.telegram_desk import lines, plan, topics
from bot.channels.telegram_desk.calls import Calls
from bot.channels.telegram_desk.groups import Answer, Group, Groups, is_fit
from bot.channels.telegram_desk.lines import Reader
from bot.channels.telegram_desk.plan import KEPT, Urgency
from bot.channels.telegram_desk.topics import Topic
from bot.channels.telegram_desk.troubles import Trouble, trouble_of
from handoff import events, inbox
from handoff.db import Database
from handoff.desk import teams, telegram_links
from handoff.errors import DatabaseTrouble
from handoff.inbox import Transcript
from handoff.ports import Clock, Wakeups
from handoff.posts import Post
from handoff.states import Status

log = logging.getLogger("baton.telegram_desk")

POST = "telegram desk"
"""One process writes topics; another takes the post over when it is not renewed."""
PAUSE_S = 3.0
RECHECK_S = 10.0
HELD_BACK_S = 0.05
LOOK_S = 0.5
"""A group that waits for room looks again so often whether something more urgent has come."""
MEND_S = 60.0
"""A group that cannot be used is tried again so often."""
SWEEP_EVERY = timedelta(minutes=1)
"""A mark can be lost with what breaks; what is behind is found again."""
SWEPT = 500
RELABELS = frozenset({"priority"})
"""Events after which only the name may be another one."""
LAST_CALL_S = 5.0
REPEATED_MOST = 2
"""A call whose answer was lost is made again once. But a topic there must be, even if one too many stands empty."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation and its topic at one moment."""

    topic: Topic
    told: Transcript
    reader: Reader
    step: plan.Step | None


class Mirror:
    def __init__(
        self,
        bot: Bot,
        budget: Budget,
        database: Database,
        wakeups: Wakeups,
        clock: Clock,
        reader: Reader,
        calls: Calls,
        groups: Sequence[int],
        owner: str,
    ) -> None:
        self._bot, self._budget, self._database = bot, budget, database
        self._wakeups, self._clock, self._reader, self._calls = wakeups, clock, reader, calls
        self.known = Groups(database, clock, groups)
        self.groups = self.known.by_id
        self._post = Post(database, clock, POST, owner)
        self._marks = count()

    async def run(self) -> None:
        """Until cancelled."""
        await self.known.learn()
        serving = [self._serve(group) for group in self.groups.values()]
        await asyncio.gather(self._post.keep(self._renewed), self._follow(), *serving)

    async def close(self) -> None:
        await self._post.leave()

    def answer(self, group_id: int, answer: Answer) -> None:
        """As soon as the group has room; nobody waits for it. Not in one that has moved meanwhile."""
        if (group := self.groups.get(group_id)) is not None:
            group.answers.append(answer)
            group.woken.set()

    async def _renewed(self, now: datetime, is_new: bool) -> None:
        if is_new:
            await self._take_over(now)
        await self._database.write(telegram_links.keep_present, now)

    async def _take_over(self, now: datetime) -> None:
        """How much of each group's minute is gone already."""
        at = asyncio.get_running_loop().time()
        for group_id in list(self.groups):
            spent = await self._database.read(topics.spent, group_id, now - topics.CALLS_KEPT)
            self._budget.remember(group_id, (at - (now - each).total_seconds() for each in spent))

    async def _follow(self) -> None:
        """Mark what changed; after taking over, and now and then, everything that is behind."""
        cursor: str | None = None
        swept = self._clock.now()
        async with self._wakeups.subscribe(events.DESK_TOPIC) as woken:
            while True:
                woken.clear()
                wait = RECHECK_S
                try:
                    if not self._post.held:
                        cursor, wait = None, 0.1
                    elif cursor is None or abs(self._clock.now() - swept) >= SWEEP_EVERY:
                        newest = cursor or await self._database.read(events.newest)
                        await self._mark(await self._database.read(topics.behind, list(self.groups)))
                        cursor, swept, wait = newest, self._clock.now(), 0.0
                    else:
                        cursor, wait = await self._read_on(cursor)
                except Exception as error:
                    log.warning("topics_postponed error=%s", type(error).__name__)
                    wait = PAUSE_S
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await woken.wait()

    async def _read_on(self, cursor: str) -> tuple[str, float]:
        happened, after = await self._database.read(events.after, cursor)
        renamed = {event.conversation_id for event in happened if event.kind in RELABELS}
        await self._mark(dict.fromkeys(event.conversation_id for event in happened), renamed)
        if happened:
            return after, 0.0
        return after, HELD_BACK_S if await self._database.read(events.held_back, after) else RECHECK_S

    async def _mark(self, conversation_ids: Iterable[int], renamed: Collection[int] = ()) -> None:
        """Put on their groups' lists what must be seen to; what has no topic yet goes where there is most room."""
        ids = list(conversation_ids)
        for start in range(0, len(ids), SWEPT):
            for found in await self._database.read(topics.standings, ids[start : start + SWEPT]):
                standing = await self._moved(found) if self._is_lost(found) else found
                urgency = plan.urgency(standing)
                if urgency is None and standing.topic is not None and standing.conversation_id in renamed:
                    urgency = Urgency.TITLE
                group = self._group_of(standing) if urgency is not None else None
                if urgency is not None and group is not None:
                    known = group.wants.get(standing.conversation_id)
                    since = known[1] if known is not None else next(self._marks)
                    group.wants[standing.conversation_id] = (urgency, since)
                    group.woken.set()

    def _is_lost(self, standing: topics.Standing) -> bool:
        """Whether people have it, and its topic is where we cannot write while there is another group."""
        if standing.topic is None or standing.status not in plan.PEOPLES:
            return False
        home = self.groups.get(standing.topic.group_id)
        return home is None or (home.unfit and any(group.fit for group in self.groups.values()))

    async def _moved(self, standing: topics.Standing) -> topics.Standing:
        """It gets a new topic in a group of ours."""
        topic = standing.topic
        assert topic is not None, "the caller has looked"
        group = self._roomiest()
        if await self._database.write(topics.move, topic.conversation_id, topic.group_id, group.id):
            log.warning("topic_left conversation=%d group=%d for=%d", topic.conversation_id, topic.group_id, group.id)
        [found] = await self._database.read(topics.standings, [topic.conversation_id])
        return found

    def _group_of(self, standing: topics.Standing) -> Group | None:
        """A deleted topic is made again where it was."""
        if standing.topic is not None:
            return self.groups.get(standing.topic.group_id)
        known = next((group for group in self.groups.values() if standing.conversation_id in group.wants), None)
        return known or self._roomiest()

    def _roomiest(self) -> Group:
        at = asyncio.get_running_loop().time()
        usable = [group for group in self.groups.values() if group.fit] or list(self.groups.values())
        return min(usable, key=lambda group: len(group.wants) * 4 + self._budget.used(group.id, at))

    async def _serve(self, group: Group) -> None:
        """One call after the other, the most urgent first, as fast as the group takes them, as long as it is ours."""
        while self.groups.get(group.id) is group:
            try:
                await self._serve_next(group)
            except DatabaseTrouble as error:
                log.warning("topics_postponed error=%s", type(error).__name__)
                await self._clock.sleep(PAUSE_S)
            except AiogramError as error:
                log.warning("topics_trouble error=%s", type(error).__name__)
                await self._clock.sleep(PAUSE_S)
            except Exception:
                log.exception("topics_broke")
                await self._clock.sleep(PAUSE_S)

    async def _serve_next(self, group: Group) -> None:
        group.woken.clear()
        if not group.fit:
            await self._look_at(group)
            return
        wanted = group.next(has_post=self._post.held)
        if wanted is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await group.woken.wait()
            return
        at = asyncio.get_running_loop().time()
        wait = max(self._budget.room(group.id, at, KEPT[wanted[0]]), group.aside_until - at)
        if wait > 0:
            await self._clock.sleep(min(wait, LOOK_S))
        elif wanted[1] is None:
            await self._answer(group, group.answers.popleft())
        else:
            await self._see_to(group, wanted[1])

    async def _look_at(self, group: Group) -> None:
        """Whether it can be used, and under which id."""
        await self.known.learn()  # another process may have heard that it moved
        looked_at = group.id
        try:
            fit = await is_fit(self._bot, looked_at)
        except TelegramMigrateToChat as moved:
            return await self.known.follow(looked_at, moved.migrate_to_chat_id)
        if group.id != looked_at:
            return None  # somebody else has heard of it
        group.fit, group.unfit = fit, not fit
        if fit and self._post.held:
            await self._mark(await self._database.read(topics.behind, list(self.groups)))
        elif not fit:
            await self._leave_to_others(group)
            await self._clock.sleep(MEND_S)
        return None

    async def _leave_to_others(self, group: Group) -> None:
        """What has no topic here yet need not wait for the group to be mended."""
        waiting = list(group.wants)
        group.wants.clear()
        await self._mark(waiting)

    async def _answer(self, group: Group, answer: Answer) -> None:
        self._budget.spend(group.id, asyncio.get_running_loop().time())
        await self._database.write(topics.spend, group.id, self._clock.now())
        below = ReplyParameters(message_id=answer.below, allow_sending_without_reply=True)
        try:
            await self._bot.send_message(
                group.id, answer.text, message_thread_id=answer.thread_id, reply_parameters=below
            )
        except TelegramRetryAfter as error:
            group.answers.appendleft(answer)
            await self._went_wrong(group, error)
        except AiogramError as error:
            log.info("answer_not_shown error=%s", type(error).__name__)

    async def _see_to(self, group: Group, conversation_id: int) -> None:
        """One step, and the rest of it later; what happens meanwhile marks it again."""
        want = group.wants.pop(conversation_id)
        try:
            seen = await self._database.read(self._seen, conversation_id, group.id, self._clock.now())
            if seen.topic.group_id != group.id:
                await self._mark([conversation_id])  # it has moved since
                return
            if seen.step is not None:
                await _to_its_end(self._take(group, seen, seen.step))
            elif not plan.is_given_up(seen.topic, seen.told.conversation.epoch):
                await self._settle(seen)
            await self._mark([conversation_id])
        except DatabaseTrouble:
            group.wants.setdefault(conversation_id, (want[0], next(self._marks)))
            raise
        if seen.step is not None and conversation_id not in group.wants:
            # Names and pins are no reason to hurry, and standing alone does not tell of them.
            group.wants[conversation_id] = (Urgency.TITLE, next(self._marks))

    async def _settle(self, seen: Seen) -> None:
        """What the bot says meanwhile is shown when it calls a person again."""
        view = seen.told.conversation
        rev = seen.topic.rev if view.status is Status.PENDING else view.rev
        await self._database.write(topics.settle, view.id, rev, view.epoch)

    def _seen(self, session: Session, conversation_id: int, group_id: int, now: datetime) -> Seen:
        topic = topics.find(session, conversation_id) or Topic(conversation_id, group_id)
        told = inbox.transcript(session, conversation_id, topic.rev)
        view = told.conversation
        written = topics.written_here(session, conversation_id, [message.id for message in told.messages])
        names = {team.key: team.names.get(self._reader.language, team.key) for team in teams.listing(session)}
        reader = Reader(self._reader.replies, self._reader.language, self._reader.zone, names)
        messages = plan.waits(told.messages, topic, view.episode, written)
        waiting = lines.pieces(messages, view, reader, now)
        if waiting and waiting[0].seq == topic.seq + 1:
            waiting = waiting[topic.part :]
        undelivered = plan.undelivered_of(told.messages, written)
        extents = topics.extents(session, conversation_id, [message.id for message in told.messages])
        later = lines.grown(told.messages, view, reader, now, topic, extents)
        next_step = partial(plan.next_step, topic, view, lines.title(view, reader), waiting, undelivered, later)
        step = None if plan.is_given_up(topic, view.epoch) else next_step()
        return Seen(topic, told, reader, step)

    async def _take(self, group: Group, seen: Seen, step: plan.Step) -> None:
        topic = seen.topic
        self._budget.spend(group.id, asyncio.get_running_loop().time())
        tries = await self._database.write(topics.begin, topic, step.name, self._clock.now())
        if tries >= REPEATED_MOST and not isinstance(step, plan.Create):
            log.error("topic_step_unknown conversation=%d step=%s", topic.conversation_id, step.name)
            await self._database.write(self._calls.skipped, seen.told, topic, step)
            return
        try:
            done = await self._calls.make(seen.told, topic, seen.reader, step, again=tries > 0)
        except AiogramError as error:
            await self._met(group, seen, step, error)
        except OSError as error:
            log.warning("topic_file_gone conversation=%d error=%s", topic.conversation_id, type(error).__name__)
            await self._database.write(self._calls.skipped, seen.told, topic, step)
        else:
            await self._database.write(done)

    async def _met(self, group: Group, seen: Seen, step: plan.Step, error: AiogramError) -> None:
        """What becomes of a step that Telegram did not take."""
        topic, one = seen.topic, seen.topic.conversation_id
        match trouble_of(error):
            case Trouble.TOPIC_GONE:
                losses = topic.losses + 1
                (log.error if losses >= plan.LOST_TWICE else log.warning)(
                    "topic_gone conversation=%d times=%d", one, losses
                )
                gone = {"thread_id": None, "packet_id": None, "packet_episode": 0, "title": "", "closed": False}
                await self._database.write(topics.done, one, losses=losses, epoch=seen.told.conversation.epoch, **gone)
            case Trouble.TOPIC_CLOSED:
                await self._database.write(topics.done, one, closed=True, losses=topic.losses + 1)
            case Trouble.ALREADY_SO:
                await self._database.write(self._calls.skipped, seen.told, topic, step)
            case Trouble.REFUSED:
                log.error("topic_step_refused conversation=%d step=%s why=%s", one, step.name, error)
                await self._database.write(self._calls.skipped, seen.told, topic, step)
            case Trouble.UNKNOWN:
                await self._went_wrong(group, error)
            case _:
                await self._database.write(topics.done, one)
                await self._went_wrong(group, error)

    async def _went_wrong(self, group: Group, error: AiogramError) -> None:
        """The group is left alone for a while, as long as Telegram says where it does."""
        at = asyncio.get_running_loop().time()
        match error:
            case TelegramRetryAfter(retry_after=seconds):
                self._budget.refused_by(group.id, float(seconds), at)
            case TelegramMigrateToChat(migrate_to_chat_id=to):
                await self.known.follow(group.id, to)
            case _ if trouble_of(error) in (Trouble.GROUP, Trouble.MOVED):
                group.fit = False  # and looked at again: what is to be mended is said there
            case _:
                log.warning("topics_trouble error=%s", type(error).__name__)
                group.aside_until = at + PAUSE_S


async def _to_its_end(step: Coroutine[Any, Any, None]) -> None:
    """Who is asked to stop lets a call that is on its way come back, else it would be made once more."""
    task = asyncio.create_task(step)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=LAST_CALL_S)
        raise
