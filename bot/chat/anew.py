"""When a message of ours can't be changed: what the core makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import PlaceGoneError, PlaceShutError


@contextmanager
def anew() -> Iterator[None]:
    """Where we may not change a message any more, another one may still be let through, at least to the person."""
    try:
        yield
    except PlaceShutError as error:
        raise PlaceGoneError("the message can't be changed") from error
