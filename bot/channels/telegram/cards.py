"""Messages that are kept true on Telegram: a place in line, and how it was. One is sent, and then edited.

What is said in a conversation goes out by the outbox; a card comes after it, and within the same budget.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.methods import EditMessageText, SendMessage, TelegramMethod
from aiogram.types import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.rates import Budget
from bot.channels.telegram.sender import failure_of
from bot.replies import Replies
from bot.shop import Shop
from handoff import events
from handoff.board import Board, Place
from handoff.db import Database
from handoff.desk import cards, timetable
from handoff.desk.cards import PLACE, RATING, WORDS, Kind, Rated, Shown, Waiting
from handoff.desk.timetable import Timetable
from handoff.errors import DatabaseTrouble
from handoff.ports import Clock, Wakeups
from handoff.posts import Post
from handoff.satisfaction import SCORES
from handoff.values import Language

log = logging.getLogger("baton.telegram")

T = TypeVar("T")

POST = "telegram cards"
"""One process writes cards, so that no two edit the same one."""
POST_FOR = timedelta(minutes=1)
"""Renewed before a card is begun, so that what is begun ends within the post."""
APART_S = 3.0
"""A busy queue moves more often than anybody wants to read."""
RECHECK_S = 15.0
"""Agents come and go without an event, and a line that stands still tells something, too."""
AT_ONCE = 8
IN_A_ROUND = 300
"""Ten seconds' worth of what Telegram takes: a round must not outlast the post."""
PATIENCE_S = 0.5
"""What would have to wait longer is written in the next round, as it is then."""
DRAIN_S = 5.0
FORGET_EVERY = timedelta(hours=1)
LEAVE, STAR = "w", "r"
"""How the data of buttons begins: `w:CALL` leaves the line, `r:EPISODE:SCORE` rates."""
UNCHANGED, NOT_THERE = "message is not modified", ("message to edit not found", "message can't be edited")


@dataclass(frozen=True, slots=True)
class Face:
    """How a card reads. Without `lasts` it tells its last."""

    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    lasts: bool = True
    asks: bool = False

    @property
    def keyboard(self) -> InlineKeyboardMarkup | ForceReply | None:
        if self.asks:
            return ForceReply(input_field_placeholder=self.text[:64])
        buttons = [[InlineKeyboardButton(text=text, callback_data=data) for text, data in row] for row in self.rows]
        return InlineKeyboardMarkup(inline_keyboard=buttons) if buttons else None


@dataclass(frozen=True, slots=True)
class _Job:
    """One card to write."""

    conversation_id: int
    chat: str
    kind: Kind
    about: int
    face: Face
    as_of: datetime
    before: Shown | None


def place(who: Waiting, at: Place | None, replies: Replies, language: Language) -> Face:
    """The widget's words on the place in line; `at` None where it is not told."""
    match who.standing:
        case "taken" if who.agent_name is not None:
            return Face(replies.say("activity.claimed", language, name=who.agent_name), lasts=False)
        case "taken":
            return Face(replies.say("telegram.taken", language), lasts=False)
        case "left":
            return Face(replies.say("activity.wait_cancelled", language), lasts=False)
    leave = ((replies.say("widget.cancel_wait", language), f"{LEAVE}:{who.about}"),)
    if at is None:
        return Face(replies.say("widget.waiting_status", language), (leave,))
    if at.wait is None:
        return Face(replies.say("widget.waiting_position", language, n=at.position), (leave,))
    wait = replies.wait(at.wait, language)
    return Face(replies.say("widget.waiting_expected", language, n=at.position, wait=wait), (leave,))


def rating(of: Rated, replies: Replies, language: Language) -> Face:
    """The question with its stars, and what has been answered so far."""
    if of.agent_name is not None:
        question = replies.say("widget.rate_agent", language, name=of.agent_name)
    else:
        question = replies.say("widget.rate_bot" if of.by == "bot" else "widget.rate_team", language)
    stars = tuple((f"{score} ★", f"{STAR}:{of.episode}:{score}") for score in SCORES)
    if of.score is None:
        worst, best = replies.say("rating.1", language), replies.say("rating.5", language)
        return Face(f"{question}\n1 ★ {worst} · 5 ★ {best}", (stars,))
    said = "★" * of.score + "☆" * (len(SCORES) - of.score)
    thanks = replies.say("widget.rate_kept" if of.comment else "widget.rate_thanks", language)
    meaning = replies.say(f"rating.{of.score}", language)
    hint = replies.say("widget.rate_hint", language)
    return Face(f"{question}\n{said} {meaning}\n{thanks} {hint}", (stars,))


class Cards:
    """Writes cards until cancelled."""

    def __init__(
        self,
        bot: Bot,
        budget: Budget,
        database: Database,
        wakeups: Wakeups,
        board: Board,
        replies: Replies,
        shop: Shop,
        clock: Clock,
        owner: str,
    ) -> None:
        self._bot, self._budget, self._database, self._wakeups = bot, budget, database, wakeups
        self._board, self._replies, self._shop, self._clock = board, replies, shop, clock
        self._post = Post(database, clock, POST, owner, POST_FOR)
        self._forget_at = clock.now()
        self._left = False
        self._sends: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Whatever one round meets, the next one comes."""
        async with self._wakeups.subscribe(events.DESK_TOPIC) as woken:
            while True:
                try:
                    await self._round()
                except (DatabaseTrouble, AiogramError) as error:
                    log.warning("cards_postponed error=%s", type(error).__name__)
                except Exception:
                    log.exception("cards_broke")
                await self._clock.sleep(APART_S)
                with suppress(TimeoutError):
                    async with asyncio.timeout(0 if self._left else RECHECK_S):
                        await woken.wait()
                woken.clear()

    async def leave(self) -> None:
        """Another process may write them at once. What is being sent is noted before."""
        if self._sends:
            await asyncio.wait(self._sends, timeout=DRAIN_S)
        await self._post.leave()

    async def _round(self) -> None:
        """Everything that should read differently now."""
        now = self._clock.now()
        if not await self._post.take():
            return
        self._left = False
        if now >= self._forget_at:
            await self._database.write(cards.forget, now)
            self._forget_at = now + FORGET_EVERY
        await self._write(await self._places(now))
        asked = await self._database.read(cards.asked, "telegram", now)
        await self._write(
            _Job(one.conversation_id, one.chat, RATING, one.episode, self._rating(one), one.as_of, one.card)
            for one in asked
        )
        await self._write(
            _Job(one.conversation_id, one.chat, WORDS, one.episode, self._words(one), one.as_of, None)
            for one in asked
            if one.card and one.score is not None and not one.comment and not one.asked_for_words
        )

    async def _places(self, now: datetime) -> Sequence[_Job]:
        waiting = await self._database.read(cards.in_line, "telegram")
        if not waiting:
            return ()
        await self._board.line()
        for who in waiting:
            if who.standing == "waits" and self._board.known(who.conversation_id) is None:
                # Came since the board looked; one more look finds all of them.
                await self._board.place(who.conversation_id)
                break
        hours = await self._database.read(timetable.read, self._shop.business_hours)
        return [
            _Job(
                who.conversation_id,
                who.chat,
                PLACE,
                who.about,
                place(who, self._place(who, hours, now), self._replies, self._in(who.language)),
                now,
                who.card,
            )
            for who in waiting
        ]

    def _place(self, who: Waiting, hours: Timetable, now: datetime) -> Place | None:
        """As the widget has it: told in hours only, and whoever was given to somebody is the next."""
        if not hours.of(who.team_id).is_open(now):
            return None
        return Place(1, None) if who.standing == "is_next" else self._board.known(who.conversation_id)

    def _rating(self, one: Rated) -> Face:
        return rating(one, self._replies, self._in(one.language))

    def _words(self, one: Rated) -> Face:
        return Face(self._replies.say("rating.comment", self._in(one.language)), asks=True)

    def _in(self, language: Language | None) -> Language:
        return language or self._shop.language

    async def _write(self, wanted: Iterable[_Job]) -> None:
        """All have ended when it returns or raises: the next round would send what one still sends once more."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(job: _Job) -> None:
            async with room:
                if await self._post.hold():
                    await self._put(job)

        news = [job for job in wanted if _is_news(job)]
        self._left = self._left or len(news) > IN_A_ROUND
        outcomes = await asyncio.gather(*(one(job) for job in news[:IN_A_ROUND]), return_exceptions=True)
        if failed := next((outcome for outcome in outcomes if outcome is not None), None):
            raise failed

    async def _put(self, job: _Job) -> None:
        if job.before is None:
            if job.face.lasts and await self._has_room(job.chat):
                sending = asyncio.create_task(self._send(job))
                self._sends.add(sending)
                sending.add_done_callback(self._sends.discard)
                await asyncio.shield(sending)
        elif job.before.external_id is None:
            await self._drop(job)
        elif job.before.text == job.face.text and job.face.lasts:
            await self._keep(job, job.before.external_id)
        elif await self._has_room(job.chat):
            await self._edit(job, job.before.external_id)

    async def _send(self, job: _Job) -> None:
        """Noted first: of one whose answer is lost nobody knows, and a second one would tell what is no longer so."""
        face = job.face
        await self._keep(job, None)
        try:
            sent = await self._call(SendMessage(chat_id=job.chat, text=face.text, reply_markup=face.keyboard))
        except AiogramError as error:
            failure = failure_of(error)
            if not failure.permanent and not failure.unknown:
                await self._drop(job)
            return
        await self._keep(job, str(sent.message_id))

    async def _edit(self, job: _Job, external_id: str) -> None:
        """Again until it is done; one that is gone, or whose customer is, is let go."""
        face, keyboard = job.face, job.face.keyboard
        assert not isinstance(keyboard, ForceReply), "those are never edited"
        try:
            await self._call(
                EditMessageText(text=face.text, chat_id=job.chat, message_id=int(external_id), reply_markup=keyboard)
            )
        except TelegramBadRequest as error:
            if UNCHANGED not in error.message and not any(why in error.message for why in NOT_THERE):
                log.warning("card_refused kind=%s conversation=%d", job.kind, job.conversation_id)
        except TelegramForbiddenError:
            pass
        except AiogramError as error:
            log.info("card_postponed kind=%s error=%s", job.kind, type(error).__name__)
            self._left = True
            return
        if face.lasts:
            await self._keep(job, external_id)
        else:
            await self._drop(job)

    async def _has_room(self, chat: str) -> bool:
        pause = self._budget.reserve(chat, asyncio.get_running_loop().time(), PATIENCE_S)
        if pause > PATIENCE_S:
            self._left = True
            return False
        await self._clock.sleep(pause)
        return True

    async def _call(self, method: TelegramMethod[T]) -> T:
        try:
            return await self._bot(method)
        except TelegramRetryAfter as error:
            self._budget.refused(error.retry_after, asyncio.get_running_loop().time())
            raise

    async def _keep(self, job: _Job, external_id: str | None) -> None:
        about, text = job.about, job.face.text
        await self._database.write(cards.put, job.conversation_id, job.kind, about, external_id, text, job.as_of)

    async def _drop(self, job: _Job) -> None:
        await self._database.write(cards.drop, job.conversation_id, job.kind, job.about)


def _is_news(job: _Job) -> bool:
    """One that may not have arrived is only let go of once it tells its last; what was rated again is noted."""
    if job.before is None:
        return job.face.lasts
    if not job.face.lasts:
        return True
    return job.before.external_id is not None and (job.kind == RATING or job.before.text != job.face.text)
