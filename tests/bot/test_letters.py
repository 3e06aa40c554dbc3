"""What a letter says to a customer who has left the page."""

from datetime import UTC, datetime

import pytest

from bot.channels.entrance import Entrance
from bot.letters import MAX_QUOTED, InvitationLetters, ResumeLetters
from bot.replies import shipped
from handoff.delivery import Line, Parcel, SendFailed
from handoff.notifier import Letter
from tests.bot.conftest import SHOP, Counter

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def letters(counter: Counter) -> ResumeLetters:
    entrance = Entrance(counter.database, counter.clock, "k" * 40, None)
    return ResumeLetters(shipped(), SHOP, entrance, "https://shop.example/")


def parcel(language: str, *lines: tuple[str, int]) -> Parcel:
    """Of texts, each with a number of files."""
    written = [Line(n, n, n, "agent", "Mei", text, "plain", NOON, files) for n, (text, files) in enumerate(lines, 1)]
    return Parcel(7, "email", 1, "visitor-1", "ann@mail.example", language, 1, tuple(written))


async def test_a_letter_has_the_words_and_the_way_back(letters: ResumeLetters) -> None:
    letter = letters.compose(parcel("en", ("Found it.", 0), ("It arrives tomorrow.", 0)))
    assert "Found it.\n\nIt arrives tomorrow." in letter.text
    assert "https://shop.example/#baton-resume=" in letter.text
    assert "Files" not in letter.text


async def test_of_a_long_answer_the_newest_words_stay_and_the_cut_is_marked(letters: ResumeLetters) -> None:
    letter = letters.compose(parcel("en", ("old " * MAX_QUOTED, 0), ("It arrives tomorrow.", 0)))
    assert "It arrives tomorrow." in letter.text
    assert "\n…" in letter.text
    assert len(letter.text) < MAX_QUOTED + 600


@pytest.mark.parametrize(("language", "said"), [("en", "Files: 2"), ("zh-TW", "附件 2 個"), ("zh-CN", "附件 2 个")])
async def test_a_message_of_files_only_says_that_there_are_files(
    letters: ResumeLetters, language: str, said: str
) -> None:
    assert said in letters.compose(parcel(language, ("", 2))).text


class Postbox:
    """An SMTP server's place: takes what it is given, or refuses all."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.letters: list[tuple[str, Letter]] = []
        self._refuses = refuses

    async def write(self, to: str, letter: Letter) -> None:
        if self._refuses:
            raise SendFailed("the mail server said 550", permanent=True)
        self.letters.append((to, letter))


async def test_an_invitation_has_the_link_and_the_name_and_a_refusal_only_says_so() -> None:
    postbox = Postbox()
    invitations = InvitationLetters(postbox, shipped(), SHOP, "https://chat.shop.example")
    assert await invitations.send("jun@shop.example", "Jun", "c0de")
    [(to, letter)] = postbox.letters
    assert to == "jun@shop.example" and "Jun" in letter.text
    assert "https://chat.shop.example/console/#invite=c0de" in letter.text and "\n" not in letter.subject
    refused = InvitationLetters(Postbox(refuses=True), shipped(), SHOP, "https://chat.shop.example")
    assert not await refused.send("jun@shop.example", "Jun", "c0de")
