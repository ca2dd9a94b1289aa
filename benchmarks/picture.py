"""A finished picture on its way: fetched, verified, stored, posted; beside the bare libraries with the same bytes."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

import aiohttp
import discord as library
from PIL import Image

from adapters import Kit as DoorKit
from adapters.discord import Settings as DoorSettings
from adapters.discord import open_adapter
from benchmarks import standins
from benchmarks.figure import Aim, Figure, Ground
from benchmarks.gauge import Stopwatch
from benchmarks.house import CannedProvider, House, open_house
from benchmarks.picture_server import serving
from bot.clock import RealClock
from bot.delivery import Messenger
from bot.job import Rendered, new_job_id
from bot.message import Picture, Place, Reply, Tone
from bot.providers import Kit, Order, Provider
from bot.providers.flux import Settings, open_provider

SIDES: Final = (1024, 768)
PICTURES: Final = 12
ROUNDS: Final = 5
WORDS: Final = "A lighthouse at dusk"
AIM: Final = Aim(1.5)


class Bare(library.AutoShardedClient):
    """Connects, and does what it is told."""

    def __init__(self) -> None:
        super().__init__(intents=library.Intents.none())
        self.there = asyncio.Event()

    async def on_connect(self) -> None:
        self.there.set()


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    host = ground.folder / "host"
    names = await asyncio.to_thread(_paint, host, Random(ground.seed))
    kept, bare_kept, posted, bare_posted = Stopwatch(), Stopwatch(), Stopwatch(), Stopwatch()
    async with AsyncExitStack() as closing_:
        address = await closing_.enter_async_context(serving(host))
        discord = await closing_.enter_async_context(standins.serving("discord"))
        channel = (await standins.steer(discord["discord_control"], "channel", name="bench"))["id"]
        house, vendor, messenger = await closing_.enter_async_context(_open(ground.folder, address, discord))
        client = await closing_.enter_async_context(_bare_client(discord))
        database = closing_.enter_context(closing(_bare_book(ground.folder)))
        for number in range(1 + ROUNDS):  # the first one warms both up
            links = [f"{address}/{name}" for name in names[number * PICTURES :][:PICTURES]]
            with kept.running():
                pictures = await _keep(links, house, vendor)
            with posted.running():
                await _post(pictures, messenger, Place("discord", channel))
            with bare_kept.running():
                files = await _bare_keep(links, ground.folder, database)
            with bare_posted.running():
                await _bare_post(files, client.get_partial_messageable(int(channel)))
    keeping = f"fetch, verify and keep a finished {SIDES[0]}x{SIDES[1]} WebP:"
    libraries = "bare aiohttp, Pillow, hashlib, fsync and sqlite3"
    return [
        _figure(f"{keeping} CPU per picture", kept.cpu_ms, bare_kept.cpu_ms, libraries),
        _figure(f"{keeping} time per picture", kept.wall_ms, bare_kept.wall_ms, libraries),
        _figure("post it to Discord: CPU per picture", posted.cpu_ms, bare_posted.cpu_ms, "bare discord.py"),
        _figure(
            "all of it, from the provider's link to the post: CPU per picture",
            _sums(kept.cpu_ms, posted.cpu_ms),
            _sums(bare_kept.cpu_ms, bare_posted.cpu_ms),
            "the same libraries and discord.py",
        ),
    ]


def _figure(what: str, ours: Sequence[float], bare: Sequence[float], against: str) -> Figure:
    mine, theirs = median(ours[1:]) / PICTURES, median(bare[1:]) / PICTURES
    return Figure(what=what, ours=mine, other=theirs, against=against, unit="ms", aim=AIM)


def _sums(*parts: Sequence[float]) -> list[float]:
    return [sum(each) for each in zip(*parts, strict=True)]


def _paint(folder: Path, random: Random) -> list[str]:
    """Pictures with as much detail as a photo, all different: the gallery writes the same bytes only once."""
    folder.mkdir()
    names = []
    for number in range(PICTURES * (1 + ROUNDS)):
        small = Image.frombytes("RGB", (SIDES[0] // 8, SIDES[1] // 8), random.randbytes(SIDES[0] * SIDES[1] * 3 // 64))
        name = f"{number}.webp"
        small.resize(SIDES, Image.Resampling.BICUBIC).save(folder / name, "WEBP", quality=90, method=0)
        names.append(name)
    return names


@asynccontextmanager
async def _open(folder: Path, host: str, discord: dict[str, str]) -> AsyncIterator[tuple[House, Provider, Messenger]]:
    """Our way: the house, the Flux provider's own connections, and the Discord door."""

    async def nothing(_order: Order) -> Rendered:
        return Rendered()

    async with open_house(folder, CannedProvider(nothing, slots=1)) as house:
        vendor = open_provider(Settings(base_url=host), "no-key", Kit(clock=RealClock(), data_dir=folder))
        kit = DoorKit(secrets={"DISCORD_TOKEN": discord["discord_token"]})
        door = open_adapter(DoorSettings(api_url=discord["discord"]), house.desk, kit)
        await door.open()
        try:
            yield house, vendor, door.messenger
        finally:
            await door.close()
            await vendor.close()


@asynccontextmanager
async def _bare_client(discord: dict[str, str]) -> AsyncIterator[Bare]:
    library.http.Route.BASE = discord["discord"]
    async with Bare() as client:
        running = asyncio.create_task(client.start(discord["discord_token"]))
        await client.there.wait()
        yield client
        await client.close()
        await running


def _bare_book(folder: Path) -> sqlite3.Connection:
    database = sqlite3.connect(folder / "bare.sqlite", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE images (id TEXT PRIMARY KEY, width INT, height INT, size_bytes INT)")
    return database


async def _keep(links: Sequence[str], house: House, vendor: Provider) -> list[Picture]:
    pictures = []
    for seed, link in enumerate(links):
        saved = await house.gallery.keep(
            await vendor.fetch(link), by="bench:ada", provider="flux", model="flux-dev", seed=seed
        )
        pictures.append(
            Picture(
                id=saved.id,
                name=saved.name,
                alt=WORDS,
                width=saved.width,
                height=saved.height,
                size_bytes=saved.size_bytes,
            )
        )
    return pictures


async def _post(pictures: Sequence[Picture], messenger: Messenger, place: Place) -> None:
    for picture in pictures:
        job = new_job_id()
        await messenger.post(place, Reply(tone=Tone.DONE, title=WORDS, job=job, pictures=(picture,)), nonce=job)


async def _bare_keep(links: Sequence[str], folder: Path, database: sqlite3.Connection) -> list[Path]:
    """The same done once by hand: decoded to the end, hashed, flushed to the disk, and written down in one row."""
    files = []
    async with aiohttp.ClientSession() as session:
        for link in links:
            async with session.get(link) as response:
                picture = await response.read()
            files.append(await asyncio.to_thread(_put, picture, folder, database))
    return files


def _put(picture: bytes, folder: Path, database: sqlite3.Connection) -> Path:
    with Image.open(io.BytesIO(picture)) as image:
        image.load()
        width, height = image.size
    name = hashlib.sha256(picture).hexdigest()
    draft = folder / "draft"
    with draft.open("wb") as file:
        file.write(picture)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    database.execute("INSERT INTO images VALUES (?, ?, ?, ?)", (name, width, height, len(picture)))
    return folder / name


async def _bare_post(files: Sequence[Path], channel: Any) -> None:
    for path in files:
        picture = await asyncio.to_thread(path.read_bytes)
        await channel.send(WORDS, file=library.File(io.BytesIO(picture), f"{path.name}.webp", description=WORDS))
