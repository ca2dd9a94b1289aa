"""Folded colour with fine contours and a few circles: what is painted when no subject was understood."""

from __future__ import annotations

import numpy as np

from bot.providers.local.sketch.canvas import Colour, Floats, ink, mix
from bot.providers.local.sketch.noise import clouds, held, smooth
from bot.providers.local.sketch.sky import Easel

SCHEMES = (
    ("#0f2a43", "#1f6f8b", "#f2b880", "#f7ede2", "#d1495b"),
    ("#22223b", "#5a4e7c", "#c9ada7", "#f2e9e4", "#e07a5f"),
    ("#12372a", "#436850", "#adbc9f", "#fbfada", "#e8a33d"),
    ("#2b1b3d", "#7b2d5b", "#e56b6f", "#f3d9b1", "#3fb8af"),
    ("#10253f", "#325288", "#8fb8de", "#f5efe0", "#f0a04b"),
)


def paint(easel: Easel) -> None:
    canvas, palette, random, plan = easel.canvas, easel.palette, easel.random, easel.plan
    scheme = [ink(code) for code in SCHEMES[random.randint(len(SCHEMES))]]
    if plan.colours:
        first = plan.colours[0]
        second = plan.colours[-1] if len(plan.colours) > 1 else mix(first, (1, 0.9, 0.7), 0.5)
        scheme = [
            mix(first, (0.03, 0.03, 0.1), 0.75),
            mix(first, (0, 0, 0), 0.2),
            second,
            mix(second, (1, 1, 1), 0.7),
            scheme[4],
        ]
    if palette.dark:
        accents = [mix(colour, (1, 1, 1), 0.1) for colour in palette.accents]
        scheme = [
            palette.sky[0],
            palette.sky[2],
            accents[0],
            mix(accents[-1], (1, 1, 1), 0.4),
            accents[1 % len(accents)],
        ]
    field = _folded(easel)
    stops = np.linspace(0, 1, 4)
    table = np.array(scheme[:4])
    sheet = np.stack([np.interp(field, stops, table[:, channel]) for channel in range(3)], axis=2).astype(np.float32)
    slope_y: Floats = np.gradient(field, axis=0)
    slope_x: Floats = np.gradient(field, axis=1)
    relief = np.clip((slope_x + slope_y) * canvas.unit * 0.055, -0.3, 0.3)
    canvas.pixels[:] = np.clip(sheet * (1 + relief[:, :, None]), 0, 1)
    steps = field * 13
    steep = np.maximum(np.hypot(slope_x, slope_y) * 13, 1e-4)
    contour = 1 - smooth(0.5, 1.6, np.abs(steps - np.round(steps)) / steep)
    canvas.cover((contour * smooth(0.004, 0.02, steep)).astype(np.float32), mix(scheme[0], (0, 0, 0), 0.2), 0.33)
    _circles(easel, scheme)


def _folded(easel: Easel) -> Floats:
    """Noise looked up through noise, twice: long soft folds."""
    canvas, random = easel.canvas, easel.random
    width, height = canvas.width, canvas.height
    base = clouds(random, width, height, cells=1.8, octaves=5)
    for reach in (0.55, 0.4):
        dx = (clouds(random, width, height, cells=1.5, octaves=3) - 0.5) * canvas.unit * reach
        dy = (clouds(random, width, height, cells=1.5, octaves=3) - 0.5) * canvas.unit * reach
        xs = np.clip(canvas.across + dx, 0, width - 1).astype(np.int32)
        ys = np.clip(canvas.down + dy, 0, height - 1).astype(np.int32)
        base = base[ys, xs]
    low, high = np.percentile(base, (2, 98))
    return held((base - low) / max(0.05, high - low)).astype(np.float32)


def _circles(easel: Easel, scheme: list[Colour]) -> None:
    canvas, random = easel.canvas, easel.random
    x, y, radius = (
        canvas.width * random.uniform(0.3, 0.7),
        canvas.height * random.uniform(0.3, 0.6),
        canvas.unit * random.uniform(0.13, 0.2),
    )
    canvas.lay(
        canvas.pen().ellipse(x + radius * 0.08, y + radius * 0.12, radius, radius), scheme[0], 0.4, blur=radius * 0.12
    )
    disc = np.empty((canvas.height, canvas.width, 3), np.float32)
    part = np.clip((canvas.down - y + radius) / np.float32(2 * radius), 0, 1)[:, :, None]
    disc[:] = (
        np.asarray(scheme[4], np.float32)
        + (np.asarray(scheme[3], np.float32) - np.asarray(scheme[4], np.float32)) * part
    )
    canvas.lay(canvas.pen().ellipse(x, y, radius, radius), disc, 0.96)
    for _ in range(3):
        ring = canvas.pen()
        rx, ry, size = (
            canvas.width * random.uniform(0.1, 0.9),
            canvas.height * random.uniform(0.1, 0.9),
            canvas.unit * random.uniform(0.03, 0.26),
        )
        ring.ellipse(rx, ry, size, size).ellipse(rx, ry, size - canvas.unit * 0.004, size - canvas.unit * 0.004, 0)
        canvas.lay(ring, scheme[3], 0.75)
    for _ in range(14):
        size = canvas.unit * random.uniform(0.004, 0.016)
        dot = canvas.pen().ellipse(random.uniform(0, canvas.width), random.uniform(0, canvas.height), size, size)
        canvas.lay(dot, scheme[random.randint(2, 5)], 0.9)
