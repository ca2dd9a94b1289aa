"""What gets lost when a provider says "too many" or a proxy stumbles: the whole house beside LiteLLM."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Final

from benchmarks import peers
from benchmarks.figure import Figure, Ground, SkippedError
from benchmarks.house import MuteMessenger, open_house
from benchmarks.task_server import Plan, selling
from bot.clock import RealClock
from bot.job import Status
from bot.message import Person, Place
from bot.providers import Kit
from bot.providers.flux import Settings, open_provider
from bot.request import Wish

CROWD: Final = 50
CAP: Final = 24
FEW: Final = 10
WORK_S: Final = (1.0, 4.0)
LIMIT_S: Final = 60.0
"""What is not there by then counts as lost."""
PLACE: Final = Place("mute", "street")

AT_ONCE: Final = f"{CROWD} at once, the provider takes {CAP}"
REFUSED: Final = f"{FEW} at once, the first {FEW} submits get a 429"
STUMBLING: Final = f"{FEW} at once, the first look at each gets a 502"


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    random = Random(ground.seed)
    work_s = [random.uniform(*WORK_S) for _ in range(CROWD)]
    trouble = {
        AT_ONCE: Plan(work_s=work_s, cap=CAP),
        REFUSED: Plan(work_s=work_s, refused_submits=FEW),
        STUMBLING: Plan(work_s=work_s, broken_polls=True),
    }
    sizes = {AT_ONCE: CROWD, REFUSED: FEW, STUMBLING: FEW}
    plans = {f"{who}: {what}": plan for what, plan in trouble.items() for who in ("ours", "peer")}
    loop = asyncio.get_running_loop()
    async with selling(plans) as tasks:
        with ProcessPoolExecutor(max_workers=len(sizes), mp_context=get_context("spawn")) as pool:
            lost = await asyncio.gather(
                *(
                    loop.run_in_executor(pool, _ours, ground.folder / str(number), tasks.url, f"ours: {what}", count)
                    for number, (what, count) in enumerate(sizes.items())
                )
            )
        others, against = await _theirs(tasks.url, ground.folder, sizes)
    return [
        Figure(what=f"{what}: pictures lost", ours=mine, other=others.get(what, 0), against=against, unit="")
        for what, mine in zip(sizes, lost, strict=True)
    ]


def _ours(folder: Path, url: str, key: str, count: int) -> int:
    """In a process of its own, as a house is."""
    return asyncio.run(_lost(folder, url, key, count))


async def _lost(folder: Path, url: str, key: str, count: int) -> int:
    await asyncio.to_thread(folder.mkdir)
    provider = open_provider(Settings(base_url=url), key, Kit(clock=RealClock(), data_dir=folder))
    async with open_house(folder, provider, doors=(PLACE.door,)) as house:
        house.delivery.messengers[PLACE.door] = MuteMessenger()
        accepted = [
            house.desk.accept(
                Wish(prompt=f"A lighthouse at dusk, number {number}", seed=number),
                by=Person(PLACE.door, f"p{number}", f"Person {number}"),
                at=PLACE,
                event=f"event-{number}",
                asked="/imagine",
            )
            for number in range(count)
        ]
        await asyncio.gather(*accepted)
        with suppress(TimeoutError):
            async with asyncio.timeout(LIMIT_S):
                # What was written down is what counts, so that is what is watched.
                while not all(record.status.ended for record in await house.store.jobs(limit=count)):  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
        finished = await house.store.jobs(status=Status.FINISHED, limit=count)
    await provider.close()
    return count - len(finished)


async def _theirs(url: str, folder: Path, sizes: dict[str, int]) -> tuple[dict[str, int], str]:
    """How many LiteLLM lost of each, and its name; nothing where it is not installed."""
    try:
        name = f"LiteLLM {await peers.version('litellm')}"
        wanted = {f"peer: {what}": count for what, count in sizes.items()}
        done = await peers.work("litellm", url=url, folder=folder, tasks=wanted, over_s=0.0)
    except SkippedError as error:
        print(f"(without LiteLLM: {error})", end=" ", file=sys.stderr, flush=True)
        return {}, "what may be lost"
    return {what: done.lost[f"peer: {what}"] for what in sizes}, name
