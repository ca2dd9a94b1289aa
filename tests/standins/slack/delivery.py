"""Getting things to the app: over a socket or as a signed request, again where no acknowledgement comes."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tests.standins.slack.delivered import ACK_S, Attempt, Delivered, Sort
from tests.standins.slack.http_mode import HttpMode
from tests.standins.slack.socket_mode import SocketMode
from tests.standins.slack.world import World

RETRIES_S: Final = (0.0, 60.0, 300.0)
"""Pauses before an event is told again; then Slack gives up (vendor's guide to the Events API, read 2026-11)."""


@dataclass(frozen=True, slots=True)
class Due:
    """An event to be told again."""

    at: datetime
    told: Delivered
    retry: int
    reason: str


class Delivery:
    """Over sockets unless `http.url` is set. `took` is called with everything that was acknowledged in time."""

    def __init__(self, world: World, ring: Callable[[], None], took: Callable[[Delivered], None]) -> None:
        self.world = world
        self.sockets = SocketMode(world, ring, self._acked_envelope)
        self.http = HttpMode(world)
        self._ring = ring
        self._took = took
        self._open: dict[str, tuple[Delivered, Attempt]] = {}
        self._waiting: list[tuple[Delivered, Attempt]] = []
        self._due: list[Due] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, told: Delivered, *, retry: int = 0, reason: str = "") -> Delivered:
        """Tell the app; what comes of it is seen on the thing itself."""
        attempt = Attempt(envelope=str(uuid.uuid4()), at=self.world.clock.now(), retry=retry, reason=reason)
        told.attempts.append(attempt)
        told.asked_s = told.asked_s or time.monotonic()
        if self.http.url:
            attempt.sent_s = time.monotonic()
            self._start(self._post(told, attempt))
            return told
        self._open[attempt.envelope] = (told, attempt)
        if self.sockets.send(told, attempt):
            return told
        if told.sort is Sort.EVENT:
            self._waiting.append((told, attempt))
        else:
            attempt.ended = True
            told.error = "dispatch_failed"
        return told

    def tick(self) -> None:
        """See to what is due by the clock."""
        now = self.world.clock.now()
        late = [
            (told, attempt)
            for told, attempt in self._open.values()
            if not attempt.ended and now - attempt.at > timedelta(seconds=ACK_S)
        ]
        for told, attempt in late:
            self._failed(told, attempt, "timeout")
        still = [(told, attempt) for told, attempt in self._waiting if not attempt.ended]
        self._waiting = [one for one in still if not self.sockets.send(*one)]
        due = [one for one in self._due if one.at <= now]
        self._due = [one for one in self._due if one.at > now]
        for one in due:
            self.send(one.told, retry=one.retry, reason=one.reason)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.stop()
        await self.http.close()

    def _acked_envelope(self, envelope: str, response: Any) -> bool:
        if envelope not in self._open:
            return False
        self._acked(*self._open[envelope], response)
        return True

    def _acked(self, told: Delivered, attempt: Attempt, response: Any) -> None:
        if attempt.ended:
            told.late_acks += 1
            return
        attempt.ended = True
        self._open.pop(attempt.envelope, None)
        told.acked = True
        told.acked_after_s = time.monotonic() - told.asked_s
        told.response = response
        self._took(told)

    def _failed(self, told: Delivered, attempt: Attempt, reason: str, *, again: bool = True) -> None:
        attempt.ended = True
        if told.sort is not Sort.EVENT:
            told.error = "operation_timeout" if reason in ("timeout", "http_timeout") else "dispatch_failed"
        elif again and attempt.retry < len(RETRIES_S):
            at = self.world.clock.now() + timedelta(seconds=RETRIES_S[attempt.retry])
            self._due.append(Due(at, told, attempt.retry + 1, reason))
        else:
            told.error = "given_up"

    async def _post(self, told: Delivered, attempt: Attempt) -> None:
        answer = await self.http.post(told, attempt)
        told.status = answer.status
        if answer.reason:
            self._failed(told, attempt, answer.reason, again=answer.again)
        else:
            self._acked(told, attempt, answer.body)
        self._ring()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
