"""What happens in agents' groups: their messages, commands and presses. Whatever is raised, the update comes again."""

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from aiogram import Bot
from aiogram.enums import ChatType
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery, Message, Update, User

from bot.channels.base import clean
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.rates import Budget
from bot.channels.telegram.sender import PATIENCE_S
from bot.channels.telegram_desk import albums, deeds, packet, topics
from bot.channels.telegram_desk.albums import Part
from bot.channels.telegram_desk.calls import Calls, Story
from bot.channels.telegram_desk.commands import Meaning, command_in, meaning_of, span_of
from bot.channels.telegram_desk.deeds import Deed, Wrote
from bot.channels.telegram_desk.groups import Answer
from bot.channels.telegram_desk.holding import Holding
from bot.channels.telegram_desk.lines import Reader
from bot.channels.telegram_desk.mirror import Mirror
from bot.channels.telegram_desk.packet import PRESSED
from bot.channels.telegram_desk.topics import Topic
from bot.replies import Replies
from bot.shop import Shop
from handoff.db import Database
from handoff.desk import canned, telegram_links
from handoff.desk.telegram_links import Linked
from handoff.errors import (
    AlreadyAssigned,
    BadInput,
    DatabaseTrouble,
    DeskError,
    IllegalTransition,
    NewerMessage,
    NotYours,
)
from handoff.files import FileRefused, Files
from handoff.ports import Clock, Wakeups
from handoff.values import Language

log = logging.getLogger("baton.telegram_desk")

LINK = re.compile(r"/link(?:@\w+)?(?:\s+(?P<code>[A-Za-z0-9]{10}))?", re.IGNORECASE)
_PRESS = re.compile(rf"{PRESSED}:(\w{{1,12}})(?::(\d))?")
PUT_ASIDE = timedelta(hours=2)
STRANGERS_EVERY = timedelta(hours=1)
STRANGERS_KNOWN = 1000
NAMED_MOST = 20
MAX_TOAST = 190
_PROBLEMS: dict[type[DeskError], str] = {
    NotYours: "told.not_yours",
    NewerMessage: "told.newer",
    IllegalTransition: "told.illegal",
    BadInput: "told.illegal",
}
_FILES = {"too_large": "file_too_large", "bad_type": "file_bad", "bad_picture": "file_bad", "empty": "file_bad"}


class TelegramDesk:
    """Agents' groups beside the customers' chats of one bot. `run` mirrors conversations into them."""

    def __init__(
        self,
        bot: Bot,
        budget: Budget,
        intake: Intake,
        database: Database,
        wakeups: Wakeups,
        clock: Clock,
        replies: Replies,
        shop: Shop,
        files: Files,
        story: Story,
        groups: Sequence[int],
        owner: str,
        address: str | None = None,
    ) -> None:
        self._bot, self._budget, self._intake, self._database = bot, budget, intake, database
        self._clock, self._replies, self._shop, self._story = clock, replies, shop, story
        self._reader = Reader(replies, shop.language, shop.zone)
        calls = Calls(bot, files, story, clock, address)
        self._mirror = Mirror(bot, budget, database, wakeups, clock, self._reader, calls, groups, owner)
        self._holding = Holding(database, clock, self._not_let_go)
        self._strangers: dict[int, datetime] = {}

    async def run(self) -> None:
        await asyncio.gather(self._mirror.run(), self._holding.run())

    async def close(self) -> None:
        await self._mirror.close()

    def concerns(self, update: Update) -> bool:
        """Whether it comes from a group, or is an agent who links their account in private."""
        if update.my_chat_member is not None:
            return update.my_chat_member.chat.id in self._mirror.groups
        if update.callback_query is not None:
            message = update.callback_query.message
            return message is not None and message.chat.type != ChatType.PRIVATE
        message = update.message or update.edited_message
        if message is None:
            return False
        return message.chat.type != ChatType.PRIVATE or self._is_link(message)

    async def take(self, update: Update) -> None:
        """Groups that are not ours are left alone."""
        pressed = update.callback_query.message if update.callback_query is not None else None
        message = update.message or update.edited_message or pressed
        if message is None:
            return
        if message.chat.type != ChatType.PRIVATE and not await self._mirror.known.is_ours(message.chat.id):
            return
        if update.callback_query is not None:
            await self._pressed(update.callback_query)
        elif update.edited_message is not None:
            await self._edited(update.edited_message)
        elif update.message is not None:
            await self._wrote(update.message)

    @staticmethod
    def _is_link(message: Message) -> bool:
        """With a code or alone; whatever else begins so are a customer's words."""
        return message.chat.type == ChatType.PRIVATE and LINK.fullmatch(clean(message.text or "")) is not None

    async def _wrote(self, message: Message) -> None:
        text = clean(message.text or message.caption or "")
        if message.migrate_to_chat_id is not None:
            return await self._mirror.known.follow(message.chat.id, message.migrate_to_chat_id)
        if message.from_user is None or _is_service(message):
            return None
        asked = LINK.fullmatch(text)
        if asked or message.chat.type == ChatType.PRIVATE:
            return await self._link(message, message.from_user, asked["code"] if asked else None)
        if message.message_thread_id is None or not message.is_topic_message:
            if text.startswith("/help") and await self._agent(message) is not None:
                self._say(message, "help")
            return None  # what agents say among themselves
        topic = await self._database.read(topics.at, message.chat.id, message.message_thread_id)
        if topic is None:
            return None
        agent = await self._agent(message)
        if agent is not None:
            await self._heard(message, topic, agent, text)
        return None

    async def _heard(self, message: Message, topic: Topic, agent: Linked, text: str) -> None:
        command = command_in(text)
        if command is not None and message.text is not None:
            return await self._command(message, topic, agent, command.name, command.rest)
        meant, album = meaning_of(text, command), message.media_group_id
        if album is not None:
            now = self._clock.now()
            meant = await self._database.write(albums.heard, message.chat.id, album, meant, now)
        if command is not None and command.name != "note":
            return self._say(message, "told.only_note")
        if meant is Meaning.NOTHING:
            return None  # said with the part that has the words
        try:
            with self._holding.fetching(message.chat.id, album or ""):
                kept = await self._intake.kept(f"agent:{agent.agent_id}", message)
        except FileRefused as refused:
            return self._say(message, "told.file", why=self._why(message, _FILES.get(refused.code, "file_gone")))
        if kept is None and not message.text:
            return self._say(message, "told.not_sent")
        if album is not None and meant is None and kept is not None:
            part = Part(
                topic.group_id,
                message.message_id,
                album,
                topic.conversation_id,
                message.from_user.id if message.from_user else 0,
                kept.key,
            )
            return await self._holding.hold(part)
        wrote = _written(message, command.rest if command else text, (kept.key,) if kept else ())
        deed = deeds.note if meant is Meaning.NOTE else deeds.speak
        return await self._do(message, partial(deed, wrote=wrote), topic, agent)

    async def _command(self, message: Message, topic: Topic, agent: Linked, name: str, rest: str) -> None:
        match name:
            case "claim":
                await self._do(message, deeds.take, topic, agent)
            case "back":
                await self._do(message, deeds.hand_back, topic, agent)
            case "resolve":
                await self._do(message, deeds.resolve, topic, agent)
            case "note" if rest:
                await self._do(message, partial(deeds.note, wrote=Wrote(message.message_id, rest)), topic, agent)
            case "note":
                self._say(message, "told.note_how")
            case "tag":
                await self._tag(message, topic, agent, rest)
            case "snooze":
                await self._snooze(message, topic, agent, rest)
            case "transfer":
                await self._transfer(message, topic, agent, rest)
            case "canned":
                await self._canned(message, topic, agent, rest)
            case "help" | "start":
                self._say(message, "help")
            case _:
                self._say(message, "told.unknown", name=name)

    async def _tag(self, message: Message, topic: Topic, agent: Linked, name: str) -> None:
        if not name:
            return self._say(message, "told.tag_how")
        done = self._why(message, "tagged", label=name[: deeds.MAX_TAG])
        return await self._do(message, partial(deeds.label, name=name), topic, agent, done)

    async def _snooze(self, message: Message, topic: Topic, agent: Linked, rest: str) -> None:
        span = PUT_ASIDE if not rest else span_of(rest)
        if span is None:
            return self._say(message, "told.snooze_how")
        return await self._do(message, partial(deeds.snooze, for_=span), topic, agent)

    async def _transfer(self, message: Message, topic: Topic, agent: Linked, rest: str) -> None:
        known = await self._database.read(deeds.targets, self._shop.language, self._clock.now())
        to = deeds.find_target(known, rest)
        if to is None:
            names = ", ".join(one.name for one in known if one.agent_id != agent.agent_id)[:2000]
            return self._say(message, "told.transfer_how", names=names)
        return await self._do(message, partial(deeds.transfer, to=to, sla=self._shop.service_levels), topic, agent)

    async def _canned(self, message: Message, topic: Topic, agent: Linked, rest: str) -> None:
        shortcut = rest.lstrip("/").lower()
        if not shortcut:
            known = await self._database.read(canned.listing)
            if not known:
                return self._say(message, "told.canned_none")
            listed = "\n".join(f"/canned {one.shortcut} – {one.title}" for one in known[:NAMED_MOST])
            return self._say(message, "told.canned_list", list=listed)
        text = await self._database.read(deeds.prepared, topic, shortcut, self._shop.language)
        if text is None:
            return self._say(message, "told.canned_unknown", name=shortcut[:40])
        # Not as what they wrote: the topic shows the words that went out.
        return await self._do(message, partial(deeds.speak, wrote=_written(message, text), shown=False), topic, agent)

    async def _do(self, message: Message, deed: Deed, topic: Topic, agent: Linked, done: str = "") -> None:
        """Once for each message. What the desk refuses is told below it, and `done` where that does not show."""
        once = partial(deeds.once, deed=deed, source=f"m{message.message_id}")
        try:
            await self._database.write(once, topic, agent, self._clock.now())
        except DatabaseTrouble:
            raise
        except DeskError as error:
            self._tell(message, self._problem(error, self._language(message.from_user)))
        else:
            if done:
                self._tell(message, done)

    async def _edited(self, message: Message) -> None:
        """Only of what was sent to a customer, or kept as a note: the words there stay as they were."""
        if message.from_user is None or message.from_user.is_bot or message.chat.type == ChatType.PRIVATE:
            return
        if await self._database.read(topics.shown_as, message.chat.id, message.message_id) is not None:
            self._say(message, "told.no_edit")

    async def _link(self, message: Message, user: User, code: str | None) -> None:
        if user.is_bot:
            return None
        linked = await self._database.write(telegram_links.link, code, user.id, self._clock.now()) if code else None
        language = self._language(user)
        if linked is not None:
            words = self._replies.say("topic.told.linked", language, name=linked.name)
        else:
            words = self._replies.say(f"topic.told.{'bad_code' if code else 'link_how'}", language)
        if message.chat.type != ChatType.PRIVATE:
            return self._tell(message, words) if linked is not None or self._is_new(user.id) else None
        return await self._say_in_private(user.id, words)

    async def _say_in_private(self, user_id: int, words: str) -> None:
        pause = self._budget.reserve(str(user_id), asyncio.get_running_loop().time(), PATIENCE_S)
        if pause > PATIENCE_S:
            return  # whoever asks so often has been told
        await self._clock.sleep(pause)
        with suppress(AiogramError):
            await self._bot.send_message(user_id, words)

    async def _agent(self, message: Message) -> Linked | None:
        """Who writes; a stranger is told once in a while how to become one of us."""
        user = message.from_user
        assert user is not None, "the caller has looked"
        agent = await self._database.read(telegram_links.who, user.id)
        if agent is None and not (user.is_bot and message.sender_chat is None) and self._is_new(user.id):
            self._say(message, "told.anonymous" if message.sender_chat is not None else "told.stranger")
        return agent

    def _is_new(self, user_id: int) -> bool:
        now = self._clock.now()
        known = self._strangers.get(user_id)
        if known is not None and now - known < STRANGERS_EVERY:
            return False
        if len(self._strangers) >= STRANGERS_KNOWN:
            self._strangers.clear()
        self._strangers[user_id] = now
        return True

    async def _pressed(self, query: CallbackQuery) -> None:
        """An answer is owed in any case, else the button goes on turning."""
        told = await self._outcome(query)
        try:
            await self._bot.answer_callback_query(query.id, told[:MAX_TOAST])
        except AiogramError as error:
            log.info("press_not_answered error=%s", type(error).__name__)

    async def _outcome(self, query: CallbackQuery) -> str:
        """What the button meant is looked up: by its place, its message, and who pressed it."""
        language, message = self._language(query.from_user), query.message
        agent = await self._database.read(telegram_links.who, query.from_user.id)
        if agent is None:
            return self._replies.say("topic.told.stranger", language)
        thread = message.message_thread_id if isinstance(message, Message) else None
        pressed = _PRESS.fullmatch(query.data or "")
        topic = await self._database.read(topics.at, message.chat.id, thread) if message and thread else None
        if topic is None or message is None or pressed is None or topic.packet_id != message.message_id:
            return self._replies.say("topic.told.old", language)
        deed, told = await self._deed_of(topic, pressed[1], pressed[2])
        if deed is None:
            return self._replies.say(f"topic.told.{told[0]}", language)
        once = partial(deeds.once, deed=deed, source=f"q{query.id}")
        try:
            await self._database.write(once, topic, agent, self._clock.now())
        except DatabaseTrouble:
            raise
        except DeskError as error:
            return self._problem(error, language)
        return self._replies.say(f"topic.told.{told[0]}", language, **told[1])

    async def _deed_of(
        self, topic: Topic, name: str, index: str | None
    ) -> tuple[Deed | None, tuple[str, dict[str, object]]]:
        """What is done, if anything, and what is told."""
        match name:
            case "claim":
                return deeds.take, ("claimed", {})
            case "back":
                return deeds.hand_back, ("backed", {})
            case "resolve":
                return deeds.resolve, ("resolved", {})
            case "snooze":
                now = self._clock.now()
                until = self._reader.moment(now + PUT_ASIDE, now)
                return partial(deeds.snooze, for_=PUT_ASIDE), ("snoozed", {"time": until})
            case "other":
                return None, ("tag_how", {})
            case "label" if index is not None:
                labels = packet.labels_of(await self._story(topic.conversation_id), self._reader)
                if int(index) < len(labels):
                    label = labels[int(index)]
                    return partial(deeds.label, name=label), ("tagged", {"label": label})
        return None, ("old", {})

    def _problem(self, error: DeskError, language: Language) -> str:
        if isinstance(error, AlreadyAssigned):
            key = "taken" if error.by else "taken_by_somebody"
            return self._replies.say(f"topic.told.{key}", language, name=error.by)
        key = next((key for kind, key in _PROBLEMS.items() if isinstance(error, kind)), "told.trouble")
        return self._replies.say(f"topic.{key}", language)

    def _say(self, message: Message, key: str, **details: object) -> None:
        self._tell(message, self._replies.say(f"topic.{key}", self._language(message.from_user), **details))

    def _not_let_go(self, part: Part, thread: int | None, error: DeskError | None) -> None:
        language = self._shop.language
        words = self._problem(error, language) if error else self._replies.say("topic.told.album_unsure", language)
        if part.group_id in self._mirror.groups:
            self._mirror.answer(part.group_id, Answer(thread, part.telegram_id, words))

    def _why(self, message: Message, key: str, **details: object) -> str:
        return self._replies.say(f"topic.told.{key}", self._language(message.from_user), **details)

    def _tell(self, message: Message, words: str) -> None:
        thread = message.message_thread_id if message.is_topic_message else None
        self._mirror.answer(message.chat.id, Answer(thread, message.message_id, words))

    def _language(self, user: User | None) -> Language:
        return self._intake.language_of(user) if user is not None else self._shop.language


def _written(message: Message, text: str, files: tuple[str, ...] = ()) -> Wrote:
    asked, part = message.reply_to_message, message.quote
    return Wrote(message.message_id, text, files, asked.message_id if asked else None, part.text if part else None)


def _is_service(message: Message) -> bool:
    """Telegram's own lines: a topic was named, a message pinned, somebody came."""
    made = (message.forum_topic_created, message.forum_topic_edited, message.forum_topic_closed)
    more = (message.forum_topic_reopened, message.pinned_message, message.new_chat_members, message.left_chat_member)
    return any((*made, *more))
