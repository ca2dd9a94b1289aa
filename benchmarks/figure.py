"""What a measurement brings home, and what it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Scale(StrEnum):
    """How two values are compared."""

    RATIO = "ratio"
    DIFFERENCE = "difference"
    """For decibels, which are a logarithm already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. `against` says what the other value is: a peer's, or a limit."""

    what: str
    ours: float
    other: float
    against: str
    unit: str
    scale: Scale = Scale.RATIO

    @property
    def compared(self) -> str:
        """Ours over the other, such as "1.40 x"; where the scale says so, ours less the other, with the unit."""
        match self.scale:
            case Scale.RATIO:
                return f"{self.ours / self.other:.2f} x" if self.other else "-"
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
