"""The sky behind every landscape, and what stands or falls in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from numpy.random import RandomState

from bot.providers.local.sketch.canvas import Canvas, Colour, ink, mix
from bot.providers.local.sketch.noise import Floats, clouds, smooth
from bot.providers.local.sketch.palette import Palette
from bot.providers.local.sketch.plan import Plan


@dataclass(frozen=True, slots=True)
class Easel:
    """All that a scene needs: the sheet, what to paint, in which light, and chance."""

    canvas: Canvas
    plan: Plan
    palette: Palette
    random: RandomState


@dataclass(frozen=True, slots=True)
class Lamp:
    """Where the sun or moon stands, in pixels, and its half width."""

    x: float
    y: float
    radius: float


def paint_sky(easel: Easel, horizon: float, *, sun_at: float | None = None) -> Lamp:
    """Fill the sheet with sky down to the row `horizon` (and haze below it); sun_at is across the sheet, 0..1."""
    canvas, plan, palette, random = easel.canvas, easel.plan, easel.palette, easel.random
    edge = max(1, min(canvas.height, int(horizon)))
    canvas.gradient(palette.sky, 0, edge)
    canvas.gradient([palette.sky[-1], palette.haze], edge)
    across = random.uniform(0.22, 0.78) if sun_at is None else sun_at
    lamp = Lamp(
        canvas.width * across,
        horizon * (1 - palette.sun_height * random.uniform(0.85, 1.1)),
        canvas.unit * (0.04 if palette.dark else 0.05),
    )
    clear = not plan.weathers & {"rain", "fog", "clouds"}
    if palette.dark:
        _stars(easel, edge, dense="stars" in plan.moods or "magic" in plan.moods)
    if "aurora" in plan.moods:
        _aurora(easel, edge)
    if palette.dark and clear:
        _moon(easel, lamp)
    elif not palette.dark:
        _sun(easel, lamp, veiled=not clear)
    _clouds(easel, edge, lamp)
    return lamp


def _sun(easel: Easel, lamp: Lamp, *, veiled: bool) -> None:
    canvas, palette = easel.canvas, easel.palette
    strength = 0.45 if veiled else 1.0
    canvas.glow(lamp.x, lamp.y, canvas.unit * 0.95, palette.sun, 0.42 * strength)
    canvas.glow(lamp.x, lamp.y, canvas.unit * 0.34, palette.sun, 0.5 * strength)
    canvas.glow(lamp.x, lamp.y, canvas.unit * 0.14, palette.sun, 0.5 * strength)
    if "rain" not in easel.plan.weathers:
        disc = canvas.pen().ellipse(lamp.x, lamp.y, lamp.radius, lamp.radius)
        canvas.lay(disc, palette.sun, 0.95 * strength, blur=1.2)


def _moon(easel: Easel, lamp: Lamp) -> None:
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    canvas.glow(lamp.x, lamp.y, canvas.unit * 0.6, palette.sun, 0.22)
    canvas.glow(lamp.x, lamp.y, canvas.unit * 0.16, palette.sun, 0.4)
    radius = lamp.radius * (1.25 if "moon" in easel.plan.moods else 1.0)
    canvas.lay(canvas.pen().ellipse(lamp.x, lamp.y, radius, radius), palette.sun)
    seas = canvas.pen()
    for _ in range(6):
        angle, far = random.uniform(0, 2 * pi), radius * random.uniform(0.1, 0.6)
        size = radius * random.uniform(0.12, 0.28)
        seas.ellipse(lamp.x + far * cos(angle), lamp.y + far * sin(angle), size, size * 0.8)
    canvas.lay(seas, mix(palette.sun, (0.55, 0.56, 0.6), 0.6), 0.4, blur=1.5)


def _stars(easel: Easel, edge: int, *, dense: bool) -> None:
    canvas, random = easel.canvas, easel.random
    count = int((900 if dense else 380) * canvas.width * edge / 786_432 * 1.6)
    xs, ys = random.randint(0, canvas.width, count), (edge * random.uniform(0, 1, count) ** 1.4).astype(int)
    shine = random.uniform(0, 1, count) ** 3
    canvas.pixels[ys, xs] += (1 - canvas.pixels[ys, xs]) * (0.15 + 0.8 * shine)[:, None].astype(np.float32)
    for index in np.argsort(shine)[-(26 if dense else 9) :]:
        canvas.glow(float(xs[index]), float(ys[index]), canvas.unit * 0.009, (0.9, 0.94, 1.0), 0.95)
    if dense:
        band = clouds(random, canvas.width, edge, cells=3, octaves=6)
        along = (canvas.down[:edge] / edge - 0.75 + 0.55 * canvas.across / canvas.width) * 2.6
        canvas.light(smooth(0.35, 0.9, band) * np.exp(-along * along), (0.72, 0.74, 0.98), 0.42)


def _aurora(easel: Easel, edge: int) -> None:
    canvas, random = easel.canvas, easel.random
    for colour, level in ((ink("#4dffb0"), 0.6), (ink("#58f0c8"), 0.44), (ink("#a070ff"), 0.32)):
        path = clouds(random, canvas.width, 1 + canvas.height // 64, cells=1.2, octaves=3)[0]
        low = edge * (level + 0.35 * (path - 0.5))[None, :]
        rays = 0.45 + 0.55 * clouds(random, canvas.width, 8, cells=26, octaves=2, stretch=0.5)[4][None, :]
        above = (low - canvas.down[:edge]) / (edge * 0.4)
        veil = np.where(above > 0, np.exp(-2.6 * above), np.exp(12 * above)) * rays
        canvas.light(veil.astype(np.float32), colour, 0.85)


def _clouds(easel: Easel, edge: int, lamp: Lamp) -> None:
    canvas, plan, palette, random = easel.canvas, easel.plan, easel.palette, easel.random
    heavy = bool(plan.weathers & {"rain", "clouds", "fog", "snow"})
    if edge < 8 or ("neon" in plan.moods and not heavy):
        return
    lumps = clouds(random, canvas.width, edge, cells=2.2, octaves=6, stretch=2.6)
    cover = random.uniform(0.5, 0.6) - (0.16 if heavy else 0.0)
    body = smooth(cover, cover + 0.34, lumps) * (0.35 + 0.65 * smooth(0.0, 0.5, canvas.down[:edge] / edge))
    # Clouds are lit from where the lamp stands: the edge towards it is bright, the far side keeps the sky's own shade.
    shift = max(2, int(canvas.unit * 0.012))
    away = np.arange(edge) + (shift if lamp.y < edge * 0.5 else -shift)
    rim = np.clip(lumps - lumps[np.clip(away, 0, edge - 1)], 0, 1)
    pale = mix(palette.sky[-1], palette.sun, 0.55)
    shadow = mix(palette.sky[0], palette.sky[2], 0.55)
    white = mix(pale, (1, 1, 1), 0.35 if not palette.dark and plan.hour == "noon" else 0.0)
    colour = _between(shadow, white, smooth(0.42, 0.75, 1 - np.abs(lumps - 0.5) + rim * 4 - 0.35))
    strength = (0.35 if palette.dark else 0.62) * (1.25 if heavy else 1.0)
    canvas.cover(body, colour, min(1.0, strength))


def _between(low: Colour, high: Colour, part: Floats) -> Floats:
    a, b = np.asarray(low, np.float32), np.asarray(high, np.float32)
    return a + (b - a) * part[:, :, None]


def mist(easel: Easel, top: float, bottom: float, colour: Colour, strength: float) -> None:
    """A drifting bank of mist between two rows, thickest in the middle."""
    canvas = easel.canvas
    first, last = max(0, int(top)), min(canvas.height, int(bottom))
    if last - first < 4:
        return
    lumps = clouds(easel.random, canvas.width, last - first, cells=1.6, octaves=4, stretch=3.5)
    at = np.linspace(0, np.pi, last - first, dtype=np.float32)[:, None]
    canvas.cover(np.clip(np.sin(at), 0, 1) ** 1.3 * (0.35 + 0.65 * lumps), colour, strength, top=first)


def fall_of(easel: Easel) -> None:
    """What falls in front of everything: rain, snow, leaves; and fog over it all."""
    plan, palette, canvas = easel.plan, easel.palette, easel.canvas
    if "fog" in plan.weathers:
        pale = mix(palette.haze, palette.sky[-1], 0.5)
        for top in (0.1, 0.36, 0.58):
            mist(easel, canvas.height * top, canvas.height * (top + 0.46), pale, 0.72)
    if "rain" in plan.weathers:
        _rain(easel)
    if plan.snowy:
        _flakes(easel)
    if "autumn" in plan.moods and plan.scene in ("forest", "village", "mountain", "city"):
        _leaves(easel)
    if "magic" in plan.moods:
        fireflies(easel, 46)


def fireflies(easel: Easel, count: int) -> None:
    """Small warm lights, anywhere in the lower two thirds."""
    canvas, random = easel.canvas, easel.random
    for _ in range(count):
        x, y = random.uniform(0, canvas.width), canvas.height * random.uniform(0.3, 0.97)
        size = canvas.unit * random.uniform(0.006, 0.02)
        colour = easel.palette.accents[random.randint(len(easel.palette.accents))]
        canvas.glow(x, y, size * 1.8, colour, 0.6)
        canvas.glow(x, y, size * 0.5, (1, 1, 0.94), 0.95)


def _rain(easel: Easel) -> None:
    canvas, random = easel.canvas, easel.random
    lean = random.uniform(-0.25, 0.25)
    near, far = canvas.pen(), canvas.pen()
    for pen, count, length in ((far, 420, 0.035), (near, 130, 0.075)):
        for _ in range(count):
            x, y = random.uniform(-0.1, 1.1) * canvas.width, random.uniform(-0.05, 1) * canvas.height
            long = canvas.unit * length * random.uniform(0.6, 1.3)
            pen.line([(x, y), (x + lean * long, y + long)], canvas.unit / 900, random.uniform(0.4, 1))
    pale = mix(easel.palette.haze, (1, 1, 1), 0.5)
    canvas.lay(far, pale, 0.3)
    canvas.lay(near, pale, 0.42)


def _flakes(easel: Easel) -> None:
    canvas, random = easel.canvas, easel.random
    white = mix((1, 1, 1), easel.palette.light, 0.3)
    for count, size, blur, strength in ((420, 0.0016, 0.0, 0.75), (130, 0.0032, 0.6, 0.8), (26, 0.0085, 3.0, 0.6)):
        pen = canvas.pen()
        for _ in range(count):
            radius = canvas.unit * size * random.uniform(0.6, 1.4)
            pen.ellipse(random.uniform(0, canvas.width), random.uniform(0, canvas.height), radius, radius)
        canvas.lay(pen, white, strength, blur=blur * canvas.unit / 768)


def _leaves(easel: Easel) -> None:
    canvas, random, palette = easel.canvas, easel.random, easel.palette
    for colour in palette.leaves:
        pen = canvas.pen()
        for _ in range(16):
            size = canvas.unit * random.uniform(0.004, 0.011)
            x, y = random.uniform(0, canvas.width), random.uniform(0.1, 1) * canvas.height
            pen.ellipse(x, y, size, size * 0.45, turn=random.uniform(0, 180))
        canvas.lay(pen, palette.shade(mix(colour, (1, 0.9, 0.7), 0.15)), 0.95)
