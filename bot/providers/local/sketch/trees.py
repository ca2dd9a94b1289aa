"""Trees and grass, near and far."""

from __future__ import annotations

from math import cos, pi, sin

from numpy.random import RandomState

from bot.providers.local.sketch.canvas import Canvas, Colour, Pen, mix
from bot.providers.local.sketch.noise import Floats


def conifer(pen: Pen, random: RandomState, x: float, foot: float, height: float, *, snow: Pen | None = None) -> None:
    """A fir standing at (x, foot), all in pixels; with a snow pen, also what lies on its branches."""
    half = height * random.uniform(0.19, 0.25)
    pen.box(x - height * 0.018, foot - height * 0.12, x + height * 0.018, foot)
    tiers = 13
    left, right = [], []
    for tier in range(tiers + 1):
        part = tier / tiers
        y = foot - height * (1 - part * 0.93)
        reach = half * part**0.85
        jag = random.uniform(0.82, 1.12)
        left += [(x - reach * 0.6 * jag, y), (x - reach * jag, y + height * 0.038)]
        right += [(x + reach * 0.6 * jag, y), (x + reach * random.uniform(0.85, 1.12), y + height * 0.038)]
        if snow is not None and tier % 2:
            snow.polygon(
                [
                    (x - reach * 0.9, y + height * 0.032), (x - reach * 0.42, y - height * 0.01),
                    (x + reach * 0.15, y - height * 0.012), (x + reach * 0.05, y + height * 0.012),
                    (x - reach * 0.4, y + height * 0.014),
                ]
            )  # fmt: skip
    pen.polygon([(x, foot - height), *left[2:], (x, foot - height * 0.04), *reversed(right[2:])])


def leafy(
    canvas: Canvas, random: RandomState, x: float, foot: float, height: float, bark: Colour, leaves: tuple[Colour, ...]
) -> None:
    """A round tree: trunk, then clumps of leaves from dark to light."""
    trunk = canvas.pen()
    w = height * 0.035
    trunk.polygon(
        [(x - w, foot), (x - w * 0.45, foot - height * 0.6), (x + w * 0.45, foot - height * 0.6), (x + w, foot)]
    )
    for side in (-1, 1):
        trunk.line([(x, foot - height * 0.42), (x + side * height * 0.16, foot - height * 0.64)], w * 0.7)
    canvas.lay(trunk, bark)
    for layer, brightness in enumerate((0.62, 0.82, 1.0)):
        pen = canvas.pen()
        for _ in range(30):
            angle, far = random.uniform(0, 2 * pi), random.uniform(0, 1) ** 0.6
            size = height * random.uniform(0.045, 0.085) * (1 - 0.18 * layer)
            cx = x + cos(angle) * far * height * 0.25 - layer * height * 0.018
            cy = foot - height * 0.7 + sin(angle) * far * height * 0.23 - layer * height * 0.028
            pen.ellipse(cx, cy, size * 1.15, size)
        colour = leaves[random.randint(len(leaves))]
        canvas.lay(pen, (colour[0] * brightness, colour[1] * brightness, colour[2] * brightness), 0.95)


def conifers(
    canvas: Canvas,
    random: RandomState,
    line: Floats,
    colour: Colour,
    *,
    height: float,
    gap: float,
    snow: Colour | None = None,
) -> None:
    """A row of firs along a line of the ground; height and gap in pixels."""
    pen, white = canvas.pen(), canvas.pen()
    x = -gap * random.uniform(0, 1)
    while x < canvas.width + gap:
        foot = float(line[min(canvas.width - 1, max(0, int(x)))]) + height * 0.06
        conifer(pen, random, x, foot, height * random.uniform(0.55, 1.15), snow=white if snow else None)
        x += gap * random.uniform(0.45, 1.4)
    canvas.lay(pen, colour)
    if snow:
        canvas.lay(white, snow, 0.85)


def grass(canvas: Canvas, random: RandomState, line: Floats, colour: Colour, *, height: float, count: int) -> None:
    """Blades that grow from a line and lean as they like."""
    pen = canvas.pen()
    for _ in range(count):
        x = random.uniform(0, canvas.width)
        foot = float(line[min(canvas.width - 1, int(x))]) + height * 0.25
        tall, lean, half = height * random.uniform(0.4, 1.2), random.uniform(-0.4, 0.4), height * 0.035
        tip = (x + lean * tall, foot - tall)
        middle = x + lean * tall * 0.35
        pen.polygon([(x - half, foot), (middle - half * 0.6, foot - tall * 0.55), tip, (x + half, foot)])
    canvas.lay(pen, colour)


def blend(colours: tuple[Colour, ...], random: RandomState) -> Colour:
    """Some colour between two of these."""
    one, other = colours[random.randint(len(colours))], colours[random.randint(len(colours))]
    return mix(one, other, random.uniform(0, 1))
