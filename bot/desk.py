"""The front desk: all that a door may call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog

from bot import images, policy, prompt
from bot.callback import Callbacks
from bot.clock import Clock
from bot.delivery import Delivery
from bot.engine import Engine
from bot.errors import (
    BotError,
    TooLateError,
)
from bot.gallery import Gallery
from bot.intake import Intake
from bot.job import JobId
from bot.keyring import KeyRing
from bot.message import Person, Picture, Place, Receipt, Reply, Verb
from bot.offer import Offer
from bot.policy import Limits
from bot.providers.catalogue import Catalogue
from bot.reply import Standing
from bot.request import Enlarge, Format, ImageId, Wish
from bot.runner import Runner
from bot.settling import Settling
from bot.spending import Spending
from bot.store import Store
from bot.telemetry import job_context
from bot.teller import Teller, shown
from bot.till import Till
from bot.view import Entry, Fitted, Shown, Vendor, View

__all__ = ["Desk", "Entry", "Shown", "Vendor", "View"]

log = structlog.get_logger(__name__)

UPLOAD_BYTES: Final = 10 * 1024 * 1024
"""The tightest vendor's limit on a whole request (Stability: 10 MiB)."""
UPLOAD_SIDE: Final = 4096
UPLOAD_PIXELS: Final = 16_000_000
"""64 MB once decoded, and as large as the largest picture that any model here makes."""
LOOK_S: Final = 1.0
"""How often a waiting caller looks by itself; within one process the end wakes it at once."""


class Desk:
    """What doors see. Refusals raise RefusedError; `notice` makes the private reply from it.

    over(job) lets the rest of the house know that a job has ended.
    """

    def __init__(
        self,
        *,
        store: Store,
        gallery: Gallery,
        catalogue: Catalogue,
        delivery: Delivery,
        teller: Teller,
        runner: Runner,
        intake: Intake,
        settling: Settling,
        callbacks: Callbacks,
        engine: Engine,
        limits: Limits,
        keys: KeyRing,
        clock: Clock,
        over: Callable[[JobId], None],
    ) -> None:
        self._store, self._gallery, self._catalogue = store, gallery, catalogue
        self._delivery, self._teller, self._runner, self._engine = delivery, teller, runner, engine
        self._intake, self._settling, self._callbacks = intake, settling, callbacks
        self._limits, self._keys, self._clock, self._over = limits, keys, clock, over
        self._till = Till(store=store, gallery=gallery, words=teller.replies.words, limits=limits, clock=clock)
        self._waiting: dict[JobId, set[asyncio.Event]] = {}

    def read(self, text: str) -> Wish:
        """A prompt with its flags ("a cat --ar 3:2 --seed 7") as a Wish. Raises UnknownFlagError, BadValueError."""
        return prompt.read(text)

    async def accept(
        self,
        wish: Wish | Enlarge,
        *,
        by: Person,
        at: Place,
        event: str,
        asked: str = "",
        answers: ImageId | None = None,
    ) -> JobId:
        """Take a job: decided, written, announced in `at`, and queued; a matter of milliseconds.

        event is the platform's id of what the person did; the same event again raises DuplicateError with the first
        job's id. Raises RefusedError before anything is written, DeliveryError where the place is closed to us; nothing
        is bought then.
        """
        replaceable = wish.model is None and wish.provider is None
        return await self._intake.accept(
            wish, by=by, at=at, event=event, asked=asked, answers=answers, replaceable=replaceable
        )

    async def admit(self, *, by: Person, at: Place) -> None:
        """Before a door fetches what a wish needs: whether it would be heard there now. Raises RefusedError."""
        await self._intake.admit(by, at)

    async def again(self, job: JobId, *, by: Person, at: Place, event: str) -> JobId:
        """The same request with a new seed. After an unsure end it keeps the seed, and is taken once: DuplicateError.

        Raises JobUnknownError once deleted.
        """
        return await self._intake.again(job, by=by, at=at, event=event)

    async def cancel(self, job: JobId, *, by: Person) -> None:
        """Stop a job of one's own (moderators: anybody's). Raises TooLateError, NotYoursError, JobUnknownError.

        Before it is bought that frees the money; a vendor's task goes on and is billed, and its picture is put away.
        """
        record = await self._store.record(job)
        policy.may_touch(record.job, by)
        if record.status.ended:
            raise TooLateError()
        if not await self._store.ask_cancel(job):
            raise TooLateError()
        if await self._store.cancel_queued(job):  # once that is asked, nothing that runs is put back to wait
            self._over(job)
            return
        if not self._runner.stop(job):
            standing = self._delivery.standing(job) or Standing()
            self._delivery.tell(job, replace(standing, ahead=None, stopping=True))

    async def settle(self, job: JobId, *, by: Person) -> None:
        """Ask the provider again how a job of one's own ended that is unsure (moderators: anybody's).

        Raises StillUnsureError, NoTaskError, TooLateError, NotYoursError, JobUnknownError.
        """
        policy.may_touch(await self._store.job(job), by)
        with job_context(job):
            await self._settling.look(job)

    async def called_back(self, provider: str, name: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Heed a provider's call at "/callbacks/<provider>/<name>"; False where it is not surely its own.

        Header names are in lower case.
        """
        return await self._callbacks.take(provider, name, headers, body)

    async def may_touch(self, job: JobId, *, by: Person) -> None:
        """Whether they may cancel and delete it. Raises NotYoursError, JobUnknownError."""
        policy.may_touch(await self._store.job(job), by)

    async def delete(self, job: JobId, *, by: Person) -> None:
        """Take the message and its picture away; a running job is stopped. Raises NotYoursError, JobUnknownError."""
        record = await self._store.record(job)
        policy.may_touch(record.job, by)
        if not record.status.ended:
            await self.cancel(job, by=by)
            return
        await self._gallery.forget(job)
        await self._delivery.remove(record.job)

    async def forget_people(self, door: str, prefix: str) -> None:
        """Keep nothing of a door's people and places whose ids begin so but what they cost: no word, name or picture.

        What is under way for them ends and is told nowhere; a vendor's bill for it stays in the ledger.
        """
        jobs = await self._store.jobs_of_all(door, prefix)
        async for job in self._gallery.forget_people(door, prefix):
            self._delivery.drop(job)
            self._runner.stop(job)
            self._over(job)
        await self._engine.erase(jobs)

    async def hold(self, door: str, event: str, payload: Mapping[str, Any]) -> None:
        """Keep an event that a door acknowledges before it is decided over; a second time does nothing."""
        await self._store.hold(door, event, payload)

    async def let_go(self, door: str, event: str) -> None:
        """The event is decided over."""
        await self._store.let_go(door, event)

    async def tried(self, door: str, event: str) -> int:
        """Count one more try of an event that is held; how many there were with it. 0: it was let go."""
        return await self._store.tried(door, event)

    async def held(self, door: str) -> Sequence[tuple[str, dict[str, Any]]]:
        """The door's events that are not decided over yet, in whichever process; the oldest first."""
        return await self._store.held(door)

    async def take_held(self, door: str) -> Sequence[tuple[str, dict[str, Any]]]:
        """Those of them that a process which is gone has left, from now on this one's; the oldest first."""
        return await self._store.take_held(door)

    async def view(self, job: JobId) -> View:
        """A job as it stands. Raises JobUnknownError."""
        return await self._teller.view(await self._store.record(job))

    async def mine(self, by: Person, *, limit: int = 10) -> Sequence[View]:
        """A person's newest jobs, the newest first, without those that were deleted."""
        records = await self._store.jobs_of(by.key, limit=limit)
        return [await self._teller.view(record) for record in records if not record.deleted]

    async def seen(self, views: Sequence[View]) -> None:
        """Note that their person has seen these ends by now, although they could not be told."""
        untold = [view.id for view in views if view.untold]
        if untold:
            await self._store.shown(untold)

    async def wait(self, job: JobId, timeout_s: float) -> View:
        """The view once the job has ended, or as it stands after timeout_s."""
        ends = self._clock.steady() + timeout_s
        bell = asyncio.Event()
        self._waiting.setdefault(job, set()).add(bell)
        try:
            while True:
                view = await self.view(job)
                left_s = ends - self._clock.steady()
                if view.status.ended or left_s <= 0:
                    return view
                try:
                    async with asyncio.timeout(min(LOOK_S, left_s)):
                        await bell.wait()
                except TimeoutError:
                    continue
        finally:
            self._waiting[job].discard(bell)
            if not self._waiting[job]:
                del self._waiting[job]

    def ended(self, job: JobId) -> None:
        """Wake whoever waits for this job."""
        for bell in self._waiting.get(job, ()):
            bell.set()

    async def keep(self, picture: bytes, *, by: Person, max_side: int | None = None) -> Picture:
        """Verify an uploaded picture and keep it. max_side in pixels narrows the house's limit. Raises RefusedError."""
        admitted = await images.admit(
            picture, max_bytes=UPLOAD_BYTES, max_side=max_side or UPLOAD_SIDE, max_pixels=UPLOAD_PIXELS
        )
        saved = await self._gallery.keep(admitted.picture, by=by.key)
        return shown(saved, self._teller.replies.words.say(by.locale, "alt-upload"))

    async def shown(self, name: str) -> Shown:
        """A saved picture by its file name or ImageId. Raises PictureUnknownError, StorageDownError."""
        saved, at = await self._gallery.shown(name)
        return Shown(picture=shown(saved, ""), at=at, format=saved.format)

    @property
    def pictures_origin(self) -> str:
        """Where the links of `shown` lead, such as "https://s3.eu-central-1.amazonaws.com"; empty: it gives files."""
        return self._gallery.origin

    async def behind(self, receipt: Receipt) -> ImageId | None:
        """Our full-size original of the picture that a message of ours shows; None where it shows none."""
        return await self._gallery.behind(receipt)

    async def job_at(self, receipt: Receipt) -> JobId | None:
        """The job, deleted or not, whose message stands there now; None where a newer one took its place."""
        job = await self._store.job_at(receipt)
        return job if job and (await self._store.record(job)).receipt == receipt else None

    async def fitted(self, picture: Picture, *, max_bytes: int, formats: Collection[Format] = tuple(Format)) -> Fitted:
        """The picture's bytes, re-encoded where they do not fit or are of none of these types, which hold JPEG or WebP.

        Raises PictureUnknownError, FileTooLargeError.
        """
        saved = await self._gallery.picture(picture.id)
        whole, kind = await images.exchange(await self._gallery.read(saved.id), formats)
        if len(whole) <= max_bytes:
            return Fitted(file=whole, format=kind, whole=True)
        to: images.Lossy = Format.WEBP if Format.WEBP in formats else Format.JPEG
        return Fitted(file=await images.fit(whole, max_bytes=max_bytes, to=to), format=to, whole=False)

    async def about(self, by: Person) -> Reply:
        """What is on, what the person has left, and what becomes of words and pictures."""
        own = policy.today(by, self._clock.now(), self._limits)
        return self._teller.replies.about(
            by.locale,
            self.offers(),
            door=by.door,
            pictures_today=(await self._store.spent([own]))[own].pictures,
            pictures_per_day=own.pictures or 0,
            retry_at=policy.ends(own, self._limits),
        )

    async def usage(self, *, by: Person, at: Place, drawn: bool = True) -> Reply:
        """What the person has used and has left there, and who moderates there reads the team's; drawn: with a plot."""
        return await self._till.usage(by, at, drawn=drawn)

    async def spending(self, *, by: Person, at: Place) -> Spending:
        """The same as numbers."""
        return await self._till.spending(by, at)

    def which(self, pictures: Sequence[Picture], verb: Verb, *, locale: str, factor: int | None = None) -> Reply:
        """The question which of several pictures is meant, with a button for each."""
        return self._teller.replies.which(pictures, verb, locale=locale, factor=factor)

    async def history(
        self, place: Place, *, since: int = 0, before: int | None = None, limit: int = 50
    ) -> Sequence[Entry]:
        """The place's messages, oldest first: changed after revision `since`, or the last before `before`."""
        kept = await self._store.replies(place.door, place.id, since=since, before=before, limit=limit)
        return [
            Entry(
                job=each.job,
                revision=each.revision,
                reply=(self._delivery.current(each.job) or each.reply) if each.reply else None,
                posted_at=each.posted_at,
                position=each.position,
            )
            for each in kept
        ]

    def offers(self, locale: str = "en") -> Sequence[Offer]:
        """What can be asked for now, the first of each kind being the default; titles in that language."""
        title = self._teller.replies.title
        return [replace(offer, title=title(locale, offer)) for offer in self._catalogue.offers()]

    def vendors(self, locale: str = "en") -> Sequence[Vendor]:
        """All providers this release knows, on or off; titles in that language."""
        name = self._teller.replies.words.name
        return [replace(each, title=name(locale, f"vendor-{each.name}", each.title)) for each in self._keys.vendors()]

    async def set_key(self, provider: str, key: str, *, remember: bool) -> None:
        """Check a key, switch its provider on, keep it in .env. Raises KeyRefusedError, KeyUncheckedError."""
        await self._keys.put(provider, key, remember=remember)

    async def drop_key(self, provider: str) -> None:
        """Forget a key, also in .env."""
        await self._keys.take(provider)

    def notice(self, error: BotError, *, locale: str, asked: str = "") -> Reply:
        """The private reply that a refusal or failure makes."""
        return self._teller.replies.notice(error, locale=locale, asked=asked)

    def help(self, locale: str) -> Reply:
        """What can be said here."""
        return self._teller.replies.help(locale, self.offers())

    def say(self, locale: str, key: str, **facts: object) -> str:
        """A sentence of words/ by key."""
        return self._teller.replies.words.say(locale, key, **facts)

    def close(self) -> None:
        """Take nothing new any more."""
        self._intake.close()
