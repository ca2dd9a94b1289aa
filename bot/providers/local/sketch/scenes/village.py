"""Houses with pitched roofs on a hillside, smoke from the chimneys, light in the windows; a castle above if asked."""

from __future__ import annotations

import numpy as np

from bot.providers.local.sketch.canvas import Pen, ink, mix
from bot.providers.local.sketch.noise import Floats, clouds, ridge, wave
from bot.providers.local.sketch.scenes import mountain, sea
from bot.providers.local.sketch.sky import Easel, mist, paint_sky
from bot.providers.local.sketch.trees import conifers, leafy

WALLS = ("#efe3cc", "#e8d2b0", "#d9c7b4", "#f1ead9", "#cfae8c")
ROOFS = ("#a5503a", "#8c4a3c", "#6e4a45", "#b4683f", "#5d5560")


def paint(easel: Easel) -> None:
    canvas, palette, random, plan = easel.canvas, easel.palette, easel.random, easel.plan
    level = canvas.height * 0.56
    if plan.setting == "mountain":
        mountain.backdrop(easel, level)
    elif plan.setting == "sea":
        sea.backdrop(easel, 0.47, islands=True)
    else:
        paint_sky(easel, level)
    lit = palette.dark or plan.hour in ("dusk", "dawn") or bool(plan.weathers & {"snow", "fog", "rain"})
    snow = palette.shade(ink("#eef3f8"), 0.08) if plan.snowy else None
    turf = ink("#e9eff5") if plan.snowy else mix(palette.leaves[1], ink("#93a05c"), 0.35)
    for distance, low in () if plan.setting == "sea" else ((0.62, 0.0), (0.42, 0.05)):
        line = level + canvas.unit * low - ridge(random, canvas.width, cells=2, octaves=3) * canvas.unit * 0.1
        tone = palette.shade(turf, distance)
        canvas.ground(line.astype(np.float32), [tone, palette.shade(turf, distance * 0.6)])
        fir = palette.shade(mix(palette.leaves[0], ink("#1d3634"), 0.35), distance)
        conifers(canvas, random, line, fir, height=canvas.unit * 0.09, gap=canvas.unit * 0.06, snow=snow)
        mist(easel, level - canvas.unit * 0.06, level + canvas.unit * 0.08, palette.haze, 0.35)
    if "castle" in plan.moods:
        _castle(easel, level, lit=lit)
    land = level + canvas.unit * 0.12 - wave(random, canvas.width, cells=2.4) * canvas.unit * 0.07
    canvas.ground(
        land.astype(np.float32),
        [palette.shade(turf, 0.16), palette.shade(turf), mix(palette.shade(turf), palette.near, 0.45)],
    )
    _texture(easel, land)
    _lane(easel, land)
    spots = sorted((random.uniform(0.0, 0.24), (index + 0.5) / 7 + random.uniform(-0.05, 0.05)) for index in range(7))
    church = random.randint(2, 5)
    for index, (row, across) in enumerate(spots):
        x = canvas.width * across
        foot = float(land[min(canvas.width - 1, max(0, int(x)))]) + canvas.unit * (0.03 + row)
        size = canvas.unit * (0.055 + 0.17 * row)
        if random.uniform() < 0.7 and not plan.snowy:
            bark = mix(palette.shade(ink("#5b4434")), palette.near, 0.35)
            tones = tuple(palette.shade(leaf) for leaf in palette.leaves)
            leafy(canvas, random, x - size * random.choice([-1.9, 1.9]), foot - size * 0.1, size * 2.6, bark, tones)
        _house(easel, x, foot, size, lit=lit, church=index == church)
    dark = mix(palette.near, palette.shade(palette.leaves[0]), 0.2)
    front = np.where(
        np.abs(canvas.across[0] / canvas.width - 0.5) > 0.38, canvas.height * 1.0, canvas.height * 2
    ).astype(np.float32)
    conifers(canvas, random, front, dark, height=canvas.unit * 0.36, gap=canvas.unit * 0.13, snow=snow)


def _texture(easel: Easel, land: Floats) -> None:
    canvas = easel.canvas
    mask, top = canvas.below(land)
    if mask.shape[0] > 8:
        spots = clouds(easel.random, canvas.width, mask.shape[0], cells=9, octaves=5, stretch=4)
        canvas.cover(mask * np.clip(spots - 0.5, 0, 1), easel.palette.near, 0.55, top=top)


def _lane(easel: Easel, land: Floats) -> None:
    """A way that winds down from between the houses."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    x = canvas.width * random.uniform(0.4, 0.6)
    begin = float(land[int(x)])
    left, right = [], []
    for step in range(24):
        part = step / 23
        y = begin + (canvas.height + 4 - begin) * part
        cx = x + np.sin(part * 5.2) * canvas.unit * 0.11 * part
        half = canvas.unit * (0.006 + 0.085 * part**1.5)
        left.append((float(cx - half), y))
        right.append((float(cx + half), y))
    earth = palette.shade(ink("#d5dde6") if easel.plan.snowy else ink("#b89c74"), 0.08)
    canvas.lay(canvas.pen().polygon([*left, *reversed(right)]), earth, 0.85, blur=canvas.unit / 500)


def _house(easel: Easel, x: float, foot: float, size: float, *, lit: bool, church: bool) -> None:
    canvas, palette, random, plan = easel.canvas, easel.palette, easel.random, easel.plan
    wall = palette.shade(ink(WALLS[random.randint(len(WALLS))]), 0.04)
    tile = plan.colours[0] if plan.colours else ink(ROOFS[random.randint(len(ROOFS))])
    roof = palette.shade(ink("#eef3f8") if plan.snowy else tile, 0.03)
    tall, deep = size * 0.85, size * 0.75
    eaves, gable = foot - tall, foot - tall - size * 0.75
    canvas.lay(
        canvas.pen().ellipse(x + size * 0.3, foot, size * 1.7, size * 0.16), palette.near, 0.35, blur=size * 0.07
    )
    canvas.lay(canvas.pen().box(x - size * 0.7, eaves, x + size * 0.7 + deep, foot), wall)
    front = canvas.pen().polygon(
        [(x - size * 0.7, foot), (x - size * 0.7, eaves), (x, gable), (x + size * 0.7, eaves), (x + size * 0.7, foot)]
    )
    canvas.lay(front, mix(wall, palette.sun, 0.12))
    canvas.lay(canvas.pen().box(x + size * 0.7, eaves, x + size * 0.7 + deep, foot), palette.near, 0.28)
    slope = canvas.pen().polygon(
        [
            (x, gable - size * 0.06),
            (x + deep, gable - size * 0.06),
            (x + size * 0.86 + deep, eaves + size * 0.08),
            (x + size * 0.86, eaves + size * 0.08),
        ]
    )
    canvas.lay(slope, roof)
    courses = canvas.pen()
    for row in range(1, 6):
        part = row / 6
        y = gable + (eaves - gable) * part
        courses.line([(x + size * 0.86 * part, y), (x + deep + size * 0.86 * part, y)], size * 0.018)
    canvas.lay(courses, palette.near, 0.22)
    edges = canvas.pen().line(
        [(x - size * 0.86, eaves + size * 0.1), (x, gable - size * 0.03), (x + size * 0.86, eaves + size * 0.1)],
        size * 0.11,
    )
    canvas.lay(edges, mix(roof, palette.near, 0.0 if plan.snowy else 0.3))
    chimney_x = x + deep * 0.6
    canvas.lay(
        canvas.pen().box(chimney_x, gable - size * 0.22, chimney_x + size * 0.17, gable + size * 0.2),
        mix(palette.shade(ink("#8a5a48")), palette.near, 0.25),
    )
    if church:
        _spire(easel, x, gable, size)
    elif random.uniform() < 0.6:
        _smoke(easel, chimney_x + size * 0.08, gable - size * 0.25, size)
    panes = canvas.pen()
    _pane(panes, x - size * 0.34, foot - tall * 0.58, size)
    _pane(panes, x + size * 0.36, foot - tall * 0.58, size)
    _pane(panes, x, gable + size * 0.48, size * 0.85)
    _pane(panes, x + size * 0.7 + deep * 0.5, foot - tall * 0.55, size)
    glow = palette.lamp if lit else palette.shade(ink("#4a5a68"))
    canvas.lay(panes, mix(glow, (1, 1, 0.9), 0.15 if lit else 0.0), 0.97)
    canvas.lay(
        canvas.pen().box(x - size * 0.1, foot - tall * 0.44, x + size * 0.12, foot), palette.shade(ink("#6b4630"))
    )
    if lit:
        canvas.glow(x, foot - tall * 0.55, size * 1.5, palette.lamp, 0.36)
        canvas.glow(x, foot + size * 0.05, size * 1.3, palette.lamp, 0.2)


def _pane(pen: Pen, x: float, y: float, size: float) -> None:
    half, gap = size * 0.13, size * 0.014
    for dx in (-1, 1):
        for dy in (-1, 1):
            ax, bx = sorted((x + dx * gap, x + dx * half))
            ay, by = sorted((y + dy * gap, y + dy * half * 1.1))
            pen.box(ax, ay, bx, by)


def _spire(easel: Easel, x: float, gable: float, size: float) -> None:
    canvas, palette = easel.canvas, easel.palette
    wall = palette.shade(ink("#efe8da"), 0.04)
    canvas.lay(canvas.pen().box(x - size * 0.3, gable - size * 0.9, x + size * 0.3, gable + size * 0.6), wall)
    canvas.lay(
        canvas.pen().box(x + size * 0.08, gable - size * 0.9, x + size * 0.3, gable + size * 0.6), palette.near, 0.22
    )
    roof = canvas.pen().polygon(
        [(x - size * 0.38, gable - size * 0.88), (x, gable - size * 2.2), (x + size * 0.38, gable - size * 0.88)]
    )
    roof.line([(x, gable - size * 2.15), (x, gable - size * 2.5)], size * 0.05)
    roof.line([(x - size * 0.1, gable - size * 2.38), (x + size * 0.1, gable - size * 2.38)], size * 0.05)
    canvas.lay(roof, palette.shade(ink("#4a5260")))
    canvas.lay(canvas.pen().ellipse(x, gable - size * 0.55, size * 0.14, size * 0.14), palette.lamp, 0.9)


def _smoke(easel: Easel, x: float, y: float, size: float) -> None:
    canvas, random = easel.canvas, easel.random
    pale = mix(easel.palette.haze, (1, 1, 1), 0.35)
    for step in range(9):
        part = step / 8
        puff = canvas.pen().ellipse(
            x + size * (0.5 * part**1.4 + random.uniform(-0.06, 0.06)),
            y - size * 1.5 * part,
            size * (0.07 + 0.2 * part),
            size * (0.06 + 0.15 * part),
        )
        canvas.lay(puff, pale, 0.34 * (1 - part * 0.75), blur=size * (0.03 + 0.07 * part))


def _castle(easel: Easel, level: float, *, lit: bool) -> None:
    """Towers on the far hill."""
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    x, size = canvas.width * random.uniform(0.3, 0.7), canvas.unit * 0.075
    foot = level - canvas.unit * 0.02
    hill = foot + np.clip(np.abs(canvas.across[0] - x) / np.float32(canvas.unit * 0.36), 0, 3) ** 2 * canvas.unit * 0.12
    stone, slate = palette.shade(ink("#b9ac9c"), 0.25), palette.shade(ink("#4c5672"), 0.2)
    body, roofs, slits = canvas.pen(), canvas.pen(), canvas.pen()
    for dx, wide, tall in ((-1.7, 0.3, 1.9), (-0.8, 0.42, 2.8), (0.2, 0.55, 3.7), (1.1, 0.36, 2.5), (1.9, 0.28, 1.7)):
        cx = x + dx * size
        top = foot - tall * size
        body.box(cx - wide * size, top, cx + wide * size, foot + size)
        roofs.polygon([(cx - wide * size * 1.25, top), (cx, top - size * (0.8 + wide)), (cx + wide * size * 1.25, top)])
        for step in (0.2, 0.55):
            y = top + tall * size * step
            slits.box(cx - size * 0.06, y, cx + size * 0.06, y + size * 0.22)
    body.box(x - size * 2, foot - size * 1.1, x + size * 2.1, foot + size)
    for step in range(12):
        body.box(
            x - size * 2 + step * size * 0.35, foot - size * 1.28, x - size * 1.82 + step * size * 0.35, foot - size
        )
    canvas.lay(body, stone)
    canvas.lay(roofs, slate)
    canvas.lay(slits, palette.lamp if lit else palette.near, 0.9)
    canvas.ground(hill.astype(np.float32), [palette.shade(mix(palette.leaves[0], ink("#7a8a55"), 0.3), 0.35)])
