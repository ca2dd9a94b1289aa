"""What a provider sells: models with their parameters, shapes, limits and prices, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import log

from bot.request import Format, Kind, Ratio, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A parameter with a range, both ends allowed. `step` is the control's step; whole numbers where `whole`."""

    name: str
    low: float
    high: float
    default: float
    step: float = 1
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A parameter that is on or off."""

    name: str
    default: bool = False


Control = Number | Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Any width and height from low to high pixels in steps, up to `max_pixels` in all."""

    low: int
    high: int
    step: int
    default: Shape
    max_pixels: int

    def nearest(self, shape: Shape) -> Shape:
        """The nearest shape that this model can make, keeping the ratio where it must shrink."""
        scale = min(1.0, self.high / max(shape.width, shape.height), (self.max_pixels / shape.pixels) ** 0.5)
        snapped = Shape(self._snap(shape.width * scale), self._snap(shape.height * scale))
        while snapped.pixels > self.max_pixels and max(snapped.width, snapped.height) > self.low:
            wider = snapped.width >= snapped.height
            snapped = Shape(snapped.width - self.step * wider, snapped.height - self.step * (not wider))
        return snapped

    def of(self, ratio: Ratio) -> Shape:
        """The shape of that ratio with about as many pixels as the default."""
        height = (self.default.pixels / float(ratio)) ** 0.5
        width = height * float(ratio)
        scale = min(1.0, self.high / max(width, height))
        return Shape(self._snap(width * scale), self._snap(height * scale))

    def _snap(self, side: float) -> int:
        return int(min(self.high, max(self.low, round(side / self.step) * self.step)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """A fixed list of shapes, chosen by aspect ratio only; the default comes first."""

    shapes: tuple[Shape, ...]
    names: tuple[Ratio, ...]
    """What the vendor calls each shape; the pixels of a 16:9 shape need not be exactly 16:9."""

    @property
    def default(self) -> Shape:
        return self.shapes[0]

    def nearest(self, shape: Shape) -> Shape:
        return self.of(shape.ratio)

    def of(self, ratio: Ratio) -> Shape:
        wanted = log(float(ratio))
        return min(zip(self.names, self.shapes, strict=True), key=lambda pair: abs(log(float(pair[0])) - wanted))[1]

    def name_of(self, shape: Shape) -> Ratio:
        """The vendor's name for one of our shapes."""
        return self.names[self.shapes.index(shape)]


Shapes = Grid | Ratios


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What picture an upscale takes: sides and area in pixels, the file in bytes."""

    min_side: int = 32
    max_side: int = 4096
    min_pixels: int = 1024
    max_pixels: dict[int, int] = field(default_factory=dict)
    """By factor: a x4 may take less than a x2."""
    max_bytes: int = 10 * 1024 * 1024
    formats: tuple[Format, ...] = (Format.PNG, Format.JPEG, Format.WEBP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One model of one provider for one kind of work.

    price_cents is US cents for one picture and None where nobody published it (never taken as zero);
    free says that submitting again costs nothing, so that a lost answer may simply be repeated.
    """

    provider: str
    model: str
    kind: Kind
    title: str
    """A name for people, such as "FLUX.1 [dev]"; a vendor's own, so not translated."""
    price_cents: Decimal | None
    price_as_of: date | None = None
    free: bool = False
    shapes: Shapes | None = None
    controls: tuple[Control, ...] = ()
    formats: tuple[Format, ...] = (Format.WEBP, Format.PNG, Format.JPEG)
    factors: tuple[int, ...] = ()
    intake: Intake | None = None
    max_prompt: int = 2000
    references: int = 0
    typical_s: float = 5.0
    """Seconds from submit to picture: the pace of polling before anything was learnt."""
    deadline_s: float = 120.0
    slots: int = 1
    """Tasks the provider lets one key have under way."""

    @property
    def name(self) -> str:
        return f"{self.provider}/{self.model}"

    def control(self, name: str) -> Control | None:
        """The parameter of that name, or None where this model has none."""
        return next((control for control in self.controls if control.name == name), None)
