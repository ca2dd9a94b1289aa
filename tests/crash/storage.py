"""A database that goes away, is locked or was written by the older release; a full disk; a wall clock that jumps."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from pathlib import Path
from typing import Final

from tests.crash.database import Postgres, Sqlite
from tests.crash.scenario import Scenario
from tests.crash.stage import SkippedError, Stage
from tests.crash.town import DOORS
from tests.standins.fault import At

DISK_MB: Final = 64
FULL_S: Final = 4.0
LOCKED_S: Final = 8.0
"""Longer than SQLite waits for another program (5 s)."""


async def disk_full(stage: Stage) -> None:
    """The disk has no room left while pictures are painted, and for some seconds while they are to be stored."""
    folder = stage.folder / "data"
    folder.mkdir()
    disk = small_disk(stage, folder)
    await stage.open()
    await stage.ask(4)
    await stage.until(lambda: len(stage.town.flux.requests(At.POLL)) >= 4, what="tasks under way")
    ballast = fill(disk)
    await stage.ask(2)  # may be refused, but then by a word
    await asyncio.sleep(FULL_S)  # for so long there is no room
    ballast.unlink()
    stage.disturb()


def small_disk(stage: Stage, folder: Path) -> Path:
    """A disk of its own at that folder. Raises SkippedError where this account may not mount one."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SkippedError(f"there is no way to mount a small disk here ({error.strerror})") from error
    if done.returncode:
        raise SkippedError("mounting a small disk takes an administrator's rights")
    stage.closing.callback(subprocess.run, ["umount", "-l", str(folder)], check=True)
    return folder


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for block in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(block))
            except OSError:
                continue
    return ballast


async def file_locked(stage: Stage) -> None:
    """Another program has the file for longer than anybody waits for it."""
    assert isinstance(stage.database, Sqlite)
    await stage.open(doors=DOORS)
    await stage.ask(6, doors=DOORS)
    await stage.until(lambda: len(stage.town.flux.requests(At.POLL)) >= 3, what="tasks under way")
    async with stage.database.locked():
        await stage.ask(3, doors=DOORS)  # may be refused, but then by a word
        await asyncio.sleep(LOCKED_S)
    stage.disturb()


async def database_restarted(stage: Stage) -> None:
    """The server is restarted by its administrator, and a little later it crashes."""
    assert isinstance(stage.database, Postgres)
    await stage.open(doors=DOORS)
    for mode in ("fast", "immediate"):
        await stage.ask(9, doors=DOORS)
        await stage.until(lambda: stage.town.flux.requests(At.POLL), what="tasks under way")
        await stage.database.restart(down_s=2.0, mode=mode)
    stage.disturb()
    await stage.ask(3, doors=DOORS)


async def clock_jumps(stage: Stage) -> None:
    """The wall clock is a day ahead, then a day behind, while tasks are under way."""
    await stage.open(doors=DOORS)
    await stage.ask(3, doors=DOORS)
    await stage.until(lambda: len(stage.town.flux.requests(At.POLL)) >= 3, what="tasks under way")
    stage.bot.send(signal.SIGUSR1)
    await stage.ask(3, doors=DOORS)
    await stage.until(lambda: stage.town.flux.bought >= 6, what="all to be bought")
    for _ in range(2):
        stage.bot.send(signal.SIGUSR2)
        await asyncio.sleep(0.2)  # a signal that is pending swallows the next
    await stage.ask(3, doors=DOORS)


SLOW: Final = {"work_s": (1.5, 2.5)}
SCENARIOS: Final = (
    Scenario(
        name="disk full", says=f"no room left for {FULL_S:g} s while pictures are to be stored", play=disk_full,
        databases=("sqlite",), latency=SLOW,
    ),
    Scenario(
        name="database locked", says=f"another program holds the SQLite file for {LOCKED_S:g} s", play=file_locked,
        databases=("sqlite",), latency=SLOW,
    ),
    Scenario(
        name="database restarted", says="PostgreSQL is restarted, then crashes, each time amid everything",
        play=database_restarted, databases=("postgresql",), latency=SLOW,
    ),
    Scenario(
        name="clock jumps", says="the wall clock jumps a day ahead, then a day behind", play=clock_jumps, latency=SLOW
    ),
)  # fmt: skip
