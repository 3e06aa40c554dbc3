"""What the environment says about this installation."""

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.logs import Style

if TYPE_CHECKING:
    from handoff.notifier import Mailbox

ROOT = Path(__file__).parent.parent
BOT_MIGRATIONS = Path(__file__).parent / "migrations"
PORTS = range(8080, 8100)
ADDRESS_NOTE = "address"
TELEGRAM_API = "https://api.telegram.org"
_TELEGRAM_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,80}")
_TELEGRAM_GROUP = re.compile(r"-100\d{5,15}")
_TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


class SettingsError(Exception):
    """A variable cannot be used; the message names it and says what it must look like."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`port` None means: the next free one. `origins` are the pages that may embed the widget, besides our own.

    Without `metrics_token` the figures are for this machine alone. `public_url` is where customers reach us, and
    `shop_url` the shop's page that letters lead to. Without `mailbox` no letters are written; without
    `identity_secret` the shop vouches for nobody.
    """

    data: Path
    database_url: str
    redis_url: str | None
    host: str
    port: int | None
    origins: frozenset[str]
    shop_file: Path
    metrics_token: str | None = None
    public_url: str | None = None
    shop_url: str | None = None
    mailbox: "Mailbox | None" = None
    mail_from: str | None = None
    identity_secret: str | None = None
    telegram: "TelegramBot | None" = None


@dataclass(frozen=True, slots=True)
class TelegramBot:
    """`api` is the Bot API server. With `webhook_secret` Telegram calls `public_url`, else we ask it.

    `groups` are the agents' supergroups, by their ids.
    """

    token: str = field(repr=False)
    api: str
    webhook_secret: str | None = field(default=None, repr=False)
    groups: tuple[int, ...] = ()


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    data = Path(environment.get("BATON_DATA") or ROOT / "data").expanduser().resolve()
    url = environment.get("DATABASE_URL")
    if url and not url.startswith(("sqlite:///", "postgresql://")):
        raise SettingsError("DATABASE_URL must be sqlite:///FILE or postgresql://USER@HOST/NAME")
    return Settings(
        data=data,
        database_url=url or f"sqlite:///{data / 'baton.db'}",
        redis_url=environment.get("REDIS_URL") or None,
        host=environment.get("BATON_HOST") or "127.0.0.1",
        port=_port(environment.get("BATON_PORT")),
        origins=frozenset(_origins(environment.get("BATON_ORIGINS", ""))),
        shop_file=Path(environment.get("BATON_SHOP") or ROOT / "shop.yml"),
        metrics_token=_metrics_token(environment.get("BATON_METRICS_TOKEN")),
        public_url=_address("BATON_PUBLIC_URL", environment),
        shop_url=_address("BATON_SHOP_URL", environment),
        mailbox=_mailbox(environment),
        mail_from=environment.get("BATON_MAIL_FROM") or None,
        identity_secret=_identity_secret(environment.get("BATON_IDENTITY_SECRET")),
        telegram=_telegram(environment),
    )


def log_style(environment: Mapping[str, str] = os.environ) -> Style | None:
    """How events are written; None where nobody has said."""
    match environment.get("BATON_LOG"):
        case None | "":
            return None
        case "json" | "text" as style:
            return style
        case other:
            raise SettingsError(f"BATON_LOG must be json or text, not {other!r}")


def secret_key(data: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The key that signs buttons: `BATON_SECRET`, or one made once and kept in the data folder."""
    if given := environment.get("BATON_SECRET"):
        if len(given) < 32:
            raise SettingsError("BATON_SECRET must have at least 32 characters")
        return given
    path = data / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        _keep_the_first(fresh, path)
    return path.read_text()


@contextmanager
def announced(data: Path, address: str) -> Iterator[None]:
    """Where this installation's server can be reached, for commands on the same machine."""
    note = data / ADDRESS_NOTE
    note.write_text(address)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def known_address(data: Path) -> str | None:
    """Where a server said it could be reached; it may be gone."""
    note = data / ADDRESS_NOTE
    return note.read_text().strip() if note.exists() else None


def _keep_the_first(fresh: Path, path: Path) -> None:
    """Two processes that start at once end up with one key."""
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _port(value: str | None) -> int | None:
    if not value:
        return None
    if not value.isdigit() or not 1 <= int(value) <= 65535:
        raise SettingsError(f"BATON_PORT must be a number from 1 to 65535, not {value!r}")
    return int(value)


def _metrics_token(value: str | None) -> str | None:
    if value and len(value) < 16:
        raise SettingsError("BATON_METRICS_TOKEN must have at least 16 characters")
    return value or None


def _origins(value: str) -> list[str]:
    origins = [part.strip().rstrip("/") for part in value.split(",") if part.strip()]
    for origin in origins:
        if not origin.startswith(("http://", "https://")):
            raise SettingsError(f"BATON_ORIGINS: {origin!r} must begin with http:// or https://")
    return origins


def _address(name: str, environment: Mapping[str, str]) -> str | None:
    value = environment.get(name)
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"{name} must look like https://chat.shop.example, not {value!r}")
    return value.rstrip("/")


def _mailbox(environment: Mapping[str, str]) -> "Mailbox | None":
    """Letters need a server, a sender and a page to lead to: all of them, or none."""
    url = environment.get("BATON_SMTP_URL")
    if not url:
        return None
    if "@" not in environment.get("BATON_MAIL_FROM", ""):
        raise SettingsError("BATON_SMTP_URL needs BATON_MAIL_FROM, such as Care <care@shop.example>")
    if not environment.get("BATON_SHOP_URL") and not environment.get("BATON_PUBLIC_URL"):
        raise SettingsError("BATON_SMTP_URL needs BATON_SHOP_URL, the page that letters lead back to")
    from handoff.notifier import Mailbox  # noqa: PLC0415  slow, and few send letters

    try:
        return Mailbox.read(url)
    except ValueError as error:
        raise SettingsError(f"BATON_SMTP_URL {error}") from None


def _identity_secret(value: str | None) -> str | None:
    if value and len(value) < 32:
        raise SettingsError("BATON_IDENTITY_SECRET must have at least 32 characters")
    return value or None


def _telegram(environment: Mapping[str, str]) -> TelegramBot | None:
    token, secret = environment.get("BATON_TELEGRAM_TOKEN"), environment.get("BATON_TELEGRAM_WEBHOOK_SECRET") or None
    if not token:
        return None
    if not _TELEGRAM_TOKEN.fullmatch(token):
        raise SettingsError("BATON_TELEGRAM_TOKEN must be the whole token from @BotFather, such as 123456:ABC-DEF…")
    if secret and not _TELEGRAM_SECRET.fullmatch(secret):
        raise SettingsError("BATON_TELEGRAM_WEBHOOK_SECRET must have 16 to 256 letters, digits, _ or -")
    if secret and not environment.get("BATON_PUBLIC_URL"):
        raise SettingsError("BATON_TELEGRAM_WEBHOOK_SECRET needs BATON_PUBLIC_URL, where Telegram can reach us")
    api = _address("BATON_TELEGRAM_API", environment) or TELEGRAM_API
    if secret and api == TELEGRAM_API and not environment["BATON_PUBLIC_URL"].startswith("https://"):
        raise SettingsError("BATON_PUBLIC_URL must begin with https:// for Telegram to call it")
    return TelegramBot(token, api, secret, _telegram_groups(environment.get("BATON_TELEGRAM_GROUPS", "")))


def _telegram_groups(value: str) -> tuple[int, ...]:
    """In their order, each once."""
    groups = [part.strip() for part in value.split(",") if part.strip()]
    if not all(_TELEGRAM_GROUP.fullmatch(group) for group in groups):
        raise SettingsError(f"BATON_TELEGRAM_GROUPS must be ids of supergroups such as -1001234567890, not {value!r}")
    return tuple(dict.fromkeys(map(int, groups)))
