"""A whole house in one process for tests: the real store, gallery, desk and runner, with a provider on a script."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from bot.delivery import Delivery, Messenger
from bot.desk import Desk
from bot.engine.memory import MemoryEngine
from bot.errors import BotError, PlaceBusyError
from bot.gallery import Gallery
from bot.job import JobId, Moderated, Progress, Rendered, Ticket
from bot.keyring import KeyRing
from bot.message import Person, Place, Receipt, Reply
from bot.offer import Grid, Intake, Number, Offer, Switch
from bot.policy import Limits
from bot.providers import Health, Kit, Order
from bot.providers.catalogue import Catalogue, Stand
from bot.request import Kind, Shape
from bot.rooms import furnish, loops
from bot.store import Store
from bot.words import Words
from tests.clock import ShiftedClock

ADA = Person("test", "ada", "Ada")
BOB = Person("test", "bob", "Bob", locale="de")
MODERATOR = Person("test", "mo", "Mo", roles=("moderator",))
STREET = Place("test", "street")


def png(width: int = 64, height: int = 48, colour: str = "teal") -> bytes:
    """A real picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


PAINTER = Offer(
    provider="scripted",
    model="brush",
    kind=Kind.IMAGINE,
    title="Brush",
    price_cents=Decimal(4),
    shapes=Grid(low=256, high=1440, step=32, default=Shape(1024, 768), max_pixels=1440 * 1440),
    controls=(Number(name="steps", low=1, high=50, default=28), Switch(name="prompt_upsampling")),
    references=1,
    typical_s=0.1,
    slots=2,
)
ENLARGER = Offer(
    provider="scripted",
    model="lens",
    kind=Kind.UPSCALE,
    title="Lens",
    price_cents=Decimal(2),
    factors=(2, 4),
    intake=Intake(max_side=1024, max_pixels={2: 1024 * 1024, 4: 512 * 512}),
    typical_s=0.1,
)


@dataclass
class ScriptedProvider:
    """Submits and polls as its script says; `orders` are what it was asked for, so what would have been bought."""

    name: str = "scripted"
    offers: tuple[Offer, ...] = (PAINTER, ENLARGER)
    on_submit: Callable[[Order], Awaitable[Ticket | Rendered | Moderated]] | None = None
    on_poll: Callable[[Ticket], Awaitable[Progress | Rendered | Moderated]] | None = None
    on_fetch: Callable[[str], Awaitable[bytes]] | None = None
    orders: list[Order] = field(default_factory=list)
    closed: bool = False

    async def submit(self, order: Order) -> Ticket | Rendered | Moderated:
        self.orders.append(order)
        if self.on_submit:
            return await self.on_submit(order)
        return Ticket(self.name, f"task-{len(self.orders)}", cost_cents=Decimal(3))

    async def poll(self, ticket: Ticket) -> Progress | Rendered | Moderated:
        if self.on_poll:
            return await self.on_poll(ticket)
        return Rendered(link=f"https://pictures.test/{ticket.id}", seed=7, word="Ready")

    async def fetch(self, link: str) -> bytes:
        if self.on_fetch:
            return await self.on_fetch(link)
        return png(colour=f"#{len(link) % 10}0{len(self.orders) % 10}0a0")

    async def check(self) -> Health:
        return Health(credits_cents=100)

    async def close(self) -> None:
        self.closed = True


@dataclass
class Street:
    """A messenger that remembers what stands where, as people would see it."""

    pace_s: float = 0.0
    messages: dict[str, Reply] = field(default_factory=dict)
    history: list[tuple[str, str, Reply | None]] = field(default_factory=list)
    faults: list[BotError] = field(default_factory=list)

    async def post(self, place: Place, reply: Reply, *, nonce: str) -> Receipt:
        self._stumble()
        handle = f"m{len(self.history)}"
        self.messages[handle] = reply
        self.history.append(("post", handle, reply))
        return Receipt(place.door, place.id, handle)

    async def edit(self, place: Place, receipt: Receipt, reply: Reply) -> None:
        self._stumble()
        self.messages[receipt.handle] = reply
        self.history.append(("edit", receipt.handle, reply))

    async def remove(self, place: Place, receipt: Receipt) -> None:
        self.messages.pop(receipt.handle, None)
        self.history.append(("remove", receipt.handle, None))

    async def role_name(self, place: Place, role: str) -> str:
        return ""

    def _stumble(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


@dataclass
class TestHouse:
    """What a test holds in its hands."""

    __test__ = False

    desk: Desk
    store: Store
    gallery: Gallery
    provider: ScriptedProvider
    street: Street
    clock: ShiftedClock
    catalogue: Catalogue
    delivery: Delivery
    engine: MemoryEngine
    remembered: dict[str, str]
    ring: Callable[[], str]

    async def told(self, job: JobId) -> Reply:
        """The message about a job once its end was delivered."""
        async with asyncio.timeout(20):
            while (await self.store.record(job)).delivered_at is None:
                await self.desk.wait(job, 0.05)
        receipt = (await self.store.record(job)).receipt
        if receipt is None:
            raise PlaceBusyError("never posted")
        return self.street.messages[receipt.handle]


@cache
def all_words() -> Words:
    """Read once for all houses: it takes longer than to furnish one."""
    return Words.load(strict=True)


@asynccontextmanager
async def house(
    folder: Path,
    *,
    doors: bool = True,
    clock: ShiftedClock | None = None,
    door: tuple[str, Callable[[Desk], Messenger]] | None = None,
    provider: ScriptedProvider | None = None,
    resubmits: bool = False,
    stands: Sequence[Stand] = (),
    fallback: bool = False,
    url: str = "",
    **limits: Any,
) -> AsyncIterator[TestHouse]:
    """Open a house on a folder; a second one on the same folder is its next life, which may lack its door.

    stands are further providers, in front of the scripted one. url is a database in place of the folder's own.
    door is the name of one more door and what makes its messenger; whoever made it opens and closes the door.
    """
    clock = clock or ShiftedClock()
    store = await Store.open(url or f"sqlite:///{folder / 'imagebot.sqlite'}", clock=clock)
    gallery = await Gallery.open(folder / "gallery", store, clock=clock)
    provider, street = provider or ScriptedProvider(), Street()
    stand = Stand(name="scripted", title="Scripted", variable="SCRIPTED_KEY", settings=None, provider=provider)
    catalogue = Catalogue([*stands, stand], Kit(clock=clock, data_dir=folder))
    remembered: dict[str, str] = {}
    numbers = iter(range(1_000_000))

    async def remember(variable: str, key: str) -> None:
        remembered[variable] = key

    async def forget(variable: str) -> None:
        remembered.pop(variable, None)

    rooms = furnish(
        store=store,
        gallery=gallery,
        catalogue=catalogue,
        words=all_words(),
        clock=clock,
        random=Random(1),
        limits=Limits(**limits),
        keys=KeyRing(catalogue, remember=remember, forget=forget),
        engine=lambda paint: MemoryEngine(paint=paint),
        resubmits=resubmits,
        fallback=fallback,
    )
    if doors:
        rooms.delivery.messengers["test"] = street
    if door is not None:
        name, make = door
        rooms.delivery.messengers[name] = make(rooms.desk)
    await rooms.lease.enter(tuple(rooms.delivery.messengers))
    going = asyncio.create_task(loops(rooms))
    await rooms.lease.take_over()
    try:
        yield TestHouse(
            desk=rooms.desk, store=store, gallery=gallery, provider=provider, street=street, clock=clock,
            catalogue=catalogue, delivery=rooms.delivery, engine=rooms.engine, remembered=remembered,
            ring=lambda: f"event-{next(numbers)}",
        )  # fmt: skip
    finally:
        await rooms.postman.close()
        await rooms.engine.close()
        going.cancel()
        await asyncio.wait({going})
        await store.close()
