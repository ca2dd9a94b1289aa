"""What the wire tests of Flux share: how long its stand-in works, and a picture bought there."""

from __future__ import annotations

from bot.job import Rendered, Ticket
from bot.providers.flux import Flux
from bot.request import Imagine
from tests.standins.bfl import FluxStandIn
from tests.wire.providing import imagine, order

WORK_S = 4.0


async def bought(provider: Flux, request: Imagine | None = None, model: str = "flux-dev") -> Ticket:
    return await provider.submit(order(request or imagine(), model))


async def ready(provider: Flux, vendor: FluxStandIn) -> Rendered:
    ticket = await bought(provider)
    await vendor.clock.sleep(WORK_S)
    reading = await provider.poll(ticket)
    assert isinstance(reading, Rendered)
    return reading
