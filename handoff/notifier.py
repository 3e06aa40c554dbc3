"""Letters to customers who have left the page, over any SMTP server."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from handoff.delivery import Parcel, SendFailed
from handoff.ports import Clock

TIMEOUT_S = 15.0


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

    def __init__(self, mailbox: Mailbox, sender: str, letters: Letters, clock: Clock) -> None:
        self._mailbox, self._sender, self._letters, self._clock = mailbox, sender, letters, clock

    async def send(self, parcel: Parcel) -> str | None:
        """Raises `SendFailed`; permanent where the server refuses the address or the letter for good."""
        if parcel.email is None:
            raise SendFailed("there is no address", permanent=True)
        try:
            message = self._message(parcel, parcel.email)
        except ValueError:
            raise SendFailed("the address cannot be written to", permanent=True) from None
        try:
            await self._hand_over(message)
        except aiosmtplib.SMTPResponseException as error:
            raise SendFailed(f"the mail server said {error.code}", permanent=error.code >= 500) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            refusals = [refused.code for refused in error.recipients]
            raise SendFailed(f"the mail server said {refusals}", permanent=min(refusals) >= 500) from None
        except (aiosmtplib.SMTPReadTimeoutError, aiosmtplib.SMTPServerDisconnected) as error:
            raise SendFailed(type(error).__name__, unknown=True) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise SendFailed(type(error).__name__) from None
        return str(message["Message-ID"])

    async def _hand_over(self, message: EmailMessage) -> None:
        box = self._mailbox
        await aiosmtplib.send(
            message,
            hostname=box.host,
            port=box.port,
            username=box.user,
            password=box.password,
            use_tls=box.security == "tls",
            start_tls=box.security == "starttls",
            timeout=TIMEOUT_S,
        )

    def _message(self, parcel: Parcel, to: str) -> EmailMessage:
        letter, message = self._letters.compose(parcel), EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, letter.subject
        message["Date"] = format_datetime(self._clock.now())
        # The same for every try, so that mail programs show a letter sent twice once.
        domain = parseaddr(self._sender)[1].rpartition("@")[2]
        message["Message-ID"] = f"<conversation-{parcel.conversation_id}-{parcel.lines[0].delivery_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message
