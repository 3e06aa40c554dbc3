"""Telegram in a terminal: plays customers and agents against the emulator, to which a real `baton demo` is connected.

Usage: python -m tests.telegram_client [--port 8081]
"""

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from tests import telegram_groups
from tests.telegram import BOT, TOKEN, Customer
from tests.telegram_drawn import Say, drawn, labels_of, read, the_label
from tests.telegram_groups import GROUP, GroupApi, Teammate
from tests.telegram_seat import Seat

HELP = """\
  words, /start, /human …      say it
  #2                           press button 2
  :photo FILE words            send a photo; :file FILE for anything else
  :edit words                  change what you said last
  :reply 12 words              answer to the message that stands as 12
  :as Ann zh-hant              be a customer; the second word is what their Telegram is set to
  :block, :unblock             the bot, as a customer
  :agent Mei                   be an agent in the group; in there:
    :topics, :topic 2          see them; go into one, where words, /note, /claim … and #2 on the story are meant for it
    :topic                     leave it; words then stand in General
    :delete                    delete the topic you are in, as an admin can
  :help; :quit"""
LINKING = """\
An agent's account: sign in to the console (the demo prints how), open the account page under your name, choose
"Link Telegram", and send the line it shows (/link …) as :agent NAME."""
KINDS = {":photo": "photo", ":file": "document"}


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
            text = drawn(message, self.customer.chat.messages)
            if self.shown.get(number) != text:
                self.say(("(changed) " if number in self.shown else "") + f"{number}: {text}")
            self.shown[number] = text

    async def does(self, line: str) -> None:
        """Raises `ValueError` with what to say where it cannot be done."""
        word, _, rest = line.partition(" ")
        match word:
            case ":photo" | ":file":
                name, _, words = rest.partition(" ")
                self.last = await self.customer.sends(KINDS[word], await asyncio.to_thread(read, name), words)
            case ":edit":
                if not self.last:
                    raise ValueError("nothing was said yet")
                await self.customer.edits(self.last, rest)
            case ":reply":
                number, _, words = rest.partition(" ")
                to = self.customer.chat.messages.get(int(number)) if number.isdecimal() else None
                if to is None or not words:
                    raise ValueError(HELP)
                self.last = await self.customer.replies(to, words)
            case ":block" | ":unblock":
                self.customer.chat.blocked = word == ":block"
            case _ if word.startswith("#"):
                with_some = [message for message in self.customer.chat.messages.values() if labels_of(message)]
                label = the_label(with_some[-1] if with_some else {}, word[1:])
                self.say(f"(button) {await self.customer.presses(label) or '✓'}")
            case _ if word.startswith(":"):
                raise ValueError(HELP)
            case _:
                self.last = await self.customer.says(line)


async def play(api: GroupApi, lines: AsyncIterator[str], say: Say) -> None:
    """Until the lines end or one says `:quit`."""
    customers = {"Ann": Phone(Customer(api, 1001, "Ann", "zh-hant"), say)}
    agents: dict[str, Seat] = {}
    now: Phone | Seat = customers["Ann"]

    async def show() -> None:
        while True:
            now.look()
            await asyncio.sleep(0.1)

    showing = asyncio.create_task(show())
    try:
        async for line in lines:
            words = line.split()
            match words:
                case [":quit", *_]:
                    break
                case [":as", name, *more]:
                    new = Phone(Customer(api, 1001 + len(customers), name, more[0] if more else "en"), say)
                    now = customers.setdefault(name, new)
                    say(f"(you are {name}, {now.customer.who['language_code']})")
                case [":agent", name, *more]:
                    mate = Teammate(api, 2001 + len(agents), name, more[0] if more else "en")
                    now = agents.setdefault(name, Seat(mate, say))
                    say(f"(you are {name}, in the agents' group)")
                case []:
                    pass
                case _:
                    try:
                        await now.does(line.strip())
                    except ValueError as error:
                        say(str(error))
            while api.wrong:
                say(f"(not as Telegram has it) {api.wrong.pop(0)}")
    finally:
        showing.cancel()


async def _typed() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line


async def main(port: int) -> None:
    async with telegram_groups.serving(port) as api:
        api.add_group()
        named = f"BATON_TELEGRAM_TOKEN={TOKEN} BATON_TELEGRAM_API={api.address} BATON_TELEGRAM_GROUPS={GROUP}"
        print(f"{named} baton demo\n\n{LINKING}\n\n{HELP}\n", flush=True)
        await play(api, _typed(), lambda text: print(f"  ◂ {text}", flush=True))


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, usage="python -m tests.telegram_client [--port 8081]")
    parser.add_argument("--port", type=int, default=8081)
    asyncio.run(main(parser.parse_args().port))
