"""Who a visitor of the widget is, from which pages they may come, and what language they read."""

import hashlib
import re
from collections.abc import Set
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Contact, VisitorAlias
from handoff.values import Language

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
ALIAS_LIFETIME = timedelta(days=30)
"""Of a further token, from the link or the login it was made by or last came with."""


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


def may_use(request: web.Request, origins: Set[str]) -> bool:
    """Whether the page that asks is our own or one of `origins`; what is no page at all sends no origin."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host or origin in origins


def language_asked_for(header: str | None) -> Language | None:
    """The first language of an `Accept-Language` header that we speak."""
    for part in (header or "").lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            return "zh-TW" if re.search(r"-(tw|hk|mo|hant)\b", tag) else "zh-CN"
    return None
