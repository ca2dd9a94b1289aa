"""What a person can ask for: a Wish as spoken, and the Requests it settles into, Imagine and Upscale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from math import gcd
from typing import Final, NewType

ImageId = NewType("ImageId", str)
"""The sha256 of the saved bytes, 64 hexadecimal digits."""

PROMPT_LIMIT: Final = 2000
"""Characters. Discord's slash command option and our own page share it; every provider takes more."""
SEED_LIMIT: Final = 4_294_967_294
"""The largest seed that every provider takes (Stability's; BFL names none)."""
SIDE_LIMIT: Final = 4096
"""Pixels: the longest side that a person may ask for; each offer narrows it."""
CUSTOMARY: Final = {(7, 3): "21:9", (3, 7): "9:21"}
"""Aspect ratios that nobody writes in lowest terms."""


class Format(StrEnum):
    """File types that we keep and serve."""

    WEBP = "webp"
    PNG = "png"
    JPEG = "jpeg"

    @property
    def mime(self) -> str:
        return f"image/{self.value}"


class Kind(StrEnum):
    """The kinds of work an offer can be for."""

    IMAGINE = "imagine"
    UPSCALE = "upscale"


@dataclass(frozen=True, slots=True)
class Shape:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def ratio(self) -> Ratio:
        return Ratio(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Ratio:
    """An aspect ratio, kept in lowest terms and written as people and vendors do: 16:9, 21:9; parse() reads it back."""

    across: int
    down: int

    def __post_init__(self) -> None:
        if self.across < 1 or self.down < 1:
            raise ValueError("an aspect ratio has two positive whole numbers")
        divisor = gcd(self.across, self.down)
        object.__setattr__(self, "across", self.across // divisor)
        object.__setattr__(self, "down", self.down // divisor)

    def __str__(self) -> str:
        return CUSTOMARY.get((self.across, self.down), f"{self.across}:{self.down}")

    def __float__(self) -> float:
        return self.across / self.down

    @classmethod
    def parse(cls, text: str) -> Ratio:
        """Read "16:9", "16x9" or "16/9". Raises ValueError for anything else."""
        found = re.fullmatch(r"\s*(\d{1,4})\s*[:x/]\s*(\d{1,4})\s*", text)
        if not found:
            raise ValueError(f"not an aspect ratio: {text!r}")
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A picture asked for, as spoken: whatever is None the desk settles from the chosen offer's defaults."""

    prompt: str
    ratio: Ratio | None = None
    width: int | None = None
    height: int | None = None
    steps: int | None = None
    guidance: float | None = None
    seed: int | None = None
    prompt_upsampling: bool | None = None
    safety_tolerance: int | None = None
    raw: bool | None = None
    output_format: Format | None = None
    model: str | None = None
    provider: str | None = None
    references: tuple[ImageId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlarge:
    """An upscale asked for, as spoken; factor None means the offer's first."""

    source: ImageId
    factor: int | None = None
    model: str | None = None
    provider: str | None = None
    output_format: Format | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagine:
    """A picture to paint, all defaults settled; a parameter that the offer lacks is None and is not sent.

    `asked` is the shape that was asked for where the model could not make it and `shape` is the nearest it can;
    ignored names the parameters that were asked for and that this model does not have.
    """

    prompt: str
    shape: Shape
    seed: int
    output_format: Format = Format.WEBP
    steps: int | None = None
    guidance: float | None = None
    prompt_upsampling: bool | None = None
    safety_tolerance: int | None = None
    raw: bool | None = None
    asked: Shape | Ratio | None = None
    references: tuple[ImageId, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upscale:
    """A saved picture to enlarge `factor` times per side."""

    source: ImageId
    factor: int
    output_format: Format = Format.WEBP


Request = Imagine | Upscale


def kind_of(request: Request) -> Kind:
    """Which kind of offer answers this request."""
    match request:
        case Imagine():
            return Kind.IMAGINE
        case Upscale():
            return Kind.UPSCALE
