"""Letters over a real SMTP server on loopback: what arrives, and what happens when it refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from handoff.delivery import Line, Parcel, SendFailed
from handoff.notifier import EmailSender, Letter, Mailbox
from handoff.ports import SystemClock
from tests.servers import free_port

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Catcher:
    """Takes letters, or answers what it is told to."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            content = cast(bytes, envelope.content)
            self.letters.append(message_from_bytes(content, policy=policy.default))
        return self.answer


@pytest.fixture
async def catcher() -> AsyncIterator[tuple[Catcher, Mailbox]]:
    handler, port = Catcher(), free_port()
    controller = UnthreadedController(handler, "127.0.0.1", port, loop=asyncio.get_running_loop())
    controller.server = await controller._create_server()
    yield handler, Mailbox("127.0.0.1", port, "plain", None, None)
    controller.server.close()
    await controller.server.wait_closed()


class Words:
    def compose(self, parcel: Parcel) -> Letter:
        return Letter("小滿選物：Mei 回覆您了", "\n".join(line.text for line in parcel.lines))


def parcel(email: str | None = "ann@mail.example", *texts: str) -> Parcel:
    lines = tuple(Line(n, n, n, "agent", "Mei", text, "plain", NOON) for n, text in enumerate(texts or ("找到了",), 1))
    return Parcel(7, "email", 1, "visitor-1", email, "zh-TW", 1, lines)


def sender(mailbox: Mailbox, timeout_s: float = 5.0) -> EmailSender:
    return EmailSender(mailbox, "小滿選物 <care@xiaoman.example>", Words(), SystemClock(), timeout_s)


async def test_a_letter_arrives_whole_in_any_script(catcher: tuple[Catcher, Mailbox]) -> None:
    handler, mailbox = catcher
    sent = await sender(mailbox).send(parcel("ann@mail.example", "找到了", "明天到"))
    [letter] = handler.letters
    assert letter["To"] == "ann@mail.example"
    assert letter["Subject"] == "小滿選物：Mei 回覆您了"
    assert letter.get_content().split() == ["找到了", "明天到"]
    assert letter["Message-ID"] == sent


async def test_a_letter_sent_twice_can_be_told_from_a_second_one(catcher: tuple[Catcher, Mailbox]) -> None:
    _, mailbox = catcher
    assert await sender(mailbox).send(parcel()) == await sender(mailbox).send(parcel())


@pytest.mark.parametrize(
    ("answer", "permanent"), [("550 no such mailbox", True), ("451 come back later", False), ("554 spam", True)]
)
async def test_a_server_that_refuses_says_whether_trying_again_helps(
    catcher: tuple[Catcher, Mailbox], answer: str, permanent: bool
) -> None:
    handler, mailbox = catcher
    handler.answer = answer
    with pytest.raises(SendFailed) as refused:
        await sender(mailbox).send(parcel())
    assert refused.value.permanent is permanent
    assert answer[:3] in str(refused.value)
    assert "ann@" not in str(refused.value), "addresses stay out of what is logged and shown"


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(SendFailed) as refused:
        await sender(Mailbox("127.0.0.1", free_port(), "plain", None, None)).send(parcel())
    assert not refused.value.permanent and not refused.value.unknown


async def test_an_address_with_a_line_break_never_becomes_a_header(catcher: tuple[Catcher, Mailbox]) -> None:
    handler, mailbox = catcher
    with pytest.raises(SendFailed) as refused:
        await sender(mailbox).send(parcel("ann@mail.example\nBcc: everybody@mail.example"))
    assert refused.value.permanent
    assert handler.letters == []


def test_a_mailbox_is_read_from_one_address() -> None:
    assert Mailbox.read("smtp+starttls://care%40shop:p%40ss@mail.example:2525") == Mailbox(
        "mail.example", 2525, "starttls", "care@shop", "p@ss"
    )
    assert Mailbox.read("smtps://mail.example").port == 465
    for bad in ("mail.example", "http://mail.example", "smtp://"):
        with pytest.raises(ValueError, match="smtp"):
            Mailbox.read(bad)


class ScriptedServer:
    """Speaks just enough SMTP to fail at a chosen step; `None` hangs up there, and an empty answer never comes."""

    def __init__(self, **answers: str | None) -> None:
        usual: dict[str, str | None] = {
            "HELLO": "220 here",
            "EHLO": "250-here\r\n250 AUTH PLAIN",
            "HELO": "250 here",
            "AUTH": "235 welcome",
            "MAIL": "250 go on",
            "RCPT": "250 go on",
            "DATA": "354 go on",
            "END": "250 taken",
            "RSET": "250 as you like",
            "QUIT": "221 bye",
        }
        self._answers = usual | answers
        self.visits: list[asyncio.Task[None]] = []

    def visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        step, in_letter = "HELLO", False
        while (answer := self._answers[step]) is not None:
            if answer:
                writer.write(f"{answer}\r\n".encode())
            in_letter = step == "DATA" and answer.startswith("354")
            while (line := await reader.readline()).strip() != b"." and in_letter and line:
                pass
            if not line:
                break
            step = "END" if in_letter else line[:4].decode().upper()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def scripted(**answers: str | None) -> AsyncIterator[Mailbox]:
    server, port = ScriptedServer(**answers), free_port()
    listening = await asyncio.start_server(server.visited, "127.0.0.1", port)
    async with listening:
        yield Mailbox("127.0.0.1", port, "plain", "care", "an old password")
        await asyncio.gather(*server.visits)


@pytest.mark.parametrize(
    ("step", "answer", "permanent"),
    [
        ("HELLO", "554 not from you", False),
        ("EHLO", "550 who are you", False),
        ("AUTH", "535 the password has changed", False),
        ("MAIL", "550 this sender may not", False),
        ("RCPT", "450 come back in 300 s", False),
        ("RCPT", "550 no such mailbox", True),
        ("END", "452 no room", False),
        ("END", "554 spam", True),
    ],
)
async def test_only_a_refused_address_or_letter_is_refused_for_good(step: str, answer: str, permanent: bool) -> None:
    answers: dict[str, str | None] = {step: answer}
    if step == "EHLO":
        answers["HELO"] = answer
    async with scripted(**answers) as mailbox:
        with pytest.raises(SendFailed) as refused:
            await sender(mailbox).send(parcel())
    assert (refused.value.permanent, refused.value.unknown) == (permanent, False)


@pytest.mark.parametrize(
    ("step", "unknown"),
    [
        ("HELLO", False),
        ("EHLO", False),
        ("AUTH", False),
        ("MAIL", False),
        ("RCPT", False),
        ("DATA", True),
        ("END", True),
    ],
)
async def test_a_lost_connection_leaves_doubt_only_once_the_letter_was_begun(step: str, unknown: bool) -> None:
    async with scripted(**{step: None}) as mailbox:
        with pytest.raises(SendFailed) as lost:
            await sender(mailbox).send(parcel())
    assert (lost.value.permanent, lost.value.unknown) == (False, unknown)


@pytest.mark.parametrize(("step", "unknown"), [("RCPT", False), ("END", True)])
async def test_a_server_that_falls_silent_leaves_doubt_only_once_the_letter_was_begun(step: str, unknown: bool) -> None:
    async with scripted(**{step: ""}) as mailbox:
        with pytest.raises(SendFailed) as lost:
            await sender(mailbox, 0.3).send(parcel())
    assert (lost.value.permanent, lost.value.unknown) == (False, unknown)


async def test_a_server_that_hangs_up_instead_of_saying_goodbye_has_the_letter() -> None:
    async with scripted(QUIT=None) as mailbox:
        assert await sender(mailbox).send(parcel())


async def test_other_lines_make_another_letter(catcher: tuple[Catcher, Mailbox]) -> None:
    _, mailbox = catcher
    one = await sender(mailbox).send(parcel("ann@mail.example", "a"))
    assert one != await sender(mailbox).send(parcel("ann@mail.example", "a", "b"))


@pytest.mark.parametrize(
    "address",
    ["", "a@[x.example", "a@", "@x.example", "a,b@x.example", "ann@x.example, bo@x.example", "a@x.example\ud800"],
)
async def test_what_is_no_single_address_is_refused_for_good(address: str, catcher: tuple[Catcher, Mailbox]) -> None:
    handler, mailbox = catcher
    with pytest.raises(SendFailed, match="cannot be written to") as refused:
        await sender(mailbox).send(parcel(address))
    assert refused.value.permanent
    assert handler.letters == []


async def test_a_letter_of_its_own_goes_to_one_address_and_to_no_other(catcher: tuple[Catcher, Mailbox]) -> None:
    handler, mailbox = catcher
    await sender(mailbox).write("jun@shop.example", Letter("歡迎", "https://shop.example/console/#invite=x"))
    assert [(letter["To"], letter["Subject"]) for letter in handler.letters] == [("jun@shop.example", "歡迎")]
    with pytest.raises(SendFailed):
        await sender(mailbox).write("jun@shop.example, all@shop.example", Letter("歡迎", "x"))
    assert len(handler.letters) == 1
