"""Taking a job in, durably: desk.accept beside a bare DBOS enqueue into the same database, turn by turn."""

from __future__ import annotations

import asyncio
from typing import Final

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from benchmarks.figure import Figure, Ground
from benchmarks.gauge import Stopwatch, percentile
from benchmarks.house import CannedProvider, MuteMessenger, open_house
from bot.job import Rendered
from bot.message import Person, Place
from bot.providers import Order
from bot.request import Wish

WARM_UP: Final = 30
ROUNDS: Final = 200
PEOPLE: Final = 10
BARE: Final = "bare"
PLACE: Final = Place("mute", "street")
POLL_S: Final = 0.25
"""How often the bare queue is looked through: DBOS looks once a second by itself."""


@DBOS.workflow(name=BARE)
async def _bare(_job: str) -> None:
    """Holds its queue's one slot, as our first job holds its lane's: what is measured is taking in, not working off."""
    await asyncio.Event().wait()


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    begun = asyncio.Event()

    async def busy(_order: Order) -> Rendered:
        begun.set()
        await asyncio.Event().wait()
        return Rendered()

    async with open_house(ground.folder, CannedProvider(busy, slots=1)) as house:
        house.delivery.messengers[PLACE.door] = MuteMessenger()
        await DBOS.register_queue_async(
            BARE,
            global_concurrency=1,
            partition_concurrency=1,
            polling_interval_sec=POLL_S,
            on_conflict="always_update",
        )
        people = [Person("mute", f"p{number}", f"Person {number}") for number in range(PEOPLE)]
        ours, bare = Stopwatch(), Stopwatch()
        for number in range(WARM_UP + ROUNDS):
            person = people[number % PEOPLE]
            wish = Wish(prompt=f"A lighthouse at dusk, number {number}", seed=number)
            with ours.running():
                await house.desk.accept(wish, by=person, at=PLACE, event=f"event-{number}", asked="/imagine")
            with bare.running(), SetWorkflowID(f"bare-{number}"), SetEnqueueOptions(queue_partition_key=person.key):
                await DBOS.enqueue_workflow_async(BARE, _bare, f"bare-{number}")
            await begun.wait()
    against = "bare DBOS enqueue, same database settings"
    return [
        Figure(
            what=f"accept a job, durable on SQLite, up to {WARM_UP + ROUNDS} waiting: {name}",
            ours=percentile(ours.wall_ms[WARM_UP:], percent),
            other=percentile(bare.wall_ms[WARM_UP:], percent),
            against=against,
            unit="ms",
        )
        for name, percent in (("p50", 50), ("p99", 99))
    ]
