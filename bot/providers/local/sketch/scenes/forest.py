"""A clearing between trees: light at the far end, trunks closing in."""

from __future__ import annotations

import numpy as np

from bot.providers.local.sketch.canvas import Colour, ink, mix
from bot.providers.local.sketch.noise import Floats, clouds, ridge, smooth, wave
from bot.providers.local.sketch.sky import Easel, fireflies, mist, paint_sky
from bot.providers.local.sketch.trees import conifers, grass


def paint(easel: Easel) -> None:
    canvas, palette, random, plan = easel.canvas, easel.palette, easel.random, easel.plan
    light_at = canvas.width * random.uniform(0.4, 0.6)
    paint_sky(easel, canvas.height * 0.72, sun_at=light_at / canvas.width)
    pale = mix(palette.sky[-1], palette.sun, 0.35)
    canvas.glow(light_at, canvas.height * 0.5, canvas.unit * 0.85, pale, 0.75)
    snow = palette.shade(ink("#eef3f8")) if plan.snowy else None
    for distance, height, level in ((0.8, 0.2, 0.6), (0.6, 0.3, 0.63), (0.4, 0.42, 0.67)):
        line = canvas.height * level + (ridge(random, canvas.width, cells=4) - 0.5) * canvas.unit * 0.05
        leaf = palette.shade(mix(palette.leaves[0], ink("#16302c"), 0.45), distance)
        tint = mix(leaf, palette.leaves[1], 0.35) if "autumn" in plan.moods else leaf
        canvas.ground((line + canvas.unit * 0.012).astype(np.float32), [tint, mix(tint, palette.haze, 0.4)])
        conifers(canvas, random, line, tint, height=canvas.unit * height, gap=canvas.unit * height * 0.2, snow=snow)
        mist(easel, canvas.height * (level - 0.16), canvas.height * (level + 0.08), pale, 0.5)
    _ground(easel, light_at)
    _rays(easel, light_at)
    for distance, count, width in ((0.5, 9, 0.017), (0.26, 6, 0.032)):
        _trunks(easel, light_at, distance, count, width)
    _trunks(easel, light_at, 0.04, 4, 0.075)
    _canopy(easel, light_at)
    if "magic" in plan.moods:
        _mushrooms(easel)
        fireflies(easel, 40)
    line = canvas.height * 0.99 + (wave(random, canvas.width, cells=5) - 0.5) * canvas.unit * 0.05
    near = mix(palette.near, palette.shade(palette.leaves[0]), 0.18)
    grass(canvas, random, line, near, height=canvas.unit * 0.085, count=int(canvas.width * 0.7))


def _ground(easel: Easel, light_at: float) -> None:
    """Moss, needles or snow, and a path that leads to the light."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    line = canvas.height * 0.68 + (wave(random, canvas.width, cells=6) - 0.5) * canvas.unit * 0.03
    floor = ink("#e6ecf3") if easel.plan.snowy else mix(palette.leaves[0], ink("#4a4630"), 0.5)
    far, close = palette.shade(mix(floor, (1, 1, 0.85), 0.12), 0.42), palette.shade(mix(floor, palette.near, 0.62))
    canvas.ground(line.astype(np.float32), [far, mix(far, close, 0.6), close])
    top = int(canvas.height * 0.68)
    rows = canvas.height - top
    if rows < 4:
        return
    near = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    spots = clouds(random, canvas.width, rows, cells=16, octaves=4, stretch=3)
    canvas.cover(smooth(0.5, 0.75, spots) * 0.5, mix(palette.near, close, 0.3), 0.55, top=top)
    sway = np.sin(near * 5 + random.uniform(0, 6)) * canvas.unit * 0.05 * near
    wide = canvas.unit * (0.012 + 0.2 * near**1.4)
    path = np.clip(1.15 - np.abs(canvas.across - light_at - sway) / wide, 0, 1)
    earth = palette.shade(ink("#dfe6ee") if easel.plan.snowy else ink("#a58d68"), 0.25)
    canvas.cover(smooth(0, 0.6, path) * (0.6 + 0.4 * spots), mix(earth, palette.sky[-1], 0.25), 0.62, top=top)
    glow = np.exp(-(((canvas.across - light_at) / (canvas.unit * 0.45)) ** 2)) * (1 - near) ** 1.6
    canvas.light(glow.astype(np.float32), mix(palette.sun, palette.sky[-1], 0.5), 0.42, top=top)


def _rays(easel: Easel, light_at: float) -> None:
    """Shafts of light that fan out from above the clearing."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    if easel.plan.weathers & {"rain"}:
        return
    x, y = light_at + canvas.unit * random.uniform(-0.2, 0.2), -canvas.height * 0.25
    angle = np.arctan2(canvas.across - x, canvas.down - y)
    table = clouds(random, 720, 4, cells=0.25, octaves=5)[1]
    fan = table[np.clip(((angle / np.pi + 0.5) * 719).astype(np.int32), 0, 719)]
    reach = smooth(0.0, 0.25, canvas.down / canvas.height) * (1 - smooth(0.45, 0.95, canvas.down / canvas.height))
    around = np.exp(-(((canvas.across - light_at) / (canvas.unit * 0.6)) ** 2))
    shafts = smooth(0.52, 0.8, fan) * reach * around
    canvas.light(shafts.astype(np.float32), mix(palette.sun, palette.sky[-1], 0.3), 0.3 if palette.dark else 0.42)


def _trunks(easel: Easel, light_at: float, distance: float, count: int, width: float) -> None:
    """Trunks that leave the light free; nearer ones are wider and darker, with a lit edge."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    bark = mix(palette.near, palette.shade(ink("#6b4f3c")), 0.42)
    colour = mix(bark, palette.haze, distance)
    body, rim = canvas.pen(), canvas.pen()
    for index in range(count):
        side = -1 if index % 2 else 1
        away = canvas.unit * (
            0.12 + (0.1 + 0.55 * (1 - distance)) * random.uniform(0.15, 1)
        ) + canvas.width * 0.09 * random.uniform(0, 2.4)
        x = light_at + side * away
        wide = canvas.unit * width * random.uniform(0.7, 1.25)
        foot = canvas.height * (0.7 + (0.5 - distance) * 0.34 + random.uniform(0, 0.05))
        lean = random.uniform(-0.05, 0.05) * canvas.height
        bulge = [random.uniform(0.85, 1.1) for _ in range(5)]
        left, right, edge = [], [], []
        for step in range(7):
            part = step / 6
            y = foot - part * (foot + canvas.unit * 0.02)
            half = wide * (0.5 - 0.16 * part) * bulge[min(4, step)] * (1.9 if step == 0 else 1.12 if step == 1 else 1)
            cx = x + lean * part**1.6
            left.append((cx - half, y))
            right.append((cx + half, y))
            edge.append((cx - side * half * 0.78, y))
        body.polygon([*left, *reversed(right)])
        rim.line(edge[1:], wide * 0.16)
        for _ in range(3):
            part = random.uniform(0.35, 0.85)
            y, cx = foot * (1 - part), x + lean * part**1.6
            long, way = wide * random.uniform(1.5, 4.0), random.choice([-1, 1])
            bough = [(cx, y), (cx + way * long * 0.55, y - long * 0.28), (cx + way * long, y - long * 0.75)]
            body.line(bough, wide * 0.14)
    canvas.lay(body, colour, blur=0.6 if distance > 0.3 else 0)
    canvas.lay(
        rim, mix(palette.sun, palette.sky[-1], 0.5), 0.3 if palette.dark else 0.4, blur=canvas.unit * width * 0.13
    )


def _canopy(easel: Easel, light_at: float) -> None:
    """Leaves hang into the picture from above, thicker towards the sides."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    base = mix(palette.near, palette.shade(mix(palette.leaves[0], palette.haze, 0.35)), 0.3)
    tones: tuple[tuple[Colour, float], ...] = (
        (base, 1.0),
        (mix(base, palette.shade(palette.leaves[1]), 0.45), 0.8),
        (mix(base, palette.shade(palette.leaves[3]), 0.8), 0.55),
    )
    for colour, reach in tones:
        pen = canvas.pen()
        for _ in range(420):
            x = random.uniform(0, canvas.width)
            off = min(1.0, abs(x - light_at) / (canvas.width * 0.55))
            hang = canvas.unit * (0.05 + 0.28 * off**1.5) * reach
            y = random.uniform(-0.2, 1) ** 1 * hang
            size = canvas.unit * random.uniform(0.006, 0.018)
            pen.ellipse(x, y, size * 1.5, size * 0.75, turn=random.uniform(0, 180))
        canvas.lay(pen, colour, 0.94)
    if easel.plan.snowy:
        haze: Floats = np.exp(-canvas.down / np.float32(canvas.unit * 0.06)) * np.ones_like(canvas.across)
        canvas.cover(haze.astype(np.float32), palette.shade(ink("#eef3f8")), 0.3)


def _mushrooms(easel: Easel) -> None:
    """Small lights by the path."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    for _ in range(11):
        x, y = random.uniform(0.05, 0.95) * canvas.width, canvas.height * random.uniform(0.8, 0.96)
        size = canvas.unit * random.uniform(0.011, 0.026)
        colour = palette.accents[random.randint(len(palette.accents))]
        canvas.glow(x, y - size, size * 5.5, colour, 0.5)
        stem = canvas.pen().polygon(
            [(x - size * 0.18, y), (x - size * 0.12, y - size), (x + size * 0.12, y - size), (x + size * 0.18, y)]
        )
        canvas.lay(stem, mix(colour, (1, 1, 1), 0.6), 0.85)
        cap = [
            (x + size * 0.9 * float(np.cos(a)), y - size * 0.9 - size * 0.75 * float(np.sin(a)))
            for a in np.linspace(0, np.pi, 12)
        ]
        canvas.lay(canvas.pen().polygon(cap), mix(colour, (1, 1, 1), 0.35))
        canvas.glow(x, y - size * 1.15, size * 1.3, (1, 1, 1), 0.5)
