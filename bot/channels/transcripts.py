"""A customer's own conversation as a plain text: what was said to whom and when, as they themselves saw it."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.replies import Replies
from bot.shop import Shop
from handoff.values import ConversationView, Language, MessageView

_STRONG = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]\n]+)\]\((https?://[^)\s]+)\)")


def file_name(view: ConversationView, now: datetime, shop: Shop) -> str:
    return f"{view.reference}-{now.astimezone(shop.zone):%Y-%m-%d}.txt"


def written(
    view: ConversationView,
    messages: Sequence[MessageView],
    language: Language,
    shop: Shop,
    replies: Replies,
    now: datetime,
) -> str:
    """Of messages a customer may see, oldest first. Times are the shop's; lines end as every editor reads them."""
    head = replies.say(
        "transcript.head",
        language,
        shop=shop.name[language],
        reference=view.reference,
        at=_moment(now, shop),
        zone=shop.timezone,
    )
    blocks = [head]
    day = ""
    for message in messages:
        if (its_day := f"{message.at.astimezone(shop.zone):%Y-%m-%d}") != day:
            day = its_day
            blocks.append(f"── {day} ──")
        blocks.append(_block(message, language, shop, replies))
    return "\r\n\r\n".join(block.replace("\n", "\r\n") for block in blocks) + "\r\n"


def _block(message: MessageView, language: Language, shop: Shop, replies: Replies) -> str:
    time = f"{message.at.astimezone(shop.zone):%H:%M}"
    if message.activity is not None:
        words = replies.say(f"activity.{message.activity}", language, name=message.agent_name or "")
        return f"{time}  – {words}"
    files = [replies.say("transcript.file", language, name=file.name) for file in message.files]
    said = [_plain(message), *files]
    return f"{time}  {_who(message, language, shop, replies)}\n" + "\n".join(line for line in said if line)


def _who(message: MessageView, language: Language, shop: Shop, replies: Replies) -> str:
    match message.author:
        case "contact":
            return replies.say("widget.you", language)
        case "bot":
            return replies.say("widget.bot_name", language)
        case "agent":
            return message.agent_name or replies.say("widget.person_name", language)
        case "system":
            return shop.name[language]


def _plain(message: MessageView) -> str:
    if message.format == "plain":
        return message.text
    return _LINK.sub(r"\1 (\2)", _STRONG.sub(r"\1", message.text))


def _moment(at: datetime, shop: Shop) -> str:
    return f"{at.astimezone(shop.zone):%Y-%m-%d %H:%M}"
