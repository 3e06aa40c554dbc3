"""Agents' groups beside a crowd: when each customer who waits for a person stands in a topic."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.report import Metrics, percentile, rounded
from benchmarks.texters import Outage, name_of, waited
from handoff import db
from handoff.models import Contact, Conversation
from handoff.ports import LocalWakeups
from handoff.states import Status
from tests.telegram import BOT, served
from tests.telegram_groups import Group, GroupApi

IDS = (-1001000000001, -1001000000002, -1001000000003, -1001000000004)


class Watched(GroupApi):
    """Notes when the bot has written its first line into each topic."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[tuple[int, int], float] = {}
        """By group and topic; `time.monotonic`."""

    def new_message(self, chat: int, /, **content: Any) -> dict[str, Any]:
        if isinstance(self.chats.get(chat), Group) and content.get("from") is BOT and "message_thread_id" in content:
            self.told.setdefault((chat, content["message_thread_id"]), time.monotonic())
        return super().new_message(chat, **content)

    def by_customer(self) -> dict[str, float]:
        """When the story of each name stood in a topic."""
        names = {(group, thread): each.name for group in IDS for thread, each in self.group(group).threads.items()}
        return {names[place]: at for place, at in self.told.items() if place in names}


@asynccontextmanager
async def serving() -> AsyncIterator[Watched]:
    async with served(Watched(), 0) as api:
        for group in IDS:
            api.add_group(group)
        yield api


async def mirrored(
    api: Watched, url: str, asked: dict[int, float], outages: Sequence[Outage], patience: float
) -> Metrics:
    """How long it took from a customer's words to their story in a topic, and how many a group takes a minute."""
    database = db.connect(url, LocalWakeups())
    try:
        people = [chat for chat in await database.read(_with_people) if chat in asked]
    finally:
        await database.close()
    with suppress(AssertionError):
        await api.until(lambda: len(_shown(api, people)) == len(people), patience)
    shown = _shown(api, people)
    lags = [waited(asked[chat], at, outages) for chat, at in shown.items()]
    return {
        "mirror_lag_p99_s": rounded(percentile(lags, 0.99)),
        "mirror_lag_p50_s": rounded(percentile(lags, 0.50)),
        "handoffs_per_min_per_group": rounded(_pace(api)),
        "mirrored": len(shown),
        "mirror_missing": len(people) - len(shown),
    }


def _with_people(session: Session) -> list[int]:
    """The chats of those who wait for a person or have one."""
    query = select(Contact.key).join(Conversation, Conversation.contact_id == Contact.id)
    return [int(key) for key in session.scalars(query.where(Conversation.status != Status.PENDING))]


def _shown(api: Watched, people: Sequence[int]) -> dict[int, float]:
    told = api.by_customer()
    found = {}
    for chat in people:
        times = [at for name, at in told.items() if name_of(chat) in name]
        if times:
            found[chat] = min(times)
    return found


def _pace(api: Watched) -> float:
    """Stories a minute in one group while more were waiting: without the first, before which nothing waited."""
    paces = []
    for group in IDS:
        at = sorted(each for (place, _), each in api.told.items() if place == group)
        if len(at) > 1:
            paces.append((len(at) - 1) / (at[-1] - at[0]) * 60)
    return sum(paces) / len(paces) if paces else 0.0
