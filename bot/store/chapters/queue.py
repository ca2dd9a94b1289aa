"""Jobs that are accepted and wait for their turn: in their lanes, which all processes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.breaker import Strain, Trouble
from bot.job import Job, JobId, Pause, Status, Turn
from bot.message import Reply
from bot.spending import Spent, Tab
from bot.store import held, jobs, processes, rerouting, strains, turns, upkeep, usage
from bot.store.chapters.chapter import Chapter
from bot.store.tables import jobs as job_table
from bot.store.values import JobRecord, Usage, Whereabouts


class Queue(Chapter):
    # Events that are acknowledged before they are decided over

    async def hold(self, door: str, event: str, payload: Mapping[str, Any]) -> None:
        """Keep an event, plain JSON, that is acknowledged before it is decided over; a second time does nothing."""
        with suppress(IntegrityError):  # another process was first
            await self._write(held.keep, door, event, payload, self.process, self._clock.now())

    async def let_go(self, door: str, event: str) -> None:
        """The event is decided over, so that no later life needs to."""
        await self._write(held.let_go, door, event)

    async def tried(self, door: str, event: str) -> int:
        """Count one more try of an event that is held; how many there were with it. 0: it was let go."""
        return await self._write(held.tried, door, event)

    async def held(self, door: str) -> tuple[tuple[str, dict[str, Any]], ...]:
        """The door's events that are held, by whichever process; the oldest first."""
        return await self._read(held.of_door, door)

    async def take_held(self, door: str) -> tuple[tuple[str, dict[str, Any]], ...]:
        """The door's events that were held by a process that is gone, from now on by this one; the oldest first."""
        return await self._write(processes.take_held, self.process, door)

    # Taking jobs in, and looking at them

    async def accept(
        self,
        job: Job,
        decide: Callable[[Usage], None],
        *,
        draw: Callable[[int], Reply],
        priority: float = 0.0,
    ) -> int:
        """Let a job wait in its provider's lane, with the hold for it, where `decide` raises nothing over the person's
        numbers as they are now. Gives the number of jobs before it.

        It gets no turn before `announced`. draw makes the first message about it, which is then about to be posted,
        from the number of jobs before it; it is called in a thread. priority is the number of pictures that it may go
        ahead of its turn. Raises DuplicateError with the first job of the same event, PictureUnknownError where a
        source is not in the gallery, what decide raises.
        """

        def take(connection: sa.Connection) -> int:
            return jobs.accept(connection, job, decide, process=self.process, priority=priority, draw=draw)

        try:
            return await self._write(take)
        except IntegrityError:
            # Another process was first with the same event or the same new person; now its row is there to be seen.
            return await self._write(take)

    async def usage(self, person_key: str, tabs: Sequence[Tab], *, now: datetime) -> Usage:
        """The numbers that `accept` would decide over for a job with these tabs."""
        return await self._read(usage.of_person, person_key, tabs, now)

    async def job(self, job: JobId) -> Job:
        """Raises JobUnknownError."""
        return (await self.record(job)).job

    async def record(self, job: JobId) -> JobRecord:
        """Raises JobUnknownError."""
        return await self._read(jobs.one, job)

    async def jobs_of(self, person_key: str, *, limit: int = 50) -> tuple[JobRecord, ...]:
        """A person's jobs, the newest first."""
        return await self._read(jobs.of_person, person_key, limit)

    async def jobs(
        self, *, status: Status | None = None, provider: str | None = None, limit: int = 50
    ) -> tuple[JobRecord, ...]:
        """The newest jobs of all, or of a status or provider."""
        wanted = []
        if status is not None:
            wanted.append(job_table.c.status == status)
        if provider is not None:
            wanted.append(job_table.c.provider == provider)
        return await self._read(jobs.newest, wanted, limit)

    async def ahead(self, job: JobId) -> int:
        """Queued jobs of its lane whose turn comes before this one's; 0 once it runs."""
        return await self._read(jobs.ahead, job)

    async def whereabouts(self) -> Mapping[JobId, Whereabouts]:
        """How the open jobs stand that this process tells of, wherever they run."""
        return await self._read(jobs.whereabouts, self.process, self._clock.now())

    # Turns

    async def lanes(self, names: Sequence[str]) -> None:
        """Have these lanes, so that turns can be given in them."""
        await self._write(turns.make, names)

    async def waiting(self) -> tuple[str, ...]:
        """The lanes in which jobs wait."""
        return await self._read(turns.waiting)

    async def give_turns(self, lane: str, slots: int, *, limit: int) -> tuple[Turn, ...]:
        """Let the next jobs of a lane run in this process, as far as its slots are free over all processes."""
        return await self._write(turns.give, lane, slots, self.process, self._clock.now(), limit)

    async def give_back(self, job: JobId) -> bool:
        """Let a job wait again whose run did not begin here; False where it did, or another process has it by now."""
        return await self._write(turns.give_back, job, self.process)

    async def pause_lane(self, lane: str, until: datetime, reason: str) -> None:
        """Give no turn in the lane before that moment, in any process; `reason` is a key of words/."""
        await self._write(turns.pause, lane, until, reason)

    async def pauses(self) -> tuple[Pause, ...]:
        """The lanes in which no turns are given now."""
        return await self._read(turns.pauses, self._clock.now())

    # Lanes under strain

    async def lane_failed(self, lane: str, trouble: Trouble, asked_s: float | None = None) -> Strain:
        """Count a failure of the lane's provider, which wants to be left alone for asked_s; pauses the lane for all."""

        def fail(connection: sa.Connection) -> Strain:
            turns.make(connection, (lane,))
            return strains.failed(connection, lane, trouble, asked_s, self._clock.now())

        return await self._write(fail)

    async def lane_took(self, lane: str, job: JobId) -> None:
        """The lane's provider answered this job: if that was to try it, the lane is open again."""
        await self._write(strains.taken, lane, job)

    async def strains(self) -> tuple[Strain, ...]:
        """The lanes whose provider did not take its last tasks, paused now or about to be tried."""
        return await self._read(strains.every)

    async def waiting_in(self, lane: str, before: datetime, *, limit: int) -> tuple[Job, ...]:
        """Jobs that wait in the lane and were accepted before that moment, the next first."""
        return await self._read(strains.waiting_in, lane, before, limit)

    async def put_back(self, job: JobId) -> bool:
        """Let a job of this process wait again that surely was not bought, for a run of its own.

        False where it is to be cancelled, has ended, or another process runs it by now.
        """
        mine = sa.and_(job_table.c.run_by == self.process, processes.lives(self.process))
        return await self._write(strains.put_back, job, mine)

    async def reroute(
        self, job: Job, decide: Callable[[Mapping[Tab, Spent]], None], *, found: Status, priority: float
    ) -> bool:
        """Hand a job that was found QUEUED, or RUNNING in this process and surely not bought, to the provider that it
        names now.

        The hold goes along; decide raises, over the counters without the job, where a cap does not allow for it. False
        where the job is not to be moved. The job waits anew at the end of its person's turns.
        """

        def move(connection: sa.Connection) -> bool:
            now = self._clock.now()
            return rerouting.reroute(
                connection, job, decide, found=found, process=self.process, priority=priority, now=now
            )

        return await self._write(move)

    # Upkeep

    async def stuck(self, *, open_since: datetime, untold_since: datetime, limit: int = 50) -> tuple[JobRecord, ...]:
        """Jobs that have been open or untold since before those moments, and all unsure ones; the newest first."""
        return await self._read(upkeep.stuck, open_since, untold_since, limit)

    async def rerun(self, job: JobId, count: Callable[[Job], tuple[Tab, ...]]) -> None:
        """Let a job that ended without a picture wait for another run. Raises JobUnknownError, TooLateError.

        count: the counters that it counts in from now on.
        """
        await self._write(upkeep.rerun, job, count, self._clock.now())
