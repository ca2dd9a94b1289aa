"""Photographs for measuring, out of an installed package; grey, 512x512."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pywt  # type: ignore[import-untyped]
from PIL import Image


def photo() -> Image.Image:
    """A staircase with people on it: fine detail and smooth walls."""
    return Image.fromarray(pywt.data.ascent().astype(np.uint8))


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Peak signal-to-noise ratio of two pictures of one size, in dB."""
    a: npt.NDArray[np.float64] = np.asarray(one.convert("L"), np.float64)
    b: npt.NDArray[np.float64] = np.asarray(other.convert("L"), np.float64)
    return float(10 * np.log10(255**2 / np.mean((a - b) ** 2)))
