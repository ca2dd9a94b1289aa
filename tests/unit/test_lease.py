"""A process among others: it beats, takes over from those that are gone, and ends where it was itself away too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest

from bot.errors import AwayError
from bot.job import JobId, Turn
from bot.lease import AGAIN_S, BEAT_S, LEASE_S, SAFE_S, Lease
from bot.message import Receipt
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import DOORS, anything_goes, drawn, made_job


class Process:
    """A store, and a lease that writes down what it takes over."""

    def __init__(self, store: Store, clock: HeldClock, *, worker: bool = True) -> None:
        self.store, self.clock = store, clock
        self.tales: list[JobId] = []
        self.runs: list[JobId] = []
        self.buried: list[str] = []
        self.broken: set[JobId] = set()
        self.slow = False
        self.stuck = asyncio.Event()
        self.lease = Lease(
            store, clock, worker=worker, tell=self.tell, run=self.run,
            tells=lambda job: job in self.tales, runs=lambda turn: turn.job in self.runs,
            buried=self.bury,
        )  # fmt: skip

    async def bury(self, process: str) -> None:
        self.buried.append(process)

    async def tell(self, job: JobId) -> None:
        self._stumble(job)
        self.tales.append(job)
        if self.slow:
            self.stuck.set()
            await asyncio.Event().wait()

    async def run(self, turn: Turn) -> None:
        self._stumble(turn.job)
        self.runs.append(turn.job)

    async def running(self) -> JobId:
        """A job that runs in this process and is told by it."""
        job = made_job(self.clock)
        await self.store.lanes((job.provider,))
        await self.store.accept(job, anything_goes, draw=drawn)
        await self.store.announced(job.id, Receipt("web", "channel", str(job.id)))
        assert await self.store.give_turns(job.provider, 100, limit=1)
        return job.id

    async def pass_s(self, seconds: float, *, loops: int = 2) -> None:
        """Let time pass, and after each beat let both loops of the lease, or what is left of them, come to rest."""
        for _ in range(round(seconds / BEAT_S)):
            await self.clock.asleep(loops)
            await self.clock.advance(BEAT_S)
        await self.clock.asleep(loops)

    def _stumble(self, job: JobId) -> None:
        if job in self.broken:
            raise KeyError("written by a later release")


@asynccontextmanager
async def process(
    url: str, *, worker: bool = True, doors: tuple[str, ...] = DOORS, clock: HeldClock | None = None
) -> AsyncIterator[Process]:
    clock = clock or HeldClock()
    store = await Store.open(url, clock=clock)
    opened = Process(store, clock, worker=worker)
    await opened.lease.enter(doors)
    try:
        yield opened
    finally:
        await store.close()


@asynccontextmanager
async def going(one: Process) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(one.lease.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


def silence(url: str, one: Process, seconds: float = LEASE_S + 1) -> None:
    """As if the process had not beaten for so long."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "UPDATE processes SET beat_at = beat_at - make_interval(secs => %s) WHERE id = %s",
            (seconds, one.store.process),
        )


async def test_what_a_silent_process_did_is_carried_on_with_by_exactly_one(postgres_url: str) -> None:
    async with process(postgres_url) as gone, process(postgres_url) as first, process(postgres_url) as second:
        jobs = [await gone.running() for _ in range(6)]
        await asyncio.gather(first.lease.take_over(), second.lease.take_over())
        assert first.runs + second.runs + first.tales + second.tales == []
        silence(postgres_url, gone)
        await asyncio.gather(first.lease.take_over(), second.lease.take_over())
        await asyncio.gather(first.lease.take_over(), second.lease.take_over())
        assert sorted(first.runs + second.runs) == jobs
        assert sorted(first.tales + second.tales) == jobs
        assert first.buried + second.buried == [gone.store.process]


async def test_who_has_no_worker_or_not_the_door_leaves_that_to_others(postgres_url: str) -> None:
    async with (
        process(postgres_url) as gone,
        process(postgres_url, worker=False) as door,
        process(postgres_url, doors=()) as worker,
        process(postgres_url, worker=False, doors=("slack",)) as stranger,
    ):
        job = await gone.running()
        await gone.lease.leave()
        for one in (stranger, door, worker):
            await one.lease.take_over()
        assert (stranger.tales, stranger.runs) == ([], [])
        assert (door.tales, door.runs) == ([job], [])
        assert (worker.tales, worker.runs) == ([], [job])


async def test_a_process_that_leaves_is_carried_on_with_at_the_next_beat(postgres_url: str) -> None:
    async with process(postgres_url) as gone, process(postgres_url) as heir, going(heir):
        job = await gone.running()
        await heir.pass_s(LEASE_S * 2)
        assert heir.runs == []
        await gone.lease.leave()
        await heir.pass_s(BEAT_S)
        assert (heir.runs, heir.tales) == ([job], [job])


async def test_a_process_that_was_away_ends_by_itself_and_no_other(postgres_url: str) -> None:
    async with process(postgres_url) as away, process(postgres_url) as other, going(away) as end, going(other) as stays:
        await away.pass_s(BEAT_S)
        silence(postgres_url, away)
        await other.lease.take_over()
        await away.clock.advance(BEAT_S)
        with pytest.raises(AwayError):
            await end
        await other.pass_s(LEASE_S)
        assert not stays.done()


async def test_beats_go_on_through_errors_and_who_cannot_beat_says_nothing_more(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process(postgres_url) as one, going(one) as task:
        beat = one.store.beat

        async def stumble() -> bool:
            raise OSError("the database is away")

        monkeypatch.setattr(one.store, "beat", stumble)
        assert one.lease.held
        await one.pass_s(SAFE_S)
        assert not one.lease.held
        assert not task.done()
        monkeypatch.setattr(one.store, "beat", beat)
        await one.pass_s(BEAT_S)
        assert one.lease.held


async def test_a_process_beats_although_taking_over_takes_long(postgres_url: str) -> None:
    async with process(postgres_url) as gone, process(postgres_url) as heir, going(heir):
        heir.slow = True
        job = await gone.running()
        await gone.lease.leave()
        await heir.clock.asleep(2)
        await heir.clock.advance(BEAT_S)
        async with asyncio.timeout(10):
            await heir.stuck.wait()
        await heir.pass_s(LEASE_S * 3, loops=1)
        assert heir.tales == [job]
        assert heir.runs == []
        assert heir.lease.held


async def test_one_job_that_cannot_be_read_keeps_no_other_and_is_tried_again(postgres_url: str) -> None:
    async with process(postgres_url) as gone, process(postgres_url) as heir:
        broken, *others = [await gone.running() for _ in range(3)]
        await gone.lease.leave()
        heir.broken = {broken}
        await heir.lease.take_over()
        assert (heir.runs, heir.tales) == (others, others)
        heir.broken = set()
        await heir.lease.take_over()
        assert broken not in heir.runs
        await heir.clock.advance(AGAIN_S)
        await heir.lease.take_over()
        assert (heir.runs, heir.tales) == ([*others, broken], [*others, broken])
        await heir.clock.advance(AGAIN_S)
        await heir.lease.take_over()
        assert len(heir.runs) == len(heir.tales) == 3


async def test_a_process_goes_in_order_from_a_database_that_does_not_work(postgres_url: str) -> None:
    async with process(postgres_url) as one:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("ALTER TABLE processes RENAME TO gone")
            await one.lease.leave()
            admin.execute("ALTER TABLE gone RENAME TO processes")


async def test_a_file_has_one_process_which_lost_nothing_by_being_away(tmp_path: Path) -> None:
    async with process(f"sqlite:///{tmp_path / 'imagebot.sqlite'}") as one, going(one) as task:
        await one.clock.advance(LEASE_S * 100)
        await one.pass_s(BEAT_S)
        assert one.lease.held
        assert not task.done()


async def test_who_could_not_beat_itself_buries_nobody_who_may_be_about_to(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process(postgres_url) as back, process(postgres_url) as other, going(back):
        beat = back.store.beat

        async def stumble() -> bool:
            raise OSError("the database is away")

        monkeypatch.setattr(back.store, "beat", stumble)
        await back.pass_s(LEASE_S)
        monkeypatch.setattr(back.store, "beat", beat)
        silence(postgres_url, other)  # the database was away for both of them
        await back.pass_s(BEAT_S * 2)
        assert await other.store.beat()
        silence(postgres_url, other)
        await back.pass_s(LEASE_S)
        assert not await other.store.beat()


async def test_a_look_that_waited_for_the_database_buries_nobody(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process(postgres_url) as back, process(postgres_url) as other:
        silence(postgres_url, other)
        silent = back.store.silent

        async def waiting(lease_s: float) -> bool:
            await back.clock.sleep(LEASE_S)
            return await silent(lease_s)

        monkeypatch.setattr(back.store, "silent", waiting)
        looking = asyncio.create_task(back.lease.take_over())
        await back.clock.asleep(1)
        await back.clock.advance(LEASE_S)
        await looking
        assert await other.store.beat()


async def test_what_a_living_process_was_given_and_does_not_carry_is_carried_on_with(postgres_url: str) -> None:
    async with process(postgres_url) as one:
        kept, lost = await one.running(), await one.running()
        one.runs, one.tales = [kept], [kept]
        await one.lease.take_over()
        await one.clock.advance(AGAIN_S)
        await one.lease.take_over()
        assert (one.runs, one.tales) == ([kept, lost], [kept, lost])
        await one.clock.advance(AGAIN_S)
        await one.lease.take_over()
        assert (one.runs, one.tales) == ([kept, lost], [kept, lost])


async def test_a_process_with_nothing_to_take_over_writes_only_its_beats(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process(postgres_url) as one, process(postgres_url), going(one):
        await one.running()
        wrote: list[str] = []
        for verb in ("bury", "take_tales", "take_runs"):
            monkeypatch.setattr(one.store, verb, partial(_noted, wrote, verb))
        await one.pass_s(BEAT_S * 3)
        assert wrote == []


async def _noted(wrote: list[str], verb: str, *_: object) -> tuple[()]:
    wrote.append(verb)
    return ()
