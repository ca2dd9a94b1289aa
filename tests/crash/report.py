"""The table: one line a scenario and database, in a terminal and between the marks of docs/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from tests.crash.scenario import Scenario, Verdict

BEGIN: Final = "<!-- played: written by `make crash` with WRITE=docs/reliability.md -->"
END: Final = "<!-- end of what was played -->"
HEADINGS: Final = (
    "Scenario", "Database", "Jobs", "Kills", "Bought", "Posted", "Unsure", "Seconds to last end", "Verdict",
)  # fmt: skip
WIDTHS: Final = (26, 10, 4, 5, 6, 6, 6, 19, 7)


def heading() -> str:
    """The table's first two lines, for rows that come one by one."""
    dashes = "|".join("-" * (width + 2) for width in WIDTHS)
    return f"{_line(HEADINGS)}\n|{dashes}|"


def row(verdict: Verdict) -> str:
    """One line of the table."""
    account = verdict.account
    numbers = (len(account.book), account.kills, len(account.sales), len(account.posts), account.unsure)
    good = "broken" if verdict.findings else "held"
    cells = (verdict.name, verdict.database, *map(str, numbers), f"{verdict.ended_after_s:.1f}", good)
    return _line(cells)


def skipped(scenario: Scenario, database: str, verdict: str) -> str:
    """The line of a scenario that could not be played to its end."""
    return _line((scenario.name, database, *("",) * 6, verdict))


def legend(scenarios: Sequence[Scenario]) -> str:
    """What each scenario does to the bot."""
    return "\n".join(f"- **{scenario.name}**: {scenario.says}." for scenario in scenarios)


def account(rows: Sequence[str], scenarios: Sequence[Scenario], *, machine: str, on: date, took_s: float) -> str:
    """The machine, the table, and what its lines mean."""
    table = "\n".join([heading(), *rows])
    return f"Played on {on.isoformat()} in {took_s:.0f} s: {machine}.\n\n{table}\n\n{legend(scenarios)}"


def put(page: Path, text: str) -> None:
    """Replace what stands between the marks of the page. Raises ValueError where they are missing."""
    whole = page.read_text("utf-8")
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} lacks the two marks between which the table stands: {BEGIN} and {END}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", "utf-8")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))} |"
