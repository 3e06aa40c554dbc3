"""Messages outside that are kept true: what they should tell now, and what stands on them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import and_, case, delete, exists, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from handoff import elsewhere, inbox
from handoff.delivery import WAITING
from handoff.models import Agent, Card, Contact, Conversation, Delivery, FurtherChannel, Handoff, Rating
from handoff.satisfaction import CHANGED_WITHIN, GIVEN_WITHIN
from handoff.states import Status
from handoff.values import Channel, Language, RatedBy

Kind = Literal["place", "rating", "words"]
PLACE: Kind = "place"
RATING: Kind = "rating"
WORDS: Kind = "words"
"""A place in line; how it was; and what else there is to say about that."""
ASK_WITHIN = timedelta(days=1)
"""Who was not asked by then, because nobody could, is not asked any more."""
FORGOTTEN_AFTER = GIVEN_WITHIN + CHANGED_WITHIN
AT_ONCE = 200

Standing = Literal["waits", "is_next", "taken", "left"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as it was last written. `external_id` None: it may not have arrived, and is not touched again."""

    about: int
    external_id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in line, or no longer so while a card still tells it. `about` is the call for a person."""

    conversation_id: int
    chat: str
    language: Language | None
    team_id: int | None
    about: int
    standing: Standing
    agent_name: str | None
    card: Shown | None


@dataclass(frozen=True, slots=True)
class Rated:
    """An episode that the customer is asked about, or has rated, `as_of` then."""

    conversation_id: int
    chat: str
    language: Language | None
    episode: int
    by: RatedBy
    agent_name: str | None
    score: int | None
    comment: str
    as_of: datetime
    card: Shown | None
    asked_for_words: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a card of a customer's is, and what about."""

    kind: str
    about: int


def in_line(session: Session, channel: Channel) -> list[Waiting]:
    """Everybody who waits there, and whose card still says so; whom a message of ours is on its way to comes later.

    Who has no card yet comes first, then whose card has stood longest.
    """
    asked, told = aliased(Handoff), aliased(Handoff)
    newest = (
        select(func.max(Handoff.id))
        .where(Handoff.conversation_id == Conversation.id, Handoff.ended_at.is_(None))
        .scalar_subquery()
    )
    # By their indexes: what is over by now grows for ever.
    looked_at = union(
        select(Conversation.id).where(Conversation.status == Status.OPEN),
        select(Card.conversation_id).where(Card.kind == PLACE),
    )
    unclaimed = and_(asked.id.is_not(None), asked.claimed_at.is_(None))
    left = and_(asked.id.is_not(None), inbox.in_line())
    rows = session.execute(
        select(
            Conversation.id,
            Conversation.status,
            Conversation.assignee_id,
            Conversation.team_id,
            Conversation.language,
            elsewhere.key_on(channel).label("key"),
            Contact.locale,
            Contact.chosen_language,
            Agent.name.label("agent_name"),
            asked.id.label("asked"),
            asked.claimed_at.label("claimed_at"),
            told.claimed_at.label("told_claimed_at"),
            Card.about,
            Card.external_id,
            Card.shown,
            case((Conversation.assignee_id.is_not(None), inbox.called(Conversation.id))).label("unnamed"),
            inbox.in_line().label("in_line"),
        )
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(FurtherChannel, elsewhere.joined(channel))
        .outerjoin(Agent, Agent.id == Conversation.assignee_id)
        .outerjoin(asked, asked.id == newest)
        .outerjoin(Card, and_(Card.conversation_id == Conversation.id, Card.kind == PLACE))
        .outerjoin(told, told.id == Card.about)
        .where(Conversation.id.in_(looked_at), _is_on(channel), ~_under_way(channel))
        .where(or_(and_(Conversation.status == Status.OPEN, or_(unclaimed, left)), Card.about.is_not(None)))
        .order_by(Card.changed_at.is_not(None), Card.changed_at, Conversation.id)
    )
    return [_waiting(row) for row in rows]


def asked(session: Session, channel: Channel, now: datetime) -> list[Rated]:
    """Whom to ask how it was, and whose answer their card does not show yet; a bounded number at a time."""
    words = aliased(Card)
    fresh = and_(Card.about.is_(None), Rating.score.is_(None), Rating.asked_at > now - ASK_WITHIN)
    as_of = func.coalesce(Rating.changed_at, Rating.asked_at)
    stale = and_(Card.external_id.is_not(None), Card.changed_at != as_of)
    silent = and_(
        Card.external_id.is_not(None),
        words.about.is_(None),
        Rating.comment == "",
        Rating.created_at > now - CHANGED_WITHIN,
    )
    taken_back = and_(
        Rating.by == "agent", Rating.episode == Conversation.episode, Conversation.status != Status.RESOLVED
    )
    rows = session.execute(
        select(
            Rating,
            elsewhere.key_on(channel).label("key"),
            Contact.locale,
            Contact.chosen_language,
            Conversation.language,
            Agent.name.label("agent_name"),
            Card.about,
            Card.external_id,
            Card.shown,
            words.about.is_not(None).label("asked_for_words"),
        )
        .join(Conversation, Conversation.id == Rating.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(FurtherChannel, elsewhere.joined(channel))
        .outerjoin(Agent, Agent.id == Rating.agent_id)
        .outerjoin(Card, _card_of(Card, RATING))
        .outerjoin(words, _card_of(words, WORDS))
        .where(or_(Rating.asked_at > now - ASK_WITHIN, Rating.changed_at > now - CHANGED_WITHIN), _is_on(channel))
        .where(or_(fresh, stale, silent), ~taken_back, ~_under_way(channel))
        .order_by(Rating.asked_at)
        .limit(AT_ONCE)
    )
    return [_rated(row) for row in rows]


def put(
    session: Session, conversation_id: int, kind: Kind, about: int, external_id: str | None, shown: str, as_of: datetime
) -> None:
    """Keep what stands on a card, and as of when; without `external_id` that it is being sent."""
    card = session.get(Card, (conversation_id, kind, about))
    if card is None:
        card = Card(conversation_id=conversation_id, kind=kind, about=about)
        session.add(card)
    card.external_id, card.shown, card.changed_at = external_id, shown, as_of


def drop(session: Session, conversation_id: int, kind: Kind, about: int) -> None:
    """It tells its last, or was never sent."""
    which = (Card.conversation_id == conversation_id, Card.kind == kind, Card.about == about)
    session.execute(delete(Card).where(*which))


def forget(session: Session, now: datetime) -> None:
    """Drop the cards of ratings that nobody may change any more."""
    session.execute(delete(Card).where(Card.kind.in_((RATING, WORDS)), Card.changed_at < now - FORGOTTEN_AFTER))


def find(session: Session, channel: Channel, contact_key: str, external_id: str) -> Found | None:
    """The card that a customer means by a message of ours."""
    row = session.execute(
        select(Card.kind, Card.about)
        .join(Conversation, Conversation.id == Card.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(Contact.channel == channel, Contact.key == contact_key, Conversation.channel == channel)
        .where(Card.external_id == external_id)
    ).first()
    return Found(row.kind, row.about) if row else None


def asks_rating(session: Session, channel: Channel, contact_key: str, about: int, external_id: str) -> bool:
    """Whether a message of ours asks how this episode of a customer's conversation was.

    Of a card whose id is not known, or not yet, what it is about must do; but not where it is known for another's.
    """
    here = and_(Card.about == about, Conversation.channel == channel)
    row = session.execute(
        select(Card.about, Conversation.channel)
        .join(Conversation, Conversation.id == Card.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(Contact.channel == channel, Contact.key == contact_key)
        .where(Card.kind == RATING, or_(Card.external_id == external_id, Card.external_id.is_(None) & here))
        .order_by(Card.external_id.is_(None))
        .limit(1)
    ).first()
    return row is not None and row.about == about and row.channel == channel


def shows_place(session: Session, channel: Channel, contact_key: str, about: int) -> bool:
    """Whether a customer's card tells their place for this call for a person, which is not over."""
    query = (
        select(Card.about)
        .join(Conversation, Conversation.id == Card.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(Contact.channel == channel, Contact.key == contact_key, Conversation.channel == channel)
        .join(Handoff, Handoff.id == Card.about)
        .where(Card.kind == PLACE, Card.about == about, Handoff.ended_at.is_(None), Handoff.claimed_at.is_(None))
    )
    return session.scalar(query) is not None


def _is_on(channel: Channel) -> Any:
    """Whether the customer reads there what is said."""
    reads = or_(Conversation.channel == channel, Contact.answered_on == channel)
    return and_(reads, elsewhere.key_on(channel).is_not(None))


def _under_way(channel: Channel) -> Any:
    """What is said goes before what is shown."""
    return exists().where(
        Delivery.conversation_id == Conversation.id, Delivery.destination == channel, Delivery.state.in_(WAITING)
    )


def _card_of(card: Any, kind: Kind) -> Any:
    return and_(card.conversation_id == Rating.conversation_id, card.kind == kind, card.about == Rating.episode)


def _waiting(row: Any) -> Waiting:
    about = row.about if row.about is not None else row.asked
    return Waiting(
        row.id,
        row.key,
        _language(row.chosen_language, row.language, row.locale),
        row.team_id,
        about,
        _standing(row),
        row.agent_name if row.status == Status.OPEN and not row.unnamed else None,
        _shown(row),
    )


def _standing(row: Any) -> Standing:
    """As the widget tells it. Who has been answered is not in line again when it comes back to the queue."""
    is_this_call = row.about is None or row.about == row.asked
    if row.status == Status.OPEN and is_this_call and row.asked is not None and row.claimed_at is None:
        if row.assignee_id is None:
            return "waits"
        if row.unnamed:
            return "is_next"
    if row.in_line and is_this_call:
        return "waits"
    was_taken = row.claimed_at if is_this_call else row.told_claimed_at
    return "taken" if was_taken or row.told_claimed_at or row.status != Status.PENDING else "left"


def _rated(row: Any) -> Rated:
    rating: Rating = row.Rating
    return Rated(
        rating.conversation_id,
        row.key,
        _language(row.chosen_language, row.language, row.locale),
        rating.episode,
        "agent" if rating.by == "agent" else "bot",
        row.agent_name,
        rating.score,
        rating.comment,
        rating.changed_at or rating.asked_at,
        _shown(row),
        row.asked_for_words,
    )


def _shown(row: Any) -> Shown | None:
    return Shown(row.about, row.external_id, row.shown) if row.about is not None else None


def _language(*codes: str | None) -> Language | None:
    """The first that is known."""
    match next(filter(None, codes), None):
        case "zh-TW" | "zh-CN" | "en" as known:
            return known
        case _:
            return None
