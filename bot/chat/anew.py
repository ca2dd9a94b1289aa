"""When a message of ours may stand there already, or can't be changed: what the core makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bot.delivery import Messenger
from bot.errors import DeliveryError, PlaceGoneError, PlaceShutError
from bot.message import Place, Receipt, Reply


@contextmanager
def anew() -> Iterator[None]:
    """Where we may not change a message any more, another one may still be let through, at least to the person."""
    try:
        yield
    except PlaceShutError as error:
        raise PlaceGoneError("the message can't be changed") from error


async def caught_up(messenger: Messenger, place: Place, receipt: Receipt, reply: Reply) -> bool:
    """Bring a message that was found again up to date. False: it can't be, so it is taken away."""
    try:
        await messenger.edit(place, receipt, reply)
    except PlaceGoneError:
        with suppress(DeliveryError):
            await messenger.remove(place, receipt)
        return False
    return True
