"""Real worker processes: progress, stopping, dying, and leaving nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import WorkerDiedError
from bot.providers.local.crew import Crew
from bot.providers.local.worker import Setup
from tests.unit.providers.local import chores

ROOT = Path(__file__).parents[4]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@asynccontextmanager
async def crew_of(tmp_path: Path, size: int = 1, memory_mb: int = 512) -> AsyncIterator[Crew]:
    crew = Crew(Setup(data_dir=tmp_path, threads=1, memory_bytes=memory_mb * 1024 * 1024), size=size)
    try:
        yield crew
    finally:
        await crew.close()


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def is_soon(condition: Callable[[], bool], within_s: float) -> bool:
    end = time.monotonic() + within_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


async def test_a_worker_stays_warm_and_tells_how_far_it_is(tmp_path: Path) -> None:
    heard: list[float] = []
    async with crew_of(tmp_path) as crew:
        first = await crew.do(chores.name, limit_s=10)
        assert await crew.do(chores.work, 0.6, limit_s=10, heard=heard.append) == first
    assert heard == sorted(heard)
    assert len(heard) >= 3


async def test_what_a_job_raises_comes_back_and_the_worker_lives(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        first = await crew.do(chores.name, limit_s=10)
        with pytest.raises(ValueError, match="no such thing"):
            await crew.do(chores.fail, limit_s=10)
        assert await crew.do(chores.name, limit_s=10) == first


async def test_two_workers_work_at_once_and_a_third_job_waits_for_a_seat(tmp_path: Path) -> None:
    async with crew_of(tmp_path, size=2) as crew:
        pids = await asyncio.gather(*(crew.do(chores.work, 0.4, limit_s=10) for _ in range(3)))
    assert len(set(pids)) == 2


async def test_a_cancelled_job_stops_within_half_a_second_and_keeps_its_worker(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        first = await crew.do(chores.name, limit_s=10)
        job = asyncio.ensure_future(crew.do(chores.work, 30, limit_s=60))
        await asyncio.sleep(0.3)
        job.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert await crew.do(chores.name, limit_s=10) == first
        assert time.monotonic() - began < 0.5


async def test_a_cancelled_job_that_does_not_listen_loses_its_worker(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        first = await crew.do(chores.name, limit_s=10)
        job = asyncio.ensure_future(crew.do(chores.hang, limit_s=60))
        await asyncio.sleep(0.3)
        job.cancel()
        began = time.monotonic()
        assert await crew.do(chores.name, limit_s=10) != first
        assert time.monotonic() - began < 8


async def test_a_job_cancelled_while_it_waits_for_a_seat_never_runs(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        busy = asyncio.ensure_future(crew.do(chores.work, 0.5, limit_s=10))
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(crew.do(chores.die, limit_s=10))
        await asyncio.sleep(0.05)
        waiting.cancel()
        pid = await busy
        assert await crew.do(chores.name, limit_s=10) == pid


async def test_a_job_cancelled_while_the_first_worker_starts_gives_its_seat_back(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        job = asyncio.ensure_future(crew.do(chores.work, 30, limit_s=60))
        await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert await crew.do(chores.echo, "still here", limit_s=10) == "still here"


async def test_a_job_that_takes_too_long_is_ended_and_the_next_one_works(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        with pytest.raises(WorkerDiedError, match="out of time"):
            await crew.do(chores.hang, limit_s=0.5)
        assert await crew.do(chores.echo, "next", limit_s=10) == "next"


async def test_a_worker_that_dies_at_work_is_an_error_of_ours_and_the_next_job_works(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        with pytest.raises(WorkerDiedError):
            await crew.do(chores.die, limit_s=10)
        assert await crew.do(chores.echo, "next", limit_s=10) == "next"


@pytest.mark.parametrize("pause_s", [0.0, 0.4])
async def test_a_worker_killed_while_idle_is_replaced_unseen(tmp_path: Path, pause_s: float) -> None:
    async with crew_of(tmp_path) as crew:
        os.kill(await crew.do(chores.name, limit_s=10), signal.SIGKILL)
        await asyncio.sleep(pause_s)
        assert await crew.do(chores.echo, "next", limit_s=10) == "next"


@linux_only
async def test_a_job_that_wants_too_much_memory_ends_without_harm(tmp_path: Path) -> None:
    async with crew_of(tmp_path, memory_mb=256) as crew:
        with pytest.raises(WorkerDiedError, match="memory"):
            await crew.do(chores.gulp, limit_s=10)
        assert await crew.do(chores.echo, "next", limit_s=10) == "next"


async def test_workers_carry_nothing_they_do_not_need(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        assert await crew.do(chores.loaded, limit_s=10) == []


async def test_ctrl_c_is_the_parents(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        assert not await crew.do(chores.hears_interrupts, limit_s=10)


@linux_only
async def test_close_ends_the_workers_and_the_jobs(tmp_path: Path) -> None:
    async with crew_of(tmp_path) as crew:
        pid = await crew.do(chores.name, limit_s=10)
        job = asyncio.ensure_future(crew.do(chores.work, 30, limit_s=60))
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await crew.close()
        with pytest.raises(WorkerDiedError):
            await job
        assert time.monotonic() - began < 4
        assert gone(pid)
        with pytest.raises(WorkerDiedError):
            await crew.do(chores.name, limit_s=10)


@linux_only
def test_workers_end_when_their_parent_is_killed_in_the_middle_of_a_job(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from pathlib import Path
from bot.providers.local.crew import Crew
from bot.providers.local.worker import Setup
from tests.unit.providers.local import chores
async def main():
    crew = Crew(Setup(data_dir=Path(sys.argv[1]), threads=1, memory_bytes=2**29), size=1)
    print(await crew.do(chores.name, limit_s=20), flush=True)
    await crew.do(chores.work, 60, limit_s=60)
if __name__ == "__main__":
    asyncio.run(main())
"""
    main = tmp_path / "parent.py"
    main.write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(main), str(tmp_path)], stdout=subprocess.PIPE, env=environment, text=True
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        parent.kill()
        assert is_soon(lambda: gone(pid), within_s=5)
