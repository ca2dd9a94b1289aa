"""The table: one text that reads well in a terminal and is Markdown in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure

BEGIN: Final = "<!-- measured: written by `python -m benchmarks --write docs/benchmarks.md` -->"
END: Final = "<!-- end of what was measured -->"
HEADINGS: Final = ("What", "Ours", "Beside it", "Ours against it", "Beside what")


def table(figures: Sequence[Figure]) -> str:
    """One row per figure, columns aligned."""
    rows = [HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in rows]
    return "\n".join([lines[0], f"|{'|'.join('-' * (width + 2) for width in widths)}|", *lines[1:]])


def account(figures: Sequence[Figure], skipped: Mapping[str, str], *, machine: str, on: date, took_s: float) -> str:
    """The machine, the table, and what could not be measured."""
    parts = [f"Measured on {on.isoformat()} in {took_s:.0f} s: {machine}.", table(figures)]
    parts += [f"Not measured: {name}, because {reason}." for name, reason in skipped.items()]
    return "\n\n".join(parts)


def put(page: Path, text: str) -> None:
    """Replace what stands between the marks of the page. Raises ValueError where they are missing."""
    whole = page.read_text("utf-8")
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} lacks the two marks between which the table stands: {BEGIN} and {END}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", "utf-8")


def _row(figure: Figure) -> tuple[str, ...]:
    unit = f" {figure.unit}" if figure.unit else ""
    return (
        figure.what,
        f"{_three_digits(figure.ours)}{unit}",
        f"{_three_digits(figure.other)}{unit}",
        figure.compared,
        figure.against,
    )


def _three_digits(value: float) -> str:
    """No more digits than a repetition would confirm."""
    if not value:
        return "0"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.1e}"
