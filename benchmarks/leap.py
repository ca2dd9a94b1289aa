"""An event loop whose time leaps to the next timer instead of waiting for it: minutes of polling in a second.

The work done is real, so its CPU time is; only the idle time between two timers is left out.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

T = TypeVar("T")
START: Final = datetime(2026, 1, 1, tzinfo=UTC)


class _LeapingSelector(selectors.DefaultSelector):
    """Looks at what is ready now, and counts the time that it was told to wait as passed."""

    passed_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout > 0:
            self.passed_s += timeout
            timeout = 0
        return super().select(timeout)


class _LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = _LeapingSelector()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.passed_s


class LoopClock:
    """The running loop's own time, leaping or not."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self.steady())

    def steady(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def leaping(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end on a loop that never waits."""
    with asyncio.Runner(loop_factory=_LeapingLoop) as runner:
        return runner.run(work)
