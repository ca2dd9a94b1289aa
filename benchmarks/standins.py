"""Discord and Slack on this machine, as a process of their own so that their CPU time is not counted as ours."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp

START_S: Final = 60.0


@asynccontextmanager
async def serving(*platforms: str) -> AsyncIterator[dict[str, Any]]:
    """What the stand-ins of "discord" and "slack" are called and where they are, while they run."""
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.standins",
        *(f"--{name}" for name in platforms),
        stdout=asyncio.subprocess.PIPE,
    )
    if server.stdout is None:
        raise RuntimeError("the stand-ins have no output")
    try:
        told: dict[str, Any] = json.loads(await asyncio.wait_for(server.stdout.readline(), START_S))
        yield told
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def steer(origin: str, act: str, **asked: Any) -> dict[str, Any]:
    """Have something done there, as tests/standins/*/control.py tells."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{origin}/_control/{act}", json=asked, raise_for_status=True) as response,
    ):
        done: dict[str, Any] = await response.json()
        return done
