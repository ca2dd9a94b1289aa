"""Opens everything in order, runs until told to stop, drains. The only file in bot/ that sees adapters."""

from __future__ import annotations

import asyncio
import importlib
import signal
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, Final, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

import structlog
from pydantic import BaseModel, SecretStr

from adapters import REGISTRY as DOORS
from adapters import Database, Kit
from bot import settings as house_settings
from bot import telemetry
from bot.clock import Clock, RealClock
from bot.delivery import Delivery, Messenger
from bot.desk import Desk
from bot.engine import Corridor, Engine
from bot.engine.durable import DurableEngine
from bot.gallery import Gallery
from bot.keyring import KeyRing
from bot.policy import Limits
from bot.providers import REGISTRY as VENDORS
from bot.providers import Kit as VendorKit
from bot.providers.catalogue import Catalogue
from bot.reply import Replies
from bot.runner import Runner
from bot.settings import Remark, Settings
from bot.store import Store
from bot.teller import Teller
from bot.watch import Watch
from bot.words import Words

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=Engine)

TIDY_S: Final = 3600.0
RUNS_KEPT: Final = timedelta(days=7)
"""How long the engine remembers a run that went through, for an operator who looks into it."""


class Door(Protocol):
    """What an adapter's `open_adapter` gives."""

    messenger: Messenger

    @property
    def address(self) -> str:
        """Where people find it, such as "http://127.0.0.1:5000", or who it is on its platform."""
        ...

    @property
    def standing(self) -> Remark:
        """How it stands, for the greeting's list of doors."""
        ...

    @property
    def remarks(self) -> Sequence[Remark]:
        """What the operator should know about this start."""
        ...

    async def open(self) -> None:
        """Let people in. Raises SettingsError where it must not open as configured."""
        ...

    async def close(self) -> None:
        """Let nobody in any more and end what is under way."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """Everything that is open. tasks ends when one of the house's own loops breaks."""

    desk: Desk
    catalogue: Catalogue
    words: Words
    doors: Mapping[str, Door]
    tasks: asyncio.Task[None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms(Generic[E]):
    """What `furnish` put together: watch.run() and delivery.run() are to be kept going, the engine to be opened."""

    desk: Desk
    delivery: Delivery
    watch: Watch
    engine: E


def read_settings(path: Path | None) -> Settings:
    """config.toml, environment and .env, over the models of every vendor and door. Raises SettingsError."""
    return house_settings.load(path, providers=_models(VENDORS), doors=_models(DOORS))


def _models(registry: Mapping[str, str]) -> dict[str, type[BaseModel]]:
    return {name: importlib.import_module(module).Settings for name, module in registry.items()}


def database_url(settings: Settings) -> str:
    """The configured database, else SQLite in the data folder."""
    return settings.store.database_url.get_secret_value() or f"sqlite:///{settings.store.data_dir / 'imagebot.sqlite'}"


def open_catalogue(settings: Settings, clock: Clock) -> Catalogue:
    """The providers as configured; opens no connection yet."""
    keys = {variable: secret.get_secret_value() for variable, secret in settings.secrets.items()}
    for key in keys.values():
        telemetry.hide(key)
    kit = VendorKit(clock=clock, data_dir=settings.store.data_dir)
    return Catalogue.open(settings.order, settings.providers, keys, kit)


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
    engine: Callable[[Corridor, Corridor], E],
) -> Rooms[E]:
    """Put the rooms together around one store; engine(paint, deliver) makes what runs those corridors."""
    watch, delivery = Watch(clock), Delivery(store, clock)
    teller = Teller(store=store, gallery=gallery, catalogue=catalogue, delivery=delivery, replies=Replies(words))
    runner = Runner(
        store=store,
        gallery=gallery,
        catalogue=catalogue,
        watch=watch,
        delivery=delivery,
        teller=teller,
        clock=clock,
        ended=lambda job: desk.ended(job),
    )
    made = engine(runner.paint, runner.deliver)
    desk = Desk(
        store=store,
        gallery=gallery,
        catalogue=catalogue,
        delivery=delivery,
        teller=teller,
        runner=runner,
        engine=made,
        limits=limits,
        keys=keys,
        clock=clock,
        random=random,
    )
    return Rooms(desk=desk, delivery=delivery, watch=watch, engine=made)


@asynccontextmanager
async def open_house(settings: Settings, *, errand: bool = False) -> AsyncIterator[House]:
    """Open from the ground up and close from the top down. Raises SettingsError before anything is half started.

    errand: only a web door on a free port of this machine, for one command in the terminal.
    """
    clock: Clock = RealClock()
    async with AsyncExitStack() as closing:
        store = await Store.open(database_url(settings), clock=clock)
        closing.push_async_callback(store.close)
        gallery = await Gallery.open(settings.store.data_dir / "gallery", store, clock=clock)
        catalogue = open_catalogue(settings, clock)
        closing.push_async_callback(catalogue.close)
        words = Words.load()
        rooms = furnish(
            store=store,
            gallery=gallery,
            catalogue=catalogue,
            words=words,
            clock=clock,
            random=SystemRandom(),
            limits=_limits(settings),
            keys=_key_ring(settings, catalogue),
            engine=lambda paint, deliver: DurableEngine(
                f"sqlite:///{settings.store.data_dir / 'engine.sqlite'}",
                lanes=catalogue.lanes(),
                paint=paint,
                deliver=deliver,
            ),
        )
        desk, engine = rooms.desk, rooms.engine
        doors = _doors(settings, desk, store, errand=errand)
        for name, door in doors.items():
            rooms.delivery.messengers[name] = door.messenger
        loops = _loops(rooms.watch, rooms.delivery, engine, None if errand else catalogue, clock)
        tasks = asyncio.create_task(loops, name="house loops")
        closing.push_async_callback(_ended, tasks)
        await engine.launch()
        closing.push_async_callback(engine.close)
        await desk.take_up()
        for door in doors.values():
            closing.push_async_callback(door.close)
            await door.open()
        closing.callback(desk.close)
        store.announce(doors["web"].address if "web" in doors else "")
        yield House(desk=desk, catalogue=catalogue, words=words, doors=doors, tasks=tasks)


async def run(settings: Settings, opened: Callable[[House], None], closing: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM. opened(house) greets once everything stands, closing() says that it ends."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    async with open_house(settings) as house:
        opened(house)
        stopping = asyncio.create_task(stop.wait(), name="waiting for a signal")
        await asyncio.wait({stopping, house.tasks}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if house.tasks.done():
            house.tasks.result()  # a loop that ended by itself broke: let its trace be seen
        closing()


async def _loops(watch: Watch, delivery: Delivery, engine: Engine, catalogue: Catalogue | None, clock: Clock) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(watch.run(), name="watch")
        group.create_task(delivery.run(), name="delivery")
        group.create_task(_tidy(engine, clock), name="tidy")
        if catalogue is not None:
            group.create_task(_look_after(catalogue, clock), name="look after providers")


async def _look_after(catalogue: Catalogue, clock: Clock) -> None:
    """Know a bad key or an empty account before somebody asks for a picture; it also warms the local workers."""
    while True:
        for stand in catalogue.stands:
            try:
                await catalogue.look_after(stand.name)
            except Exception:  # the outermost line of one look: the others and the next hour are not its fault
                log.exception("a provider was not looked after", provider=stand.name)
        await clock.sleep(TIDY_S)


async def _tidy(engine: Engine, clock: Clock) -> None:
    """Keep the engine's file from growing for ever; the jobs themselves stay in the store."""
    while True:
        await clock.sleep(TIDY_S)
        try:
            await engine.forget(clock.now() - RUNS_KEPT)
        except Exception:  # the outermost line of one tidying: the next one is in an hour
            log.exception("runs of the past were not forgotten")


async def _ended(tasks: asyncio.Task[None]) -> None:
    tasks.cancel()
    await asyncio.wait({tasks})


def _limits(settings: Settings) -> Limits:
    policy = settings.policy
    return Limits(
        jobs_per_minute=policy.jobs_per_minute,
        concurrent_jobs=policy.concurrent_jobs,
        pictures_per_day=policy.pictures_per_day,
        channels={name: getattr(door, "channels", ()) for name, door in settings.doors.items()},
        roles={name: getattr(door, "roles", ()) for name, door in settings.doors.items()},
        zone=ZoneInfo(policy.time_zone),
    )


def _key_ring(settings: Settings, catalogue: Catalogue) -> KeyRing:
    async def remember(variable: str, key: str) -> None:
        await house_settings.remember_key(variable, SecretStr(key), settings.env_file)

    async def forget(variable: str) -> None:
        await house_settings.forget_key(variable, settings.env_file)

    return KeyRing(catalogue, remember=remember, forget=forget)


def _doors(settings: Settings, desk: Desk, store: Store, *, errand: bool) -> dict[str, Door]:
    """The doors that are to be opened, not yet open to anybody."""
    doors: dict[str, Door] = {}
    reading, writing = store.engines
    kit = replace(door_kit(settings), database=Database(reading=reading, writing=writing))
    for name, module in DOORS.items():
        section: Any = settings.doors[name]
        if errand and name == "web":
            here = {"enabled": True, "host": "127.0.0.1", "port": 0, "public_url": ""}
            section = section.model_copy(update=here)
        if wanted(section, settings.secrets) and (name == "web" or not errand):
            doors[name] = importlib.import_module(module).open_adapter(section, desk, kit)
    return doors


def door_kit(settings: Settings) -> Kit:
    """What every door is lent; its secrets are masked in the log from now on."""
    kit = Kit(
        secrets={variable: secret.get_secret_value() for variable, secret in settings.secrets.items()},
        tokens=[(each.name, each.token.get_secret_value(), each.admin) for each in settings.web_tokens],
        metrics=telemetry.metrics_text,
    )
    for secret in (*kit.secrets.values(), *(token for _, token, _ in kit.tokens)):
        telemetry.hide(secret)
    return kit


def wanted(door: Any, secrets: Collection[str]) -> bool:
    """Whether a door is to be opened; one that is set neither on nor off opens where its secrets are present."""
    return house_settings.missing(door, secrets) is None if door.enabled is None else door.enabled
