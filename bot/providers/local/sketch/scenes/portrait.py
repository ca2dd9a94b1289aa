"""A person from the shoulders up, in flat shapes before a large round light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.providers.local.sketch.canvas import Canvas, Colour, Point, bend, ink, mix
from bot.providers.local.sketch.noise import clouds, smooth
from bot.providers.local.sketch.sky import Easel

SKINS = ("#f2cdb0", "#e3b08c", "#c68a62", "#9a6544", "#6b4430")
HAIRS = ("#2a1d18", "#4a2e1e", "#8a5a32", "#c99a55", "#a8452c", "#30303a", "#b9b4ae")
CLOTHES = ("#2f5d7c", "#8c3b4a", "#3d6b57", "#c98a3a", "#5b4a86", "#2f3440")


@dataclass(frozen=True, slots=True)
class Sitter:
    """Where the head is and how large: s is half the face's width, in pixels."""

    canvas: Canvas
    x: float
    y: float
    s: float

    def at(self, *points: Point) -> list[Point]:
        return [(self.x + dx * self.s, self.y + dy * self.s) for dx, dy in points]

    def both(self, *points: Point) -> list[Point]:
        """Points of the right half, and their mirror images: a closed outline."""
        return self.at(*points) + self.at(*((-dx, dy) for dx, dy in reversed(points)))

    def fill(
        self, points: list[Point], colour: Colour, strength: float = 1.0, blur: float = 0.0, steps: int = 8
    ) -> None:
        self.canvas.lay(self.canvas.pen().polygon(bend(points, steps)), colour, strength, blur=blur * self.s)


def paint(easel: Easel) -> None:
    canvas, palette, random, plan = easel.canvas, easel.palette, easel.random, easel.plan
    _backdrop(easel)
    s = min(canvas.unit * 0.17, canvas.width * 0.2)
    sitter = Sitter(canvas, canvas.width * 0.5 + random.uniform(-0.04, 0.04) * canvas.unit, canvas.height * 0.44, s)
    light = mix(palette.light, (1, 1, 1), 0.55)

    def lit(code: str) -> Colour:
        colour = ink(code)
        return colour[0] * light[0], colour[1] * light[1], colour[2] * light[2]

    skin, hair = lit(SKINS[random.randint(len(SKINS))]), lit(HAIRS[random.randint(len(HAIRS))])
    cloth = plan.colours[0] if plan.colours else lit(CLOTHES[random.randint(len(CLOTHES))])
    style = 3 if "man" in plan.moods else random.randint(3)
    _hair_behind(sitter, hair, style)
    _shoulders(sitter, cloth, skin, palette.sun)
    _face(sitter, skin, palette.near)
    _features(sitter, skin, hair, red=0.25 if style == 3 else 0.55)
    _hair_before(sitter, hair, style, palette.sun)
    rim = sitter.at((0.98, -0.5), (1.06, 0.0), (0.98, 0.55), (0.7, 1.0), (0.84, 0.5), (0.92, 0.0))
    sitter.fill(rim, mix(palette.sun, (1, 1, 1), 0.2), 0.3, blur=0.05)


def _backdrop(easel: Easel) -> None:
    canvas, palette, random = easel.canvas, easel.palette, easel.random
    canvas.gradient([mix(palette.sky[0], palette.sky[1], 0.4), palette.sky[1], palette.sky[2], palette.sky[-1]])
    x, y, radius = canvas.width * 0.5, canvas.height * 0.43, canvas.unit * 0.38
    canvas.glow(x, y, radius * 2.1, palette.sun, 0.45)
    canvas.lay(canvas.pen().ellipse(x, y, radius, radius), mix(palette.sun, palette.sky[-1], 0.4), 0.85)
    canvas.lay(canvas.pen().ellipse(x, y, radius * 0.88, radius * 0.88), mix(palette.sun, palette.sky[-1], 0.2), 0.6)
    wash = clouds(random, canvas.width, canvas.height, cells=3, octaves=6)
    canvas.cover(smooth(0.5, 0.8, wash), palette.haze, 0.3)
    for side in (-1, 1):
        for index in range(13):
            turn = np.radians(112 - index * 13)
            px, py = (
                x + side * radius * 1.06 * float(np.cos(turn - np.pi / 2)),
                y - radius * 1.06 * float(np.sin(turn - np.pi / 2)),
            )
            length = canvas.unit * random.uniform(0.032, 0.05)
            tone = mix(palette.shade(palette.leaves[index % 4]), palette.sun, random.uniform(0.05, 0.25))
            lean = float(np.degrees(np.pi / 2 - turn)) + (38 if index % 2 else -38)
            leaf = canvas.pen().ellipse(px, py, length, length * 0.36, turn=-lean * side if side > 0 else lean)
            canvas.lay(leaf, tone, 0.95)


def _shoulders(sitter: Sitter, cloth: Colour, skin: Colour, sun: Colour) -> None:
    neck = sitter.both((0.4, 0.7), (0.42, 1.3), (0.72, 1.62))
    sitter.fill(neck, mix(skin, (0.25, 0.1, 0.1), 0.22))
    body = sitter.both((0.5, 1.42), (1.1, 1.62), (1.75, 1.95), (2.15, 2.7), (2.3, 4.2))
    sitter.fill(body, cloth)
    sitter.fill(
        sitter.at((0.0, 1.75), (1.1, 1.62), (1.75, 1.95), (2.15, 2.7), (2.3, 4.2), (0.4, 4.2)), sun, 0.12, blur=0.2
    )
    collar = sitter.both((0.36, 1.36), (0.56, 1.42), (0.36, 1.82), (0.06, 2.12))
    sitter.fill(collar, mix(cloth, (1, 1, 1), 0.25), steps=4)
    sitter.fill(
        sitter.both((0.3, 1.3), (0.34, 1.45), (0.16, 1.75), (0.02, 1.92)), mix(skin, (0.25, 0.1, 0.1), 0.14), steps=4
    )


def _face(sitter: Sitter, skin: Colour, near: Colour) -> None:
    for side in (-1, 1):
        ear = sitter.canvas.pen().ellipse(
            sitter.x + side * sitter.s * 0.98, sitter.y + sitter.s * 0.12, sitter.s * 0.15, sitter.s * 0.26
        )
        sitter.canvas.lay(ear, mix(skin, (0.5, 0.2, 0.15), 0.18))
    under = sitter.canvas.pen().ellipse(sitter.x, sitter.y + sitter.s * 1.2, sitter.s * 0.5, sitter.s * 0.2)
    sitter.canvas.lay(under, near, 0.3, blur=sitter.s * 0.1)
    outline = sitter.both(
        (0.0, -1.1), (0.62, -0.98), (0.96, -0.45), (0.96, 0.2), (0.78, 0.72), (0.42, 1.12), (0.12, 1.24)
    )
    sitter.fill(outline, skin)
    sitter.fill(
        sitter.at((-0.9, -0.4), (-0.94, 0.2), (-0.76, 0.7), (-0.4, 1.1), (-0.2, 1.2), (-0.46, 0.7), (-0.62, 0.1)),
        mix(skin, near, 0.5),
        0.42,
        blur=0.14,
    )
    for side in (-1, 1):
        blush = sitter.canvas.pen().ellipse(
            sitter.x + side * sitter.s * 0.52, sitter.y + sitter.s * 0.42, sitter.s * 0.24, sitter.s * 0.15
        )
        sitter.canvas.lay(blush, (0.86, 0.36, 0.34), 0.3, blur=sitter.s * 0.1)


def _features(sitter: Sitter, skin: Colour, hair: Colour, *, red: float) -> None:
    canvas, x, y, s = sitter.canvas, sitter.x, sitter.y, sitter.s
    line = mix(mix(skin, (0.2, 0.08, 0.06), 0.6), hair, 0.25)
    for side in (-1, 1):
        ex, ey = x + side * s * 0.4, y + s * 0.06
        canvas.lay(canvas.pen().ellipse(ex, ey, s * 0.2, s * 0.105), (0.96, 0.95, 0.93))
        canvas.lay(canvas.pen().ellipse(ex + s * 0.015, ey, s * 0.098, s * 0.1), mix(hair, (0.25, 0.4, 0.42), 0.5))
        canvas.lay(canvas.pen().ellipse(ex + s * 0.015, ey, s * 0.05, s * 0.054), (0.05, 0.04, 0.05))
        canvas.lay(canvas.pen().ellipse(ex + s * 0.05, ey - s * 0.035, s * 0.024, s * 0.024), (1, 1, 1))
        lid = sitter.at(
            (side * 0.18, 0.07), (side * 0.28, -0.045), (side * 0.42, -0.075), (side * 0.56, -0.03), (side * 0.66, 0.03)
        )
        canvas.lay(canvas.pen().line(lid, s * 0.05), line)
        brow = sitter.at((side * 0.18, -0.24), (side * 0.38, -0.33), (side * 0.6, -0.26), (side * 0.68, -0.2))
        canvas.lay(canvas.pen().line(brow, s * 0.065), mix(hair, line, 0.3), 0.9)
    nose = canvas.pen().line(sitter.at((-0.06, 0.1), (-0.11, 0.38), (-0.12, 0.47), (0.0, 0.52), (0.1, 0.48)), s * 0.028)
    canvas.lay(nose, line, 0.55)
    lips = mix(skin, (0.72, 0.16, 0.2), red)
    sitter.fill(
        sitter.at((-0.27, 0.76), (-0.09, 0.705), (0.0, 0.725), (0.09, 0.705), (0.27, 0.76), (0.0, 0.8)),
        mix(lips, (0.3, 0, 0.05), 0.2),
        steps=4,
    )
    sitter.fill(sitter.at((-0.26, 0.77), (0.0, 0.79), (0.26, 0.77), (0.12, 0.87), (-0.12, 0.87)), lips, steps=4)


def _hair_behind(sitter: Sitter, hair: Colour, style: int) -> None:
    dark = mix(hair, (0, 0, 0), 0.3)
    match style:
        case 0:  # long
            sitter.fill(
                sitter.both(
                    (0.0, -1.36),
                    (0.8, -1.2),
                    (1.22, -0.5),
                    (1.24, 0.6),
                    (1.34, 1.7),
                    (1.12, 2.5),
                    (0.66, 2.3),
                    (0.6, 1.0),
                ),
                dark,
            )
        case 1:  # bob
            sitter.fill(
                sitter.both((0.0, -1.36), (0.84, -1.2), (1.22, -0.5), (1.24, 0.5), (1.1, 1.06), (0.6, 1.0)), dark
            )
        case 2:  # bun
            bun = sitter.canvas.pen().ellipse(sitter.x, sitter.y - sitter.s * 1.5, sitter.s * 0.48, sitter.s * 0.44)
            sitter.canvas.lay(bun, dark)
            sitter.fill(sitter.both((0.0, -1.3), (0.78, -1.14), (1.08, -0.4), (1.0, 0.3), (0.7, 0.2)), dark)
        case _:  # short
            sitter.fill(sitter.both((0.0, -1.34), (0.8, -1.16), (1.1, -0.45), (1.04, 0.1), (0.7, 0.0)), dark)


def _hair_before(sitter: Sitter, hair: Colour, style: int, sun: Colour) -> None:
    fringe = sitter.at(
        (-1.06, 0.0),
        (-1.1, -0.6),
        (-0.75, -1.16),
        (0.0, -1.36),
        (0.75, -1.16),
        (1.1, -0.6),
        (1.06, 0.0),
        (0.9, -0.42),
        (0.5, -0.72),
        (0.05, -0.68),
        (-0.45, -0.5),
        (-0.86, -0.3),
    )
    sitter.fill(fringe, hair)
    if style < 2:
        for side in (-1, 1):
            sitter.fill(
                sitter.at(
                    (side * 0.88, -0.5),
                    (side * 1.12, -0.3),
                    (side * 1.2, 0.5),
                    (side * 1.12, 1.1 + 0.9 * (style == 0)),
                    (side * 0.92, 0.9),
                    (side * 0.98, 0.2),
                ),
                hair,
            )
    shine = sitter.canvas.pen()
    for index in range(9):
        dx = -0.8 + index * 0.19
        shine.line(sitter.at((dx, -1.05 + abs(dx) * 0.25), (dx * 1.12 - 0.03, -0.85 + abs(dx) * 0.2)), sitter.s * 0.022)
    sitter.canvas.lay(shine, mix(hair, sun, 0.6), 0.5, blur=sitter.s * 0.012)
