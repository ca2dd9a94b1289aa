"""Up to 10,000 open tickets under the watch, beside the loop that comes first to mind: a task each, asking every 0.5 s.

Both run in real time and at the same time, each in a process of its own, with the same tasks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from random import Random
from statistics import mean
from typing import Final

from benchmarks.figure import Aim, Figure, Ground
from benchmarks.gauge import listen_to_loop, most_rss_mib, percentile
from bot.clock import RealClock
from bot.job import Progress, Rendered, Ticket
from bot.pace import Pace
from bot.watch import Watch

ACTS: Final = ((100, 1000), (10_000,))
"""How many tickets are open; those of an act are measured at the same time."""
KEYED: Final = 20
"""Tickets of one key; a vendor allows 24 tasks under way."""
RSS_LIMIT_MIB: Final = 300.0
LATE_LIMIT_MS: Final = 50.0
READY_S: Final = (2.0, 12.0)
"""When a task is ready, evenly spread."""
TYPICAL_S: Final = 7.0
TAKEN_S: Final = tuple(Random(0).uniform(*READY_S) for _ in range(100))
"""What was learnt before."""
OPENING_S: Final = 2.0
"""Over which the tickets are opened, evenly spread: people do not press all at once."""
ANSWER_S: Final = 0.03
"""How long the provider takes to answer a GET."""
PLAIN_PAUSE_S: Final = 0.5
BEAT_S: Final = 0.02
"""Coarse enough that listening to the loop costs little of the CPU time that is measured."""
LEAST_PRODUCT_S: Final = 0.5 * (2 / 3 * 10**0.5) ** 2
"""Mean delay times mean GETs can't go below 0.5 * (integral of sqrt(f * S))^2: f = 1/10 and S = (12 - t)/10 here."""


class Task:
    """One task at a provider that answers after ANSWER_S; times are the loop's own, in seconds."""

    def __init__(self, number: int, opens: float, ready_after: float) -> None:
        self.number, self.opens, self.ready_after = number, opens, ready_after
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
            Ticket(f"key-{task.number // KEYED}", str(task.number)),
            task.look,
            report=lambda progress: None,
            pace=Pace.learnt(TAKEN_S, TYPICAL_S),
            age_s=0.0,
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
    """Many tasks from submit to picture."""

    cpu_ms_per_ticket_s: float
    gets: float
    delay_s: float
    loop_late_ms: float
    """At the 99th percentile."""
    rss_mib: float
    """The most that the process held, with everything it had imported."""
    rss_kib_per_ticket: float


def _live(way: Way, count: int, seed: int) -> Lives:
    """In a process of its own."""
    return asyncio.run(_lives(way, count, Random(seed)))


async def _lives(way: Way, count: int, random: Random) -> Lives:
    before_mib = most_rss_mib()
    tasks = [Task(number, random.uniform(0, OPENING_S), random.uniform(*READY_S)) for number in range(count)]
    late_ms: list[float] = []
    listening = asyncio.create_task(listen_to_loop(late_ms, every_s=BEAT_S))
    began = time.process_time()
    await way(tasks)
    cpu_ms = (time.process_time() - began) * 1000
    listening.cancel()
    rss_mib = most_rss_mib()
    return Lives(
        cpu_ms_per_ticket_s=cpu_ms / sum(task.seen - task.opened for task in tasks),
        gets=mean(task.gets for task in tasks),
        delay_s=mean(task.delay_s for task in tasks),
        loop_late_ms=percentile(late_ms, 99),
        rss_mib=rss_mib,
        rss_kib_per_ticket=(rss_mib - before_mib) * 1024 / count,
    )


def measure(ground: Ground) -> list[Figure]:
    ours: dict[int, Lives] = {}
    plain: dict[int, Lives] = {}
    for act in ACTS:
        with ProcessPoolExecutor(
            max_workers=2 * len(act), mp_context=get_context("spawn"), max_tasks_per_child=1
        ) as pool:
            mine = {count: pool.submit(_live, _watched, count, ground.seed) for count in act}
            theirs = {count: pool.submit(_live, _plain, count, ground.seed) for count in act}
            ours |= {count: lives.result() for count, lives in mine.items()}
            plain |= {count: lives.result() for count, lives in theirs.items()}
    against = f"asyncio, a task each asking every {PLAIN_PAUSE_S:g} s"
    figures = []
    for count in ours:
        name = f"{count:,} open tickets, ready after 2-12 s"
        figures += [
            Figure(what=f"{name}: {what}", ours=of(ours[count]), other=of(plain[count]), against=against, unit=unit)
            for what, unit, of in PER_TICKET
        ]
    most = ours[max(ours)]
    return [
        *figures,
        _limited("the same: loop delay p99", most.loop_late_ms, LATE_LIMIT_MS, "ms"),
        _limited("the same: RSS of the whole process", most.rss_mib, RSS_LIMIT_MIB, "MiB"),
        Figure(
            what=f"{ACTS[0][-1]:,} of them: mean delay x GETs per task",
            ours=ours[ACTS[0][-1]].delay_s * ours[ACTS[0][-1]].gets,
            other=LEAST_PRODUCT_S,
            against="limit: no timing of polls can reach less",
            unit="s",
        ),
    ]


PER_TICKET: Final[Sequence[tuple[str, str, Callable[[Lives], float]]]] = (
    ("CPU per ticket and second", "ms", lambda lives: lives.cpu_ms_per_ticket_s),
    ("RSS per ticket", "KiB", lambda lives: lives.rss_kib_per_ticket),
    ("loop delay p99", "ms", lambda lives: lives.loop_late_ms),
)


def _limited(what: str, value: float, limit: float, unit: str) -> Figure:
    return Figure(what=what, ours=value, other=limit, against="limit that we set ourselves", unit=unit, aim=Aim(1.0))
