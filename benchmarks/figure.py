"""What a measurement brings home, and what it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.gauge import percentile


class Scale(StrEnum):
    """How two values are compared."""

    RATIO = "ratio"
    DIFFERENCE = "difference"
    """For decibels, which are a logarithm already."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What ours over the other ought to be: at most so much, or at least where `more` is better."""

    bound: float
    more: bool = False

    def met_by(self, ratio: float) -> bool:
        return ratio >= self.bound if self.more else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.more else '<='} {self.bound:g} x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. `against` says what the other value is: a peer's, or a limit."""

    what: str
    ours: float
    other: float
    against: str
    unit: str
    scale: Scale = Scale.RATIO
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the other; None where that says nothing."""
        return self.ours / self.other if self.scale is Scale.RATIO and self.other else None

    @property
    def reached(self) -> bool | None:
        """Whether the aim was; None where there is none to be compared with."""
        return None if self.aim is None or self.ratio is None else self.aim.met_by(self.ratio)

    @property
    def compared(self) -> str:
        """Ours over the other, such as "1.40 x"; where the scale says so, ours less the other, with the unit."""
        match self.scale:
            case Scale.RATIO:
                return "-" if self.ratio is None else f"{self.ratio:.2f} x"
            case Scale.DIFFERENCE:
                return f"{self.ours - self.other:+.2f} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`folder` is empty, for the measurement alone, and gone afterwards; `data_dir` holds the upscaler's weights."""

    folder: Path
    data_dir: Path
    seed: int = 6


class SkippedError(Exception):
    """It can't be measured on this machine; the message says what is missing."""


def crowd(
    what: str, ours: Sequence[float], bare: Sequence[float], *, peer: str, limit: tuple[str, float]
) -> list[Figure]:
    """How long each of many waited, in milliseconds: the median and the slowest but one in a hundred.

    Both beside a peer's smallest app and beside a platform's limit, which is its name and its milliseconds.
    """
    return [
        Figure(what=f"{what} {name}", ours=percentile(ours, percent), other=other, against=against, unit="ms")
        for name, percent in (("p50", 50), ("p99", 99))
        for against, other in ((peer, percentile(bare, percent)), limit)
    ]
