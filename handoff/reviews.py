"""Quality reviews: the read side, and what may be drawn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session, aliased

from handoff.errors import NotFound
from handoff.models import Agent, Contact, Conversation, Episode, Handoff, Review
from handoff.quality import Candidate, average
from handoff.roles import WORKING
from handoff.states import Status

LIMIT = 100


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review; only drawn so far where `iqs` is None. `went_on`: the agent took the same matter up again since.

    `contact` and `named` are as in `ConversationView`, `checklist` and `answers` as in `Review`.
    """

    id: int
    conversation_id: int
    episode: int
    reference: str
    contact: str
    named: bool
    agent_id: int
    agent: str
    reviewer_id: int
    reviewer: str
    reason: str
    intent: str | None
    resolved_at: datetime
    went_on: bool
    checklist: Mapping[str, Any] | None
    answers: Mapping[str, str]
    attitude: int | None
    skill: int | None
    solution: int | None
    iqs: int | None
    comment: str
    drawn_at: datetime
    created_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Average:
    """An agent's `n` reviews; no means where these are too few to tell."""

    agent_id: int
    agent: str
    n: int
    iqs: float | None
    attitude: float | None
    skill: float | None
    solution: float | None


_REVIEWED, _REVIEWER = aliased(Agent), aliased(Agent)
_REVIEWS = (
    select(
        Review,
        Conversation.reference,
        Conversation.status,
        Conversation.episode,
        Conversation.resolved_at.label("ended_at"),
        Contact.name.label("contact"),
        Contact.named,
        _REVIEWED.name.label("agent"),
        _REVIEWER.name.label("reviewer"),
    )
    .join(Conversation, Conversation.id == Review.conversation_id)
    .join(Contact, Contact.id == Conversation.contact_id)
    .join(_REVIEWED, _REVIEWED.id == Review.agent_id)
    .join(_REVIEWER, _REVIEWER.id == Review.reviewer_id)
)


def to_do(session: Session, reviewer: int) -> tuple[ReviewView, ...]:
    """What a lead has drawn and not scored yet, as it was drawn."""
    return _found(session, Review.id, Review.reviewer_id == reviewer, Review.created_at.is_(None))


def done(session: Session, agent_id: int | None = None) -> tuple[ReviewView, ...]:
    """What was scored by anybody, the newest first; of one agent only, where it is said."""
    of_whom = () if agent_id is None else (Review.agent_id == agent_id,)
    return _found(session, Review.created_at.desc(), Review.created_at.is_not(None), *of_whom)


def view(session: Session, review_id: int) -> ReviewView:
    found = _found(session, Review.id, Review.id == review_id)
    if not found:
        raise NotFound("review")
    return found[0]


def averages(session: Session, since: datetime, agent_id: int | None = None) -> tuple[Average, ...]:
    """Of what they resolved since then, for everybody who works here or was reviewed, by name; or for one agent."""
    of_whom = () if agent_id is None else (Agent.id == agent_id,)
    rows = session.execute(
        select(
            Agent.id,
            Agent.name,
            Agent.active,
            Agent.role,
            func.count(Review.id).label("n"),
            *(
                func.coalesce(func.sum(part), 0)
                for part in (Review.iqs, Review.attitude, Review.skill, Review.solution)
            ),
        )
        .outerjoin(
            Review,
            and_(Review.agent_id == Agent.id, Review.created_at.is_not(None), Review.resolved_at >= since),
        )
        .where(*of_whom)
        .group_by(Agent.id, Agent.name, Agent.active, Agent.role)
        .order_by(Agent.name, Agent.id)
    )
    return tuple(
        Average(its_id, name, n, *(average(n, int(total)) for total in totals))
        for its_id, name, active, role, n, *totals in rows
        if n or (active and role in WORKING)
    )


def candidates(session: Session, since: datetime, agent_id: int | None) -> list[Candidate]:
    """Episodes that an agent who still works here answered and resolved since then, with who reviewed them.

    What was closed because nobody said anything more was resolved by nobody.
    """
    of_whom = () if agent_id is None else (Handoff.agent_id == agent_id,)
    rows: Iterable[Any] = session.execute(
        select(
            Handoff.conversation_id,
            Handoff.episode,
            Handoff.agent_id,
            Handoff.reason,
            Handoff.intent,
            Handoff.resolved_at,
            Review.reviewer_id,
        )
        .join(Agent, and_(Agent.id == Handoff.agent_id, Agent.active))
        .outerjoin(Episode, _of_handoff(Episode))
        .outerjoin(Review, _of_handoff(Review))
        .where(Handoff.resolved_at >= since, Handoff.first_human_reply_at.is_not(None), Episode.silent_at.is_(None))
        .where(*of_whom)
    )
    cases: dict[tuple[int, int], Any] = {}
    reviewers: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for row in rows:
        cases[row.conversation_id, row.episode] = row
        if row.reviewer_id is not None:
            reviewers[row.conversation_id, row.episode].add(row.reviewer_id)
    return [_candidate(row, frozenset(reviewers.get(episode, ()))) for episode, row in cases.items()]


def _candidate(row: Any, reviewers: frozenset[int]) -> Candidate:
    return Candidate(row.conversation_id, row.episode, row.agent_id, row.reason, row.intent, row.resolved_at, reviewers)


def _of_handoff(model: Any) -> ColumnElement[bool]:
    return and_(model.conversation_id == Handoff.conversation_id, model.episode == Handoff.episode)


def _found(session: Session, order: Any, *which: ColumnElement[bool]) -> tuple[ReviewView, ...]:
    rows: Iterable[Any] = session.execute(_REVIEWS.where(*which).order_by(order).limit(LIMIT))
    return tuple(_view(row) for row in rows)


def _view(row: Row[Any]) -> ReviewView:
    review: Review = row.Review
    return ReviewView(
        id=review.id,
        conversation_id=review.conversation_id,
        episode=review.episode,
        reference=row.reference,
        contact=row.contact,
        named=row.named,
        agent_id=review.agent_id,
        agent=row.agent,
        reviewer_id=review.reviewer_id,
        reviewer=row.reviewer,
        reason=review.reason,
        intent=review.intent,
        resolved_at=review.resolved_at,
        went_on=_went_on(row, review),
        checklist=review.checklist,
        answers=review.answers,
        attitude=review.attitude,
        skill=review.skill,
        solution=review.solution,
        iqs=review.iqs,
        comment=review.comment,
        drawn_at=review.drawn_at,
        created_at=review.created_at,
        changed_at=review.changed_at,
    )


def _went_on(row: Row[Any], review: Review) -> bool:
    """The same matter, not another one the customer came with later."""
    if row.episode != review.episode:
        return False
    return bool(row.status != Status.RESOLVED or row.ended_at is None or row.ended_at > review.resolved_at)
