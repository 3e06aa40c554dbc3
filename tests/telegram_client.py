"""Telegram in a terminal: plays customers against the emulator, to which a real `baton demo` is connected.

Usage: python -m tests.telegram_client [--port 8081]
"""

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import telegram
from tests.telegram import BOT, TOKEN, BotApi, Customer

HELP = """\
  words, /start, /human …      say it
  #2                           press button 2
  :photo FILE words            send a photo; :file FILE for anything else
  :edit words                  change what you said last
  :as Ann zh-hant              be somebody else; the second word is what their Telegram is set to
  :block, :unblock             the bot; :help; :quit"""
Say = Callable[[str], None]


@dataclass
class Phone:
    """What one customer sees and does. Buttons are numbered from 1, in the newest message that has some."""

    customer: Customer
    say: Say
    shown: dict[int, str] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)

    def look(self) -> None:
        """Tell what is new or was changed."""
        for number, message in list(self.customer.chat.messages.items()):
            if message["from"] is not BOT:
                continue
            text = _drawn(message)
            if self.shown.get(number) != text:
                self.say(("(changed) " if number in self.shown else "") + text)
            self.shown[number] = text

    async def does(self, line: str) -> None:
        """Raises `ValueError` with what to say where it cannot be done."""
        word, _, rest = line.partition(" ")
        match word:
            case ":photo" | ":file":
                name, _, words = rest.partition(" ")
                body = await asyncio.to_thread(_read, name)
                self.last = await self.customer.sends("photo" if word == ":photo" else "document", body, words)
            case ":edit":
                if not self.last:
                    raise ValueError("nothing was said yet")
                await self.customer.edits(self.last, rest)
            case ":block" | ":unblock":
                self.customer.chat.blocked = word == ":block"
            case _ if word.startswith("#"):
                self.say(f"(button) {await self.customer.presses(self._label(word[1:])) or '✓'}")
            case _ if word.startswith(":"):
                raise ValueError(HELP)
            case _:
                self.last = await self.customer.says(line)

    def _label(self, number: str) -> str:
        for message in reversed(list(self.customer.chat.messages.values())):
            if labels := _labels(message):
                if number.isdecimal() and 1 <= int(number) <= len(labels):
                    return labels[int(number) - 1]
                raise ValueError(f"there are buttons 1 to {len(labels)}")
        raise ValueError("there are no buttons")


async def play(api: BotApi, lines: AsyncIterator[str], say: Say) -> None:
    """Until the lines end or one says `:quit`."""
    phones = {"Ann": Phone(Customer(api, 1001, "Ann", "zh-hant"), say)}
    now = phones["Ann"]

    async def show() -> None:
        while True:
            now.look()
            await asyncio.sleep(0.1)

    showing = asyncio.create_task(show())
    try:
        async for line in lines:
            words = line.split()
            if words[:1] == [":quit"]:
                break
            if words[:1] == [":as"] and len(words) > 1:
                name, language = words[1], words[2] if len(words) > 2 else "en"
                new = phones.setdefault(name, Phone(Customer(api, 1001 + len(phones), name, language), say))
                now = new
                say(f"(you are {name}, {now.customer.who['language_code']})")
            elif words:
                try:
                    await now.does(line.strip())
                except ValueError as error:
                    say(str(error))
            if api.wrong:
                say(f"(not as Telegram has it) {api.wrong.pop()}")
    finally:
        showing.cancel()


def _drawn(message: dict[str, Any]) -> str:
    text, said = message.get("text", message.get("caption", "")), message.get("file")
    links = [entity["url"] for entity in message.get("entities", ()) if "url" in entity]
    parts = [text] if text else []
    parts += [f"⟨{url}⟩" for url in links]
    parts += [f"⟨{said['as']} {said['name']}, {said['size']} bytes⟩"] if said else []
    parts += ["  ".join(f"[{n} {label}]" for n, label in enumerate(_labels(message), 1))] if _labels(message) else []
    return "\n    ".join("\n".join(parts).splitlines())


def _labels(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [button["text"] for row in rows for button in row]


def _read(name: str) -> bytes:
    try:
        return Path(name).expanduser().read_bytes()
    except OSError as error:
        raise ValueError(f"{name}: {error.strerror}") from None


async def _typed() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line


async def main(port: int) -> None:
    async with telegram.serving(port) as api:
        print(f"BATON_TELEGRAM_TOKEN={TOKEN} BATON_TELEGRAM_API={api.address} baton demo\n\n{HELP}\n", flush=True)
        await play(api, _typed(), lambda text: print(f"  ◂ {text}", flush=True))


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, usage="python -m tests.telegram_client [--port 8081]")
    parser.add_argument("--port", type=int, default=8081)
    asyncio.run(main(parser.parse_args().port))
