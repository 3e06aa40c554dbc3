"""Whether a group is what we need: a forum in which the bot may make topics and pin messages."""

import logging

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import ChatMemberAdministrator, ChatMemberOwner

log = logging.getLogger("baton.telegram_desk")


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
