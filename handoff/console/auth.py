"""Signing in: the session cookie, and what checking a password costs."""

import asyncio

from aiohttp import web

from handoff.desk.people import SESSION_LIFETIME, hash_password, verify_password

COOKIE = "baton_session"


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
    """Costly checks of passwords, one at a time per core. How often one may try is `handoff.lockout`'s."""

    def __init__(self) -> None:
        self._checks = asyncio.Semaphore(2)

    async def verify(self, password_hash: str, password: str) -> bool:
        async with self._checks:
            return await asyncio.to_thread(verify_password, password_hash, password)

    async def hashed(self, password: str) -> str:
        """Raises `BadInput` for one that is too short."""
        async with self._checks:
            return await asyncio.to_thread(hash_password, password)
