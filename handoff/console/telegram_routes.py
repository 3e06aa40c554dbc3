"""One's own account on Telegram, for whoever answers customers there."""

from aiohttp import web

from handoff.console import telegram_schemas
from handoff.console.routes import Call, Console, Route
from handoff.desk import telegram_links
from handoff.roles import Permission


async def read_telegram_account(console: Console, call: Call) -> telegram_schemas.TelegramAccount:
    linked_at = await console.database.read(telegram_links.linked_at, call.agent.id)
    return telegram_schemas.TelegramAccount(available=console.has_telegram_groups, linked_at=linked_at)


async def issue_telegram_code(console: Console, call: Call) -> telegram_schemas.TelegramCode:
    """A code that is good once, for a quarter of an hour; the one before stops working."""
    code, expires_at = await console.database.write(telegram_links.issue_code, call.agent.id, console.clock.now())
    return telegram_schemas.TelegramCode(code=code, expires_at=expires_at)


async def unlink_telegram(console: Console, call: Call) -> web.StreamResponse:
    await console.database.write(telegram_links.unlink, call.agent.id, console.clock.now())
    return web.Response(status=204)


WORK = Permission.WORK

ROUTES: tuple[Route, ...] = (
    Route("GET", "/telegram", read_telegram_account, telegram_schemas.TelegramAccount, may=WORK),
    Route("POST", "/telegram/code", issue_telegram_code, telegram_schemas.TelegramCode, may=WORK),
    Route("DELETE", "/telegram", unlink_telegram, None, may=WORK),
)
