"""waifu2x's upconv_7 photo net, by ncnn or as plain matrix products.

It reads 7 pixels around what it writes, so tiles with that margin meet without a seam.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.providers.local import weights
from bot.providers.local.engine import EngineName, Tick

Floats = npt.NDArray[np.floating[Any]]

MARGIN: Final = 7
TILE: Final = 128
LEAK: Final = np.float32(0.1)
"""The slope below zero of the net's activation."""
LAYER_TAG: Final = 0x01306B47
"""Stands before each layer of the .bin file: half precision follows."""
CHANNELS: Final = (3, 16, 32, 64, 128, 128, 256)


@dataclass(frozen=True, slots=True)
class Net:
    """A net that turns a patch with its margin into one of twice the size without; `patch` does that."""

    name: EngineName
    patch: Callable[[Floats], Floats]
    tile: int = TILE

    def double(self, picture: Floats, tick: Tick) -> Floats:
        height, width, _ = picture.shape
        padded = np.pad(picture, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")
        doubled = np.empty((height * 2, width * 2, 3), np.float32)
        corners = [(y, x) for y in range(0, height, self.tile) for x in range(0, width, self.tile)]
        for done, (y, x) in enumerate(corners, start=1):
            bottom, right = min(y + self.tile, height), min(x + self.tile, width)
            piece = self.patch(padded[y : bottom + 2 * MARGIN, x : right + 2 * MARGIN])
            doubled[2 * y : 2 * bottom, 2 * x : 2 * right] = piece
            tick(done / len(corners))
        return np.clip(doubled, 0, 1, out=doubled)

    def plausible(self) -> bool:
        """A soft ramp must come out as a soft ramp: catches a library that computes nonsense on this processor."""
        ramp = np.linspace(0.2, 0.8, 16 + 2 * MARGIN, dtype=np.float32)
        patch = np.repeat(np.tile(ramp[None, :, None], (ramp.size, 1, 1)), 3, axis=2)
        piece = self.patch(patch)
        plain = np.repeat(ramp[MARGIN:-MARGIN], 2)[None, :, None]
        return piece.shape == (32, 32, 3) and bool(np.abs(piece - plain).mean() < 0.05)


def by_ncnn(found: weights.Weights, threads: int) -> Callable[[Floats], Floats]:
    """The net run by ncnn, which lets go of the GIL. Raises ImportError, ValueError."""
    import ncnn

    net: Any = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_vulkan_compute = False
    if net.load_param(str(found.layers)) != 0 or net.load_model(str(found.values)) != 0:
        raise ValueError("ncnn does not take the weights")

    def patch(piece: Floats) -> Floats:
        planes = np.ascontiguousarray(piece.transpose(2, 0, 1))  # must outlive the Mat, which only borrows it
        extractor = net.create_extractor()
        extractor.input("Input1", ncnn.Mat(planes))
        code, out = extractor.extract("Eltwise4")
        if code != 0:
            raise MemoryError("ncnn gave up on a tile")
        return np.array(out, np.float32).transpose(1, 2, 0)

    return patch


def by_numpy(found: weights.Weights, threads: int) -> Callable[[Floats], Floats]:
    """The net as matrix products; `threads` is NumPy's own affair, set before it was imported."""
    del threads
    convolutions, (kernel, bias) = _read(found.values.read_bytes())

    def patch(piece: Floats) -> Floats:
        values = piece
        for weight, offset in convolutions:
            values = _convolve(values, weight, offset)
        return _deconvolve(values, kernel, bias)

    return patch


def _convolve(values: Floats, weight: Floats, bias: Floats) -> Floats:
    """3x3, no padding, leaky: (h, w, in) -> (h - 2, w - 2, out); weight is (3, 3, in, out)."""
    height, width = values.shape[0] - 2, values.shape[1] - 2
    windows = np.lib.stride_tricks.sliding_window_view(values, (3, 3), axis=(0, 1))  # (h, w, in, 3, 3)
    columns = windows.transpose(0, 1, 3, 4, 2).reshape(height * width, -1)
    out = columns @ weight.reshape(columns.shape[1], -1)
    out += bias
    np.maximum(out, out * LEAK, out=out)
    return out.reshape(height, width, -1)


def _deconvolve(values: Floats, kernel: Floats, bias: Floats) -> Floats:
    """4x4, stride 2, three pixels cut from each edge: (h, w, in) -> (2h - 4, 2w - 4, 3); kernel is (4, 4, in, 3)."""
    height, width, _ = values.shape
    spread = np.zeros((2 * height + 2, 2 * width + 2, 3), np.float32)
    for y in range(4):
        for x in range(4):
            spread[y : y + 2 * height : 2, x : x + 2 * width : 2] += values @ kernel[y, x]
    return spread[3:-3, 3:-3] + bias


def _read(packed: bytes) -> tuple[list[tuple[Floats, Floats]], tuple[Floats, Floats]]:
    """The .bin file: per layer a tag, half-precision weights padded to 4 bytes, single-precision offsets."""
    position = 0

    def layer(into: int, out: int, side: int) -> tuple[Floats, Floats]:
        nonlocal position
        if int.from_bytes(packed[position : position + 4], "little") != LAYER_TAG:
            raise ValueError("not the weights file we know")
        position += 4
        count = into * out * side * side
        weight = np.frombuffer(packed, "<f2", count, position).astype(np.float32).reshape(out, into, side, side)
        position += -(-count * 2 // 4) * 4
        bias = np.frombuffer(packed, "<f4", out, position)
        position += out * 4
        return np.ascontiguousarray(weight.transpose(2, 3, 1, 0)), bias

    convolutions = [layer(into, out, 3) for into, out in pairwise(CHANNELS)]
    return convolutions, layer(CHANNELS[-1], 3, 4)
