"""A thousand open tickets under the watch, beside the loop that everybody writes first: a task each, asking every 0.5 s.

CPU, GETs and delays come from a loop whose time leaps over the waits (leap.py); how late the loop is, from real time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from statistics import mean, median
from typing import Final

from benchmarks.figure import Figure, Ground
from benchmarks.gauge import loop_delay_ms, percentile
from benchmarks.leap import LoopClock, leaping
from bot.job import Progress, Rendered, Ticket
from bot.watch import Watch

TASKS: Final = 1000
READY_S: Final = (2.0, 12.0)
"""When a task is ready, evenly spread."""
TYPICAL_S: Final = 7.0
OPENING_S: Final = 5.0
"""Over which the tickets are opened, evenly spread: people do not press all at once."""
ANSWER_S: Final = 0.03
"""How long the provider takes to answer a GET."""
PLAIN_PAUSE_S: Final = 0.5
ROUNDS: Final = 3
WINDOW_S: Final = 4.0
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
    watch = Watch(LoopClock())
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


def _lives(way: Way, random: Random) -> Lives:
    tasks = [Task(random.uniform(0, OPENING_S), random.uniform(*READY_S)) for _ in range(TASKS)]

    async def run() -> None:
        await way(tasks)

    began = time.process_time()
    leaping(run())
    cpu_ms = (time.process_time() - began) * 1000
    return Lives(
        cpu_ms_per_ticket_s=cpu_ms / sum(task.seen - task.opened for task in tasks),
        gets=mean(task.gets for task in tasks),
        delay_s=mean(task.delay_s for task in tasks),
    )


async def _late_ms(way: Way, random: Random) -> list[float]:
    """How late the loop is while a thousand tickets are open and none is ready yet."""
    tasks = [Task(random.uniform(0, 1.0), 3600.0) for _ in range(TASKS)]

    async def run() -> None:
        await way(tasks)

    running = asyncio.create_task(run())
    await loop_delay_ms(2.0)  # until all are open and past their first look
    late_ms = await loop_delay_ms(WINDOW_S)
    running.cancel()
    await asyncio.wait({running})
    return late_ms


def measure(ground: Ground) -> list[Figure]:
    _lives(_watched, Random(ground.seed))
    _lives(_plain, Random(ground.seed))
    ours, plain = [], []
    for number in range(ROUNDS):  # the same tasks for both
        ours.append(_lives(_watched, Random(ground.seed + number)))
        plain.append(_lives(_plain, Random(ground.seed + number)))
    late = percentile(asyncio.run(_late_ms(_watched, Random(ground.seed))), 99)
    plain_late = percentile(asyncio.run(_late_ms(_plain, Random(ground.seed))), 99)
    loop = f"a task each, asking every {PLAIN_PAUSE_S:g} s"
    lives = "tickets, ready after 2-12 s, leaping clock"
    return [
        Figure(
            what=f"{TASKS:,} {lives}: CPU per ticket and second",
            ours=median(each.cpu_ms_per_ticket_s for each in ours),
            other=median(each.cpu_ms_per_ticket_s for each in plain),
            against=loop,
            unit="ms",
        ),
        Figure(
            what="the same: GETs per task",
            ours=median(each.gets for each in ours),
            other=median(each.gets for each in plain),
            against=loop,
            unit="",
        ),
        Figure(
            what="the same: mean delay from ready to known",
            ours=median(each.delay_s for each in ours),
            other=median(each.delay_s for each in plain),
            against=loop,
            unit="s",
        ),
        Figure(
            what="the same: mean delay x GETs",
            ours=median(each.delay_s * each.gets for each in ours),
            other=LEAST_PRODUCT_S,
            against="the least that any timing of polls can reach",
            unit="s",
        ),
        Figure(
            what=f"{TASKS:,} open tickets, real time: loop delay p99",
            ours=late,
            other=plain_late,
            against=loop,
            unit="ms",
        ),
    ]
