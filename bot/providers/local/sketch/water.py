"""Water that mirrors what stands above it."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from bot.providers.local.sketch.canvas import Colour
from bot.providers.local.sketch.noise import Floats, clouds, smooth
from bot.providers.local.sketch.sky import Easel, Lamp


def mirror(
    easel: Easel, horizon: int, tint: Colour, *, depth: float = 0.45, rough: float = 0.5, lamp: Lamp | None = None
) -> None:
    """Turn everything below the row `horizon` into water.

    depth 0..1 is how much of the tint covers the mirror image; rough 0..1 how choppy it is; under a lamp lies a path
    of glitter.
    """
    canvas, random = easel.canvas, easel.random
    rows = canvas.height - horizon
    if rows < 4 or horizon < 4:
        return
    near = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    # Waves grow towards us: the same ripples, stretched by perspective.
    sheet = clouds(random, canvas.width, max(8, rows), cells=7, octaves=4, stretch=4)
    fine = clouds(random, canvas.width, max(8, rows), cells=34, octaves=3, stretch=7)
    ripple = (_in_perspective(sheet, near) * 0.6 + _in_perspective(fine, near) * 0.4)[:rows] - 0.5
    sway = ripple * (0.3 + near) * np.float32(canvas.unit * 0.09 * rough)
    xs = np.clip(canvas.across + sway, 0, canvas.width - 1).astype(np.int32)
    ys = horizon - 1 - (np.arange(rows)[:, None] * min(1.0, horizon / rows) + sway * 1.6)
    ys = np.clip(ys, 0, horizon - 1).astype(np.int32)
    # Water draws out what it mirrors: lamps become streaks.
    above = Image.fromarray((np.clip(canvas.pixels[:horizon], 0, 1) * 255 + 0.5).astype(np.uint8))
    drawn = np.asarray(above.filter(ImageFilter.BoxBlur((0, canvas.unit / 130))), np.float32) / np.float32(255)
    image = drawn[ys, xs]
    cover = np.float32(depth) * (0.55 + 0.45 * near)
    image += (np.asarray(tint, np.float32) - image) * cover[:, :, None]
    crest = smooth(0.12, 0.4, ripple) * (0.25 + 0.75 * near)
    sky = np.asarray(easel.palette.sky[-1], np.float32)
    image += (sky - image) * (crest * np.float32(0.2 * rough + 0.04))[:, :, None]
    image *= (1 - smooth(0.1, 0.42, -ripple) * np.float32(0.34 * rough + 0.05))[:, :, None]
    canvas.pixels[horizon:] = image
    if lamp is not None:
        _glitter(easel, horizon, ripple, near, lamp)


def _in_perspective(sheet: Floats, near: Floats) -> Floats:
    """Rows crowd together at the horizon."""
    rows = len(sheet)
    return sheet[((rows - 1) * (1 - (1 - near[:, 0]) ** 2.2)).astype(np.int32)]


def _glitter(easel: Easel, horizon: int, ripple: Floats, near: Floats, lamp: Lamp) -> None:
    canvas, palette = easel.canvas, easel.palette
    width = lamp.radius * (0.9 + 3.2 * near)
    path = np.exp(-(((canvas.across - lamp.x) / width) ** 2))
    sparks = smooth(0.0, 0.22, ripple + 0.06) * (1 - 0.55 * near)
    canvas.light((path * sparks).astype(np.float32), palette.sun, 0.85, top=horizon)
    canvas.light((path * 0.25 * (1 - near)).astype(np.float32), palette.sun, 0.8, top=horizon)
