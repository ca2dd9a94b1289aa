"""`python -m tests.crash [WORD ...] [--database sqlite] [--seed 7] [--write docs/reliability.md]`."""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks import machine
from tests.crash import report
from tests.crash.player import BROKEN_OFF, heed_the_end, play_by_name
from tests.crash.registry import SCENARIOS
from tests.crash.scenario import BOTH, Scenario, Verdict
from tests.crash.stage import SkippedError

SIDE_BY_SIDE: Final = 4
"""Scenarios that are played at once: each of them mostly waits."""

Pair = tuple[Scenario, str]


@dataclass
class Played:
    """rows of the table, and what was found to be broken."""

    of: int
    rows: dict[tuple[str, str], str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def note(self, pair: Pair, playing: Future[Verdict]) -> None:
        """Keep how a scenario went, and say it."""
        each, database = pair
        findings: Sequence[str] = ()
        match playing.exception():
            case None:
                verdict = playing.result()
                row, findings = report.row(verdict), verdict.findings
                how = "broken" if findings else "held"
            case SkippedError() as error:
                how = f"not played: {error}"
                row = report.skipped(each, database, how)
            case error:
                how, findings = "broken", [f"it broke off: {error!r}"]
                row = report.skipped(each, database, how)
        self.rows[each.name, database] = row
        said = [f"{each.name} on {database}: {finding}" for finding in findings]
        self.broken += said
        print(f"{len(self.rows)} of {self.of}: {each.name} on {database}: {how}", *said, sep="\n  ", file=sys.stderr)


def main() -> int:
    """Play everything, say how far it is, and print the table at the end. 1: something was broken."""
    asked = _asked()
    chosen = [one for one in SCENARIOS if not asked.words or any(word in one.name for word in asked.words)]
    pairs = [(each, name) for each in chosen for name in asked.database or BOTH if name in each.databases]
    if not pairs:
        print(f"No scenario has that in its name; there are: {', '.join(one.name for one in SCENARIOS)}")
        return 2
    here, began = machine.describe(), time.monotonic()
    played = Played(of=len(pairs))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends as by Ctrl-C
    try:
        _play(pairs, asked, played)
    except KeyboardInterrupt:
        print("broken off", file=sys.stderr)
        return BROKEN_OFF
    took_s = time.monotonic() - began
    rows = [played.rows[each.name, name] for each, name in pairs]
    print(report.heading(), *rows, "", f"{len(rows)} rows in {took_s:.0f} s.", *played.broken, sep="\n")
    if asked.write is not None:
        today = datetime.now(UTC).date()
        report.put(asked.write, report.account(rows, chosen, machine=here, on=today, took_s=took_s))
    return 1 if played.broken else 0


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m tests.crash", description="Play the crash matrix.")
    reader.add_argument("words", nargs="*", metavar="WORD", help="play only what has one of these in its name")
    reader.add_argument("--database", choices=BOTH, action="append", help="only this one; by default both")
    reader.add_argument("--seed", type=int, default=0, help="another one has its kills and faults at other moments")
    reader.add_argument("--at-once", type=int, default=SIDE_BY_SIDE, help="how many to play side by side")
    reader.add_argument("--keep", type=Path, metavar="FOLDER", help="where the logs of what was broken go")
    reader.add_argument("--write", type=Path, metavar="PAGE", help="also put the table between the marks of this page")
    return reader.parse_args()


def _play(pairs: Sequence[Pair], asked: argparse.Namespace, played: Played) -> None:
    """KeyboardInterrupt leaves nothing running."""
    # The longest first: several processes and an hour of traffic find the most, and are not waited for at the end.
    order = sorted(pairs, key=lambda pair: -pair[0].lasts_s)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.at_once, spawn, initializer=heed_the_end) as pool:
        try:
            playing = {
                pool.submit(play_by_name, each.name, name, asked.seed, asked.keep): (each, name) for each, name in order
            }
            for done in as_completed(playing):
                played.note(playing[done], done)
        except KeyboardInterrupt:
            for sign in (signal.SIGINT, signal.SIGTERM):
                signal.signal(sign, signal.SIG_IGN)
            pool.shutdown(wait=False, cancel_futures=True)
            for player in multiprocessing.active_children():
                player.terminate()
            raise


if __name__ == "__main__":
    sys.exit(main())
