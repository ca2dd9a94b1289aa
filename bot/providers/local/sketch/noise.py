"""Seeded randomness and the smooth noise made from it; the same on every machine and in every process."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random import RandomState
from PIL import Image

Floats = npt.NDArray[np.floating[Any]]


def stream(*names: object) -> RandomState:
    """A random source of its own for each purpose, so that more stars don't move the clouds."""
    digest = sha256("\x1f".join(map(str, names)).encode()).digest()
    return RandomState(np.frombuffer(digest, "<u4"))


def clouds(
    random: RandomState, width: int, height: int, *, cells: float, octaves: int = 5, stretch: float = 1.0
) -> Floats:
    """Fractal noise (height, width), 0..1; `cells` lumps across the shorter side, drawn out sideways by stretch > 1."""
    side = min(width, height)
    total = np.zeros((height, width), np.float32)
    weight, whole = 1.0, 0.0
    for octave in range(octaves):
        across = max(2, round(cells * 2**octave * width / side / stretch) + 1)
        down = max(2, round(cells * 2**octave * height / side) + 1)
        if across > width or down > height:
            break
        grid = Image.fromarray(random.uniform(0, 1, (down, across)).astype(np.float32))
        total += np.float32(weight) * np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC))
        whole += weight
        weight *= 0.5
    total /= np.float32(max(whole, 1e-6))
    return held((total - 0.5) * np.float32(1.6) + 0.5)


def ridge(random: RandomState, width: int, *, cells: float, octaves: int = 6, roughness: float = 0.5) -> Floats:
    """A rugged line of `width` heights, about 0..1."""
    at = np.linspace(0, 1, width)
    total, weight, whole = np.zeros(width), 1.0, 0.0
    for octave in range(octaves):
        count = max(2, round(cells * 2**octave) + 1)
        total += weight * np.interp(at, np.linspace(0, 1, count), random.uniform(0, 1, count))
        whole += weight
        weight *= roughness
    return np.clip((total / whole - 0.5) * 1.7 + 0.5, 0, 1).astype(np.float32)


def wave(random: RandomState, width: int, *, cells: float) -> Floats:
    """A smooth rolling line of `width` heights, 0..1."""
    at = np.linspace(0, 2 * np.pi, width)
    line = np.zeros(width)
    for turn, weight in ((1.0, 1.0), (2.3, 0.45), (4.1, 0.18)):
        line += weight * np.sin(at * cells * turn / 2 + random.uniform(0, 2 * np.pi))
    return ((line / 1.63 + 1) / 2).astype(np.float32)


def held(values: Floats) -> Floats:
    """Cut off at 0 and 1."""
    kept: Floats = np.clip(values, 0, 1)
    return kept


def smooth(low: float, high: float, values: Floats) -> Floats:
    """0 below low, 1 above high, an S between."""
    part = held((values - np.float32(low)) / np.float32(high - low))
    return part * part * (3 - 2 * part)
