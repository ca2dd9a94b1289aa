"""A landscape of any size, as WebP: what the desk in memory has painted."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from bot.request import Shape


def paint(shape: Shape, seed: int) -> bytes:
    """A calm landscape of bands, to have something to look at."""
    small = Image.new("RGB", (shape.width, shape.height))
    draw = ImageDraw.Draw(small)
    hues = ((248, 214, 176), (238, 168, 128), (196, 110, 104), (120, 78, 104), (64, 56, 92), (34, 36, 64))
    for row in range(shape.height):
        at = row / shape.height * (len(hues) - 1)
        low, part = hues[int(at)], at - int(at)
        high = hues[min(int(at) + 1, len(hues) - 1)]
        draw.line(
            (0, row, shape.width, row),
            (_mixed(low[0], high[0], part), _mixed(low[1], high[1], part), _mixed(low[2], high[2], part)),
        )
    radius, left = shape.height // 9, shape.width * (seed % 7 + 1) // 9
    draw.ellipse((left - radius, shape.height // 4, left + radius, shape.height // 4 + 2 * radius), (255, 238, 206))
    for layer in range(3):
        base, color = shape.height * (6 + layer) // 9, (70 - 20 * layer, 60 - 18 * layer, 90 - 22 * layer)
        steps = range(0, shape.width + 60, 60)
        ridge = [(x, base - (seed * (layer + 3) + x * x // 97) % (shape.height // 8 + 1)) for x in steps]
        draw.polygon([(0, shape.height), *ridge, (shape.width, shape.height)], color)
    return _webp(small)


def _mixed(low: int, high: int, part: float) -> int:
    return round(low + (high - low) * part)


def enlarge(content: bytes, shape: Shape) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        return _webp(image.convert("RGB").resize((shape.width, shape.height)))


def _webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=82)
    return out.getvalue()
