"""Reviewing how colleagues did: draw, score, change, take back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff import audit, events
from handoff.audit import Deed
from handoff.errors import BadInput, NotFound
from handoff.models import Conversation, Review
from handoff.quality import SCORES, Answer, Candidate, Checklist, checklist_of, iqs, sample
from handoff.reviews import candidates

MOST_TO_DO = 50
"""On one lead's list; what is drawn and never read helps nobody."""
MAX_COMMENT = 2000
REVIEWED = "review"
"""The event's kind."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn: `count` at most, of the last `days`; of one agent or kind (a checklist's key), or of all."""

    count: int
    days: int
    agent_id: int | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """What a lead found: scores from 1 to 5, an answer for each point of the checklist, by its key, and words."""

    attitude: int
    skill: int
    solution: int
    answers: Mapping[str, str]
    comment: str


def draw(
    session: Session, by: int, wish: Wish, lists: Iterable[Checklist], seed: int, now: datetime
) -> tuple[int, ...]:
    """Put conversations on a lead's list, as `quality.sample` says; their ids, none where nothing is left.

    Each comes with the checklist the shop has for it today.
    """
    known = tuple(lists)
    room = MOST_TO_DO - _waiting(session, by)
    found = [
        (one, checklist_of(known, one.reason, one.intent))
        for one in candidates(session, now - timedelta(days=wish.days), wish.agent_id)
    ]
    kept = {one: its for one, its in found if wish.kind is None or (its is not None and its.key == wish.kind)}
    rows = [_drawn(one, kept[one], by, now) for one in sample(kept, by, min(wish.count, room), seed)]
    session.add_all(rows)
    session.flush()
    if rows:
        audit.append(session, Deed.REVIEWS_DRAWN, by, now, conversations=len(rows), days=wish.days, seed=seed)
    return tuple(row.id for row in rows)


def save(session: Session, review_id: int, by: int, scored: Scored, now: datetime) -> None:
    """Score what one has drawn, or change it. Who was reviewed is fixed, whatever became of the conversation since.

    Raises `NotFound` for what is not on one's own list, `BadInput`.
    """
    review = _own(session, review_id, by)
    scores = (scored.attitude, scored.skill, scored.solution)
    if any(score not in SCORES for score in scores):
        raise BadInput("each score must be a whole number from 1 to 5")
    answers = _answers(review, scored.answers)
    deed = Deed.REVIEWED if review.created_at is None else Deed.REVIEW_CHANGED
    if review.created_at is None:
        review.created_at = now
    else:
        review.changed_at = now
    review.attitude, review.skill, review.solution = scores
    review.answers = {key: str(answer) for key, answer in answers.items()}
    review.iqs = iqs(scores, answers.values())
    review.comment = _comment(scored.comment)
    _tell(session, deed, review, now)


def take_back(session: Session, review_id: int, by: int, now: datetime) -> None:
    """What was scored is to be done again and nobody sees it any more; what was only drawn leaves the list.

    Raises `NotFound` for what is not on one's own list.
    """
    review = _own(session, review_id, by)
    _tell(session, Deed.REVIEW_TAKEN_BACK, review, now)
    if review.created_at is None:
        session.delete(review)
        return
    review.attitude = review.skill = review.solution = review.iqs = None
    review.created_at = review.changed_at = None
    review.answers, review.comment = {}, ""


def _waiting(session: Session, by: int) -> int:
    waiting = (Review.reviewer_id == by, Review.created_at.is_(None))
    return session.scalar(select(func.count()).select_from(Review).where(*waiting)) or 0


def _drawn(one: Candidate, checklist: Checklist | None, by: int, now: datetime) -> Review:
    return Review(
        conversation_id=one.conversation_id,
        episode=one.episode,
        agent_id=one.agent_id,
        reviewer_id=by,
        reason=one.reason,
        intent=one.intent,
        resolved_at=one.resolved_at,
        checklist=_words(checklist) if checklist else None,
        answers={},
        comment="",
        drawn_at=now,
    )


def _words(checklist: Checklist) -> dict[str, Any]:
    points = [{"key": point.key, "text": dict(point.text)} for point in checklist.points]
    return {"key": checklist.key, "title": dict(checklist.title), "points": points}


def _own(session: Session, review_id: int, by: int) -> Review:
    review = session.get(Review, review_id, with_for_update=True)
    if review is None or review.reviewer_id != by:
        raise NotFound("review")
    return review


def _answers(review: Review, given: Mapping[str, str]) -> dict[str, Answer]:
    points = [point["key"] for point in review.checklist["points"]] if review.checklist else []
    if missing := [key for key in points if key not in given]:
        raise BadInput(f"the checklist lacks an answer: {missing[0]}")
    if foreign := [key for key in given if key not in points]:
        raise BadInput(f"the checklist has no point {foreign[0]}")
    if wrong := [key for key in points if given[key] not in list(Answer)]:
        raise BadInput(f"{wrong[0]} must be one of {', '.join(Answer)}")
    return {key: Answer(given[key]) for key in points}


def _comment(words: str) -> str:
    words = words.replace("\x00", "").strip()
    if len(words) > MAX_COMMENT:
        raise BadInput(f"the comment is longer than {MAX_COMMENT} characters")
    return words


def _tell(session: Session, deed: Deed, review: Review, now: datetime) -> None:
    """The trail, and the consoles that are open; no words of the review."""
    audit.append(session, deed, review.reviewer_id, now, about=("agent", review.agent_id), review=review.id)
    rev = session.get_one(Conversation, review.conversation_id).rev
    events.append(session, REVIEWED, review.conversation_id, rev, now)
