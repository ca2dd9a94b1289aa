"""Socket Mode: tickets, sockets, envelopes out and acknowledgements in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import WSMsgType, web

from tests.standins.slack.api import Call
from tests.standins.slack.delivered import Attempt, Delivered, Sort
from tests.standins.slack.world import World

MOST: Final = 10
"""Sockets of one app at a time."""
WARNED_S: Final = 10.0
"""From the warning that a socket will be closed to its closing."""
PATH: Final = "/link/"


@dataclass(eq=False, slots=True)
class Link:
    """One socket. told counts the envelopes that went over it."""

    socket: web.WebSocketResponse
    line: asyncio.Transport | None
    outbox: asyncio.Queue[dict[str, Any] | None] = field(default_factory=asyncio.Queue)
    closes_at: datetime | None = None
    told: int = 0

    @property
    def live(self) -> bool:
        return not self.socket.closed


class SocketMode:
    """`url` is where sockets are opened; connects counts those that were, hellos those that were greeted."""

    def __init__(self, world: World, ring: Callable[[], None], acked: Callable[[str, Any], bool]) -> None:
        self.world = world
        self.url = ""
        self.links: list[Link] = []
        self.connects = 0
        self.silent = False
        """Sockets open, but hello never comes, nor any envelope."""
        self.off = False
        """Socket Mode is off: who opens a socket is told so in place of hello."""
        self.strange_acks: list[str] = []
        """Acknowledgements of envelopes that nobody sent, or that were acknowledged before."""
        self._ring = ring
        self._acked = acked
        self._tickets: set[str] = set()
        self._turned_away: list[int] = []
        self._turn = 0

    @property
    def live(self) -> list[Link]:
        return [link for link in self.links if link.live]

    async def connect(self, call: Call) -> dict[str, Any]:
        """apps.connections.open"""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return {"url": f"{self.url}{PATH}?ticket={ticket}&app_id={self.world.app_id}"}

    def send(self, told: Delivered, attempt: Attempt) -> bool:
        """Put it on one of the sockets, each in turn; whether there was one."""
        links = [link for link in self.live if link.closes_at is None] or self.live
        if not links or self.silent:
            return False
        link = links[self._turn % len(links)]
        self._turn += 1
        link.told += 1
        attempt.sent_s, attempt.socket = time.monotonic(), link
        envelope: dict[str, Any] = {
            "envelope_id": attempt.envelope,
            "type": told.sort.value,
            "accepts_response_payload": told.sort is not Sort.EVENT,
            "payload": told.payload,
        }
        if told.sort is Sort.EVENT:
            envelope |= {"retry_attempt": attempt.retry, "retry_reason": attempt.reason}
        link.outbox.put_nowait(envelope)
        return True

    def turn_away(self, times: int = 1, *, status: int = 503) -> None:
        """Answer the next sockets with that status instead."""
        self._turned_away += [status] * times

    def refresh(self, *, warn: bool = True) -> None:
        """Ask every client for a new socket, as Slack does about hourly: a warning, and 10 s later the end."""
        for link in self.live:
            if warn:
                link.closes_at = self.world.clock.now() + timedelta(seconds=WARNED_S)
                link.outbox.put_nowait(_goodbye("warning"))
            else:
                link.closes_at = self.world.clock.now()

    def disable(self) -> None:
        """Somebody switches Socket Mode off."""
        for link in self.live:
            link.outbox.put_nowait(_goodbye("link_disabled"))

    def drop(self) -> None:
        """Cut every line without a word."""
        for link in self.live:
            if link.line is not None:
                link.line.abort()
        self.links.clear()

    def tick(self) -> None:
        """Close the sockets whose time has come."""
        now = self.world.clock.now()
        ended = [link for link in self.live if link.closes_at and link.closes_at <= now]
        for link in ended:
            link.outbox.put_nowait(_goodbye("refresh_requested"))
            link.outbox.put_nowait(None)
            self.links.remove(link)

    async def stop(self) -> None:
        for link in self.live:
            await link.socket.close(code=1001)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A socket, for the one that has a ticket."""
        ticket = request.query.get("ticket", "")
        if self._turned_away:
            self._tickets.discard(ticket)  # whoever shows it has spent it
            return web.Response(status=self._turned_away.pop(0))
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        line = request.transport
        self.connects += 1
        if self.off or len(self.live) >= MOST:
            await socket.send_json(_goodbye("link_disabled" if self.off else "too_many_websockets"))
            await socket.close()
            return socket
        link = Link(socket, line)
        self.links.append(link)
        if not self.silent:
            link.outbox.put_nowait(self._hello())
        writing = asyncio.create_task(_write(link))
        try:
            self._ring()
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._heard(json.loads(frame.data))
                    self._ring()
        finally:
            writing.cancel()
            if link in self.links:
                self.links.remove(link)
            self._ring()
        return socket

    def _heard(self, told: dict[str, Any]) -> None:
        envelope = told.get("envelope_id", "")
        if not self._acked(envelope, told.get("payload")):
            self.strange_acks.append(envelope)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.live),
            "connection_info": {"app_id": self.world.app_id},
            "debug_info": {"host": "stand-in", "build_number": 1, "approximate_connection_time": 3600},
        }


def _goodbye(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "stand-in"}}


async def _write(link: Link) -> None:
    """One frame after the other; None closes."""
    with contextlib.suppress(ConnectionError):
        while (frame := await link.outbox.get()) is not None:
            await link.socket.send_str(json.dumps(frame))
        await link.socket.close()
