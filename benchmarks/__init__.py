"""Figures of the house, each beside a peer or a limit measured in the same run: `make bench` prints them.

A measurement is one file here with `measure(ground) -> list[Figure]` and a line in REGISTRY. Each runs in a process of
its own, so that none inherits another's memory, threads or engine. Nothing here passes or fails: a machine that is
busy with something else shows in both columns, so the ratio is what may be compared.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure, Ground

REGISTRY: Final[Mapping[str, str]] = {
    "accept": "benchmarks.accept",
    "history": "benchmarks.history",
    "fleet": "benchmarks.fleet",
    "tickets": "benchmarks.tickets",
    "polling": "benchmarks.polling",
    "crowd": "benchmarks.crowd",
    "upscale": "benchmarks.upscale",
    "picture": "benchmarks.picture",
    "page": "benchmarks.page",
    "discord_burst": "benchmarks.discord_burst",
    "slack_burst": "benchmarks.slack_burst",
    "start": "benchmarks.start",
}
"""In the order of the table: the name for the command line, and the module."""


def measure(name: str, data_dir: Path) -> list[Figure]:
    """One measurement of REGISTRY, on a folder that is gone afterwards. Raises SkippedError."""
    with tempfile.TemporaryDirectory(prefix="imagebot-bench-") as folder:
        ground = Ground(folder=Path(folder), data_dir=data_dir)
        figures: list[Figure] = importlib.import_module(REGISTRY[name]).measure(ground)
        return figures
