"""The sheet a sketch is painted on: colours as floats 0..1, sizes in pixels, shapes with soft edges."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, radians, sin
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Floats = npt.NDArray[np.floating[Any]]
Colour = tuple[float, float, float]
Point = tuple[float, float]

SHARP_PIXELS: Final = 1_600_000
"""Up to this size shapes are drawn twice as large and shrunk, for soft edges; above, the pixels are small enough."""


def ink(code: str) -> Colour:
    """A colour from "#rrggbb"."""
    return int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """`part` of the other colour in the one."""
    return (
        one[0] + (other[0] - one[0]) * part,
        one[1] + (other[1] - one[1]) * part,
        one[2] + (other[2] - one[2]) * part,
    )


def times(one: Colour, light: Colour) -> Colour:
    """A colour under a light."""
    return min(1.0, one[0] * light[0]), min(1.0, one[1] * light[1]), min(1.0, one[2] * light[2])


class Pen:
    """Draws one shape after another onto a stencil; `strength` 0..1 is how much of the colour goes through there."""

    def __init__(self, width: int, height: int) -> None:
        self._fine = 2 if width * height <= SHARP_PIXELS else 1
        self._size = width, height
        self._sheet = Image.new("L", (width * self._fine, height * self._fine))
        self._draw = ImageDraw.Draw(self._sheet)

    def polygon(self, points: Sequence[Point], strength: float = 1.0) -> Pen:
        self._draw.polygon([(x * self._fine, y * self._fine) for x, y in points], fill=round(255 * strength))
        return self

    def ellipse(self, x: float, y: float, across: float, down: float, strength: float = 1.0, turn: float = 0) -> Pen:
        """Around (x, y) with these half axes, turned by degrees."""
        if turn:
            return self.polygon(oval(x, y, across, down, turn), strength)
        box = ((x - across) * self._fine, (y - down) * self._fine, (x + across) * self._fine, (y + down) * self._fine)
        self._draw.ellipse(box, fill=round(255 * strength))
        return self

    def box(self, left: float, top: float, right: float, bottom: float, strength: float = 1.0) -> Pen:
        f = self._fine
        x, y = max(right * f - 1, left * f), max(bottom * f - 1, top * f)
        self._draw.rectangle((left * f, top * f, x, y), fill=round(255 * strength))
        return self

    def line(self, points: Sequence[Point], width: float, strength: float = 1.0) -> Pen:
        scaled = [(x * self._fine, y * self._fine) for x, y in points]
        self._draw.line(scaled, fill=round(255 * strength), width=max(1, round(width * self._fine)), joint="curve")
        return self

    def stencil(self, blur: float = 0) -> tuple[Floats, tuple[int, int, int, int]]:
        """The part of the sheet that holds anything, 0..1, and where that part lies. blur in pixels."""
        sheet = self._sheet
        box = sheet.getbbox()
        if box is None:
            return np.zeros((0, 0), np.float32), (0, 0, 0, 0)
        f, more = self._fine, int(blur * 3) + 1
        left, top = max(0, box[0] // f - more), max(0, box[1] // f - more)
        right, bottom = min(self._size[0], -(-box[2] // f) + more), min(self._size[1], -(-box[3] // f) + more)
        part = sheet.crop((left * f, top * f, right * f, bottom * f))
        if f > 1:
            part = part.reduce(f)
        if blur > 0:
            part = part.filter(ImageFilter.GaussianBlur(blur))
        return np.asarray(part, np.float32) / np.float32(255), (left, top, right, bottom)


class Canvas:
    """`pixels` is (height, width, 3) in 0..1; `unit` is the shorter side, by which things are sized."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.unit = float(min(width, height))
        self.pixels: Floats = np.zeros((height, width, 3), np.float32)
        self.across: Floats = np.arange(width, dtype=np.float32)[None, :]
        self.down: Floats = np.arange(height, dtype=np.float32)[:, None]

    def pen(self) -> Pen:
        return Pen(self.width, self.height)

    def gradient(self, colours: Sequence[Colour], top: int = 0, bottom: int | None = None) -> None:
        """Fill the rows from top to bottom with evenly spaced colours."""
        rows = (self.height if bottom is None else bottom) - top
        if rows > 0:
            self.pixels[top : top + rows] = fade(colours, rows)[:, None, :]

    def lay(self, pen: Pen, colour: Colour | Floats, strength: float = 1.0, blur: float = 0) -> None:
        """Paint a shape over what is there."""
        stencil, (left, top, right, bottom) = pen.stencil(blur)
        if stencil.size:
            part = self.pixels[top:bottom, left:right]
            part += (_cut(colour, left, top, right, bottom) - part) * (stencil * np.float32(strength))[:, :, None]

    def shine(self, pen: Pen, colour: Colour, strength: float = 1.0, blur: float = 0) -> None:
        """Add light in a shape; bright places never burn out."""
        stencil, (left, top, right, bottom) = pen.stencil(blur)
        if stencil.size:
            part = self.pixels[top:bottom, left:right]
            part += (1 - part) * (stencil * np.float32(strength))[:, :, None] * np.asarray(colour, np.float32)

    def cover(self, mask: Floats, colour: Colour | Floats, strength: float = 1.0, top: int = 0) -> None:
        """Paint through a mask of whole rows from `top` on."""
        part = self.pixels[top : top + mask.shape[0]]
        paint = _cut(colour, 0, top, self.width, top + mask.shape[0])
        part += (paint - part) * (mask * np.float32(strength))[:, :, None]

    def light(self, mask: Floats, colour: Colour, strength: float = 1.0, top: int = 0) -> None:
        """Add light through a mask of whole rows from `top` on."""
        part = self.pixels[top : top + mask.shape[0]]
        part += (1 - part) * (mask * np.float32(strength))[:, :, None] * np.asarray(colour, np.float32)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0) -> None:
        """A soft round light that is gone at `radius`."""
        left, right = max(0, int(x - radius)), min(self.width, int(x + radius) + 1)
        top, bottom = max(0, int(y - radius)), min(self.height, int(y + radius) + 1)
        if right <= left or bottom <= top:
            return
        far = ((self.across[:, left:right] - x) ** 2 + (self.down[top:bottom] - y) ** 2) / np.float32(radius * radius)
        near = np.clip(1 - far, 0, 1)
        part = self.pixels[top:bottom, left:right]
        part += (1 - part) * (near * near * near * np.float32(strength))[:, :, None] * np.asarray(colour, np.float32)

    def below(self, line: Floats) -> tuple[Floats, int]:
        """The mask of everything under a line of y values (one per column), and the row at which it begins."""
        top = max(0, min(self.height, int(line.min()) - 1))
        return np.clip(self.down[top:] - line[None, :] + np.float32(0.5), 0, 1), top

    def ground(self, line: Floats, colours: Sequence[Colour]) -> None:
        """Land under a line, fading downwards through the colours."""
        mask, top = self.below(line)
        if mask.shape[0]:
            sheet = np.empty((self.height, 1, 3), np.float32)
            sheet[top:, 0] = fade(colours, self.height - top)
            self.cover(mask, np.broadcast_to(sheet, self.pixels.shape), top=top)


def fade(colours: Sequence[Colour], rows: int) -> Floats:
    """(rows, 3): evenly spaced colours, blended."""
    table = np.asarray(colours, np.float32)
    if len(table) == 1:
        return np.repeat(table, rows, axis=0)
    at, stops = np.linspace(0, 1, rows), np.linspace(0, 1, len(table))
    return np.stack([np.interp(at, stops, table[:, channel]) for channel in range(3)], axis=1).astype(np.float32)


def oval(x: float, y: float, across: float, down: float, turn: float) -> list[Point]:
    """The outline of an ellipse turned by degrees."""
    c, s = cos(radians(turn)), sin(radians(turn))
    steps = [(across * cos(2 * pi * step / 36), down * sin(2 * pi * step / 36)) for step in range(36)]
    return [(x + a * c - b * s, y + a * s + b * c) for a, b in steps]


def bend(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A closed outline rounded through its corner points (Catmull-Rom)."""
    count, round_ = len(points), list[Point]()
    for index in range(count):
        p0, p1, p2, p3 = (points[(index + shift) % count] for shift in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            round_.append((_between(p0[0], p1[0], p2[0], p3[0], t), _between(p0[1], p1[1], p2[1], p3[1], t)))
    return round_


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)


def _cut(colour: Colour | Floats, left: int, top: int, right: int, bottom: int) -> Floats:
    if isinstance(colour, tuple):
        return np.asarray(colour, np.float32)
    return colour[top:bottom, left:right]
