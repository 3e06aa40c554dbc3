"""Holds idle widget connections, in a process of its own: `python -m benchmarks.idle ADDRESS COUNT`.

Prints `open` once all are there, and ends when its standard input closes.
"""

import asyncio
import sys
from contextlib import AsyncExitStack

import aiohttp

from benchmarks.clients import visitors

AT_ONCE = 32


async def main(address: str, count: int) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session, AsyncExitStack() as stack:
        arrive, door = visitors(session, address), asyncio.Semaphore(AT_ONCE)

        async def come() -> None:
            async with door:
                await stack.enter_async_context(arrive())

        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(come())
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
