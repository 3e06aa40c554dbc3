"""Who a visitor of the widget is, from which pages they may come, and what language they read."""

import hashlib
import logging
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Contact, VisitorAlias
from handoff.values import Language

log = logging.getLogger("baton.visitors")

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
ALIAS_LIFETIME = timedelta(days=30)
"""Of a further token, from the link or the login it was made by or last came with."""
MAX_TOLD = 50
LONGEST_ORIGIN = 200


def hashed(token: str) -> str:
    """All that is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def visitor_key(session: Session, token: str, now: datetime) -> str:
    """The contact key that a visitor's token stands for: its hash, or that of the contact a further token leads to."""
    token_hash = hashed(token)
    known = session.scalar(
        select(Contact.key)
        .join(VisitorAlias, VisitorAlias.contact_id == Contact.id)
        .where(VisitorAlias.token_hash == token_hash, VisitorAlias.created_at > now - ALIAS_LIFETIME)
    )
    return known or token_hash


def owner_of(key: str) -> str:
    """How the files of a visitor are marked as theirs."""
    return f"contact:widget:{key}"


class Origins:
    """The foreign pages that may use the chat. Any other that tries is named in the log, once."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)
        self._told: set[str] = set()

    def admit(self, request: web.Request) -> bool:
        """Whether the page that asks is our own or one of these; what is no page at all sends no origin."""
        origin = request.headers.get("Origin")
        if origin is None or urlsplit(origin).netloc == request.host or origin in self._allowed:
            return True
        self._tell(origin[:LONGEST_ORIGIN])
        return False

    def _tell(self, origin: str) -> None:
        """Anybody can send any origin: so many are told, and no more."""
        if origin not in self._told and len(self._told) < MAX_TOLD:
            self._told.add(origin)
            log.warning("page_refused origin=%s not_in=%s", origin, "BATON_ORIGINS")


def language_asked_for(header: str | None) -> Language | None:
    """The first language of an `Accept-Language` header that we speak."""
    for part in (header or "").lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            return "zh-TW" if re.search(r"-(tw|hk|mo|hant)\b", tag) else "zh-CN"
    return None
