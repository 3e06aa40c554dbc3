"""An agent's place in the terminal: the topics of the agents' group, and the one that is open."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.telegram import BOT
from tests.telegram_drawn import Say, buttons_of, drawn, first_line, read, the_label
from tests.telegram_groups import GROUP, Group, Teammate, Thread

KINDS = {":photo": "photo", ":file": "document"}


@dataclass
class Seat:
    """What one agent sees and does. Topics are numbered from 1; buttons are those of the story that is pinned."""

    mate: Teammate
    say: Say
    open: int | None = None
    named: dict[int, str] = field(default_factory=dict)
    shown: dict[int, str] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)

    @property
    def group(self) -> Group:
        return self.mate.api.group(GROUP)

    def look(self) -> None:
        """Tell of topics that are new or are named anew, and of what is new or was changed in the one that is open."""
        for thread, topic in list(self.group.threads.items()):
            if self.named.get(thread) != (name := _named(topic)):
                self.say(f"({'topic' if thread in self.named else 'new topic'} {self._number(thread)}) {name}")
            self.named[thread] = name
        for thread in [thread for thread in self.named if thread not in self.group.threads]:
            self.say(f"(deleted) {self.named.pop(thread)}")
            self.open = None if self.open == thread else self.open
        for number, message in list(self.group.messages.items()):
            if message.get("message_thread_id") != self.open or message["from"] is self.mate.who:
                continue
            text = drawn(message, self.group.messages)
            if self.shown.get(number) != text:
                by = "" if message["from"] is BOT else f"{message['from']['first_name']}: "
                pinned = "📌 " if self.open is not None and number in self.group.threads[self.open].pinned else ""
                self.say(("(changed) " if number in self.shown else "") + f"{number}: {pinned}{by}{text}")
            self.shown[number] = text

    async def does(self, line: str) -> None:
        """Raises `ValueError` with what to say where it cannot be done."""
        word, _, rest = line.partition(" ")
        match word:
            case ":topics":
                for thread, topic in self.group.threads.items():
                    self.say(f"{self._number(thread)} {_named(topic)}{' ← here' if thread == self.open else ''}")
            case ":topic":
                self.open = self._thread(rest) if rest else None
                self.shown.clear()
                self.say(f"(in {self.named.get(self.open) if self.open else 'General'})")
            case ":photo" | ":file":
                name, _, words = rest.partition(" ")
                body = await asyncio.to_thread(read, name)
                self.last = await self.mate.sends(KINDS[word], body, self._here(), words)
            case ":edit":
                if not self.last:
                    raise ValueError("nothing was said yet")
                await self.mate.edits(self.last, rest)
            case ":reply":
                number, _, words = rest.partition(" ")
                to = self.group.messages.get(int(number)) if number.isdecimal() else None
                if to is None or not words:
                    raise ValueError("which message, and which words? :reply 12 words")
                self.last = await self.mate.replies(to, words, self._here())
            case ":delete":
                self.mate.api.delete_topic(self._here())
            case _ if word.startswith("#"):
                await self._press(word[1:])
            case _ if word.startswith(":"):
                raise ValueError(
                    ":topics, :topic N, :photo, :file, :edit, :reply, :delete, :as NAME, :agent NAME, :quit"
                )
            case _:
                self.last = await self.mate.writes(line, self.open)

    async def _press(self, number: str) -> None:
        pinned = self.group.threads[self._here()].pinned
        story = self.group.messages[pinned[-1]] if pinned else {}
        label = the_label(story, number)
        data = next(button["callback_data"] for button in buttons_of(story) if button["text"] == label)
        self.say(f"(button {label} of: {first_line(story)}) {await self.mate.presses(data, pinned[-1]) or '✓'}")

    def _here(self) -> int:
        if self.open is None:
            raise ValueError("go into a topic first: :topics, :topic 1")
        return self.open

    def _thread(self, number: str) -> int:
        threads = list(self.group.threads)
        if number.isdecimal() and 1 <= int(number) <= len(threads):
            return threads[int(number) - 1]
        raise ValueError(f"there are {len(threads)} topics")

    def _number(self, thread: int) -> int:
        return list(self.group.threads).index(thread) + 1


def _named(topic: Thread) -> str:
    return f"{topic.name}{' (closed)' if topic.closed else ''}"
