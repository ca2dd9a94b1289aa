"""Jobs on their way to their end, and the processes that run them and tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.errors import BudgetSpentError
from bot.job import Cancelled, Job, JobId, Outcome, Status, Ticket, Turn
from bot.store import callbacks, jobs, ledger, processes, unsure
from bot.store.chapters.chapter import Chapter
from bot.store.tables import jobs as job_table


class Runs(Chapter):
    # Processes

    async def enter(self, *, worker: bool, doors: Sequence[str]) -> None:
        """Write this process down as living."""
        alone = not self.shared

        def write(connection: sa.Connection) -> None:
            now = self._clock.now()
            processes.enter(connection, self.process, now, worker=worker, doors=doors, alone=alone)

        await self._write(write)

    async def beat(self) -> bool:
        """Say that this process lives; False where it was away for so long that others have taken over."""
        now = self._clock.now()
        return await self._transactions.write_ahead(lambda connection: processes.beat(connection, self.process, now))

    async def leave(self) -> None:
        """This process goes; what it leaves undone is free for others at once."""
        await self._write(processes.leave, self.process)

    async def bury(self, lease_s: float) -> tuple[str, ...]:
        """Remove the processes that have not beaten for that long; gives their ids."""
        return await self._write(processes.bury, lease_s, self._clock.now()) if self.shared else ()

    async def silent(self, lease_s: float) -> bool:
        """Whether there are processes to bury."""
        return self.shared and await self._read(processes.silent, lease_s, self._clock.now())

    async def left(self, doors: Sequence[str], *, worker: bool) -> bool:
        """Whether there is anything to take over: for a process with these doors, that works or does not."""
        return await self._read(processes.left, doors, worker=worker)

    async def given(self) -> tuple[tuple[Turn, ...], tuple[JobId, ...]]:
        """What this process has to carry by the book: jobs that run here, and open ones that it tells of."""
        return await self._read(processes.given, self.process)

    async def take_runs(self, limit: int) -> tuple[Turn, ...]:
        """Running jobs whose process is gone, from now on this one's; the oldest first."""
        return await self._write(processes.take_runs, self.process, limit)

    async def take_tales(self, doors: Sequence[str], limit: int) -> tuple[JobId, ...]:
        """Jobs of these doors, open or untold, whose teller is gone, from now on this one's; the oldest first."""
        return await self._write(processes.take_tales, self.process, doors, limit)

    async def untold(self, doors: Sequence[str], limit: int) -> tuple[JobId, ...]:
        """Jobs of these doors that have ended and whose end this process is to tell; the oldest first."""
        return await self._read(jobs.untold, self.process, doors, limit)

    async def stopping(self) -> tuple[JobId, ...]:
        """Jobs that run in this process and are to be cancelled."""
        return await self._read(jobs.stopping, self.process)

    # A job's way

    async def begin(self, job: JobId) -> bool:
        """Note that the job runs here; False where it has ended, or another process has it by now."""
        return await self._write(jobs.begin, job, self.process, self._clock.now())

    async def submitting(self, job: JobId) -> bool:
        """Note in the ledger that a paid request is about to leave. False where it must not: ended, to be cancelled, or
        run by another process, which took it over while this one was away.

        The answer and the note are one transaction, so a cancellation comes either before the money or after it.
        """
        return await self._write(jobs.submitting, job, self.process, self._clock.now())

    async def ticketed(self, job: JobId, ticket: Ticket) -> None:
        """Note the provider's claim check."""
        await self._write(jobs.ticketed, job, ticket)

    async def words(self, said: Mapping[JobId, tuple[str, float | None]]) -> None:
        """Note the provider's own status words, and 0..1 where it tells, for processes that tell of these jobs."""
        await self._write(jobs.words, said)

    async def finish(self, job: JobId, outcome: Outcome) -> bool:
        """End the job and settle its hold. The first outcome stands: False where it had ended before, or where another
        process runs it by now.
        """
        mine = sa.or_(job_table.c.run_by.is_(None), job_table.c.run_by == self.process)
        return await self._write(jobs.finish, job, outcome, self._clock.now(), mine)

    async def cancel_queued(self, job: JobId) -> bool:
        """End a job as cancelled and give its hold back, if it is still queued; else False."""
        queued = job_table.c.status == Status.QUEUED
        return await self._write(jobs.finish, job, Cancelled(), self._clock.now(), queued)

    async def take_back(self, job: JobId) -> bool:
        """The same for a job that could not be announced: there is nothing to tell where no message of it stands."""
        return await self._write(jobs.take_back, job, self._clock.now())

    async def fail_queued(self, job: JobId, lane: str, outcome: Outcome) -> bool:
        """End a job that still waits in that lane; else False."""
        queued = sa.and_(job_table.c.status == Status.QUEUED, job_table.c.lane == lane)
        return await self._write(jobs.finish, job, outcome, self._clock.now(), queued)

    async def ask_cancel(self, job: JobId) -> bool:
        """Leave a word for the run that it is to stop; False where the job has ended."""
        return await self._write(jobs.change, job, cancel_asked=True)

    async def cancel_asked(self, job: JobId) -> bool:
        return await self._read(jobs.cancel_asked, job)

    # What nobody knew at first

    async def called(self, turn: Turn, task: str) -> bool:
        """Note that a provider called about a task of that attempt; False where it had before."""
        with suppress(IntegrityError):  # it called twice at once
            return await self._write(callbacks.keep, turn, task, self._clock.now())
        return False

    async def task_of(self, turn: Turn) -> str | None:
        """The task of that attempt, where its provider called."""
        return await self._read(callbacks.of, turn)

    async def tasks_called(self) -> tuple[str, ...]:
        """Tasks that were called about and whose jobs run in this process."""
        return await self._read(callbacks.here, self.process)

    async def take_unsure(self, limit: int) -> tuple[JobId, ...]:
        """Unsure jobs that are to be looked at again, now and by this process; the oldest first."""
        return await self._write(unsure.take_due, self._clock.now(), limit)

    async def settle(self, job: JobId, outcome: Outcome, *, ticket: Ticket | None = None) -> bool:
        """Give an unsure job its true end, with its claim check if that came late; False where it has an end."""
        return await self._write(unsure.settle, job, outcome, ticket, self._clock.now())

    async def resubmitting(self, job: Job) -> bool:
        """Count an unsure purchase as paid, before there is a second one; False where a cap does not allow for it."""
        try:
            await self._write(unsure.resubmitting, job, self._clock.now())
        except BudgetSpentError:
            return False
        return True

    async def not_resubmitted(self, job: Job) -> None:
        """The second purchase surely was not made: the first is unsure as before."""
        await self._write(ledger.undoubt, job, self._clock.now())
