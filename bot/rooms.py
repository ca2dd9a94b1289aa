"""How the rooms of a house stand together, around one store, and what each of them keeps going by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Generic, TypeVar

from bot.callback import Callbacks
from bot.clock import Clock
from bot.delivery import Delivery
from bot.desk import Desk
from bot.detour import Detour
from bot.dispatch import Dispatch
from bot.engine import Corridor, Engine
from bot.gallery import Gallery
from bot.intake import Intake
from bot.job import JobId
from bot.keyring import KeyRing
from bot.lease import Lease
from bot.policy import Limits
from bot.postman import Postman
from bot.providers.catalogue import Catalogue
from bot.reply import Replies
from bot.runner import Runner
from bot.settling import Settling
from bot.store import Store
from bot.teller import Teller
from bot.watch import Watch
from bot.words import Words

E = TypeVar("E", bound=Engine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms(Generic[E]):
    """What `furnish` put together: `loops` is to be kept going, the engine to be opened."""

    desk: Desk
    delivery: Delivery
    watch: Watch
    engine: E
    runner: Runner
    detour: Detour
    callbacks: Callbacks
    settling: Settling
    dispatch: Dispatch
    postman: Postman
    lease: Lease


def furnish(
    *,
    store: Store,
    gallery: Gallery,
    catalogue: Catalogue,
    words: Words,
    clock: Clock,
    random: Random,
    limits: Limits,
    keys: KeyRing,
    engine: Callable[[Corridor], E],
    worker: bool = True,
    resubmits: bool = False,
    fallback: bool = False,
) -> Rooms[E]:
    """Put the rooms together around one store; engine(paint) makes what runs that corridor."""
    watch, delivery = Watch(clock), Delivery(store, clock)
    replies = Replies(words, limits.zone)
    teller = Teller(store=store, gallery=gallery, catalogue=catalogue, delivery=delivery, replies=replies)

    def over(job: JobId) -> None:
        postman.ring()
        dispatch.ring()
        desk.ended(job)

    callbacks = Callbacks(store=store, catalogue=catalogue, watch=watch, clock=clock)
    detour = Detour(
        store=store,
        gallery=gallery,
        catalogue=catalogue,
        limits=limits,
        clock=clock,
        random=random,
        fallback=fallback,
        waits=lambda: dispatch.ring(),
        over=over,
    )
    runner = Runner(
        store=store,
        gallery=gallery,
        catalogue=catalogue,
        watch=watch,
        delivery=delivery,
        callbacks=callbacks,
        detour=detour,
        clock=clock,
        ended=over,
        resubmits=resubmits,
    )
    settling = Settling(
        store=store,
        catalogue=catalogue,
        callbacks=callbacks,
        collector=runner.collector,
        gallery=gallery,
        clock=clock,
        over=over,
    )
    made = engine(runner.paint)
    dispatch = Dispatch(store=store, engine=made, runner=runner, slots=catalogue.lanes())
    intake = Intake(
        store=store,
        catalogue=catalogue,
        delivery=delivery,
        teller=teller,
        detour=detour,
        limits=limits,
        clock=clock,
        waits=dispatch.ring,
        over=over,
    )
    desk = Desk(
        store=store,
        gallery=gallery,
        catalogue=catalogue,
        delivery=delivery,
        teller=teller,
        runner=runner,
        intake=intake,
        settling=settling,
        callbacks=callbacks,
        engine=made,
        limits=limits,
        keys=keys,
        clock=clock,
        over=over,
    )
    postman = Postman(store=store, teller=teller, delivery=delivery, clock=clock, told=desk.ended)
    lease = Lease(
        store,
        clock,
        worker=worker,
        tell=intake.take_up,
        run=dispatch.take_over,
        tells=lambda job: delivery.standing(job) is not None,
        runs=dispatch.carries,
        buried=made.bury,
    )
    delivery.lease = lambda: lease.held
    return Rooms(
        desk=desk,
        delivery=delivery,
        watch=watch,
        engine=made,
        runner=runner,
        detour=detour,
        callbacks=callbacks,
        settling=settling,
        dispatch=dispatch,
        postman=postman,
        lease=lease,
    )


async def loops(rooms: Rooms[Any]) -> None:
    """Everything that a house keeps going by itself, until cancelled."""
    async with asyncio.TaskGroup() as group:
        group.create_task(rooms.watch.run(), name="watch")
        group.create_task(rooms.delivery.run(), name="delivery")
        group.create_task(rooms.postman.run(), name="postman")
        group.create_task(rooms.detour.run(worker=rooms.lease.worker), name="detour")
        group.create_task(rooms.lease.run(), name="lease")
        if rooms.lease.worker:
            group.create_task(rooms.dispatch.run(), name="dispatch")
            group.create_task(rooms.runner.keep_in_touch(), name="keep in touch")
            group.create_task(rooms.callbacks.run(), name="callbacks")
            group.create_task(rooms.settling.run(), name="settling")
