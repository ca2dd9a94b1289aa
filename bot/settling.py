"""Brings unsure jobs to their true end: looks again at what was bought, by itself, at a button, or by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Final

import structlog

from bot import telemetry
from bot.callback import Callbacks
from bot.clock import Clock
from bot.collector import Collector, cost_of
from bot.errors import (
    BadKeyError,
    BotError,
    BrokenPictureError,
    HouseError,
    JobUnknownError,
    NeverMadeError,
    NoOfferError,
    NoTaskError,
    OutOfCreditError,
    PictureLostError,
    ProviderError,
    StillUnsureError,
    ThrottledError,
    TooLateError,
    UnreachableError,
    UnsureError,
    VanishedError,
)
from bot.gallery import Gallery
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Rendered, Status, Ticket
from bot.providers.catalogue import Catalogue
from bot.store import JobRecord, Store
from bot.telemetry import job_context

log = structlog.get_logger(__name__)

LOOK_S: Final = 5.0
"""How often it is asked which unsure jobs are due; when they are, the store knows (store/unsure.py)."""
PORTION: Final = 10
SEEN: Final = 50
"""A person's newest jobs, among which one asked for in place of an unsure one is looked for."""
MAY_PASS: Final = (UnreachableError, ThrottledError, BadKeyError, OutOfCreditError, BrokenPictureError, HouseError)
"""What keeps a finished picture from us for now; its link may live long enough for another try."""


class Settling:
    """`run` looks again for a day, in workers; `look` looks at once. over(job) lets its end be told."""

    def __init__(
        self,
        *,
        store: Store,
        catalogue: Catalogue,
        callbacks: Callbacks,
        collector: Collector,
        gallery: Gallery,
        clock: Clock,
        over: Callable[[JobId], None],
    ) -> None:
        self._store, self._catalogue, self._callbacks = store, catalogue, callbacks
        self._collector, self._gallery, self._clock, self._over = collector, gallery, clock, over

    async def run(self) -> None:
        """Look again at unsure jobs as they are due, until cancelled; each is looked at by one process at a time."""
        while True:
            await self._clock.sleep(LOOK_S)
            try:
                for job in await self._store.take_unsure(PORTION):
                    await self._look_again(job)
            except Exception:  # the outermost line of one round: the database may be back at the next
                log.exception("unsure jobs were not looked at")

    async def look(self, job: JobId) -> None:
        """Ask the provider at once how it ended.

        Raises TooLateError where that is known, NoTaskError where there is nothing to ask after, StillUnsureError
        where the provider cannot say.
        """
        record = await self._store.record(job)
        if record.deleted:
            raise JobUnknownError
        if record.status is not Status.UNSURE:
            raise TooLateError()
        ticket = await self._ticket(record)
        if ticket is None:
            raise NoTaskError()
        outcome = await self._outcome(record, ticket)
        if outcome is None:
            raise StillUnsureError()
        await self._settle(record.job, outcome, ticket)

    async def _look_again(self, job: JobId) -> None:
        with job_context(job):
            try:
                record = await self._store.record(job)
                ticket = await self._ticket(record)
                outcome = None if ticket is None else await self._outcome(record, ticket)
                if outcome is not None:
                    await self._settle(record.job, outcome, ticket)
            except Exception:  # the outermost line of one look: the others are not its fault
                log.exception("an unsure job was not looked at")

    async def _ticket(self, record: JobRecord) -> Ticket | None:
        return record.ticket or await self._callbacks.late(record.job, record.attempt)

    async def _outcome(self, record: JobRecord, ticket: Ticket) -> Outcome | None:
        """Its true end; None where that cannot be told now."""
        job = record.job
        try:
            with telemetry.provider_call(job.provider, "poll"):
                reading = await self._catalogue.provider(job.provider).poll(ticket)
        except (NoOfferError, UnsureError, VanishedError, *MAY_PASS) as error:
            log.info("an unsure job stays so", provider=job.provider, error=type(error).__name__)
            return None
        except ProviderError as error:  # it ended without a picture, which costs nothing
            return Failed.by(error)
        match reading:
            case Rendered():
                return await self._picture(record, ticket, reading)
            case Moderated():
                return reading
            case _:
                return None

    async def _picture(self, record: JobRecord, ticket: Ticket, rendered: Rendered) -> Outcome | None:
        """What becomes of a finished picture; None where it may yet be had."""
        job, cost = record.job, cost_of(rendered, ticket, record.job)
        if record.deleted or record.cancel_asked:  # nobody wants it any more, and it was made all the same
            return Cancelled(cost_cents=cost or None)
        try:
            image = await self._collector.keep(job, rendered, ticket)
        except MAY_PASS as error:
            log.warning("a late picture is not to be had now", provider=job.provider, error=type(error).__name__)
            return None
        except BotError as error:
            log.warning("a late picture is lost", provider=job.provider, error=type(error).__name__)
            return replace(lost(cost), word=rendered.word)
        made = Finished(image=image, seed=rendered.seed, cost_cents=cost, word=rendered.word, notes=rendered.notes)
        return replace(made, notes={**made.notes, "twice": "yes"}) if await self._asked_anew(job) else made

    async def _asked_anew(self, job: Job) -> bool:
        """Whether its person did not want to wait for this and asked for another."""
        newest = await self._store.jobs_of(job.by.key, limit=SEEN)
        return any(other.job.retries == job.id for other in newest)

    async def _settle(self, job: Job, outcome: Outcome, ticket: Ticket | None) -> None:
        if await self._store.settle(job.id, outcome, ticket=ticket):
            log.info("an unsure job has its end", provider=job.provider, outcome=type(outcome).__name__)
            if not isinstance(outcome, Moderated) and outcome.cost_cents:
                telemetry.SPENT_CENTS.labels(job.provider).inc(float(outcome.cost_cents))
        if (await self._store.record(job.id)).deleted:  # an end may hold words, and a picture's person was quicker
            await self._gallery.erase(job.id)
        self._over(job.id)


def lost(cost_cents: Decimal | None) -> Failed:
    """A picture that was made, and paid for, and that nobody will see; cents None: its price is not known."""
    return replace(Failed.by(PictureLostError()), cost_cents=cost_cents)


async def by_hand(store: Store, job: JobId, *, charged: bool, cost_cents: Decimal | None = None) -> None:
    """End an unsure job as its operator knows it from the provider's bill: charged, or not charged.

    cost_cents: what the bill says; without it, what was held. A running house tells the end within some seconds.
    Raises JobUnknownError, TooLateError where it is not unsure.
    """
    held = (await store.job(job)).reserved_cents
    cost = (held if cost_cents is None else cost_cents) if charged else None
    outcome = lost(cost) if charged else Failed.by(NeverMadeError())
    if not await store.settle(job, outcome):
        raise TooLateError()
