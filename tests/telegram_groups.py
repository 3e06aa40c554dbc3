"""Groups with topics on the strict Bot API server, and agents who write in them."""

import itertools
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.telegram import BOT, BotApi, Chat, Refused, served
from tests.telegram_wire import FILES, answering, file_sent, on_the_wire

GROUP = -1001234567890
PER_MINUTE, MINUTE_S = 20, 60.0
"""Of one group: everything that shows in it counts."""
IN_GROUPS = frozenset(f"{verb}ForumTopic" for verb in ("create", "edit", "close", "reopen")) | {
    "pinChatMessage",
    "sendMessage",
    *(f"send{kind.title()}" for kind in FILES),
}


@dataclass
class Thread:
    name: str
    closed: bool = False
    names: list[str] = field(default_factory=list)
    pinned: list[int] = field(default_factory=list)


@dataclass
class Group(Chat):
    """`rights` are the bot's; `moved_to` is where an upgrade has brought it."""

    forum: bool = True
    rights: bool = True
    moved_to: int | None = None
    per_minute: int = PER_MINUTE
    threads: dict[int, Thread] = field(default_factory=dict)
    service: dict[int, str] = field(default_factory=dict)


class GroupApi(BotApi):
    def add_group(self, number: int = GROUP, **how: Any) -> Group:
        group = self.chats[number] = Group(**how)
        return group

    def group(self, number: int = GROUP) -> Group:
        found = self.chats[number]
        assert isinstance(found, Group)
        return found

    def topics(self, number: int = GROUP) -> list[str]:
        """The names of topics as they are now, oldest first."""
        return [thread.name for thread in self.group(number).threads.values()]

    def only_thread(self, number: int = GROUP) -> int:
        [thread] = self.group(number).threads
        return thread

    def lines(self, thread: int, number: int = GROUP) -> list[str]:
        """What the bot wrote in a topic."""
        return [
            str(m.get("text") or m.get("caption") or m.get("file"))
            for m in self.group(number).messages.values()
            if m.get("message_thread_id") == thread and m["from"] is BOT
        ]

    async def shows(self, part: str, thread: int | None = None, number: int = GROUP, seconds: float = 20) -> int:
        """The topic in which the bot wrote this."""
        found: list[int] = []

        def is_there() -> bool:
            wanted = [thread] if thread is not None else list(self.group(number).threads)
            found[:] = [each for each in wanted if any(part in line for line in self.lines(each, number))]
            return bool(found)

        await self.until(is_there, seconds)
        return found[0]

    async def named(self, part: str, number: int = GROUP, seconds: float = 20) -> None:
        await self.until(lambda: any(part in name for name in self.topics(number)), seconds)

    def delete_topic(self, thread: int, number: int = GROUP) -> None:
        """As an admin does it by hand."""
        group = self.group(number)
        del group.threads[thread]
        group.messages = {k: m for k, m in group.messages.items() if m.get("message_thread_id") != thread}
        self._tell()

    async def upgrade(self, to: int, number: int = GROUP, *, says_so: bool = True) -> Group:
        """As Telegram does with a group that outgrows its kind: another id, no topics, a line that says so."""
        new = self.add_group(to)
        if says_so:
            line = {"from": BOT, "chat": _chat(number), "migrate_to_chat_id": to}
            await self.happens("message", self.new_message(number, **line))
        self.group(number).moved_to = to
        return new

    async def _do(self, method: str, given: dict[str, Any]) -> Any:
        chat = self.chats.get(int(given["chat_id"])) if "chat_id" in given else None
        if not isinstance(chat, Group):
            return await super()._do(method, given)
        number = int(given["chat_id"])
        if chat.moved_to is not None:
            why = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, why, migrate_to_chat_id=chat.moved_to)
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was kicked from the supergroup chat")
        if method in IN_GROUPS:
            self._count_in(chat)
        return self._in_group(method, number, chat, given)

    def _in_group(self, method: str, number: int, group: Group, given: dict[str, Any]) -> Any:
        match method:
            case "getChat":
                return {
                    "id": number,
                    "type": "supergroup",
                    "title": "Agents",
                    **({"is_forum": True} if group.forum else {}),
                    "accent_color_id": 1,
                    "max_reaction_count": 11,
                    "accepted_gift_types": dict.fromkeys(GIFTS, False),
                }
            case "getChatMember":
                return _admin() if group.rights else {"status": "member", "user": BOT}
            case "createForumTopic":
                self._require_rights(group, "Bad Request: not enough rights to create a topic")
                thread = next(self._numbers)
                group.threads[thread] = Thread(given["name"], names=[given["name"]])
                return {"message_thread_id": thread, "name": given["name"], "icon_color": 7322096}
            case "editForumTopic":
                known = self._thread(group, given)
                if known.name == given["name"]:
                    raise Refused(400, "Bad Request: TOPIC_NOT_MODIFIED")
                known.name = given["name"]
                known.names.append(given["name"])
            case "closeForumTopic" | "reopenForumTopic":
                known, closes = self._thread(group, given), method == "closeForumTopic"
                if known.closed is closes:
                    raise Refused(400, "Bad Request: TOPIC_NOT_MODIFIED")
                known.closed = closes
            case "pinChatMessage":
                message = group.messages.get(given["message_id"])
                if message is None:
                    raise Refused(400, "Bad Request: message to pin not found")
                group.threads[message["message_thread_id"]].pinned.append(given["message_id"])
            case "sendChatAction":
                pass
            case _:
                return self._send_to_group(method, number, group, given)
        return True

    def _send_to_group(self, method: str, number: int, group: Group, given: dict[str, Any]) -> dict[str, Any]:
        thread = given.get("message_thread_id")
        if thread is not None and thread not in group.threads:
            raise Refused(400, "Bad Request: message thread not found")
        if thread is not None and group.threads[thread].closed and not group.rights:
            raise Refused(400, "Bad Request: TOPIC_CLOSED")
        self._check_answered(group, given)
        text = given.get("text", "")
        size = len(text.encode("utf-16-le")) // 2
        if size > 4096:
            raise Refused(400, "Bad Request: message is too long")
        for entity in given.get("entities", ()):
            if entity["offset"] + entity["length"] > size or entity["length"] <= 0:
                self.wrong.append(f"an entity lies outside of its text: {entity}")
        kept = ("text", "entities", "caption", "reply_markup", "message_thread_id", "reply_parameters")
        content: dict[str, Any] = {name: given[name] for name in kept if name in given}
        for name in FILES:
            if name in given:
                content |= {"file": given[name] | {"as": name}, name: file_sent(name, given[name])}
        return on_the_wire(self.new_message(number, **{"from": BOT}, **content, chat=_chat(number)))

    def _thread(self, group: Group, given: dict[str, Any]) -> Thread:
        self._require_rights(group, "Bad Request: not enough rights to manage topics")
        if given["message_thread_id"] not in group.threads:
            raise Refused(400, "Bad Request: TOPIC_ID_INVALID")
        return group.threads[given["message_thread_id"]]

    def _require_rights(self, group: Group, why: str) -> None:
        if not group.rights:
            raise Refused(400, why)
        if not group.forum:
            raise Refused(400, "Bad Request: the chat is not a forum")

    def _count_in(self, group: Group) -> None:
        now = time.monotonic()
        spans: tuple[tuple[deque[float], float, int], ...] = (
            (self._sent_at, 1.0, 30),
            (group.sent_at, MINUTE_S, group.per_minute),
        )
        for sent_at, span, most in spans:
            while sent_at and sent_at[0] <= now - span:
                sent_at.popleft()
            if len(sent_at) >= most:
                self.refused_for_speed += 1
                left = max(1, round(sent_at[0] + span - now + 0.5))
                raise Refused(429, f"Too Many Requests: retry after {left}", retry_after=left)
        self._sent_at.append(now)
        group.sent_at.append(now)


class Teammate:
    """Somebody in the agents' group."""

    def __init__(self, api: GroupApi, number: int, name: str = "Mei", language: str = "en") -> None:
        self.api, self.number = api, number
        self.who = {"id": number, "is_bot": False, "first_name": name, "language_code": language}
        self._presses = itertools.count(1)

    async def writes(self, text: str, thread: int | None = None, group: int = GROUP) -> dict[str, Any]:
        return await self._sends(thread, group, text=text)

    async def replies(
        self, to: dict[str, Any], text: str, thread: int | None = None, part: str | None = None
    ) -> dict[str, Any]:
        return await self._sends(thread, GROUP, text=text, **answering(to, part))

    async def sends(
        self, kind: str, body: bytes, thread: int, caption: str = "", album: str | None = None
    ) -> dict[str, Any]:
        name = f"file{len(self.api.files)}"
        self.api.files[name] = body
        file = {"file_id": name, "file_unique_id": name, "file_size": len(body)}
        sent: Any = [file | {"width": 60, "height": 40}] if kind == "photo" else file | {"file_name": "receipt.pdf"}
        more = ({"caption": caption} if caption else {}) | ({"media_group_id": album} if album else {})
        return await self._sends(thread, GROUP, **{kind: sent}, **more)

    async def edits(self, message: dict[str, Any], text: str) -> None:
        await self.api.happens("edited_message", {**message, "text": text, "edit_date": int(time.time())})

    async def says_in_private(self, text: str) -> None:
        self.api.chats.setdefault(self.number, Chat())
        message = self.api.new_message(self.number, **{"from": self.who}, text=text)
        await self.api.happens("message", message)

    async def presses(self, data: str, message_id: int, group: int = GROUP, query: str | None = None) -> str:
        """A button of a message, by its data; the answer's text. The same `query` is the same press again."""
        message = self.api.group(group).messages[message_id]
        query = query or f"{self.number}-{message_id}-{next(self._presses)}"
        self.api.answered.pop(query, None)
        shown = {name: message[name] for name in ("message_id", "date", "chat", "from", "text", "message_thread_id")}
        shown["is_topic_message"] = True
        content = {"id": query, "from": self.who, "chat_instance": "1", "message": shown, "data": data}
        await self.api.happens("callback_query", content)
        await self.api.until(lambda: query in self.api.answered)
        return self.api.answered[query]

    async def _sends(self, thread: int | None, group: int, **content: Any) -> dict[str, Any]:
        place = {"message_thread_id": thread, "is_topic_message": True} if thread is not None else {}
        if thread is not None:
            # As Telegram: what answers nothing in a topic answers the line that says it was made.
            content = {"reply_to_message": _made(thread, group)} | content
        message = self.api.new_message(group, **{"from": self.who}, **content, **place, chat=_chat(group))
        await self.api.happens("message", message)
        return message


GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories"),
    *("can_edit_stories", "can_delete_stories", "can_send_welcome_messages", "can_pin_messages", "can_manage_topics"),
)


def _admin() -> dict[str, Any]:
    return {"status": "administrator", "user": BOT, **dict.fromkeys(RIGHTS, True)}


def _made(thread: int, group: int) -> dict[str, Any]:
    line = {"name": "x", "icon_color": 7322096}
    return {"message_id": thread, "date": 1, "chat": _chat(group), "from": BOT, "forum_topic_created": line}


def _chat(number: int) -> dict[str, Any]:
    return {"id": number, "type": "supergroup", "title": "Agents", "is_forum": True}


@asynccontextmanager
async def serving(port: int = 0) -> AsyncIterator[GroupApi]:
    async with served(GroupApi(), port) as api:
        yield api
