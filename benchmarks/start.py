"""From nothing to an open door: the real process beside a Python that does no more than `import dbos`."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.figure import Figure, Ground

ROUNDS: Final = 3
READY: Final = b"http://127.0.0.1:"
"""What the terminal shows once the door is open."""
LIMIT_S: Final = 60.0
HOUSE: Final = "from bot import app; app.read_settings(None)"
"""All that is imported before the house opens, with the models of every vendor and door."""


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    surroundings = _surroundings()
    dbos, house, first, later = [], [], [], []
    for code in ("import dbos", HOUSE):  # warms the disk's cache and Python's own
        await _import(code, ground.folder, surroundings)
    for number in range(ROUNDS):
        data = {"IMAGEBOT__STORE__DATA_DIR": str(ground.folder / f"data-{number}")}
        dbos.append(await _import("import dbos", ground.folder, surroundings))
        house.append(await _import(HOUSE, ground.folder, surroundings))
        first.append(await _start(ground.folder, {**surroundings, **data}))
        later.append(await _start(ground.folder, {**surroundings, **data}))
    against = "a Python that only imports dbos"
    return [
        Figure(what=what, ours=median(ours), other=median(dbos), against=against, unit="s")
        for what, ours in (
            ("import the whole house, settings read", house),
            ("start on an empty folder: process to open door", first),
            ("start again after kill -9: process to open door", later),
        )
    ]


def _surroundings() -> dict[str, str]:
    """This environment without the operator's keys and settings; a free port."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("IMAGEBOT", "SLACK_")) and not name.upper().endswith(("_KEY", "_TOKEN"))
    }
    here = str(Path(__file__).parents[1])
    return {**kept, "PYTHONPATH": here, "IMAGEBOT__WEB__PORT": "0"}


async def _import(code: str, folder: Path, environ: Mapping[str, str]) -> float:
    """Seconds that a new interpreter takes for it, its own start included."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=folder, env=environ)
    if await process.wait():
        raise RuntimeError(f"this failed: {code}")
    return time.perf_counter() - began


async def _start(folder: Path, environ: Mapping[str, str]) -> float:
    """Seconds from the command to the address on the terminal; then it is killed, with nothing under way."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=folder, env=environ, stderr=asyncio.subprocess.PIPE
    )
    if process.stderr is None:
        raise RuntimeError("the process has no output")
    try:
        async with asyncio.timeout(LIMIT_S):
            while (line := await process.stderr.readline()) and READY not in line:
                continue
            if not line:
                raise RuntimeError("the house did not open")
            took_s = time.perf_counter() - began
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
    return took_s
