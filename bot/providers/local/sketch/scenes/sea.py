"""Open water under a wide sky; perhaps a sail, and a shore."""

from __future__ import annotations

import numpy as np

from bot.providers.local.sketch.canvas import Canvas, Colour, ink, mix
from bot.providers.local.sketch.noise import ridge, wave
from bot.providers.local.sketch.sky import Easel, Lamp, mist, paint_sky
from bot.providers.local.sketch.water import mirror


def paint(easel: Easel) -> None:
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    horizon, lamp = backdrop(easel, 0.56, islands=True)
    if "boat" in easel.plan.moods or random.uniform() < 0.6:
        sailboat(easel, canvas.width * random.uniform(0.2, 0.8), horizon + canvas.unit * 0.06, canvas.unit * 0.17)
    _beach(easel)
    mist(easel, horizon - canvas.unit * 0.06, horizon + canvas.unit * 0.03, palette.haze, 0.35)
    if not palette.dark:
        gulls(easel, 7, lamp)


def backdrop(easel: Easel, level: float, *, islands: bool = False, sun_at: float | None = None) -> tuple[int, Lamp]:
    """Sky and sea, meeting at `level` of the height; gives the horizon's row and the sun."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    horizon = int(canvas.height * level)
    lamp = paint_sky(easel, horizon, sun_at=sun_at)
    if islands:
        for distance in (0.8, 0.6):
            hill = ridge(random, canvas.width, cells=3, octaves=5)
            at = canvas.across[0] / canvas.width
            swell = np.exp(-(((at - random.uniform(0, 1)) / 0.2) ** 2))
            line = horizon + 3 - (hill * swell * np.float32(canvas.unit * 0.13)).astype(np.float32)
            canvas.ground(line.astype(np.float32), [palette.shade(ink("#46605c"), distance)])
    mirror(easel, horizon, water_of(easel), depth=0.42, rough=0.6, lamp=lamp if _shines(easel) else None)
    return horizon, lamp


def water_of(easel: Easel) -> Colour:
    """The sea's own colour in this light."""
    palette = easel.palette
    return mix(palette.shade(ink("#1c6f8c")), palette.sky[0], 0.35)


def _shines(easel: Easel) -> bool:
    return not easel.plan.weathers & {"rain", "fog", "clouds"}


def sailboat(easel: Easel, x: float, foot: float, size: float) -> None:
    """A small boat with two sails and its reflection."""
    canvas, palette = easel.canvas, easel.palette
    sail = palette.shade(ink("#f6efe2"), 0.08)
    for side, strength in ((1, 1.0), (-1, 0.3)):
        hull, sails = canvas.pen(), canvas.pen()

        def at(dx: float, dy: float, side: int = side) -> tuple[float, float]:
            return x + dx * size, foot + side * -dy * size * (1.0 if side > 0 else 0.7)

        sails.polygon([at(0.03, 0.16), at(0.03, 1.1), at(0.42, 0.2)])
        sails.polygon([at(-0.03, 0.18), at(-0.03, 0.92), at(-0.3, 0.22)])
        hull.polygon([at(-0.42, 0.14), at(0.5, 0.14), at(0.36, 0.0), at(-0.32, 0.0)])
        canvas.lay(sails, sail, 0.95 * strength, blur=0 if side > 0 else 1.5)
        canvas.lay(hull, palette.shade(ink("#8a3f32"), 0.1), strength, blur=0 if side > 0 else 1.5)


def gulls(easel: Easel, count: int, lamp: Lamp) -> None:
    canvas, random = easel.canvas, easel.random
    pen = canvas.pen()
    for _ in range(count):
        x = lamp.x + random.normal() * canvas.unit * 0.25
        y = canvas.height * random.uniform(0.12, 0.4)
        size = canvas.unit * random.uniform(0.008, 0.018)
        tilt = random.uniform(-0.3, 0.3) * size
        pen.line([(x - size, y - size * 0.4 + tilt), (x, y), (x + size, y - size * 0.45 - tilt)], size * 0.16)
    canvas.lay(pen, easel.palette.near, 0.75)


def _beach(easel: Easel) -> None:
    """A corner of wet sand, its foam line, and darker stones."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    side = random.choice([-1, 1])
    at = canvas.across[0] / canvas.width
    slope = (at if side > 0 else 1 - at) * canvas.height * 0.26
    line = canvas.height * 1.03 - slope + (wave(random, canvas.width, cells=7) - 0.5) * canvas.unit * 0.035
    shade = palette.shade
    foam = line - canvas.unit * 0.012 * (0.6 + wave(random, canvas.width, cells=23))
    canvas.ground(foam.astype(np.float32), [shade(ink("#f2f5f4"))])
    canvas.ground(line.astype(np.float32), [shade(ink("#a98d68")), shade(ink("#e0c496"))])
    for _ in range(7):
        x = canvas.width * random.uniform(0.55, 1.0) if side > 0 else canvas.width * random.uniform(0.0, 0.45)
        rock(
            canvas,
            random,
            x,
            float(line[min(canvas.width - 1, int(x))]) + canvas.unit * 0.05,
            canvas.unit * 0.03,
            easel,
        )


def rock(canvas: Canvas, random: np.random.RandomState, x: float, y: float, size: float, easel: Easel) -> None:
    """A stone with a lit top."""
    size *= random.uniform(0.6, 1.5)
    outline = []
    for step in range(9):
        angle = np.pi * step / 8
        far = size * random.uniform(0.8, 1.15)
        outline.append((x - float(np.cos(angle)) * far * 1.15, y - float(np.sin(angle)) * far * 0.95))
    canvas.lay(canvas.pen().polygon(outline), easel.palette.shade(ink("#43464d")))
    top = [(px, py - size * 0.04) for px, py in outline[2:7]] + [(x + size * 0.2, y - size * 0.4)]
    canvas.lay(canvas.pen().polygon(top), easel.palette.shade(ink("#7d7f84")), 0.8, blur=1)
