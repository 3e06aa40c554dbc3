"""What is found out for the agent once a person was called; the call itself waits for none of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handoff.desk.record import announce, current_handoff, locked

NAMED_KEPT = 5


def complete_packet(
    session: Session,
    conversation_id: int,
    found: Mapping[str, Any],
    now: datetime,
    *,
    episode: int,
    is_matter: bool = True,
) -> None:
    """What the matter is, as far as it was not read before; nothing where that call for a person is over.

    What the call itself has named stays. Without `is_matter` what was `found` is but another call, and so does what it
    was read as.
    """
    conversation = locked(session, conversation_id)
    handoff = current_handoff(session, conversation)
    if handoff is None or handoff.episode != episode:
        return
    before = handoff.packet
    entities = {**found.get("entities", {}), **before.get("entities", {})}
    readings = {key: value for key, value in found.items() if value and (is_matter or not before.get(key))}
    handoff.packet = {**before, **readings, "entities": entities}
    announce(session, conversation, "packet", now)


def name_order(session: Session, conversation_id: int, number: str, now: datetime) -> None:
    """An order the customer has named to people, the newest first; nothing where they have nobody called."""
    conversation = locked(session, conversation_id)
    handoff = current_handoff(session, conversation)
    if handoff is None or number in (named := handoff.packet.get("named", [])):
        return
    handoff.packet = {**handoff.packet, "named": [number, *named][:NAMED_KEPT]}
    announce(session, conversation, "packet", now)
