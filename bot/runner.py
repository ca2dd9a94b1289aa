"""The run of one job: submit, collect, finish. Safe to resume anywhere."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from bot import telemetry
from bot.callback import Callbacks
from bot.clock import Clock
from bot.delivery import Delivery
from bot.detour import Detour
from bot.engine import Steps
from bot.errors import (
    BadKeyError,
    BotError,
    BrokenError,
    BrokenPictureError,
    HouseError,
    LinkGoneError,
    NoOfferError,
    NotAPictureError,
    OutOfCreditError,
    OverdueError,
    ProviderError,
    ThrottledError,
    UnreachableError,
    UnsureError,
    VanishedError,
)
from bot.faultpoint import reach
from bot.gallery import Gallery
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Progress, Rendered, Status, Ticket
from bot.pace import Pace, size_class
from bot.providers import Order
from bot.providers.catalogue import Catalogue
from bot.reply import Standing
from bot.request import ImageId, Imagine, Upscale, kind_of
from bot.store import JobRecord, Store
from bot.surely import surely
from bot.telemetry import job_context
from bot.watch import Watch

log = structlog.get_logger(__name__)
T = TypeVar("T")

LATE_S: Final = 20.0
"""What a task gets at least in a new life: its time may seem over because the clock jumped, or we were away."""
TOUCH_S: Final = 1.0
"""How often other processes are told how jobs stand, and asked which to stop."""
FETCH_TRIES: Final = 5
"""Downloads of one link: it lives 10 minutes, and these are over within one."""


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
        self._watch, self._delivery = watch, delivery
        self._detour = detour
        self._callbacks, self._clock, self._ended, self._resubmits = callbacks, clock, ended, resubmits
        self._stoppable: dict[JobId, asyncio.Future[Any]] = {}
        self._said: dict[JobId, tuple[str, float | None]] = {}
        self._took_s: dict[JobId, float] = {}

    async def paint(self, job_id: JobId, steps: Steps) -> None:
        """Take an accepted job to its outcome, and write that down; or let it wait again, for a run of its own."""
        with job_context(job_id):
            job = await surely(self._clock, lambda: self._store.job(job_id))
            try:
                outcome = await self._run(job, steps)
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
                outcome = await steps.do("collect", lambda: self._collect(job, result))
        if notes and isinstance(outcome, Finished):
            return replace(outcome, notes={**outcome.notes, **notes})
        return outcome

    async def _refused(self, job: Job, error: ProviderError) -> Outcome | None:
        if _free(job):
            return Failed.by(error)
        if await surely(self._clock, lambda: self._detour.refused(job, error)):
            standing = self._delivery.standing(job.id)
            if standing is not None:
                self._delivery.tell(job.id, Standing(ahead=0, since=standing.since))
            return None
        return Cancelled() if await self._store.cancel_asked(job.id) else Failed.by(error)

    async def _lost(self, job: Job, error: UnsureError) -> Failed:
        if not _free(job) and "step" not in error.facts:  # else it was our own process that ended
            await surely(self._clock, lambda: self._detour.note(job, error))
        return Failed.by(error)

    async def _broken(self, job: Job, fault: BotError) -> Failed:
        """What a fault of ours means: once a paid request may have left, nobody is told that it cost nothing."""
        if _free(job) or (await self._store.record(job.id)).submitted_at is None:
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
            if _free(job):
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
            return await self._buy(job)

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
                if _free(job):  # a sketch of our own costs nothing and may be drawn again
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
            if _free(job):
                result = await self._stoppably(job.id, provider.submit(order))
            else:
                result = await provider.submit(order)
        reach("submit.sent")
        self._catalogue.praise(job.provider)
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
            shelve=self._gallery.shelve,
            report=lambda progress: self._report(job, progress),
        )

    async def _collect(self, job: Job, result: Ticket | Rendered) -> Outcome:
        """From the claim check to a picture of ours. What was bought and can't be had is said as it is."""
        ticket: Ticket | None = None
        rendered: Rendered | Moderated
        try:
            match result:
                case Ticket():
                    ticket, rendered = result, await self._settled(job, result)
                case Rendered():
                    rendered = result
        except (OverdueError, VanishedError, NoOfferError) as error:
            # Bought, and its end is unknown: it may still finish over there and be charged.
            return replace(Failed.by(error), unsure=not _free(job))
        except (ProviderError, UnsureError) as error:
            return Failed.by(error)
        if isinstance(rendered, Moderated):
            return rendered
        cost = cost_of(rendered, ticket, job)
        reach("collect.rendered")
        try:
            image = await self.keep(job, rendered, ticket)
        except BotError as error:
            log.exception("a finished picture was lost", provider=job.provider)
            return replace(Failed.by(error), unsure=cost is None, cost_cents=cost or None, word=rendered.word)
        reach("collect.kept")
        if await self._store.cancel_asked(job.id):
            return Cancelled(cost_cents=cost or None)
        return Finished(image=image, seed=rendered.seed, cost_cents=cost, word=rendered.word, notes=rendered.notes)

    async def _settled(self, job: Job, ticket: Ticket) -> Rendered | Moderated:
        await self._store.ticketed(job.id, ticket)
        record = await self._store.record(job.id)
        offer, seller = self._catalogue.offer(job.provider, job.model), self._catalogue.provider(job.provider)
        since = record.submitted_at or job.accepted_at
        left_s = job.deadline_s - (self._clock.now() - since).total_seconds()
        self._tell(job, since=record.started_at, ticket=ticket)

        async def look(seen: Ticket) -> Progress | Rendered | Moderated:
            with telemetry.provider_call(job.provider, "poll"):
                try:
                    return await seller.poll(seen)
                except BadKeyError:  # a key that was replaced meanwhile may see the task, too
                    heir = self._catalogue.provider(job.provider)
                    if heir is seller:
                        raise
                    return await heir.poll(seen)

        taken_s = await self._store.durations(job.provider, job.model, size_class(job.request))
        settled = await self._watch.settle(
            ticket,
            look,
            report=lambda progress: self._report(job, progress),
            pace=Pace.learnt(taken_s, offer.typical_s),
            # A clock that jumped must neither end a fresh task nor let one run for ever.
            age_s=min(_between_s(since, self._clock.now()), job.deadline_s),
            left_s=min(max(left_s, LATE_S), job.deadline_s),
            deadline_s=job.deadline_s,
        )
        if settled.took_s is not None:
            self._took_s[job.id] = settled.took_s
        return settled.end

    async def keep(self, job: Job, rendered: Rendered, ticket: Ticket | None) -> ImageId:
        """The picture on our disk, verified. Raises BrokenError, LinkGoneError, HouseError."""
        if rendered.shelf is not None:
            shelf = rendered.shelf
            # It is bought and lies there, or will: a storage that is away is waited for.
            picture = await surely(self._clock, lambda: self._gallery.read(shelf))
            return await self._save(job, picture, rendered)
        try:
            return await self._fetch(job, rendered)
        except LinkGoneError:
            if ticket is None:
                raise
            # The link may have lapsed while we were down; the task itself can name a fresh one.
            again = await self._settled(job, ticket)
            if not isinstance(again, Rendered):
                raise
            return await self._fetch(job, again)

    async def _fetch(self, job: Job, rendered: Rendered) -> ImageId:
        provider = self._catalogue.provider(job.provider)
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((UnreachableError, ThrottledError, BrokenPictureError)),
            stop=stop_after_attempt(FETCH_TRIES),
            wait=wait_exponential_jitter(multiplier=0.5, max=8),
            sleep=self._clock.sleep,
            reraise=True,
        ):
            with attempt:
                with telemetry.provider_call(job.provider, "fetch"):
                    picture = await provider.fetch(rendered.link)
                reach("collect.fetched")
                return await self._save(job, picture, rendered)
        raise LinkGoneError()

    async def _save(self, job: Job, picture: bytes, rendered: Rendered) -> ImageId:
        seed: int | None = None
        match job.request:
            case Imagine(references=references, seed=asked):
                parent, seed = next(iter(references), None), asked if rendered.seed is None else rendered.seed
            case Upscale(source=source):
                parent = source
        try:
            saved = await self._gallery.keep(
                picture, by=job.by.key, job=job.id, parent=parent, provider=job.provider, model=job.model, seed=seed
            )
        except NotAPictureError as error:
            raise BrokenError(said="the link led to something that is no picture") from error
        return saved.id

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
        took_s = self._took_s.pop(job.id, None)
        if took_s is not None and record.status is Status.FINISHED:
            await self._store.took(job.provider, job.model, size_class(job.request), took_s)

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


def _free(job: Job) -> bool:
    """Whether submitting again costs nothing: as it was at acceptance, so the same in every life of the job."""
    return job.reserved_cents == 0


def cost_of(rendered: Rendered, ticket: Ticket | None, job: Job) -> Decimal | None:
    """What the provider bills: its own figure, else the price at acceptance."""
    if rendered.cost_cents is not None:
        return rendered.cost_cents
    if ticket is not None and ticket.cost_cents is not None:
        return ticket.cost_cents
    return job.reserved_cents
