"""A process that owns a child until it is killed; prints one line once the child is ready."""

import asyncio
import sys
from pathlib import Path

from nlu.supervisor import Patience, RasaChild
from nlu.versions import Version


async def main(data: str, server_dir: str, model: str, announce: str, orphan_s: str) -> None:
    path = Path(model)
    child = RasaChild(
        Path(data),
        Path(server_dir),
        Version(path.name.removesuffix(".tar.gz"), path),
        announce=announce == "announce",
        patience=Patience(orphan_s=float(orphan_s)),
    )
    await child.start()
    await child.wait_ready(120)
    endpoint = child.endpoint()
    assert endpoint is not None
    print(endpoint.url, endpoint.token, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
