"""Stability AI: one call paints or enlarges a picture and brings it home."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Final, Literal

from aiohttp import FormData
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.clock import Clock
from bot.errors import BotError, BrokenError, LanguageError, LinkGoneError, RejectedError, ThrottledError, UnsureError
from bot.job import Moderated, Rendered, Ticket, Where
from bot.offer import Intake, Offer, Ratios
from bot.providers import Health, Kit, Order, Reading
from bot.providers._trust import keeps_key_private
from bot.providers._wire import PICTURE_LIMIT, Answer, Wire, cents
from bot.request import SEED_LIMIT, Format, Imagine, Kind, Ratio, Shape, Upscale

TITLE: Final = "Stability AI"
VARIABLE: Final = "STABILITY_API_KEY"

SHUT_OUT_S: Final = 60.0
"""After more than 150 requests in 10 s, every call of the key is refused for a minute (the vendor's description)."""
BODY_LIMIT: Final = 10 * 1024 * 1024
"""Bytes of a whole request, multipart frame and all; larger ones are answered 413."""
FRAME_BYTES: Final = 64 * 1024
FIELDS: Final[Mapping[str, str]] = {"image": "source", "aspect_ratio": "ratio"}
"""The vendor's parameter names where request.py has others."""

Model = Literal["core", "fast"]

RATIOS: Final = tuple(map(Ratio.parse, ("1:1", "21:9", "16:9", "3:2", "5:4", "4:5", "2:3", "9:16", "9:21")))
"""All that the vendor takes, its default first."""


def _megapixel_and_half(ratio: Ratio) -> Shape:
    """About what core makes: the vendor publishes 1.5 megapixels and no sizes; the saved picture tells its own."""
    height = (1_500_000 / float(ratio)) ** 0.5
    return Shape(round(height * float(ratio) / 16) * 16, round(height / 16) * 16)


# Prices since 2025-08-01, as the vendor's description gave them in 2026. 1 credit is 1 US cent.
_PRICED_ON: Final = date(2025, 8, 1)
OFFERS: Final[Mapping[Model, Offer]] = {
    "core": Offer(
        provider="stability",
        model="core",
        kind=Kind.IMAGINE,
        title="Stable Image Core",
        price_cents=Decimal(3),
        price_as_of=_PRICED_ON,
        shapes=Ratios(shapes=tuple(map(_megapixel_and_half, RATIOS)), names=RATIOS),
        typical_s=5.0,
    ),
    "fast": Offer(
        provider="stability",
        model="fast",
        kind=Kind.UPSCALE,
        title="Stability Fast Upscaler",
        price_cents=Decimal(2),
        price_as_of=_PRICED_ON,
        factors=(4,),
        intake=Intake(
            min_side=32,
            max_side=1536,
            min_pixels=1024,
            max_pixels={4: 1024 * 1024},
            max_bytes=BODY_LIMIT - FRAME_BYTES,
        ),
        typical_s=2.0,
    ),
}
PATHS: Final[Mapping[str, str]] = {
    "core": "/v2beta/stable-image/generate/core",
    "fast": "/v2beta/stable-image/upscale/fast",
}

PERSONAL: Final = frozenset({"content_moderation", "public_figure"})
"""The names of 403 and 422 answers in which the vendor judges what is shown, not how it was asked."""
UNCHARGED: Final = "internal_error"
"""The name of a 500 that the vendor's own program answers: failed generations are not charged."""


class Settings(BaseModel):
    """The table [providers.stability]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    base_url: str = "https://api.stability.ai"
    models: tuple[Model, ...] = Field(default=("core", "fast"), min_length=1)
    """What to offer: core paints, fast enlarges four times."""
    deadline_s: float = Field(default=120.0, gt=0, le=3600)
    """Seconds for one call, which lasts until the picture is made."""
    slots: int = Field(default=10, ge=1, le=100)
    """Calls under way at once; the vendor limits requests in 10 s, not this."""

    @field_validator("base_url")
    @classmethod
    def _key_in_private(cls, base_url: str) -> str:
        if not keeps_key_private(base_url):
            raise ValueError("base_url needs https:// (http:// only on this machine)")
        return base_url


class Stability:
    """The vendor's synchronous calls; opened by `open_provider`."""

    name: Final = "stability"

    def __init__(self, settings: Settings, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self._open_at = clock.steady()
        """Steady time before which every call would only prolong the shut-out."""
        self._offers = {
            model: replace(OFFERS[model], deadline_s=settings.deadline_s, slots=settings.slots)
            for model in settings.models
        }

    @property
    def offers(self) -> tuple[Offer, ...]:
        return tuple(self._offers.values())

    async def submit(self, order: Order) -> Rendered | Moderated:
        """Make and shelve the picture. HTTP 200 with a blurred picture is Moderated, as are judged words or sources."""
        self._wait_your_turn()
        offer = next((offer for model, offer in self._offers.items() if model == order.model), None)
        if offer is None:
            raise RejectedError(f"no such model: {order.model}", fields={"model": order.model}, provider=self.name)
        answer = await self._wire.buy(
            PATHS[offer.model],
            lambda: _form(order, offer),
            headers={"accept": "image/*", "stability-client-id": "imagebot", "stability-client-user-id": order.person},
            limit=PICTURE_LIMIT,
        )
        upscale = offer.kind is Kind.UPSCALE
        if not answer.ok:
            return self._refused(answer, Where.SOURCE if upscale else Where.PROMPT)
        if answer.headers.get("finish-reason") == "CONTENT_FILTERED":
            return Moderated(where=Where.SOURCE if upscale else Where.IMAGE, word="CONTENT_FILTERED")
        if not answer.headers.get("content-type", "").startswith("image/") or not answer.body:
            raise UnsureError("a paid call brought no picture", provider=self.name)
        return Rendered(
            shelf=await order.shelve(answer.body),
            seed=_seed(answer.headers.get("seed")),
            cost_cents=offer.price_cents,  # the answer names no price; the published one is per call
            word=answer.headers.get("finish-reason", ""),
        )

    def _refused(self, answer: Answer, judged: Where) -> Moderated:
        """Moderation as an answer; raises what else it means."""
        name = answer.words.get("name")
        if answer.status in (403, 422) and name in PERSONAL:
            # The text of content_moderation only says that it was refused, which is no reason.
            reasons = () if name == "content_moderation" else (self._wire.mask(_first(answer)),)
            return Moderated(where=judged, reasons=reasons, word=str(name))
        if answer.status == 500 and name == UNCHARGED:
            raise BrokenError("internal_error", said=self._wire.mask(_first(answer)), provider=self.name)
        error = self._wire.unsold(answer, FIELDS)
        if isinstance(error, RejectedError) and name == "invalid_language":
            raise LanguageError(said=error.said, fields={"prompt": error.said}, provider=self.name)
        raise self._slowed(error)

    async def poll(self, ticket: Ticket) -> Reading:
        """Never needed: no call leaves a task behind."""
        raise BrokenError("no such task", provider=self.name)

    async def fetch(self, link: str) -> bytes:
        """Never needed: pictures come with the answer."""
        raise LinkGoneError("no such link", provider=self.name)

    async def check(self) -> Health:
        self._wait_your_turn()
        answer = await self._wire.look("/v1/user/balance", headers={"accept": "application/json"})
        balance = cents(answer.words.get("credits"))
        if not answer.ok or balance is None:
            raise self._slowed(self._wire.unseen(answer))
        return Health(credits_cents=float(balance))

    async def close(self) -> None:
        await self._wire.close()

    def _wait_your_turn(self) -> None:
        """Raises ThrottledError while the key is shut out, without a call."""
        left_s = self._open_at - self._clock.steady()
        if left_s > 0:
            raise ThrottledError("shut out", retry_after_s=left_s, provider=self.name)

    def _slowed(self, error: BotError) -> BotError:
        """The same error; a 429 closes the door to all calls for as long as the vendor does."""
        if isinstance(error, ThrottledError):
            error.retry_after_s = max(SHUT_OUT_S, error.retry_after_s or 0.0)
            self._open_at = self._clock.steady() + error.retry_after_s
        return error


def _form(order: Order, offer: Offer) -> FormData:
    """The call's fields; always multipart, also without a file, since the vendor refuses any other body."""
    form = FormData(default_to_multipart=True)
    form.add_field("output_format", order.request.output_format.value)
    match order.request, offer.shapes:
        case Imagine() as request, Ratios() as ratios:
            form.add_field("prompt", request.prompt)
            form.add_field("aspect_ratio", str(ratios.name_of(ratios.nearest(request.shape))))
            form.add_field("seed", str(request.seed))
        case Upscale() as request, _ if request.factor in offer.factors and order.pictures:
            picture = order.pictures[0]
            form.add_field("image", BytesIO(picture), filename="picture", content_type=_type_of(picture).mime)
        case _:
            raise RejectedError(f"{offer.model} does not do this", provider="stability")
    return form


def _type_of(picture: bytes) -> Format:
    """A verified picture's type by its first bytes."""
    if picture.startswith(b"\x89PNG"):
        return Format.PNG
    return Format.JPEG if picture.startswith(b"\xff\xd8") else Format.WEBP


def _first(answer: Answer) -> str:
    """The first sentence of an `errors` list."""
    errors = answer.words.get("errors")
    return str(errors[0]) if isinstance(errors, list) and errors else ""


def _seed(told: str | None) -> int | None:
    """None also for a seed that nobody could ask for again."""
    if told is None or not re.fullmatch(r"[0-9]{1,10}", told):
        return None
    return int(told) if int(told) <= SEED_LIMIT else None


def open_provider(settings: Settings, key: str, kit: Kit) -> Stability:
    """Opens no connection yet."""
    wire = Wire(
        vendor="stability",
        base_url=settings.base_url,
        key=key,
        header="authorization",
        scheme="Bearer",
        clock=kit.clock,
        paid_s=settings.deadline_s,
    )
    return Stability(settings, wire, kit.clock)
