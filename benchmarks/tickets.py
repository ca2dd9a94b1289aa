"""A thousand open tickets under the watch, beside the loop that comes first to mind: a task each, asking every 0.5 s.

Both run in real time and at the same time, each in a process of its own, with the same tasks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from random import Random
from statistics import mean, median
from typing import Final

from benchmarks.figure import Figure, Ground
from benchmarks.gauge import listen_to_loop, percentile
from bot.clock import RealClock
from bot.job import Progress, Rendered, Ticket
from bot.watch import Watch

TASKS: Final = 1000
READY_S: Final = (2.0, 12.0)
"""When a task is ready, evenly spread."""
TYPICAL_S: Final = 7.0
OPENING_S: Final = 2.0
"""Over which the tickets are opened, evenly spread: people do not press all at once."""
ANSWER_S: Final = 0.03
"""How long the provider takes to answer a GET."""
PLAIN_PAUSE_S: Final = 0.5
ROUNDS: Final = 2
BEAT_S: Final = 0.02
"""Coarse enough that listening to the loop costs little of the CPU time that is measured."""
LEAST_PRODUCT_S: Final = 0.5 * (2 / 3 * 10**0.5) ** 2
"""Mean delay times mean GETs can't go below 0.5 * (integral of sqrt(f * S))^2: f = 1/10 and S = (12 - t)/10 here."""


class Task:
    """One task at a provider that answers after ANSWER_S; times are the loop's own, in seconds."""

    def __init__(self, opens: float, ready_after: float) -> None:
        self.opens, self.ready_after = opens, ready_after
        self.gets = 0
        self.opened = self.seen = 0.0

    async def look(self, ticket: Ticket) -> Progress | Rendered:
        self.gets += 1
        await asyncio.sleep(ANSWER_S)
        if asyncio.get_running_loop().time() < self.opened + self.ready_after:
            return Progress("Pending")
        return Rendered(word="Ready")

    async def through(self, poll: Callable[[Task], Awaitable[object]]) -> None:
        """Open at its moment, and note when somebody knew that it was ready."""
        await asyncio.sleep(self.opens)
        self.opened = asyncio.get_running_loop().time()
        await poll(self)
        self.seen = asyncio.get_running_loop().time()

    @property
    def delay_s(self) -> float:
        return self.seen - self.opened - self.ready_after


async def _plainly(task: Task) -> None:
    """The peer: no clock shared, no limit on looks at once, no deadline."""
    ticket = Ticket("plain", "task")
    while True:
        await asyncio.sleep(PLAIN_PAUSE_S)
        if isinstance(await task.look(ticket), Rendered):
            return


def _by(watch: Watch) -> Callable[[Task], Awaitable[object]]:
    def settled(task: Task) -> Awaitable[object]:
        return watch.settle(
            Ticket("canned", "task"),
            task.look,
            report=lambda progress: None,
            typical_s=TYPICAL_S,
            left_s=120.0,
            deadline_s=120.0,
        )

    return settled


async def _watched(tasks: list[Task]) -> None:
    watch = Watch(RealClock())
    turning = asyncio.create_task(watch.run())
    await asyncio.gather(*(task.through(_by(watch)) for task in tasks))
    turning.cancel()
    await asyncio.wait({turning})


async def _plain(tasks: list[Task]) -> None:
    await asyncio.gather(*(task.through(_plainly) for task in tasks))


Way = Callable[[list[Task]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Lives:
    """A thousand tasks from submit to picture."""

    cpu_ms_per_ticket_s: float
    gets: float
    delay_s: float
    loop_late_ms: float
    """At the 99th percentile."""


def _live(way: Way, seed: int) -> Lives:
    """In a process of its own."""
    return asyncio.run(_lives(way, Random(seed)))


async def _lives(way: Way, random: Random) -> Lives:
    tasks = [Task(random.uniform(0, OPENING_S), random.uniform(*READY_S)) for _ in range(TASKS)]
    late_ms: list[float] = []
    listening = asyncio.create_task(listen_to_loop(late_ms, every_s=BEAT_S))
    began = time.process_time()
    await way(tasks)
    cpu_ms = (time.process_time() - began) * 1000
    listening.cancel()
    return Lives(
        cpu_ms_per_ticket_s=cpu_ms / sum(task.seen - task.opened for task in tasks),
        gets=mean(task.gets for task in tasks),
        delay_s=mean(task.delay_s for task in tasks),
        loop_late_ms=percentile(late_ms, 99),
    )


def measure(ground: Ground) -> list[Figure]:
    ours, plain = [], []
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        for number in range(ROUNDS):
            mine = pool.submit(_live, _watched, ground.seed + number)
            theirs = pool.submit(_live, _plain, ground.seed + number)
            ours.append(mine.result())
            plain.append(theirs.result())
    against = f"asyncio, a task each asking every {PLAIN_PAUSE_S:g} s"

    def figure(what: str, unit: str, of: Callable[[Lives], float]) -> Figure:
        mine, theirs = (median(of(lives) for lives in side) for side in (ours, plain))
        return Figure(what=what, ours=mine, other=theirs, against=against, unit=unit)

    return [
        figure(
            f"{TASKS:,} tickets, ready after 2-12 s: CPU per ticket and second",
            "ms",
            lambda lives: lives.cpu_ms_per_ticket_s,
        ),
        figure("the same: loop delay p99", "ms", lambda lives: lives.loop_late_ms),
        figure("the same: GETs per task", "", lambda lives: lives.gets),
        figure("the same: mean delay from ready to known", "s", lambda lives: lives.delay_s),
        Figure(
            what="the same: mean delay x GETs per task",
            ours=median(lives.delay_s * lives.gets for lives in ours),
            other=LEAST_PRODUCT_S,
            against="limit: no timing of polls can reach less",
            unit="s",
        ),
    ]
