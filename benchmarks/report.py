"""The table: one text that reads well in a terminal and is Markdown in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure

BEGIN: Final = "<!-- measured: written by `python -m benchmarks --write docs/benchmarks.md` -->"
END: Final = "<!-- end of what was measured -->"
HEADINGS: Final = ("What", "Ours", "Beside it", "Ours against it", "Aim", "Beside what")


def table(figures: Sequence[Figure]) -> str:
    """One row per figure, columns aligned."""
    rows = [HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in rows]
    return "\n".join([lines[0], f"|{'|'.join('-' * (width + 2) for width in widths)}|", *lines[1:]])


def headline(*, machine: str, on: date, took_s: float) -> str:
    """When and on what it was measured."""
    return f"Measured on {on.isoformat()} in {took_s:.0f} s: {machine}."


def account(measured: Mapping[str, Sequence[Figure]], skipped: Mapping[str, str], *, head: str) -> str:
    """The machine, a table for each measurement, and what could not be measured."""
    parts = [head]
    for name, figures in measured.items():
        parts += [f"### {name}", table(figures)]
    parts += [f"Not measured: {name}, because {reason}." for name, reason in skipped.items()]
    return "\n\n".join(parts)


def put(page: Path, text: str, plot: str = "") -> None:
    """Replace what stands between the marks of the page, which shows the plot of that file name above it.

    Raises ValueError where they are missing.
    """
    shown = f"![Ours against what is beside it, on a logarithmic scale]({plot})\n\n" if plot else ""
    whole = page.read_text("utf-8")
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} lacks the two marks between which the table stands: {BEGIN} and {END}")
    page.write_text(f"{before}{begin}\n\n{shown}{text}\n\n{end}{after}", "utf-8")


def _row(figure: Figure) -> tuple[str, ...]:
    unit = f" {figure.unit}" if figure.unit else ""
    return (
        figure.what,
        f"{_three_digits(figure.ours)}{unit}",
        f"{_three_digits(figure.other)}{unit}",
        figure.compared,
        _aim(figure),
        figure.against,
    )


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{figure.aim}, {'reached' if figure.reached else 'missed'}"


def _three_digits(value: float) -> str:
    """No more digits than a repetition would confirm."""
    if not value:
        return "0"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.1e}"
