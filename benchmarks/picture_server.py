"""A provider's picture host on this machine, as a process of its own so that its CPU time is not counted as ours.

`python -m benchmarks.picture_server FOLDER` serves the folder at 127.0.0.1 and prints its port.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    """The address of the folder while its server runs."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.picture_server", str(folder), stdout=asyncio.subprocess.PIPE
    )
    if server.stdout is None:
        raise RuntimeError("the server has no output")
    try:
        port = int(await asyncio.wait_for(server.stdout.readline(), 30))
        yield f"http://127.0.0.1:{port}"
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def _serve(folder: Path) -> None:
    app = web.Application()
    app.router.add_static("/", folder)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
