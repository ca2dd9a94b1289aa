"""Dunes with one side in the light; cacti, or a far caravan."""

from __future__ import annotations

import numpy as np

from bot.providers.local.sketch.canvas import Pen, ink, mix
from bot.providers.local.sketch.noise import Floats, clouds, smooth, wave
from bot.providers.local.sketch.sky import Easel, mist, paint_sky


def paint(easel: Easel) -> None:
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    horizon = canvas.height * 0.52
    lamp = paint_sky(easel, horizon)
    levels = (0.5, 0.55, 0.63, 0.74, 0.88)
    lines = []
    for index, level in enumerate(levels):
        part = index / (len(levels) - 1)
        line = canvas.height * level - (wave(random, canvas.width, cells=5.5 - 3 * part) - 0.35) * canvas.unit * (
            0.06 + 0.13 * part
        )
        lines.append(line.astype(np.float32))
        _dune(easel, lines[-1], distance=0.62 * (1 - part) ** 1.2, left=lamp.x < canvas.width / 2, size=part)
        mist(
            easel,
            horizon - canvas.unit * 0.04,
            canvas.height * level + canvas.unit * 0.02,
            palette.haze,
            0.22 * (1 - part),
        )
        if index == 1:
            _caravan(easel, lines[-1])
    if random.uniform() < 0.65:
        for spot in (random.uniform(0.1, 0.3), random.uniform(0.68, 0.9)):
            x = canvas.width * spot
            _cactus(easel, x, float(lines[3][int(x)]) + canvas.unit * 0.02, canvas.unit * random.uniform(0.14, 0.24))


def _dune(easel: Easel, line: Floats, *, distance: float, left: bool, size: float) -> None:
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    mask, top = canvas.below(line)
    rows = canvas.height - top
    if rows < 4:
        return
    light, dark = palette.shade(ink("#f0bf7a"), distance), palette.shade(ink("#8f5237"), distance * 0.9)
    # The crest is an S that runs down the near side: left of it light, right of it shade, or the other way round.
    peak = int(np.clip(line[canvas.width // 8 : -canvas.width // 8].argmin() + canvas.width // 8, 0, canvas.width - 1))
    deep = np.clip((canvas.down[top:] - line[peak]) / np.float32(canvas.unit * 0.42), 0, 2)
    crest = peak + (np.sin(deep * 3.4) * 0.16 + deep * 0.3 * (1 if left else -1)) * canvas.unit
    off = (canvas.across - crest) / np.float32(canvas.unit * 0.05)
    slope = np.gradient(line) * (1.0 if left else -1.0)
    shade = smooth(-0.5, 0.5, off if left else -off) * (1 - smooth(0.5, 1.4, deep)) * 0.75
    shade = np.clip(shade + smooth(0.0, 0.7, slope)[None, :] * 0.35 * np.exp(-3 * deep), 0, 1)
    grain = clouds(random, canvas.width, rows, cells=5, octaves=4, stretch=3)
    bands = np.sin((canvas.down[top:] - line[None, :]) / np.float32(canvas.unit * 0.006 * (0.6 + size)) + grain * 14)
    shade = np.clip(shade + bands * 0.05 * (0.3 + size) + (grain - 0.5) * 0.24, 0, 1)
    a, b = np.asarray(light, np.float32), np.asarray(dark, np.float32)
    sheet = np.zeros((canvas.height, canvas.width, 3), np.float32)
    sheet[top:] = a + (b - a) * shade[:, :, None]
    canvas.cover(mask, sheet, top=top)
    rim = np.clip(1 - np.abs(canvas.down[top:] - line[None, :] - 1.5) / np.float32(canvas.unit * 0.004 + 1), 0, 1)
    canvas.light(rim, palette.sun, 0.3 * (1 - distance), top=top)


def _caravan(easel: Easel, line: Floats) -> None:
    """Camels, so far away that a few strokes will do."""
    canvas, random = easel.canvas, easel.random
    pen = canvas.pen()
    start, size = random.uniform(0.15, 0.6) * canvas.width, canvas.unit * 0.017
    for index in range(5):
        x = start + index * size * 3.1
        y = float(line[min(canvas.width - 1, int(x))])
        _camel(pen, x, y, size)
    canvas.lay(pen, easel.palette.shade(ink("#3d2a20"), 0.2))


def _camel(pen: Pen, x: float, y: float, s: float) -> None:
    pen.ellipse(x, y - s * 1.05, s * 0.85, s * 0.34).ellipse(x - s * 0.05, y - s * 1.35, s * 0.34, s * 0.3)
    for leg in (-0.6, -0.4, 0.4, 0.6):
        pen.line([(x + s * leg, y - s), (x + s * leg * 1.05, y + s * 0.1)], s * 0.14)
    pen.line([(x + s * 0.75, y - s * 1.05), (x + s * 1.15, y - s * 1.2), (x + s * 1.25, y - s * 1.75)], s * 0.2)
    pen.ellipse(x + s * 1.4, y - s * 1.78, s * 0.26, s * 0.13)


def _cactus(easel: Easel, x: float, foot: float, tall: float) -> None:
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    thick = tall * 0.15
    body, edge = canvas.pen(), canvas.pen()

    def limb(points: list[tuple[float, float]], width: float) -> None:
        body.line(points, width)
        for px, py in points:
            body.ellipse(px, py, width / 2, width / 2)
        edge.line([(px - width * 0.2, py) for px, py in points], width * 0.14)

    limb([(x, foot), (x, foot - tall)], thick)
    for side in (-1, 1):
        y, reach = foot - tall * random.uniform(0.35, 0.6), tall * random.uniform(0.18, 0.25)
        limb([(x, y), (x + side * reach, y), (x + side * reach, y - tall * random.uniform(0.2, 0.34))], thick * 0.75)
    canvas.lay(body, mix(palette.shade(ink("#3f6b45")), palette.near, 0.4))
    canvas.lay(edge, palette.sun, 0.35, blur=1)
