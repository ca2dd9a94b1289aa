"""Opens everything in order, runs until told to stop, drains. The only file in bot/ that sees adapters."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import SystemRandom
from typing import Any, Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

import structlog
from pydantic import BaseModel, SecretStr

from adapters import REGISTRY as DOORS
from adapters import Database, Kit
from bot import settings as house_settings
from bot import telemetry
from bot.alarm import Alarm
from bot.clock import Clock, RealClock
from bot.delivery import Messenger
from bot.desk import Desk
from bot.engine import Engine
from bot.engine.durable import DurableEngine
from bot.errors import AwayError, SettingsError
from bot.gallery import Gallery
from bot.keyring import KeyRing
from bot.policy import Limits
from bot.providers import REGISTRY as VENDORS
from bot.providers import Kit as VendorKit
from bot.providers.catalogue import Catalogue
from bot.rooms import Rooms, furnish, loops
from bot.settings import Remark, Settings
from bot.shelf import Shelf, open_shelf
from bot.spending import Cap, Of, Per
from bot.store import Store
from bot.tidying import TIDY_S, Tidying
from bot.words import Words, languages

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=Engine)


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
class Part:
    """What a process does of the whole: the doors that it opens (None: all that are configured); whether it works."""

    doors: frozenset[str] | None = None
    worker: bool = True


WHOLE: Final = Part()
STOP_S: Final = 14.0
"""A stop that lasts longer, as where the database is away, ends as a crash does, which loses nothing. Supervisors wait
15 s before they kill (docs/operating.md)."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything that is open. tasks ends when one of the house's own loops breaks."""

    desk: Desk
    catalogue: Catalogue
    words: Words
    doors: Mapping[str, Door]
    tasks: asyncio.Task[None]
    part: Part


def read_settings(path: Path | None) -> Settings:
    """config.toml, environment and .env, over the models of every vendor and door. Raises SettingsError."""
    return house_settings.load(path, providers=_models(VENDORS), doors=_models(DOORS), languages=languages())


def _models(registry: Mapping[str, str]) -> dict[str, type[BaseModel]]:
    return {name: importlib.import_module(module).Settings for name, module in registry.items()}


def database_url(settings: Settings) -> str:
    """The configured database, else SQLite in the data folder."""
    return settings.store.database_url.get_secret_value() or f"sqlite:///{settings.store.data_dir / 'imagebot.sqlite'}"


async def _open_shelf(settings: Settings, clock: Clock) -> Shelf:
    keys = {variable: secret.get_secret_value() for variable, secret in settings.secrets.items()}
    return await open_shelf(settings.store.data_dir, settings.store.pictures_url.get_secret_value(), keys, clock)


def open_catalogue(settings: Settings, clock: Clock, *, called_back: bool = True) -> Catalogue:
    """The providers as configured; opens no connection yet. called_back: somebody answers at web.public_url."""
    keys = {variable: secret.get_secret_value() for variable, secret in settings.secrets.items()}
    for key in keys.values():
        telemetry.hide(key)
    web: Any = settings.doors["web"]
    kit = VendorKit(clock=clock, data_dir=settings.store.data_dir, public_url=web.public_url if called_back else None)
    return Catalogue.open(settings.order, settings.providers, keys, kit)


@asynccontextmanager
async def open_house(settings: Settings, *, errand: bool = False, part: Part = WHOLE) -> AsyncIterator[House]:
    """Open from the ground up and close from the top down. Raises SettingsError before anything is half started.

    errand: only a web door on a free port of this machine, for one command in the terminal.
    """
    clock: Clock = RealClock()
    async with AsyncExitStack() as closing:
        url = database_url(settings)
        store = await Store.open(url, clock=clock)
        closing.push_async_callback(store.close)
        if part != WHOLE and not store.shared:
            raise SettingsError("--doors and --worker need store.database_url = postgresql://..., which they share.")
        gallery = Gallery(await _open_shelf(settings, clock), store, clock)
        catalogue = open_catalogue(settings, clock, called_back=not errand)
        closing.push_async_callback(catalogue.close)
        words = Words.load()
        rooms = furnish(
            store=store,
            gallery=gallery,
            catalogue=catalogue,
            words=words,
            clock=clock,
            random=SystemRandom(),
            limits=limits_of(settings),
            keys=_key_ring(settings, catalogue),
            engine=lambda paint: DurableEngine(_engine_url(settings, store), process=store.process, paint=paint),
            worker=part.worker,
            resubmits=settings.policy.unsure == "resubmit",
            fallback=settings.fallback,
        )
        desk = rooms.desk
        doors = _doors(settings, desk, store, errand=errand, part=part)
        for name, door in doors.items():
            rooms.delivery.messengers[name] = door.messenger
        await rooms.lease.enter(tuple(doors))
        closing.push_async_callback(rooms.lease.leave)  # after the engine: what was being bought is on record by then
        await rooms.engine.launch()
        closing.push_async_callback(rooms.engine.close)
        tidying = Tidying(
            store=store, gallery=gallery, engine=rooms.engine, clock=clock, keep_days=settings.store.keep_days
        )
        alarm = Alarm(
            store=store,
            words=words,
            clock=clock,
            messengers=rooms.delivery.messengers,
            places=settings.policy.alert_places,
            language=settings.policy.alert_language,
        )
        tending = _loops(rooms, gallery, tidying, clock, catalogue, alarm, errand=errand)
        tasks = asyncio.create_task(tending, name="house loops")
        closing.push_async_callback(_ended, tasks)
        await rooms.lease.take_over()
        for door in doors.values():
            closing.push_async_callback(door.close)
            await door.open()
        closing.push_async_callback(rooms.postman.close)  # while the doors are open: what is being posted arrives
        closing.callback(desk.close)
        store.announce(doors["web"].address if "web" in doors else "")
        yield House(desk=desk, catalogue=catalogue, words=words, doors=doors, tasks=tasks, part=part)


async def run(
    settings: Settings, opened: Callable[[House], None], closing: Callable[[], None], part: Part = WHOLE
) -> bool:
    """Serve until SIGINT or SIGTERM. opened(house) greets once everything stands, closing() says that it ends.

    True where it ends because this process was away for longer than its lease: it is to be run anew.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    late = threading.Timer(STOP_S, _end_at_once)
    late.daemon = True
    async with AsyncExitStack() as closed:
        closed.callback(late.cancel)
        house = await closed.enter_async_context(open_house(settings, part=part))
        opened(house)
        gc.freeze()  # what the house is made of stays; looking through it again held the loop up for 200 ms
        stopping = asyncio.create_task(stop.wait(), name="waiting for a signal")
        await asyncio.wait({stopping, house.tasks}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        gc.unfreeze()  # what closes now may be collected: another house may be opened after it
        away = house.tasks.done() and _was_away(house.tasks)
        if not away:
            late.start()
            closing()
    return away and not stop.is_set()  # a signal that came while it closed is heeded, too


def _end_at_once() -> None:
    log.error("the house could not be closed in time, and ends as it is")
    os._exit(1)


def _was_away(tasks: asyncio.Task[None]) -> bool:
    """Whether the loops ended because of that; one that broke in another way lets its trace be seen."""
    try:
        tasks.result()
    except* AwayError:
        log.error("this process was away for longer than its lease, and begins anew")  # noqa: TRY400
    return True


async def _loops(
    rooms: Rooms[Any], gallery: Gallery, tidying: Tidying, clock: Clock, catalogue: Catalogue, alarm: Alarm, *,
    errand: bool,
) -> None:  # fmt: skip
    async with asyncio.TaskGroup() as group:
        group.create_task(loops(rooms), name="rooms")
        group.create_task(gallery.run(), name="gallery")
        group.create_task(tidying.run(), name="tidying")
        group.create_task(alarm.run(), name="alarm")
        if not errand:
            group.create_task(_look_after(catalogue, clock), name="look after providers")


def _engine_url(settings: Settings, store: Store) -> str:
    """The engine keeps its runs beside the jobs; an SQLite file of its own has a writer of its own."""
    return database_url(settings) if store.shared else f"sqlite:///{settings.store.data_dir / 'engine.sqlite'}"


async def _look_after(catalogue: Catalogue, clock: Clock) -> None:
    """Know a bad key or an empty account before somebody asks for a picture; it also warms the local workers."""
    while True:
        for stand in catalogue.stands:
            try:
                await catalogue.look_after(stand.name)
            except Exception:  # the outermost line of one look: the others and the next hour are not its fault
                log.exception("a provider was not looked after", provider=stand.name)
        await clock.sleep(TIDY_S)


async def _ended(tasks: asyncio.Task[None]) -> None:
    tasks.cancel()
    await asyncio.wait({tasks})


def limits_of(settings: Settings) -> Limits:
    """What the house's and the doors' settings say about who may have how much, and where."""
    policy = settings.policy
    return Limits(
        jobs_per_minute=policy.jobs_per_minute,
        concurrent_jobs=policy.concurrent_jobs,
        pictures_per_day=policy.pictures_per_day,
        caps=tuple(
            Cap(of=Of(cap.of), per=Per(cap.per), id=cap.id, pictures=cap.pictures, cents=cap.cents)
            for cap in policy.caps
        ),
        unknown_price_cents=policy.unknown_price_cents,
        channels={name: getattr(door, "channels", ()) for name, door in settings.doors.items()},
        roles={name: getattr(door, "roles", ()) for name, door in settings.doors.items()},
        priorities=dict(policy.priorities),
        zone=ZoneInfo(policy.time_zone),
    )


def _key_ring(settings: Settings, catalogue: Catalogue) -> KeyRing:
    async def remember(variable: str, key: str) -> None:
        await house_settings.remember_key(variable, SecretStr(key), settings.env_file)

    async def forget(variable: str) -> None:
        await house_settings.forget_key(variable, settings.env_file)

    return KeyRing(catalogue, remember=remember, forget=forget)


def _doors(settings: Settings, desk: Desk, store: Store, *, errand: bool, part: Part) -> dict[str, Door]:
    """The doors that are to be opened, not yet open to anybody."""
    doors: dict[str, Door] = {}
    reading, writing = store.engines
    kit = replace(door_kit(settings), database=Database(reading=reading, writing=writing))
    for name, module in DOORS.items():
        section: Any = settings.doors[name]
        if part.doors is not None and name not in part.doors:
            continue
        if part.doors is not None and not wanted(section, settings.secrets):
            needs = house_settings.missing(section, settings.secrets) or f"{name}.enabled"
            raise SettingsError(f"--doors names {name}, which is not switched on: it needs {needs}.")
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
        roles=limits_of(settings).counted_roles,
        alert_places=settings.policy.alert_places,
    )
    for secret in (*kit.secrets.values(), *(token for _, token, _ in kit.tokens)):
        telemetry.hide(secret)
    return kit


def wanted(door: Any, secrets: Collection[str]) -> bool:
    """Whether a door is to be opened; one that is set neither on nor off opens where its secrets are present."""
    return house_settings.missing(door, secrets) is None if door.enabled is None else door.enabled
