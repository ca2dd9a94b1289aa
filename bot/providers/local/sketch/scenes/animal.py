"""One sitting animal, seen from the front, before a landscape: one body, many ears, muzzles and tails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.providers.local.sketch.canvas import Colour, Pen, Point, bend, ink, mix
from bot.providers.local.sketch.noise import clouds, wave
from bot.providers.local.sketch.scenes import desert, forest, mountain, sea
from bot.providers.local.sketch.sky import Easel, mist, paint_sky
from bot.providers.local.sketch.species import ANIMALS, Animal
from bot.providers.local.sketch.trees import conifers, grass


def paint(easel: Easel) -> None:
    canvas, palette, plan, random = easel.canvas, easel.palette, easel.plan, easel.random
    animal = ANIMALS[plan.scene]
    foot = _setting(easel)
    size = min(canvas.unit * 0.145, canvas.width * 0.16, canvas.height * 0.15)
    if animal.ears == "long":
        size *= 0.86
    x = canvas.width * random.uniform(0.42, 0.58)
    fur = plan.colours[0] if plan.colours and plan.scene != "fox" else ink(animal.fur)
    if plan.scene == "fox" and plan.colours and plan.colours[0] != ink("#c8432e"):
        fur = mix(ink(animal.fur), plan.colours[0], 0.75)
    canvas.glow(x, foot - size * 3.2, size * 5.5, mix(palette.sky[-1], palette.sun, 0.5), 0.4)
    canvas.lay(canvas.pen().ellipse(x, foot, size * 2.1, size * 0.3), palette.near, 0.45, blur=size * 0.1)
    Sitter(easel, animal, fur, x, foot, size).paint()
    front = np.full(canvas.width, foot + size * 0.3, np.float32) + wave(random, canvas.width, cells=4) * np.float32(
        size * 0.2
    )
    if plan.snowy:
        drift = palette.shade(ink("#f2f6fa"))
        canvas.ground(front, [drift, mix(drift, palette.haze, 0.3)])
    else:
        blade = mix(palette.shade(palette.leaves[0]), palette.near, 0.35)
        grass(canvas, random, front, blade, height=size * 0.7, count=int(canvas.width * 0.45))
        grass(canvas, random, front + size * 0.5, palette.near, height=size * 0.8, count=int(canvas.width * 0.3))


def _setting(easel: Easel) -> float:
    """The landscape behind; gives the row where the animal sits."""
    canvas, palette, plan, random = easel.canvas, easel.palette, easel.plan, easel.random
    foot = canvas.height * 0.88
    match plan.setting:
        case "forest":
            forest.paint(easel)
        case "sea":
            sea.paint(easel)
        case "desert":
            desert.paint(easel)
        case _:
            level = canvas.height * 0.62
            if plan.setting == "mountain":
                mountain.backdrop(easel, level)
            else:
                paint_sky(easel, level)
            snow = palette.shade(ink("#eef3f8"), 0.1) if plan.snowy else None
            for distance, height in ((0.74, 0.13), (0.52, 0.2), (0.34, 0.3)):
                line = (
                    level
                    + (wave(random, canvas.width, cells=3) - 0.5) * canvas.unit * 0.05
                    + canvas.unit * 0.05 * (0.74 - distance)
                )
                tone = palette.shade(mix(palette.leaves[0], ink("#1d3634"), 0.4), distance)
                row = (
                    line
                    if distance > 0.4
                    else np.where(np.abs(canvas.across[0] / canvas.width - 0.5) > 0.3, line, canvas.height * 2)
                )
                conifers(
                    canvas,
                    random,
                    row.astype(np.float32),
                    tone,
                    height=canvas.unit * height,
                    gap=canvas.unit * height * 0.3,
                    snow=snow,
                )
                mist(easel, level - canvas.unit * 0.1, level + canvas.unit * 0.06, palette.haze, 0.45)
            turf = ink("#eff4f9") if plan.snowy else mix(palette.leaves[1], ink("#8a9a58"), 0.4)
            land = level - canvas.unit * 0.035 + wave(random, canvas.width, cells=2) * canvas.unit * 0.04
            far = palette.shade(turf, 0.35)
            canvas.ground(
                land.astype(np.float32), [far, palette.shade(turf, 0.05), mix(palette.shade(turf), palette.near, 0.25)]
            )
            top = int(level + canvas.unit * 0.05)
            if canvas.height - top > 8:
                dapple = clouds(random, canvas.width, canvas.height - top, cells=6, octaves=5, stretch=4)
                canvas.cover(np.clip(dapple - 0.5, 0, 1), mix(palette.haze, palette.near, 0.4), 0.5, top=top)
    return foot


@dataclass(frozen=True, slots=True)
class Sitter:
    """The animal at its place: (x, foot) is where it sits, s the head's half width, all in pixels."""

    easel: Easel
    animal: Animal
    fur: Colour
    x: float
    foot: float
    s: float

    def paint(self) -> None:
        self._tail()
        self._body()
        self._ears()
        self._head()
        self._face()

    @property
    def _middle(self) -> float:
        """The row of the head's middle."""
        return self.foot - self.s * 3.55

    def _shade(self, colour: Colour, dark: float = 0.0) -> Colour:
        light = mix(self.easel.palette.light, (1, 1, 1), 0.4)
        return mix((colour[0] * light[0], colour[1] * light[1], colour[2] * light[2]), self.easel.palette.near, dark)

    def _at(self, points: list[Point], middle: float) -> list[Point]:
        return [(self.x + dx * self.s, middle + dy * self.s) for dx, dy in points]

    def _mirrored(self, points: list[Point], middle: float) -> tuple[list[Point], list[Point]]:
        return self._at(points, middle), self._at([(-dx, dy) for dx, dy in points], middle)

    def _lay(self, pen: Pen, colour: Colour, strength: float = 1.0, blur: float = 0.0) -> None:
        self.easel.canvas.lay(pen, colour, strength, blur=blur * self.s)

    def _furry(self, outline: list[Point], colour: Colour, length: float) -> None:
        """A shape with tufts along its edge."""
        random, pen = self.easel.random, self.easel.canvas.pen()
        pen.polygon(outline)
        cx, cy = sum(p[0] for p in outline) / len(outline), sum(p[1] for p in outline) / len(outline)
        for index in range(0, len(outline), 2):
            (ax, ay), (bx, by) = outline[index], outline[(index + 2) % len(outline)]
            mx, my = (ax + bx) / 2, (ay + by) / 2
            away = max(1.0, ((mx - cx) ** 2 + (my - cy) ** 2) ** 0.5)
            far = length * self.s * random.uniform(0.4, 1.2)
            droop = far * 0.6
            pen.polygon([(ax, ay), (mx + (mx - cx) / away * far, my + (my - cy) / away * far + droop), (bx, by)])
        self._lay(pen, colour)

    def _strokes(self, count: int, box: tuple[float, float, float, float], colour: Colour, strength: float) -> None:
        """Short hairs within a box given in parts of s around (x, foot)."""
        random, pen = self.easel.random, self.easel.canvas.pen()
        left, top, right, bottom = box
        for _ in range(count):
            dx, dy = random.uniform(left, right), random.uniform(top, bottom)
            px, py = self.x + dx * self.s, self.foot + dy * self.s
            lean = dx * 0.12 * self.s
            pen.line([(px, py), (px + lean, py + self.s * random.uniform(0.1, 0.22))], self.s * 0.022)
        self._lay(pen, colour, strength)

    def _tail(self) -> None:
        canvas, foot = self.easel.canvas, self.foot
        match self.animal.tail:
            case "brush":
                shape = [
                    (0.8, -0.5),
                    (1.6, -0.42),
                    (2.25, -0.9),
                    (2.5, -1.8),
                    (2.2, -2.5),
                    (1.95, -1.7),
                    (1.55, -1.15),
                    (0.9, -1.15),
                ]
                self._furry(bend(self._at(shape, foot), 6), self._shade(self.fur, 0.12), 0.16)
                tip = [(2.5, -1.75), (2.2, -2.55), (1.98, -1.75), (2.2, -1.5)]
                self._furry(bend(self._at(tip, foot), 5), self._shade(ink(self.animal.belly)), 0.12)
            case "thin":
                spine = self._at([(0.7, -0.2), (1.5, -0.15), (2.0, -0.5), (2.1, -1.1), (1.9, -1.6)], foot)
                pen = canvas.pen()
                for index in range(len(spine) - 1):
                    pen.line(spine[index : index + 2], self.s * 0.34)
                for px, py in spine:
                    pen.ellipse(px, py, self.s * 0.17, self.s * 0.17)
                self._lay(pen, self._shade(self.fur, 0.15))
            case "puff":
                self._lay(
                    canvas.pen().ellipse(self.x + self.s * 1.25, foot - self.s * 0.5, self.s * 0.42, self.s * 0.42),
                    self._shade(ink(self.animal.belly)),
                    blur=0.05,
                )
            case _:
                pass

    def _body(self) -> None:
        foot, wide = self.foot, self.animal.body
        fur, belly = self._shade(self.fur), self._shade(ink(self.animal.belly))
        hips = [
            (1.25 * wide, -0.15),
            (1.32 * wide, -0.9),
            (0.95 * wide, -1.7),
            (0.72 * wide, -2.7),
            (-0.72 * wide, -2.7),
            (-0.95 * wide, -1.7),
            (-1.32 * wide, -0.9),
            (-1.25 * wide, -0.15),
            (0, 0.02),
        ]
        self._furry(bend(self._at(hips, foot), 6), self._shade(self.fur, 0.1), 0.1)
        for haunch in self._mirrored(
            [(0.5, -0.05), (1.3 * wide, -0.05), (1.42 * wide, -0.7), (0.95 * wide, -1.25), (0.55, -0.8)], foot
        ):
            self._lay(self.easel.canvas.pen().polygon(bend(haunch, 6)), self._shade(self.fur, 0.22), 0.85, blur=0.05)
        chest = [
            (0.62 * wide, -2.65),
            (0.6 * wide, -1.8),
            (0.3, -1.05),
            (0, -0.8),
            (-0.3, -1.05),
            (-0.6 * wide, -1.8),
            (-0.62 * wide, -2.65),
        ]
        legs = self.easel.canvas.pen()
        for leg in self._mirrored(
            [(0.08, -1.6), (0.62 * wide, -1.6), (0.56 * wide, -0.6), (0.58 * wide, -0.08), (0.12, -0.08), (0.1, -0.8)],
            foot,
        ):
            legs.polygon(bend(leg, 5))
        self._lay(legs, fur)
        feet = ink(self.animal.dark) if self.animal.tail == "brush" else ink(self.animal.belly)
        paws = self.easel.canvas.pen()
        for side in (-1, 1):
            paws.ellipse(
                self.x + side * self.s * 0.36 * (0.6 + 0.4 * wide), foot - self.s * 0.1, self.s * 0.31, self.s * 0.17
            )
        self._lay(paws, self._shade(feet))
        self._furry(bend(self._at(chest, foot), 6), belly, 0.16)
        self._strokes(120, (-0.42, -2.3, 0.42, -1.3), self._shade(mix(ink(self.animal.belly), self.fur, 0.35)), 0.55)
        self._strokes(150, (-1.15 * wide, -1.3, 1.15 * wide, -0.3), self._shade(mix(self.fur, (0, 0, 0), 0.25)), 0.25)
        neck = self.easel.canvas.pen().ellipse(self.x, self._middle + self.s * 0.98, self.s * 0.9, self.s * 0.3)
        self._lay(neck, self.easel.palette.near, 0.32, blur=0.14)

    def _ears(self) -> None:
        middle, dark = self._middle, self._shade(ink(self.animal.dark))
        fur, pink = self._shade(self.fur, 0.06), self._shade(mix(ink("#e0a89a"), self.fur, 0.3))
        shapes: Mapping[str, list[Point]] = {
            "sharp": [(0.28, -0.62), (0.62, -1.62), (0.78, -1.72), (0.98, -1.2), (1.0, -0.3)],
            "cat": [(0.2, -0.72), (0.6, -1.42), (0.78, -1.48), (0.95, -0.95), (0.98, -0.3)],
            "round": [(0.4, -0.75), (0.46, -1.12), (0.76, -1.28), (1.04, -1.06), (1.02, -0.62), (0.75, -0.4)],
            "long": [(0.12, -0.7), (0.22, -1.9), (0.42, -2.5), (0.66, -2.4), (0.72, -1.6), (0.6, -0.6)],
            "drop": [(0.5, -0.86), (0.95, -0.8), (1.3, -0.2), (1.34, 0.5), (1.08, 0.72), (0.86, 0.2), (0.78, -0.3)],
        }
        outline = shapes[self.animal.ears]
        cx, cy = sum(p[0] for p in outline) / len(outline), sum(p[1] for p in outline) / len(outline)
        inner = [(cx + (px - cx) * 0.56, cy + (py - cy) * 0.62 + 0.05) for px, py in outline]
        for ear, hollow in zip(self._mirrored(outline, middle), self._mirrored(inner, middle), strict=True):
            rounded = self.animal.ears in ("round", "long", "drop")
            self._lay(
                self.easel.canvas.pen().polygon(bend(ear, 6) if rounded else ear),
                fur if self.animal.ears != "drop" else self._shade(self.fur, 0.35),
            )
            if self.animal.ears != "drop":
                self._lay(
                    self.easel.canvas.pen().polygon(bend(hollow, 6) if rounded else hollow),
                    pink if self.animal.ears != "sharp" else mix(dark, pink, 0.45),
                    0.85,
                    blur=0.05,
                )
            if self.animal.ears == "sharp":
                tip = sorted(ear, key=lambda point: point[1])[:2]
                top = self.easel.canvas.pen().ellipse(
                    (tip[0][0] + tip[1][0]) / 2, tip[0][1] + self.s * 0.16, self.s * 0.16, self.s * 0.24
                )
                self._lay(top, dark, 0.8, blur=0.09)

    def _head(self) -> None:
        middle, cheeks = self._middle, self.animal.cheeks
        shape = [
            (0, -0.9),
            (0.55, -0.82),
            (0.95, -0.4),
            (cheeks, 0.3),
            (0.72, 0.75),
            (0.3, 1.0),
            (0, 1.05),
            (-0.3, 1.0),
            (-0.72, 0.75),
            (-cheeks, 0.3),
            (-0.95, -0.4),
            (-0.55, -0.82),
        ]
        self._furry(bend(self._at(shape, middle), 6), self._shade(self.fur), 0.11)
        crown = self.easel.canvas.pen().ellipse(
            self.x - self.s * 0.2, middle - self.s * 0.45, self.s * 0.55, self.s * 0.32
        )
        self._lay(crown, mix(self._shade(self.fur), (1, 0.96, 0.86), 0.45), 0.45, blur=0.2)
        belly = self._shade(ink(self.animal.belly))
        if self.animal.tail == "brush":
            for mask in self._mirrored(
                [
                    (0.04, 0.95),
                    (0.16, 0.28),
                    (0.42, 0.12),
                    (0.86, 0.12),
                    (cheeks * 0.96, 0.34),
                    (0.7, 0.72),
                    (0.3, 0.98),
                ],
                middle,
            ):
                self._furry(bend(mask, 5), belly, 0.07)
        if self.animal.tabby:
            stripes = self.easel.canvas.pen()
            for dx in (-0.3, 0.0, 0.3):
                stripes.polygon(self._at([(dx - 0.06, -0.82), (dx * 0.8, -0.42), (dx + 0.06, -0.82)], middle))
            for side in (-1, 1):
                for dy in (0.12, 0.34):
                    stripes.polygon(
                        self._at([(side * 1.06, dy - 0.04), (side * 0.62, dy + 0.08), (side * 1.02, dy + 0.07)], middle)
                    )
            self._lay(stripes, self._shade(ink(self.animal.dark)), 0.75)

    def _face(self) -> None:
        canvas, middle, m = self.easel.canvas, self._middle, self.animal.muzzle
        belly, dark = self._shade(ink(self.animal.belly)), self._shade(ink(self.animal.dark), 0.35)
        snout = canvas.pen().ellipse(self.x, middle + self.s * 0.52, self.s * m, self.s * 0.4)
        self._lay(snout, belly, blur=0.05)
        bridge = self._at([(-0.2, -0.3), (0.2, -0.3), (m * 0.55, 0.4), (-m * 0.55, 0.4)], middle)
        self._lay(canvas.pen().polygon(bridge), self._shade(self.fur), 0.9, blur=0.06)
        small = self.animal.ears in ("cat", "long")
        wide = 0.13 if small else 0.2
        nose = self._at([(-wide, 0.34), (wide, 0.34), (wide * 0.55, 0.48), (0, 0.55), (-wide * 0.55, 0.48)], middle)
        self._lay(canvas.pen().polygon(bend(nose, 4)), self._shade(ink("#c98a86")) if small else dark)
        self._lay(
            canvas.pen().ellipse(self.x - self.s * 0.05, middle + self.s * 0.385, self.s * 0.06, self.s * 0.025),
            (1, 1, 1),
            0.5,
            blur=0.01,
        )
        mouth = canvas.pen().line(self._at([(0, 0.54), (0, 0.66)], middle), self.s * 0.035)
        for side in (-1, 1):
            mouth.line(self._at([(0, 0.66), (side * 0.12, 0.75), (side * 0.28, 0.7)], middle), self.s * 0.035)
        self._lay(mouth, dark, 0.8)
        for side in (-1, 1):
            ex, ey = self.x + side * self.s * 0.44, middle - self.s * 0.1
            self._lay(canvas.pen().ellipse(ex, ey, self.s * 0.2, self.s * 0.185, turn=side * 14), dark)
            self._lay(
                canvas.pen().ellipse(ex, ey, self.s * 0.155, self.s * 0.15), mix(ink(self.animal.eyes), (0, 0, 0), 0.08)
            )
            pupil = canvas.pen().ellipse(
                ex, ey, self.s * (0.05 if self.animal.ears in ("cat", "sharp") else 0.095), self.s * 0.115
            )
            self._lay(pupil, ink("#0c0a0a"))
            self._lay(
                canvas.pen().ellipse(ex - self.s * 0.055, ey - self.s * 0.065, self.s * 0.045, self.s * 0.045),
                (1, 1, 1),
                0.95,
            )
        if self.animal.ears in ("cat", "long", "sharp"):
            hairs = canvas.pen()
            for side in (-1, 1):
                for dy in (-0.05, 0.05, 0.15):
                    hairs.line(
                        self._at(
                            [(side * 0.3, 0.55 + dy * 0.4), (side * 0.75, 0.5 + dy), (side * 1.25, 0.52 + dy * 2)],
                            middle,
                        ),
                        self.s * 0.014,
                    )
            self._lay(hairs, mix(belly, (1, 1, 1), 0.5), 0.75)
