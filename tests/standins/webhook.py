"""The stand-in's webhooks: a task's end, posted to the address that its submit named."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import aiohttp

from bot.clock import Clock
from tests.standins.fault import Fault

RETRIES_S = (1.0, 5.0, 30.0)
"""Pauses between tries; after the last one the notice is dropped."""


class Bell:
    """Rings each webhook in a task of its own.

    Two of the vendor's own texts disagree on how it is signed, so both headers are sent, or one of them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ringing: set[asyncio.Task[None]] = set()

    async def ring(
        self, url: str, secret: str | None, after_s: float, state: Callable[[], dict[str, Any]], fault: Fault | None
    ) -> None:
        """Post `state()` after that many seconds; WEBHOOK_EARLY holds the answer to the submit until then."""
        if fault is Fault.WEBHOOK_EARLY:
            await self._post(url, secret, after_s, state, fault)
            return
        task = asyncio.create_task(self._post(url, secret, after_s, state, fault))
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)

    async def close(self) -> None:
        for task in list(self._ringing):
            task.cancel()
        await asyncio.gather(*self._ringing, return_exceptions=True)

    async def _post(
        self, url: str, secret: str | None, after_s: float, state: Callable[[], dict[str, Any]], fault: Fault | None
    ) -> None:
        await self._clock.sleep(after_s)
        body = json.dumps({**state(), "timestamp": self._clock.now().isoformat()}).encode()
        headers = {"content-type": "application/json"}
        if secret:
            signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            if fault is Fault.WEBHOOK_BAD_SIGNATURE:
                signature, secret = "0" * 64, "wrong"
            if fault not in (Fault.WEBHOOK_SEALED, Fault.WEBHOOK_BARE):
                headers["x-webhook-secret"] = secret
            if fault not in (Fault.WEBHOOK_PLAIN, Fault.WEBHOOK_BARE):
                headers["x-bfl-signature"] = f"sha256={signature}"
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            for _ in range(2 if fault is Fault.WEBHOOK_TWICE else 1):
                for pause_s in (0.0, *RETRIES_S):
                    await self._clock.sleep(pause_s)
                    if await _told(session, url, body, headers):
                        break


async def _told(session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        async with session.post(url, data=body, headers=headers) as answer:
            return answer.ok
    except aiohttp.ClientError:
        return False
