"""Signing in: the session cookie, and a limit on guessing."""

import asyncio
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from aiohttp import web

from handoff.desk.people import SESSION_LIFETIME, verify_password

COOKIE = "baton_session"
TRIES = 8
WINDOW = timedelta(minutes=10)
ADDRESSES_KEPT = 10_000


def set_cookie(response: web.Response, secret: str, *, secure: bool) -> None:
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        path="/console",
        httponly=True,
        samesite="Strict",
        secure=secure,
    )


class SignInLimit:
    """At most `TRIES` passwords per address within `WINDOW`, and one costly check at a time per core."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._checks = asyncio.Semaphore(2)

    def allows(self, email: str, now: datetime) -> bool:
        tries = self._tries.setdefault(email, deque(maxlen=TRIES))
        self._tries.move_to_end(email)
        if len(self._tries) > ADDRESSES_KEPT:
            self._tries.popitem(last=False)
        if len(tries) == TRIES and now - tries[0] < WINDOW:
            return False
        tries.append(now)
        return True

    async def verify(self, password_hash: str, password: str) -> bool:
        async with self._checks:
            return await asyncio.to_thread(verify_password, password_hash, password)
