"""Letters over any SMTP server: to customers who have left the page, and to people who are invited."""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from handoff.delivery import Parcel, SendFailed
from handoff.ports import Clock

TIMEOUT_S = 25.0
"""For a whole letter, within what the outbox gives a send."""
GOODBYE_S = 2.0
NO_LETTER = "the letter cannot be written to this address"


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text: it reads the same everywhere, and nothing in it can run."""

    subject: str
    text: str


class Letters(Protocol):
    """Words a letter for what an agent has written."""

    def compose(self, parcel: Parcel) -> Letter: ...


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An SMTP server. `security` is plain, starttls or tls."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None

    @classmethod
    def read(cls, url: str) -> "Mailbox":
        """From `smtp://USER:PASSWORD@HOST:PORT`, or `smtp+starttls://` or `smtps://`. Raises ValueError."""
        parts = urlsplit(url)
        security = {"smtp": "plain", "smtp+starttls": "starttls", "smtps": "tls"}.get(parts.scheme)
        if security is None or not parts.hostname:
            raise ValueError("must look like smtp+starttls://USER:PASSWORD@HOST:PORT, smtps://… or smtp://…")
        port = parts.port or {"plain": 25, "starttls": 587, "tls": 465}[security]
        user = unquote(parts.username) if parts.username else None
        return cls(parts.hostname, port, security, user, unquote(parts.password) if parts.password else None)


class EmailSender:
    """Sends what waits in a conversation as one letter."""

    def __init__(
        self, mailbox: Mailbox, sender: str, letters: Letters, clock: Clock, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._mailbox, self._sender, self._letters, self._clock = mailbox, sender, letters, clock
        self._timeout_s = timeout_s

    async def send(self, parcel: Parcel) -> str | None:
        """Raises `SendFailed`: permanent where the server refuses this address or this letter, unknown where the

        letter was begun and no answer came. Any other trouble is the server's or ours, and may pass.
        """
        if parcel.email is None:
            raise SendFailed("there is no address", permanent=True)
        message = self._message(parcel, parcel.email)
        await self._bring(message)
        return str(message["Message-ID"])

    async def write(self, to: str, letter: Letter) -> None:
        """One letter outside of any conversation, tried once. Raises `SendFailed`."""
        await self._bring(self._sealed(letter, to, make_msgid(domain=self._domain)))

    async def _bring(self, message: EmailMessage) -> None:
        client = self._client()
        try:
            async with asyncio.timeout(self._timeout_s):
                await client.connect()
                await client.send_message(message, recipients=[_only_address(message["To"])])
            await _leave(client)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _failure(error, begun=client.begun) from None
        except ValueError:
            raise SendFailed(NO_LETTER, permanent=True) from None
        finally:
            client.close()

    def _client(self) -> "_Client":
        box = self._mailbox
        return _Client(
            hostname=box.host,
            port=box.port,
            username=box.user,
            password=box.password,
            use_tls=box.security == "tls",
            start_tls=box.security == "starttls",
            timeout=self._timeout_s,
        )

    @property
    def _domain(self) -> str:
        return parseaddr(self._sender)[1].rpartition("@")[2]

    def _message(self, parcel: Parcel, to: str) -> EmailMessage:
        return self._sealed(self._letters.compose(parcel), to, _message_id(parcel, self._domain))

    def _sealed(self, letter: Letter, to: str, message_id: str) -> EmailMessage:
        """The letter to one address, checked whole."""
        message = EmailMessage()
        message["From"] = self._sender
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
        try:
            message["To"], message["Subject"] = to, letter.subject
            message.set_content(letter.text)
            message.as_bytes()
            _only_address(message["To"])
            return message
        except Exception:
            # The parser of headers fails in many ways, by no type of its own.
            raise SendFailed(NO_LETTER, permanent=True) from None


class _Client(aiosmtplib.SMTP):
    """Remembers whether the letter itself was begun: before that, it cannot have arrived."""

    begun = False

    async def data(self, message: str | bytes, /, **options: Any) -> aiosmtplib.SMTPResponse:
        self.begun = True
        return await super().data(message, **options)


def _failure(error: Exception, *, begun: bool) -> SendFailed:
    """A refused login, greeting or sender is nothing that the letter could help."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=recipients):
            refusals = [refused.code for refused in recipients]
            return SendFailed(f"the mail server said {refusals}", permanent=min(refusals) >= 500)
        case aiosmtplib.SMTPDataError(code=code):
            return SendFailed(f"the mail server said {code}", permanent=code >= 500)
        case aiosmtplib.SMTPResponseException(code=code):
            return SendFailed(f"the mail server said {code} before it was given the letter")
        case _:
            return SendFailed(type(error).__name__, unknown=begun)


async def _leave(client: aiosmtplib.SMTP) -> None:
    """What the server says to a goodbye changes nothing."""
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        await client.quit(timeout=GOODBYE_S)


def _message_id(parcel: Parcel, domain: str) -> str:
    """The same for every try with the same lines, so that mail programs show a letter sent twice once."""
    lines = ",".join(str(delivery_id) for delivery_id in parcel.ids)
    return f"<conversation-{parcel.conversation_id}-{hashlib.sha256(lines.encode()).hexdigest()[:24]}@{domain}>"


def _only_address(to: AddressHeader) -> str:
    """Raises ValueError for none, several, or half of one."""
    [address] = to.addresses
    if not (address.username and address.domain):
        raise ValueError("half an address")
    return str(address.addr_spec)
