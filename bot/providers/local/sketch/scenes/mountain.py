"""A great peak with lit and shaded faces, ridges before it, firs, and often a lake."""

from __future__ import annotations

import numpy as np

from bot.providers.local.sketch.canvas import Colour, ink, mix
from bot.providers.local.sketch.noise import Floats, clouds, ridge, smooth
from bot.providers.local.sketch.sky import Easel, Lamp, mist, paint_sky
from bot.providers.local.sketch.trees import conifers
from bot.providers.local.sketch.water import mirror


def paint(easel: Easel) -> None:
    canvas, palette, random, plan = easel.canvas, easel.palette, easel.random, easel.plan
    lake = "lake" in plan.moods or random.uniform() < 0.75
    foot = canvas.height * (0.7 if lake else 0.78)
    lamp = backdrop(easel, foot)
    snow = palette.shade(ink("#eef3f8"), 0.1) if plan.snowy else None
    green = mix(palette.leaves[0], ink("#1c3030"), 0.5)
    for distance, level, height in ((0.42, 0.0, 0.075), (0.2, 0.02, 0.11)):
        line = foot + canvas.unit * level - ridge(random, canvas.width, cells=3) * canvas.unit * 0.06
        tone = palette.shade(green, distance)
        canvas.ground(line.astype(np.float32), [tone, mix(tone, palette.near, 0.3)])
        conifers(canvas, random, line, tone, height=canvas.unit * height, gap=canvas.unit * height * 0.26, snow=snow)
    shore = int(foot + canvas.unit * 0.035)
    if lake:
        mirror(easel, shore, mix(palette.shade(ink("#1f6a7a")), palette.sky[0], 0.4), depth=0.28, rough=0.3, lamp=lamp)
        mist(easel, shore - canvas.unit * 0.03, shore + canvas.unit * 0.03, palette.sky[-1], 0.3)
    _foreground(easel, lake=lake)


def backdrop(easel: Easel, foot: float) -> Lamp:
    """Sky, the massif, and two hazy ridges, down to the row `foot`; also the far view of other scenes."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    lamp = paint_sky(easel, foot)
    _massif(easel, foot, lamp)
    for distance, height in ((0.66, 0.2), (0.5, 0.13)):
        line = foot - canvas.unit * (0.02 + height * ridge(random, canvas.width, cells=3, octaves=7))
        tone = palette.shade(mix(ink("#4c5a63"), palette.leaves[0], 0.35), distance)
        canvas.ground(line.astype(np.float32), [tone, mix(tone, palette.haze, 0.5)])
        mist(easel, foot - canvas.unit * height, foot + canvas.unit * 0.03, palette.haze, 0.4)
    return lamp


def _massif(easel: Easel, foot: float, lamp: Lamp) -> None:
    """Peaks as tents: each pixel belongs to the highest, and its side of the spine is in the light or not."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    at = canvas.across[0] / np.float32(canvas.unit)
    whole = canvas.width / canvas.unit
    room = foot / canvas.unit
    main = random.uniform(0.35, 0.65)
    spots = [(main, 0.84)] + [
        (main + side * random.uniform(0.17, 0.3) * k, random.uniform(0.5, 0.68) - 0.06 * k)
        for side in (-1, 1)
        for k in (1, 2)
    ]
    heights = []
    for spot, height in spots:
        steep = random.uniform(0.7, 0.95)
        heights.append(room * height - np.abs(at - spot * whole) * steep)
    stack = np.stack(heights)
    owner = stack.argmax(axis=0)
    crags = (ridge(random, canvas.width, cells=10, octaves=6, roughness=0.6) - 0.5) * 0.075
    profile = np.maximum(stack.max(axis=0), room * 0.18) + crags
    line = (foot - profile * canvas.unit).astype(np.float32)
    mask, top = canvas.below(line)
    rows = min(canvas.height, int(foot) + 4) - top
    if rows < 4:
        return
    mask, down = mask[:rows], canvas.down[top : top + rows]
    rough = clouds(random, canvas.width, rows, cells=9, octaves=6, stretch=0.7)
    centres = np.array([spot for spot, _ in spots], np.float32)[owner] * canvas.width
    # Spines wander as they come down; ribs branch off them, which is the noise sheared along the slope.
    depth = (down - line[None, :]) / np.float32(canvas.unit)
    wander = np.interp(np.arange(rows), np.linspace(0, rows, 9), random.uniform(-0.5, 0.5, 9)).astype(np.float32)[
        :, None
    ]
    spine = centres[None, :] + wander * canvas.unit * 0.2 * np.sqrt(np.clip(depth, 0, 1))
    from_left = lamp.x < canvas.width * main
    side = np.tanh((spine - canvas.across) / np.float32(canvas.unit * 0.012)) * (1 if from_left else -1)
    ribs = clouds(random, canvas.width, rows, cells=13, octaves=5, stretch=0.45) - 0.5
    lit = smooth(-0.45, 0.45, side * 0.42 + ribs * 1.5 + (rough - 0.5) * 0.7)
    rock: Floats = _blend(palette.shade(ink("#3a4256"), 0.3), palette.shade(ink("#a39a98"), 0.16), lit)
    cold = palette.shade(mix(ink("#9db2d6"), palette.sky[1], 0.35), 0.12)
    warm = mix(palette.shade(ink("#ffffff"), 0.02), palette.sun, 0.45 if easel.plan.hour in ("dusk", "dawn") else 0.1)
    white = _blend(cold, warm, lit)
    reach = 0.62 if easel.plan.snowy else 0.27
    snow = smooth(-0.06, 0.06, reach * (0.5 + rough) - depth + ribs * 0.28)
    paint_ = np.zeros((canvas.height, canvas.width, 3), np.float32)
    body = rock + (white - rock) * snow[:, :, None]
    veil = smooth(0.25, 1.0, (down - top) / np.float32(rows)) * np.float32(0.75)
    body += (np.asarray(palette.haze, np.float32) - body) * (0.12 + 0.8 * veil)[:, :, None]
    paint_[top : top + rows] = body
    canvas.cover(mask, paint_, top=top)


def _foreground(easel: Easel, *, lake: bool) -> None:
    """A dark bank with a few tall firs, to look past."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    side = random.choice([-1, 1])
    at = canvas.across[0] / canvas.width
    slope = (at if side > 0 else 1 - at) ** 1.6
    line = (
        canvas.height * (1.02 if lake else 0.93)
        - slope * canvas.unit * 0.15
        - ridge(random, canvas.width, cells=6) * canvas.unit * 0.02
    )
    turf = ink("#e8eef4") if easel.plan.snowy else mix(palette.leaves[2], ink("#20302a"), 0.4)
    tone = mix(palette.shade(turf), palette.near, 0.45)
    canvas.ground(line.astype(np.float32), [mix(tone, palette.shade(turf), 0.4), palette.near])
    heights = np.where(slope > 0.45, line, canvas.height * 2).astype(np.float32)
    dark: Colour = mix(palette.near, palette.shade(palette.leaves[0]), 0.16)
    snow = palette.shade(ink("#e8eef5")) if easel.plan.snowy else None
    conifers(canvas, random, heights, dark, height=canvas.unit * 0.34, gap=canvas.unit * 0.11, snow=snow)


def _blend(low: Colour, high: Colour, part: Floats) -> Floats:
    a, b = np.asarray(low, np.float32), np.asarray(high, np.float32)
    return a + (b - a) * part[:, :, None]
