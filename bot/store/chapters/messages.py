"""What people see of their jobs, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.job import JobId
from bot.message import Receipt, Reply
from bot.store import announcements, jobs, processes
from bot.store.chapters.chapter import Chapter
from bot.store.tables import jobs as job_table
from bot.store.values import KeptReply


class Messages(Chapter):
    async def announced(self, job: JobId, receipt: Receipt | None) -> None:
        """Let the job have its turn, and keep where its first message stands, if the platform took it."""
        await self._write(_announced, job, receipt, self._clock.now())

    async def posting(self, job: JobId) -> bool:
        """Note that a new message is about to be posted: after a crash, look for it before posting again.

        False where another process tells of the job, having taken over while this one was away.
        """
        mine = sa.and_(job_table.c.told_by == self.process, processes.lives(self.process))
        return await self._write(jobs.change, job, mine, posting_at=self._clock.now())

    async def keep_receipt(self, job: JobId, receipt: Receipt) -> None:
        """Note where the job's message stands now; earlier receipts still find the job."""
        await self._write(announcements.keep_receipt, job, receipt, self._clock.now())

    async def job_at(self, receipt: Receipt) -> JobId | None:
        """The job whose message stands there."""
        return await self._read(announcements.job_at, receipt)

    async def keep_reply(self, job: JobId, reply: Reply) -> int:
        """The message as it stands from now on; gives its revision. A deleted message stays deleted."""
        return await self._write(announcements.keep_reply, job, reply, self._clock.now())

    async def delivered(self, job: JobId, told: bool = True) -> None:
        """Note that the end was told, or (told=False) that there is no place for it but the list of a person's jobs."""
        await self._write(jobs.delivered, job, self._clock.now(), told)

    async def shown(self, ended: Sequence[JobId]) -> None:
        """Note that their person has seen these ends, so that they are not untold any more."""
        if ended:
            await self._write(jobs.shown, ended)

    async def replies(
        self, door: str, place: str, *, since: int = 0, before: int | None = None, limit: int = 50
    ) -> Sequence[KeptReply]:
        """The messages of a place that all may see, oldest first.

        With since: what changed after that revision, deletions too, in the order of change. Else the last `limit`
        that are there, or those before the position `before`, in the order of posting.
        """
        if since > 0:
            return await self._read(announcements.since, door, place, since, limit)
        return await self._read(announcements.last, door, place, before, limit)


def _announced(connection: sa.Connection, job: JobId, receipt: Receipt | None, now: datetime) -> None:
    jobs.announced(connection, job)
    if receipt is not None:
        announcements.keep_receipt(connection, job, receipt, now)
