"""Reading the clocks: percentiles, CPU time, and how late the event loop is."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import ceil
from resource import RUSAGE_SELF, getrusage
from typing import Final

BEAT_S: Final = 0.005
"""How often the loop's delay is looked at."""


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that at least so many percent of them do not exceed."""
    if not values:
        raise ValueError("nothing was measured")
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]


def most_rss_mib() -> float:
    """The most memory that this process ever held in RAM; the system counts it in KiB, macOS in bytes."""
    most = getrusage(RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


@dataclass(slots=True)
class Stopwatch:
    """Wall and CPU milliseconds of what ran inside `running()`; CPU counts all threads of this process."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.wall_ms.append((time.perf_counter() - wall) * 1000)
        self.cpu_ms.append((time.process_time() - cpu) * 1000)


async def listen_to_loop(late_ms: list[float], *, every_s: float = BEAT_S) -> None:
    """Until cancelled, add how many milliseconds late a short sleep woke: what any callback would have waited."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every_s
        await asyncio.sleep(every_s)
        late_ms.append((loop.time() - due) * 1000)


async def loop_delay_ms(seconds: float) -> list[float]:
    """The delays of this loop for so many seconds, with whatever else runs on it."""
    late_ms: list[float] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await listen_to_loop(late_ms)
    return late_ms
