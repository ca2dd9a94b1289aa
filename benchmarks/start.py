"""From nothing to an open door, and the memory it takes: the real process beside the smallest bots of the libraries."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import standins
from benchmarks.figure import Aim, Figure, Ground

ROUNDS: Final = 3
READY: Final = (b"Ready in", b"ready\n")
"""What a process says once its door is open: ours, and the smallest bots."""
LIMIT_S: Final = 60.0
IDLE_S: Final = 1.0
"""How long an open door is left alone before its memory is looked at."""
AIM: Final = Aim(1.5)
DBOS: Final = "import dbos"
HOUSE: Final = "from bot import app; app.read_settings(None)"
"""All that is imported before the house opens, with the models of every vendor and door."""
LEAST: Final = {"Discord": "discord.py's smallest bot", "Slack": "Bolt's smallest app"}
ONE_DOOR: Final = {"IMAGEBOT__WEB__ENABLED": "false", "IMAGEBOT__PROVIDERS__ORDER": "flux"}
HERE: Final = Path(__file__).parent


@dataclass(slots=True)
class Starts:
    """Seconds from the command to the open door, and MiB of RAM a while later."""

    took_s: list[float] = field(default_factory=list)
    rss_mib: list[float] = field(default_factory=list)

    async def add(
        self, command: list[str], folder: Path, environ: Mapping[str, str], *, idle_s: float = IDLE_S
    ) -> None:
        """Start once more; after idle_s it is killed, with nothing under way."""
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=folder, env=environ, stderr=asyncio.subprocess.PIPE
        )
        if process.stderr is None:
            raise RuntimeError("the process has no output")
        try:
            async with asyncio.timeout(LIMIT_S):
                said = b""
                while (line := await process.stderr.readline()) and not any(word in line for word in READY):
                    said += line
                if not line:
                    raise RuntimeError(f"this did not open: {command}: {said.decode()}")
                self.took_s.append(time.perf_counter() - began)
            await asyncio.sleep(idle_s)
            self.rss_mib.append(await _rss_mib(process.pid))
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    surroundings = _surroundings()
    dbos, house = [], []
    for code in (DBOS, HOUSE):  # warms the disk's cache and Python's own
        await _import(code, ground.folder, surroundings)
    for _ in range(ROUNDS):
        dbos.append(await _import(DBOS, ground.folder, surroundings))
        house.append(await _import(HOUSE, ground.folder, surroundings))
    async with standins.serving("discord", "slack") as told:
        slack = told["slack_env"]
        surroundings |= {"BFL_API_KEY": "start", "IMAGEBOT__PROVIDERS__FLUX__BASE_URL": told["flux"]}
        figures = [
            *await _door(
                "Discord",
                [str(HERE / "least_discord.py"), told["discord"], told["discord_token"]],
                ground.folder,
                {
                    **surroundings,
                    "DISCORD_TOKEN": told["discord_token"],
                    "IMAGEBOT__DISCORD__API_URL": told["discord"],
                },
            ),
            *await _door(
                "Slack",
                [str(HERE / "least_slack.py"), told["slack"], slack["SLACK_BOT_TOKEN"], slack["SLACK_APP_TOKEN"]],
                ground.folder,
                {**surroundings, **slack, "IMAGEBOT__SLACK__API_URL": told["slack"]},
            ),
        ]
    imported = Figure(
        what="import the whole house, settings read",
        ours=median(house),
        other=median(dbos),
        against="a Python that only imports dbos",
        unit="s",
    )
    return [imported, *figures]


async def _door(platform: str, bare: list[str], folder: Path, surroundings: Mapping[str, str]) -> list[Figure]:
    """The whole house behind one door, and the library's smallest bot behind the same one."""
    first, again, least = Starts(), Starts(), Starts()
    ours = ["-m", "bot", "run"]
    await least.add(["-I", *bare], folder, surroundings, idle_s=0)  # warms the disk's cache
    for number in range(ROUNDS):
        data = {"IMAGEBOT__STORE__DATA_DIR": str(folder / f"{platform}-{number}")}
        await least.add(["-I", *bare], folder, surroundings)
        await first.add(ours, folder, {**surroundings, **data}, idle_s=0)
        await again.add(ours, folder, {**surroundings, **data})
    against = LEAST[platform]
    return [
        Figure(what=what, ours=median(mine), other=median(theirs[1:]), against=against, unit=unit, aim=AIM)
        for what, mine, theirs, unit in (
            (f"start on an empty folder: process to open {platform} door", first.took_s, least.took_s, "s"),
            (f"start again after kill -9: process to open {platform} door", again.took_s, least.took_s, "s"),
            (f"RSS behind an open {platform} door, idle", again.rss_mib, least.rss_mib, "MiB"),
        )
    ]


def _surroundings() -> dict[str, str]:
    """This environment without the operator's keys and settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("IMAGEBOT", "SLACK_", "LC_")) and not name.upper().endswith(("_KEY", "_TOKEN"))
    }
    return {**kept, "PYTHONPATH": str(HERE.parent), "LANG": "C", "NO_COLOR": "1", **ONE_DOOR}


async def _import(code: str, folder: Path, environ: Mapping[str, str]) -> float:
    """Seconds that a new interpreter takes for it, its own start included."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=folder, env=environ)
    if await process.wait():
        raise RuntimeError(f"this failed: {code}")
    return time.perf_counter() - began


async def _rss_mib(process: int) -> float:
    """As the system tells it, in KiB."""
    asking = await asyncio.create_subprocess_exec(
        "ps", "-o", "rss=", "-p", str(process), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await asking.communicate()
    return int(told) / 1024
