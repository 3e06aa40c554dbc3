"""Who comes in: a visitor by a token, a customer the shop vouches for, or somebody by a link of ours.

A token alone never opens the conversation of a customer who is logged in at the shop.
"""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.channels.frames import Hello
from bot.channels.visitors import hashed, visitor_key
from handoff.db import Database
from handoff.desk.inbound import visitor_name
from handoff.models import Contact, VisitorAlias
from handoff.ports import Clock
from handoff.values import Language

log = logging.getLogger("baton.entrance")

TOKEN_LIFETIME = timedelta(days=90)
LINK_LIFETIME = timedelta(days=7)
LONGEST_IDENTITY = timedelta(days=1)
"""A shop's word that is good for longer is too good to steal."""
LEEWAY_S = 30
IDENTIFIED = "sub:"
"""How the keys of customers begin whom the shop vouches for."""
MAX_NAME = 200


class IdentityRefused(Exception):
    """The shop's signed word cannot be relied on; says why, for the log."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is logged in at the shop. `sub` is the shop's own, unchanging name for them."""

    sub: str
    name: str | None
    email: str | None

    @property
    def key(self) -> str:
        return IDENTIFIED + hashlib.sha256(self.sub.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entered:
    """`token` is what the browser keeps, `key` the contact's. `refused`: the shop's word was not accepted."""

    token: str
    key: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Entrance:
    """Lets pages in. Without an `identity_secret` the shop vouches for nobody."""

    database: Database
    clock: Clock
    key: str
    identity_secret: str | None

    async def enter(self, hello: Hello, locale: Language) -> Entered:
        """Raises `DatabaseTrouble`."""
        now = self.clock.now()
        if hello.identity is not None:
            try:
                identity = self._identity(hello.identity, now)
            except IdentityRefused as refused:
                log.info("identity_refused why=%s", refused)
                entered = await self.database.write(_as_stranger, hello.token, now)
                return Entered(entered.token, entered.key, refused=True)
            return await self._as_customer(hello.token, identity, locale, now)
        if hello.resume is not None and (contact_id := self._resumed(hello.resume, now)) is not None:
            entered_by_link = await self.database.write(_by_link, contact_id, hello.token, now)
            if entered_by_link is not None:
                return entered_by_link
        return await self.database.read(_as_stranger, hello.token, now)

    async def _as_customer(self, token: str | None, identity: Identity, locale: Language, now: datetime) -> Entered:
        try:
            return await self.database.write(_as_customer, token, identity, locale, now)
        except IntegrityError:  # two pages logged in at once, and the other one was quicker
            return await self.database.write(_as_customer, token, identity, locale, now)

    def resume_token(self, contact_id: int) -> str:
        """What opens a contact's conversation on whatever device, for a week."""
        until = int((self.clock.now() + LINK_LIFETIME).timestamp())
        return self._signer().dumps([contact_id, until])

    def _resumed(self, token: str, now: datetime) -> int | None:
        try:
            contact_id, until = self._signer().loads(token)
        except (BadSignature, ValueError):
            return None
        return contact_id if now.timestamp() < until else None

    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.key, salt="resume")

    def _identity(self, token: str, now: datetime) -> Identity:
        """Raises `IdentityRefused` for anything the shop did not sign just now."""
        if self.identity_secret is None:
            raise IdentityRefused("no_secret")
        try:
            # Times are checked below, against our own clock.
            claims = jwt.decode(
                token,
                self.identity_secret,
                algorithms=["HS256"],
                options={"require": ["sub", "exp"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise IdentityRefused(type(error).__name__) from None
        _require_timely(claims.get("exp"), claims.get("nbf"), now)
        sub = claims["sub"]
        if not sub or len(sub) > MAX_NAME:
            raise IdentityRefused("sub")
        return Identity(sub, _words(claims.get("name")), _words(claims.get("email")))


def _require_timely(until: object, since: object, now: datetime) -> None:
    at = now.timestamp()
    if not isinstance(until, int | float) or at > until + LEEWAY_S:
        raise IdentityRefused("expired")
    if until > at + LONGEST_IDENTITY.total_seconds() + LEEWAY_S:
        raise IdentityRefused("good_for_too_long")
    if isinstance(since, int | float) and at < since - LEEWAY_S:
        raise IdentityRefused("not_yet")


def _words(claim: object) -> str | None:
    return claim.strip()[:MAX_NAME] or None if isinstance(claim, str) else None


def _as_stranger(session: Session, token: str | None, now: datetime) -> Entered:
    """By the token alone. One that nobody used for long, or that needs a login, opens nothing."""
    key = visitor_key(session, token) if token else None
    contact = _contact(session, key) if key else None
    too_old = contact is not None and now - contact.last_seen_at >= TOKEN_LIFETIME
    if token is None or key is None or key.startswith(IDENTIFIED) or too_old:
        token = _fresh_token()
        key = hashed(token)
    return Entered(token, key)


def _as_customer(session: Session, token: str | None, identity: Identity, locale: Language, now: datetime) -> Entered:
    """As the shop says. The first login takes the chat before it along; the token is changed."""
    contact = _contact(session, identity.key)
    if contact is None:
        contact = _adopted(session, token) or _fresh_contact(session, locale, now)
        contact.key = identity.key
    contact.identified, contact.last_seen_at = True, now
    contact.name, contact.email = identity.name or contact.name, identity.email or contact.email
    session.flush()
    return Entered(_further_token(session, contact, token, now), contact.key)


def _by_link(session: Session, contact_id: int, token: str | None, now: datetime) -> Entered | None:
    """By a link of ours; None where the customer must log in at the shop instead, or is gone."""
    contact = session.get(Contact, contact_id)
    if contact is None or contact.identified:
        return None
    if token is not None and visitor_key(session, token) == contact.key:
        return Entered(token, contact.key)
    return Entered(_further_token(session, contact, None, now), contact.key)


def _adopted(session: Session, token: str | None) -> Contact | None:
    contact = _contact(session, visitor_key(session, token)) if token else None
    return contact if contact is not None and not contact.identified else None


def _fresh_contact(session: Session, locale: Language, now: datetime) -> Contact:
    contact = Contact(channel="widget", key="", name=visitor_name(), locale=locale, created_at=now, last_seen_at=now)
    session.add(contact)
    return contact


def _further_token(session: Session, contact: Contact, token: str | None, now: datetime) -> str:
    """The same token again if it leads here already, or a new one."""
    if token is not None and visitor_key(session, token) == contact.key:
        return token
    fresh = _fresh_token()
    session.add(VisitorAlias(token_hash=hashed(fresh), contact_id=contact.id, created_at=now))
    return fresh


def _contact(session: Session, key: str) -> Contact | None:
    return session.scalar(select(Contact).where(Contact.channel == "widget", Contact.key == key))


def _fresh_token() -> str:
    return secrets.token_urlsafe(32)
