"""A skyline in layers over water; with neon, or far in the future, if asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from bot.providers.local.sketch.canvas import Colour, Pen, ink, mix
from bot.providers.local.sketch.sky import Easel, mist, paint_sky
from bot.providers.local.sketch.water import mirror


@dataclass(frozen=True, slots=True)
class Row:
    """One row of buildings: how far it is (0 near, 1 far), and heights and widths as parts of the unit."""

    distance: float
    low: float
    high: float
    width: float


ROWS = (
    Row(0.82, 0.2, 0.46, 0.055),
    Row(0.55, 0.18, 0.54, 0.075),
    Row(0.28, 0.12, 0.44, 0.095),
    Row(0.08, 0.05, 0.2, 0.12),
)

MASTS = {3: 1.1, 6: 2.5, 7: 1.9}
"""Roofs with a mast, and how high it stands above the walls, in widths."""


def paint(easel: Easel) -> None:
    canvas, palette, plan = easel.canvas, easel.palette, easel.plan
    shore = int(canvas.height * 0.76)
    lamp = paint_sky(easel, shore)
    lit = palette.dark or plan.hour in ("dusk", "dawn") or bool(plan.weathers & {"rain", "fog"})
    if palette.dark:
        canvas.glow(canvas.width / 2, shore, canvas.unit * 1.0, palette.sky[-1], 0.55)
    lamps = Image.new("RGB", (canvas.width, canvas.height))
    for row in ROWS:
        _row(easel, row, shore, lamps, lit=lit)
        mist(easel, shore - canvas.unit * 0.22, shore + canvas.unit * 0.05, palette.haze, 0.5 * row.distance)
    if "future" in plan.moods or "neon" in plan.moods:
        _traffic(easel, shore, lamps)
    _shine(easel, lamps)
    mirror(easel, shore, mix(palette.near, palette.sky[0], 0.5), depth=0.32, rough=0.5, lamp=None if lit else lamp)
    _quay(easel, shore)


def _row(easel: Easel, row: Row, shore: int, lamps: Image.Image, *, lit: bool) -> None:
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    wall = mix(palette.near, palette.shade(ink("#7c8794")), 0.0 if palette.dark else 0.55)
    colour = mix(wall, palette.haze, row.distance)
    draw = ImageDraw.Draw(lamps)
    bodies, lit_sides = canvas.pen(), canvas.pen()
    x = -canvas.unit * row.width * random.uniform(0, 1)
    while x < canvas.width:
        wide = canvas.unit * row.width * random.uniform(0.6, 1.35)
        # Taller towards the middle of the sheet, as skylines are.
        middle = 1 - abs((x + wide / 2) / canvas.width - 0.5) * 1.1
        tall = canvas.unit * (row.low + (row.high - row.low) * random.uniform(0, 1) ** 1.3) * (0.55 + 0.65 * middle)
        future = "future" in easel.plan.moods and random.uniform() < 0.6
        top = shore - tall
        _tower(easel, bodies, draw, x, top, wide, shore, row, future=future, lit=lit)
        lit_sides.box(x + wide * 0.72, top, x + wide, shore, 0.5)
        if lit:
            _windows(easel, draw, x, top, wide, shore, row)
        else:
            _panes(bodies, lit_sides, x, top, wide, shore, row)
        x += wide * random.uniform(0.86, 1.12)
    body = np.empty((canvas.height, canvas.width, 3), np.float32)
    body[:] = np.asarray(colour, np.float32)
    rise = np.clip((shore - canvas.down) / np.float32(canvas.unit * 0.6), 0, 1)[:, :, None]
    body += (np.asarray(mix(colour, palette.haze, 0.45), np.float32) - body) * (1 - rise) * np.float32(0.6)
    canvas.lay(bodies, body)
    canvas.lay(lit_sides, mix(palette.near, colour, 0.3), 0.55)


def _tower(
    easel: Easel, pen: Pen, draw: ImageDraw.ImageDraw, x: float, top: float, wide: float, shore: float, row: Row,
    *, future: bool, lit: bool,
) -> None:  # fmt: skip
    """One building with one of several roofs; lights on its edges and masts."""
    random, unit = easel.random, easel.canvas.unit
    accent = easel.palette.accents[random.randint(len(easel.palette.accents))]
    dim = 255 * (1 - row.distance * 0.7)
    glow = int(accent[0] * dim), int(accent[1] * dim), int(accent[2] * dim)
    middle = x + wide / 2
    kind = random.randint(6) if not future else 6 + random.randint(4)
    pen.box(x, top, x + wide, shore + 2)
    match kind:
        case 0:
            pen.box(x + wide * 0.2, top - wide * 0.25, x + wide * 0.8, top)
            pen.box(x + wide * 0.38, top - wide * 0.45, x + wide * 0.62, top)
        case 1:
            pen.polygon([(x, top), (middle, top - wide * 0.75), (x + wide, top)])
        case 2:
            pen.polygon([(x, top), (x + wide, top - wide * 0.5), (x + wide, top)])
        case 3:
            pen.line([(middle, top), (middle, top - wide * 1.1)], unit * 0.003)
            pen.box(x + wide * 0.3, top - wide * 0.15, x + wide * 0.7, top)
        case 4:
            pen.ellipse(middle, top, wide / 2, wide * 0.28)
        case 6:
            pen.polygon(
                [
                    (x, top),
                    (x + wide * 0.3, top - wide * 0.9),
                    (x + wide * 0.5, top - wide * 1.7),
                    (x + wide * 0.7, top - wide * 0.9),
                    (x + wide, top),
                ]
            )
            pen.line([(middle, top - wide), (middle, top - wide * 2.5)], unit * 0.0028)
        case 7:
            pen.box(middle - wide * 0.14, top - wide * 0.9, middle + wide * 0.14, top)
            pen.ellipse(middle, top - wide * 0.85, wide * 0.62, wide * 0.16)
            pen.ellipse(middle, top - wide * 0.98, wide * 0.32, wide * 0.16)
            pen.line([(middle, top - wide), (middle, top - wide * 1.9)], unit * 0.0028)
            if lit:
                draw.line(
                    (middle - wide * 0.56, top - wide * 0.83, middle + wide * 0.56, top - wide * 0.83),
                    fill=glow,
                    width=max(1, int(unit / 380)),
                )
        case 8:
            pen.ellipse(middle, top, wide / 2, wide * 0.7)
        case 9:
            pen.polygon([(x, top), (x, top - wide * 1.5), (x + wide * 0.35, top - wide * 0.6), (x + wide, top)])
        case _:
            pass
    if lit:
        _edge_lights(easel, draw, x, top, wide, shore, row, glow, signs=future or "neon" in easel.plan.moods, roof=kind)


def _edge_lights(
    easel: Easel, draw: ImageDraw.ImageDraw, x: float, top: float, wide: float, shore: float, row: Row,
    glow: tuple[int, int, int], *, signs: bool, roof: int,
) -> None:  # fmt: skip
    """A strip of neon down a wall, and a red lamp on each mast."""
    random, unit, middle = easel.random, easel.canvas.unit, x + wide / 2
    if signs and random.uniform() < 0.55 and row.distance < 0.7:
        thick = max(1, int(unit / 340 * (1.3 - row.distance)))
        side = x + wide * random.choice([0.1, 0.5, 0.9])
        draw.line(
            (side, top + wide * 0.2, side, top + (shore - top) * random.uniform(0.4, 0.95)), fill=glow, width=thick
        )
    if roof in MASTS:
        tip = top - wide * MASTS[roof]
        draw.ellipse(
            (middle - unit * 0.003, tip - unit * 0.003, middle + unit * 0.003, tip + unit * 0.003), fill=(255, 70, 60)
        )


def _windows(
    easel: Easel, draw: ImageDraw.ImageDraw, x: float, top: float, wide: float, shore: float, row: Row
) -> None:
    """Rows of panes, some lit; a building's windows share their warmth."""
    random, palette, unit = easel.random, easel.palette, easel.canvas.unit
    pane = max(1, round(unit * 0.0042 * (1.25 - row.distance * 0.7)))
    gap = pane * 2 + (1 if pane < 2 else 0)
    across, down = int((wide * 0.84) // gap), int((shore - top - pane * 3) // (gap + pane // 2))
    if across < 1 or down < 1:
        return
    warm: Colour = palette.accents[random.randint(len(palette.accents))] if random.uniform() < 0.4 else palette.lamp
    share = random.uniform(0.16, 0.52) * (1.0 if palette.dark else 0.6)
    lit = random.uniform(0, 1, (down, across))
    left = x + (wide - across * gap) / 2
    for line in range(down):
        y = int(top) + pane * 2 + line * (gap + pane // 2)
        for column in range(across):
            if lit[line, column] < share:
                bright = (0.35 + 0.65 * lit[line, column] / share) * (1 - row.distance * 0.62)
                r, g, b = (int(255 * value * bright) for value in warm)
                px = int(left) + column * gap
                draw.rectangle((px, y, px + pane - 1, y + pane), fill=(r, g, b))


def _panes(bodies: Pen, shaded: Pen, x: float, top: float, wide: float, shore: float, row: Row) -> None:
    """By day windows are darker lines."""
    del bodies
    floor = wide * 0.16
    y = top + floor * 0.6
    while y < shore and row.distance < 0.7:
        shaded.box(x + wide * 0.08, y, x + wide * 0.66, y + floor * 0.42, 0.35)
        y += floor


def _traffic(easel: Easel, shore: int, lamps: Image.Image) -> None:
    """Flying traffic: short trails of light along a few lanes."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    draw = ImageDraw.Draw(lamps)
    for _ in range(4):
        lane, slope = shore - canvas.unit * random.uniform(0.16, 0.56), random.uniform(-0.06, 0.06)
        for _ in range(9):
            x = random.uniform(0, canvas.width)
            y = lane + slope * (x - canvas.width / 2) + random.normal() * canvas.unit * 0.006
            long = canvas.unit * random.uniform(0.012, 0.05)
            r, g, b = (int(255 * value) for value in palette.accents[random.randint(len(palette.accents))])
            for part in range(4):
                fade = (part + 1) / 4
                ends = (x + long * part / 4, y + slope * long * part / 4, x + long * fade, y + slope * long * fade)
                draw.line(
                    ends, fill=(int(r * fade), int(g * fade), int(b * fade)), width=max(1, int(canvas.unit / 420))
                )


def _shine(easel: Easel, lamps: Image.Image) -> None:
    """Lay the drawn lights over the sheet; twice: sharp, and as a glow around."""
    canvas = easel.canvas
    sharp = np.asarray(lamps, np.float32) / np.float32(255)
    small = lamps.reduce(4) if min(lamps.size) >= 64 else lamps
    soft = np.asarray(small.resize(lamps.size, Image.Resampling.BICUBIC), np.float32) / np.float32(255)
    canvas.pixels += (1 - canvas.pixels) * np.clip(sharp * 0.95 + soft * 0.75, 0, 1)


def _quay(easel: Easel, shore: int) -> None:
    canvas, palette = easel.canvas, easel.palette
    canvas.lay(
        canvas.pen().box(0, shore - canvas.unit * 0.012, canvas.width, shore + canvas.unit * 0.006), palette.near, 0.85
    )
    if palette.dark or easel.plan.hour == "dusk":
        step = canvas.unit * 0.11
        for index in range(int(canvas.width / step) + 1):
            x = (index + 0.4) * step
            canvas.glow(x, shore - canvas.unit * 0.016, canvas.unit * 0.02, palette.lamp, 0.7)
            canvas.glow(x, shore + canvas.unit * 0.03, canvas.unit * 0.035, palette.lamp, 0.22)
