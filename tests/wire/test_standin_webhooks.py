"""The Flux stand-in's webhooks, as a receiver of ours would meet them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.standins.bfl import FluxStandIn
from tests.standins.fault import Fault
from tests.standins.front import Latency

SECRET = "hook-secret"
WORK_S = 0.05


@dataclass
class Receiver:
    """Notes each webhook with whether its signature holds."""

    url: str = ""
    notices: list[tuple[dict[str, Any], bool]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: int = 1

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        signed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        self.notices.append((await request.json(), request.headers["x-bfl-signature"] == f"sha256={signed}"))
        if len(self.notices) >= self.wanted:
            self.came.set()
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def told(receiver: Receiver, fault: Fault | None, *, wait: bool = True) -> dict[str, Any]:
    """The answer to a submit with a webhook, and its notices in the receiver."""
    latency = Latency(submit_s=0, work_s=(WORK_S, WORK_S))
    async with FluxStandIn(latency=latency) as vendor, aiohttp.ClientSession() as session:
        if fault:
            vendor.fault(fault)
        body = {"prompt": "a fox", "webhook_url": receiver.url, "webhook_secret": SECRET}
        async with session.post(f"{vendor.url}/v1/flux-dev", json=body, headers={"x-key": "k"}) as answer:
            submitted: dict[str, Any] = await answer.json()
        if wait:
            await receiver.came.wait()
        return submitted


async def test_a_webhook_takes_the_place_of_the_polling_address(receiver: Receiver) -> None:
    submitted = await told(receiver, None)
    assert "polling_url" not in submitted
    ((notice, genuine),) = receiver.notices
    assert genuine
    assert (notice["id"], notice["status"]) == (submitted["id"], "Ready")


async def test_a_webhook_may_come_twice(receiver: Receiver) -> None:
    receiver.wanted = 2
    submitted = await told(receiver, Fault.WEBHOOK_TWICE)
    assert [notice["id"] for notice, _ in receiver.notices] == [submitted["id"]] * 2


async def test_a_webhook_may_overtake_the_submits_answer(receiver: Receiver) -> None:
    await told(receiver, Fault.WEBHOOK_EARLY, wait=False)
    ((notice, _),) = receiver.notices
    assert notice["status"] == "Ready"


async def test_a_webhook_may_be_forged(receiver: Receiver) -> None:
    await told(receiver, Fault.WEBHOOK_BAD_SIGNATURE)
    ((_, genuine),) = receiver.notices
    assert not genuine
