"""A photograph that comes in a package: the 512x512 "ascent" of PyWavelets, which the tests use, too."""

from __future__ import annotations

import importlib
import io
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.figure import SkippedError


def load() -> Image.Image:
    """In RGB, as people's pictures are. Raises SkippedError where the package is not installed."""
    try:
        package: Any = importlib.import_module("pywt.data")
    except ImportError as error:
        raise SkippedError("PyWavelets, whose photo is enlarged, is not installed") from error
    return Image.fromarray(np.asarray(package.ascent(), np.uint8)).convert("RGB")


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def psnr_db(one: Image.Image, other: Image.Image) -> float:
    """Peak signal to noise over all channels, in decibels; both of one size."""
    difference = np.asarray(one, np.float64) - np.asarray(other.convert(one.mode), np.float64)
    return float(10 * np.log10(255**2 / np.mean(difference**2)))
