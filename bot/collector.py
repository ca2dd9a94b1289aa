"""From a provider's claim check to a picture of ours: waits for the task's end, fetches, verifies, keeps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final, Protocol

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from bot import telemetry
from bot.clock import Clock
from bot.errors import (
    BadKeyError,
    BotError,
    BrokenError,
    BrokenPictureError,
    LinkGoneError,
    NoOfferError,
    NotAPictureError,
    OverdueError,
    ProviderError,
    ThrottledError,
    UnreachableError,
    UnsureError,
    VanishedError,
)
from bot.faultpoint import reach
from bot.gallery import Gallery
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Progress, Rendered, Ticket
from bot.pace import Pace, size_class
from bot.providers.catalogue import Catalogue
from bot.request import ImageId, Imagine, Upscale
from bot.store import Store
from bot.surely import room_found, surely
from bot.watch import Watch

log = structlog.get_logger(__name__)

LATE_S: Final = 20.0
"""What a task gets at least in a new life: its time may seem over because the clock jumped, or we were away."""
FETCH_TRIES: Final = 5
"""Downloads of one link: it lives 10 minutes, and these are over within one."""


class Tell(Protocol):
    """Lets the message about a job show what is new: `since`, `ticket` or `progress` of its Standing."""

    def __call__(self, job: Job, **news: object) -> None: ...


class Collector:
    """Every step of it may be taken again."""

    def __init__(
        self, *, store: Store, gallery: Gallery, catalogue: Catalogue, watch: Watch, clock: Clock, tell: Tell
    ) -> None:
        self._store, self._gallery, self._catalogue = store, gallery, catalogue
        self._watch, self._clock, self._tell = watch, clock, tell
        self._took_s: dict[JobId, float] = {}

    async def collect(self, job: Job, result: Ticket | Rendered) -> Outcome:
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
            return replace(Failed.by(error), unsure=not job.free)
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
        await surely(self._clock, lambda: self._learn(job))
        return Finished(image=image, seed=rendered.seed, cost_cents=cost, word=rendered.word, notes=rendered.notes)

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

    async def _settled(self, job: Job, ticket: Ticket) -> Rendered | Moderated:
        """What the task came to. Raises OverdueError, VanishedError, or what the provider says of one that broke."""
        record = await self._store.record(job.id)
        if record.ticket != ticket:  # as of a run that an older release began
            await surely(self._clock, lambda: self._store.ticketed(job.id, ticket))
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
            report=lambda progress: self._tell(job, progress=progress),
            pace=Pace.learnt(taken_s, offer.typical_s),
            # A clock that jumped must neither end a fresh task nor let one run for ever.
            age_s=min(max(0.0, (self._clock.now() - since).total_seconds()), job.deadline_s),
            left_s=min(max(left_s, LATE_S), job.deadline_s),
            deadline_s=job.deadline_s,
        )
        if settled.took_s is not None:
            self._took_s[job.id] = settled.took_s
        return settled.end

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
            saved = await room_found(
                self._clock,
                lambda: self._gallery.keep(
                    picture, by=job.by.key, job=job.id, parent=parent, provider=job.provider, model=job.model, seed=seed
                ),
            )
        except NotAPictureError as error:
            raise BrokenError(said="the link led to something that is no picture") from error
        return saved.id

    async def _learn(self, job: Job) -> None:
        took_s = self._took_s.pop(job.id, None)
        if took_s is not None:
            await self._store.took(job.provider, job.model, size_class(job.request), took_s)


def cost_of(rendered: Rendered, ticket: Ticket | None, job: Job) -> Decimal | None:
    """What the provider bills: its own figure, else the price at acceptance."""
    if rendered.cost_cents is not None:
        return rendered.cost_cents
    if ticket is not None and ticket.cost_cents is not None:
        return ticket.cost_cents
    return job.reserved_cents
