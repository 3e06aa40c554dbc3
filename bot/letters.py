"""The words of letters to customers who have left the page."""

from dataclasses import dataclass

from bot.channels.entrance import Entrance
from bot.replies import Replies
from bot.shop import LANGUAGES, Shop
from handoff.delivery import Parcel
from handoff.notifier import Letter

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
        quoted = "\n\n".join(line.text for line in parcel.lines)[:MAX_QUOTED]
        link = f"{self.page}#baton-resume={self.entrance.resume_token(parcel.contact_id)}"
        return Letter(
            self.replies.say("letter.subject", language, shop=_one_line(shop), agent=_one_line(agent)),
            self.replies.say("letter.text", language, shop=shop, agent=agent, words=quoted, link=link),
        )


def _one_line(text: str) -> str:
    """A line break in a subject would begin a header of somebody else's."""
    return " ".join(text.split())
