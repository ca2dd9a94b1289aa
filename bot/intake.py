"""The way in: says yes or no to what is asked for, writes the job in the book, and has it announced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot import policy
from bot.clock import Clock
from bot.delivery import Delivery
from bot.detour import Detour
from bot.errors import ClosingError, DeliveryError, JobUnknownError, RefusedError, key_of
from bot.faultpoint import reach
from bot.fitting import wish_of
from bot.job import Failed, Job, JobId, new_job_id
from bot.message import Person, Place
from bot.policy import Limits
from bot.providers.catalogue import Catalogue
from bot.reply import Standing
from bot.request import Enlarge, ImageId, Imagine, Upscale, Wish, kind_of
from bot.spending import NOTHING
from bot.store import Store, Usage
from bot.telemetry import REFUSALS, job_context
from bot.teller import Teller

log = structlog.get_logger(__name__)


class Intake:
    """waits() and over(job) let the rest of the house know that a job waits for its turn, or has ended."""

    def __init__(
        self,
        *,
        store: Store,
        catalogue: Catalogue,
        delivery: Delivery,
        teller: Teller,
        detour: Detour,
        limits: Limits,
        clock: Clock,
        waits: Callable[[], None],
        over: Callable[[JobId], None],
    ) -> None:
        self._store, self._catalogue, self._delivery, self._teller = store, catalogue, delivery, teller
        self._detour, self._limits, self._clock = detour, limits, clock
        self._waits, self._over = waits, over
        self._closing = False

    def close(self) -> None:
        """Take nothing new any more."""
        self._closing = True

    async def accept(
        self,
        wish: Wish | Enlarge,
        *,
        by: Person,
        at: Place,
        event: str,
        asked: str,
        answers: ImageId | None,
        replaceable: bool,
        retries: JobId | None = None,
    ) -> JobId:
        """As `Desk.accept`. replaceable: nobody named a provider or model, so another one may take over. retries: the
        job of unknown end in whose place this one is asked for.
        """
        try:
            return await self._accept(wish, by, at, event, asked, answers, replaceable, retries)
        except RefusedError as error:
            REFUSALS.labels(at.door, key_of(error)).inc()
            log.info("request refused", door=at.door, reason=key_of(error))
            raise

    async def _accept(
        self,
        wish: Wish | Enlarge,
        by: Person,
        at: Place,
        event: str,
        asked: str,
        answers: ImageId | None,
        replaceable: bool,
        retries: JobId | None,
    ) -> JobId:
        self._let_in(by, at)
        fit = await self._detour.fit(wish, at)
        offer = fit.offer
        match fit.request:
            case Imagine(references=references):
                answers = answers or next(iter(references), None)
            case Upscale(source=source):
                answers = source
        now = self._clock.now()
        tabs = policy.tabs(by, at, now, self._limits, model=offer.name)
        job = Job(
            id=new_job_id(),
            request=fit.request,
            provider=offer.provider,
            model=offer.model,
            by=by,
            at=at,
            accepted_at=now,
            deadline_s=offer.deadline_s,
            reserved_cents=policy.reserve(offer, tabs, self._limits),
            event=event,
            asked=asked,
            answers=answers,
            retries=retries,
            replaceable=replaceable,
            instead_of=fit.instead_of,
            tabs=tabs,
        )
        draw = await self._teller.drawing(job)
        with job_context(job.id):
            try:
                ahead = await self._store.accept(
                    job,
                    lambda usage: policy.decide(usage, self._limits, now, cost_cents=job.reserved_cents or NOTHING),
                    draw=lambda ahead: draw(Standing(ahead=ahead, since=now)),
                    priority=policy.priority(by, self._limits),
                )
                reach("accept.written")
                log.info("job accepted", door=at.door, provider=job.provider, model=job.model)
                await self._delivery.announce(job, draw, Standing(ahead=ahead, since=now), fresh=True)
            except RefusedError:  # nothing is written
                raise
            except BaseException as error:  # whatever it was: a job that nobody will run must not hold money
                if not (self._closing and isinstance(error, asyncio.CancelledError)):  # else the next life runs it
                    await asyncio.shield(self._take_back(job))
                raise
        self._waits()
        return job.id

    async def admit(self, by: Person, at: Place) -> None:
        """As `Desk.admit`."""
        self._let_in(by, at)
        policy.decide(await self._usage(by, at), self._limits, self._clock.now())

    async def again(self, job: JobId, *, by: Person, at: Place, event: str) -> JobId:
        """As `Desk.again`."""
        record = await self._store.record(job)
        if record.deleted:
            raise JobUnknownError
        asked = record.job
        model, provider = self._same(asked)
        unsure = isinstance(record.outcome, Failed) and record.outcome.unsure
        match asked.request:
            case Imagine() as request:
                wish: Wish | Enlarge = wish_of(request, model, provider, keep_seed=unsure)
            case Upscale() as request:
                wish = Enlarge(
                    source=request.source,
                    factor=request.factor,
                    model=model,
                    provider=provider,
                    output_format=request.output_format,
                )
        return await self.accept(
            wish,
            by=by,
            at=at,
            # Whoever presses "Try again" once more, or beside another, means the same one picture in its place.
            event=f"retry {job}.{record.attempt}" if unsure else event,
            asked=asked.asked,
            answers=asked.answers,
            replaceable=asked.replaceable,
            retries=job if unsure else None,
        )

    async def take_up(self, job_id: JobId) -> None:
        """Tell from now on of a job whose teller is gone, with its message as it stands."""
        with job_context(job_id):
            job = await self._store.job(job_id)
            try:
                await self._teller.take_up(job)
            except DeliveryError as error:
                log.warning("announcement not taken up", error=type(error).__name__)
                await self._take_back(job)
            self._waits()
            self._over(job_id)

    def _same(self, asked: Job) -> tuple[str | None, str | None]:
        """The model and provider to ask again; none where that one only took over, or was switched off meanwhile."""
        if asked.instead_of is not None:
            return None, None
        try:
            self._catalogue.choose(kind_of(asked.request), model=asked.model, provider=asked.provider)
        except RefusedError:
            return None, None
        return asked.model, asked.provider

    def _let_in(self, by: Person, at: Place) -> None:
        if self._closing:
            raise ClosingError()
        policy.may_enter(at, by, self._limits)

    async def _usage(self, by: Person, at: Place) -> Usage:
        now = self._clock.now()
        return await self._store.usage(by.key, policy.tabs(by, at, now, self._limits), now=now)

    async def _take_back(self, job: Job) -> None:
        """End a job that was not bought yet and cannot be announced or run."""
        if await self._store.take_back(job.id):
            self._over(job.id)
