"""Who comes in: a visitor by a token, a customer the shop vouches for, or somebody by a link of ours.

A token alone never opens the conversation of a customer who is logged in at the shop, and a first login takes along
only what this very browser began.
"""

import base64
import hashlib
import hmac
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import jwt
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.channels.addresses import is_address
from bot.channels.frames import Hello
from bot.channels.visitors import ALIAS_LIFETIME, hashed, owner_of, visitor_key
from handoff.db import Database, wake
from handoff.desk import contacts
from handoff.desk.inbound import visitor_name
from handoff.events import contact_topic
from handoff.files import UNSENT_FOR
from handoff.models import Contact, StoredFile, VisitorAlias
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
MAX_ALIASES = 20
"""Of one contact; the oldest go first."""


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
    """`token` is the browser's, `key` the contact's. `refused`: the shop's word was not accepted.

    Without `keep` the token that came needs a login, and another page may have one: it must not be written over.
    """

    token: str
    key: str
    keep: bool = True
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
                entered = await self.database.read(_as_stranger, hello.token, now)
                return replace(entered, refused=True)
            return await self._as_customer(hello.token, identity, locale, now)
        if hello.resume is not None and (contact_id := self._resumed(hello.resume, now)) is not None:
            entered_by_link = await self.database.write(_by_link, contact_id, hello.token, now)
            if entered_by_link is not None:
                return entered_by_link
        return await self.database.read(_as_stranger, hello.token, now)

    async def _as_customer(self, token: str | None, identity: Identity, locale: Language, now: datetime) -> Entered:
        fresh = self._token_of_today(identity, now)
        try:
            return await self.database.write(_as_customer, token, fresh, identity, locale, now)
        except IntegrityError:  # two pages logged in at once, and the other one was quicker
            return await self.database.write(_as_customer, token, fresh, identity, locale, now)

    def _token_of_today(self, identity: Identity, now: datetime) -> str:
        """The same for every page that logs in without a token of its own: a page that keeps none makes no new row.

        Another one each day, so that it never comes back once it has ended.
        """
        words = f"customer {identity.key} {now:%Y-%m-%d}"
        digest = hmac.digest(self.key.encode(), words.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

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
        return Identity(sub, _words(claims.get("name")), _address(claims.get("email")))


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


def _address(claim: object) -> str | None:
    """One that a letter can go to; anything else is as good as none."""
    if not isinstance(claim, str) or len(claim) > MAX_NAME:
        return None
    return claim.strip() if is_address(claim.strip()) else None


def _as_stranger(session: Session, token: str | None, now: datetime) -> Entered:
    """By the token alone. One that nobody used for long, or that needs a login, opens nothing."""
    key = visitor_key(session, token, now) if token else None
    if token is None or key is None:
        return _afresh()
    if key.startswith(IDENTIFIED):
        return _afresh(keep=False)
    contact = _contact(session, key)
    return _afresh() if contact is not None and _is_too_old(contact, now) else Entered(token, key)


def _afresh(*, keep: bool = True) -> Entered:
    token = _fresh_token()
    return Entered(token, hashed(token), keep)


def _as_customer(
    session: Session, token: str | None, fresh: str, identity: Identity, locale: Language, now: datetime
) -> Entered:
    """As the shop says. The first login takes the chat before it along; the token is changed."""
    contact = _contact(session, identity.key)
    if contact is None:
        contact = _adopted(session, token, now) or _fresh_contact(session, locale, now)
        contact.key = identity.key
    contact.identified, contact.last_seen_at = True, now
    if identity.name is not None:
        contact.name, contact.named = identity.name, True
    if identity.email is not None:
        contact.email, contact.email_vouched = identity.email, True
    session.flush()
    entered = Entered(_further_token(session, contact, token, fresh, now), contact.key)
    if token is not None and token != entered.token:
        _move_files(session, hashed(token), contact.key, now)
    return entered


def _by_link(session: Session, contact_id: int, token: str | None, now: datetime) -> Entered | None:
    """By a link of ours; None where the customer must log in at the shop instead, or is gone."""
    contact = session.get(Contact, contact_id)
    if contact is None or contact.identified:
        return None
    return Entered(_further_token(session, contact, token, _fresh_token(), now), contact.key)


def _adopted(session: Session, token: str | None, now: datetime) -> Contact | None:
    """The chat that this very browser began: a further token may lead to somebody else's.

    Nothing that opened it before does so any more, it goes on in no other channel, and no address counts but the
    shop's word.
    """
    contact = _contact(session, hashed(token)) if token else None
    if contact is None or contact.identified or _is_too_old(contact, now):
        return None
    contact.email = None
    session.execute(delete(VisitorAlias).where(VisitorAlias.contact_id == contact.id))
    contacts.leave_channels(session, contact.id)
    wake(session, contact_topic("widget", contact.key))
    return contact


def _is_too_old(contact: Contact, now: datetime) -> bool:
    return now - contact.last_seen_at >= TOKEN_LIFETIME


def _fresh_contact(session: Session, locale: Language | None, now: datetime, key: str = "") -> Contact:
    contact = Contact(channel="widget", key=key, name=visitor_name(), locale=locale, created_at=now, last_seen_at=now)
    session.add(contact)
    return contact


def _further_token(session: Session, contact: Contact, token: str | None, fresh: str, now: datetime) -> str:
    """The same token again if it leads here already, or `fresh`; what is no contact's own is good for a while again."""
    if token is not None and visitor_key(session, token, now) == contact.key:
        fresh = token
    if hashed(fresh) != contact.key:
        _prove(session, hashed(fresh), contact.id, now)
    return fresh


def _prove(session: Session, token_hash: str, contact_id: int, now: datetime) -> None:
    """Keep a further token from now on, and none that has ended."""
    alias = session.get(VisitorAlias, token_hash)
    if alias is None:
        alias = VisitorAlias(token_hash=token_hash, contact_id=contact_id)
        session.add(alias)
    alias.created_at = now
    session.flush()
    newest = (
        select(VisitorAlias.token_hash)
        .where(VisitorAlias.contact_id == contact_id)
        .order_by((VisitorAlias.token_hash == token_hash).desc(), VisitorAlias.created_at.desc())
        .limit(MAX_ALIASES)
    )
    over = VisitorAlias.created_at <= now - ALIAS_LIFETIME
    too_many = and_(VisitorAlias.contact_id == contact_id, VisitorAlias.token_hash.not_in(newest))
    session.execute(delete(VisitorAlias).where(or_(over, too_many)))


def _move_files(session: Session, old_key: str, key: str, now: datetime) -> None:
    """What was uploaded and not sent yet before a login can be sent after it."""
    session.execute(
        update(StoredFile)
        .where(
            StoredFile.owner == owner_of(old_key),
            StoredFile.message_id.is_(None),
            StoredFile.created_at > now - UNSENT_FOR,
        )
        .values(owner=owner_of(key))
    )


def known_key(session: Session, token: str, locale: Language | None, now: datetime) -> str:
    """The key of a visitor who has a contact from now on, also before the first message."""
    key = visitor_key(session, token, now)
    if _contact(session, key) is None:
        with suppress(IntegrityError), session.begin_nested():  # another page may have been quicker
            _fresh_contact(session, locale, now, key)
    return key


def is_known(session: Session, key: str) -> bool:
    """Whether a contact still has this key; a first login gives it another one."""
    return _contact(session, key) is not None


def _contact(session: Session, key: str) -> Contact | None:
    return session.scalar(select(Contact).where(Contact.channel == "widget", Contact.key == key))


def _fresh_token() -> str:
    return secrets.token_urlsafe(32)
