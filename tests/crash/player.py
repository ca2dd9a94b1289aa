"""One scenario in a process of its own, with a PostgreSQL of its own that the scenario may stop."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from functools import cache
from multiprocessing import util
from pathlib import Path

from tests.crash.registry import SCENARIOS
from tests.crash.scenario import Verdict, play
from tests.postgres import Server


def play_by_name(name: str, database: str, seed: int, keep: Path | None) -> Verdict:
    """Play it, as `play`."""
    scenario = next(one for one in SCENARIOS if one.name == name)
    server = _server() if database == "postgresql" else None
    return asyncio.run(play(scenario, database, seed=seed, server=server, keep=keep))


@cache
def _server() -> Server:
    """Started by the first scenario here that needs it; gone when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="imagebot-crash-server-"))
    server = Server(folder / "server", durable=True)

    def end() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    util.Finalize(None, end, exitpriority=10)  # a child of multiprocessing runs no atexit
    return server
