"""Enlarging without a net: Lanczos, corrected until it would shrink to its source again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from bot.providers.local.engine import EngineName, Tick

Floats = npt.NDArray[np.floating[Any]]

ROUNDS: Final = 8
"""Of back-projection: measured 0.7 dB better than Lanczos alone, and no better after more."""


@dataclass(frozen=True, slots=True)
class BackProjection:
    """The engine that needs no weights."""

    name: EngineName = EngineName.LANCZOS

    def double(self, picture: Floats, tick: Tick) -> Floats:
        height, width, _ = picture.shape
        channels = []
        for index in range(3):
            source = Image.fromarray(np.ascontiguousarray(picture[:, :, index]))
            large = np.asarray(source.resize((width * 2, height * 2), Image.Resampling.LANCZOS))
            for round_ in range(ROUNDS):
                small = Image.fromarray(large).resize((width, height), Image.Resampling.BICUBIC)
                missing = Image.fromarray(np.asarray(source) - np.asarray(small))
                large = large + np.asarray(missing.resize((width * 2, height * 2), Image.Resampling.BICUBIC))
                tick((index * ROUNDS + round_ + 1) / (3 * ROUNDS))
            channels.append(large)
        doubled: Floats = np.clip(np.stack(channels, axis=2), 0, 1)
        return doubled.astype(np.float32)
