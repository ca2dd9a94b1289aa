"""What a job must not end without: tried until the disk has room and the database answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
)

from bot.clock import Clock
from bot.errors import AwayError, BotError, HouseError

log = structlog.get_logger(__name__)
T = TypeVar("T")

PAUSE_S: Final = 60.0
"""Most seconds between two tries."""
ROOM_TRIES: Final = 43
ROOM_PAUSE_S: Final = 15.0
"""With pauses of 1, 2, 4, 8, 15, 15 ... s: ten minutes, as long as the vendors' links live."""


async def surely(clock: Clock, act: Callable[[], Awaitable[T]]) -> T:
    """The act's result, however long faults of this house keep it from one."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception(_may_pass),
        wait=wait_exponential(max=PAUSE_S),
        sleep=clock.sleep,
        before_sleep=lambda state: log.error("the end of a job could not be kept or told yet", exc_info=_cause(state)),
        reraise=True,
    ):
        with attempt:
            return await act()
    raise HouseError()


async def room_found(clock: Clock, act: Callable[[], Awaitable[T]]) -> T:
    """The result of keeping what was bought, which waits some ten minutes for room on a full disk, or for a database
    that another program has locked. Raises what lasts.
    """
    async for attempt in AsyncRetrying(
        retry=retry_if_exception(_may_pass),
        stop=stop_after_attempt(ROOM_TRIES),
        wait=wait_exponential(max=ROOM_PAUSE_S),
        sleep=clock.sleep,
        before_sleep=lambda state: log.error(
            "a picture that was bought waits until it can be kept", exc_info=_cause(state)
        ),
        reraise=True,
    ):
        with attempt:
            return await act()
    raise HouseError()


def _may_pass(error: BaseException) -> bool:
    """Whether trying again may help; a cancellation is the house closing."""
    if isinstance(error, AwayError) or not isinstance(error, Exception):
        return False
    return isinstance(error, HouseError) or not isinstance(error, BotError)


def _cause(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
