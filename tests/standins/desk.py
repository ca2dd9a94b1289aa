"""A desk in memory for the doors' tests: calls, words and Replies as the house's, and jobs that a test drives."""

from __future__ import annotations

import asyncio
import hashlib
import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

from PIL import Image, UnidentifiedImageError

from bot import plot, prompt, statement
from bot.clock import Clock, RealClock
from bot.delivery import Messenger
from bot.desk import Desk
from bot.errors import (
    BotError,
    BrokenPictureError,
    DuplicateError,
    JobUnknownError,
    KeyRefusedError,
    NoOfferError,
    NotAPictureError,
    NotYoursError,
    PictureTooLargeError,
    PictureUnknownError,
    StillUnsureError,
    TooLateError,
    UnknownModelError,
)
from bot.job import Cancelled, Failed, Finished, Job, JobId, Outcome, Progress, Status, Ticket, status_of
from bot.message import Person, Picture, Place, Receipt, Reply
from bot.offer import Grid, Number, Offer, Ratios, Switch
from bot.reply import Replies, Standing
from bot.request import Enlarge, Format, ImageId, Imagine, Kind, Ratio, Request, Shape, Upscale, Wish, kind_of
from bot.spending import Spending, Spent
from bot.view import Entry, Link, Shown, Vendor, View
from bot.words import Words
from tests.standins.landscape import enlarge, paint

GRID = Grid(low=256, high=1440, step=32, default=Shape(1024, 768), max_pixels=1440 * 1440)
ULTRA = (Ratio(16, 9), Ratio(1, 1), Ratio(3, 2), Ratio(4, 5), Ratio(9, 16), Ratio(21, 9))
OFFERS = (
    Offer(
        provider="flux", model="flux-dev", kind=Kind.IMAGINE, title="FLUX.1 [dev]", price_cents=Decimal("2.5"),
        shapes=GRID, references=1, controls=(
            Number(name="steps", low=1, high=50, default=28),
            Number(name="guidance", low=1.5, high=5, default=3, step=0.1, whole=False),
            Switch(name="prompt_upsampling"),
            Number(name="safety_tolerance", low=0, high=6, default=2),
        ),
    ),
    Offer(
        provider="flux", model="flux-pro-1.1-ultra", kind=Kind.IMAGINE, title="FLUX1.1 [pro] Ultra",
        price_cents=Decimal(6), references=1, controls=(Switch(name="raw"),),
        shapes=Ratios(names=ULTRA, shapes=tuple(Shape(64 * r.across, 64 * r.down) for r in ULTRA)),
    ),
    Offer(
        provider="local", model="sketch", kind=Kind.IMAGINE, title="Offline sketch", price_cents=Decimal(0), free=True,
        shapes=Grid(low=64, high=2048, step=1, default=Shape(1024, 768), max_pixels=2048 * 2048),
    ),
    Offer(
        provider="local", model="upscale", kind=Kind.UPSCALE, title="Offline upscale", price_cents=Decimal(0),
        free=True, factors=(2, 4),
    ),
)  # fmt: skip
"""The first of each kind is the default, as in the house."""
GOOD_KEY = "sk-stand-in-good-key"


@dataclass(slots=True)
class Ask:
    """A job and everything that became of it."""

    job: Job
    offer: Offer
    standing: Standing
    position: int
    revision: int
    written: Reply | None
    """The message as it was written down last; progress is told and not written, as in the house."""
    receipt: Receipt | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    deleted: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class StandInDesk:
    """Satisfies bot.desk.Desk. `work`, `finish` and `end` drive a job; `refuse` is raised by the next accept."""

    def __init__(self, folder: Path, *, clock: Clock | None = None, offers: Sequence[Offer] = OFFERS) -> None:
        self.clock = clock or RealClock()
        self.words = Words.load(self.clock, strict=True)
        self.replies = Replies(self.words)
        self.folder = folder
        self.asks: dict[JobId, Ask] = {}
        self.pictures: dict[ImageId, Picture] = {}
        self.events: dict[str, JobId] = {}
        self.keys: dict[str, bool] = {}
        self.messenger: Messenger | None = None
        self.refuse: BotError | None = None
        self.calls: list[tuple[str, str, Mapping[str, str], bytes]] = []
        """What providers said that called back."""
        self.spent = Spending(day="", month="", today=Spent(), this_month=Spent(), days=(), allowances=())
        """What whoever asks reads of themselves; of the team only who is an admin."""
        self.at: Link | None = None
        """Where `shown` says that pictures lie, in place of the folder."""
        self.pictures_origin = ""
        self.all_offers = tuple(offers)
        self._revisions = itertools.count(1)
        self._ids = itertools.count(1)
        self.accepted = asyncio.Event()

    @property
    def front(self) -> Desk:
        """This desk as a door takes it; test_desk_standin.py compares the two."""
        return cast("Desk", self)

    # ---- what doors call

    def read(self, text: str) -> Wish:
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
        if event in self.events:
            raise DuplicateError(job=self.events[event])
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        offer = self._offer(wish)
        request = self._settled(wish, offer)
        job = Job(
            id=JobId(f"{next(self._ids):016x}"), request=request, provider=offer.provider, model=offer.model, by=by,
            at=at, accepted_at=self.clock.now(), deadline_s=offer.deadline_s, reserved_cents=offer.price_cents,
            event=event, asked=asked, answers=answers,
        )  # fmt: skip
        self.events[event] = job.id
        revision = next(self._revisions)
        ask = Ask(job, offer, Standing(ahead=0, since=job.accepted_at), revision, revision, None)
        ask.written = self._working(ask)
        self.asks[job.id] = ask
        if self.messenger is not None:
            ask.receipt = await self.messenger.post(at, ask.written, nonce=job.id)
        self.accepted.set()
        return job.id

    async def again(self, job: JobId, *, by: Person, at: Place, event: str) -> JobId:
        ask = self._ask(job)
        if event in self.events:
            raise DuplicateError(job=self.events[event])
        match ask.job.request:
            case Imagine() as request:
                wish: Wish | Enlarge = Wish(
                    prompt=request.prompt, width=request.shape.width, height=request.shape.height
                )
            case Upscale() as request:
                wish = Enlarge(source=request.source, factor=request.factor)
        return await self.accept(wish, by=by, at=at, event=event, asked=ask.job.asked, answers=ask.job.answers)

    async def cancel(self, job: JobId, *, by: Person) -> None:
        ask = self._own(job, by)
        if ask.outcome is not None:
            raise TooLateError
        await self.end(job, Cancelled())

    async def settle(self, job: JobId, *, by: Person) -> None:
        """As of a provider that cannot say how it ended."""
        ask = self._own(job, by)
        if not (isinstance(ask.outcome, Failed) and ask.outcome.unsure):
            raise TooLateError
        raise StillUnsureError

    async def called_back(self, provider: str, name: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Genuine where the address ends in the word."""
        self.calls.append((provider, name, headers, body))
        return name.endswith("genuine")

    async def delete(self, job: JobId, *, by: Person) -> None:
        ask = self._own(job, by)
        ask.deleted, ask.written, ask.revision = True, None, next(self._revisions)
        if self.messenger is not None and ask.receipt is not None:
            await self.messenger.remove(ask.job.at, ask.receipt)

    async def view(self, job: JobId) -> View:
        ask = self._ask(job)
        standing, outcome = ask.standing, ask.outcome
        running = Status.QUEUED if standing.ahead is not None else Status.RUNNING
        reply = ask.written if outcome is not None and ask.written is not None else self._working(ask)
        return View(
            id=job, status=status_of(outcome) if outcome else running, provider=ask.job.provider, model=ask.job.model,
            request=ask.job.request, by=ask.job.by, at=ask.job.at, receipt=None, untold=False, deleted=False,
            accepted_at=ask.job.accepted_at, ended_at=ask.ended_at,
            ahead=standing.ahead or 0, word=standing.progress.word if standing.progress else "",
            task=standing.ticket.id if standing.ticket else "", outcome=outcome,
            picture=reply.pictures[0] if reply.pictures else None,
            cost_cents=outcome.cost_cents if isinstance(outcome, Finished) else None, reply=reply,
        )  # fmt: skip

    async def wait(self, job: JobId, timeout_s: float) -> View:
        try:
            async with asyncio.timeout(timeout_s):
                await self._ask(job).ended.wait()
        except TimeoutError:
            pass
        return await self.view(job)

    async def keep(self, picture: bytes, *, by: Person, max_side: int | None = None) -> Picture:
        try:
            with Image.open(io.BytesIO(picture)) as image:
                size, kind = image.size, (image.format or "").lower()
                image.load()
        except UnidentifiedImageError:
            raise NotAPictureError(allowed="PNG, JPEG, WebP") from None
        except OSError:
            raise BrokenPictureError from None
        limit = max_side or 4096
        if max(size) > limit:
            raise PictureTooLargeError(width=size[0], height=size[1], limit=f"{limit}x{limit}")
        return self.shelve(picture, Format(kind), "Picture added as a file")

    async def shown(self, name: str) -> Shown:
        picture = self.pictures.get(ImageId(name.partition(".")[0]))
        if picture is None or name not in (picture.id, picture.name):
            raise PictureUnknownError
        return Shown(
            picture=picture, at=self.at or self.folder / picture.name, format=Format(picture.name.rpartition(".")[2])
        )

    async def history(
        self, place: Place, *, since: int = 0, before: int | None = None, limit: int = 50
    ) -> Sequence[Entry]:
        here = [ask for ask in self.asks.values() if (ask.job.at.door, ask.job.at.id) == (place.door, place.id)]
        if since:
            chosen = sorted((ask for ask in here if ask.revision > since), key=lambda ask: ask.revision)[:limit]
        else:
            chosen = [ask for ask in here if not ask.deleted and (before is None or ask.position < before)][-limit:]
        return [
            Entry(
                job=ask.job.id, revision=ask.revision, reply=self._now(ask), posted_at=ask.job.accepted_at,
                position=ask.position,
            )
            for ask in chosen
        ]  # fmt: skip

    def offers(self, locale: str = "en") -> Sequence[Offer]:
        return [replace(offer, title=self.replies.title(locale, offer)) for offer in self.all_offers]

    def vendors(self, locale: str = "en") -> Sequence[Vendor]:
        flux = any(offer.provider == "flux" for offer in self.all_offers)
        return (
            Vendor(name="flux", title="FLUX by Black Forest Labs", on=flux, variable="BFL_API_KEY",
                   credits_cents=1240.0 if flux else None),
            Vendor(name="stability", title="Stability AI", on="stability" in self.keys, variable="STABILITY_API_KEY",
                   remembered=self.keys.get("stability", False)),
            Vendor(name="local", title="On this machine", on=True, variable=None),
        )  # fmt: skip

    async def set_key(self, provider: str, key: str, *, remember: bool) -> None:
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        if key != GOOD_KEY:
            raise KeyRefusedError(provider=next(each.title for each in self.vendors() if each.name == provider))
        self.keys[provider] = remember

    async def drop_key(self, provider: str) -> None:
        self.keys.pop(provider, None)

    def notice(self, error: BotError, *, locale: str, asked: str = "") -> Reply:
        return self.replies.notice(error, locale=locale, asked=asked)

    def help(self, locale: str) -> Reply:
        return self.replies.help(locale, self.all_offers)

    async def spending(self, *, by: Person, at: Place) -> Spending:
        return self.spent if by.moderates(at) else replace(self.spent, team=None)

    async def usage(self, *, by: Person, at: Place, drawn: bool = True) -> Reply:
        spending, picture = await self.spending(by=by, at=at), None
        drawing = plot.drawing(spending, self.words, by.locale) if drawn else None
        if drawing is not None:
            picture = self.shelve(await asyncio.to_thread(plot.png, drawing), Format.PNG, plot.alt(drawing))
        return statement.usage(spending, picture, self.words, by.locale)

    def say(self, locale: str, key: str, **facts: object) -> str:
        return self.words.say(locale, key, **facts)

    # ---- what a test drives

    async def work(
        self,
        job: JobId,
        *,
        word: str = "Pending",
        fraction: float | None = None,
        task: str = "a1b2c3",
        ahead: int | None = None,
    ) -> None:
        """Let a job show a new standing, told and not written."""
        ask = self._ask(job)
        progress = None if ahead is not None else Progress(word, fraction)
        ask.standing = Standing(
            ahead=ahead, progress=progress, since=ask.job.accepted_at, ticket=Ticket(ask.job.provider, task)
        )
        if self.messenger is not None and ask.receipt is not None:
            await self.messenger.edit(ask.job.at, ask.receipt, self._working(ask))

    async def finish(self, job: JobId, picture: bytes | None = None) -> Picture:
        """End a job with a picture of the size that was asked for."""
        ask = self._ask(job)
        match ask.job.request:
            case Imagine() as request:
                shape, seed, alt = request.shape, request.seed, self.replies.alt(ask.job)
                content = picture or paint(shape, seed)
            case Upscale() as request:
                source = self.pictures[request.source]
                shape = Shape(source.width * request.factor, source.height * request.factor)
                alt = self.replies.alt(ask.job)
                content = picture or enlarge((self.folder / source.name).read_bytes(), shape)
        kept = self.shelve(content, Format.WEBP, alt)
        notes = {"engine": "ncnn"} if kind_of(ask.job.request) is Kind.UPSCALE else {}
        cost = ask.offer.price_cents
        await self.end(job, Finished(image=kept.id, cost_cents=cost, word="Ready", notes=notes), kept)
        return kept

    async def end(self, job: JobId, outcome: Outcome, picture: Picture | None = None) -> None:
        """End a job in any way."""
        ask = self._ask(job)
        ask.outcome, ask.ended_at = outcome, self.clock.now()
        ask.written = self.replies.ended(
            ask.job, outcome, offer=ask.offer, ticket=ask.standing.ticket, picture=picture,
            answers=self._answered(ask), took_s=(ask.ended_at - ask.job.accepted_at).total_seconds(),
            other_providers_on=True,
            takes_references=True,
        )  # fmt: skip
        ask.revision = next(self._revisions)
        if self.messenger is not None and ask.receipt is not None:
            await self.messenger.edit(ask.job.at, ask.receipt, ask.written)
        ask.ended.set()

    def shelve(self, content: bytes, kind: Format, alt: str) -> Picture:
        """Put bytes in the gallery."""
        image_id = ImageId(hashlib.sha256(content).hexdigest())
        name = f"{image_id}.{kind.value}"
        (self.folder / name).write_bytes(content)
        with Image.open(io.BytesIO(content)) as image:
            picture = Picture(image_id, name, alt, *image.size, size_bytes=len(content))
        self.pictures[image_id] = picture
        return picture

    def _offer(self, wish: Wish | Enlarge) -> Offer:
        kind = Kind.IMAGINE if isinstance(wish, Wish) else Kind.UPSCALE
        fitting = [offer for offer in self.all_offers if offer.kind is kind]
        if not fitting:
            raise NoOfferError(kind=kind.value)
        named = [
            offer
            for offer in fitting
            if wish.model in (None, offer.model, offer.name) and wish.provider in (None, offer.provider)
        ]
        if not named:
            raise UnknownModelError(model=wish.model, possible=", ".join(offer.model for offer in fitting))
        return named[0]

    def _settled(self, wish: Wish | Enlarge, offer: Offer) -> Request:
        if isinstance(wish, Enlarge):
            if wish.source not in self.pictures:
                raise PictureUnknownError
            return Upscale(source=wish.source, factor=wish.factor or offer.factors[0])
        assert offer.shapes is not None
        asked: Shape | Ratio | None = wish.ratio
        if wish.ratio is not None:
            shape = offer.shapes.of(wish.ratio)
        else:
            wanted = Shape(wish.width or offer.shapes.default.width, wish.height or offer.shapes.default.height)
            shape = offer.shapes.nearest(wanted)
            asked = wanted if shape != wanted else None
        return Imagine(
            prompt=wish.prompt, shape=shape, seed=wish.seed if wish.seed is not None else 1000 + len(self.asks),
            output_format=wish.output_format or Format.WEBP, steps=wish.steps, guidance=wish.guidance,
            prompt_upsampling=wish.prompt_upsampling, safety_tolerance=wish.safety_tolerance, raw=wish.raw,
            asked=asked if isinstance(asked, Shape) else None, references=wish.references,
        )  # fmt: skip

    def _working(self, ask: Ask) -> Reply:
        return self.replies.working(ask.job, ask.offer, ask.standing, self._answered(ask))

    def _now(self, ask: Ask) -> Reply | None:
        """What the history shows: a job under way with its progress."""
        return ask.written if ask.written is None or ask.outcome is not None else self._working(ask)

    def _answered(self, ask: Ask) -> Picture | None:
        return self.pictures.get(ask.job.answers) if ask.job.answers else None

    def _ask(self, job: JobId) -> Ask:
        if job not in self.asks:
            raise JobUnknownError
        return self.asks[job]

    def _own(self, job: JobId, by: Person) -> Ask:
        ask = self._ask(job)
        if by.key != ask.job.by.key and not by.moderates(ask.job.at):
            raise NotYoursError
        return ask
