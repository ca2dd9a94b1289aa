"""What becomes of a job whose provider does not take it: it waits in its lane, goes to another provider, or ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

import structlog

from bot import policy
from bot.breaker import CREDIT_S, Strain, Trouble, reason_of, trouble_of
from bot.clock import Clock
from bot.errors import (
    BadKeyError,
    BotError,
    BrokenError,
    NoOfferError,
    OutOfCreditError,
    ProviderError,
    RefusedError,
    RejectedError,
    ThrottledError,
    UnreachableError,
)
from bot.fitting import enlarge, imagine, wish_of
from bot.gallery import Gallery
from bot.job import Failed, Job, JobId, Status, Takeover
from bot.message import Place
from bot.offer import Offer
from bot.policy import Limits
from bot.providers.catalogue import Catalogue
from bot.request import SEED_LIMIT, Enlarge, Imagine, Kind, Request, Shape, Upscale, Wish
from bot.spending import NOTHING, Of, Spent, Tab
from bot.store import Store, Usage
from bot.telemetry import job_context

log = structlog.get_logger(__name__)

PATIENCE: Final = timedelta(minutes=10)
"""How long a job waits for a provider that takes nothing, before it ends."""
LOOK_S: Final = 1.0
ASKING: Final = timedelta(seconds=10)
"""So long before the end of a pause for want of credit the account is asked about."""
PORTION: Final = 50
"""Jobs moved, or ended, in one look."""
_ENDS: Final[Mapping[Trouble, type[ProviderError]]] = {
    Trouble.THROTTLED: ThrottledError,
    Trouble.OUT_OF_CREDIT: OutOfCreditError,
    Trouble.DOWN: UnreachableError,
}


@dataclass(frozen=True, slots=True)
class Fit:
    """Who serves a wish, and as what; instead_of: the operator's first choice, where it is in trouble."""

    offer: Offer
    request: Request
    instead_of: Takeover | None


class Detour:
    """fallback: the operator lets another provider take over where nobody named one.

    waits() and over(job) let the rest of the house know that a job waits for its turn, or has ended. Keep `run` going.
    """

    def __init__(
        self,
        *,
        store: Store,
        gallery: Gallery,
        catalogue: Catalogue,
        limits: Limits,
        clock: Clock,
        random: Random,
        fallback: bool,
        waits: Callable[[], None],
        over: Callable[[JobId], None],
    ) -> None:
        self._store, self._gallery, self._catalogue = store, gallery, catalogue
        self._limits, self._clock, self._random = limits, clock, random
        self._fallback, self._waits, self._over = fallback, waits, over
        self._strains: Mapping[str, Strain] = {}
        self._asked: dict[str, datetime] = {}
        """By lane, the end of the pause in which its account was asked about."""
        self._settled: set[JobId] = set()
        """Jobs that wait although their provider is in trouble, since nobody else can do them."""

    async def fit(self, wish: Wish | Enlarge, at: Place, *, without: Collection[str] = ()) -> Fit:
        """The best offer for a wish in that place, and its request. Raises RefusedError."""
        able: Sequence[Offer]
        match wish:
            case Wish():
                able = self._catalogue.choose(Kind.IMAGINE, model=wish.model, provider=wish.provider)
                able = [policy.narrowed(offer, at) for offer in able]

                def fitted(offers: Sequence[Offer]) -> tuple[Offer, Request]:
                    return imagine(wish, offers, lambda: self._random.randint(0, SEED_LIMIT))

            case Enlarge():
                source = await self._gallery.picture(wish.source)
                able = self._catalogue.choose(Kind.UPSCALE, model=wish.model, provider=wish.provider)

                def fitted(offers: Sequence[Offer]) -> tuple[Offer, Request]:
                    shape = Shape(source.width, source.height)
                    return enlarge(replace(wish, source=source.id), offers, shape)

        able = [offer for offer in able if offer.provider not in without]
        if not able:
            raise NoOfferError(kind=Kind.IMAGINE.value if isinstance(wish, Wish) else Kind.UPSCALE.value)
        offer, request = fitted(sorted(able, key=lambda offer: self._shunned(offer.provider)))
        return Fit(offer, request, self._instead_of(offer, able, fitted))

    async def refused(self, job: Job, error: ProviderError) -> bool:
        """Whether a job that surely was not bought waits again, or goes elsewhere; else it has to end."""
        strain = await self.note(job, error)
        if self._goes_elsewhere(error, strain) and await self._move(job, reason_of(error), found=Status.RUNNING):
            return True
        if strain is None or isinstance(error, BrokenError) or self._too_long(job, strain):
            return False
        log.warning("submit put off", provider=job.provider, error=type(error).__name__, until=strain.until.isoformat())
        if not await self._store.put_back(job.id):
            return False
        self._waits()
        return True

    async def note(self, job: Job, error: BotError) -> Strain | None:
        """Hold an error at submit against the provider, if it says anything about it."""
        trouble = trouble_of(error)
        if trouble is None:
            if isinstance(error, RejectedError):  # it looked at the request
                await self._store.lane_took(job.provider, job.id)
            return None
        strain = await self._store.lane_failed(job.provider, trouble, getattr(error, "retry_after_s", None))
        self._strains = {**self._strains, job.provider: strain}
        return strain

    async def run(self, *, worker: bool) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look(worker=worker)
            except Exception:  # the outermost line of one look: the database may be back at the next
                log.exception("lanes in trouble were not looked after")
            await self._clock.sleep(LOOK_S)

    async def look(self, *, worker: bool) -> None:
        """Know which lanes are in trouble and, in a worker, look after who waits in them."""
        self._strains = {strain.lane: strain for strain in await self._store.strains()}
        if not self._strains:
            self._settled.clear()
        elif worker:
            for strain in self._strains.values():
                await self._look_after(strain)
            self._waits()  # a pause may be over

    async def _look_after(self, strain: Strain) -> None:
        now = self._clock.now()
        if strain.until <= now:
            return
        if strain.trouble is Trouble.OUT_OF_CREDIT and strain.until - now <= ASKING:
            await self._ask_for_credit(strain)
        if self._fallback and strain.lasting(now):
            for job in await self._store.waiting_in(strain.lane, now, limit=PORTION + len(self._settled)):
                if job.id in self._settled:
                    continue
                if not await self._move(job, strain.trouble, found=Status.QUEUED):
                    self._settled.add(job.id)
        lost = strain.until - PATIENCE
        if strain.since < lost:
            for job in await self._store.waiting_in(strain.lane, lost, limit=PORTION):
                await self._end(job, strain)

    async def _ask_for_credit(self, strain: Strain) -> None:
        """Where there is still none, nobody need try it by buying."""
        if self._asked.get(strain.lane) == strain.until:
            return
        self._asked[strain.lane] = strain.until
        await self._catalogue.look_after(strain.lane)
        if self._catalogue.fault(strain.lane) == Trouble.OUT_OF_CREDIT:
            until = self._clock.now() + timedelta(seconds=CREDIT_S)
            await self._store.pause_lane(strain.lane, until, strain.trouble)

    async def _end(self, job: Job, strain: Strain) -> None:
        with job_context(job.id):
            end = Failed.by(_ENDS[strain.trouble](provider=job.provider))
            if await self._store.fail_queued(job.id, strain.lane, end):
                log.info("job ended", status="failed", provider=job.provider, model=job.model)
                self._over(job.id)

    async def _move(self, job: Job, reason: str, *, found: Status) -> bool:
        """Hand the job to the next provider that can do it, where that is allowed and a cap leaves room for it."""
        if not self._fallback or not job.replaceable:
            return False
        tried = (*(job.instead_of.tried if job.instead_of else ()), job.provider)
        try:
            heir = self._heir(job, await self.fit(_wish(job), job.at, without=tried), tried, reason)
            priority = policy.priority(job.by, self._limits)
            moved = await self._store.reroute(heir, self._allow(heir), found=found, priority=priority)
        except RefusedError as error:
            log.info("no other provider takes over", job=job.id, reason=type(error).__name__)
            return False
        if moved:
            log.warning("another provider takes over", job=job.id, provider=heir.provider, instead_of=job.provider)
            self._waits()
        return moved

    def _heir(self, job: Job, fit: Fit, tried: tuple[str, ...], reason: str) -> Job:
        """The job as another provider has it; it counts in the same days and months."""
        offer, first = fit.offer, job.instead_of
        model = f"{Of.MODEL}:{offer.name}"
        tabs = tuple(replace(tab, scope=model) if tab.of is Of.MODEL else tab for tab in job.tabs)
        return replace(
            job,
            request=fit.request,
            provider=offer.provider,
            model=offer.model,
            deadline_s=offer.deadline_s,
            reserved_cents=policy.reserve(offer, tabs, self._limits),
            tabs=tabs,
            instead_of=Takeover(
                tried=tried,
                of=first.of if first else self._catalogue.title(job.provider),
                by=self._catalogue.title(offer.provider),
                reason=first.reason if first else reason,
            ),
        )

    def _allow(self, job: Job) -> Callable[[Mapping[Tab, Spent]], None]:
        """The caps, over what the counters show; how many jobs somebody has, and how fast, was decided before."""

        def decide(totals: Mapping[Tab, Spent]) -> None:
            usage = Usage(jobs_last_minute=0, oldest_in_minute_at=None, active_jobs=0, totals=totals)
            limits = replace(self._limits, concurrent_jobs=0, jobs_per_minute=0)
            policy.decide(usage, limits, self._clock.now(), cost_cents=job.reserved_cents or NOTHING)

        return decide

    def _instead_of(
        self, offer: Offer, able: Sequence[Offer], fitted: Callable[[Sequence[Offer]], tuple[Offer, Request]]
    ) -> Takeover | None:
        ranked = sorted(able, key=lambda each: self._catalogue.rank(each.provider))
        if ranked[0].provider == offer.provider:
            return None
        try:
            first = fitted(ranked)[0].provider
        except RefusedError:
            return None
        reason = self._reason(first)
        if first == offer.provider or not reason:
            return None
        title = self._catalogue.title
        return Takeover(tried=(first,), of=title(first), by=title(offer.provider), reason=reason)

    def _shunned(self, provider: str) -> bool:
        """Whether others come first."""
        return bool(self._catalogue.fault(provider)) or (self._fallback and self._lasts(provider, self._clock.now()))

    def _reason(self, provider: str) -> str:
        strain = self._strains.get(provider)
        return self._catalogue.fault(provider) or (strain.trouble if strain else "")

    def _lasts(self, provider: str, now: datetime) -> bool:
        strain = self._strains.get(provider)
        return strain is not None and strain.lasting(now)

    def _goes_elsewhere(self, error: ProviderError, strain: Strain | None) -> bool:
        lasts = strain is not None and strain.lasting(self._clock.now())
        return lasts or isinstance(error, BadKeyError | BrokenError)

    @staticmethod
    def _too_long(job: Job, strain: Strain) -> bool:
        """Whether its patience will be over before the pause is."""
        return max(strain.since, job.accepted_at) + PATIENCE < strain.until


def _wish(job: Job) -> Wish | Enlarge:
    """What the person wished for, for whoever can do it; with the seed that was drawn."""
    match job.request:
        case Imagine() as request:
            return wish_of(request, None, None, keep_seed=True)
        case Upscale() as request:
            return Enlarge(source=request.source, factor=request.factor, output_format=request.output_format)
