"""The machine a table was measured on, in one line."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median


def describe() -> str:
    """CPU model, usable cores, system and versions; nothing that names a person or a host."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return (
        f"{_cpu()}, {cores} {'core' if cores == 1 else 'cores'}; {platform.system()} {platform.machine()}; "
        f"{platform.python_implementation()} {platform.python_version()}; SQLite {sqlite3.sqlite_version}; "
        f"4 KiB written and flushed to the disk in {_flush_ms():.2f} ms{_load()}"
    )


def _load() -> str:
    """What else the machine was doing; 0 is a machine at rest."""
    return f"; load average {os.getloadavg()[0]:.1f} before the first measurement" if hasattr(os, "getloadavg") else ""


def _flush_ms() -> float:
    """The least that anything durable takes here: the median of 50 writes with fsync, where measurements keep files."""
    took_ms = []
    with tempfile.TemporaryFile() as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            took_ms.append((time.perf_counter() - began) * 1000)
    return median(took_ms)


def _cpu() -> str:
    """The model as Linux names it, else what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
