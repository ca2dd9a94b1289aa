"""The book of the house: every verb is one transaction."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.breaker import Strain, Trouble
from bot.clock import Clock
from bot.errors import BudgetSpentError, DiskFullError
from bot.job import Cancelled, Job, JobId, Outcome, Pause, Status, Ticket, Turn
from bot.message import Receipt, Reply
from bot.request import ImageId
from bot.spending import Alert, Share, Spent, Tab, TeamSpending
from bot.store import (
    alerts,
    announcements,
    callbacks,
    held,
    images,
    jobs,
    ledger,
    oblivion,
    opening,
    pace,
    processes,
    rerouting,
    strains,
    totals,
    turns,
    unsure,
    upkeep,
    usage,
)
from bot.store.alone import Alone
from bot.store.lock import Lock, file_of, running, take
from bot.store.tables import SCHEMAS
from bot.store.tables import jobs as job_table
from bot.store.transactions import Transactions
from bot.store.values import (
    Forgotten,
    JobRecord,
    KeptReply,
    LedgerSum,
    SavedImage,
    Spend,
    Usage,
    Whereabouts,
)

P = ParamSpec("P")
R = TypeVar("R")


class Store:
    """The database. What has ended stays ended: verbs about a job's way do nothing once it has."""

    def __init__(self, engine: sa.Engine, clock: Clock, lock: Lock | None, *, shared: bool) -> None:
        self.shared: Final = shared
        """Whether other processes may have the database open, too; an SQLite file has one."""
        self.schema: Final = SCHEMAS[-1]
        """The schema that the database has, now that it is open."""
        self.process: Final = secrets.token_hex(6)
        """What this process is called in the database, from its start to its end."""
        self._engine = engine
        self._clock = clock
        self._lock = lock
        self._transactions = Transactions(engine, writers=opening.WRITERS if shared else 1)
        self._alone = Alone(engine)

    @classmethod
    async def open(cls, url: str, *, clock: Clock, visit: bool = False) -> Store:
        """Open a database such as "sqlite:///data/bot.sqlite" and bring its schema up to date.

        visit: only for a look or a small change beside a house that may be running, which has an SQLite file for
        itself. Raises SettingsError where another process has the file open, or the schema is newer than this release.
        """
        engine = opening.connect(url)
        database, lock = file_of(url), None
        try:
            if database is not None:
                await asyncio.to_thread(opening.make_file, database)
                if not visit or await asyncio.to_thread(running, url) is None:
                    lock = await asyncio.to_thread(take, database)
            await asyncio.to_thread(opening.bring_up, engine, url)
        except BaseException:
            await asyncio.to_thread(engine.dispose)
            if lock is not None:
                lock.release()
            raise
        return cls(engine, clock, lock, shared=database is None)

    def announce(self, address: str) -> None:
        """Leave this process's web address beside the file, for `running(url)`."""
        if self._lock is not None:
            self._lock.announce(address)

    async def close(self) -> None:
        """Let the transactions under way end, then close every connection."""
        await self._transactions.close()
        await self._alone.close()
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

    async def reroute(self, job: Job, decide: Callable[[Mapping[Tab, Spent]], None], *, priority: float) -> bool:
        """Hand a job that waits, or ran in this process and surely was not bought, to the provider that it names now.

        The hold goes along; decide raises, over the counters without the job, where a cap does not allow for it. False
        where the job is not to be moved. The job waits anew at the end of its person's turns.
        """

        def move(connection: sa.Connection) -> bool:
            now = self._clock.now()
            return rerouting.reroute(connection, job, decide, process=self.process, priority=priority, now=now)

        return await self._write(move)

    async def pauses(self) -> tuple[Pause, ...]:
        """The lanes in which no turns are given now."""
        return await self._read(turns.pauses, self._clock.now())

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
        return await self._write(processes.beat, self.process, self._clock.now())

    async def leave(self) -> None:
        """This process goes; what it leaves undone is free for others at once."""
        await self._write(processes.leave, self.process)

    async def bury(self, lease_s: float) -> tuple[str, ...]:
        """Remove the processes that have not beaten for that long; gives their ids."""
        return await self._write(processes.bury, lease_s, self._clock.now()) if self.shared else ()

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

    async def fail_queued(self, job: JobId, outcome: Outcome) -> bool:
        """End a job that still waits; else False."""
        queued = job_table.c.status == Status.QUEUED
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

    # Messages

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

    # Pictures

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Be the only one, of all processes, to hold that name; a second name while holding one may wait for ever."""
        return self._alone.holding(name)

    async def keep_image(self, image: SavedImage) -> None:
        """Write a picture down; a second time does nothing, but that bringing it counts as of now."""
        try:
            await self._write(images.keep, image)
        except IntegrityError:  # what else was known of it was forgotten in this moment
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

    async def idle_images(self, before: datetime, *, limit: int) -> tuple[ImageId, ...]:
        """Some pictures that were only brought, by nobody since then, and that no job works from."""
        return await self._read(images.idle, before, limit)

    async def forget_idle(self, image: ImageId, before: datetime) -> tuple[str, ...]:
        """Remove one of `idle_images`, if it still is; gives the name of its file."""
        return await self._write(images.forget_idle, image, before)

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

    # Upkeep

    async def stuck(self, *, open_since: datetime, untold_since: datetime, limit: int = 50) -> tuple[JobRecord, ...]:
        """Jobs that have been open or untold since before those moments, and all unsure ones; the newest first."""
        return await self._read(upkeep.stuck, open_since, untold_since, limit)

    async def rerun(self, job: JobId) -> None:
        """Let a job that ended without a picture wait for another run. Raises JobUnknownError, TooLateError."""
        await self._write(upkeep.rerun, job)

    async def old(self, before: datetime, *, after: int, limit: int) -> tuple[tuple[int, JobId], ...]:
        """Jobs that ended before that moment and are not erased, from a number on, each with its number."""
        return await self._read(upkeep.old, before, after, limit)

    # Sums

    async def took(self, provider: str, model: str, size: str, seconds: float) -> None:
        """Learn how long a task took at the provider, from submit to ready; the last few hundred are kept."""
        await self._write(pace.learn, provider, model, size, seconds, self._clock.now())

    async def durations(self, provider: str, model: str, size: str, limit: int = pace.KEPT) -> tuple[float, ...]:
        """How long the last tasks took, in seconds, the newest first. size: their class (bot/pace.py)."""
        return await self._read(pace.last, provider, model, size, limit)

    async def spend(self, since: datetime) -> tuple[Spend, ...]:
        """What each person's jobs accepted since then come to, the dearest first."""
        return await self._read(ledger.spend, since)

    async def spent(self, tabs: Sequence[Tab]) -> Mapping[Tab, Spent]:
        """What these counters show."""
        return await self._read(totals.read, tabs)

    async def days(self, scope: str, periods: Sequence[str]) -> tuple[Share, ...]:
        """What a scope spent in each of these periods, in their order."""
        return await self._read(totals.days, scope, periods)

    async def team(self, *, day: str, month: str, periods: Sequence[str], top: int | None) -> TeamSpending:
        """What all spent: on the day, in the month, by model and by those who spent most in it, and in each period."""
        return await self._read(totals.team, day, month, periods, top)

    async def alerts_due(self, place: str) -> tuple[Alert, ...]:
        """Caps that were reached to some extent, which was not told in this place ("slack:C0123") yet."""
        return await self._read(alerts.due, place, self._clock.now())

    async def alerted(self, place: str, alert: Alert) -> bool:
        """Note, before it is posted, that this process tells it there; False where another does."""
        return await self._write(alerts.told, place, alert, self._clock.now())

    async def not_alerted(self, place: str, alert: Alert) -> None:
        """It could not be posted, and is due again."""
        await self._write(alerts.not_told, place, alert)

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
            if _full(error):
                raise DiskFullError from error
            raise


def _full(error: DBAPIError) -> bool:
    """Whether the database's disk is full: PostgreSQL calls that 53100."""
    codes = {getattr(error.orig, name, None) for name in ("sqlite_errorname", "sqlstate")}
    return not codes.isdisjoint({"SQLITE_FULL", "53100"})


def _announced(connection: sa.Connection, job: JobId, receipt: Receipt | None, now: datetime) -> None:
    jobs.announced(connection, job)
    if receipt is not None:
        announcements.keep_receipt(connection, job, receipt, now)


def _forget(connection: sa.Connection, job: JobId, now: datetime) -> tuple[str, ...]:
    announcements.remove(connection, job, now)
    return images.release(connection, images.touched(connection, job))
