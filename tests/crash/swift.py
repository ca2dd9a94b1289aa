"""`python -m tests.crash.swift run ...`: the bot in a world of its own time.

CRASH_SPEED: how many seconds pass for it in one of ours. SIGUSR1 sets its wall clock a day ahead, SIGUSR2 a day back.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

SPEED: Final = "CRASH_SPEED"
DAY_S: Final = 86_400.0


def bend(speed: float) -> None:
    """Let this process's clocks run so many times faster, and what it waits for on its loop last that much shorter."""
    monotonic, wall, sleep = time.monotonic, time.time, time.sleep
    steady_from, wall_from = monotonic(), wall()
    ahead_s = 0.0

    def jump(number: int, _: object) -> None:
        nonlocal ahead_s
        ahead_s += DAY_S if number == signal.SIGUSR1 else -DAY_S

    def select(waiting: Any, timeout: float | None = None) -> Any:
        return patient(waiting, None if timeout is None else timeout / speed)

    patient = selectors.DefaultSelector.select
    setattr(selectors.DefaultSelector, "select", select)  # noqa: B010 - mypy takes no assignment to a method
    time.monotonic = lambda: steady_from + (monotonic() - steady_from) * speed
    time.time = lambda: wall_from + (wall() - wall_from) * speed + ahead_s
    time.sleep = lambda seconds: sleep(float(seconds) / speed)
    signal.signal(signal.SIGUSR1, jump)
    signal.signal(signal.SIGUSR2, jump)


def main() -> None:
    """The command line of the bot, in that time."""
    bend(float(os.environ.get(SPEED, "1")))
    from bot import clock  # only here: whatever is imported sees the bent clocks
    from bot.cli import main as command

    setattr(clock.RealClock, "now", lambda _: datetime.fromtimestamp(time.time(), UTC))  # noqa: B010 - the same
    sys.argv[0] = "imagebot"
    command()


if __name__ == "__main__":
    main()
