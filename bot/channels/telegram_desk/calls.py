"""A topic's steps as calls of the Bot API, and what is stored once Telegram has taken one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SendDocument, SendPhoto
from aiogram.types import LinkPreviewOptions, Message, ReplyParameters
from sqlalchemy.orm import Session

from bot.channels.telegram.markup import LONGEST, Words, units
from bot.channels.telegram.sender import file_call
from bot.channels.telegram_desk import lines, packet, plan, topics
from bot.channels.telegram_desk.lines import Batch, Reader
from bot.channels.telegram_desk.topics import Topic
from bot.channels.telegram_desk.troubles import Trouble, trouble_of
from handoff.console.schemas import Conversation
from handoff.files import Files
from handoff.inbox import Transcript
from handoff.ports import Clock

Story = Callable[[int], Awaitable[Conversation]]
"""A conversation as the console shows it."""
Verb = Callable[[Session], None]
CALM = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Calls:
    """`address` is the console's, where it has one."""

    bot: Bot
    files: Files
    story: Story
    clock: Clock
    address: str | None

    async def make(self, told: Transcript, topic: Topic, reader: Reader, step: plan.Step, *, again: bool) -> Verb:
        """Call Telegram; what to store then. Raises `AiogramError`, and `OSError` for a file that is gone."""
        group, thread, one = topic.group_id, topic.thread_id or 0, topic.conversation_id
        match step:
            case plan.Create():
                return await self._create(told, topic, reader)
            case plan.Tell(episode):
                return await self._tell(topic, reader, episode)
            case plan.Reopen():
                await self.bot.reopen_forum_topic(group, thread)
                return partial(topics.done, conversation_id=one, closed=False)
            case plan.Close():
                await self.bot.close_forum_topic(group, thread)
                return partial(topics.done, conversation_id=one, closed=True)
            case plan.Rename(title):
                await self.bot.edit_forum_topic(group, thread, name=title)
                return partial(topics.done, conversation_id=one, title=title)
            case plan.Pin(message):
                await self.bot.pin_chat_message(group, message, disable_notification=True)
                return partial(topics.done, conversation_id=one, pinned=True)
            case plan.Undelivered(message_id, below, why):
                words = reader.say("not_delivered", why=why)
                await self._words(topic, Words(f"⚠️ {words}"), below)
                return partial(_told, conversation_id=one, message_id=message_id)
            case plan.Show(batch):
                sent = await self._show(topic, _marked(batch, reader) if again else batch)
                return partial(_shown, topic=topic, batch=batch, telegram_id=sent.message_id)

    def skipped(self, session: Session, told: Transcript, topic: Topic, step: plan.Step) -> None:
        """It is not done, and not tried any more: the conversation goes on without it."""
        done = partial(topics.done, session, topic.conversation_id)
        match step:
            case plan.Tell(episode):
                done(packet_episode=episode, seq=_begins(session, topic, episode), part=0)
            case plan.Show(batch):
                topics.pass_over(session, topic.conversation_id, batch.extents)
                done(seq=batch.seq, part=batch.part)
            case plan.Undelivered(message_id):
                _told(session, topic.conversation_id, message_id)
            case plan.Rename(title):
                done(title=title)
            case plan.Pin():
                done(pinned=True)
            case plan.Close() | plan.Reopen():
                done(closed=isinstance(step, plan.Close))
            case plan.Create():
                done(losses=plan.LOST_TWICE, epoch=told.conversation.epoch)

    async def _create(self, told: Transcript, topic: Topic, reader: Reader) -> Verb:
        title = lines.title(told.conversation, reader)
        made = await self.bot.create_forum_topic(topic.group_id, title)
        return partial(
            topics.done,
            conversation_id=topic.conversation_id,
            thread_id=made.message_thread_id,
            title=title,
            closed=False,
            packet_id=None,
            packet_episode=0,
            pinned=True,
        )

    async def _tell(self, topic: Topic, reader: Reader, episode: int) -> Verb:
        story = await self.story(topic.conversation_id)
        words = packet.story(story, reader, self.clock.now(), self.address)
        sent = await self.bot.send_message(
            topic.group_id,
            words.text,
            message_thread_id=topic.thread_id,
            entities=list(words.entities),
            reply_markup=packet.buttons(story, reader),
            link_preview_options=CALM,
        )
        return partial(_begun, topic=topic, episode=episode, packet_id=sent.message_id)

    async def _show(self, topic: Topic, batch: Batch) -> Message:
        """A picture that Telegram takes for none goes as a file."""
        if batch.file is None:
            return await self._words(topic, batch.words)
        call = file_call(self.files, str(topic.group_id), batch.file).model_copy(
            update={
                "message_thread_id": topic.thread_id,
                "caption": batch.words.text,
                "caption_entities": list(batch.words.entities),
            }
        )
        try:
            return await self.bot(call)
        except TelegramBadRequest as error:
            if not isinstance(call, SendPhoto) or trouble_of(error) is not Trouble.REFUSED:
                raise
            return await self.bot(
                SendDocument(
                    chat_id=call.chat_id,
                    message_thread_id=call.message_thread_id,
                    document=call.photo,
                    caption=call.caption,
                    caption_entities=call.caption_entities,
                )
            )

    async def _words(self, topic: Topic, words: Words, below: int | None = None) -> Message:
        reply = ReplyParameters(message_id=below, allow_sending_without_reply=True) if below else None
        return await self.bot.send_message(
            topic.group_id,
            words.text,
            message_thread_id=topic.thread_id,
            entities=list(words.entities),
            reply_parameters=reply,
            link_preview_options=CALM,
        )


def _marked(batch: Batch, reader: Reader) -> Batch:
    """It may have arrived before: agents should know."""
    text = f"{batch.words.text}\n↻ {reader.say('again')}"
    return replace(batch, words=replace(batch.words, text=text)) if units(text) <= LONGEST else batch


def _begins(session: Session, topic: Topic, episode: int) -> int:
    """Up to where an episode's topic has nothing to show."""
    return max(topic.seq, topics.first_seq(session, topic.conversation_id, episode) - 1)


def _begun(session: Session, topic: Topic, episode: int, packet_id: int) -> None:
    seq = _begins(session, topic, episode)
    part = topic.part if seq == topic.seq else 0
    topics.done(
        session,
        topic.conversation_id,
        packet_id=packet_id,
        packet_episode=episode,
        pinned=False,
        seq=seq,
        part=part,
    )


def _shown(session: Session, topic: Topic, batch: Batch, telegram_id: int) -> None:
    topics.stand_for(session, topic, telegram_id, batch.message_ids, batch.extents)
    topics.done(session, topic.conversation_id, seq=batch.seq, part=batch.part, losses=0)


def _told(session: Session, conversation_id: int, message_id: int) -> None:
    topics.mark_told(session, conversation_id, message_id)
    topics.done(session, conversation_id)
