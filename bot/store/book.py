"""The book of the house: every verb is one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.clock import Clock
from bot.errors import DiskFullError
from bot.job import Cancelled, Job, JobId, Outcome, Status, Ticket
from bot.message import Receipt, Reply
from bot.record import encode
from bot.request import ImageId
from bot.store import announcements, held, images, jobs, ledger, oblivion, opening, pace, usage
from bot.store.lock import Lock, file_of, take
from bot.store.tables import jobs as job_table
from bot.store.transactions import Transactions
from bot.store.values import Forgotten, JobRecord, KeptReply, LedgerSum, SavedImage, Spend, Usage

P = ParamSpec("P")
R = TypeVar("R")


class Store:
    """The database. What has ended stays ended: verbs about a job's way do nothing once it has."""

    def __init__(self, engine: sa.Engine, clock: Clock, lock: Lock | None) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = lock
        self._transactions = Transactions(engine, writers=1 if lock else opening.WRITERS)

    @classmethod
    async def open(cls, url: str, *, clock: Clock) -> Store:
        """Open a database such as "sqlite:///data/bot.sqlite" and bring its schema up to date.

        Raises SettingsError where another process has the file open, or the schema is newer than this release.
        """
        engine = opening.connect(url)
        database, lock = file_of(url), None
        try:
            if database is not None:
                await asyncio.to_thread(opening.make_file, database)
                lock = await asyncio.to_thread(take, database)
            await asyncio.to_thread(opening.bring_up, engine, url)
        except BaseException:
            await asyncio.to_thread(engine.dispose)
            if lock is not None:
                lock.release()
            raise
        return cls(engine, clock, lock)

    def announce(self, address: str) -> None:
        """Leave this process's web address beside the file, for `running(url)`."""
        if self._lock is not None:
            self._lock.announce(address)

    async def close(self) -> None:
        """Let the transactions under way end, then close every connection."""
        await self._transactions.close()
        await asyncio.to_thread(self._engine.dispose)
        if self._lock is not None:
            self._lock.release()

    @property
    def engines(self) -> tuple[sa.Engine, sa.Engine]:
        """For a library that keeps tables of its own here: the engine to read with, and the one to write with."""
        return self._engine, self._engine.execution_options(**{opening.WRITES: True})

    # Taking jobs in, and looking at them

    async def hold(self, door: str, event: str, payload: Mapping[str, Any]) -> None:
        """Keep an event, plain JSON, that is acknowledged before it is decided over; a second time does nothing."""
        with suppress(IntegrityError):  # another process was first
            await self._write(held.keep, door, event, payload, self._clock.now())

    async def let_go(self, door: str, event: str) -> None:
        """The event is decided over, so that no later life needs to."""
        await self._write(held.let_go, door, event)

    async def tried(self, door: str, event: str) -> int:
        """Count one more try of an event that is held; how many there were with it. 0: it was let go."""
        return await self._write(held.tried, door, event)

    async def held(self, door: str) -> tuple[tuple[str, dict[str, Any]], ...]:
        """The door's events that are held, the oldest first."""
        return await self._read(held.of_door, door)

    async def accept(
        self, job: Job, lane: str, decide: Callable[[Usage], None], *, day_starts_at: datetime | None = None
    ) -> int:
        """Write a job and the hold for it, where `decide` raises nothing over the person's numbers as they are now.

        Gives the number of queued jobs before it in its lane. day_starts_at begins the day of `pictures_today`; by
        default the last midnight, UTC. Raises DuplicateError with the first job of the same event, PictureUnknownError
        where a source is not in the gallery, what decide raises.
        """
        day = day_starts_at or job.accepted_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            return await self._write(jobs.accept, job, lane, decide, day)
        except IntegrityError:
            # Another process was first with the same event or the same new person; now its row is there to be seen.
            return await self._write(jobs.accept, job, lane, decide, day)

    async def usage(self, person_key: str, *, now: datetime, day_starts_at: datetime) -> Usage:
        """The person's numbers that `accept` would decide over."""
        return await self._read(usage.of_person, person_key, now, day_starts_at)

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

    async def open_jobs(self) -> tuple[JobId, ...]:
        """Jobs that have not ended, the oldest first."""
        return await self._read(jobs.open_ids)

    async def undelivered(self) -> tuple[JobId, ...]:
        """Jobs that have ended without their end being told, the oldest first; deleted ones need no telling."""
        return await self._read(jobs.undelivered_ids)

    async def ahead(self, job: JobId) -> int:
        """Queued jobs before this one in its lane; 0 once it runs."""
        return await self._read(jobs.ahead, job)

    async def places(self) -> Mapping[JobId, int]:
        """All queued jobs, each with what `ahead` would give."""
        return await self._read(jobs.places)

    async def active(self, lane: str) -> int:
        """Running jobs of the lane."""
        return await self._read(jobs.active, lane)

    # A job's way

    async def begin(self, job: JobId) -> bool:
        """Let a queued job run; True also where it runs already, as after a restart. False: it has ended."""
        started_at = sa.func.coalesce(job_table.c.started_at, self._clock.now())
        return await self._write(jobs.change, job, status=Status.RUNNING, started_at=started_at)

    async def submitting(self, job: JobId) -> bool:
        """Note in the ledger that a paid request is about to leave. False where it must not: ended, or to be cancelled.

        The answer and the note are one transaction, so a cancellation comes either before the money or after it.
        """
        return await self._write(jobs.submitting, job, self._clock.now())

    async def ticketed(self, job: JobId, ticket: Ticket) -> None:
        """Note the provider's claim check."""
        await self._write(jobs.change, job, ticket=encode(ticket))

    async def word(self, job: JobId, word: str, fraction: float | None = None) -> None:
        """Note the provider's own status word, and 0..1 where it tells."""
        await self._write(jobs.change, job, word=word, fraction=fraction)

    async def finish(self, job: JobId, outcome: Outcome) -> bool:
        """End the job and settle its hold. The first outcome stands: False where it had ended before."""
        return await self._write(jobs.finish, job, outcome, self._clock.now())

    async def cancel_queued(self, job: JobId) -> bool:
        """End a job as cancelled and give its hold back, if it is still queued; else False."""
        queued = job_table.c.status == Status.QUEUED
        return await self._write(jobs.finish, job, Cancelled(), self._clock.now(), queued)

    async def ask_cancel(self, job: JobId) -> bool:
        """Leave a word for the run that it is to stop; False where the job has ended."""
        return await self._write(jobs.change, job, cancel_asked=True)

    async def cancel_asked(self, job: JobId) -> bool:
        return await self._read(jobs.cancel_asked, job)

    # Messages

    async def announcing(self, job: JobId, reply: Reply) -> bool:
        """As `posting` and `keep_reply`, for the first message about a job; False where the job has ended meanwhile."""
        return await self._write(announcements.first, job, reply, self._clock.now())

    async def posting(self, job: JobId) -> None:
        """Note that a new message is about to be posted: after a crash, look for it before posting again."""
        await self._write(jobs.change, job, sa.true(), posting_at=self._clock.now())

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

    # Pictures

    async def keep_image(self, image: SavedImage) -> None:
        """Write a picture down; a second time does nothing."""
        await self._write(images.keep, image)

    async def image(self, image: ImageId) -> SavedImage:
        """The picture as it was first made. Raises PictureUnknownError."""
        return await self._read(images.one, image)

    async def images_by_job(self, job: JobId) -> tuple[SavedImage, ...]:
        """The pictures that the job made."""
        return await self._read(images.of_job, job)

    async def lineage(self, image: ImageId) -> tuple[SavedImage, ...]:
        """The picture, what it was made from, and so on to the first. Raises PictureUnknownError."""
        return await self._read(images.lineage, image)

    async def forget(self, job: JobId) -> tuple[str, ...]:
        """Take the job's message away, and its pictures where no other job needs them; gives their file names."""
        return await self._write(_forget, job, self._clock.now())

    # People who are gone

    async def jobs_of_all(self, door: str, prefix: str) -> tuple[JobId, ...]:
        """Jobs of all whose Person.id begins so, and all jobs at a Place whose id does; the newest first."""
        return await self._read(oblivion.jobs_of, door, prefix)

    async def images_of_all(self, door: str, prefix: str) -> tuple[ImageId, ...]:
        """The pictures that all these people made or brought."""
        return await self._read(oblivion.images_of, door, prefix)

    async def forget_jobs(self, some: Sequence[JobId]) -> Forgotten:
        """Stop those that are open, and keep of all of them what they cost. A few at a time: others wait to write."""
        return await self._write(oblivion.forget_jobs, some, self._clock.now())

    async def forget_images(self, door: str, prefix: str, some: Sequence[ImageId]) -> tuple[str, ...]:
        """Forget that these people had these pictures; gives the file names of those that nobody else needs."""
        return await self._write(oblivion.forget_images, door, prefix, some)

    async def forget_names(self, door: str, prefix: str) -> None:
        """Forget what these people are called."""
        await self._write(oblivion.forget_names, door, prefix)

    async def erase(self, job: JobId) -> tuple[str, ...]:
        """Forget whatever words and pictures a job has; gives the names of the files that nobody needs any more."""
        return await self._write(oblivion.erase, job, self._clock.now())

    # Sums

    async def took(self, provider: str, model: str, seconds: float) -> None:
        """Learn how long a task took, from submit to picture; the last few hundred are kept."""
        await self._write(pace.learn, provider, model, seconds, self._clock.now())

    async def durations(self, provider: str, model: str, limit: int = pace.KEPT) -> tuple[float, ...]:
        """How long the last tasks took, in seconds, the newest first."""
        return await self._read(pace.last, provider, model, limit)

    async def spend(self, since: datetime) -> tuple[Spend, ...]:
        """What each person's jobs accepted since then come to, the dearest first."""
        return await self._read(ledger.spend, since)

    async def ledger_sum(self) -> LedgerSum:
        """The whole ledger added up; reads all of it."""
        return await self._read(ledger.total)

    async def unbalanced(self) -> tuple[JobId, ...]:
        """Jobs that ended for sure and whose ledger does not add up: there should be none. Reads everything."""
        return await self._read(ledger.unbalanced)

    async def _read(self, act: Callable[Concatenate[sa.Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._transactions.read(lambda connection: act(connection, *args, **kwargs))

    async def _write(self, act: Callable[Concatenate[sa.Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await self._transactions.write(lambda connection: act(connection, *args, **kwargs))
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_FULL":
                raise DiskFullError from error
            raise


def _forget(connection: sa.Connection, job: JobId, now: datetime) -> tuple[str, ...]:
    announcements.remove(connection, job, now)
    return images.release(connection, images.touched(connection, job))
