"""A lighthouse on its headland, the lamp lit from dusk to dawn."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np

from bot.providers.local.sketch.canvas import Colour, ink, mix
from bot.providers.local.sketch.noise import Floats, clouds, ridge, smooth
from bot.providers.local.sketch.scenes import sea
from bot.providers.local.sketch.sky import Easel, mist
from bot.providers.local.sketch.trees import grass


def paint(easel: Easel) -> None:
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    right = bool(random.uniform() < 0.5)
    tower_at = random.uniform(0.64, 0.72) if right else random.uniform(0.28, 0.36)
    horizon, lamp = sea.backdrop(
        easel, 0.64, islands=True, sun_at=random.uniform(0.2, 0.4) if right else random.uniform(0.6, 0.8)
    )
    mist(easel, horizon - canvas.unit * 0.05, horizon + canvas.unit * 0.03, palette.haze, 0.4)
    x = canvas.width * tower_at
    land = _headland(easel, x, right=right)
    foot = float(land[int(x)]) + canvas.unit * 0.012
    tall = min(canvas.unit * 0.52, foot - canvas.height * 0.1)
    lit = palette.dark or easel.plan.hour in ("dusk", "dawn") or bool(easel.plan.weathers & {"fog", "rain"})
    if lit:
        _beams(easel, x, foot - tall * 0.9, toward_left=right)
    _cottage(easel, x + (1 if right else -1) * canvas.unit * 0.13, land, lit=lit)
    _tower(easel, x, foot, tall, lit=lit)
    blades = palette.shade(ink("#e4e9ef") if easel.plan.snowy else mix(palette.leaves[0], palette.leaves[3], 0.3))
    grass(canvas, random, land + canvas.unit * 0.01, blades, height=canvas.unit * 0.018, count=int(canvas.width * 0.5))
    if lit:
        canvas.glow(x, foot - tall * 0.9, canvas.unit * 0.3, ink("#ffdf9a"), 0.6)
        canvas.glow(x, foot - tall * 0.9, canvas.unit * 0.075, ink("#fff6dc"), 1.0)
    if not palette.dark:
        sea.gulls(easel, 6, lamp)


def _headland(easel: Easel, x: float, *, right: bool) -> Floats:
    """A cliff that rises from the sea towards one edge; gives its upper line."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    at = canvas.across[0]
    inward = (at - x if right else x - at) / np.float32(canvas.unit)
    rise = smooth(-0.3, -0.13, inward) * 0.8 + smooth(-0.12, 0.5, inward) * 0.2
    rough = (ridge(random, canvas.width, cells=9, octaves=5) - 0.5) * 0.035
    top = canvas.height * 0.8 - (rise * 0.2 * canvas.unit) + rough * canvas.unit * (0.3 + rise)
    shore = smooth(-0.44, -0.28, inward)
    line = (canvas.height * 1.04 * (1 - shore) + top * shore).astype(np.float32)
    shade = palette.shade
    mask, first = canvas.below(line)
    rows = canvas.height - first
    if rows > 0:
        deep = np.clip((canvas.down[first:] - line[None, :]) / np.float32(canvas.unit * 0.24), 0, 1)
        cracks = clouds(random, canvas.width, rows, cells=5, octaves=6, stretch=0.6)
        strata = clouds(random, canvas.width, rows, cells=14, octaves=3, stretch=7)
        stone = np.clip(cracks * 0.55 + strata * 0.5, 0, 1)
        turf = ink("#e8edf2") if easel.plan.snowy else mix(palette.leaves[0], ink("#6f7a45"), 0.45)
        dark_rock, pale_rock, green = shade(ink("#453c3a")), shade(ink("#a08b75")), shade(turf)
        rock = _between(dark_rock, pale_rock, smooth(0.2, 0.85, stone) * (1 - 0.55 * deep))
        edge = smooth(0.1, 0.3, deep + (stone - 0.5) * 0.5)
        ground = _between(green, shade(mix(turf, (1, 1, 0.8), 0.15)), cracks)
        paint_ = np.zeros((canvas.height, canvas.width, 3), np.float32)
        paint_[first:] = ground + (rock - ground) * edge[:, :, None]
        canvas.cover(mask, paint_, top=first)
    for _ in range(16):
        away = random.uniform(-0.46, -0.24) * canvas.unit
        rx = x + away if right else x - away
        sea.rock(canvas, random, rx, canvas.height * random.uniform(0.86, 1.0), canvas.unit * 0.026, easel)
    return line


def _tower(easel: Easel, x: float, foot: float, tall: float, *, lit: bool) -> None:
    canvas, palette = easel.canvas, easel.palette
    wide, narrow, neck = tall * 0.105, tall * 0.066, foot - tall * 0.8

    def half(y: float) -> float:
        return narrow + (wide - narrow) * float(((y - neck) / (foot - neck)) ** 1.25)

    stripe = easel.plan.colours[0] if easel.plan.colours else ink("#b8352c")
    bands = 5
    for band in range(bands):
        top, bottom = neck + (foot - neck) * band / bands, neck + (foot - neck) * (band + 1) / bands
        colour = palette.shade(ink("#f3eee6") if band % 2 else stripe, 0.04)
        steps = [top + (bottom - top) * step / 6 for step in range(7)]
        outline = [(x - half(y), y) for y in steps] + [(x + half(y), y) for y in reversed(steps)]
        canvas.lay(canvas.pen().polygon(outline), colour)
    # Rounded by shade on one side and light on the other.
    steps = [neck + (foot - neck) * step / 12 for step in range(13)]
    for begin, end, colour, strength in (
        (0.25, 1.0, palette.near, 0.5),
        (0.62, 1.0, palette.near, 0.35),
        (-0.95, -0.5, palette.sun, 0.3),
    ):
        side = [(x + half(y) * begin, y) for y in steps] + [(x + half(y) * end, y) for y in reversed(steps)]
        canvas.lay(canvas.pen().polygon(side), colour, strength, blur=tall * 0.012)
    windows = canvas.pen()
    for level in (0.3, 0.55, 0.8):
        y = neck + (foot - neck) * level
        windows.box(x - tall * 0.011, y - tall * 0.022, x + tall * 0.011, y + tall * 0.022)
    canvas.lay(windows, palette.lamp if lit else palette.near, 0.9)
    _lantern(easel, x, neck, tall, narrow, stripe, lit=lit)


def _lantern(easel: Easel, x: float, neck: float, tall: float, narrow: float, stripe: Colour, *, lit: bool) -> None:
    """The gallery, the glass and the roof, above the row `neck`."""
    canvas, palette = easel.canvas, easel.palette
    iron, dark = canvas.pen(), palette.shade(ink("#33353c"))
    iron.polygon(
        [
            (x - narrow * 1.55, neck),
            (x + narrow * 1.55, neck),
            (x + narrow, neck + tall * 0.035),
            (x - narrow, neck + tall * 0.035),
        ]
    )
    for rail in range(9):
        rx = x - narrow * 1.5 + narrow * 3 * rail / 8
        iron.line([(rx, neck), (rx, neck - tall * 0.04)], tall * 0.005)
    iron.line([(x - narrow * 1.5, neck - tall * 0.04), (x + narrow * 1.5, neck - tall * 0.04)], tall * 0.007)
    canvas.lay(iron, dark)
    head, glass = neck - tall * 0.13, narrow * 0.72
    pane = ink("#ffe9b0") if lit else palette.shade(ink("#a8c4d4"))
    canvas.lay(canvas.pen().box(x - glass, head, x + glass, neck), pane)
    bars = canvas.pen()
    for bar in range(5):
        bx = x - glass + 2 * glass * bar / 4
        bars.line([(bx, head), (bx, neck)], tall * 0.006)
    canvas.lay(bars, dark, 0.8)
    roof = canvas.pen().polygon(
        [
            (x - glass * 1.35, head),
            (x - glass * 0.7, head - tall * 0.05),
            (x, head - tall * 0.085),
            (x + glass * 0.7, head - tall * 0.05),
            (x + glass * 1.35, head),
        ]
    )
    roof.line([(x, head - tall * 0.08), (x, head - tall * 0.125)], tall * 0.008)
    canvas.lay(roof, palette.shade(mix(stripe, ink("#33353c"), 0.35)))


def _beams(easel: Easel, x: float, y: float, *, toward_left: bool) -> None:
    """Two cones of light, brightest at the lamp."""
    canvas = easel.canvas
    for angle, strength in ((186.0 if toward_left else -6.0, 0.8), (12.0 if toward_left else 168.0, 0.5)):
        c, s = cos(radians(angle)), sin(radians(angle))
        along = (canvas.across - x) * c + (canvas.down - y) * s
        aside = np.abs((canvas.down - y) * c - (canvas.across - x) * s)
        spread = np.float32(canvas.unit * 0.008) + along * np.float32(0.115)
        cone = np.where(along > 0, np.clip(1 - aside / np.maximum(spread, 1e-3), 0, 1), 0)
        reach = np.exp(-np.maximum(along, 0) / np.float32(canvas.unit * 0.75))
        canvas.light((cone**0.8 * reach).astype(np.float32), ink("#fff0c0"), strength)


def _cottage(easel: Easel, x: float, land: Floats, *, lit: bool) -> None:
    canvas, palette = easel.canvas, easel.palette
    foot = float(land[min(canvas.width - 1, max(0, int(x)))]) + canvas.unit * 0.012
    size = canvas.unit * 0.075
    wall: Colour = palette.shade(ink("#ece4d6"), 0.03)
    canvas.lay(canvas.pen().box(x - size, foot - size * 0.72, x + size, foot), wall)
    canvas.lay(canvas.pen().box(x + size * 0.1, foot - size * 0.72, x + size, foot), palette.near, 0.22)
    roof = canvas.pen().polygon(
        [
            (x - size * 1.12, foot - size * 0.7),
            (x - size * 0.8, foot - size * 1.2),
            (x + size * 0.8, foot - size * 1.2),
            (x + size * 1.12, foot - size * 0.7),
        ]
    )
    roof.box(x + size * 0.35, foot - size * 1.45, x + size * 0.55, foot - size * 1.15)
    canvas.lay(roof, palette.shade(ink("#e9eef4") if easel.plan.snowy else ink("#8a4436")))
    panes = canvas.pen()
    for dx in (-0.6, -0.1, 0.55):
        panes.box(x + size * (dx - 0.12), foot - size * 0.5, x + size * (dx + 0.12), foot - size * 0.22)
    canvas.lay(panes, palette.lamp if lit else palette.near, 0.95)
    if lit:
        canvas.glow(x, foot - size * 0.35, size * 2.0, palette.lamp, 0.35)


def _between(low: Colour, high: Colour, part: Floats) -> Floats:
    a, b = np.asarray(low, np.float32), np.asarray(high, np.float32)
    return a + (b - a) * part[:, :, None]
