"""The machine a table was measured on, in one line."""

from __future__ import annotations

import os
import platform
import sqlite3
from pathlib import Path


def describe() -> str:
    """CPU model, usable cores, system and versions; nothing that names a person or a host."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return (
        f"{_cpu()}, {cores} {'core' if cores == 1 else 'cores'}; {platform.system()} {platform.machine()}; "
        f"{platform.python_implementation()} {platform.python_version()}; SQLite {sqlite3.sqlite_version}"
    )


def _cpu() -> str:
    """The model as Linux names it, else what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
