"""The stand-ins as a program of their own, steered over HTTP as an end-to-end test does it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.errors import UnsureError
from bot.job import Rendered
from bot.providers.flux import Settings, open_provider
from tests.wire.providing import HastyClock, decoded, imagine, kit, order


@pytest.fixture
async def urls() -> AsyncIterator[dict[str, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.standins", "--work-s", "0", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    yield json.loads(await process.stdout.readline())
    process.terminate()
    assert await process.wait() == 0


async def test_another_process_plans_faults_and_counts_purchases(urls: dict[str, str]) -> None:
    provider = open_provider(Settings(base_url=urls["flux"]), "any-key", kit(HastyClock()))
    async with aiohttp.ClientSession() as session:

        async def control(what: str, asked: dict[str, Any]) -> int:
            async with session.post(f"{urls['flux']}/_control/{what}", json=asked) as answer:
                return answer.status

        assert await control("fault", {"fault": "no-such-fault"}) == 400
        assert await control("fault", {"fault": "reset-after", "at": "submit"}) == 200
        with pytest.raises(UnsureError):
            await provider.submit(order(imagine(), "flux-dev"))
        ticket = await provider.submit(order(imagine(), "flux-dev"))
        reading = await provider.poll(ticket)
        assert isinstance(reading, Rendered)
        assert decoded(await provider.fetch(reading.link)).size == (512, 384)
        assert await control("latency", {"work_s": [60, 60]}) == 200
        assert await control("clear", {}) == 200
        async with session.get(f"{urls['flux']}/_control/requests") as answer:
            seen = await answer.json()
    await provider.close()
    assert seen["bought"] == 2
    assert [request["at"] for request in seen["requests"]] == ["submit", "submit", "poll", "delivery"]
    assert "any-key" not in json.dumps(seen)
