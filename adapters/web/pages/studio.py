"""The studio panel: every parameter of the chosen model as a control, and the keys of the providers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from aiohttp import web

from adapters.web.answer import status_for
from adapters.web.body import Form, form
from adapters.web.guard import CALLER
from adapters.web.render import Say, templates
from adapters.web.visitor import Speech
from bot.desk import Desk
from bot.errors import BadValueError, KeyNotHereError, KeyRefusedError, KeyUncheckedError
from bot.offer import Grid, Number, Offer, Ratios, Switch
from bot.request import SEED_LIMIT, Enlarge, Format, ImageId, Kind, Ratio, Shape, Wish

PRESETS: Final = (Ratio(1, 1), Ratio(4, 3), Ratio(3, 2), Ratio(16, 9), Ratio(3, 4), Ratio(2, 3), Ratio(9, 16))
"""Ratios that a free grid offers at a touch."""
KEY_LIMIT: Final = 400
"""Characters; the longest key of any provider known is 60."""


@dataclass(frozen=True, slots=True)
class Preset:
    """An aspect ratio as a button: `icon` is the small frame drawn on it, in units of a 20 x 20 box."""

    ratio: Ratio
    shape: Shape
    icon: tuple[float, float]


def presets(shapes: Grid | Ratios) -> list[Preset]:
    """What can be had at a touch: a few ratios of a grid, or all of a fixed list."""
    match shapes:
        case Grid():
            pairs = [(ratio, shapes.of(ratio)) for ratio in PRESETS]
        case Ratios():
            pairs = list(zip(shapes.names, shapes.shapes, strict=True))
    return [Preset(ratio, shape, _icon(ratio)) for ratio, shape in pairs]


def painted(wish: Wish, sent: Form, offers: Sequence[Offer]) -> Wish:
    """The wish with the panel's choices where the words left something open.

    A model named in the words puts the panel aside, since its controls belong to another. What stands at the offer's
    default is left to the desk. Raises BadValueError for what is no number.
    """
    offer = _chosen(sent.text("offer"), offers, Kind.IMAGINE)
    if offer is None or wish.model is not None or wish.provider is not None:
        return wish
    found: dict[str, Any] = _controls(sent, offer)
    if offer is not _first(offers, Kind.IMAGINE):
        found |= {"model": offer.model, "provider": offer.provider}
    if sent.text("seed"):
        found["seed"] = _whole("seed", sent.text("seed"), f"0–{SEED_LIMIT}")
    if (chosen := sent.text("output_format")) in list(Format) and chosen != offer.formats[0]:
        found["output_format"] = Format(chosen)
    if (wish.ratio, wish.width, wish.height) == (None, None, None):
        found |= _shape(sent, offer.shapes)
    return replace(wish, **{name: value for name, value in found.items() if getattr(wish, name) is None})


def enlarged(source: ImageId, factor: int | None, sent: Form, offers: Sequence[Offer]) -> Enlarge:
    """The upscale with the panel's choices where the words left something open."""
    offer = _chosen(sent.text("upscaler"), offers, Kind.UPSCALE)
    if offer is None:
        return Enlarge(source=source, factor=factor)
    spoken = sent.text("factor")
    if factor is None and spoken.isascii() and spoken.isdigit() and int(spoken) in offer.factors[1:]:
        factor = int(spoken)
    if offer is _first(offers, Kind.UPSCALE):
        return Enlarge(source=source, factor=factor)
    return Enlarge(source=source, factor=factor, model=offer.model, provider=offer.provider)


@dataclass(frozen=True, slots=True)
class Studio:
    """The panel's fragments and the keys given in it."""

    desk: Desk
    speech: Speech

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/channel/studio", self.show),
            web.post("/channel/keys/{provider}", self.give),
            web.post("/channel/keys/{provider}/forget", self.forget),
        ]

    def panel(self, request: web.Request, *, complaints: dict[str, str] | None = None) -> str:
        """The inside of the panel, for the models chosen in the query; complaints are about keys, by provider."""
        locale = self.speech.locale(request)
        offers = self.desk.offers(locale)
        paint = _chosen(request.query.get("offer", ""), offers, Kind.IMAGINE) or _first(offers, Kind.IMAGINE)
        enlarge = _chosen(request.query.get("upscaler", ""), offers, Kind.UPSCALE) or _first(offers, Kind.UPSCALE)
        say = self.speech.to(request)
        return (
            templates()
            .get_template("studio.html")
            .render(
                say=say,
                control=partial(control, say=say),
                painters=[offer for offer in offers if offer.kind is Kind.IMAGINE],
                enlargers=[offer for offer in offers if offer.kind is Kind.UPSCALE],
                paint=paint,
                enlarge=enlarge,
                takes_references=any(offer.references for offer in offers),
                presets=presets(paint.shapes) if paint and paint.shapes else [],
                free=isinstance(paint.shapes, Grid) if paint else False,
                price=partial(price, say=say),
                seed_limit=SEED_LIMIT,
                vendors=self.desk.vendors(locale),
                may_hold_keys=request[CALLER].may_hold_keys,
                complaints=complaints or {},
            )
        )

    async def show(self, request: web.Request) -> web.Response:
        return _fragment(self.panel(request))

    async def give(self, request: web.Request) -> web.Response:
        """Take a provider's key. It is checked at once, goes nowhere but to the desk, and never comes back."""
        name = self._vendor(request)
        sent = await form(request)
        key = sent.text("key")
        try:
            if not re.fullmatch(rf"[!-~]{{8,{KEY_LIMIT}}}", key):
                raise KeyRefusedError(provider=self._title(name))
            await self.desk.set_key(name, key, remember=bool(sent.text("remember")))
        except (KeyRefusedError, KeyUncheckedError) as error:
            reply = self.desk.notice(error, locale=self.speech.locale(request))
            complaints = {name: reply.body or reply.title}
            return _fragment(self.panel(request, complaints=complaints), status=status_for(error))
        return _fragment(self.panel(request))

    async def forget(self, request: web.Request) -> web.Response:
        await self.desk.drop_key(self._vendor(request))
        return _fragment(self.panel(request))

    def _title(self, name: str) -> str:
        return next(vendor.title for vendor in self.desk.vendors() if vendor.name == name)

    def _vendor(self, request: web.Request) -> str:
        """The provider meant. Raises KeyNotHereError."""
        if not request[CALLER].may_hold_keys:
            raise KeyNotHereError
        name = request.match_info["provider"]
        if name not in [vendor.name for vendor in self.desk.vendors() if vendor.variable]:
            raise web.HTTPNotFound
        return name


def control(item: Number | Switch, *, say: Say) -> str:
    """One parameter as a control."""
    kind = "number" if isinstance(item, Number) else "switch"
    return templates().get_template("control.html").render(item=item, kind=kind, say=say)


def price(offer: Offer, *, say: Say) -> str:
    """What one picture costs, in words."""
    if offer.price_cents is None:
        return say("page-price-unknown")
    if offer.price_cents == 0:
        return say("cost-free")
    return say("page-price", cents=float(offer.price_cents))


def _fragment(html: str, *, status: int = 200) -> web.Response:
    return web.Response(text=html, content_type="text/html", status=status)


def _chosen(name: str, offers: Sequence[Offer], kind: Kind) -> Offer | None:
    return next((offer for offer in offers if offer.name == name and offer.kind is kind), None)


def _first(offers: Sequence[Offer], kind: Kind) -> Offer | None:
    return next((offer for offer in offers if offer.kind is kind), None)


def _controls(sent: Form, offer: Offer) -> dict[str, int | float | bool]:
    """The parameters that were moved away from their defaults."""
    found: dict[str, int | float | bool] = {}
    for item in offer.controls:
        spoken = sent.text(item.name)
        match item:
            case Switch(name=name, default=default):
                if bool(spoken) is not default:
                    found[name] = bool(spoken)
            case Number(name=name, whole=whole, default=default) if spoken:
                allowed = f"{item.low:g}–{item.high:g}"
                value = _whole(name, spoken, allowed) if whole else _decimal(name, spoken, allowed)
                if value != default:
                    found[name] = value
            case Number():
                pass
    return found


def _shape(sent: Form, shapes: Grid | Ratios | None) -> dict[str, int | Ratio]:
    match shapes:
        case Grid():
            width = _whole("width", sent.text("width") or str(shapes.default.width), f"{shapes.low}–{shapes.high}")
            height = _whole("height", sent.text("height") or str(shapes.default.height), f"{shapes.low}–{shapes.high}")
            return {} if Shape(width, height) == shapes.default else {"width": width, "height": height}
        case Ratios():
            spoken = sent.text("ratio")
            known = next((name for name in shapes.names if str(name) == spoken), None)
            return {} if known is None or known == shapes.names[0] else {"ratio": known}
        case None:
            return {}


def _whole(field: str, spoken: str, allowed: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", spoken):
        raise BadValueError(field=field, value=spoken[:40], allowed=allowed)
    return int(spoken)


def _decimal(field: str, spoken: str, allowed: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}([.,][0-9]{1,6})?", spoken):
        raise BadValueError(field=field, value=spoken[:40], allowed=allowed)
    return float(spoken.replace(",", "."))


def _icon(ratio: Ratio) -> tuple[float, float]:
    """The largest frame of that ratio within 16 units, leaving a margin in the 20 x 20 box."""
    longer = max(ratio.across, ratio.down)
    return round(16 * ratio.across / longer, 1), round(16 * ratio.down / longer, 1)
