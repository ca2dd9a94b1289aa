"""FLUX by Black Forest Labs: every picture is a task to submit, then to poll at the address that came with it."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, Final, Literal
from urllib.parse import quote

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from yarl import URL

from bot.errors import BrokenError, RejectedError, SettingsError, UnsureError, VanishedError
from bot.job import Moderated, Progress, Rendered, Ticket, Turn, Where
from bot.offer import Grid, Number, Offer, Ratios, Switch
from bot.providers import Called, Health, Kit, Order, Reading
from bot.providers._callback import Doorbell
from bot.providers._trust import LOOPBACK, Host, Trust, host_of, keeps_key_private
from bot.providers._wire import Answer, Wire, cents, complaint, one_line
from bot.request import SEED_LIMIT, Imagine, Kind, Ratio, Shape, Upscale

log = structlog.get_logger(__name__)

TITLE: Final = "FLUX by Black Forest Labs"
VARIABLE: Final = "BFL_API_KEY"

SUBMIT_S: Final = 30.0
"""Seconds for a submit: the answer is a claim check, not a picture."""
REASONS_LIMIT: Final = 8
TASK_LIMIT: Final = 200
"""Characters of a task's id that a callback may name; those seen have 36."""
API_HOSTS: Final = r"api(\.[a-z0-9-]+)?\.bfl\.ai"
"""The API and its regions: a task is polled where it was taken, often on another host than the one called."""
PICTURE_HOSTS: Final = r"([a-z0-9-]+\.)+(bfl\.ai|blob\.core\.windows\.net)"
"""The vendor asks to allow its whole domain; the cloud store was seen in its own samples."""
FIELDS: Final[Mapping[str, str]] = {"image_prompt": "references", "aspect_ratio": "ratio"}
"""The vendor's parameter names where request.py has others."""

Model = Literal["flux-dev", "flux-pro-1.1", "flux-pro-1.1-ultra"]

_GRID: Final = Grid(low=256, high=1440, step=32, default=Shape(1024, 768), max_pixels=1440 * 1440)
_UPSAMPLING: Final = Switch(name="prompt_upsampling")
_TOLERANCE: Final = Number(name="safety_tolerance", low=0, high=6, default=2)
RATIOS: Final = tuple(
    map(Ratio.parse, ("16:9", "21:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "9:21"))
)
"""What ultra is asked for; the vendor takes anything from 21:9 to 9:21."""


def _four_megapixels(ratio: Ratio) -> Shape:
    """About what ultra makes; the vendor publishes no list, and the saved picture tells its own size."""
    height = (4 * 1024 * 1024 / float(ratio)) ** 0.5
    return Shape(round(height * float(ratio) / 32) * 32, round(height / 32) * 32)


# Prices: the vendor's table as published in February 2026 (flux-dev: a third party's copy). 1 credit is 1 US cent.
_PRICED_ON: Final = date(2026, 2, 1)
OFFERS: Final[Mapping[Model, Offer]] = {
    "flux-dev": Offer(
        provider="flux",
        model="flux-dev",
        kind=Kind.IMAGINE,
        title="FLUX.1 [dev]",
        price_cents=Decimal("2.5"),
        price_as_of=_PRICED_ON,
        shapes=_GRID,
        controls=(
            Number(name="steps", low=1, high=50, default=28),
            Number(name="guidance", low=1.5, high=5, default=3, step=0.1, whole=False),
            _UPSAMPLING,
            _TOLERANCE,
        ),
        references=1,
        typical_s=6.0,
    ),
    "flux-pro-1.1": Offer(
        provider="flux",
        model="flux-pro-1.1",
        kind=Kind.IMAGINE,
        title="FLUX1.1 [pro]",
        price_cents=Decimal(4),
        price_as_of=_PRICED_ON,
        shapes=_GRID,
        controls=(_UPSAMPLING, _TOLERANCE),
        references=1,
        typical_s=5.0,
    ),
    "flux-pro-1.1-ultra": Offer(
        provider="flux",
        model="flux-pro-1.1-ultra",
        kind=Kind.IMAGINE,
        title="FLUX1.1 [pro] Ultra",
        price_cents=Decimal(6),
        price_as_of=_PRICED_ON,
        shapes=Ratios(shapes=tuple(map(_four_megapixels, RATIOS)), names=RATIOS),
        controls=(_UPSAMPLING, _TOLERANCE, Switch(name="raw")),
        references=1,
        typical_s=9.0,
    ),
}


class Settings(BaseModel):
    """The table [providers.flux]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    base_url: str = "https://api.bfl.ai"
    """Where tasks are submitted; also https://api.eu.bfl.ai and https://api.us.bfl.ai."""
    poll_hosts: tuple[Host, ...] = ()
    """Further hosts that may see the key; the vendor's own are always allowed."""
    delivery_hosts: tuple[Host, ...] = ()
    """Further hosts that pictures are fetched from, without the key."""
    models: tuple[Model, ...] = Field(default=("flux-dev", "flux-pro-1.1", "flux-pro-1.1-ultra"), min_length=1)
    """What to offer; the first is the default."""
    deadline_s: float = Field(default=120.0, gt=0, le=3600)
    slots: int = Field(default=24, ge=1, le=24)
    """Tasks under way at once; the vendor allows 24 for an account."""
    webhook: bool = False
    """Have the vendor call back when a picture is ready; needs web.public_url."""

    @model_validator(mode="after")
    def _key_in_private(self) -> Settings:
        if not keeps_key_private(self.base_url, self.poll_hosts):
            raise ValueError("base_url needs https:// (http:// only on this machine, or to a host:port of poll_hosts)")
        return self


class Submitted(BaseModel):
    """The answer to a submit; the shape of `cost` is not to be relied on."""

    id: str = Field(min_length=1)
    polling_url: str = ""
    cost: Any = None


class Task(BaseModel):
    """The answer to a poll. Only the status is certain; the rest may be missing or of any type."""

    status: str
    result: Any = None
    progress: Any = None
    details: Any = None


class Call(BaseModel):
    """What the vendor posts to a webhook: a poll's answer, of which the id alone is believed."""

    id: str = Field(min_length=1, max_length=TASK_LIMIT)


def running(task: Task) -> Progress:
    """On its way; progress was seen as 0..1 and as 0..100."""
    told = task.progress
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told <= 100:
        return Progress(task.status)
    return Progress(task.status, told if told <= 1 else told / 100)


def rendered(task: Task) -> Rendered:
    """Ready; raises UnsureError where the picture's address is missing: it may be charged all the same."""
    result = task.result if isinstance(task.result, dict) else {}
    link, seed = result.get("sample"), result.get("seed")
    if not isinstance(link, str) or not link:
        raise UnsureError("ready without a picture", provider="flux")
    known = type(seed) is int and 0 <= seed <= SEED_LIMIT  # another one can neither be kept nor asked for again
    return Rendered(link=link, seed=seed if known else None, word=task.status)


def moderated(where: Where) -> Callable[[Task], Moderated]:
    """Refused before or after the work; the reasons, where given, are a list under a key with a space and capitals."""

    def read(task: Task) -> Moderated:
        details = task.details if isinstance(task.details, dict) else {}
        named = {re.sub(r"[\s_]+", " ", str(name)).casefold(): value for name, value in details.items()}
        told = named.get("moderation reasons")
        reasons = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        return Moderated(
            where=where,
            reasons=tuple(one_line(reason[:80]) for reason in reasons if isinstance(reason, str))[:REASONS_LIMIT],
            word=task.status,
        )

    return read


def gone(task: Task) -> Reading:
    raise VanishedError(task.status, provider="flux")


def broken(task: Task) -> Reading:
    raise BrokenError(task.status, provider="flux")


# Every status of the API description and those seen since; the contract test reads that list and compares.
READINGS: Final[Mapping[str, Callable[[Task], Reading]]] = {
    "Pending": running,
    "Reasoning": running,  # FLUX 3, since October 2026
    "Generating": running,
    "Ready": rendered,
    "Request Moderated": moderated(Where.PROMPT),
    "Content Moderated": moderated(Where.IMAGE),
    "Task not found": gone,
    "Error": broken,
    "Failed": broken,  # in no description; the vendor's own samples test for it
}


class Flux:
    """The vendor's tasks; opened by `open_provider`."""

    name: Final = "flux"

    def __init__(self, settings: Settings, wire: Wire, doorbell: Doorbell | None) -> None:
        self._wire, self._doorbell = wire, doorbell
        self._base_url = settings.base_url.rstrip("/")
        base, polling = URL(settings.base_url), frozenset(settings.poll_hosts)
        self._may_poll = Trust(public=API_HOSTS, base=base, named=polling)
        self._may_fetch = Trust(public=PICTURE_HOSTS, base=base, named=polling | frozenset(settings.delivery_hosts))
        self._unknown: set[str] = set()
        self._offers = {
            model: replace(OFFERS[model], slots=settings.slots, deadline_s=settings.deadline_s)
            for model in settings.models
        }

    @property
    def offers(self) -> tuple[Offer, ...]:
        return tuple(self._offers.values())

    async def submit(self, order: Order) -> Ticket:
        """Start a paid task. A bought task whose polling address is not trusted with the key is UnsureError."""
        content = await asyncio.to_thread(self._body, order)
        answer = await self._wire.buy(
            f"/v1/{order.model}",
            lambda: BytesIO(content),
            headers={"content-type": "application/json", "accept": "application/json"},
        )
        if not answer.ok:
            raise self._wire.unsold(answer, FIELDS)
        try:
            task = Submitted.model_validate(answer.words)
        except ValidationError:
            raise UnsureError("accepted without an id", provider=self.name) from None
        if self._doorbell is not None and not task.polling_url:  # a submit with a webhook is answered without one
            return self.ticket(task.id, cost_cents=cents(task.cost))
        if not self._may_poll.takes(task.polling_url):
            log.error(
                "a task was bought at a host that may not see the key: if it is right, add it to poll_hosts",
                provider=self.name,
                host=host_of(task.polling_url),
            )
            raise UnsureError("the polling address is not trusted", provider=self.name)
        return Ticket(self.name, task.id, url=task.polling_url, cost_cents=cents(task.cost))

    async def poll(self, ticket: Ticket) -> Reading:
        """Read a task once. A status word that nobody listed goes on as running, bounded by the job's deadline."""
        if not self._may_poll.takes(ticket.url):  # poll_hosts may have changed since the ticket was written
            raise UnsureError("the polling address is not trusted", provider=self.name)
        answer = await self._wire.look(ticket.url, headers={"accept": "application/json"})
        task = _task(answer)
        if task is None:
            if answer.status == 404:
                raise VanishedError("HTTP 404", provider=self.name)
            raise self._wire.unseen(answer)
        try:
            reading = READINGS.get(task.status, self._strange)(task)
        except BrokenError as error:
            error.said = self._wire.mask(complaint(answer))
            log.warning("a task broke at the provider", provider=self.name, word=task.status, said=error.said)
            raise
        if isinstance(reading, Rendered):
            return replace(reading, cost_cents=ticket.cost_cents)
        return reading

    async def fetch(self, link: str) -> bytes:
        if not self._may_fetch.takes(link):
            log.error(
                "a picture lies at a host that we do not fetch from: if it is right, add it to delivery_hosts",
                provider=self.name,
                host=host_of(link),
            )
            raise BrokenError("the picture's address is not trusted", provider=self.name)
        return await self._wire.download(link)

    async def check(self) -> Health:
        answer = await self._wire.look("/v1/credits", headers={"accept": "application/json"})
        if not answer.ok or "credits" not in answer.words:
            raise self._wire.unseen(answer)
        balance = cents(answer.words["credits"])
        return Health(credits_cents=None if balance is None else float(balance))

    @property
    def calls_back(self) -> bool:
        return self._doorbell is not None

    def called(self, name: str, headers: Mapping[str, str], body: bytes) -> Called | None:
        """Two of the vendor's own texts disagree on how a call is signed, so either way will do (providers.md 1.8)."""
        turn = self._doorbell.turn(name) if self._doorbell else None
        if self._doorbell is None or turn is None:
            return None
        plain, seal = headers.get("x-webhook-secret", ""), headers.get("x-bfl-signature", "")
        if not self._doorbell.rung_by_vendor(turn, body, plain=plain, seal=seal.removeprefix("sha256=")):
            log.warning("a call at a secret address was not signed", provider=self.name)
            return None
        try:
            return Called(turn, Call.model_validate_json(body).id)
        except ValidationError:
            log.warning("a call named no task", provider=self.name)
            return None

    def ticket(self, task: str, *, cost_cents: Decimal | None = None) -> Ticket:
        """Polled where it was submitted: no other address is known."""
        url = f"{self._base_url}/v1/get_result?id={quote(task, safe='')}"
        return Ticket(self.name, task, url=url, cost_cents=cost_cents)

    async def close(self) -> None:
        await self._wire.close()

    def _body(self, order: Order) -> bytes:
        """The request as JSON; run in a thread, since a reference picture may be megabytes."""
        match order.request:
            case Upscale():
                raise RejectedError("no upscale here", provider=self.name)
            case Imagine() as request:
                return json.dumps(self._parameters(self._offers[self._known(order.model)], request, order)).encode()

    def _parameters(self, offer: Offer, request: Imagine, order: Order) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "prompt": request.prompt,
            "seed": request.seed,
            "output_format": request.output_format.value,  # the default differs from model to model
        }
        match offer.shapes:
            case Grid():
                asked |= {"width": request.shape.width, "height": request.shape.height}
            case Ratios() as ratios:
                asked["aspect_ratio"] = str(ratios.name_of(ratios.nearest(request.shape)))
            case None:
                pass
        for control in offer.controls:
            if (value := getattr(request, control.name)) is not None:
                asked[control.name] = value
        if order.pictures:
            asked["image_prompt"] = b64encode(order.pictures[0]).decode()
        if self._doorbell is not None:
            turn = Turn(order.job, order.attempt)
            asked |= {"webhook_url": self._doorbell.url(turn), "webhook_secret": self._doorbell.secret(turn)}
        return asked

    def _known(self, model: str) -> Model:
        for known in self._offers:
            if known == model:
                return known
        raise RejectedError(f"no such model: {model}", fields={"model": model}, provider=self.name)

    def _strange(self, task: Task) -> Progress:
        word = one_line(task.status[:40])
        if word not in self._unknown and len(self._unknown) < 20:
            self._unknown.add(word)
            log.warning("a status that nobody listed", provider=self.name, word=word)
        return replace(running(task), word=word)


def _task(answer: Answer) -> Task | None:
    """The task in an answer, also in an HTTP 503, 422 or 404 that carries one; None where it is something else."""
    try:
        task = Task.model_validate(answer.words)
    except ValidationError:
        return None
    return task if answer.ok or task.status in READINGS else None


def _doorbell(settings: Settings, key: str, kit: Kit) -> Doorbell | None:
    """Where the vendor is to call. Raises SettingsError where it is to, and nobody could."""
    if not settings.webhook or kit.public_url is None:
        return None
    if not kit.public_url.startswith("https://") and URL(settings.base_url).host not in LOOPBACK:
        raise SettingsError(
            "providers.flux.webhook: the vendor calls https:// addresses only, so web.public_url must be one, "
            'such as "https://pictures.example.org"; or use providers.flux.webhook = false.'
        )
    return Doorbell(vendor="flux", origin=kit.public_url, key=key.strip())


def open_provider(settings: Settings, key: str, kit: Kit) -> Flux:
    """Opens no connection yet. Raises SettingsError."""
    wire = Wire(vendor="flux", base_url=settings.base_url, key=key, header="x-key", clock=kit.clock, paid_s=SUBMIT_S)
    return Flux(settings, wire, _doorbell(settings, key, kit))
