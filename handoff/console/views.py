"""The desk's values in the shapes the console's browser gets."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from handoff.audit import Entry
from handoff.console import hours_schemas, people_schemas, schemas, team_schemas
from handoff.desk.canned import Canned
from handoff.desk.people import Person
from handoff.desk.presence import Colleague, Here
from handoff.desk.staff import Member
from handoff.desk.teams import Arrangement, SeatView, TeamView
from handoff.desk.timetable import WrittenHours
from handoff.inbox import Asked, Listing, Transcript
from handoff.ports import CustomerRecords, OrderSummary, Suggestion, Suggestions
from handoff.roles import permissions
from handoff.values import ConversationView, FileView, MessageView, RatingView

_NO_DECISION: Mapping[str, Any] = {
    "intent": None,
    "ranking": [],
    "article": None,
    "skill": None,
    "reason": None,
    "priority": None,
    "likelihood": None,
    "threshold": None,
}
"""What an older program did not store yet."""
NEAR_FLOOR = 0.2
"""An article that shares less with the question than this helps nobody."""
ORDERS_SHOWN = 5
DRAFT_FLOOR = 0.3
"""A near miss weaker than this is no draft."""


def me(person: Person) -> schemas.Me:
    return schemas.Me.model_validate({**asdict(person), "may": sorted(permissions(person.role))})


def row(view: ConversationView, found: str | None = None) -> schemas.Row:
    assignee = (
        schemas.Assignee(id=view.assignee_id, name=view.assignee_name or "") if view.assignee_id is not None else None
    )
    return schemas.Row.model_validate(
        {
            "id": view.id,
            "reference": view.reference,
            "status": view.status,
            "priority": view.priority,
            "contact": view.contact_name,
            "named": view.contact_named,
            "channel": view.channel,
            "language": view.language,
            "preview": view.preview,
            "preview_author": view.preview_author,
            "last_at": view.last_at,
            "waiting_since": view.waiting_since,
            "assignee": assignee,
            "reason": view.reason,
            "epoch": view.epoch,
            "episode": view.episode,
            "last_seq": view.last_seq,
            "tags": list(view.tags),
            "snoozed_until": view.snoozed_until,
            "delivered_seq": view.delivered_seq,
            "seen_seq": view.seen_seq,
            "team": view.team,
            "found": found,
            "clocks": [asdict(clock) for clock in view.clocks],
        }
    )


def listing(found: Listing) -> schemas.ConversationList:
    counts = schemas.Counts.model_validate(dict(found.counts))
    return schemas.ConversationList(
        items=[row(view, found.found.get(view.id)) for view in found.rows], counts=counts, cursor=found.cursor
    )


def message(view: MessageView) -> schemas.ConsoleMessage:
    return schemas.ConsoleMessage.model_validate(
        {
            "id": view.id,
            "seq": view.seq,
            "rev": view.rev,
            "kind": view.kind,
            "private": view.private,
            "author": view.author,
            "name": view.agent_name,
            "text": view.text,
            "format": view.format,
            "activity": view.activity,
            "detail": view.detail,
            "buttons": [button.label for button in view.buttons],
            "files": [file(kept) for kept in view.files],
            "deliveries": [asdict(pushed) for pushed in view.deliveries],
            "decision": {**_NO_DECISION, **view.decision} if view.decision else None,
            "client_id": view.client_id,
            "episode": view.episode,
            "at": view.at,
            "mentions": [asdict(mention) for mention in view.mentions],
            "quoted": view.quoted.text if view.quoted else None,
        }
    )


def file(kept: FileView) -> schemas.File:
    return schemas.File(url=f"/console/api/files/{kept.key}", **asdict(kept))


def colleagues(found: Sequence[Colleague]) -> schemas.Colleagues:
    return schemas.Colleagues.model_validate({"items": [asdict(colleague) for colleague in found]})


def presence(here: Sequence[Here], found: Sequence[Colleague]) -> schemas.PresenceFrame:
    return schemas.PresenceFrame.model_validate(
        {"here": [asdict(entry) for entry in here], "colleagues": [asdict(colleague) for colleague in found]}
    )


def canned(found: Sequence[Canned]) -> schemas.CannedResponses:
    return schemas.CannedResponses(items=[canned_response(one) for one in found])


def canned_response(one: Canned) -> schemas.CannedResponse:
    return schemas.CannedResponse.model_validate(asdict(one))


def member(found: Member) -> people_schemas.Member:
    return people_schemas.Member.model_validate(asdict(found))


def members(found: Sequence[Member]) -> people_schemas.Members:
    return people_schemas.Members(items=[member(one) for one in found])


def trail(found: Sequence[Entry], more: bool, deeds: Sequence[str]) -> people_schemas.Trail:
    items = [asdict(entry) for entry in found]
    before = found[-1].id if found and more else None
    return people_schemas.Trail.model_validate({"items": items, "before": before, "deeds": deeds})


def teams(found: Arrangement, shop: WrittenHours) -> team_schemas.Teams:
    return team_schemas.Teams(
        teams=[team(one) for one in found.teams],
        seats=[seat(one) for one in found.seats],
        capacity=found.rules.capacity,
        automatic=found.rules.automatic,
        hours=hours_schemas.shown(shop),
    )


def team(one: TeamView) -> team_schemas.Team:
    hours = hours_schemas.shown(one.hours) if one.hours else None
    return team_schemas.Team.model_validate({**asdict(replace(one, hours=None)), "hours": hours})


def seat(one: SeatView) -> team_schemas.Seat:
    return team_schemas.Seat.model_validate(asdict(one))


def articles(found: Sequence[Suggestion]) -> schemas.Articles:
    return schemas.Articles.model_validate({"items": [_near_miss(suggestion) for suggestion in found]})


async def conversation(found: Transcript, suggestions: Suggestions, records: CustomerRecords) -> schemas.Conversation:
    return schemas.Conversation(
        row=row(found.conversation),
        contact=schemas.Contact.model_validate(asdict(found.contact)),
        messages=[message(view) for view in found.messages],
        packet=await _packet(found.asked, found.conversation, suggestions, records) if found.asked else None,
        rev=found.conversation.rev,
        rating=_rating(found.rating),
    )


def _rating(given: RatingView | None) -> schemas.Rating | None:
    if given is None or given.score is None or given.created_at is None:
        return None
    return schemas.Rating(
        by=given.by,
        agent_name=given.agent_name,
        score=given.score,
        comment=given.comment,
        created_at=given.created_at,
    )


async def _packet(
    asked: Asked, view: ConversationView, suggestions: Suggestions, records: CustomerRecords
) -> schemas.Packet:
    """Stored facts, plus what articles and the shop's records say about them now."""
    stored: Mapping[str, Any] = asked.packet
    hits = [(hit[0], hit[1]) for hit in stored.get("near_misses", []) if hit[1] >= NEAR_FLOOR]
    near = await suggestions.suggest(hits, view.language)
    entities: Mapping[str, str] = stored.get("entities", {})
    proved: Sequence[str] = stored.get("proved", [])
    named = [entities["order_id"]] if "order_id" in entities else []
    numbers = list(dict.fromkeys([*stored.get("named", []), *proved, *named]))[:ORDERS_SHOWN]
    return schemas.Packet.model_validate(
        {
            "reason": asked.reason,
            "priority": asked.priority,
            "asked_at": asked.asked_at,
            "language": view.language,
            "summary": stored.get("summary", ""),
            "ranking": stored.get("ranking", []),
            "entities": entities,
            "tried": await _tried(stored.get("tried", []), suggestions, view.language),
            "near_misses": [_near_miss(suggestion) for suggestion in near],
            "orders": [_order(o, o.number in proved) for o in await records.orders(numbers, view.language)],
            "draft": _draft([s for s in near if f"article:{s.id}" not in stored.get("tried", [])]),
            "history": [asdict(past) for past in asked.history],
        }
    )


async def _tried(topics: Sequence[str], suggestions: Suggestions, language: str | None) -> list[str]:
    """What the bot told already: articles by their title, skills as `skill:NAME`."""
    ids = [topic.removeprefix("article:") for topic in topics if topic.startswith("article:")]
    titles = {found.id: found.title for found in await suggestions.suggest([(i, 1.0) for i in ids], language)}
    return [titles.get(topic.removeprefix("article:"), topic) for topic in topics]


def _near_miss(suggestion: Suggestion) -> dict[str, Any]:
    return {"id": suggestion.id, "title": suggestion.title, "score": suggestion.score, "body": suggestion.body}


def _order(order: OrderSummary, proved: bool) -> dict[str, Any]:
    return {
        "number": order.number,
        "state": order.state,
        "placed_at": order.placed_at,
        "total": order.total,
        "lines": [{"name": name, "quantity": quantity} for name, quantity in order.lines],
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "expected_at": order.expected_at,
        "proved": proved,
    }


def _draft(near: Sequence[Suggestion]) -> str | None:
    """The best article the customer has not got yet: what did not help is not said again."""
    return near[0].body if near and near[0].score >= DRAFT_FLOOR else None
