"""`python -m tests.standins.channel` serves the web channel over the desk in memory, to look at the page."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from adapters import Kit
from adapters.web import Settings, open_adapter
from bot.job import JobId
from tests.standins.desk import StandInDesk


async def painter(desk: StandInDesk, step_s: float = 0.5) -> None:
    """Works every job off as a provider would: a moment in the queue, some progress, a picture."""
    async with asyncio.TaskGroup() as jobs:
        seen: set[JobId] = set()
        while True:
            await desk.accepted.wait()
            desk.accepted.clear()
            for job in [job for job in desk.asks if job not in seen]:
                seen.add(job)
                jobs.create_task(_painted(desk, job, step_s))


async def _painted(desk: StandInDesk, job: JobId, step_s: float) -> None:
    for tenth in range(1, 10, 2):
        await asyncio.sleep(step_s)
        if desk.asks[job].outcome is not None:
            return
        await desk.work(job, word="Pending" if tenth < 3 else "Generating", fraction=tenth / 10)
    await asyncio.sleep(step_s)
    if desk.asks[job].outcome is None:
        await desk.finish(job)


async def serve(port: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = StandInDesk(Path(folder))
        door = open_adapter(Settings(port=port), desk.front, Kit())
        desk.messenger = door.messenger
        await door.open()
        print(door.address, flush=True)
        try:
            await painter(desk)
        finally:
            await door.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 5000))
