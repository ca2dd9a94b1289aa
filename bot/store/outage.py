"""Which failures of a database server are worth another try, and how long."""

from __future__ import annotations

from threading import Event
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    sleep_using_event,
    wait_exponential_jitter,
)

PATIENCE_S: Final = 30.0
"""For a restart of the server, or a standby that takes over."""
MEETINGS: Final = 3
"""So often one transaction may meet the row of another that was first; by the second look it is there to be seen."""
ROLLED_BACK: Final = {"40001", "40P01"}
"""serialization_failure, deadlock_detected: the server itself says that nothing was written."""
AWAY: Final = {"57P01", "57P02", "57P03", "25P03", "53300"}
"""It shuts down, has crashed, starts up, gave up on a transaction that stood still, or has no connection left."""


def patiently(patience_s: float, closing: Event) -> Retrying:
    """Try again with growing pauses, no longer than that; once `closing` is set, a server that is away stays away."""

    def enough(tries: RetryCallState) -> bool:
        error = tries.outcome.exception() if tries.outcome else None
        if isinstance(error, IntegrityError):
            return tries.attempt_number >= MEETINGS
        return (closing.is_set() and error is not None and lost(error)) or (
            tries.seconds_since_start or 0
        ) >= patience_s

    return Retrying(
        retry=retry_if_exception(worth_another_try),
        stop=enough,
        wait=wait_exponential_jitter(multiplier=0.02, max=2.0, jitter=0.05),
        sleep=sleep_using_event(closing),
        reraise=True,
    )


def worth_another_try(error: BaseException) -> bool:
    """Whether a new transaction may end better, after one of which nothing was written."""
    return isinstance(error, IntegrityError) or lost(error) or _state(error) in ROLLED_BACK


def lost(error: BaseException) -> bool:
    """Whether the server went away: where that was amid a COMMIT, nobody knows what became of it."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    state = _state(error)  # none where the connection broke, or was never made
    return error.connection_invalidated or state is None or state.startswith("08") or state in AWAY


def _state(error: BaseException) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
