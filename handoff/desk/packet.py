"""What is found out once a customer has written, for the agent and for the figures; no answer or call waits for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff.desk.record import announce, current_handoff, locked
from handoff.models import Episode, Message

NAMED_KEPT = 5
LONGEST_PRODUCT = 60


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


def name_product(session: Session, conversation_id: int, seq: int, product: str) -> None:
    """What the episode of the customer's message `seq` is about, by the shop's number; what was named first stays."""
    its = select(Message.episode).where(Message.conversation_id == conversation_id, Message.seq == seq)
    session.execute(
        update(Episode)
        .where(
            Episode.conversation_id == conversation_id,
            Episode.episode == its.scalar_subquery(),
            Episode.product.is_(None),
        )
        .values(product=product[:LONGEST_PRODUCT])
    )
