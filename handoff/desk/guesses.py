"""Wrong passwords, counted for every address alike: whether there is an agent behind it does not show."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handoff import audit
from handoff.audit import Deed
from handoff.errors import LockedOut, NotFound
from handoff.lockout import FORGOTTEN_AFTER, pause
from handoff.models import Agent, Guesses


def begin_try(session: Session, email: str, now: datetime) -> None:
    """Count a try before its password is looked at, so that many at once are counted too.

    Raises `LockedOut` while a pause lasts; such a try is not counted.
    """
    row = _locked(session, address_hash(email), now)
    if row.until is not None and row.until > now:
        raise LockedOut(row.until - now)
    row.failures, row.last_at = row.failures + 1, now
    wait = pause(row.failures)
    row.until = None if wait is None else now + wait


def note_failure(session: Session, email: str, now: datetime) -> None:
    """The password was wrong: where that began a pause for an agent, it is written down."""
    row = session.get(Guesses, address_hash(email))
    agent_id = session.scalar(select(Agent.id).where(Agent.email == email.strip().lower()))
    if agent_id is not None and row is not None and row.until is not None and row.until > now:
        audit.append(session, Deed.LOCKED_OUT, None, now, about=("agent", agent_id), tries=row.failures)


def forgive(session: Session, email: str) -> bool:
    """The count begins anew; whether there was one."""
    gone = session.execute(delete(Guesses).where(Guesses.address_hash == address_hash(email)).returning(Guesses.until))
    return gone.first() is not None


def lift(session: Session, agent_id: int, by: int | None, now: datetime) -> None:
    """An admin lets somebody try again at once."""
    agent = session.get(Agent, agent_id)
    if agent is None:
        raise NotFound("agent")
    if forgive(session, agent.email):
        audit.append(session, Deed.LOCK_LIFTED, by, now, about=("agent", agent_id))


def locked_until(session: Session, emails: Iterable[str], now: datetime) -> dict[str, datetime]:
    """The end of the pause of each address that has one now."""
    hashes = {address_hash(email): email for email in emails}
    rows = session.scalars(select(Guesses).where(Guesses.address_hash.in_(hashes), Guesses.until > now))
    return {hashes[row.address_hash]: row.until for row in rows if row.until is not None}


def address_hash(email: str) -> str:
    """Of addresses nobody here has only this is kept."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def _locked(session: Session, key: str, now: datetime) -> Guesses:
    """The row of an address, held until the transaction ends. Long forgotten ones are removed on the way."""
    session.execute(delete(Guesses).where(Guesses.last_at <= now - FORGOTTEN_AFTER))
    query = select(Guesses).where(Guesses.address_hash == key).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        row = Guesses(address_hash=key, failures=0, until=None, last_at=now)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            row = session.scalars(query).one()
    return row
