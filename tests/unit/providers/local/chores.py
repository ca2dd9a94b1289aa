"""Jobs for the workers of test_crew.py; workers import this file by name."""

from __future__ import annotations

import os
import signal
import sys
import time

from bot.providers.local import worker

HEAVY = ("dbos", "aiohttp", "sqlalchemy", "discord", "slack_bolt", "alembic", "jinja2")


def echo(seat: int, word: str) -> str:
    return word


def name(seat: int) -> int:
    return os.getpid()


def work(seat: int, seconds: float) -> int:
    """Like a real job: tells how far it is, and asks whether to go on."""
    board = worker._benches[0].board
    for step in range(int(seconds / 0.02)):
        board.tick(seat, step * 0.02 / seconds)
        time.sleep(0.02)
    return os.getpid()


def hang(seat: int) -> None:
    """Never looks up from its work."""
    while True:
        time.sleep(0.01)


def die(seat: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def gulp(seat: int) -> int:
    return len(bytearray(8_000_000_000))


def fail(seat: int) -> None:
    raise ValueError("no such thing")


def loaded(seat: int) -> list[str]:
    """What a worker has no use for and carries all the same."""
    return [module for module in HEAVY if module in sys.modules]


def hears_interrupts(seat: int) -> bool:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
