"""Looks up what a Reply about a job needs, and has it made: announcement, standing, outcome."""

from __future__ import annotations

from collections.abc import Callable

from bot.delivery import Delivery
from bot.errors import NoOfferError, PictureUnknownError
from bot.gallery import Gallery
from bot.job import Cancelled, Failed, Finished, Job, Status
from bot.message import Picture, Reply
from bot.offer import Offer
from bot.providers.catalogue import Catalogue
from bot.reply import Replies, Standing
from bot.request import ImageId, Imagine
from bot.store import JobRecord, SavedImage, Store
from bot.view import View


class Teller:
    """The one who knows how a job is told."""

    def __init__(
        self, *, store: Store, gallery: Gallery, catalogue: Catalogue, delivery: Delivery, replies: Replies
    ) -> None:
        self._store, self._gallery, self._catalogue = store, gallery, catalogue
        self._delivery = delivery
        self.replies = replies

    async def drawing(self, job: Job) -> Callable[[Standing], Reply]:
        """What draws the announcement of a job as it stands."""
        answers = await self._answered(job)

        def draw(now: Standing) -> Reply:
            latest = now.job or job
            return self.replies.working(latest, self._offer(latest), now, answers)

        return draw

    async def take_up(self, job: Job) -> None:
        """Post the announcement, or keep up the one that an earlier life posted. Raises DeliveryError."""
        await self._delivery.announce(job, await self.drawing(job), await self._standing(job))

    async def outcome(self, record: JobRecord) -> Reply:
        """The last word on a job that has ended."""
        job, outcome = record.job, record.outcome
        if outcome is None:
            raise ValueError("the job has not ended")
        picture = None
        if isinstance(outcome, Finished):
            picture = await self.picture(outcome.image, self.replies.alt(job, await self._painted_as(job)))
        began, ended = record.submitted_at or record.started_at, record.ended_at
        return self.replies.ended(
            job,
            outcome,
            offer=self._offer(job),
            ticket=record.ticket,
            picture=picture,
            answers=await self._answered(job),
            took_s=max(0.0, (ended - began).total_seconds()) if began and ended else None,
            other_providers_on=any(stand.on and stand.name != job.provider for stand in self._catalogue.stands),
            takes_references=any(offer.references for offer in self._catalogue.offers()),
        )

    async def current(self, record: JobRecord) -> Reply:
        """The message about a job as it stands."""
        live = self._delivery.current(record.job.id)
        if live is not None and record.outcome is None:
            return live
        if record.outcome is not None:
            return await self.outcome(record)
        job = record.job
        return self.replies.working(job, self._offer(job), Standing(ticket=record.ticket), await self._answered(job))

    async def view(self, record: JobRecord) -> View:
        """A job as its door may tell it."""
        job, outcome, reply = record.job.id, record.outcome, await self.current(record)
        standing = self._delivery.standing(job)
        word = standing.progress.word if standing and standing.progress else record.word
        return View(
            id=job,
            status=record.status,
            provider=record.job.provider,
            model=record.job.model,
            request=record.job.request,
            by=record.job.by,
            at=record.job.at,
            receipt=record.receipt,
            deleted=record.deleted,
            untold=record.untold,
            accepted_at=record.accepted_at,
            ended_at=record.ended_at,
            ahead=await self._store.ahead(job) if record.status is Status.QUEUED else 0,
            word=getattr(outcome, "word", "") or word,
            task=record.ticket.id if record.ticket else "",
            outcome=outcome,
            picture=reply.pictures[0] if reply.pictures else None,
            cost_cents=outcome.cost_cents if isinstance(outcome, Finished | Cancelled | Failed) else None,
            reply=reply,
        )

    async def picture(self, image: ImageId, alt: str) -> Picture | None:
        """A saved picture as a message shows it; None once it was deleted."""
        try:
            return shown(await self._gallery.picture(image), alt)
        except PictureUnknownError:
            return None

    async def prompt_of(self, image: ImageId) -> str:
        """The words behind a picture, through its upscales; empty for one that a person brought."""
        for _ in range(8):  # upscales of upscales; longer chains need no words
            try:
                saved = await self._gallery.picture(image)
            except PictureUnknownError:
                return ""
            if saved.job is None:
                return ""
            request = (await self._store.job(saved.job)).request
            if isinstance(request, Imagine):
                return request.prompt
            image = request.source
        return ""

    async def _standing(self, job: Job) -> Standing:
        record = await self._store.record(job.id)
        waits = record.status is Status.QUEUED
        return Standing(
            ahead=await self._store.ahead(job.id) if waits else None,
            since=record.accepted_at if waits else record.started_at,
            ticket=record.ticket,
            stopping=record.cancel_asked,
        )

    async def _answered(self, job: Job) -> Picture | None:
        if job.answers is None:
            return None
        prompt = await self.prompt_of(job.answers)
        key = "alt-imagine" if prompt else "alt-upload"
        return await self.picture(job.answers, self.replies.words.say(job.by.locale, key, prompt=prompt))

    async def _painted_as(self, job: Job) -> str:
        return "" if isinstance(job.request, Imagine) else await self.prompt_of(job.request.source)

    def _offer(self, job: Job) -> Offer | None:
        try:
            return self._catalogue.offer(job.provider, job.model)
        except NoOfferError:
            return None


def shown(saved: SavedImage, alt: str) -> Picture:
    """A saved picture with the words that a screen reader says."""
    return Picture(
        id=saved.id,
        name=saved.name,
        alt=alt,
        width=saved.width,
        height=saved.height,
        size_bytes=saved.size_bytes,
    )
