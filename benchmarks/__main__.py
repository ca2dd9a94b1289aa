"""`python -m benchmarks [NAME ...] [--data-dir DATA] [--write docs/benchmarks.md]`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from benchmarks import REGISTRY, machine, measure, plot, report
from benchmarks.figure import Figure, SkippedError


def main() -> int:
    """Measure one after the other, tell on standard error how far it is, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, and print tables.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(REGISTRY)}; by default all")
    parser.add_argument("--data-dir", type=Path, default=Path(os.environ.get("IMAGEBOT__STORE__DATA_DIR", "data")))
    parser.add_argument(
        "--write",
        type=Path,
        metavar="PAGE",
        help="also put the tables into this page, between its marks, and a plot beside it",
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in REGISTRY]
    if unknown:
        parser.error(f"there is no {unknown[0]}; possible are {', '.join(REGISTRY)}")
    if asked.write is not None and not asked.write.is_file():
        parser.error(f"there is no {asked.write}")
    here = machine.describe()
    measured: dict[str, list[Figure]] = {}
    skipped: dict[str, str] = {}
    began = time.monotonic()
    context = get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context, max_tasks_per_child=1) as pool:
        for name in asked.names or REGISTRY:
            print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
            since = time.monotonic()
            try:
                measured[name] = pool.submit(measure, name, asked.data_dir.absolute()).result()
            except SkippedError as error:
                skipped[name] = str(error)
            print(f"{time.monotonic() - since:.0f} s", file=sys.stderr, flush=True)
    head = report.headline(machine=here, on=datetime.now(UTC).date(), took_s=time.monotonic() - began)
    text = report.account(measured, skipped, head=head)
    print(text)
    if asked.write is not None:
        drawing = asked.write.with_suffix(".svg")
        plot.draw(measured, head, drawing)
        report.put(asked.write, text, drawing.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
