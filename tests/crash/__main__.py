"""`python -m tests.crash [WORD ...] [--database sqlite] [--seed 7] [--write docs/reliability.md]`."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from benchmarks import machine
from tests.crash import report
from tests.crash.player import play_by_name
from tests.crash.registry import SCENARIOS
from tests.crash.scenario import BOTH
from tests.crash.stage import SkippedError

SIDE_BY_SIDE: Final = 3
"""Scenarios that are played at once: each of them mostly waits."""


def main() -> int:
    """Play one after the other, print a line for each, and say at the end what was broken."""
    reader = argparse.ArgumentParser(prog="python -m tests.crash", description="Play the crash matrix.")
    reader.add_argument("words", nargs="*", metavar="WORD", help="play only what has one of these in its name")
    reader.add_argument("--database", choices=BOTH, action="append", help="only this one; by default both")
    reader.add_argument("--seed", type=int, default=0, help="another one has its kills and faults at other moments")
    reader.add_argument("--at-once", type=int, default=SIDE_BY_SIDE, help="how many to play side by side")
    reader.add_argument("--keep", type=Path, metavar="FOLDER", help="where the logs of what was broken go")
    reader.add_argument("--write", type=Path, metavar="PAGE", help="also put the table between the marks of this page")
    asked = reader.parse_args()
    chosen = [one for one in SCENARIOS if not asked.words or any(word in one.name for word in asked.words)]
    pairs = [(each, name) for each in chosen for name in asked.database or BOTH if name in each.databases]
    if not pairs:
        reader.error(f"no scenario has that in its name; there are: {', '.join(one.name for one in SCENARIOS)}")
    here, began = machine.describe(), time.monotonic()
    print(report.heading(), flush=True)
    rows: dict[tuple[str, str], str] = {}
    broken: list[str] = []
    # The longest first: nothing else is left to be played beside them at the end.
    order = sorted(pairs, key=lambda pair: -pair[0].lasts_s)
    with ProcessPoolExecutor(asked.at_once, get_context("spawn")) as pool:
        playing = {
            pool.submit(play_by_name, each.name, name, asked.seed, asked.keep): (each, name) for each, name in order
        }
        for done in as_completed(playing):
            each, name = playing[done]
            try:
                verdict = done.result()
            except SkippedError as error:
                rows[each.name, name] = report.skipped(each, name, str(error))
            else:
                rows[each.name, name] = report.row(verdict)
                broken += [f"{each.name}, {name}: {finding}" for finding in verdict.findings]
            print(rows[each.name, name], flush=True)
    print(*broken, sep="\n", file=sys.stderr)
    if asked.write is not None:
        ordered = [rows[each.name, name] for each, name in pairs]
        took_s, today = time.monotonic() - began, datetime.now(UTC).date()
        report.put(asked.write, report.account(ordered, chosen, machine=here, on=today, took_s=took_s))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
