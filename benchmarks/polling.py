"""From ready at the provider to the picture on our disk: our learnt pace beside other clients and plain loops.

Everybody gets the same ready times, in real time, over sockets; the others half as many, since they learn nothing and
two cores must not run short. Three acts for the same reason: the loops, and ours while it learns; ours; the clients.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, repeat
from math import erf, exp, log, pi, sqrt
from pathlib import Path
from random import Random
from statistics import mean
from typing import Final

import aiohttp

from benchmarks import peers
from benchmarks.figure import Aim, Figure, Ground, SkippedError
from benchmarks.house import log_to_nowhere
from benchmarks.task_server import Plan, Task, Tasks, selling
from bot.clock import RealClock
from bot.job import JobId, Rendered
from bot.pace import Pace, size_class
from bot.providers import Kit, Order
from bot.providers.flux import OFFERS, Flux, Settings, open_provider
from bot.request import ImageId, Imagine, Shape
from bot.store import Store
from bot.watch import Ceiling, Watch

TASKS: Final = 200
LESSONS: Final = 100
OTHERS: Final = 100
"""Tasks of each spread that every other client gets."""
OVER_S: Final = 3.0
"""Tasks are begun evenly over so many seconds."""
MODEL: Final = "flux-dev"
REQUEST: Final = Imagine(prompt="A lighthouse at dusk", shape=Shape(1024, 768), seed=1)


async def _no_shelf(_picture: bytes) -> ImageId:
    raise NotImplementedError("this provider gives links")


ORDER: Final = Order(
    job=JobId("j"), request=REQUEST, model=MODEL, person="p", shelve=_no_shelf, report=lambda progress: None
)
CEILING: Final = Ceiling(looks_per_s=250.0, burst=80, at_once=128)
"""As high above the usual as 200 tasks at once are above the 24 that the vendor allows."""
MOST_GETS: Final = 6.0
"""The aim: no more per task than a plain loop at 1.5 s takes."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long tasks take: a name, a way to draw from it, and the least that delay times GETs can be."""

    name: str
    draw: Callable[[Random], float]
    least: float


def _least_of_bell(median_s: float, sigma: float) -> float:
    """0.5 * (integral of sqrt(f * S))^2 of a log-normal time, by steps of the logarithm."""
    step = 0.001
    whole = 0.0
    for number in range(-6000, 6000):
        z = number * step / sigma
        density, left = exp(-z * z / 2) / (sigma * sqrt(2 * pi)), (1 - erf(z / sqrt(2))) / 2
        whole += sqrt(density * left * median_s * exp(number * step)) * step
    return 0.5 * whole**2


SPREADS: Final = (
    Spread("uniform 2-12 s", lambda random: random.uniform(2, 12), 0.5 * (2 / 3 * sqrt(10)) ** 2),
    Spread("log-normal, median 6 s", lambda random: random.lognormvariate(log(6), 0.4), _least_of_bell(6, 0.4)),
)
LOOPS: Final[Mapping[str, Callable[[], Iterator[float]]]] = {
    "a loop asking every 0.5 s": lambda: repeat(0.5),
    "a loop asking every 1 s": lambda: repeat(1.0),
    "a loop asking every 1.5 s": lambda: repeat(1.5),
    "a loop asking every 5 s": lambda: repeat(5.0),
    "a loop from 0.5 s, each pause half as long again, at most 5 s": lambda: (
        min(5.0, 0.5 * 1.5**turn) for turn in count()
    ),
}
PEERS: Final = {"litellm": "LiteLLM", "blackforest": "BFL's client blackforest"}
OURS: Final = "ours"
LEARNING: Final = "ours, learning"


def _key(who: str, spread: Spread) -> str:
    return f"{who}: {spread.name}"


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    log_to_nowhere()
    random = Random(ground.seed)
    plans: dict[str, Plan] = {}
    for spread in SPREADS:
        plans[_key(LEARNING, spread)] = Plan(work_s=[spread.draw(random) for _ in range(LESSONS)])
        plan = Plan(work_s=[spread.draw(random) for _ in range(TASKS)])
        plans |= {_key(who, spread): plan for who in (OURS, *LOOPS, *PEERS)}
    kept_at: dict[str, float] = {}
    names: dict[str, str] = {}
    async with selling(plans) as tasks, _opened(ground.folder, tasks.url) as house:
        async with asyncio.TaskGroup() as act:
            act.create_task(_loops(tasks, ground.folder, kept_at))
            act.create_task(house.paint(LEARNING, LESSONS, {}))
        await house.paint(OURS, TASKS, kept_at)
        async with asyncio.TaskGroup() as act:
            for name in PEERS:
                act.create_task(_peer(name, tasks, ground.folder, kept_at, names))
        seen = await tasks.told()
    return _figures([(task, kept_at[id_]) for id_, task in seen.items() if id_ in kept_at], names)


@dataclass(frozen=True, slots=True)
class House:
    """Our rooms that a task goes through: the provider's client, the watch, and the store that learns."""

    store: Store
    watch: Watch
    folder: Path
    url: str

    async def paint(self, who: str, tasks: int, kept_at: dict[str, float]) -> None:
        """So many tasks of each spread, by the pace that the store knows as they begin."""
        async with asyncio.TaskGroup() as group:
            for spread in SPREADS:
                group.create_task(self._rush(who, spread, tasks, kept_at))

    async def _rush(self, who: str, spread: Spread, tasks: int, kept_at: dict[str, float]) -> None:
        """What they took is learnt in the order of their submits, as if they had come one after another.

        In the order of their ends, which in one rush is that of their lengths, the longest would seem the newest.
        """
        taken_s = await self.store.durations("flux", spread.name, size_class(REQUEST))
        pace = Pace.learnt(taken_s, OFFERS[MODEL].typical_s)
        provider = open_provider(
            Settings(base_url=self.url), _key(who, spread), Kit(clock=RealClock(), data_dir=self.folder)
        )
        ends = await asyncio.gather(
            *(self._one(provider, pace, OVER_S * number / tasks, kept_at) for number in range(tasks))
        )
        await provider.close()
        for took_s in ends:
            if took_s is not None:
                await self.store.took("flux", spread.name, size_class(REQUEST), took_s)

    async def _one(self, provider: Flux, pace: Pace, opens_s: float, kept_at: dict[str, float]) -> float | None:
        await asyncio.sleep(opens_s)
        began = time.monotonic()
        ticket = await provider.submit(ORDER)
        settled = await self.watch.settle(
            ticket,
            provider.poll,
            report=lambda progress: None,
            pace=pace,
            age_s=time.monotonic() - began,
            left_s=120.0,
            deadline_s=120.0,
        )
        if not isinstance(settled.end, Rendered):
            raise RuntimeError("this provider refuses nothing")  # noqa: TRY004 - nobody passed a wrong type
        await asyncio.to_thread((self.folder / ticket.id).write_bytes, await provider.fetch(settled.end.link))
        kept_at[ticket.id] = time.monotonic()
        return settled.took_s


@asynccontextmanager
async def _opened(folder: Path, url: str) -> AsyncIterator[House]:
    store = await Store.open(f"sqlite:///{folder / 'imagebot.sqlite'}", clock=RealClock())
    watch = Watch(RealClock(), CEILING)
    turning = asyncio.create_task(watch.run())
    try:
        yield House(store, watch, folder, url)
    finally:
        turning.cancel()
        await asyncio.wait({turning})
        await store.close()


async def _loops(tasks: Tasks, folder: Path, kept_at: dict[str, float]) -> None:
    """Every plain loop at once: sleep, ask, and so on."""
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        asyncio.TaskGroup() as group,
    ):

        async def one(key: str, pauses: Iterator[float], opens_s: float) -> None:
            await asyncio.sleep(opens_s)
            address = f"{tasks.url}/v1/{MODEL}"
            async with session.post(address, json={}, headers={"x-key": key}) as response:
                ticket = await response.json()
            answer: dict[str, object] = {}
            while answer.get("status") != "Ready":
                await asyncio.sleep(next(pauses))
                async with session.get(ticket["polling_url"]) as response:
                    answer = await response.json()
            async with session.get(f"{tasks.url}/pictures/{ticket['id']}") as response:
                picture = await response.read()
            await asyncio.to_thread((folder / ticket["id"]).write_bytes, picture)
            kept_at[ticket["id"]] = time.monotonic()

        for who, pauses in LOOPS.items():
            for spread in SPREADS:
                for number in range(OTHERS):
                    group.create_task(one(_key(who, spread), pauses(), OVER_S * number / OTHERS))


async def _peer(name: str, tasks: Tasks, folder: Path, kept_at: dict[str, float], names: dict[str, str]) -> None:
    """Another project's client, where it is installed; where it is not, that is said and the rest goes on."""
    try:
        names[name] = f"{PEERS[name]} {await peers.version(name)}"
        wanted = {_key(name, spread): OTHERS for spread in SPREADS}
        done = await peers.work(name, url=tasks.url, folder=folder, tasks=wanted, over_s=OVER_S)
    except SkippedError as error:
        print(f"(without {PEERS[name]}: {error})", end=" ", file=sys.stderr, flush=True)
        return
    kept_at |= done.kept_at


def _figures(lives: Sequence[tuple[Task, float]], names: Mapping[str, str]) -> list[Figure]:
    delays: dict[str, list[float]] = {}
    gets: dict[str, list[int]] = {}
    for task, kept_at in lives:
        delays.setdefault(task.key, []).append(kept_at - task.ready_at)
        gets.setdefault(task.key, []).append(task.gets)
    figures = []
    for spread in SPREADS:
        mine = _key(OURS, spread)
        delay_s, looks = mean(delays[mine]), mean(gets[mine])
        figures += [
            Figure(
                what=f"{TASKS} tasks, {spread.name}: mean delay x GETs per task",
                ours=delay_s * looks,
                other=spread.least,
                against="limit: no timing of polls can reach less",
                unit="s",
                aim=Aim(1.25),
            ),
            Figure(
                what="the same: GETs per task",
                ours=looks,
                other=MOST_GETS,
                against="limit that we set ourselves",
                unit="",
                aim=Aim(1.0),
            ),
        ]
        figures += [
            Figure(
                what=f"the same: mean delay from ready to our disk, {looks:.1f} GETs",
                ours=delay_s,
                other=mean(delays[key]),
                against=f"{names.get(who, who)}, {mean(gets[key]):.1f} GETs",
                unit="s",
            )
            for who in (*PEERS, *LOOPS)
            if (key := _key(who, spread)) in delays
        ]
    return figures
