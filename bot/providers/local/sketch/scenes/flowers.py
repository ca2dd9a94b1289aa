"""A meadow of large blossoms, sharp in front and soft behind."""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np

from bot.providers.local.sketch.canvas import Colour, Floats, ink, mix
from bot.providers.local.sketch.noise import wave
from bot.providers.local.sketch.sky import Easel, paint_sky
from bot.providers.local.sketch.trees import grass

PETALS = ("#e4577a", "#f2a03d", "#f6d64a", "#8f6bd6", "#f4eef2", "#d8453e", "#6f9fe8", "#f29ac0")


def paint(easel: Easel) -> None:
    canvas, palette, random, plan = easel.canvas, easel.palette, easel.random, easel.plan
    level = canvas.height * 0.42
    paint_sky(easel, level)
    hills = level - wave(random, canvas.width, cells=3) * canvas.unit * 0.08
    green = mix(palette.leaves[0], palette.leaves[3], 0.5)
    canvas.ground(hills.astype(np.float32), [palette.shade(green, 0.6), palette.shade(green, 0.4)])
    meadow = level + wave(random, canvas.width, cells=2) * canvas.unit * 0.05
    deep = mix(palette.shade(ink("#24512f")), palette.near, 0.3)
    canvas.ground(
        meadow.astype(np.float32), [palette.shade(green, 0.3), palette.shade(mix(green, ink("#2f6b35"), 0.5)), deep]
    )
    hues = list(plan.colours) or [ink(PETALS[index]) for index in random.permutation(len(PETALS))[:3]]
    _bokeh(easel, level, hues)
    blades = mix(palette.shade(ink("#3f8a45")), deep, 0.35)
    flat = np.full(canvas.width, canvas.height * 0.86, np.float32)
    grass(canvas, random, flat, blades, height=canvas.unit * 0.3, count=int(canvas.width * 0.35))
    heads = []
    for index in range(11):
        near = index / 10
        size = canvas.unit * (0.045 + 0.085 * near) * random.uniform(0.85, 1.15)
        x = canvas.width * ((index * 0.618 + random.uniform(-0.04, 0.04)) % 1.0) * 0.92 + canvas.width * 0.04
        y = canvas.height * (0.5 + 0.2 * near + random.uniform(-0.12, 0.1))
        heads.append((near, x, y, size, hues[index % len(hues)]))
    for near, x, y, size, hue in heads:
        _stem(easel, x, y, size, near)
        _blossom(easel, x, y, size, mix(hue, (1, 1, 1), random.uniform(0, 0.22)), distance=0.3 * (1 - near))
    low = np.full(canvas.width, canvas.height * 1.04, np.float32)
    grass(canvas, random, low, mix(deep, palette.near, 0.4), height=canvas.unit * 0.2, count=int(canvas.width * 0.5))


def _bokeh(easel: Easel, level: float, hues: list[Colour]) -> None:
    """Flowers too far away to be sharp."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    for hue in hues:
        pen = canvas.pen()
        for _ in range(60):
            near = random.uniform(0, 1) ** 1.4
            y = level + canvas.unit * 0.05 + (canvas.height * 0.5) * near
            size = canvas.unit * (0.004 + 0.016 * near)
            pen.ellipse(random.uniform(0, canvas.width), y, size, size * 0.75, random.uniform(0.5, 1))
        canvas.lay(pen, palette.shade(mix(hue, (1, 1, 1), 0.12), 0.15), 0.85, blur=canvas.unit / 300)


def _stem(easel: Easel, x: float, y: float, size: float, near: float) -> None:
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    lean = random.uniform(-0.12, 0.12) * canvas.unit
    foot = canvas.height + 4
    tone = mix(palette.shade(ink("#4f9a4c")), palette.shade(ink("#2c6a3a")), random.uniform(0, 1))
    path = [(x + lean * part**2, y + (foot - y) * part) for part in (0, 0.25, 0.5, 0.75, 1)]
    canvas.lay(canvas.pen().line(path, size * 0.1 + 1), tone)
    for side in (-1, 1):
        part = random.uniform(0.35, 0.6)
        bx, by, long = x + lean * part**2, y + (foot - y) * part, size * random.uniform(0.9, 1.4)
        leaf = canvas.pen().ellipse(
            bx + side * long * 0.62, by - long * 0.36, long * 0.66, long * 0.13, turn=-side * 30
        )
        canvas.lay(leaf, mix(tone, palette.sun, 0.12 if side > 0 else 0.0), 0.95)


def _blossom(easel: Easel, x: float, y: float, size: float, hue: Colour, *, distance: float) -> None:
    """Two rings of petals, each lighter towards its tip, and a seeded heart."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    light = mix(palette.light, (1, 1, 1), 0.45)
    petal = mix((hue[0] * light[0], hue[1] * light[1], hue[2] * light[2]), palette.haze, distance)
    count, squash, start = random.randint(8, 15), random.uniform(0.78, 0.95), random.uniform(0, 360)
    canvas.lay(canvas.pen().ellipse(x, y + size * 0.2, size, size * 0.8), palette.near, 0.3, blur=size * 0.18)
    reach = np.sqrt((canvas.across - x) ** 2 + ((canvas.down - y) / np.float32(squash)) ** 2) / np.float32(size)
    tones: Floats = _along(mix(petal, (0.25, 0, 0.12), 0.42), petal, mix(petal, (1, 1, 1), 0.35), reach)
    for ring, long, wide, dim in ((0, 1.0, 1.0, 0.82), (1, 0.86, 0.92, 0.92), (2, 0.62, 0.8, 1.0)):
        pen, veins = canvas.pen(), canvas.pen()
        for index in range(count):
            angle = start + (index + ring * 0.5) * 360 / count + random.uniform(-4, 4)
            c, s = cos(radians(angle)), sin(radians(angle)) * squash
            half = size * long * 0.5
            pen.ellipse(x + c * half, y + s * half, half, size * wide * pi / count * 0.62, turn=angle)
            veins.line(
                [(x + c * half * 0.5, y + s * half * 0.5), (x + c * half * 1.75, y + s * half * 1.75)], size * 0.018
            )
        canvas.lay(pen, tones * np.float32(dim))
        canvas.lay(veins, mix(petal, (0.2, 0, 0.1), 0.3), 0.32)
    heart = size * 0.24
    canvas.lay(canvas.pen().ellipse(x, y, heart, heart * squash), mix(ink("#6a3f1c"), palette.haze, distance))
    for tone, many in ((ink("#d99a2b"), 40), (ink("#f7d35e"), 26)):
        seeds = canvas.pen()
        for _ in range(many):
            angle, far = random.uniform(0, 2 * pi), heart * random.uniform(0, 1) ** 0.5
            seeds.ellipse(x + cos(angle) * far * 0.92, y + sin(angle) * far * squash * 0.92, size * 0.024, size * 0.024)
        canvas.lay(seeds, mix(tone, palette.haze, distance), 0.95)


def _along(inner: Colour, middle: Colour, outer: Colour, reach: Floats) -> Floats:
    stops = np.array([0.15, 0.55, 1.0])
    table = np.array([inner, middle, outer])
    return np.stack([np.interp(reach, stops, table[:, channel]) for channel in range(3)], axis=2).astype(np.float32)
