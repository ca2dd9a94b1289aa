"""The wait for what a bot does, looked at whenever something happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 10.0
"""How long an act waits for the bot's answer, by the machine's clock."""


class Waiting:
    """A platform that can be waited for; it rings whenever a condition may have come true."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    async def until(
        self, condition: Callable[[], object], *, timeout_s: float = PATIENCE_S, soft: bool = False
    ) -> bool:
        """Wait for a condition, looked at whenever the platform was asked or told. Raises TimeoutError unless soft."""
        ends = asyncio.get_running_loop().time() + timeout_s
        while not condition():
            rung = self._rung
            left = ends - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(rung.wait(), max(0.0, left))
            except TimeoutError:
                if condition():
                    return True
                if soft:
                    return False
                raise
        return True

    def _ring(self) -> None:
        self._rung.set()
        self._rung = asyncio.Event()
