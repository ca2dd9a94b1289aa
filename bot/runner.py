"""The run of one job: submit, collect, finish. Safe to resume anywhere."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog

from bot import telemetry
from bot.callback import Callbacks
from bot.clock import Clock
from bot.collector import Collector
from bot.delivery import Delivery
from bot.detour import Detour
from bot.engine import AgainError, Steps
from bot.errors import (
    BotError,
    HouseError,
    OutOfCreditError,
    ProviderError,
    ThrottledError,
    UnreachableError,
    UnsureError,
)
from bot.faultpoint import reach
from bot.gallery import Gallery
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Progress, Rendered, Ticket
from bot.providers import Order
from bot.providers.catalogue import Catalogue
from bot.reply import Standing
from bot.request import Imagine, Upscale, kind_of
from bot.store import JobRecord, Store
from bot.surely import room_found, surely
from bot.telemetry import job_context
from bot.watch import Watch

log = structlog.get_logger(__name__)
T = TypeVar("T")

TOUCH_S: Final = 1.0
"""How often other processes are told how jobs stand, and asked which to stop."""


class Runner:
    """The corridor. `paint` is what the engine runs; `stop` ends work of our own that can be ended."""

    def __init__(
        self,
        *,
        store: Store,
        gallery: Gallery,
        catalogue: Catalogue,
        watch: Watch,
        delivery: Delivery,
        callbacks: Callbacks,
        detour: Detour,
        clock: Clock,
        ended: Callable[[JobId], None],
        resubmits: bool = False,
    ) -> None:
        """resubmits: what may or may not have been bought is bought once more, rather than its person asked."""
        self._store, self._gallery, self._catalogue = store, gallery, catalogue
        self._delivery = delivery
        self._detour = detour
        self._callbacks, self._clock, self._ended, self._resubmits = callbacks, clock, ended, resubmits
        self._stoppable: dict[JobId, asyncio.Future[Any]] = {}
        self._said: dict[JobId, tuple[str, float | None]] = {}
        self.collector: Final = Collector(
            store=store, gallery=gallery, catalogue=catalogue, watch=watch, clock=clock, tell=self._tell
        )

    async def paint(self, job_id: JobId, steps: Steps) -> None:
        """Take an accepted job to its outcome, and write that down; or let it wait again, for a run of its own."""
        with job_context(job_id):
            job = await surely(self._clock, lambda: self._store.job(job_id))
            try:
                outcome = await self._run(job, steps)
            except AgainError:
                raise
            except Exception as error:  # the outermost line of a run: a fault of ours still ends the job, in words
                log.exception("run broke")
                fault = error if isinstance(error, HouseError) else HouseError()
                outcome = await surely(self._clock, lambda: self._broken(job, fault))
            if outcome is None:
                return
            # No step: the first outcome stands anyway, and a step would remember that the disk was full.
            await surely(self._clock, lambda: self._finish(job, outcome))

    async def give_up(self, job: Job) -> None:
        """End a job whose run is lost: the engine knows it no longer, or it broke in an earlier life."""
        await self._finish(job, await self._broken(job, HouseError()))

    def stop(self, job_id: JobId) -> bool:
        """End work that is done in this house; False where it is a vendor's, who goes on and bills."""
        task = self._stoppable.get(job_id)
        return task is not None and task.cancel()

    async def keep_in_touch(self) -> None:
        """Where others tell of jobs that run here: let them know how these stand, and heed whom they stop."""
        while True:
            await self._clock.sleep(TOUCH_S)
            try:
                said, self._said = self._said, {}
                if said:
                    await self._store.words(said)
                for job in await self._store.stopping():
                    self.stop(job)
            except Exception:  # the outermost line of one round: the database may be back at the next
                log.exception("out of touch with the other processes")

    async def _run(self, job: Job, steps: Steps) -> Outcome | None:
        """None: surely nothing was bought, and the job waits again."""
        try:
            result, notes = await self._bought(job, steps)
        except ProviderError as error:
            self._catalogue.blame(job.provider, error)
            return await self._refused(job, error)
        except UnsureError as error:
            return await self._lost(job, error)
        except BotError as error:
            return await self._broken(job, error)
        match result:
            case Cancelled() | Moderated():
                return result
            case Ticket() | Rendered():
                outcome = await steps.do("collect", lambda: self.collector.collect(job, result))
        if notes and isinstance(outcome, Finished):
            return replace(outcome, notes={**outcome.notes, **notes})
        return outcome

    async def _refused(self, job: Job, error: ProviderError) -> Outcome | None:
        if job.free:
            return Failed.by(error)
        if await surely(self._clock, lambda: self._detour.refused(job, error)):
            standing = self._delivery.standing(job.id)
            if standing is not None:
                self._delivery.tell(job.id, Standing(ahead=0, since=standing.since))
            return None
        return Cancelled() if await self._store.cancel_asked(job.id) else Failed.by(error)

    async def _lost(self, job: Job, error: UnsureError) -> Failed:
        if not job.free and "step" not in error.facts:  # else it was our own process that ended
            await surely(self._clock, lambda: self._detour.note(job, error))
        return Failed.by(error)

    async def _broken(self, job: Job, fault: BotError) -> Failed:
        """What a fault of ours means: once a paid request may have left, nobody is told that it cost nothing."""
        if job.free or (await self._store.record(job.id)).submitted_at is None:
            return Failed.by(fault)
        return replace(Failed.by(HouseError()), unsure=True)

    async def _bought(
        self, job: Job, steps: Steps
    ) -> tuple[Ticket | Rendered | Moderated | Cancelled, Mapping[str, str]]:
        """What the purchase brought, and notes on it. One whose answer was lost is waited for where its provider calls
        back, and made once more where the operator wants that. Raises UnsureError where it stays lost.
        """
        try:
            return await self._submit(job, steps), {}
        except UnsureError as lost:
            if job.free:
                raise
            found = await steps.do("called", lambda: self._callbacks.awaited(job))
            if found is not None:
                return found, {}
            if not self._resubmits:
                raise
            return await self._once_more(job, steps, lost), {"resubmitted": "yes"}

    async def _once_more(self, job: Job, steps: Steps, lost: UnsureError) -> Ticket | Rendered | Moderated:
        """Whatever comes in its way, the first purchase stays unsure."""

        async def buy() -> Ticket | Rendered | Moderated | Cancelled:
            if await self._store.cancel_asked(job.id) or not await self._store.resubmitting(job):
                raise lost
            log.warning("an unsure purchase is made once more", provider=job.provider)
            try:
                bought = await self._buy(job)
            except UnsureError:  # now there may be two
                raise
            except BotError:
                await surely(self._clock, lambda: self._store.not_resubmitted(job))
                raise
            if isinstance(bought, Cancelled):
                await surely(self._clock, lambda: self._store.not_resubmitted(job))
            return bought

        try:
            bought = await steps.once("resubmit", buy, lane=job.provider)
        except ProviderError as error:
            raise lost from error
        if isinstance(bought, Cancelled):
            raise lost
        return bought

    async def _submit(self, job: Job, steps: Steps) -> Ticket | Rendered | Moderated | Cancelled:
        """Buy once. A refusal that is on record from an earlier life is followed by its later tries, or a new one."""
        tries = 0
        while True:
            tries += 1
            name, fresh = f"submit.{tries}", False

            async def buy() -> Ticket | Rendered | Moderated | Cancelled:
                nonlocal fresh
                fresh = True
                return await self._buy(job)

            try:
                if job.free:  # a sketch of our own costs nothing and may be drawn again
                    return await steps.do(name, buy)
                return await steps.once(name, buy, lane=job.provider)
            except (ThrottledError, UnreachableError, OutOfCreditError):
                if fresh:
                    raise

    async def _buy(self, job: Job) -> Ticket | Rendered | Moderated | Cancelled:
        if not await self._store.begin(job.id):
            return await self._stopped(job.id)
        self._tell(job, since=self._clock.now())
        telemetry.QUEUE_SECONDS.labels(job.provider).observe(_between_s(job.accepted_at, self._clock.now()))
        order = await self._order(job)
        provider = self._catalogue.seller(job.provider)
        if not await self._store.submitting(job.id):
            return await self._stopped(job.id)
        reach("submit.begun")
        with telemetry.provider_call(job.provider, "submit"):
            if job.free:
                result = await self._stoppably(job.id, provider.submit(order))
            else:
                result = await provider.submit(order)
        reach("submit.sent")
        self._catalogue.praise(job.provider)
        if isinstance(result, Ticket):
            # Within the step: where its end is never put on record, the claim check is known all the same.
            await surely(self._clock, lambda: self._store.ticketed(job.id, result))
        return result

    async def _stopped(self, job_id: JobId) -> Cancelled:
        """The end of a run that must not buy. One whose process is gone for the others leaves no trace: they go on."""
        record = await self._store.record(job_id)
        if record.status.ended or record.cancel_asked:
            return Cancelled()
        raise asyncio.CancelledError

    async def _stoppably(self, job_id: JobId, work: Awaitable[T]) -> T | Cancelled:
        """Work that `stop` may end. A cancellation of our own task is the house closing, and passes on."""
        task = asyncio.ensure_future(work)
        self._stoppable[job_id] = task
        try:
            await asyncio.wait({task})
            return Cancelled() if task.cancelled() else task.result()
        finally:
            task.cancel()
            del self._stoppable[job_id]

    async def _order(self, job: Job) -> Order:
        match job.request:
            case Imagine(references=references):
                pictures = references
            case Upscale(source=source):
                pictures = (source,)
        return Order(
            job=job.id,
            request=job.request,
            model=job.model,
            person=hashlib.sha256(job.by.key.encode()).hexdigest()[:32],
            attempt=(await self._store.record(job.id)).attempt,
            pictures=tuple([await self._gallery.read(picture) for picture in pictures]),
            shelve=lambda picture: room_found(self._clock, lambda: self._gallery.shelve(picture)),
            report=lambda progress: self._report(job, progress),
        )

    async def _finish(self, job: Job, outcome: Outcome) -> None:
        first = await self._store.finish(job.id, outcome)
        reach("finish.written")
        record = await self._store.record(job.id)
        if first:
            await self._count(record)
        log.info("job ended", status=record.status.value, provider=job.provider, model=job.model)
        if record.deleted:  # its person was forgotten while it ran
            await self._gallery.erase(job.id)
        self._ended(job.id)

    async def _count(self, record: JobRecord) -> None:
        """Figures for the operator, and how long such tasks take."""
        job, ended_at = record.job, record.ended_at or self._clock.now()
        kind = kind_of(job.request).value
        telemetry.JOBS.labels(job.at.door, kind, job.provider, record.status.value).inc()
        telemetry.JOB_SECONDS.labels(kind, job.provider).observe(_between_s(job.accepted_at, ended_at))
        if not isinstance(record.outcome, Moderated | None) and record.outcome.cost_cents:
            telemetry.SPENT_CENTS.labels(job.provider).inc(float(record.outcome.cost_cents))

    def _report(self, job: Job, progress: Progress) -> None:
        self._tell(job, progress=progress)

    def _tell(self, job: Job, **news: Any) -> None:
        """Change what is told of a job that runs; a stop that was asked for stays asked for."""
        standing = self._delivery.standing(job.id)
        if standing is not None:
            latest = job if job.instead_of else None
            self._delivery.tell(job.id, replace(standing, ahead=None, pause=None, job=latest, **news))
        elif (progress := news.get("progress")) is not None:
            self._said[job.id] = progress.word, progress.fraction


def _between_s(earlier: datetime, later: datetime) -> float:
    """Never negative, though the wall clock may have jumped back meanwhile."""
    return max(0.0, (later - earlier).total_seconds())
