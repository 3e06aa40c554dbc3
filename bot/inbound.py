"""The story of a customer message: stored, read with its neighbours, understood, answered or handed to a person."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot import dialogue, packets
from bot.decisions import Context, HandOff, Memory, Social, Understood, explained
from bot.overhearing import Ears
from bot.replies import Replies
from bot.shop import Shop
from bot.shopdata.base import ShopUnavailable
from bot.understand import NAMES_PRODUCT, Brain, content_of, details_named, language_of, written
from handoff import desk, expected, promises
from handoff.board import Board
from handoff.business_hours import BusinessHours
from handoff.db import Database
from handoff.desk import timetable
from handoff.errors import DatabaseTrouble, TooLate
from handoff.ports import Clock
from handoff.values import (
    PRIORITY_ORDER,
    Action,
    CallForPerson,
    Content,
    InboundMessage,
    Language,
    Media,
    Outgoing,
    Priority,
    PromisedTime,
    Reason,
    Recorded,
    Text,
    Turn,
)
from nlu import folding
from nlu.errors import NluError
from nlu.result import Reading

log = logging.getLogger("baton.inbound")

ASKS_FOR_MATTER = frozenset({Reason.CUSTOMER_REQUEST, Reason.NOT_HELPFUL})
"""Calls whose own words say that a person is wanted, and hardly what for."""
QUESTIONS_AT_ONCE = 8
"""More wait their turn, so that whoever calls a person is not behind all who ask."""


@dataclass(frozen=True, slots=True)
class NluState:
    """`starting`: a model is on its way. `ready_since`: since when one answers, None while none does."""

    starting: bool
    ready_since: datetime | None


class Inbound:
    """Takes every customer message, whatever channel it comes from."""

    def __init__(
        self,
        database: Database,
        brain: Brain,
        replies: Replies,
        shop: Shop,
        clock: Clock,
        nlu_state: Callable[[], NluState],
        *,
        board: Board,
        writes_letters: bool = False,
    ) -> None:
        self._database, self._brain, self._replies = database, brain, replies
        self._writes_letters, self._board = writes_letters, board
        self._shop, self._clock, self._nlu_state = shop, clock, nlu_state
        self._sla = shop.service_levels
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self.ears = Ears(database, brain, replies, shop, clock, self._begin)
        self.dropped = 0

    async def receive(self, message: InboundMessage) -> Recorded:
        """Store the message and return, so the channel can acknowledge; the answer follows by itself.

        Raises `OldButton` and `DatabaseTrouble`; nothing is stored then.
        """
        recorded = await self._record(message)
        conversation_id, text = recorded.conversation_id, written(message.content)
        if recorded.bot_owns and not recorded.duplicate:
            self._begin(self._answer_bubble(recorded, message), conversation_id)
        elif not recorded.bot_owns and text and (recorded.joined or not recorded.duplicate):
            self._begin(self.ears.hear(conversation_id, recorded.seq, text, message.locale), conversation_id)
        return recorded

    async def _record(self, message: InboundMessage) -> Recorded:
        now = self._clock.now()
        match message.content:
            case Action(name="cancel_wait"):
                words = (Outgoing(self._replies.say("wait_cancelled", message.locale or self._shop.language)),)
                return await self._database.write(desk.leave_queue, message, words, now, sla=self._sla)
            case Action(name="helpful", value=said):
                return await self._database.write(desk.judge_answer, message, now, helped=said == "yes", sla=self._sla)
            case content if desk.is_rating(content):
                return await self._database.write(desk.rate, message, now)
            case _:
                return await self._database.write(desk.record_inbound, message, now, sla=self._sla)

    async def rerun(self, conversation_id: int) -> None:
        """Take up a conversation whose answer was interrupted; one that waited too long goes to a person."""
        turn = await self._database.read(desk.open_turn, conversation_id)
        if turn is None:
            return
        state = self._nlu_state()
        if state.starting:
            return
        waited_from = max(turn.waiting_since, state.ready_since or turn.waiting_since)
        if self._clock.now() - waited_from > timedelta(seconds=self._shop.waiting.rerun_window_s):
            await self._hand_off(turn, HandOff(Reason.SWEPT, key="late"))
        elif not await self._answer(turn, None):
            await self.ears.hear_late(conversation_id, turn.fence.last_incoming_seq, packets.text_of(turn), turn.locale)

    async def drain(self, seconds: float) -> None:
        """Let answers under way finish, and what they begin; what does not is taken up again after the next start."""
        time = asyncio.get_running_loop().time
        ends = time() + seconds
        while self._tasks and (left := ends - time()) > 0:
            await asyncio.wait(set(self._tasks), timeout=left)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer_bubble(self, recorded: Recorded, message: InboundMessage) -> None:
        if not await self._answer_burst(recorded, message.content):
            await self.ears.hear_late(recorded.conversation_id, recorded.seq, written(message.content), message.locale)

    async def _answer_burst(self, recorded: Recorded, content: Content) -> bool:
        """False where it is too late for that."""
        turn = recorded.turn or await self._open_turn(recorded)
        if turn is None:
            return False
        reading, patience = await self._look(recorded, turn, content)
        if patience > 0:
            await self._clock.sleep(patience)
            turn = await self._open_turn(recorded)
        if turn is None:
            return False
        if turn.fence.last_incoming_seq == recorded.seq:
            return await self._answer(turn, reading)
        if reading is None or self._calls_person(reading):
            # A newer bubble carries the burst, unless this one cannot wait for it.
            return await self._answer(_only(turn, recorded.seq), reading)
        return True

    async def _open_turn(self, recorded: Recorded) -> Turn | None:
        return await self._database.read(desk.open_turn, recorded.conversation_id)

    async def _look(self, recorded: Recorded, turn: Turn, content: Content) -> tuple[Reading | None, float]:
        """The bubble's reading, where it has one, and seconds to wait for the next: while this one looks unfinished."""
        if dialogue.asks_for_person(content) or not isinstance(content, Text | Media):
            return None, 0.0
        words = written(content)
        try:
            reading = await self._brain.read(words) if words else None
        except NluError:
            return None, 0.0
        # Of a picture alone the words often follow, and they tell how grave it is.
        if reading is not None and self._is_finished(turn, reading, words):
            return reading, 0.0
        waited = (self._clock.now() - recorded.waiting_since).total_seconds()
        return reading, min(self._shop.waiting.fragment_s, self._shop.waiting.burst_s - waited)

    def _is_finished(self, turn: Turn, reading: Reading, words: str) -> bool:
        if self._calls_person(reading):
            return True
        if dialogue.gives_asked_detail(Memory.read(turn.memory), words, reading):
            return True
        language = folding.language(words) or self._shop.language
        sure = reading.intent.confidence >= self._brain.threshold(language)
        return sure and reading.intent.name not in dialogue.SOCIAL

    def _calls_person(self, reading: Reading) -> bool:
        return dialogue.calls_person(reading, self._shop.understanding.person_threshold)

    async def _answer(self, turn: Turn, known: Reading | None) -> bool:
        """A call for a person passes all questions that wait. False where it is too late."""
        if dialogue.asks_for_person(content_of(turn)) or (known is not None and self._calls_person(known)):
            return await self._decide(turn, known)
        async with self._room:
            return await self._decide(turn, known)

    async def _decide(self, turn: Turn, known: Reading | None) -> bool:
        content, context = content_of(turn), self._context(turn)
        try:
            understood = await self._brain.understand(content, context, known)
        except NluError as error:
            log.warning("nlu_failed conversation=%d error=%s", turn.fence.conversation_id, type(error).__name__)
            if self._nlu_state().starting:
                return True
            # Whoever reads it later may find danger in it.
            await self._hand_off(turn, HandOff(Reason.NLU_UNAVAILABLE))
            return False
        except ShopUnavailable:
            log.warning("shop_unavailable conversation=%d", turn.fence.conversation_id)
            return await self._hand_off(turn, HandOff(Reason.SKILL_FAILED))
        if isinstance(understood.decision, HandOff):
            return await self._hand_off(turn, understood.decision, understood)
        return await self._reply(turn, context, understood)

    async def _reply(self, turn: Turn, context: Context, understood: Understood) -> bool:
        memory = dialogue.remember(context.memory, understood.decision, packets.text_of(turn), packets.wish(understood))
        in_time = await self._unless_too_late(
            self._database.write(
                desk.reply,
                turn.fence,
                self._replies.words(understood.decision, understood.language, understood.also),
                self._clock.now(),
                decision=explained(understood),
                memory=memory.stored(),
                language=understood.language,
                asks_rating=understood.decision == Social("glad"),
            )
        )
        self._begin_naming(turn, packets.details(turn, context.memory, understood.reading))
        return in_time

    async def _hand_off(self, turn: Turn, decision: HandOff, understood: Understood | None = None) -> bool:
        context = self._context(turn)
        intent = packets.matter_of(context.memory, understood)
        hours = await self._hours(decision.reason, intent, context.language)
        promise = await self._promise(decision.priority, hours)
        call = CallForPerson(
            decision.reason,
            decision.priority,
            self._notice(turn, decision, context.language, hours, promise),
            packets.packet(turn, context.memory, understood),
            again=context.reopened,
            intent=intent,
            promise=promise,
        )
        told = understood or Understood(decision, context.language, None, (), self._brain.threshold(context.language))
        in_time = await self._unless_too_late(
            self._database.write(
                desk.hand_off,
                turn.fence,
                call,
                self._clock.now(),
                decision=explained(told),
                language=context.language,
                memory=dialogue.remember(context.memory, decision, packets.text_of(turn), packets.wish(told)).stored(),
                sla=self._sla,
            )
        )
        if in_time and decision.reason in ASKS_FOR_MATTER:
            self._begin(self._find_matter(turn, context), turn.fence.conversation_id)
        self._begin_naming(turn, packets.details(turn, context.memory, understood.reading if understood else None))
        return in_time

    async def _find_matter(self, turn: Turn, context: Context) -> None:
        """Behind the call, which waits for nothing: what it is about, where the call's own words do not tell."""
        try:
            matter = await self._brain.matter(content_of(turn), context)
        except NluError as error:
            log.warning("matter_unread conversation=%d error=%s", turn.fence.conversation_id, type(error).__name__)
            return
        if matter is not None:
            details = {**packets.slots(context.memory), **details_named(matter.text, matter.reading)}
            found = {
                "ranking": packets.ranking(matter.reading),
                "near_misses": packets.near_misses(matter.hits),
                "entities": details,
            }
            self._begin_naming(turn, details)
            write = self._database.write
            now, conversation_id = self._clock.now(), turn.fence.conversation_id
            is_matter = matter.reading.intent.name not in dialogue.CALLS
            await write(desk.complete_packet, conversation_id, found, now, episode=turn.episode, is_matter=is_matter)

    def _begin_naming(self, turn: Turn, details: Mapping[str, str]) -> None:
        """Behind what the customer waits for: the shop's records may take their time."""
        if details.keys() & NAMES_PRODUCT:
            conversation_id = turn.fence.conversation_id
            self._begin(self.ears.note_product(conversation_id, turn.fence.last_incoming_seq, details), conversation_id)

    async def _hours(self, reason: Reason, intent: str | None, language: Language) -> BusinessHours:
        """When somebody is there of the team that will have it."""
        shop = self._shop.business_hours
        return await self._database.read(timetable.hours_of_matter, reason, intent, language, shop)

    async def _promise(self, priority: Priority, hours: BusinessHours) -> PromisedTime | None:
        """By when somebody answers whoever comes now, as far as the queue tells."""
        line, now = await self._board.line(), self._clock.now()
        wait = expected.wait(line, line.behind(PRIORITY_ORDER[priority]), now)
        limit = replace(self._sla, hours=hours).deadline("first_response", priority, now)
        # Who is not urgent may have to wait longer than the shop would like: then the truth is better.
        deadline = limit.at if limit is not None and priority is Priority.URGENT else None
        return promises.promised(hours, wait, now, staffed=line.agents > 0, deadline=deadline)

    def _notice(
        self, turn: Turn, decision: HandOff, language: Language, hours: BusinessHours, promise: PromisedTime | None
    ) -> tuple[Outgoing, ...]:
        """What happens now; where nobody is there, also a way to hear from us later."""
        now = self._clock.now()
        read = self._shop.read_by(hours, language, turn.zone)
        words = self._replies.call(decision, language, read, now, promise)
        asks_address = self._writes_letters and not turn.reachable and not hours.is_open(now)
        return (*words, self._replies.address_form(language)) if asks_address else words

    async def _unless_too_late(self, write: Coroutine[Any, Any, None]) -> bool:
        try:
            await write
        except TooLate:
            self.dropped += 1
            log.info("dropped_late")
            return False
        return True

    def _context(self, turn: Turn) -> Context:
        back_within = timedelta(hours=self._shop.reopen_hours)
        reopened = turn.resolved_at is not None and self._clock.now() - turn.resolved_at <= back_within
        return Context(language_of(turn, self._shop.language), Memory.read(turn.memory), reopened)

    def _begin(self, work: Coroutine[Any, Any, None], conversation_id: int) -> None:
        task = asyncio.create_task(self._guarded(work, conversation_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None], conversation_id: int) -> None:
        """Whatever breaks, the customer is not left alone: a person gets it, at the latest through the sweeper."""
        try:
            await work
        except DatabaseTrouble as error:
            log.warning("answer_postponed conversation=%d error=%s", conversation_id, type(error).__name__)
        except Exception:
            log.exception("answer_failed conversation=%d", conversation_id)
            await self._give_up(conversation_id)

    async def _give_up(self, conversation_id: int) -> None:
        try:
            turn = await self._database.read(desk.open_turn, conversation_id)
            if turn is not None:
                await self._hand_off(turn, HandOff(Reason.SWEPT))
        except DatabaseTrouble as error:
            log.warning("handoff_postponed conversation=%d error=%s", conversation_id, type(error).__name__)


def _only(turn: Turn, seq: int) -> Turn:
    """The turn as far as the bubble `seq`, for a call that cannot wait for what came behind it.

    Its fence lets only such a call through: anything else is too late by then.
    """
    bubbles = tuple(bubble for bubble in turn.bubbles if bubble.seq <= seq)
    return replace(turn, fence=replace(turn.fence, last_incoming_seq=seq), bubbles=bubbles)
