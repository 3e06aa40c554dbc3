"""What a message of Telegram's has besides words: its file, and what it answers. Pure."""

from dataclasses import dataclass

from aiogram.types import Animation, Audio, Document, Message, Video, VideoNote, Voice

from bot.channels.base import clean
from handoff.values import FileKind


@dataclass(frozen=True, slots=True)
class File:
    id: str
    name: str
    kind: FileKind
    size: int | None


def file_of(message: Message) -> File | None:
    if message.photo:
        largest = message.photo[-1]
        return File(largest.file_id, "photo.jpg", "image", largest.file_size)
    found: tuple[tuple[FileKind, Video | VideoNote | Animation | Voice | Audio | Document | None, str], ...] = (
        ("video", message.video, "video.mp4"),
        ("video", message.video_note, "video.mp4"),
        ("video", message.animation, "animation.mp4"),
        ("voice", message.voice, "voice.ogg"),
        ("voice", message.audio, "audio.mp3"),
        ("file", message.document, "file"),
    )
    for kind, sent, name in found:
        if sent is not None:
            return File(sent.file_id, getattr(sent, "file_name", None) or name, kind, sent.file_size)
    return None


def quoted_in(message: Message) -> str | None:
    """What it answers, in words; None where it answers nothing, or something that has none."""
    if message.quote is not None:
        return clean(message.quote.text)
    asked = message.reply_to_message
    if asked is None:
        return None
    file = file_of(asked)
    sign = f"📎 {file.name}" if file else (asked.sticker.emoji if asked.sticker else None)
    return clean(asked.text or asked.caption or "") or sign
