"""When a provider that does not take tasks is asked again: one rule for all that may be wrong with it.

Only what surely was not bought counts, and what got no answer at all. The figures are kept in the lane's row, so all
processes go by them (docs/decisions/breaker.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.errors import (
    BadKeyError,
    BotError,
    BrokenError,
    OutOfCreditError,
    ThrottledError,
    UnreachableError,
    UnsureError,
    key_of,
)

TRIP: Final = 3
"""Failures in a row after which a provider counts as down."""
DOWN_S: Final = 30.0
DOWN_LIMIT_S: Final = 600.0
CREDIT_S: Final = 60.0
"""About as often an empty account is asked about."""
THROTTLED_LIMIT_S: Final = 60.0
LIMIT_S: Final = 3600.0
"""No pause is longer, whoever asked for it; one that seems to be was written by a clock that ran ahead."""


class Trouble(StrEnum):
    """Why a provider takes nothing."""

    THROTTLED = "throttled"
    OUT_OF_CREDIT = "out-of-credit"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """A lane whose provider did not take its last tasks; it is given none before `until`, and then one to try it."""

    lane: str
    trouble: Trouble
    failures: int
    since: datetime
    until: datetime

    def lasting(self, now: datetime) -> bool:
        """Whether its jobs are better off elsewhere. After the pause it is not: a job has to try."""
        if self.until <= now:
            return False
        match self.trouble:
            case Trouble.DOWN:
                return self.failures >= TRIP
            case Trouble.OUT_OF_CREDIT:
                return True
            case Trouble.THROTTLED:
                return (self.until - now).total_seconds() > THROTTLED_LIMIT_S


def trouble_of(error: BotError) -> Trouble | None:
    """What an error at submit says of the provider; None where it is about the request or the key."""
    match error:
        case ThrottledError():
            return Trouble.THROTTLED
        case OutOfCreditError():
            return Trouble.OUT_OF_CREDIT
        case UnreachableError() | BrokenError() | UnsureError():
            return Trouble.DOWN
        case _:
            return None


def reason_of(error: BotError) -> str:
    """Why another provider takes over, for words/."""
    return key_of(error) if isinstance(error, BadKeyError) else trouble_of(error) or Trouble.DOWN


def paused(until: datetime | None, now: datetime) -> bool:
    """Whether a pause that was to last so long goes on."""
    return until is not None and now < until <= now + timedelta(seconds=LIMIT_S)


def pause_s(trouble: Trouble, failures: int, asked_s: float | None) -> float:
    """Seconds without a new task after so many failures in a row; asked_s: what the provider itself wants."""
    asked_s = min(asked_s, LIMIT_S) if asked_s else None
    match trouble:
        case Trouble.THROTTLED:
            return asked_s or min(THROTTLED_LIMIT_S, _doubled(1.0, failures - 1))
        case Trouble.OUT_OF_CREDIT:
            return asked_s or CREDIT_S
        case Trouble.DOWN:
            if failures < TRIP:
                return asked_s or _doubled(1.0, failures - 1)
            return max(asked_s or 0.0, min(DOWN_LIMIT_S, _doubled(DOWN_S, failures - TRIP)))


def tripped(trouble: str, failures: int) -> bool:
    """Whether one task has to go through before there are more."""
    return failures >= (TRIP if trouble == Trouble.DOWN else 1)


def _doubled(first_s: float, times: int) -> float:
    return first_s * 2.0 ** min(times, 20)
