"""What the environment says about this installation."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
BOT_MIGRATIONS = Path(__file__).parent / "migrations"
PORTS = range(8080, 8100)


class SettingsError(Exception):
    """A variable cannot be used; the message names it and says what it must look like."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`port` None means: the next free one. `origins` are the pages that may embed the widget, besides our own."""

    data: Path
    database_url: str
    redis_url: str | None
    host: str
    port: int | None
    origins: frozenset[str]
    shop_file: Path


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
    )


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


def _origins(value: str) -> list[str]:
    origins = [part.strip().rstrip("/") for part in value.split(",") if part.strip()]
    for origin in origins:
        if not origin.startswith(("http://", "https://")):
            raise SettingsError(f"BATON_ORIGINS: {origin!r} must begin with http:// or https://")
    return origins
