"""The real program on Telegram, killed while customers write, by polling and by webhook."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import telegram
from tests.e2e.program import Program
from tests.servers import free_port
from tests.telegram import TOKEN, BotApi, Customer

pytestmark = pytest.mark.rasa

FILM = "鋼化膜收到了,我要怎麼貼?"
PERSON = "轉人工"
ANSWER_S = 150.0
"""Two starts, each with a model to load, on a machine that may be busy."""
STEPS, CALLED = "除塵", "您不用再說一次"
"""Stand in the article, and in what is said when a person is called."""


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with telegram.serving() as found:
        yield found
        assert found.wrong == [] and found.refused_for_speed == 0


@pytest.mark.parametrize(("way", "kills"), [("polling", 2), pytest.param("webhook", 1, marks=pytest.mark.soak)])
async def test_customers_are_answered_once_although_it_is_killed(data: Path, api: BotApi, way: str, kills: int) -> None:
    port = free_port()
    hook = {"BATON_PUBLIC_URL": f"http://127.0.0.1:{port}", "BATON_TELEGRAM_WEBHOOK_SECRET": "s" * 32}
    program = Program(
        data,
        "demo",
        BATON_TELEGRAM_TOKEN=TOKEN,
        BATON_TELEGRAM_API=api.address,
        BATON_PORT=str(port),
        **(hook if way == "webhook" else {}),
    )
    program.port = port
    await program.start()
    try:
        await api.until(lambda: "" in api.commands)
        customers = [Customer(api, 100 + n, f"Customer {n}", "zh-hant") for n in range(8)]
        writing = [asyncio.create_task(_writes(customer)) for customer in customers]
        for _ in range(kills):
            await asyncio.sleep(1.5)
            await program.kill()
            await program.start(ready=False)
        await asyncio.gather(*writing)
        for customer in customers:
            await customer.sees(CALLED, ANSWER_S)
            for part in (STEPS, CALLED):
                times = sum(part in text for text in customer.seen())
                assert 1 <= times <= 2, f"{times} times: {part}"  # twice where an answer to us was lost
    finally:
        await program.stop()


async def _writes(customer: Customer) -> None:
    await customer.says(FILM)
    await customer.sees("這樣有幫到您嗎", ANSWER_S)
    await customer.says(PERSON)
