"""What the routes of quality reviews do. Leads and admins review; everybody who works reads what was found of them."""

import secrets
from dataclasses import asdict
from datetime import datetime, timedelta

from aiohttp import web

from handoff import reviews
from handoff.console import review_schemas as schemas
from handoff.console.routes import Call, Console, Route
from handoff.desk import review
from handoff.desk.review import Scored, Wish
from handoff.errors import BadInput
from handoff.reviews import Average, ReviewView
from handoff.roles import Permission

DAYS = 30
LONGEST = 366
SEEDS = 2**31


async def list_reviews(console: Console, call: Call) -> schemas.Reviews:
    """What one has to review, the newest reviews of anybody, and means over the last `days`."""
    since, database = _since(call, console.clock.now()), console.database
    return schemas.Reviews(
        to_do=[_review(one) for one in await database.read(reviews.to_do, call.agent.id)],
        done=[_review(one) for one in await database.read(reviews.done)],
        averages=[_average(one) for one in await database.read(reviews.averages, since)],
        kinds=[schemas.ReviewKind.model_validate({"key": one.key, "title": one.title}) for one in console.checklists],
    )


async def own_reviews(console: Console, call: Call) -> schemas.OwnReviews:
    """What was found of one's own conversations, and the means over the last `days`."""
    since, database, me = _since(call, console.clock.now()), console.database, call.agent.id
    found = await database.read(reviews.done, me)
    (average,) = await database.read(reviews.averages, since, me)
    return schemas.OwnReviews(items=[_review(one) for one in found], average=_average(average))


async def draw_reviews(console: Console, call: Call) -> schemas.Drawn:
    body = call.body
    assert isinstance(body, schemas.ReviewWish)
    wish = Wish(body.count, body.days, body.agent_id, body.kind)
    seed, now = secrets.randbelow(SEEDS), console.clock.now()
    drawn = await console.database.write(review.draw, call.agent.id, wish, console.checklists, seed, now)
    return schemas.Drawn(ids=list(drawn))


async def save_review(console: Console, call: Call) -> schemas.Review:
    body, its_id = call.body, _which(call)
    assert isinstance(body, schemas.ReviewDraft)
    scored = Scored(body.attitude, body.skill, body.solution, dict(body.answers), body.comment)
    await console.database.write(review.save, its_id, call.agent.id, scored, console.clock.now())
    return _review(await console.database.read(reviews.view, its_id))


async def take_back_review(console: Console, call: Call) -> web.StreamResponse:
    """What was scored is to be done again; what was only drawn leaves the list."""
    await console.database.write(review.take_back, _which(call), call.agent.id, console.clock.now())
    return web.Response(status=204)


WORK, REVIEW = Permission.WORK, Permission.REVIEW

ROUTES: tuple[Route, ...] = (
    Route("GET", "/reviews", list_reviews, schemas.Reviews, may=REVIEW),
    Route("POST", "/reviews", draw_reviews, schemas.Drawn, schemas.ReviewWish, may=REVIEW),
    Route("GET", "/reviews/mine", own_reviews, schemas.OwnReviews, may=WORK),
    Route("PUT", r"/reviews/{review:\d{1,15}}", save_review, schemas.Review, schemas.ReviewDraft, may=REVIEW),
    Route("DELETE", r"/reviews/{review:\d{1,15}}", take_back_review, None, may=REVIEW),
)


def _which(call: Call) -> int:
    return int(call.request.match_info["review"])


def _since(call: Call, now: datetime) -> datetime:
    days = call.request.query.get("days") or str(DAYS)
    if not (days.isascii() and days.isdigit() and len(days) < 4 and 0 < int(days) <= LONGEST):
        raise BadInput(f"days must be a number from 1 to {LONGEST}")
    return now - timedelta(days=int(days))


def _review(one: ReviewView) -> schemas.Review:
    found = asdict(one)
    answers = found.pop("answers")
    del found["drawn_at"]
    if found["checklist"] is not None:
        points = [{**point, "answer": answers.get(point["key"])} for point in found["checklist"]["points"]]
        found["checklist"] = {**found["checklist"], "points": points}
    return schemas.Review.model_validate(found)


def _average(one: Average) -> schemas.ReviewAverage:
    return schemas.ReviewAverage.model_validate(asdict(one))
