"""Taking a job in, durably: desk.accept beside a bare DBOS enqueue into the same database, turn by turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from benchmarks.figure import Aim, Figure, Ground, SkippedError
from benchmarks.gauge import percentile
from benchmarks.house import CannedProvider, MuteMessenger, open_house
from benchmarks.postgres import serving
from bot.job import Rendered
from bot.message import Person, Place
from bot.providers import Order
from bot.request import Wish

WARM_UP: Final = 30
ALONE: Final = 150
"""Taken in one after the other."""
STRETCHES: Final = 4
STRETCH: Final = 150
"""Taken in at the offered load before it is the other's turn."""
PER_SECOND: Final = 100
CROWD: Final = 32
"""Callers that ask again as soon as they are answered."""
RUSHES: Final = 3
RUSH: Final = 160
PEOPLE: Final = 10
LIMIT_MS: Final = 50.0
AIM: Final = Aim(1.5)
BARE: Final = "bare"
PLACE: Final = Place("mute", "street")
POLL_S: Final = 0.25
"""How often the bare queue is looked through: DBOS looks once a second by itself."""

Take = Callable[[int], Awaitable[None]]
"""Take in the job of that number."""


@dataclass(slots=True)
class Takings:
    """Milliseconds from asking to having it in the database, and jobs per second."""

    alone_ms: list[float] = field(default_factory=list)
    loaded_ms: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)


@DBOS.workflow(name=BARE)
async def _bare(_job: str) -> None:
    """Holds its queue's one slot, as our first job holds its lane's: what is measured is taking in, not working off."""
    await asyncio.Event().wait()


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    figures = _figures("SQLite", *await _taken(ground.folder, None))
    async with AsyncExitStack() as closing:
        try:
            database = await closing.enter_async_context(serving(ground.folder))
        except SkippedError:
            return figures
        return figures + _figures("PostgreSQL", *await _taken(ground.folder / "pictures", database))


def _figures(database: str, ours: Takings, bare: Takings) -> list[Figure]:
    against = "bare DBOS enqueue, same database settings"
    loaded = f"the same at {PER_SECOND} a second:"
    late_ms = percentile(ours.loaded_ms, 99)
    return [
        *(
            Figure(what=f"{what} {name}", ours=percentile(mine, percent), other=percentile(theirs, percent),
                   against=against, unit="ms", aim=AIM)
            for what, mine, theirs in (
                (f"accept a job, durable on {database}, one after the other:", ours.alone_ms, bare.alone_ms),
                (loaded, ours.loaded_ms, bare.loaded_ms),
            )
            for name, percent in (("p50", 50), ("p99", 99))
        ),
        Figure(what=f"{loaded} p99", ours=late_ms, other=LIMIT_MS, against="limit that we set ourselves", unit="ms",
               aim=Aim(1.0)),
        Figure(what=f"the same, {CROWD} at once, again and again", ours=max(ours.per_second),
               other=max(bare.per_second), against=against, unit="jobs/s", aim=Aim(0.67, more=True)),
    ]  # fmt: skip


async def _taken(folder: Path, database: str | None) -> tuple[Takings, Takings]:
    """Ours and the bare engine's."""
    begun = asyncio.Event()

    async def busy(_order: Order) -> Rendered:
        begun.set()
        await asyncio.Event().wait()
        return Rendered()

    async with open_house(folder, CannedProvider(busy, slots=1), database=database) as house:
        house.delivery.messengers[PLACE.door] = MuteMessenger()
        await DBOS.register_queue_async(
            BARE,
            global_concurrency=1,
            partition_concurrency=1,
            polling_interval_sec=POLL_S,
            on_conflict="always_update",
        )
        people = [Person("mute", f"p{number}", f"Person {number}") for number in range(PEOPLE)]

        async def accept(number: int) -> None:
            wish = Wish(prompt=f"A lighthouse at dusk, number {number}", seed=number)
            person = people[number % PEOPLE]
            await house.desk.accept(wish, by=person, at=PLACE, event=f"event-{number}", asked="/imagine")

        async def enqueue(number: int) -> None:
            person = people[number % PEOPLE]
            with SetWorkflowID(f"bare-{number}"), SetEnqueueOptions(queue_partition_key=person.key):
                await DBOS.enqueue_workflow_async(BARE, _bare, f"bare-{number}")

        for number in range(WARM_UP):
            await accept(number)
            await enqueue(number)
            await begun.wait()
        return await _by_turns(accept, enqueue)


async def _by_turns(*takes: Take) -> tuple[Takings, Takings]:
    ours, bare = Takings(), Takings()
    ways = list(zip(takes, (ours, bare), strict=True))
    number = WARM_UP
    for _ in range(ALONE):
        for take, takings in ways:
            takings.alone_ms.append(await _timed_ms(take, number))
        number += 1
    for _ in range(STRETCHES):
        for take, takings in ways:
            takings.loaded_ms += await _offered(take, range(number, number + STRETCH))
        number += STRETCH
    for _ in range(RUSHES):
        for take, takings in ways:
            takings.per_second.append(await _rushed(take, range(number, number + RUSH)))
        number += RUSH
    return ours, bare


async def _timed_ms(take: Take, number: int, due: float | None = None) -> float:
    loop = asyncio.get_running_loop()
    due = loop.time() if due is None else due
    await take(number)
    return (loop.time() - due) * 1000


async def _offered(take: Take, numbers: range) -> list[float]:
    """Milliseconds since each was due: whoever comes does not care whether the last one was served."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as group:
        tasks = []
        for place, number in enumerate(numbers):
            due = began + place / PER_SECOND
            await asyncio.sleep(due - loop.time())
            tasks.append(group.create_task(_timed_ms(take, number, due)))
    return [task.result() for task in tasks]


async def _rushed(take: Take, numbers: range) -> float:
    """Jobs per second."""
    loop, left = asyncio.get_running_loop(), iter(numbers)

    async def caller() -> None:
        for number in left:
            await take(number)

    began = loop.time()
    async with asyncio.TaskGroup() as group:
        for _ in range(CROWD):
            group.create_task(caller())
    return len(numbers) / (loop.time() - began)
