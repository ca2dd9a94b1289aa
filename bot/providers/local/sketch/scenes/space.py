"""Nebulae, stars, and a planet with bands or rings."""

from __future__ import annotations

import numpy as np

from bot.providers.local.sketch.canvas import Colour, ink, mix
from bot.providers.local.sketch.noise import Floats, clouds, smooth
from bot.providers.local.sketch.sky import Easel

NEBULAE = (
    ("#ff5fa2", "#6a4cff", "#2fd0ff"),
    ("#ff9d4d", "#d13f6f", "#4f5bd5"),
    ("#41e0b0", "#2b7fff", "#9a4dff"),
    ("#ffd36b", "#e0574f", "#5a2e8c"),
)
WORLDS = (
    ("#d9a066", "#8a4b32", "#f3dcae"),
    ("#4f8fd0", "#1c3f7a", "#dfeefb"),
    ("#c46a8f", "#5a2f6e", "#f2c4cf"),
    ("#63b59a", "#1f5560", "#dff2d8"),
)


def paint(easel: Easel) -> None:
    canvas, random, plan = easel.canvas, easel.random, easel.plan
    canvas.gradient([ink("#03040d"), ink("#080a1e"), ink("#05030f")])
    hues = [*plan.colours, *(ink(code) for code in NEBULAE[random.randint(len(NEBULAE))])][:3]
    fold_x = (clouds(random, canvas.width, canvas.height, cells=2.5, octaves=4) - 0.5) * canvas.unit * 0.5
    fold_y = (clouds(random, canvas.width, canvas.height, cells=2.5, octaves=4) - 0.5) * canvas.unit * 0.5
    xs = np.clip(canvas.across + fold_x, 0, canvas.width - 1).astype(np.int32)
    ys = np.clip(canvas.down + fold_y, 0, canvas.height - 1).astype(np.int32)
    slant = random.uniform(-0.7, 0.7)
    along = (canvas.down / canvas.height - 0.5) + slant * (canvas.across / canvas.width - 0.5)
    belt = np.exp(-((along / 0.34) ** 2))
    for hue, low in zip(hues, (0.34, 0.46, 0.55), strict=False):
        gas = clouds(random, canvas.width, canvas.height, cells=2.2, octaves=7)[ys, xs]
        canvas.light((smooth(low, low + 0.5, gas) * (0.18 + 0.82 * belt)).astype(np.float32), hue, 0.75)
    dust = clouds(random, canvas.width, canvas.height, cells=4, octaves=6)[ys, xs]
    canvas.pixels *= (1 - 0.72 * smooth(0.52, 0.8, dust) * belt)[:, :, None]
    _stars(easel, belt)
    _planet(easel)


def _stars(easel: Easel, belt: Floats) -> None:
    canvas, random = easel.canvas, easel.random
    count = int(canvas.width * canvas.height / 380)
    xs, ys = random.randint(0, canvas.width, count), random.randint(0, canvas.height, count)
    shine = random.uniform(0, 1, count) ** 5 * (0.45 + 0.55 * belt[ys, xs]) + 0.06
    tints = np.array([[1, 0.86, 0.72], [1, 1, 1], [0.74, 0.85, 1]], np.float32)[random.randint(0, 3, count)]
    canvas.pixels[ys, xs] += (1 - canvas.pixels[ys, xs]) * (np.clip(shine, 0, 1)[:, None] * tints).astype(np.float32)
    for index in np.argsort(shine)[-22:]:
        x, y, size = float(xs[index]), float(ys[index]), canvas.unit * random.uniform(0.012, 0.03)
        canvas.glow(x, y, size, (0.85, 0.9, 1), 0.8)
        spikes = canvas.pen().line([(x - size, y), (x + size, y)], 0.7).line([(x, y - size), (x, y + size)], 0.7)
        canvas.shine(spikes, (0.9, 0.94, 1), 0.4, blur=0.6)


def _planet(easel: Easel) -> None:
    canvas, random = easel.canvas, easel.random
    radius = canvas.unit * random.uniform(0.17, 0.27)
    x = canvas.width * (random.uniform(0.22, 0.36) if random.uniform() < 0.5 else random.uniform(0.64, 0.78))
    y = canvas.height * random.uniform(0.4, 0.62)
    base, dark, pale = (ink(code) for code in WORLDS[random.randint(len(WORLDS))])
    ringed, tilt = bool(random.uniform() < 0.6), random.uniform(-0.5, 0.5)
    if ringed:
        _ring(easel, x, y, radius, tilt, pale, front=False)
    canvas.glow(x, y, radius * 1.45, mix(base, pale, 0.5), 0.45)
    u, v = (canvas.across - x) / np.float32(radius), (canvas.down - y) / np.float32(radius)
    far = u * u + v * v
    inside = np.clip((1 - np.sqrt(far)) * np.float32(radius) + 0.5, 0, 1)
    depth = np.sqrt(np.clip(1 - far, 0, 1))
    turned = v * np.cos(tilt) - u * np.sin(tilt)
    swirl = clouds(random, canvas.width, canvas.height, cells=9, octaves=5, stretch=3)
    bands = 0.5 + 0.5 * np.sin(turned * random.uniform(7, 15) + (swirl - 0.5) * 5)
    surface = _blend(dark, base, smooth(0, 0.6, bands))
    surface += (np.asarray(pale, np.float32) - surface) * (smooth(0.62, 1.0, bands * 0.6 + swirl * 0.5) * 0.8)[
        :, :, None
    ]
    sun = np.array([-0.62, -0.42, 0.66], np.float32)
    day = np.clip(u * sun[0] + v * sun[1] + depth * sun[2], 0, 1) ** 0.8
    surface = surface * (0.03 + 1.08 * day)[:, :, None]
    rim = np.clip(1 - depth, 0, 1) ** 3 * day
    surface += rim[:, :, None] * np.asarray(pale, np.float32) * 0.6
    canvas.cover(inside.astype(np.float32), np.clip(surface, 0, 1).astype(np.float32))
    if ringed:
        _ring(easel, x, y, radius, tilt, pale, front=True)
    moon = radius * random.uniform(0.12, 0.2)
    mx, my = (
        x + radius * random.uniform(1.5, 1.9) * (1 if x < canvas.width / 2 else -1),
        y - radius * random.uniform(0.5, 1.1),
    )
    canvas.lay(canvas.pen().ellipse(mx, my, moon, moon), ink("#2a2b33"))
    canvas.lay(
        canvas.pen().ellipse(mx - moon * 0.22, my - moon * 0.18, moon * 0.76, moon * 0.8),
        ink("#c9c6bf"),
        0.9,
        blur=moon * 0.12,
    )


def _ring(easel: Easel, x: float, y: float, radius: float, tilt: float, colour: Colour, *, front: bool) -> None:
    canvas = easel.canvas
    u, v = (canvas.across - x) / np.float32(radius), (canvas.down - y) / np.float32(radius)
    a, b = u * np.cos(tilt) + v * np.sin(tilt), (v * np.cos(tilt) - u * np.sin(tilt)) / np.float32(0.26)
    far = np.sqrt(a * a + b * b)
    grooves = 0.55 + 0.45 * np.sin(far * 46) * np.sin(far * 17 + 1)
    band = smooth(1.32, 1.38, far) * (1 - smooth(2.05, 2.2, far)) * (1 - 0.85 * np.exp(-(((far - 1.78) / 0.03) ** 2)))
    half = b > 0 if front else b <= 0
    shadow = 0.4 + 0.6 * smooth(-0.6, 1.0, -a + 0.8)
    canvas.cover((band * grooves * half * shadow).astype(np.float32), mix(colour, (1, 1, 1), 0.15), 0.72)


def _blend(low: Colour, high: Colour, part: Floats) -> Floats:
    a, b = np.asarray(low, np.float32), np.asarray(high, np.float32)
    return a + (b - a) * part.astype(np.float32)[:, :, None]
