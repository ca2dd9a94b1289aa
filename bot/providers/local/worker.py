"""What runs inside a worker process: it is warmed once, then sketches and upscales, one picture at a time.

Keep the imports up here few: each new worker makes them again. NumPy and the engines come in `warm`, after the
environment has told them how many threads they may use.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableSequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

from bot.request import Format, Shape

if TYPE_CHECKING:
    from bot.providers.local.engine import Engine, EngineName
    from bot.providers.local.enlarge import Enlarged
    from bot.providers.local.sketch import Sketch

NICENESS: Final = 5
"""The conversation goes first: a worker gives way to the process that talks with people."""


class StoppedError(Exception):
    """The job was called off between two pieces of work."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a new worker is told. memory_bytes is what it may take beyond what it needs to be warm."""

    data_dir: Path
    threads: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Board:
    """Two numbers per seat, in memory shared with the parent: progress 0..1, and whether the job is called off."""

    cells: MutableSequence[float]

    def clear(self, seat: int) -> None:
        self.cells[2 * seat] = 0.0
        self.cells[2 * seat + 1] = 0.0

    def progress(self, seat: int) -> float:
        return self.cells[2 * seat]

    def call_off(self, seat: int) -> None:
        self.cells[2 * seat + 1] = 1.0

    def tick(self, seat: int, fraction: float) -> None:
        """Tell how far the job is. Raises StoppedError where it was called off."""
        if self.cells[2 * seat + 1]:
            raise StoppedError
        self.cells[2 * seat] = fraction


@dataclass(frozen=True, slots=True)
class Bench:
    """What a warm worker has at hand."""

    engine: Engine
    board: Board


_benches: list[Bench] = []
"""This process's one bench, once it is warm."""


def warm(setup: Setup, board: Board) -> None:
    """Make this process a worker: a low priority, no longer life than its parent's, a memory limit, a loaded net."""
    Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(setup.threads)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    from bot.providers.local.engine import open_engine

    import_module("bot.providers.local.sketch")  # now, so that the first picture needn't wait for it
    engine = open_engine(setup.data_dir, threads=setup.threads)
    _limit_memory(setup.memory_bytes)
    _benches[:] = [Bench(engine, board)]


def engine_name(seat: int) -> EngineName:
    """Which engine this worker upscales with."""
    del seat
    return _benches[0].engine.name


def paint(seat: int, prompt: str, shape: Shape, seed: int, to: Format) -> Sketch:
    """One sketch. Raises StoppedError."""
    from bot.providers.local.sketch import sketch

    board = _benches[0].board
    return sketch(prompt, shape, seed, to, lambda fraction: board.tick(seat, fraction))


def upscale(seat: int, picture: bytes, factor: int, to: Format, max_pixels: int) -> Enlarged:
    """One upscale. Raises StoppedError, RejectedError."""
    from bot.providers.local.enlarge import enlarge

    bench = _benches[0]
    return enlarge(
        picture,
        factor,
        to,
        bench.engine,
        max_pixels=max_pixels,
        tick=lambda fraction: bench.board.tick(seat, fraction),
    )


def _end_with_parent() -> None:
    """Also when the parent was killed without a word, even in the middle of a picture."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _limit_memory(more_bytes: int) -> None:
    """Linux only: further address space beyond what is mapped now; asking for more is a MemoryError or this
    process's end, never the machine's."""
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    limit = pages * resource.getpagesize() + more_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
