"""The web door's Messenger: what is posted goes to whoever is watching; whoever is not reads it in the history."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from adapters.web.visitor import CHANNEL
from bot.message import Place, Receipt, Reply

PACE_S: Final = 0.3
"""Progress that moves oftener than the eye follows is work for nothing."""


class Watch:
    """One open page. It holds at most the newest Reply of each message, so that a slow reader costs no memory."""

    def __init__(self) -> None:
        self._fresh: dict[str, Reply | None] = {}
        self._woken = asyncio.Event()
        self.closed = False

    def tell(self, message: str, reply: Reply | None) -> None:
        """None: the message was taken away."""
        self._fresh.pop(message, None)
        self._fresh[message] = reply
        self._woken.set()

    def wake(self) -> None:
        """There is something in the history that may not have come by here."""
        self._woken.set()

    def close(self) -> None:
        self.closed = True
        self._woken.set()

    async def fresh(self, timeout_s: float) -> dict[str, Reply | None]:
        """What changed since the last call, by message; empty after timeout_s without news, when woken, or closed."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._woken.wait()
        except TimeoutError:
            return {}
        self._woken.clear()
        changed, self._fresh = self._fresh, {}
        return changed


class Hub:
    """Everybody who is watching the channel. Nothing here matters after a restart: pages ask the history again."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self.closing = False

    def __len__(self) -> int:
        return len(self._watches)

    @contextmanager
    def watching(self) -> Iterator[Watch]:
        watch = Watch()
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    def tell(self, message: str, reply: Reply | None) -> None:
        for watch in self._watches:
            watch.tell(message, reply)

    def wake(self) -> None:
        """Let every stream look into the history."""
        for watch in self._watches:
            watch.wake()

    def close(self) -> None:
        """Let every stream end, so that the door can shut."""
        self.closing = True
        for watch in self._watches:
            watch.close()


class WebMessenger:
    """Posts and edits are told to open pages at once; a message is named by its job. Nothing here can fail."""

    pace_s = PACE_S

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def post(self, place: Place, reply: Reply, *, nonce: str) -> Receipt:
        """Two posts of one job are one message, whatever the nonce."""
        receipt = Receipt("web", place.id, reply.job or nonce)
        await self.edit(place, receipt, reply)
        return receipt

    async def edit(self, place: Place, receipt: Receipt, reply: Reply) -> None:
        if place.id == CHANNEL.id:
            self._hub.tell(receipt.handle, reply)

    async def remove(self, place: Place, receipt: Receipt) -> None:
        if place.id == CHANNEL.id:
            self._hub.tell(receipt.handle, None)

    async def role_name(self, place: Place, role: str) -> str:
        return ""  # this door has no roles
