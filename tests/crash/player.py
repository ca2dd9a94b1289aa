"""One scenario in a process of its own, with a PostgreSQL of its own that the scenario may stop."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import tempfile
from functools import cache
from multiprocessing import util
from pathlib import Path
from typing import Any, Final

from tests.crash.registry import SCENARIOS
from tests.crash.scenario import Verdict, play
from tests.postgres import Server

BROKEN_OFF: Final = 130
"""The exit status of what was told to end."""

_playing = _told_to_end = False


def heed_the_end() -> None:
    """On SIGTERM, break the scenario off and put everything away; Ctrl-C is our starter's, who sends a SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)


def play_by_name(name: str, database: str, seed: int, keep: Path | None) -> Verdict:
    """Play it, as `play`. Raises SystemExit where the play is to end."""
    global _playing
    scenario = next(one for one in SCENARIOS if one.name == name)
    server = _server() if database == "postgresql" else None  # not to be broken off: it has children of its own
    _playing = True
    try:
        if _told_to_end:
            sys.exit(BROKEN_OFF)
        return asyncio.run(play(scenario, database, seed=seed, server=server, keep=keep))
    finally:
        _playing = False


def _end(number: int, _: Any) -> None:
    global _told_to_end
    if _playing and not _told_to_end:  # once: what is being put away is not disturbed again
        _told_to_end = True
        sys.exit(BROKEN_OFF)
    _told_to_end = True


@cache
def _server() -> Server:
    """Started by the first scenario here that needs it; gone when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="imagebot-crash-server-"))
    util.Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=10)
    server = Server(folder / "server", durable=True)
    util.Finalize(None, server.stop, exitpriority=20)  # a child of multiprocessing runs no atexit
    return server
