"""Named moments at which a crash test may end the process as a power cut would, or put it to sleep."""

from __future__ import annotations

import os
import signal
from typing import Final

VARIABLE: Final = "IMAGEBOT_DIE_AT"
"""Names the point: "submit.sent"; after a colon which passing of it, "submit.sent:3". With "=stop" at its end the
process sleeps there until somebody wakes it (SIGCONT). Unset in real life."""

_where, _, _how = os.environ.get(VARIABLE, "").partition("=")
_point, _, _count = _where.partition(":")
_left = int(_count or 1)


def reach(point: str) -> None:
    """Go on, or never return where a crash test asked for an end here."""
    global _left
    if point != _point:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGSTOP if _how == "stop" else signal.SIGKILL)
