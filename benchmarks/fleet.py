"""One worker and four on one PostgreSQL, with a provider that answers with the picture at once: pictures per second."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

from benchmarks.figure import Aim, Figure, Ground, SkippedError
from benchmarks.postgres import serving
from benchmarks.task_server import selling
from bot.clock import RealClock
from bot.job import Job, JobId, new_job_id
from bot.message import Person, Place, Reply, Tone
from bot.request import Imagine, Shape
from bot.store import Store

JOBS: Final = 160
WARM_UP: Final = 24
PEOPLE: Final = 10
WORKERS: Final = (1, 4)
SLOTS: Final = 100
"""As many as a provider can be given: no worker ever waits for one."""
AIM: Final = Aim(3.0, more=True)
"""Where there are cores for four workers, the database and the provider."""
PLACE: Final = Place("nowhere", "square")
"""Of a door that nobody opens: what is measured ends when the picture is ours."""
LIMIT_S: Final = 120.0
LOOK_S: Final = 0.05


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    async with serving(ground.folder) as database, selling({}) as provider:
        one, four = [await _rate(database, provider.url, ground.folder, workers) for workers in WORKERS]
    return [
        Figure(
            what=f"{WORKERS[1]} workers on PostgreSQL, a provider without delay, {os.cpu_count()} cores for all of it",
            ours=four,
            other=one,
            against="one worker",
            unit="pictures/s",
            aim=AIM,
        )
    ]


async def _rate(database: str, provider: str, folder: Path, workers: int) -> float:
    """Pictures per second once every worker runs."""
    store = await Store.open(database, clock=RealClock())
    async with AsyncExitStack() as closing:
        closing.push_async_callback(store.close)
        surroundings = _surroundings(database, provider, folder)
        await asyncio.gather(*(closing.enter_async_context(_worker(surroundings)) for _ in range(workers)))
        await _ended(store, await _waiting(store, WARM_UP))
        loop = asyncio.get_running_loop()
        jobs = await _accepted(store, JOBS)
        began = loop.time()
        await asyncio.gather(*(store.announced(job, None) for job in jobs))
        await _ended(store, jobs)
        return JOBS / (loop.time() - began)


async def _waiting(store: Store, number: int) -> list[JobId]:
    """So many jobs that may have their turn."""
    jobs = await _accepted(store, number)
    await asyncio.gather(*(store.announced(job, None) for job in jobs))
    return jobs


async def _accepted(store: Store, number: int) -> list[JobId]:
    """So many jobs of several people, none of which may have its turn yet."""
    jobs = [_job(each) for each in range(number)]
    for job in jobs:
        await store.accept(job, lambda usage: None, draw=lambda ahead: Reply(tone=Tone.WORKING, title="queued"))
    return [job.id for job in jobs]


async def _ended(store: Store, jobs: list[JobId]) -> None:
    async with asyncio.timeout(LIMIT_S):
        for job in jobs:
            while not (await store.record(job)).status.ended:  # noqa: ASYNC110 - the store rings no bell
                await asyncio.sleep(LOOK_S)


def _job(number: int) -> Job:
    job = new_job_id()
    return Job(
        id=job,
        request=Imagine(prompt="a lighthouse at dusk", shape=Shape(1024, 768), seed=number),
        provider="stability",
        model="core",
        by=Person("nowhere", f"p{number % PEOPLE}", "Somebody"),
        at=PLACE,
        accepted_at=RealClock().now(),
        deadline_s=LIMIT_S,
        reserved_cents=Decimal(3),
        event=job,
    )


@asynccontextmanager
async def _worker(surroundings: Mapping[str, str]) -> AsyncIterator[None]:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--worker", env=surroundings, stderr=asyncio.subprocess.PIPE
    )
    if worker.stderr is None:
        raise RuntimeError("the worker has no output")
    try:
        async with asyncio.timeout(LIMIT_S):
            while b"Ready" not in (line := await worker.stderr.readline()):
                if not line:
                    raise SkippedError("a worker did not start")
        rest = asyncio.create_task(worker.stderr.read())
        yield
        worker.terminate()
        await rest
        await worker.wait()
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()


def _surroundings(database: str, provider: str, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("IMAGEBOT", "LC_"))}
    return {
        **kept,
        "LANG": "C",
        "STABILITY_API_KEY": "fleet",
        "IMAGEBOT__PROVIDERS__ORDER": "stability",
        "IMAGEBOT__PROVIDERS__STABILITY__BASE_URL": provider,
        "IMAGEBOT__PROVIDERS__STABILITY__SLOTS": str(SLOTS),
        "IMAGEBOT__STORE__DATABASE_URL": database,
        "IMAGEBOT__STORE__DATA_DIR": str(folder / "data"),
        "IMAGEBOT__LOG__LEVEL": "error",
        "NO_COLOR": "1",
    }
