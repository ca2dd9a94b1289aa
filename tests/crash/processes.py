"""Several processes on one PostgreSQL: gateways, workers, whole houses; one is killed, paused or told to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Final

from tests.crash.scenario import Scenario
from tests.crash.stage import Stage
from tests.crash.town import DOORS
from tests.standins.fault import At

LEASE_S: Final = 9.0
"""After which a process that does not beat is taken for dead."""
WORKER: Final = ("--worker",)
JOBS: Final = 18


async def crowd(stage: Stage) -> None:
    """Wishes by every door, so many of them that some wait, some are bought and some are being bought."""
    await stage.ask(JOBS, doors=DOORS)
    await stage.until(lambda: stage.town.flux.bought >= 4, what="the first purchases")


async def one_of_two(stage: Stage) -> None:
    """Two processes that do everything; one is gone for good."""
    first = await stage.open(doors=DOORS)
    await stage.open(doors=DOORS)
    await crowd(stage)
    await stage.kill(first)


async def worker_killed(stage: Stage) -> None:
    """One gateway, two workers; a worker is gone for good."""
    await stage.open("--doors", ",".join(DOORS), doors=DOORS)
    first = await stage.worker()
    await stage.worker()
    await crowd(stage)
    await stage.kill(first)


async def gateway_killed(stage: Stage) -> None:
    """Two gateways for all doors, one worker; a gateway is gone for good."""
    first = await stage.open("--doors", ",".join(DOORS), doors=DOORS)
    await stage.open("--doors", ",".join(DOORS), doors=DOORS)
    await stage.worker()
    await crowd(stage)
    await stage.kill(first)


async def split_gateways(stage: Stage) -> None:
    """A gateway for each platform and a worker with the web door; Slack's gateway is killed and comes back."""
    await stage.open("--doors", "web", "--worker", doors=["web"])
    await stage.open("--doors", "discord", doors=["discord"])
    slack = await stage.open("--doors", "slack", doors=["slack"])
    await crowd(stage)
    await stage.kill(slack)
    await asyncio.sleep(LEASE_S)  # nobody else has that door
    await stage.open("--doors", "slack", doors=["slack"])


async def zombie(stage: Stage) -> None:
    """A worker is paused for two leases and wakes to find that others took over what it had."""
    await stage.open("--doors", ",".join(DOORS), doors=DOORS)
    first = await stage.worker()
    await stage.worker()
    await crowd(stage)
    first.send(signal.SIGSTOP)
    stage.hurt()
    await asyncio.sleep(2 * LEASE_S)  # two leases
    first.send(signal.SIGCONT)
    await stage.ask(3, doors=DOORS)


async def zombie_house(stage: Stage) -> None:
    """A process with doors is paused for two leases and wakes up amid what another one tells in its place."""
    first = await stage.open(doors=DOORS)
    await stage.open(doors=DOORS)
    await crowd(stage)
    first.send(signal.SIGSTOP)
    stage.hurt()
    await asyncio.sleep(2 * LEASE_S)  # two leases
    first.send(signal.SIGCONT)


def asleep_at(point: str) -> Callable[[Stage], Awaitable[None]]:
    """A process sleeps at exactly that moment for two leases, others do its work, and it goes on where it was."""

    async def play(stage: Stage) -> None:
        sleeper = await stage.open(doors=DOORS, die_at=f"{point}=stop")
        await stage.ask(doors=["web"])
        await stage.asleep(sleeper)
        await stage.open(doors=DOORS)
        await asyncio.sleep(2 * LEASE_S)  # two leases
        sleeper.send(signal.SIGCONT)
        stage.disturb()
        await stage.ask(3, doors=DOORS)

    return play


async def worker_told_to_end(stage: Stage) -> None:
    """A worker is told to end in the middle of everything: what it had goes on elsewhere, nothing in doubt."""
    await stage.open("--doors", ",".join(DOORS), doors=DOORS)
    first = await stage.worker()
    await stage.worker()
    await crowd(stage)
    await stage.told_to_end(first)


async def crowded_cap(stage: Stage) -> None:
    """Four workers before one provider that may have no more than six tasks; one is killed."""
    await stage.open("--doors", "web", doors=["web"])
    workers = [await stage.worker() for _ in range(4)]
    await stage.ask(3 * JOBS)
    await stage.until(lambda: len(stage.town.flux.requests(At.POLL)) >= 6, what="tasks under way")
    await stage.kill(workers[0])


ASLEEP: Final = ("submit.begun", "submit.sent", "collect.kept", "finish.written", "deliver.sent")
BUSY: Final = {"submit_s": 0.3, "work_s": (0.5, 1.5)}


def _scenario(name: str, says: str, play: object, **more: object) -> Scenario:
    given = {"latency": BUSY, "slots": 8, "lasts_s": 35.0, **more}
    return Scenario(name=name, says=says, play=play, databases=("postgresql",), **given)  # type: ignore[arg-type]


WORKER_KILLED: Final = _scenario("worker killed", "a gateway and two workers; kill -9 of a worker", worker_killed)
SCENARIOS: Final = (
    _scenario("two houses, one killed", "kill -9 of one of two whole processes", one_of_two),
    WORKER_KILLED,
    _scenario("gateway killed", "two gateways and a worker; kill -9 of a gateway", gateway_killed),
    _scenario("gateway of its own killed", "Slack's only gateway is gone for a lease", split_gateways),
    _scenario("zombie worker", "a worker sleeps for two leases (SIGSTOP) and wakes", zombie),
    _scenario("zombie house", "a process with doors sleeps for two leases and wakes", zombie_house),
    *(
        _scenario(f"asleep at {point}", f"a process sleeps at {point} for two leases and wakes", asleep_at(point))
        for point in ASLEEP
    ),
    _scenario("worker told to end", "SIGTERM to one of two workers", worker_told_to_end),
    _scenario("cap of six, four workers", "54 jobs, kill -9 of a worker", crowded_cap, slots=6),
)
