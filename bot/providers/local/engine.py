"""Which engine makes a picture twice as large: waifu2x's photo net by ncnn, the same net in NumPy, or plain Lanczos.

This file stays light: the main process asks it what to expect, and only a worker loads the engines themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from bot.providers.local import weights

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.floating[Any]]

Tick = Callable[[float], None]
"""Called with 0..1 after each piece of work; may raise to stop it."""


class EngineName(StrEnum):
    """What the caption says: which engine ran."""

    NCNN = "ncnn"
    NUMPY = "numpy"
    LANCZOS = "lanczos"


class Engine(Protocol):
    """Doubles a picture's sides. A picture is a float32 array (height, width, 3) in 0..1."""

    @property
    def name(self) -> EngineName: ...

    def double(self, picture: Floats, tick: Tick) -> Floats: ...


def expected(data_dir: Path) -> EngineName:
    """The engine that `open_engine` will probably give, told without loading anything heavy."""
    if weights.find(data_dir) is None:
        return EngineName.LANCZOS
    return EngineName.NCNN if find_spec("ncnn") else EngineName.NUMPY


def open_engine(data_dir: Path, *, threads: int = 1) -> Engine:
    """The best engine that truly works here: each net must pass a small picture through before it is trusted."""
    from bot.providers.local import lanczos, net

    found = weights.find(data_dir)
    if found is None:
        return lanczos.BackProjection()
    for name, load in ((EngineName.NCNN, net.by_ncnn), (EngineName.NUMPY, net.by_numpy)):
        try:
            candidate = net.Net(name, load(found, threads))
            if candidate.plausible():
                return candidate
        except (ImportError, OSError, RuntimeError, ValueError):
            continue  # the next engine does the same work, only slower; the caption names the one that ran
    return lanczos.BackProjection()
