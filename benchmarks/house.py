"""The real house for measurements: store, gallery, desk, runner and the durable engine, with a provider on a script."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final

from bot import telemetry
from bot.clock import RealClock
from bot.delivery import Delivery
from bot.desk import Desk
from bot.engine.durable import DurableEngine
from bot.errors import NoOfferError, VanishedError
from bot.gallery import Gallery
from bot.job import Progress, Rendered, Ticket
from bot.keyring import KeyRing
from bot.message import Place, Receipt, Reply
from bot.offer import Grid, Offer
from bot.policy import Limits
from bot.providers import Health, Kit, Order, Provider
from bot.providers.catalogue import Catalogue, Stand
from bot.request import Kind, Shape
from bot.rooms import furnish, loops
from bot.store import Store
from bot.words import Words

LANE: Final = "canned"


class CannedProvider:
    """Gives what `submit` gives, for nothing; a picture that is free keeps no seat at the engine's gate."""

    name: Final = LANE

    def __init__(self, submit: Callable[[Order], Awaitable[Rendered]], *, slots: int) -> None:
        self._submit = submit
        self.offers = (
            Offer(
                provider=LANE,
                model="brush",
                kind=Kind.IMAGINE,
                title="Brush",
                price_cents=Decimal(0),
                free=True,
                shapes=Grid(low=64, high=2048, step=32, default=Shape(1024, 768), max_pixels=2048 * 2048),
                slots=slots,
            ),
        )

    async def submit(self, order: Order) -> Rendered:
        return await self._submit(order)

    async def poll(self, ticket: Ticket) -> Progress:
        raise VanishedError(provider=LANE)

    async def fetch(self, link: str) -> bytes:
        raise VanishedError(provider=LANE)

    async def check(self) -> Health:
        return Health()

    async def close(self) -> None:
        return


class MuteMessenger:
    """A place whose platform answers at once: what remains is our own time."""

    pace_s: Final = 1.0

    async def post(self, place: Place, reply: Reply, *, nonce: str) -> Receipt:
        return Receipt(place.door, place.id, nonce)

    async def edit(self, place: Place, receipt: Receipt, reply: Reply) -> None:
        return

    async def remove(self, place: Place, receipt: Receipt) -> None:
        return

    async def role_name(self, place: Place, role: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class House:
    """What a measurement holds in its hands."""

    desk: Desk
    store: Store
    gallery: Gallery
    delivery: Delivery


def log_to_nowhere() -> None:
    """Every line is made as in service and thrown away, so that its cost counts and its text is nobody's."""
    telemetry.set_up(level="info", style="json", stream=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for the process's life


@asynccontextmanager
async def open_house(
    folder: Path, provider: Provider, *, doors: tuple[str, ...] = (), database: str | None = None
) -> AsyncIterator[House]:
    """Open it on an empty folder, and on an empty PostgreSQL where its URL is given; nobody is limited."""
    log_to_nowhere()
    clock = RealClock()
    async with AsyncExitStack() as closing:
        store = await Store.open(database or f"sqlite:///{folder / 'imagebot.sqlite'}", clock=clock)
        closing.push_async_callback(store.close)
        gallery = await Gallery.open(folder / "gallery", store, clock=clock)
        stand = Stand(name=provider.name, title="Canned", variable=None, settings=None, provider=provider)
        catalogue = Catalogue([stand], Kit(clock=clock, data_dir=folder))
        rooms = furnish(
            store=store,
            gallery=gallery,
            catalogue=catalogue,
            words=Words.load(),
            clock=clock,
            random=Random(0),
            limits=Limits(),
            keys=KeyRing(catalogue, remember=_no_keys, forget=_no_key),
            engine=lambda paint: DurableEngine(
                database or f"sqlite:///{folder / 'engine.sqlite'}", process=store.process, paint=paint
            ),
        )
        await rooms.engine.launch()
        closing.push_async_callback(rooms.engine.close)
        await rooms.lease.enter(doors)
        closing.push_async_callback(_ended, asyncio.create_task(loops(rooms)))
        gc.freeze()  # as `imagebot run` does, for whoever is measured in this process
        closing.callback(gc.unfreeze)
        yield House(desk=rooms.desk, store=store, gallery=gallery, delivery=rooms.delivery)


async def _ended(loop: asyncio.Task[None]) -> None:
    loop.cancel()
    await asyncio.wait({loop})


async def _no_keys(variable: str, key: str) -> None:
    raise NoOfferError(kind="")


async def _no_key(variable: str) -> None:
    raise NoOfferError(kind="")
