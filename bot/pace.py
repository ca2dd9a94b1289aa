"""When to look at a task, learnt from how long others like it took. Mathematics only: no clock, no database.

For a task whose hazard (the chance of being ready now, if it was not before) is h, looks spaced by c / sqrt(h) are the
best there are: for a given number of looks nothing waits less on average. Their mean delay times their mean number
can't go below 0.5 * (integral of sqrt(f * S))^2, where f is the density of the ready time and S what is left of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.request import Imagine, Request, Upscale

FLOOR_S: Final = 0.4
"""Least seconds between two looks at one task; the vendors' own samples use 0.5."""
CEILING_S: Final = 15.0
"""Most seconds between two looks, once there was one: the link of a finished picture lives for minutes only."""
LOOKS: Final = 4.7
"""Looks that a usual task gets; at more the delay shrinks no faster than their number grows."""

HALF_LIFE: Final = 50
"""Tasks after which one counts half: a provider that changes its pace is followed within a few dozen pictures."""
PRIOR: Final = 2.0
"""How many tasks the offer's typical time counts for."""
PRIOR_SPREAD: Final = 0.5
"""Of the logarithm: before anything was learnt, two tasks of three take 0.6 to 1.6 times the typical time."""
STRAGGLERS: Final = 0.005
"""The share of tasks that may take any time beyond the usual: keeps the looks coming, ever wider, for a late one."""
NARROWEST: Final = 0.05
"""Least width of the smoothing, of the logarithm: a hundred tasks of the same length are no promise."""
SMOOTHING: Final = 0.4
"""Of the width that suits a bell curve (Silverman's 0.9): ready times may as well have sharp edges."""

_STEP: Final = 0.02
_EDGES: Final[NDArray[np.float64]] = np.exp(np.arange(np.log(0.1), np.log(7200), _STEP))
"""Seconds; bins of 2 % each, so that a second and an hour are told apart equally well."""
_WIDTHS: Final = np.diff(_EDGES)
_MIDDLES: Final = np.log(_EDGES[:-1]) + _STEP / 2
_BINS: Final = len(_WIDTHS)


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """The looks of a task: how many are due by each age in `_EDGES`, as a fraction."""

    _due: NDArray[np.float64]

    @classmethod
    def learnt(cls, took_s: Sequence[float], typical_s: float) -> Pace:
        """From tasks of the same kind, the newest first, and what the offer says; either alone will do."""
        return cls(_due(tuple(took_s), typical_s))

    def next_s(self, age_s: float, fraction: float | None = None) -> float:
        """The age at which to look next. fraction: how much is done, where the provider tells and it moves."""
        due = float(np.interp(age_s, _EDGES, self._due)) + 1
        gap_s = float(np.interp(due, self._due, _EDGES, right=inf)) - age_s
        if age_s > 0:
            gap_s = min(gap_s, CEILING_S)
            if fraction:
                # Believed in part only: progress that jumps or crawls must not silence the looks.
                gap_s = min(age_s * (1 - fraction) / fraction, 2 * gap_s)
        return age_s + max(gap_s, FLOOR_S)


def size_class(request: Request) -> str:
    """Requests of one class take alike: megapixels to the nearest power of two, or the factor of an enlargement."""
    match request:
        case Imagine(shape=shape):
            return f"{2.0 ** max(-1, round(log2(shape.pixels / 2**20))):g}mp"
        case Upscale(factor=factor):
            return f"x{factor}"


@lru_cache(maxsize=64)
def _due(took_s: tuple[float, ...], typical_s: float) -> NDArray[np.float64]:
    """How many looks are due by each edge; tickets that are opened in one rush share it."""
    ready = _ready(np.asarray(took_s, dtype=np.float64), typical_s)
    left = np.cumsum(ready[::-1])[::-1] - ready / 2
    whole = float(np.sqrt(ready * left * _WIDTHS).sum())
    return np.concatenate(([0.0], np.cumsum(np.sqrt(ready / left * _WIDTHS) * LOOKS / whole)))


def _ready(took_s: NDArray[np.float64], typical_s: float) -> NDArray[np.float64]:
    """The share of tasks that get ready in each bin."""
    bell = np.exp(-(((_MIDDLES - np.log(typical_s)) / PRIOR_SPREAD) ** 2) / 2)
    mass = bell / bell.sum() * PRIOR
    if took_s.size:
        mass += _smoothed(np.clip(np.log(np.maximum(took_s, _EDGES[0])), _MIDDLES[0], _MIDDLES[-1]))
    mass /= mass.sum()
    beyond = _EDGES[int(np.searchsorted(np.cumsum(mass), 0.9))]
    late = -np.diff(np.sqrt(np.minimum(1.0, beyond / _EDGES)))
    shares: NDArray[np.float64] = (1 - STRAGGLERS) * mass + STRAGGLERS * late / late.sum()
    return shares


def _smoothed(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth histogram of the logarithms, the newest first; it weighs as much as the samples, less their age."""
    weights = 0.5 ** (np.arange(logs.size) / HALF_LIFE)
    bins = np.clip(((logs - np.log(_EDGES[0])) / _STEP).astype(int), 0, _BINS - 1)
    counts = np.bincount(bins, weights, _BINS)
    width = max(NARROWEST, SMOOTHING * _spread(logs, weights) * (weights.sum() ** 2 / (weights**2).sum()) ** -0.2)
    reach = np.arange(-int(3 * width / _STEP) - 1, int(3 * width / _STEP) + 2) * _STEP
    kernel = np.exp(-((reach / width) ** 2) / 2)
    smooth: NDArray[np.float64] = np.convolve(counts, kernel / kernel.sum())[reach.size // 2 :][:_BINS]
    return smooth


def _spread(logs: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The standard deviation, or what the middle half says, whichever is less: an outlier must not blur the rest."""
    order = np.argsort(logs)
    shares = np.cumsum(weights[order]) / weights.sum()
    low, high = np.interp([0.25, 0.75], shares, logs[order])
    deviation = float(np.sqrt(np.average((logs - np.average(logs, weights=weights)) ** 2, weights=weights)))
    return min(deviation, float(high - low) / 1.34)
