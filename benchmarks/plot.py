"""The plot of a run: a bar for each figure from 1 to ours over what is beside it, on a logarithmic scale."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Sheet
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.figure import Figure

WIDTH_IN: Final = 13.0
ROW_IN: Final = 0.23
HEAD_IN: Final = 2.0
NAMES: Final = 0.56
"""The part of the width that the names take."""
NAME_LENGTH: Final = 112
HEAD_LENGTH: Final = 150
LEAST, MOST = 0.01, 100.0
"""Bars end there; the figure stands at their end."""
AIM: Final = 1.5
INK, SOFT, LINE = "#16202a", "#5a6672", "#d5dbe1"
COLOURS: Final[Mapping[bool | None, str]] = {True: "#0f766e", False: "#b45309", None: "#7b8794"}
MEANINGS: Final[Mapping[bool | None, str]] = {True: "aim reached", False: "aim missed", None: "no aim set"}


def draw(measured: Mapping[str, Sequence[Figure]], head: str, to: Path) -> None:
    """Write it, in the type that the file's ending says."""
    groups = {name: [each for each in figures if each.ratio is not None] for name, figures in measured.items()}
    groups = {name: figures for name, figures in groups.items() if figures}
    rows = sum(len(figures) + 1 for figures in groups.values())
    height_in = HEAD_IN + ROW_IN * rows
    with rc_context({"svg.hashsalt": "imagebot", "svg.fonttype": "none", "font.size": 8}):
        sheet = Sheet(figsize=(WIDTH_IN, height_in), facecolor="white")
        part = 1 - HEAD_IN / height_in
        axes = sheet.add_axes((NAMES, 0.5 / height_in, 0.98 - NAMES, part))
        _frame(axes, rows)
        row = 0
        for name, figures in groups.items():
            axes.text(-0.01, row, name, transform=axes.get_yaxis_transform(), ha="right", va="center", weight="bold")
            for place, figure in enumerate(figures, row + 1):
                _bar(axes, place, figure)
            row += len(figures) + 1
        top = 1 - 0.2 / height_in
        sheet.text(0.02, top, "Ours against what is beside it", size=14, weight="bold", color=INK, va="top")
        words = "\n".join(textwrap.wrap(head, HEAD_LENGTH))
        sheet.text(0.02, top - 0.35 / height_in, words, color=SOFT, va="top")
        _key(axes)
        sheet.savefig(to, metadata={"Date": None} if to.suffix == ".svg" else None)


def _frame(axes: Axes, rows: int) -> None:
    axes.set_xscale("log")
    axes.set_xlim(LEAST, MOST)
    axes.set_ylim(rows, -1)
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g} x"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.axvline(1.0, color=INK, linewidth=1.0)
    axes.axvline(AIM, color=INK, linewidth=1.0, linestyle="--")
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    across = axes.get_xaxis_transform()
    axes.text(1.0, 1.0, "1 x ", transform=across, ha="right", va="bottom", color=INK)
    axes.text(AIM, 1.0, f" {AIM:g} x", transform=across, ha="left", va="bottom", color=INK)


def _bar(axes: Axes, place: int, figure: Figure) -> None:
    ratio = figure.ratio or 0.0
    end = min(max(ratio, LEAST), MOST)
    axes.barh(place, end - 1.0, left=1.0, height=0.62, color=COLOURS[figure.reached], linewidth=0)
    name = textwrap.shorten(f"{figure.what} — {figure.against}", NAME_LENGTH, placeholder=" …")
    axes.text(-0.01, place, name, transform=axes.get_yaxis_transform(), ha="right", va="center", color=INK)
    # A bar that goes far has no room beyond its end: its figure stands on the side that it leaves free.
    far = not LEAST * 10 <= end <= MOST / 10
    right = (ratio >= 1.0) is not far
    at, aside, align = (max(end, AIM), 3, "left") if right else (min(end, 1.0), -3, "right")
    axes.annotate(_told(figure), (at, place), (aside, 0), textcoords="offset points", va="center", ha=align, color=SOFT)


def _told(figure: Figure) -> str:
    """Of nothing at all there is no ratio on this scale, so both values are told."""
    compared = figure.compared if figure.ours else f"0 against {figure.other:g} {figure.unit}".strip()
    return compared + (f" (aim {figure.aim})" if figure.aim and figure.reached is False else "")


def _key(axes: Axes) -> None:
    for meaning, colour in COLOURS.items():
        axes.barh(0, 0, color=colour, label=MEANINGS[meaning])
    axes.legend(loc="lower left", bbox_to_anchor=(-1.2, 1.0), ncols=3, frameon=False, fontsize=8)
