"""The words of letters: to customers who have left the page, and to people who are invited."""

import logging
from dataclasses import dataclass
from typing import Protocol

from bot.channels.entrance import Entrance
from bot.replies import Replies
from bot.shop import LANGUAGES, Shop
from handoff.delivery import Line, Parcel, SendFailed
from handoff.notifier import Letter
from handoff.values import Language

log = logging.getLogger("baton.letters")

MAX_QUOTED = 2000


@dataclass(frozen=True, slots=True)
class ResumeLetters:
    """What an agent wrote, and a link that opens the conversation where it stood. `page` shows the widget."""

    replies: Replies
    shop: Shop
    entrance: Entrance
    page: str

    def compose(self, parcel: Parcel) -> Letter:
        language = next((known for known in LANGUAGES if known == parcel.language), self.shop.language)
        shop, agent = self.shop.name[language], parcel.lines[-1].agent_name or self.shop.name[language]
        quoted = _newest("\n\n".join(self._words(line, language) for line in parcel.lines))
        link = f"{self.page}#baton-resume={self.entrance.resume_token(parcel.contact_id)}"
        return Letter(
            self.replies.say("letter.subject", language, shop=_one_line(shop), agent=_one_line(agent)),
            self.replies.say("letter.text", language, shop=shop, agent=agent, words=quoted, link=link),
        )

    def _words(self, line: Line, language: Language) -> str:
        """Files stay in the conversation; that there are some is said."""
        files = [self.replies.say("letter.files", language, n=line.files)] if line.files else []
        return "\n".join([*([line.text] if line.text else []), *files])


class Writer(Protocol):
    """Brings one letter to one address, or raises `SendFailed`."""

    async def write(self, to: str, letter: Letter) -> None: ...


@dataclass(frozen=True, slots=True)
class InvitationLetters:
    """A link by which somebody chooses their password. `address` is where the console is reached."""

    writer: Writer
    replies: Replies
    shop: Shop
    address: str

    async def send(self, to: str, name: str, code: str) -> bool:
        language = self.shop.language
        shop, link = self.shop.name[language], f"{self.address}/console/#invite={code}"
        letter = Letter(
            self.replies.say("invitation.subject", language, shop=_one_line(shop)),
            self.replies.say("invitation.text", language, shop=shop, name=name, link=link),
        )
        try:
            await self.writer.write(to, letter)
        except SendFailed as failure:
            log.warning("invitation_not_sent permanent=%s unknown=%s", failure.permanent, failure.unknown)
            return False
        return True


def _newest(words: str) -> str:
    return words if len(words) <= MAX_QUOTED else f"…{words[-MAX_QUOTED:]}"


def _one_line(text: str) -> str:
    """A line break in a subject would begin a header of somebody else's."""
    return " ".join(text.split())
