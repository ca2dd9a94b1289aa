"""The last coat: bloom, grain and edge shade on every sketch, and the manner that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import atan2, cos, pi, sin
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numpy.random import RandomState
from PIL import Image, ImageDraw, ImageFilter

from bot.providers.local.sketch.noise import clouds, held, smooth

Floats = npt.NDArray[np.floating[Any]]
LUMA: Final = np.array([0.3, 0.59, 0.11], np.float32)


def finish(pixels: Floats, random: RandomState, *, bloom: float) -> Floats:
    """Light that spills over, a little shade towards the corners, and grain that hides steps in the sky."""
    height, width, _ = pixels.shape
    pixels = np.clip(pixels, 0, 1)
    bright = pixels * smooth(0.62, 1.0, pixels @ LUMA)[:, :, None]
    spill = _blurred(bright, min(width, height) / 60)
    pixels = pixels + (1 - pixels) * spill * np.float32(bloom)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    pixels *= (1 - 0.2 * smooth(0.7, 2.0, x * x + y * y))[:, :, None]
    grain = random.normal(0, 0.011, (height, width)).astype(np.float32)
    return np.clip(pixels + grain[:, :, None], 0, 1)


def watercolour(pixels: Floats, random: RandomState) -> Floats:
    """Washes that bleed, dark where they dried, on rough paper with a white edge."""
    height, width, _ = pixels.shape
    unit = min(width, height)
    sway = (clouds(random, width, height, cells=14, octaves=3) - 0.5) * np.float32(unit * 0.013)
    lean = (clouds(random, width, height, cells=14, octaves=3) - 0.5) * np.float32(unit * 0.013)
    xs = np.clip(np.arange(width)[None, :] + sway, 0, width - 1).astype(np.int32)
    ys = np.clip(np.arange(height)[:, None] + lean, 0, height - 1).astype(np.int32)
    bled = _as_image(pixels[ys, xs]).filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.GaussianBlur(unit / 900))
    wash = np.asarray(bled, np.float32) / np.float32(255)
    levels = np.float32(9)
    flat = np.round(wash * levels) / levels
    wash = wash * np.float32(0.45) + _blurred(flat, unit / 700) * np.float32(0.55)
    edges = np.abs(wash - _blurred(wash, unit / 130)).mean(axis=2)
    pigment = clouds(random, width, height, cells=5, octaves=6)
    wash = 1 - (1 - wash) * (0.7 + 0.5 * pigment)[:, :, None]
    wash *= (1 - smooth(0.02, 0.13, edges) * np.float32(0.3))[:, :, None]
    wash = 1 - (1 - wash) * np.float32(0.9)
    paper = clouds(random, width, height, cells=unit / 3.2, octaves=1) - 0.5
    wash *= (1 + paper * np.float32(0.06))[:, :, None]
    x = 1 - np.abs(np.linspace(-1, 1, width, dtype=np.float32))[None, :]
    y = 1 - np.abs(np.linspace(-1, 1, height, dtype=np.float32))[:, None]
    border = np.minimum(x * (width / unit), y * (height / unit)) + (pigment - 0.5) * np.float32(0.075)
    inside = smooth(0.035, 0.06, border)[:, :, None]
    sheet = np.array([0.975, 0.962, 0.935], np.float32) * (1 + paper * np.float32(0.035))[:, :, None]
    return np.clip(sheet + (wash - sheet) * inside, 0, 1)


def oil(pixels: Floats, random: RandomState) -> Floats:
    """Strokes that follow the shapes, broad first, fine last, with the ridges that a brush leaves."""
    height, width, _ = pixels.shape
    span = (width * height) ** 0.5 * 0.87  # by the area: a narrow sheet must not get a million strokes
    vivid = np.clip((pixels - 0.5) * 1.1 + 0.52, 0, 1)
    soft = _blurred(vivid + (vivid - (vivid @ LUMA)[:, :, None]) * np.float32(0.3), span / 420)
    luma = _blurred((pixels @ LUMA)[:, :, None].repeat(3, axis=2), span / 160)[:, :, 0]
    down: Floats = np.gradient(luma, axis=0)
    across: Floats = np.gradient(luma, axis=1)
    drift = clouds(random, width, height, cells=2, octaves=3) * np.float32(2 * pi)
    sheet = _as_image(_blurred(pixels, span / 60))
    relief = Image.new("L", sheet.size, 128)
    brush, bristle = ImageDraw.Draw(sheet), ImageDraw.Draw(relief)
    for size, length, least in (
        (span / 42, 2.6, 0.0),
        (span / 84, 2.8, 0.0),
        (span / 170, 3.0, 0.0012),
        (span / 240, 2.6, 0.02),
    ):
        if size < 1:
            break
        step = size * 1.05
        points = [(x, y) for y in np.arange(0, height, step) for x in np.arange(0, width, step)]
        shifts = random.uniform(-0.6, 0.6, (len(points), 4))
        for index in random.permutation(len(points)):
            a, b, c, d = shifts[index]
            x, y = points[index][0] + a * step, points[index][1] + b * step
            px, py = min(width - 1, max(0, int(x))), min(height - 1, max(0, int(y)))
            slope = float(np.hypot(across[py, px], down[py, px]))
            if slope < least:
                continue  # the finer brushes only where there is something to draw
            turn = atan2(down[py, px], across[py, px]) + pi / 2 if slope > 0.0006 else float(drift[py, px])
            dx, dy = cos(turn + c * 0.3) * size * length / 2, sin(turn + c * 0.3) * size * length / 2
            r, g, bl = (soft[py, px] * (1 + d * 0.12) * 255).clip(0, 255)
            stroke = (x - dx, y - dy, x + dx, y + dy)
            brush.line(stroke, fill=(int(r), int(g), int(bl)), width=max(1, int(size * 0.8)))
            bristle.line(stroke, fill=int(128 + d * 110), width=max(1, int(size * 0.8)))
    painted = np.asarray(sheet.filter(ImageFilter.GaussianBlur(span / 1600)), np.float32) / np.float32(255)
    height_map = np.asarray(relief.filter(ImageFilter.GaussianBlur(span / 700)), np.float32) / np.float32(255)
    light = height_map - np.roll(height_map, (1, 1), (0, 1))
    return np.clip(painted * (1 + light * np.float32(0.65))[:, :, None], 0, 1)


def pixel(pixels: Floats, random: RandomState) -> Floats:
    """About 190 large pixels across, in 32 colours, with an ordered dither."""
    del random
    height, width, _ = pixels.shape
    block = max(2, round(max(width, height) / 190))
    small = _as_image(pixels).resize((max(1, width // block), max(1, height // block)), Image.Resampling.BOX)
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.47
    values = np.asarray(small, np.float32)
    tiled = np.tile(bayer, (values.shape[0] // 4 + 1, values.shape[1] // 4 + 1))[: values.shape[0], : values.shape[1]]
    vivid = np.clip((values - 128) * 1.12 + 128 + tiled[:, :, None] * 9, 0, 255).astype(np.uint8)
    few = (
        Image.fromarray(vivid).quantize(32, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).convert("RGB")
    )
    return np.asarray(few.resize((width, height), Image.Resampling.NEAREST), np.float32) / np.float32(255)


def pencil(pixels: Floats, random: RandomState) -> Floats:
    """Outlines and two directions of hatching on warm paper."""
    height, width, _ = pixels.shape
    unit = min(width, height)
    luma = pixels @ LUMA
    low, high = np.percentile(luma, (2, 98))
    luma = np.clip((luma - low) / max(0.05, high - low), 0, 1)
    flat = luma[:, :, None].repeat(3, axis=2)
    halo = 1 - _blurred(1 - flat, unit / 110)[:, :, 0]
    lines = np.clip(luma / np.maximum(halo, 0.04), 0, 1) ** 2.2
    paper = clouds(random, width, height, cells=unit / 4, octaves=2)
    drawn, shade = lines, 1 - luma
    for turn, pale in ((0.0, 0.3), (90.0, 0.62)):
        hatch = _hatching(random, width, height, 38 + turn)
        deep = held((shade - pale) / (1 - pale))
        stroke = smooth(-0.08, 0.08, deep * np.float32(0.55) + np.float32(0.2) - hatch) * smooth(0.0, 0.08, deep)
        drawn = drawn * (1 - stroke * np.float32(0.5))
    drawn = 1 - (1 - drawn) * (0.62 + 0.55 * paper)
    dark, light = np.array([0.17, 0.17, 0.19], np.float32), np.array([0.96, 0.945, 0.91], np.float32)
    return held(dark + (light - dark) * held(drawn)[:, :, None])


def _hatching(random: RandomState, width: int, height: int, degrees: float) -> Floats:
    """Fine parallel strokes, 0..1."""
    long = int(np.hypot(width, height)) + 4
    rows = clouds(random, long // 2, long, cells=min(width, height) / 3.2, octaves=1, stretch=26)
    turned = _as_grey(rows).resize((long, long)).rotate(degrees, Image.Resampling.BILINEAR)
    left, top = (long - width) // 2, (long - height) // 2
    return np.asarray(turned.crop((left, top, left + width, top + height)), np.float32) / np.float32(255)


def noir(pixels: Floats, random: RandomState) -> Floats:
    """Hard black and white with film grain."""
    height, width, _ = pixels.shape
    luma = pixels @ LUMA
    low, high = np.percentile(luma, (1, 99.4))
    luma = np.clip((luma - low) / max(0.05, high - low), 0, 1)
    luma = luma * np.float32(0.35) + smooth(0.1, 0.92, luma) * np.float32(0.65)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    luma = luma * (1 - 0.5 * smooth(0.5, 2.0, x * x + y * y)) + random.normal(0, 0.035, luma.shape).astype(np.float32)
    return held(luma)[:, :, None].repeat(3, axis=2)


def sepia(pixels: Floats, random: RandomState) -> Floats:
    """An old print: brown tones, faded blacks, lighter patches, darker corners."""
    height, width, _ = pixels.shape
    luma = pixels @ LUMA
    low, high = np.percentile(luma, (1, 99.5))
    luma = np.clip((luma - low) / max(0.05, high - low), 0, 1) * 0.86 + 0.08
    luma = luma + (clouds(random, width, height, cells=2, octaves=4) - 0.5) * 0.1
    luma = luma + random.normal(0, 0.022, luma.shape)
    x = np.linspace(-1, 1, width)[None, :]
    y = np.linspace(-1, 1, height)[:, None]
    luma = np.clip(luma * (1 - 0.35 * smooth(0.6, 2.0, (x * x + y * y).astype(np.float32))), 0, 1)
    stops = np.linspace(0, 1, 4)
    tones = np.array([[0.11, 0.07, 0.05], [0.44, 0.31, 0.2], [0.78, 0.66, 0.48], [0.98, 0.93, 0.82]])
    return np.stack([np.interp(luma, stops, tones[:, channel]) for channel in range(3)], axis=2).astype(np.float32)


STYLES: Final[Mapping[str, Callable[[Floats, RandomState], Floats]]] = {
    "watercolour": watercolour,
    "oil": oil,
    "pixel": pixel,
    "pencil": pencil,
    "noir": noir,
    "sepia": sepia,
}


def _blurred(pixels: Floats, radius: float) -> Floats:
    """Blurred by radius pixels; wide blurs on a smaller copy, where they cost less and look the same."""
    image = _as_image(pixels)
    shrink = max(1, int(radius / 3))
    if shrink > 1:
        image = image.reduce(shrink)
    image = image.filter(ImageFilter.GaussianBlur(radius / shrink))
    if shrink > 1:
        image = image.resize((pixels.shape[1], pixels.shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(image, np.float32) / np.float32(255)


def _as_image(pixels: Floats) -> Image.Image:
    return Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8))


def _as_grey(values: Floats) -> Image.Image:
    return Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8))
