"""The articles in service: kept as an index, read anew when one of them changes."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from bot.decisions import Hit
from bot.knowledge import articles
from bot.knowledge.search import Index
from bot.shop import LANGUAGES
from handoff.db import Database
from handoff.ports import Clock, Suggestion
from handoff.values import Language

CHECK_EVERY = timedelta(seconds=2)


class Library:
    """Searches the shop's articles. An edit anywhere is served within two seconds, without a restart."""

    def __init__(self, database: Database, clock: Clock, default: Language, zone: tzinfo) -> None:
        self._database, self._clock, self._default, self._zone = database, clock, default, zone
        self._index = Index([], clock.now().astimezone(zone).date())
        self._version: object = None
        self._reading = asyncio.Lock()
        self._checked_at = clock.now() - CHECK_EVERY

    async def search(self, text: str, language: Language, intents: Sequence[str]) -> tuple[Hit, ...]:
        return (await self._current()).search(text, language, intents)

    async def suggest(self, hits: Sequence[tuple[str, float]], language: str | None) -> Sequence[Suggestion]:
        """Near misses by id, for an agent, in the customer's language."""
        index = await self._current()
        found = ((index.by_id(article_id, self._known(language)), score) for article_id, score in hits)
        return [Suggestion(article.id, article.title, article.body, score) for article, score in found if article]

    async def find(self, words: str, language: str | None) -> Sequence[Suggestion]:
        """What an agent searches for by words alone."""
        index = await self._current()
        return [
            Suggestion(h.id, h.title, h.body, h.score)
            for h in index.search(words, self._known(language), ())
            if h.score
        ]

    def _known(self, language: str | None) -> Language:
        return next((known for known in LANGUAGES if known == language), self._default)

    async def _current(self) -> Index:
        """Whoever comes while the articles are being read waits for them: an empty index would answer nobody."""
        async with self._reading:
            now = self._clock.now()
            if now - self._checked_at >= CHECK_EVERY:
                await self._refresh(now)
            return self._index

    async def _refresh(self, now: datetime) -> None:
        today = now.astimezone(self._zone).date()
        version = (today, await self._database.read(articles.version))
        if version != self._version:
            self._index = await asyncio.to_thread(Index, await self._database.read(articles.load), today)
            self._version = version
        self._checked_at = now
